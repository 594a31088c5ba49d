"""The commands of docs/api-reviewers.md, run in order in one folder with the files that the page uses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from console_blocks import execute
from saved_files import save

PAGE = Path(__file__).parents[2] / "docs" / "api-reviewers.md"
_BLOCK = re.compile(r"<!-- not run alone(?P<options>[^>]*) -->\n```console\n(?P<body>.*?)```\n", re.DOTALL)
_DEPENDS = ("conformance drift --fail-on any",)
"""Commands whose exit code depends on what is installed."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the saved files of the page."""
    save(tmp_path)
    return tmp_path


def plain(lines: list[str]) -> list[str]:
    """Replace every number and digest: other tests check them."""
    return [re.sub(r"\b[0-9a-f]{12}\b|\d[\d,]*", "N", line).rstrip() for line in lines]


@pytest.mark.slow
def test_the_commands_exit_and_print_as_the_page_says(folder: Path) -> None:
    blocks = list(_BLOCK.finditer(PAGE.read_text(encoding="utf-8")))
    assert len(blocks) >= 6
    for block in blocks:
        lines = block["body"].splitlines()
        commands = [line[2:] for line in lines if line.startswith("$ ")]
        shown = plain([line for line in lines if not line.startswith("$ ")])
        expected = re.search(r"exit (\d)", block["options"])
        for command in commands:
            done = execute(command, folder)
            if command not in _DEPENDS:
                assert done.returncode == int(expected[1] if expected else 0), done.stdout + done.stderr
            assert "Traceback" not in done.stderr
            printed = plain(done.stdout.rstrip("\n").splitlines())
            if shown and shown[-1] == "\u2026":
                assert printed[: len(shown) - 1] == shown[:-1]
            elif shown:
                assert printed == shown
