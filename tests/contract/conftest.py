"""The small contract, fresh for each test."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from conformance.contract.loading import packaged_root
from contract.small_contract import ContractFolder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> ContractFolder:
    small = ContractFolder(tmp_path)
    shutil.copy(packaged_root() / "contract.schema.json", small.root)
    return small
