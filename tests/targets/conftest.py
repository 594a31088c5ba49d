"""Programs that a target launches, and how a test knows that they have ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from targets.doubles import Lifelines, write_program


@pytest.fixture
def lifelines() -> Iterator[Lifelines]:
    with closing(Lifelines()) as opened:
        yield opened


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str, str], Path]:
    """Return what writes a program, given its name and its text."""
    return partial(write_program, tmp_path)
