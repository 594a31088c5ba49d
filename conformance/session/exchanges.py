"""The exchanges of a session: each request is sent once and remembered, faults and bytes are counted."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar, cast

from conformance.contract.model import Contract
from conformance.wire.encoding import weight
from conformance.wire.exchange import KILLED, RUN_TIME, Exchange, Fault, HttpRequest
from conformance.wire.request import Request, UnansweredError

_FATAL = frozenset({"unreachable", "timeout", "dropped", "not-http", "too-large", "throttled"})
_AT_ONCE = frozenset({"budget", "credentials", RUN_TIME})
"""Faults after which no request will be answered: there is no use in trying four more."""
_PATIENCE = 5
MOST_RESTARTS = 10
"""How often a server is brought back in a run."""
_SHOWN = 60
"""Bytes of a body that are shown."""
_MOST_DOUBTS = 20
"""How often a target that drops one connection after the other is asked whether it is there: a run stays bounded."""

T = TypeVar("T")


class Sender(Protocol):
    """Whatever sends a request and gives back what happened."""

    def send(self, request: Request) -> Exchange:
        """Send one request."""


@dataclass(frozen=True)
class Crash:
    """A server that was gone after a request: what was sent, by which check, and whether the server came back.

    `answered` says that the request had its answer before the server went away; no check of its own fails then.
    """

    operation: str
    request: str
    check: str
    restarted: bool
    answered: bool


@dataclass
class _Memory:
    """What is forgotten while the target is asked again."""

    exchanges: dict[Request, Exchange] = field(default_factory=dict)
    found: dict[Hashable, Any] = field(default_factory=dict)


class Exchanges:
    """Exchanges with one target, remembered, so that whoever asks the same shares them."""

    def __init__(
        self, contract: Contract, sender: Sender, most_bytes: int, revive: Callable[[], bool] | None = None
    ) -> None:
        """Ask nothing yet. `most_bytes` bounds the memory that the answers may take together, as it is estimated.

        `revive` brings a server back that has gone away, with its state, and returns whether it could.
        """
        self.contract = contract
        self.gone: Fault | None = None
        """Why nothing is asked any more; None while the target answers."""
        self.asking = ""
        """The id of the check for which requests are sent now."""
        self.crashes: list[Crash] = []
        """The requests after which the server was gone."""
        self._revive = revive
        self._fatal: dict[Request, Exchange] = {}
        self._last: Request | None = None
        self._last_for, self._last_answered = "", False
        self._sender = sender
        self._most_bytes = most_bytes
        self._bytes = 0
        self._faults = 0
        self._doubts = 0
        self._answered: Request | None = None
        self._memory = self._first_memory = _Memory()
        self._cache: dict[Hashable, Any] = {}
        self._kept: dict[Request, Exchange] = {}
        self._answers: dict[str, dict[tuple[int, bytes], Exchange]] = {name: {} for name in contract.operations}

    def cached(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` makes, made once for each key."""
        if key not in self._cache:
            self._cache[key] = make()
        return cast("T", self._cache[key])

    def remembered(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` makes of answers, made once for each key; made again while the target is asked again."""
        found = self._memory.found
        if key not in found:
            found[key] = make()
        return cast("T", found[key])

    def has(self, *key: Hashable) -> bool:
        """Return whether something is remembered under a key, since the target was asked (again)."""
        return key in self._memory.found

    def exchange(self, request: Request, *, ordinary: bool = True) -> Exchange:
        """Return the exchange of a request, sent now or remembered.

        `ordinary` is false for a request that ought to be rejected: an answer to it is not judged as one of the
        operation, because the check of that request reports it.
        """
        exchange = self._memory.exchanges.get(request)
        if exchange is None:
            exchange = self._send(request)
            if exchange.fault is None or exchange.fault.kind != "unreachable":  # not this request's own answer else
                self._memory.exchanges[request] = exchange
            # What is asked again and answered in the same words is no further evidence, and not kept a second time.
            first = self._kept.setdefault(request, exchange)
            if first is exchange or first.response is None or not _same(first, exchange):
                self._keep(exchange)
        if ordinary:
            self._see(exchange)
        return exchange

    def send_again(self, request: Request) -> Exchange:
        """Send a request once more, whatever is remembered."""
        return self._send(request)

    def _send(self, request: Request) -> Exchange:
        if request in self._fatal:
            return self._fatal[request]
        if self.gone is not None:
            return Exchange(request.operation, _unsent(request), None, self.gone)
        exchange = self._sender.send(request)
        if self._answered is None and exchange.ok:
            self._answered = request
        if exchange.fault is not None and exchange.fault.kind == "dropped" and self._is_over():
            fault = Fault(KILLED, "the connection was closed without an answer, and then no server was there")
            exchange = replace(exchange, fault=fault)
        if exchange.fault is not None and exchange.fault.kind == KILLED:
            self._fatal[request] = exchange
        self.count(exchange.fault, request)
        self._last, self._last_for, self._last_answered = request, self.asking, exchange.response is not None
        return exchange

    def _is_over(self) -> bool:
        """Ask a target that dropped a connection for once what it has answered before: it may be gone altogether."""
        if self._answered is None or self._faults or self._doubts >= _MOST_DOUBTS:
            return False
        self._doubts += 1
        try:
            probe = self._sender.send(self._answered)
        except UnansweredError:
            return False
        return probe.fault is not None and probe.fault.kind in {"unreachable", KILLED}

    def count(self, fault: Fault | None, request: Request | None = None) -> None:
        """Count a request that found no answer, or (None) one that did: too many in a row, and the target is gone.

        `request` is None for what a client library made.
        """
        if fault is not None and fault.kind == KILLED:
            self._crashed(request, self.asking, fault, answered=False)
            return
        if fault is not None and fault.kind == "unreachable" and self._last is not None and self._answered is not None:
            # Nothing listens any more: what was sent before was the end of the server, not this request.
            self._crashed(self._last, self._last_for, fault, answered=self._last_answered)
            return
        fatal = fault is not None and fault.kind in _FATAL
        self._faults = self._faults + 1 if fatal else 0
        if fault is not None and fault.kind in _AT_ONCE:
            self.gone = fault
        elif self._faults >= _PATIENCE and fault is not None and not self._still_there(fault):
            self.gone = Fault("gone", f"the target gave no answer {_PATIENCE} times in a row: {fault.detail}")

    def _crashed(self, request: Request | None, check: str, fault: Fault, *, answered: bool) -> None:
        """Note the request after which the server was gone; bring the server back, or give the target up."""
        words = "a request of boto3" if request is None else describe(request)
        operation = check.split("/", 1)[0] if request is None else request.operation
        restarted = self._revive is not None and len(self.crashes) < MOST_RESTARTS and self._revive()
        self.crashes.append(Crash(operation, words, check, restarted, answered))
        self._faults = 0
        if restarted:
            # What was there before the restart has other times and tokens now: nothing is compared across it.
            self._memory = _Memory()
            self._cache.clear()
        else:
            self.gone = Fault("gone", f"the target was gone after {words}: {fault.detail}")

    def _still_there(self, fault: Fault) -> bool:
        """Ask a target that drops connections what it has answered before: a handler that dies on a body is no end."""
        if fault.kind != "dropped" or self._answered is None or self._doubts >= _MOST_DOUBTS:
            return False
        self._doubts += 1
        try:
            answers = self._sender.send(self._answered).response is not None
        except UnansweredError:
            return False
        self._faults = 0
        return answers

    def _keep(self, exchange: Exchange) -> None:
        """Count what an exchange takes in memory: too much of it, and nothing more is asked."""
        self._bytes += weight(exchange.response.body) if exchange.response else 0
        self._bytes += len(exchange.request.body)
        if self._bytes > self._most_bytes and self.gone is None:
            words = (
                f"the answers of the target take more than {self._most_bytes} bytes together (limits: max_kept_bytes)"
            )
            self.gone = Fault("too-large", words)

    @contextmanager
    def asking_again(self) -> Iterator[None]:
        """Forget everything for a while: what is asked inside is sent again."""
        kept, self._memory = self._memory, _Memory()
        crashes = len(self.crashes)
        try:
            yield
        finally:
            if len(self.crashes) == crashes:
                self._memory = kept

    @property
    def asks_again(self) -> bool:
        """Whether what was asked before is asked once more."""
        return self._memory is not self._first_memory

    def saw(self, exchanges: tuple[Exchange, ...]) -> None:
        """Keep the accepted answers among exchanges, whoever had them, so that they are judged as well."""
        for exchange in exchanges:
            self._keep(exchange)
            self._see(exchange)

    def _see(self, exchange: Exchange) -> None:
        if exchange.response is not None and exchange.ok and exchange.operation in self._answers:
            self._answers[exchange.operation].setdefault((exchange.status, exchange.response.body), exchange)

    def answers(self, operation: str) -> tuple[Exchange, ...]:
        """Return every accepted answer of an operation that the run saw, client libraries' included, each once."""
        return tuple(self._answers[operation].values())

    def answered(self, operation: str, fits: Callable[[Request], bool]) -> tuple[Exchange, ...]:
        """Return each exchange of an operation that has an answer: of requests that fit, and of client libraries."""
        own = {request: item for request, item in self._memory.exchanges.items() if request.operation == operation}
        # Where processes share a run, several of them may have had the same answer: it is the request's own then.
        bodies = {(item.status, item.response.body) for item in own.values() if item.response is not None}
        theirs = [item for key, item in self._answers[operation].items() if key not in bodies]
        fitting = [item for request, item in own.items() if item.response is not None and fits(request)]
        return (*fitting, *theirs)

    @property
    def asked(self) -> Mapping[Request, Exchange]:
        """Every request that is remembered, with what became of it."""
        return self._memory.exchanges

    def take_over(
        self,
        asked: Mapping[Request, Exchange],
        answers: Iterable[Exchange],
        gone: Fault | None = None,
        crashes: Iterable[Crash] = (),
    ) -> None:
        """Remember what others asked the same target in this one's place, the answers that they saw, and its end."""
        self.crashes += crashes
        self._memory.exchanges.update(asked)
        for exchange in answers:
            self._see(exchange)
        self.gone = gone


def _same(item: Exchange, other: Exchange) -> bool:
    """Return whether two exchanges have the same status and body."""
    return item.status == other.status and (item.response and item.response.body) == (
        other.response and other.response.body
    )


def describe(request: Request) -> str:
    """Say in a line what a request is, by its operation and what is unusual about it."""
    body = request.body[:_SHOWN].decode("utf-8", "backslashreplace")
    more = "..." if len(request.body) > _SHOWN else ""
    method = "" if request.method == "POST" else f"{request.method} "
    unusual = ", in chunks" if request.chunked else ""
    return f"{method}{request.operation} with the body {body!r}{more}{unusual}"


def _unsent(request: Request) -> HttpRequest:
    return HttpRequest(request.method, "", (), request.body)
