"""Whole runs inside the process: senders that answer without a socket, named for their vice, and their verdicts."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from conformance.catalogue.catalogue import catalogue
from conformance.catalogue.check import Check
from conformance.catalogue.lab import Lab, Resource
from conformance.catalogue.runner import Runner
from conformance.contract import Contract, load
from conformance.laws.verdict import Outcome, Verdict
from conformance.reference.exchange import Call
from conformance.reference.service import Service
from conformance.tuning.related import related
from conformance.wire.encoding import NotJsonError, dump, parse
from conformance.wire.exchange import Exchange, Fault, HttpRequest, HttpResponse
from conformance.wire.request import Request
from conformance.worlds import load_world

JSON = "application/x-amz-json-1.1"
Answer = Callable[[Request], tuple[int, bytes] | Fault]


@cache
def contract() -> Contract:
    return load()


@cache
def checks() -> tuple[Check, ...]:
    return catalogue(contract())


class Answering:
    """Sends nothing: a function of the test answers."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._numbers = itertools.count(1)
        self.sent: list[Request] = []

    def send(self, request: Request) -> Exchange:
        self.sent.append(request)
        answer = self._answer(request)
        shown = HttpRequest(request.method, "http://127.0.0.1/", (), request.body)
        if isinstance(answer, Fault):
            return Exchange(request.operation, shown, None, answer)
        status, body = answer
        headers = (("Content-Type", JSON), ("x-amzn-RequestId", f"{next(self._numbers)}"))
        return Exchange(request.operation, shown, HttpResponse(status, headers, body, 0.0))


def always(status: int, value: Any) -> Answer:
    body = value if isinstance(value, bytes) else dump(value)
    return lambda _: (status, body)


def error(code: str, status: int = 400) -> tuple[int, bytes]:
    return status, dump({"__type": code, "message": "no"})


def echo(request: Request) -> tuple[int, bytes]:
    """Send back what was sent."""
    return 200, request.body


def reference() -> Answer:
    """Answer as the reference server does."""
    service = Service(load_world("default"))

    def answer(request: Request) -> tuple[int, bytes]:
        target = f"SageMaker.{request.operation}" if request.target is None else request.target
        kind = JSON if request.content_type is None else request.content_type
        headers = {name: value for name, value in (("x-amz-target", target), ("content-type", kind)) if value}
        answered = service.answer(Call(request.method, "/", headers, request.body))
        return answered.status, answered.body

    return answer


def with_every_list_empty() -> Answer:
    """Answer rightly, but for lists, which come empty."""
    right = reference()

    def emptied(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: emptied(member) for name, member in value.items()}
        return [] if isinstance(value, list) else value

    def answer(request: Request) -> tuple[int, bytes] | Fault:
        got = right(request)
        if isinstance(got, Fault) or got[0] != 200:
            return got
        return 200, dump(emptied(json.loads(got[1])))

    return answer


def refuses_what_is_well_formed(request: Request) -> tuple[int, bytes]:
    """Tell the kinds of requests apart, and refuse each in its own words, valid ones as well."""
    if request.target is not None and request.target != f"SageMaker.{request.operation}":
        return error("UnknownOperationException")
    try:
        is_object = isinstance(parse(request.body), dict)
    except NotJsonError:
        is_object = False
    return error("ValidationException" if is_object and request.method == "POST" else "SerializationException")


def judged(answer: Answer, *, names: bool = True, known: bool = False, selected: Sequence[Check] = ()) -> list[Verdict]:
    """Run checks, all unless some are selected, on a target whose jobs are named, known wholly, or not even named."""
    lab = lab_of(answer, names=names, known=known)
    some = selected or checks()
    runner = Runner(lab, some)
    return [runner.verdict(check) for check in some]


def lab_of(answer: Answer, *, names: bool = True, known: bool = False) -> Lab:
    jobs = load_world("default").jobs if names else ()
    resources = tuple(Resource(job.name, job, listed_known=True) if known else Resource(job.name) for job in jobs)
    return Lab(contract(), Answering(answer), resources, related=related)


def counted(verdicts: Iterable[Verdict], *, level: str = "must") -> Counter[Outcome]:
    """Count the outcomes of the checks of a level, given the verdicts of all checks."""
    return Counter(verdict.outcome for check, verdict in zip(checks(), verdicts, strict=True) if check.level == level)
