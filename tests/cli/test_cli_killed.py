"""`kill -9` of a run at some moments: whole lines in the record, reports that say so, and nothing left behind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from raw_servers import RawServer, Received, reference

from cli.command import PATIENCE_S, command, environment, report_of, write_targets
from conformance.errors import ExitCode
from conformance.report import read_record

_LOOK_S = 0.005
SLOW_S = 0.002


def slow(connection: socket.socket, request: Received) -> bool:
    """Answer rightly, a little late, so that there is a middle to be killed in."""
    time.sleep(SLOW_S)
    return RIGHT(connection, request)


RIGHT = reference()


@contextmanager
def started(*arguments: str, cwd: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command("run", *arguments, "--report-dir", "out"),
        cwd=cwd,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=PATIENCE_S)


def wait_for_lines(path: Path, lines: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a record has so many whole lines."""
    give_up = time.monotonic() + PATIENCE_S
    while not path.exists() or path.read_bytes().count(b"\n") < lines:
        assert process.poll() is None, "the run has ended before it was killed"
        assert time.monotonic() < give_up
        time.sleep(_LOOK_S)


@pytest.mark.parametrize("lines", [1, 2, 40])
def test_a_killed_run_leaves_a_record_that_reports_can_be_made_from(lines: int, tmp_path: Path) -> None:
    path = tmp_path / "out" / "run.jsonl"
    with RawServer(slow) as server, started(server.url, "--area", "pagination", cwd=tmp_path) as process:
        wait_for_lines(path, lines, process)
        process.send_signal(signal.SIGKILL)
        assert process.wait(timeout=PATIENCE_S) == -signal.SIGKILL
    *whole, torn = path.read_bytes().split(b"\n")
    assert [json.loads(line)["type"] for line in whole] == ["header", *["result"] * (len(whole) - 1)]
    record = read_record(path)
    assert not record.complete
    assert len(record.results) == len(whole) - 1 >= lines - 1
    assert record.missing > 0
    told = subprocess.run(
        [sys.executable, "-m", "conformance.report", path],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert told.returncode in {ExitCode.TARGET_BROKE, ExitCode.NOTHING_CHECKED}
    assert f"{record.missing:,} without a result" in told.stdout.decode()
    assert told.stderr == b""
    report = report_of(tmp_path / "out")
    assert not report["complete"]
    assert len(report["results"]) == len(record.results)
    assert {"report.html", "report.md", "junit.xml"} <= {file.name for file in (tmp_path / "out").iterdir()}
    assert torn == b"" or len(record.results) == len(whole) - 1


SERVER = """
import socket, sys, http.server
lifeline = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.send_response(404); self.send_header("Content-Length", "0"); self.end_headers()
    def do_POST(self):
        lifeline.sendall(b"!")
        lifeline.recv(1)
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def test_a_launched_server_does_not_outlive_a_killed_run(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text(SERVER)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE_S)
        words = f"[{sys.executable}, server.py, '{{port}}', '{listening.getsockname()[1]}']"
        write_targets(tmp_path, mine=f"{{launch: {{command: {words}}}, endpoint_url: 'http://127.0.0.1:{{port}}'}}")
        with started("mine", cwd=tmp_path) as process:
            lifeline, _ = listening.accept()
            lifeline.settimeout(20)
            assert lifeline.recv(1) == b"!"
            process.send_signal(signal.SIGKILL)
            assert process.wait(timeout=PATIENCE_S) == -signal.SIGKILL
            with contextlib.suppress(ConnectionResetError):
                assert lifeline.recv(64).strip(b"!") == b"", "the server has not ended"


def test_a_file_that_is_no_record_is_told_in_a_word(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text("{}\n")
    told = subprocess.run(
        [sys.executable, "-m", "conformance.report", path],
        env=environment(),
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert told.returncode == ExitCode.USAGE
    assert told.stderr.startswith(b"error: not a record")
    assert b"Traceback" not in told.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["run.jsonl"]
