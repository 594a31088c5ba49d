"""Whole runs on malicious servers, memory and work measured: each ends in its bounds and with a verdict.

What each defect is reported as is tested without a process: on the wire in `tests/wire`, as a run in `tests/suite`. How
long a run takes is a matter of the machine.
"""

from __future__ import annotations

import itertools
import json
import socket
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from hostile_servers import ANSWERED, FAULTY, TOKENS, drips, to_libraries
from raw_servers import Behaviour, RawServer, Received, dying_after, reference

from cli.command import command, report_of, write_targets
from cli.processes import running
from conformance.errors import ExitCode

pytestmark = pytest.mark.slow

LIST = "ListTrainingJobsForHyperParameterTuningJob"
WELL = 20
"""Requests that a server answers rightly before it turns malicious: by then the run is well under way."""
LIMITS = "{connect_s: 5, read_s: 10, total_s: 10}"
IMPATIENT = "{connect_s: 5, read_s: 2, total_s: 0.5}"
_KIB = 1 if sys.platform == "darwin" else 1024
_WATCH = """
import os, sys
process = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(process, 0)
with open(sys.argv[1], "w") as usages:
    usages.write(f"{usage.ru_maxrss} {usage.ru_utime + usage.ru_stime}")
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""A small process that starts the one to be measured: of the child of a large one the system tells that one's peak."""


def run_in_bounds(
    server: RawServer, folder: Path, *arguments: str, limits: str = LIMITS
) -> tuple[int, dict[str, dict[str, str]]]:
    """Run on a server; return exit code and findings. The run keeps to its bounds, and its record is whole."""
    write_targets(folder, mine=f"{{endpoint_url: '{server.url}', limits: {limits}}}")
    with (folder / "said").open("wb") as said:
        words = command("run", "mine", "--report-dir", "out", *arguments)
        watch = [sys.executable, "-I", "-S", "-c", _WATCH, str(folder / "usage"), *words]
        with running(watch, cwd=folder, stdout=said, stderr=said) as process:
            code = process.wait()
    assert b"Traceback" not in (folder / "said").read_bytes()
    lines = (folder / "out" / "run.jsonl").read_text(encoding="ascii").splitlines()
    assert [json.loads(line)["type"] for line in (lines[0], lines[-1])] == ["header", "footer"]
    peak, cpu_s = (folder / "usage").read_text(encoding="ascii").split()
    assert int(peak) * _KIB < 300_000_000
    assert float(cpu_s) < 120
    assert len(server.received) < 20_000
    rows = report_of(folder / "out")["results"]
    findings = {row["id"]: row for row in rows if row["outcome"] in {"failed", "error"}}
    assert "suite-error" not in {row["kind"] for row in findings.values()}
    return code, findings


def later(behaviour: Behaviour, when: Callable[[int], bool] = lambda number: number >= WELL) -> Behaviour:
    """Answer rightly, except to the requests of these numbers."""
    right, numbers = reference(), itertools.count()

    def answer(connection: socket.socket, request: Received) -> bool:
        return (behaviour if when(next(numbers)) else right)(connection, request)

    return answer


def in_turn() -> Behaviour:
    """Answer each third request with the next of the malicious bodies."""
    defects = itertools.cycle(behaviour for behaviour, _ in ANSWERED.values())

    def malicious(connection: socket.socket, request: Received) -> bool:
        return next(defects)(connection, request)

    return later(malicious, lambda number: number % 3 == 2)


SERVERS: dict[str, tuple[Callable[[], AbstractContextManager[RawServer]], tuple[str, ...]]] = {
    "a-bomb": (lambda: RawServer(later(FAULTY["bomb"][0])), ("--area", "protocol")),
    "a-body-without-end": (lambda: RawServer(later(FAULTY["body-without-end"][0])), ("--area", "protocol")),
    "malicious-bodies-in-turn": (lambda: RawServer(in_turn()), ("--area", "protocol")),
    "tokens-of-a-megabyte": (lambda: RawServer(TOKENS["tokens-of-a-megabyte"]()), ("--operation", LIST)),
    "a-server-that-dies": (lambda: dying_after(WELL), ("--area", "protocol")),
    "a-bomb-for-libraries": (lambda: RawServer(to_libraries(FAULTY["bomb"][0])), ("--area", "client")),
}


@pytest.mark.parametrize("defect", SERVERS)
def test_a_run_takes_no_more_than_300_megabytes_whatever_it_meets(defect: str, tmp_path: Path) -> None:
    server_of, selection = SERVERS[defect]
    with server_of() as server:
        code, findings = run_in_bounds(server, tmp_path, *selection)
    assert code in {ExitCode.DOES_NOT_CONFORM, ExitCode.TARGET_BROKE}
    assert findings


def test_a_client_library_that_waits_for_ever_is_given_up(tmp_path: Path) -> None:
    with RawServer(to_libraries(FAULTY["continue-for-ever"][0])) as server:
        code, findings = run_in_bounds(server, tmp_path, "--area", "client", limits=IMPATIENT)
    assert code == ExitCode.TARGET_BROKE
    # Five requests in a row without an answer, and the target counts as gone: the other checks are put aside.
    assert 0 < len(findings) <= 10
    assert {row["outcome"] for row in findings.values()} == {"error"}


def test_a_paginator_that_finds_no_end_is_stopped(tmp_path: Path) -> None:
    with RawServer(to_libraries(TOKENS["tokens-never-end"]())) as server:
        code, findings = run_in_bounds(server, tmp_path, "--select", f"{LIST}/client/paginator/without-config")
    assert code == ExitCode.DOES_NOT_CONFORM
    (finding,) = findings.values()
    assert "no end after" in finding["received"]


def test_a_byte_at_a_time_from_the_first_request_on_ends_in_bounds(tmp_path: Path) -> None:
    with RawServer(drips(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a")) as server:
        code, _ = run_in_bounds(server, tmp_path, "--area", "protocol", limits=IMPATIENT)
    assert code == ExitCode.TARGET_BROKE
