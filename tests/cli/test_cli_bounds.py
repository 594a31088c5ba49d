"""Whole runs on servers that mean harm, with clock and memory watched: a run stays within its bounds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hostile_servers import FAULTY, TOKENS, Paging, drips, redirecting_libraries, to_libraries
from raw_servers import Behaviour, RawServer, always, reference

from cli.measuring import IMPATIENT, LIMITS, measured, within_bounds
from conformance.errors import ExitCode

pytestmark = pytest.mark.slow

DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"


@pytest.mark.parametrize("defect", ["body-without-end", "bomb", "long-string"])
def test_an_answer_without_measure_ends_the_run_in_bounds(defect: str, tmp_path: Path) -> None:
    behaviour, _ = FAULTY[defect]
    names = reference()

    def answer(connection: object, request: object) -> bool:
        # The names of the jobs are told, so that the run begins; all else means harm.
        listing = getattr(request, "operation", "") == "ListHyperParameterTuningJobs"
        chosen: Callable[..., bool] = names if listing else behaviour
        return chosen(connection, request)

    with RawServer(answer) as server:
        run = measured(server, tmp_path, "--area", "protocol")
    within_bounds(run)
    assert run.code == ExitCode.TARGET_BROKE
    (finding,) = run.findings.values()
    assert "the body is larger than 8388608 bytes" in finding["reason"]


@pytest.mark.parametrize("defect", ["tokens-of-a-megabyte", "tokens-of-sixty-kilobytes"])
def test_tokens_without_measure_end_the_run_in_bounds(defect: str, tmp_path: Path) -> None:
    server_of: Callable[[], Paging] = TOKENS[defect]
    with RawServer(server_of()) as server:
        run = measured(server, tmp_path, "--operation", LIST)
    within_bounds(run)
    assert run.code in {ExitCode.DOES_NOT_CONFORM, ExitCode.TARGET_BROKE}
    assert run.findings


HARM_TO_LIBRARIES: dict[str, tuple[Behaviour, str]] = {
    "body-without-end": (FAULTY["body-without-end"][0], LIMITS),
    "bomb": (FAULTY["bomb"][0], LIMITS),
    "byte-by-byte": (FAULTY["headers-byte-by-byte"][0], IMPATIENT),
    "continue-for-ever": (FAULTY["continue-for-ever"][0], IMPATIENT),
}


@pytest.mark.parametrize("defect", HARM_TO_LIBRARIES)
def test_a_client_library_is_bounded_as_well(defect: str, tmp_path: Path) -> None:
    behaviour, limits = HARM_TO_LIBRARIES[defect]
    with RawServer(to_libraries(behaviour)) as server:
        run = measured(server, tmp_path, "--area", "client", limits=limits)
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


def test_nothing_follows_a_redirect_and_nothing_signed_goes_elsewhere(tmp_path: Path) -> None:
    with RawServer(always(200, b"{}")) as elsewhere:
        with RawServer(redirecting_libraries(elsewhere.url)) as server:
            run = measured(server, tmp_path, "--area", "client")
        assert elsewhere.connections == 0
    assert run.code == ExitCode.DOES_NOT_CONFORM
    assert run.findings


def test_one_byte_a_second_from_the_first_request_on_ends_in_bounds(tmp_path: Path) -> None:
    with RawServer(drips(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a")) as server:
        run = measured(server, tmp_path, "--area", "protocol", limits=IMPATIENT)
    within_bounds(run)
    assert run.code == ExitCode.TARGET_BROKE
