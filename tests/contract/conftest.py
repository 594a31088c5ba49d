"""The small contract, fresh for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from contract.small_contract import ContractFolder


@pytest.fixture
def folder(tmp_path: Path) -> ContractFolder:
    return ContractFolder(tmp_path)
