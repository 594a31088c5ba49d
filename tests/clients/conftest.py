"""The AWS CLI, where it is installed; and targets in this process."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def aws_cli() -> Path:
    """Return the real program. Where it is lacking a test is skipped, but not in continuous integration."""
    beside = Path(sys.executable).parent / "aws"
    found = str(beside) if beside.exists() else shutil.which("aws")
    if found is None:
        why = "the AWS CLI is not installed: pip install '.[awscli]'"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    return Path(found)
