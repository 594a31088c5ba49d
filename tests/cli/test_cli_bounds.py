"""Whole runs on malicious servers, memory and work measured: each ends in its bounds and with a verdict.

What each defect is reported as is tested without a process: on the wire in `tests/wire`, as a run in `tests/suite`.
"""

from __future__ import annotations

import itertools
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from hostile_servers import ANSWERED, FAULTY, TOKENS, drips, to_libraries
from raw_servers import Behaviour, RawServer, Received, dying_after, reference

from cli.measuring import IMPATIENT, LIMITS, measured, within_bounds
from conformance.errors import ExitCode

pytestmark = pytest.mark.slow

LIST = "ListTrainingJobsForHyperParameterTuningJob"
WELL = 20
"""Requests that a server answers rightly before it turns malicious: by then the run is well under way."""


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
        run = measured(server, tmp_path, *selection, limits=LIMITS)
    within_bounds(run)
    assert run.code in {ExitCode.DOES_NOT_CONFORM, ExitCode.TARGET_BROKE}
    assert run.findings


def test_a_client_library_that_waits_for_ever_is_given_up(tmp_path: Path) -> None:
    with RawServer(to_libraries(FAULTY["continue-for-ever"][0])) as server:
        run = measured(server, tmp_path, "--area", "client", limits=IMPATIENT)
    within_bounds(run)
    assert run.code == ExitCode.TARGET_BROKE
    # Five requests in a row without an answer, and the target counts as gone: the other checks are put aside.
    assert 0 < len(run.findings) <= 10
    assert {row["outcome"] for row in run.findings.values()} == {"error"}


def test_a_paginator_that_finds_no_end_is_stopped(tmp_path: Path) -> None:
    with RawServer(to_libraries(TOKENS["tokens-never-end"]())) as server:
        run = measured(server, tmp_path, "--select", f"{LIST}/client/paginator/without-config")
    within_bounds(run)
    assert run.code == ExitCode.DOES_NOT_CONFORM
    (finding,) = run.findings.values()
    assert "no end after" in finding["received"]


def test_a_byte_at_a_time_from_the_first_request_on_ends_in_bounds(tmp_path: Path) -> None:
    with RawServer(drips(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a")) as server:
        run = measured(server, tmp_path, "--area", "protocol", limits=IMPATIENT)
    within_bounds(run)
    assert run.code == ExitCode.TARGET_BROKE
