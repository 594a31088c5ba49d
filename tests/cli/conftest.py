"""Runs that several tests look at, made once however many processes the tests are spread over."""

from __future__ import annotations

import fcntl
import json
from dataclasses import asdict

import pytest

from cli.command import Ended, Run, Sharing, conformance


@pytest.fixture(scope="session")
def shared_run(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Sharing:
    """Give a run by its name: the first who asks makes it, the others wait and read."""
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "shared-runs"
    shared.mkdir(exist_ok=True)

    def run(name: str, *arguments: str) -> Run:
        folder = shared / name
        told = shared / f"{name}.json"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not told.exists():
                ended = conformance("run", "--report-dir", folder, *arguments, cwd=shared)
                told.write_text(json.dumps(asdict(ended)), encoding="utf-8")
        return Run(Ended(**json.loads(told.read_text(encoding="utf-8"))), folder)

    return run


@pytest.fixture(scope="session")
def reference_run(shared_run: Sharing) -> Run:
    """Give the whole run on the reference server."""
    return shared_run("reference")
