"""Servers without a socket, each a function that answers: the right one, and those that have understood nothing."""

from __future__ import annotations

import itertools
import json
import shlex
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from conformance.checks.tuning.answers import related
from conformance.clients.boto3_client import Boto3Client
from conformance.clients.laws import CommandRun
from conformance.contract.names import DELETING, verb_of
from conformance.mutation.played_cli import PlayedCli
from conformance.reference.http import Call
from conformance.reference.service import Service
from conformance.reference.stages import Stages
from conformance.session.session import Resource, TargetSession
from conformance.wire.encoding import dump
from conformance.wire.exchange import Exchange, Fault, HttpRequest, HttpResponse
from conformance.wire.limits import reads
from conformance.wire.request import Request
from conformance.wire.signing import Credentials, Signer, signed_region
from conformance.worlds.loading import load_world

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from conformance.clients.laws import Command
    from conformance.contract.model import Contract
    from conformance.mutation.mutant import Mutant
    from conformance.wire.request import OutgoingRequest
    from conformance.worlds.model import World, WorldJob


URL = "http://127.0.0.1:1/"
CREDENTIALS = Credentials("AKIDEXAMPLE", "an-example-of-a-secret")
_ELAPSED_S = 0.0001
_FEW, _SIZE = 3, 10
"""Listings, and items of their pages, that show what a server answers."""
_SECRET = "Authorization"  # noqa: S105 - the name of a header


class InProcess:
    """Sends requests to a service in this process, signed where it verifies signatures."""

    def __init__(self, contract: Contract, service: Stages, *, signed: bool = False) -> None:
        """Keep the service."""
        self._contract = contract.service
        self._service = service
        self._signer = Signer(CREDENTIALS, self._contract.signing_name, "us-east-1") if signed else None

    def send(self, request: Request) -> Exchange:
        """Send one request; where it follows another, the service says what becomes of their connection."""
        headers = self._headers(request)
        if request.after is not None and (kind := self._service.behind(self._call(request.after))):
            shown_only = HttpRequest(request.method, URL, tuple(headers.items()), request.body)
            return Exchange(request.operation, shown_only, None, Fault(kind, "what the service says of its connection"))
        region = signed_region("us-east-1", request.signing) if self._signer else ""
        answer = self._service.answer(self._call(request))
        kept = tuple((name, value) for name, value in headers.items() if name != _SECRET)
        return Exchange(
            request.operation,
            HttpRequest(request.method, URL, kept, request.body, region),
            HttpResponse(answer.status, answer.headers, answer.body, _ELAPSED_S, time.time()),
        )

    def _call(self, request: Request) -> Call:
        headers, signer = self._headers(request), self._signer
        sent = signer.headers(request.method, URL, headers, request.body, request.signing) if signer else headers
        sent = {request.header_case.spell(name): value for name, value in sent.items()}
        received = {name.lower(): value for name, value in sent.items()} | {"host": "127.0.0.1:1"}
        received |= {"transfer-encoding": "chunked"} if request.chunked else {}
        return Call(request.method, "/", received, request.body, frozenset(sent))

    def _headers(self, request: Request) -> dict[str, str]:
        service = self._contract
        target = f"{service.target_prefix}.{request.operation}" if request.target is None else request.target
        content_type = service.content_type if request.content_type is None else request.content_type
        headers = {"X-Amz-Target": target} if target else {}
        headers |= {"Content-Type": content_type} if content_type else {}
        return headers | dict(request.extra_headers)


def ask_plainly(session: TargetSession, *, writing: bool = False) -> None:
    """Send the plainest request of each operation that reads, and walk its listings; then of those that write.

    What deletes comes last.
    """
    operations = [item for item in session.contract.operations.values() if writing or reads(item.name)]
    for operation in sorted(
        operations, key=lambda item: (verb_of(item.name) in DELETING, not reads(item.name), item.listing is None)
    ):
        if operation.listing is not None:
            for each in session.listings(operation)[:_FEW]:
                session.walk(operation, each.members, size=_SIZE)
        session.exchange(session.plain(operation))


def boto3_in_process(contract: Contract, sender: InProcess, broken: Mutant | None = None) -> Boto3Client:
    """Return boto3 with its requests led to the sender; a mutant of it is broken when it is made."""

    def relay(outgoing: OutgoingRequest, shown: HttpRequest) -> Exchange:
        del shown
        target, kind = (outgoing.headers.get(name) for name in ("X-Amz-Target", "Content-Type"))
        return sender.send(Request(outgoing.operation, outgoing.body, outgoing.method, target, kind))

    alter = broken.client if broken is not None and broken.client is not None else lambda _: None
    return Boto3Client(
        URL, contract.service, None, region="us-east-1", operations=contract.operations, relay=relay, alter=alter
    )


class CommandsInProcess:
    """Runs commands by the played AWS CLI, or a broken variant of it."""

    def __init__(self, contract: Contract, sender: InProcess, broken: Mutant | None = None) -> None:
        """Run nothing yet."""
        kind = broken.program(PlayedCli) if broken is not None and broken.program is not None else PlayedCli
        self._program = kind(contract, self._send)
        self._sender = sender
        self._exchanges: list[Exchange] = []

    @property
    def wanted(self) -> Collection[str]:
        """Nothing is begun ahead."""
        return ()

    def ahead(self, commands: Sequence[Command]) -> None:
        """Begin nothing."""

    def close(self) -> None:
        """End nothing: nothing runs on."""

    def run(self, command: Command) -> CommandRun:
        """Run a command to its end."""
        self._exchanges.clear()
        ended = self._program.call(command.words, dict(command.files))
        line = shlex.join(["aws", *command.words])
        return CommandRun(command, ended.status, ended.out, ended.err, tuple(self._exchanges), None, line)

    def _send(self, operation: str, body: bytes) -> tuple[int, bytes]:
        exchange = self._sender.send(Request(operation, body))
        self._exchanges.append(exchange)
        return (exchange.status, exchange.response.body) if exchange.response else (0, b"{}")


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
        """Return the exchange."""
        self.sent.append(request)
        answered = self._answer(request)
        shown = HttpRequest(request.method, URL, (), request.body)
        if isinstance(answered, Fault):
            return Exchange(request.operation, shown, None, answered)
        number = f"{next(self._numbers)}"
        headers = (("Content-Type", self._content_type), ("x-amzn-RequestId", number), ("Date", _DATE))
        return Exchange(request.operation, shown, HttpResponse(answered[0], headers, answered[1], 0.0))


def session_at(contract: Contract, answer: Answer, jobs: Iterable[WorldJob], *, known: bool = False) -> TargetSession:
    """Return a session at such a server, which knows that the jobs exist; with `known`, all of them."""
    resources = tuple(Resource(job.name, job, listed_known=True) if known else Resource(job.name) for job in jobs)
    return TargetSession(contract, Answering(answer, contract.service.content_type), resources, related=related)


def constant(status: int, value: Any) -> Answer:
    """Return the same answer to everything: bytes as they are, all else as JSON."""
    body = value if isinstance(value, bytes) else dump(value)
    return lambda _: (status, body)


def rejected(code: str, status: int = 400) -> Answered:
    """Return a rejection."""
    return status, dump({"__type": code, "message": "no"})


def rejecting(code: str, status: int = 400) -> Answer:
    """Reject everything with the same code."""
    return lambda _: rejected(code, status)


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
