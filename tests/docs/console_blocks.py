"""Console blocks of Markdown pages: the commands that they show, what those exit with, and what they print today.

A block is fenced as `console`; a comment before it may say `exit 1`, `not run`, and `show 12 lines and the last 3`; or
`renewed`, where as many lines are shown as before, and `but for credentials` where one of them is kept as it is.
`python tests/docs/console_blocks.py README.md` runs the commands of blocks that show output, and updates the output.
Files that a page uses are saved first, by modules found with `PYTHONPATH=tests`.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from cli.command import conformance

_DOCS = Path(__file__).parents[2] / "docs"
"""Commands on the pages name it by its path in a checkout."""
_BLOCK = re.compile(r"(?:<!-- (?P<options>[^>]*) -->\n)?```console\n(?P<body>.*?)```\n", re.DOTALL)
_HANGING = 15
"""Columns of indent of the second line of a row of a plan."""
_EQUIVALENT = {"make run": "conformance run"}
"""`make run` does more only in a checkout that is not set up."""


@dataclass(frozen=True)
class Block:
    """The commands of one block, without their prompts, and what its comment says of them."""

    commands: tuple[str, ...]
    exit_code: int
    is_run: bool
    shown: tuple[int, int] | None
    """How many lines of output the page shows, from the beginning and from the end; None for all or none."""

    @classmethod
    def of(cls, match: re.Match[str]) -> Block:
        options = match["options"] or ""
        exits = re.search(r"exit (\d)", options)
        shown = re.search(r"show (\d+) lines and the last (\d+)", options)
        commands = tuple(line[2:] for line in match["body"].splitlines() if line.startswith("$ "))
        return cls(
            tuple(_EQUIVALENT.get(command, command) for command in commands),
            int(exits[1]) if exits else 0,
            "not run" not in options,
            (int(shown[1]), int(shown[2])) if shown else None,
        )


def blocks(page: Path) -> list[Block]:
    """Return the console blocks of a page."""
    return [Block.of(match) for match in _BLOCK.finditer(page.read_text(encoding="utf-8"))]


def execute(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a `conformance` command with its output in a pipe: plain, 80 columns wide; the folder acts as a checkout."""
    program, *arguments = shlex.split(command)
    if program != "conformance":
        raise ValueError(f"only `conformance` commands are run, not {command!r}")
    if "docs/" in command and not (folder / "docs").exists():
        (folder / "docs").symlink_to(_DOCS)
    ended = conformance(*arguments, cwd=folder)
    return subprocess.CompletedProcess(command, ended.code, ended.out, ended.err)


def _refreshed_saved(match: re.Match[str]) -> str:
    """Return a block of a command on saved files with new output: as many lines as before, except the row it keeps."""
    from saved_files import save  # noqa: PLC0415 - starts a server, which only updating these pages needs

    prompt, *old = match["body"].splitlines()
    kept = re.search(r"but for (\w+)", match["options"])
    with TemporaryDirectory() as folder:
        save(Path(folder))
        done = execute(prompt.removeprefix("$ "), Path(folder))
    if done.returncode != Block.of(match).exit_code:
        sys.exit(f"exit code {done.returncode}: {prompt}\n{done.stdout}{done.stderr}")
    new = [line.rstrip() for line in done.stdout.rstrip().splitlines()]
    body = [*new[: len(old) - 1], "…"] if old[-1] == "…" else new
    if kept:
        row = re.compile(rf"^  {kept[1]} .*(?:\n {{{_HANGING}}}.*)*", re.MULTILINE)
        (mine,) = row.findall("\n".join(old))
        body = row.sub(lambda _: mine, "\n".join(body)).splitlines()
    return f"<!-- {match['options']} -->\n```console\n{prompt}\n" + "\n".join(body) + "\n```\n"


def _refreshed(match: re.Match[str]) -> str:
    block = Block.of(match)
    if "renewed" in (match["options"] or ""):
        return _refreshed_saved(match)
    if block.shown is None:
        return match[0]
    prompt = match["body"].splitlines()[0]
    with TemporaryDirectory() as folder:
        done = execute(block.commands[0], Path(folder))
    if done.returncode != block.exit_code:
        sys.exit(f"exit code {done.returncode}, the page says {block.exit_code}: {block.commands[0]}\n{done.stdout}")
    lines = done.stdout.rstrip().replace(str(Path(sys.executable).parent), "/usr/local/bin").splitlines()
    first, last = block.shown
    body = [*lines[:first], "…", *lines[-last:]] if len(lines) > first + last else lines
    return f"<!-- {match['options']} -->\n```console\n{prompt}\n" + "\n".join(body) + "\n```\n"


def refresh(page: Path) -> None:
    """Update the output on the page."""
    page.write_text(_BLOCK.sub(_refreshed, page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        refresh(Path(argument))
