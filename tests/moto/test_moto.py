"""On moto exactly the expected checks fail: no other one by accident, and none of its known defects goes unseen."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import pytest
from expected_failures import FILE, LEVELS, VERSION, differences, expected, recorded

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
DOES_NOT_CONFORM = 1
COLUMNS = 80
ROWS_LEFT = 22
"""Lines of a screen of 24 that the line of the target and the prompt leave."""


def installed() -> str:
    """Return the installed version of moto, empty where there is none that can serve."""
    if not (BIN / "moto_server").exists():
        return ""
    try:
        return importlib.metadata.version("moto")
    except importlib.metadata.PackageNotFoundError:
        return ""


def _environment() -> dict[str, str]:
    """Return an environment in which moto_server is found, without the variables of the pytest around it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return {**kept, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}


def test_the_list_is_sorted_and_has_both_levels() -> None:
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert lines == [str(item) for item in sorted(expected())]
    assert {item.level for item in expected()} == set(LEVELS)


@pytest.mark.skipif(installed() != VERSION, reason=f"the list is about moto {VERSION}; here is {installed() or 'none'}")
def test_exactly_the_expected_checks_fail_on_moto(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "conformance", "run", "moto", "--report-dir", str(tmp_path)],
        cwd=ROOT,
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    record = tmp_path / "run.jsonl"
    assert record.exists(), ran.stdout + ran.stderr
    assert not recorded(record, "error"), "no check may end in an error"
    received = differences(recorded(record))
    assert not received, "\n".join(
        ["on moto:", *received, f"a wanted change: python {Path(__file__).parent}/expected_failures.py"]
    )
    assert ran.returncode == DOES_NOT_CONFORM, ran.stdout + ran.stderr
    screen = ran.stdout[ran.stdout.index("\n\n") + 1 :].splitlines()
    assert len(screen) <= ROWS_LEFT
    assert max(len(line) for line in screen if not line.startswith("  report ")) <= COLUMNS
    assert "more findings: -v prints more" in ran.stdout
    assert " ".join(screen[-2:]).startswith("Does not conform: ")
