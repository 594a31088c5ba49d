"""Servers without a socket, each a function that answers: the right one, and those that have understood nothing."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from conformance.catalogue.lab import Lab, Resource
from conformance.proof.sender import URL, InProcess
from conformance.reference import Service
from conformance.tuning.related import related
from conformance.wire.encoding import dump
from conformance.wire.exchange import Exchange, Fault, HttpRequest, HttpResponse
from conformance.wire.request import Request
from conformance.worlds import load_world

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.contract import Contract
    from conformance.worlds import World, WorldJob

Answered = tuple[int, bytes]
"""HTTP status and body."""
Answer = Callable[[Request], Answered | Fault]

_OK = 200
_DATE = "Thu, 01 Jan 2026 00:00:00 GMT"
"""The same for every answer: a server in the process has no clock, and its world is older than this."""


class Answering:
    """A sender that sends nothing: a function answers. `sent` has every request."""

    def __init__(self, answer: Answer, content_type: str) -> None:
        """Answer nothing yet."""
        self.sent: list[Request] = []
        self._answer = answer
        self._content_type = content_type
        self._numbers = itertools.count(1)

    def send(self, request: Request) -> Exchange:
        """Give the exchange."""
        self.sent.append(request)
        answered = self._answer(request)
        shown = HttpRequest(request.method, URL, (), request.body)
        if isinstance(answered, Fault):
            return Exchange(request.operation, shown, None, answered)
        number = f"{next(self._numbers)}"
        headers = (("Content-Type", self._content_type), ("x-amzn-RequestId", number), ("Date", _DATE))
        return Exchange(request.operation, shown, HttpResponse(answered[0], headers, answered[1], 0.0))


def lab_of(contract: Contract, answer: Answer, jobs: Iterable[WorldJob], *, known: bool = False) -> Lab:
    """Give a lab at such a server, where nothing is known of the jobs but that they exist; with `known`, all of it."""
    resources = tuple(Resource(job.name, job, listed_known=True) if known else Resource(job.name) for job in jobs)
    return Lab(contract, Answering(answer, contract.service.content_type), resources, related=related)


def constant(status: int, value: Any) -> Answer:
    """Give the same answer to everything: bytes as they are, all else as JSON."""
    body = value if isinstance(value, bytes) else dump(value)
    return lambda _: (status, body)


def refused(code: str, status: int = 400) -> Answered:
    """Give a refusal."""
    return status, dump({"__type": code, "message": "no"})


def refusing(code: str, status: int = 400) -> Answer:
    """Refuse everything with the same code."""
    return lambda _: refused(code, status)


def echo(request: Request) -> Answered:
    """Send back what was sent."""
    return _OK, request.body


def closing(request: Request) -> Fault:  # noqa: ARG001 - the signature of an answer
    """Close the connection at once."""
    return Fault("dropped", "Remote end closed connection without response")


def right(world: World | None = None) -> Answer:
    """Answer as the reference server does, on the world that ships or another one."""
    service = Service(world or load_world("default"))
    sender = InProcess(service.contract, service)

    def answer(request: Request) -> Answered | Fault:
        response = sender.send(request).response
        return (response.status, response.body) if response else Fault("dropped", "the server sent nothing")

    return answer


def with_every_list_empty() -> Answer:
    """Answer rightly, but for lists, which come empty."""
    full = right()

    def emptied(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: emptied(member) for name, member in value.items()}
        return [] if isinstance(value, list) else value

    def answer(request: Request) -> Answered | Fault:
        got = full(request)
        if isinstance(got, Fault) or got[0] != _OK:
            return got
        return _OK, dump(emptied(json.loads(got[1])))

    return answer
