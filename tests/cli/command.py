"""The command `conformance` as a user runs it: a process of its own, its exit code and what it printed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.forked import run_forked

PATIENCE_S = 300.0
"""Seconds after which a command counts as stuck."""

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Everything that it printed."""
        return self.out + self.err

    def told_without_traceback(self) -> str:
        """Return what went to the error stream, which holds no traceback and no other inside."""
        for inside in ("Traceback", "INTERNALERROR", 'File "', "Exception ignored"):
            assert inside not in self.said
        return self.err


_NO_AWS = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a user who has set nothing up for AWS or pytest, with lines of 80 columns."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST_", "AWS_", "COV_")) and name not in {"NO_COLOR", "FORCE_COLOR"}
    }
    return {**kept, **_NO_AWS, "COLUMNS": "80", **more}


def command(*arguments: str | Path) -> list[str]:
    """Return the command line of `python -m conformance`."""
    return [sys.executable, "-m", "conformance", *map(str, arguments)]


def ran(words: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None, send: bytes = b"") -> Ended:
    """Run any program to its end, in the environment of a user; `send` is what it reads from standard input."""
    ended = subprocess.run(
        [*map(str, words)],
        cwd=cwd,
        env=environment(**(env or {})),
        input=send,
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def python(program: str, *arguments: str | Path, cwd: Path, **env: str) -> Ended:
    """Run a program in Python, given as text."""
    return ran([sys.executable, "-c", program, *arguments], cwd=cwd, env=env)


def under_pytest(*options: str | Path, cwd: Path, **env: str) -> Ended:
    """Run the suite as those do who call pytest itself."""
    suite = ["-m", "pytest", "--pyargs", "conformance.suite", "-p", "no:cacheprovider"]
    return ran([sys.executable, *suite, *options], cwd=cwd, env=env)


def conformance(*arguments: str | Path, cwd: Path, **env: str) -> Ended:
    """Run a command to its end; it begins with its imports only where `env` sets something for Python itself.

    It does so as well where it can't be forked: elsewhere than on Linux, system libraries may object to that.
    """
    if sys.platform != "linux" or any(name.startswith("PYTHON") for name in env):
        return ran(command(*arguments), cwd=cwd, env=env)
    ended = run_forked([*map(str, arguments)], cwd=cwd, env=environment(**env), timeout=PATIENCE_S)
    return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def report_of(folder: Path) -> dict[str, Any]:
    """Return the report.json that a run has written."""
    value = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert isinstance(value, dict)
    return value


def by_id(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the results by the id of their check."""
    return {row["id"]: row for row in report["results"]}


def outcomes(report: dict[str, Any]) -> dict[str, str]:
    """Return the outcome of each check."""
    return {row["id"]: row["outcome"] for row in report["results"]}


def write_targets(folder: Path, **targets: str) -> Path:
    """Write a file of targets, each entry in YAML's flow style."""
    path = folder / "targets.yaml"
    path.write_text("targets:\n" + "".join(f"  {name}: {entry}\n" for name, entry in targets.items()), encoding="utf-8")
    return path


@dataclass(frozen=True)
class Run:
    """A run that has ended, with the folder of its reports."""

    ended: Ended
    folder: Path

    @property
    def report(self) -> dict[str, Any]:
        return report_of(self.folder)


Sharing = Callable[..., Run]
"""Gives a run by its name and arguments."""
