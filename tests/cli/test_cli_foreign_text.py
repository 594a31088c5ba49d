"""Foreign text steers no terminal: every word of a command leaves through one filter, whatever prints it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cli.command import PATIENCE_S, environment

pytestmark = pytest.mark.slow

EVIL = "\x1b]52;c;cGF5bG9hZA==\x07\x1b[2J\x1b]8;;http://x\x1b\\\x9b31m\u202e\r\x00\ud800"
PROGRAM = """
import sys, click
from rich.text import Text
from conformance.errors import UserError
from conformance.program import console, run
evil = {evil!a}
@click.command()
def main():
    click.echo("echo " + evil)
    print("print " + evil)
    sys.stderr.write("stderr " + evil + chr(10))
    sys.stdout.writelines(["lines " + evil + chr(10)])
    out = console()
    out.print("plain " + evil)
    out.print(Text("styled " + evil, style="bold red"), soft_wrap=True)
    raise UserError("problem " + evil, where="where " + evil, hint="hint " + evil)
run(main, "main")
"""
_COLOUR = re.compile(rb"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return what a command prints that says something evil in every way there is, on a terminal with colours."""
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(evil=EVIL)],
        cwd=tmp_path_factory.mktemp("empty"),
        env=environment(FORCE_COLOR="1", TTY_COMPATIBLE="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PATIENCE_S,
        check=False,
    )
    assert ended.returncode == 2, ended.stdout
    return ended.stdout


@pytest.mark.parametrize("way", ["echo", "print", "stderr", "lines", "plain", "styled", "problem", "where", "hint"])
def test_every_way_out_writes_control_characters_out(said: bytes, way: str) -> None:
    assert f"{way} \\x1b]52;c;".encode() in said


def test_nothing_that_steers_a_terminal_is_left(said: bytes) -> None:
    assert _COLOUR.search(said), "what is styled has no colour any more"
    left = _COLOUR.sub(b"", said).decode("utf-8")
    assert not set(left) & set("\x1b\x07\x9b\u202e\r\x00")
    assert Path(__file__).name not in left
