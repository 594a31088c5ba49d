"""Whole runs on servers that mean harm, over real sockets: each in bounded memory and time, and with a verdict."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from cli.measuring import IMPATIENT, LIMITS, measured, within_bounds
from hostile_servers import ANSWERED, FAULTY, TOKENS, out_of_order
from raw_servers import Behaviour, RawServer, Received, always, dying_after, never_answers, redirects_to, reference

from conformance.errors import ExitCode
from conformance.worlds.loading import load_world

pytestmark = pytest.mark.slow

TO_THE_END = "ListTrainingJobsForHyperParameterTuningJob/pagination/token/leads-to-the-end"
WELL = 20
"""Requests that a server answers rightly before it means harm: by then the run is well under way."""


def later(behaviour: Behaviour, when: Callable[[int], bool] = lambda number: number >= WELL) -> Behaviour:
    """Answer rightly, but for the requests of these numbers."""
    right, numbers = reference(), itertools.count()

    def answer(connection: socket.socket, request: Received) -> bool:
        return (behaviour if when(next(numbers)) else right)(connection, request)

    return answer


def changing() -> Behaviour:
    """Answer rightly of one of two states: each seventh request finds a training job less in every tuning job."""
    world = load_world("default")
    fewer = replace(world, jobs=tuple(replace(job, training_jobs=job.training_jobs[:-1]) for job in world.jobs))
    before, after, numbers = reference(world), reference(fewer), itertools.count()

    def answer(connection: socket.socket, request: Received) -> bool:
        return (after if next(numbers) % 7 == 6 else before)(connection, request)

    return answer


def in_turn() -> Behaviour:
    """Answer each third request with another body that means harm."""
    defects = itertools.cycle(behaviour for behaviour, _ in ANSWERED.values())

    def harm(connection: socket.socket, request: Received) -> bool:
        return next(defects)(connection, request)

    return later(harm, lambda number: number % 3 == 2)


SLOW = frozenset({"never-answers", "headers-byte-by-byte", "body-byte-by-byte", "continue-for-ever", "hints-for-ever"})
"""What is waited for: with little patience here."""
NAMED = (
    *("headers-byte-by-byte", "body-byte-by-byte", "body-without-end", "long-string", "bomb", "length-larger"),
    *("ten-thousand-headers", "headers-of-megabytes", "continue-for-ever", "hints-for-ever", "closes-in-the-status"),
)
SHAPELESS = (
    *("length-smaller", "length-negative", "length-missing", "nested", "broken-utf8", "nan", "duplicate-keys"),
    *("closes-in-the-headers", "many-small-values"),
)
SERVERS: dict[str, Callable[[], AbstractContextManager[RawServer]]] = {
    "never-answers": lambda: RawServer(later(never_answers)),
    **{defect: lambda defect=defect: RawServer(later(FAULTY[defect][0])) for defect in NAMED},  # type: ignore[misc]
    **{defect: lambda defect=defect: RawServer(later(ANSWERED[defect][0])) for defect in SHAPELESS},  # type: ignore[misc]
    **{defect: lambda defect=defect: RawServer(TOKENS[defect]()) for defect in TOKENS},  # type: ignore[misc]
    "answers-out-of-order": lambda: RawServer(out_of_order()),
    "dies": lambda: dying_after(WELL),
    "changes-while-it-is-paged": lambda: RawServer(changing()),
    "all-of-them-in-turn": lambda: RawServer(in_turn()),
}


STEADY = "changes-while-it-is-paged"
"""What it does is within its rights, so that it may conform."""


@pytest.mark.parametrize("defect", SERVERS)
def test_a_run_takes_no_more_than_300_megabytes_whatever_it_meets(defect: str, tmp_path: Path) -> None:
    chosen = ("--select", TO_THE_END) if defect in TOKENS else ("--area", "order" if defect == STEADY else "protocol")
    with SERVERS[defect]() as server:
        run = measured(server, tmp_path, *chosen, limits=IMPATIENT if defect in SLOW else LIMITS)
    within_bounds(run)
    assert run.code in {ExitCode.DOES_NOT_CONFORM, ExitCode.TARGET_BROKE} or defect == STEADY
    assert run.findings or defect == STEADY


def test_a_redirect_takes_no_more_either_and_nothing_reaches_the_other_host(tmp_path: Path) -> None:
    with RawServer(always(200, b"{}")) as elsewhere:
        with RawServer(later(redirects_to(elsewhere.url))) as server:
            run = measured(server, tmp_path, "--area", "protocol")
        assert elsewhere.connections == 0
    within_bounds(run)
    assert run.code == ExitCode.DOES_NOT_CONFORM
