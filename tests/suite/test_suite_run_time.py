"""A run is bounded as a whole: what was judged by then is kept, and nothing is accused for it."""

from __future__ import annotations

import io
import socket
from pathlib import Path

import pytest
from cli.command import conformance, report_of, write_targets
from raw_servers import RawServer, Received, never_answers, reference
from rich.console import Console

from conformance.errors import ExitCode
from conformance.report import progress
from conformance.report.progress import Progress

pytestmark = pytest.mark.slow

DESCRIBE = "DescribeHyperParameterTuningJob"


def test_a_run_ends_with_what_was_judged_when_its_time_is_up(tmp_path: Path) -> None:
    right = reference()

    def answer(connection: socket.socket, request: Received) -> bool:
        hangs = b"MaxResults" in request.body and request.operation.startswith("ListTraining")
        return (never_answers if hangs else right)(connection, request)

    with RawServer(answer) as server:
        limits = "{read_s: 0.3, run_s: 3}"
        write_targets(tmp_path, slow=f"{{endpoint_url: '{server.url}', limits: {limits}}}")
        ended = conformance("run", "slow", "--report-dir", "out", cwd=tmp_path)
    report = report_of(tmp_path / "out")
    assert ended.code == ExitCode.TARGET_BROKE
    assert "limits: run_s" in report["stopped"] or "5 times in a row" in report["stopped"]
    assert not report["complete"]
    assert {row["outcome"] for row in report["results"] if row["kind"] == "run-time"} <= {"skipped"}


def test_a_time_that_is_up_at_once_is_no_failure_of_any_check(tmp_path: Path) -> None:
    with RawServer(reference()) as server:
        write_targets(tmp_path, slow=f"{{endpoint_url: '{server.url}', limits: {{run_s: 0.001}}}}")
        ended = conformance("run", "slow", "--select", f"{DESCRIBE}/protocol", "--report-dir", "out", cwd=tmp_path)
    report = report_of(tmp_path / "out")
    assert ended.code == ExitCode.TARGET_BROKE
    assert report["stopped"] == "the run took longer than its limit of 0.001 s (limits: run_s)"
    assert {row["outcome"] for row in report["results"]} == {"skipped"}


def test_a_run_says_what_it_waits_for_when_nothing_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_PATIENCE_S", 0.0)
    said = io.StringIO()
    shown = Progress(Console(file=said, width=200), lambda: "waiting for the answer to Describe")
    shown.start(10)
    while "waiting for" not in said.getvalue():
        pass
    shown.stop()
    assert "waiting for the answer to Describe (0 s)" in said.getvalue()
