"""`kill -9` of a run at some moments: whole lines in the record, reports that say so, and nothing left behind."""

from __future__ import annotations

import json
import socket
import sys
import time
from pathlib import Path

import pytest
from raw_servers import RawServer, Received, reference

from cli.command import ran, report_of
from cli.processes import kill, launching, outlived, unheard, wait_for_lines
from conformance.errors import ExitCode
from conformance.report.record import read_record

pytestmark = pytest.mark.slow

SLOW_S = 0.002
RIGHT = reference()


def slow(connection: socket.socket, request: Received) -> bool:
    """Answer rightly, a little late, so that there is a middle to be killed in."""
    time.sleep(SLOW_S)
    return RIGHT(connection, request)


@pytest.mark.parametrize("lines", [1, 2, 40])
def test_a_killed_run_leaves_a_record_that_reports_can_be_made_from(lines: int, tmp_path: Path) -> None:
    path = tmp_path / "out" / "run.jsonl"
    arguments = ("run", "--area", "pagination", "--report-dir", "out")
    with RawServer(slow) as server, unheard(*arguments, server.url, cwd=tmp_path) as process:
        wait_for_lines(path, lines, process)
        kill(process)
    *whole, _torn = path.read_bytes().split(b"\n")
    assert [json.loads(line)["type"] for line in whole] == ["header", *["result"] * (len(whole) - 1)]
    record = read_record(path)
    assert not record.complete
    assert len(record.results) == len(whole) - 1 >= lines - 1
    assert record.missing > 0
    received = ran([sys.executable, "-m", "conformance.report", path], cwd=tmp_path)
    assert received.code == ExitCode.TARGET_BROKE
    assert f"{record.missing:,} without a result" in received.out
    assert received.err == ""
    report = report_of(tmp_path / "out")
    assert not report["complete"]
    assert len(report["results"]) == len(record.results)
    assert {"report.html", "report.md", "junit.xml"} <= {file.name for file in (tmp_path / "out").iterdir()}


def test_a_launched_server_does_not_outlive_a_killed_run(tmp_path: Path) -> None:
    with launching(tmp_path) as asked, unheard("run", "mine", cwd=tmp_path) as process, asked() as lifeline:
        kill(process)
        assert not outlived(lifeline)
