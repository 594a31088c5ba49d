"""The command as a guest: what it says while it waits, and what it leaves behind at the target of somebody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cli.command import conformance, report_of
from conformance.cli.run import Screen
from conformance.program import console
from conformance.reference.inputs import validation
from conformance.reference.server import ReferenceServer
from conformance.reference.service import Service
from conformance.worlds.model import World


class KeepsItsJobs(Service):
    """Stops nothing, and deletes nothing that has not stopped."""

    def delete(self, members: dict[str, Any]) -> dict[str, Any]:
        raise validation(f"{members['HyperParameterTuningJobName']} is still Stopping")


def test_what_is_left_at_the_target_is_on_the_terminal_and_in_the_reports(tmp_path: Path) -> None:
    with ReferenceServer(World("empty", ()), service=KeepsItsJobs) as server:
        limits = "{total_s: 1}"
        tmp_path.joinpath("targets.yaml").write_text(
            f"targets: {{mine: {{endpoint_url: '{server.endpoint_url}', state: create, limits: {limits}}}}}",
            encoding="utf-8",
        )
        select = ("--select", "DescribeHyperParameterTuningJob/protocol/body/*")
        first = conformance("run", "mine", *select, "--report-dir", tmp_path / "first", cwd=tmp_path)
        second = conformance("run", "mine", *select, "--report-dir", tmp_path / "second", cwd=tmp_path)
    notes = report_of(tmp_path / "first")["notes"]
    assert "of this run could not be deleted from the target: " in notes[-2]
    assert len(notes[-2]) < 500
    script = next((tmp_path / "first").glob("leftovers*.sh"))
    assert notes[-1] == f"to delete what is left: sh {script}"
    assert script.read_text(encoding="utf-8").count(server.endpoint_url) == int(notes[-2].split()[0])
    assert all(note in first.out for note in notes)
    assert "to delete what is left" in (tmp_path / "first" / "report.md").read_text(encoding="utf-8")
    assert "to delete what is left" in (tmp_path / "first" / "report.html").read_text(encoding="utf-8")
    found = report_of(tmp_path / "second")["notes"][0]
    assert "jobs were at the target before this run" in found
    assert found in second.out


def test_the_terminal_says_what_a_slow_run_waits_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class AtOnce:
        """A timer whose time has passed as soon as it starts."""

        daemon = False

        def __init__(self, _seconds: float, act: Any) -> None:
            self.start = act

        def cancel(self) -> None:
            pass

    monkeypatch.setattr("conformance.cli.run.Timer", AtOnce)
    Screen(console()).waiting("a connection to http://127.0.0.1:4566 (at most 5 s)")
    assert capsys.readouterr().out == "waiting for a connection to http://127.0.0.1:4566 (at most 5 s)\n"
