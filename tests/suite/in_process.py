"""Whole runs inside the process, on servers that answer without a socket, and their verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache

from conformance.checks.check import Check
from conformance.checks.runner import Runner
from conformance.checks.verdict import Outcome, Verdict
from conformance.contract.loading import load
from conformance.contract.model import Contract
from conformance.mutation.servers import Answer, Answered, rejected, right
from conformance.mutation.servers import session_at as _session_at
from conformance.session.session import TargetSession
from conformance.suite.catalogue import catalogue
from conformance.wire.encoding import NotJsonError, parse
from conformance.wire.exchange import Fault
from conformance.wire.request import Request
from conformance.worlds.loading import load_world


@cache
def contract() -> Contract:
    return load()


@cache
def checks() -> tuple[Check, ...]:
    return catalogue(contract())


def refuses_what_is_well_formed(request: Request) -> Answered:
    """Tell the kinds of requests apart, and reject each in its own words, valid ones as well."""
    if request.target is not None and request.target != f"SageMaker.{request.operation}":
        return rejected("UnknownOperationException")
    try:
        is_object = isinstance(parse(request.body), dict)
    except NotJsonError:
        is_object = False
    return rejected("ValidationException" if is_object and request.method == "POST" else "SerializationException")


def with_bodies(change: Callable[[bytes], bytes]) -> Answer:
    """Answer rightly, but that the body of each success is changed."""
    well = right()

    def answer(request: Request) -> Answered | Fault:
        got = well(request)
        return got if isinstance(got, Fault) or got[0] != 200 else (200, change(got[1]))

    return answer


def judged(answer: Answer, *, names: bool = True, known: bool = False, selected: Sequence[Check] = ()) -> list[Verdict]:
    """Run checks, all unless some are selected, on a target whose jobs are named, known wholly, or not even named."""
    session = session_at(answer, names=names, known=known)
    some = selected or checks()
    runner = Runner(session, some)
    return [runner.verdict(check) for check in some]


def session_at(answer: Answer, *, names: bool = True, known: bool = False) -> TargetSession:
    return _session_at(contract(), answer, load_world("default").jobs if names else (), known=known)


def counted(verdicts: Iterable[Verdict], *, level: str = "must") -> Counter[Outcome]:
    """Count the outcomes of the checks of a level, given the verdicts of all checks."""
    return Counter(verdict.outcome for check, verdict in zip(checks(), verdicts, strict=True) if check.level == level)
