"""The small contract, fresh for each test."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from small_contract import ContractFolder

from conformance.contract import packaged_root

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> ContractFolder:
    small = ContractFolder(tmp_path)
    shutil.copy(packaged_root() / "contract.schema.json", small.root)
    return small
