"""Runs that several tests look at."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from made_once import MadeOnce

from cli.command import Ended, Run, Sharing, conformance


@pytest.fixture(scope="session")
def shared_run(made_once: MadeOnce) -> Sharing:
    """Return a run by its name: the first who asks makes it."""

    def run(name: str, *arguments: str) -> Run:
        def make(folder: Path) -> None:
            ended = conformance("run", "--report-dir", folder / "reports", *arguments, cwd=folder)
            (folder / "ended.json").write_text(json.dumps(asdict(ended)), encoding="utf-8")

        folder = made_once(name, make)
        ended = Ended(**json.loads((folder / "ended.json").read_text(encoding="utf-8")))
        return Run(ended, folder / "reports")

    return run


@pytest.fixture(scope="session")
def reference_run(shared_run: Sharing) -> Run:
    """Return the whole run on the reference server."""
    return shared_run("reference")
