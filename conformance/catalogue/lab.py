"""The lab: gets exchanges from the target for the laws to judge, each request once, and keeps what it saw."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from conformance.catalogue.client_calls import ClientLab
from conformance.catalogue.walking import MOST_PAGES, follow, telling
from conformance.contract import Contract, Operation
from conformance.laws.listing import member
from conformance.laws.paging import Walked
from conformance.laws.survey import Survey, View
from conformance.wire.encoding import weight
from conformance.wire.exchange import Exchange, Fault, HttpRequest
from conformance.wire.limits import Limits
from conformance.wire.request import Request

if TYPE_CHECKING:
    from conformance.catalogue.cli_calls import Program

_FATAL = frozenset({"unreachable", "timeout", "dropped", "not-http", "too-large", "throttled"})
_AT_ONCE = frozenset({"budget", "credentials"})
"""Faults after which no request will be answered: there is no use in trying four more."""
_PATIENCE = 5
_ENDLESS = 3
"""Walks without an end after which the next ones are given up sooner."""
_FEW_PAGES = 100


T = TypeVar("T")


class Sender(Protocol):
    """Whatever sends a request and gives back what happened."""

    def send(self, request: Request) -> Exchange:
        """Send one request."""


@dataclass(frozen=True)
class Resource:
    """One resource that the state of the target names, with the world's truth about it where there is one."""

    name: str
    known: Any = None
    listed_known: bool = False


@dataclass
class _Memory:
    exchanges: dict[Request, Exchange] = field(default_factory=dict)
    walks: dict[tuple[Request, int], Walked] = field(default_factory=dict)
    survey: Survey | None = None
    paging_subject: View | None = None
    found: dict[Hashable, Any] = field(default_factory=dict)


class Lab:
    """Exchanges with one target, remembered, so that checks share them.

    `related` names further resources that a description points to (the parents of a warm start). `auth` is whether the
    target declares that it verifies signatures.
    """

    def __init__(  # noqa: PLR0913 - the parts of a run, put together in one place
        self,
        contract: Contract,
        sender: Sender,
        resources: tuple[Resource, ...],
        *,
        clients: ClientLab | None = None,
        commands: Program | None = None,
        related: Callable[[Mapping[str, Any]], tuple[str, ...]] = lambda _: (),
        auth: bool = False,
        most_items: int = 1_000,
        most_bytes: int = Limits.max_kept_bytes,
    ) -> None:
        """Ask nothing yet. `most_bytes` bounds the memory that the answers may take together, as it is estimated."""
        self.contract = contract
        self.auth = auth
        self.clients = clients
        self.commands = commands
        self.gone: Fault | None = None
        self._sender = sender
        self._resources = resources
        self._related = related
        self._most_items = most_items
        self._memory = _Memory()
        self._cache: dict[Hashable, Any] = {}
        self._faults = 0
        self._endless = 0
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: dict[Request, Exchange] = {}
        self._answers: dict[str, list[Exchange]] = {name: [] for name in contract.operations}
        self.describing = next(op for op in contract.operations.values() if op.settled is not None)
        self.listing_operation = next(op for op in contract.operations.values() if op.listing is not None)

    def cached(self, key: Hashable, make: Callable[[], T]) -> T:
        """Give what `make` makes, made once for each key."""
        if key not in self._cache:
            self._cache[key] = make()
        return cast("T", self._cache[key])

    def remembered(self, key: Hashable, make: Callable[[], T]) -> T:
        """Give what `make` makes of answers, made once for each key; made anew while the target is asked again."""
        found = self._memory.found
        if key not in found:
            found[key] = make()
        return cast("T", found[key])

    # -- exchanges

    def exchange(self, request: Request) -> Exchange:
        """Give the exchange of a request, sent now or remembered."""
        known = self._memory.exchanges.get(request)
        if known is not None:
            return known
        exchange = self._send(request)
        self._memory.exchanges[request] = exchange
        # What is asked again and answered in the same words is no further evidence, and is not kept a second time.
        first = self._kept.setdefault(request, exchange)
        if first is exchange or first.response is None or not _same(first, exchange):
            self._keep(exchange)
            self._see(exchange)
        return exchange

    def send_again(self, request: Request) -> Exchange:
        """Send a request once more, whatever is remembered."""
        return self._send(request)

    def _send(self, request: Request) -> Exchange:
        if self.gone is not None:
            return Exchange(request.operation, _unsent(request), None, self.gone)
        exchange = self._sender.send(request)
        self.count(exchange.fault)
        return exchange

    def count(self, fault: Fault | None) -> None:
        """Count a request that found no answer, or (None) one that did: too many in a row, and the target is gone."""
        fatal = fault is not None and fault.kind in _FATAL
        self._faults = self._faults + 1 if fatal else 0
        if fault is not None and fault.kind in _AT_ONCE:
            self.gone = fault
        elif self._faults >= _PATIENCE and fault is not None:
            self.gone = Fault("gone", f"the target gave no answer {_PATIENCE} times in a row: {fault.detail}")

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
        """Forget everything for a while: what is asked inside is asked anew."""
        kept, self._memory = self._memory, _Memory()
        try:
            yield
        finally:
            self._memory = kept

    def saw(self, exchanges: tuple[Exchange, ...]) -> None:
        """Keep the accepted answers among exchanges, whoever had them, so that they are judged as well."""
        for exchange in exchanges:
            self._keep(exchange)
            self._see(exchange)

    def _see(self, exchange: Exchange) -> None:
        if exchange.ok and exchange.operation in self._answers:
            self._answers[exchange.operation].append(exchange)

    def answers(self, operation: str) -> Sequence[Exchange]:
        """Give every accepted answer of an operation that the run saw, client libraries' included."""
        return self._answers[operation]

    # -- resources

    @property
    def survey(self) -> Survey:
        """Every resource with its description and its complete default listing, asked for once."""
        if self._memory.survey is None:
            self._memory.survey = Survey(tuple(self._views()))
        return self._memory.survey

    def _views(self) -> Iterator[View]:
        queue = list(self._resources)
        done: set[str] = set()
        while queue:
            resource = queue.pop(0)
            if resource.name in done:
                continue
            done.add(resource.name)
            view = self._view(resource)
            queue += [Resource(name) for name in self._related(view.answer)]
            yield view

    def _view(self, resource: Resource) -> View:
        description = self.exchange(Request.call(self.describing.name, {self.describing.subject: resource.name}))
        settled = self.describing.settled
        status = member(description.answer, settled.path) if settled else None
        ended = settled is not None and status in settled.values
        walked = self.walk(resource.name)
        listing = walked.listing if walked.listing.pages and walked.listing.pages[0].ok else None
        return View(resource.name, description, listing, ended, resource.known, resource.listed_known)

    def existing(self, operation: Operation) -> str | None:
        """Give the name of a resource that exists for an operation, None where the target has none."""
        if operation.subject != self.describing.subject:
            return None
        views = [view for view in self.survey.views if (view.listing if operation.listing else view.description.ok)]
        settled = [view for view in views if view.settled]
        return next((view.name for view in settled or views), None)

    @property
    def nobody(self) -> str:
        """A well-formed name that no resource has."""
        taken = self.survey.by_name
        return next(
            name for name in ("conformance-no-such-job", "conformance-no-such-job-2", "z9") if name not in taken
        )

    def plain(self, operation: Operation) -> Request:
        """Give the plainest valid request of an operation: its subject alone, of a resource that exists if any does."""
        return Request.call(operation.name, {operation.subject: self.existing(operation) or self.nobody})

    # -- listings

    def walk(self, name: str, *, size: int | None = None, **members: Any) -> Walked:
        """Walk a listing to its end, page by page; `size` None means the largest page there is."""
        operation = self.listing_operation
        pagination = operation.pagination
        if pagination is None:
            raise ValueError(f"{operation.name} has no pages")
        largest = operation.input.members[pagination.limit].effective("maximum") or 100
        size = size or largest
        first = Request.call(operation.name, {operation.subject: name, **members, pagination.limit: size})
        known = self._memory.walks.get((first, size))
        if known is None:
            most_pages = MOST_PAGES if self._endless < _ENDLESS else _FEW_PAGES
            listing = follow(self.exchange, first, pagination, self._most_items, most_pages)
            self._endless += listing.left_off and len(listing.pages) >= _FEW_PAGES
            known = Walked(name, listing, size)
            self._memory.walks[first, size] = known
        return known

    def paging_subject(self) -> View | None:
        """Give the resource whose listing tells most: ended, with many kinds of items, short enough to walk often."""
        if self._memory.paging_subject is None:
            self._memory.paging_subject = telling(self.listing_operation, self.survey.views)
        return self._memory.paging_subject

    def listed_views(self) -> tuple[View, ...]:
        """Give the ended resources whose whole listing is known."""
        return tuple(view for view in self.survey.views if view.listed and view.settled)


def _same(one: Exchange, other: Exchange) -> bool:
    """Tell whether two exchanges have the same status and body."""
    return one.status == other.status and (one.response and one.response.body) == (
        other.response and other.response.body
    )


def _unsent(request: Request) -> HttpRequest:
    return HttpRequest(request.method, "", (), request.body)
