"""A broken server and what the tests of the gate run on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.broken_server import serving


@pytest.fixture(scope="session")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield the file of targets of a server that breaks the contract; it answers as long as the tests run."""
    with serving(tmp_path_factory.mktemp("broken")) as targets:
        yield targets
