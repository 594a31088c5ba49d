"""The lab: gets exchanges from the target for the laws to judge, each request once, and keeps what it saw."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from conformance.cases.protocol import plainest
from conformance.catalogue.client_calls import ClientLab
from conformance.catalogue.walking import MOST_PAGES, follow, telling
from conformance.contract import Contract, Operation
from conformance.laws.listing import member
from conformance.laws.paging import Walked
from conformance.laws.survey import Inventory, Survey, View
from conformance.wire.encoding import weight
from conformance.wire.exchange import Exchange, Fault, HttpRequest, Listing
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
_MOST_INVENTORIES = 100
"""Resources, of those that only listings tell of, whose own listings are looked at."""


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
        self.describing = next((op for op in contract.operations.values() if op.settled is not None), None)
        subject = self.describing.subject if self.describing is not None else None
        own = (op for op in contract.operations.values() if op.listing is not None and op.subject == subject)
        self._surveyed = next(own, None)
        """The listing that stands beside each description, for laws on both."""

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
        describing = self.describing
        queue = list(self._resources) if describing is not None else []
        if describing is not None and not queue:
            queue = [Resource(name) for name in islice(self._told(describing.subject), _MOST_INVENTORIES)]
        done: set[str] = set()
        while queue and describing is not None:
            resource = queue.pop(0)
            if resource.name in done:
                continue
            done.add(resource.name)
            view = self._view(describing, resource)
            queue += [Resource(name) for name in self._related(view.answer)]
            yield view

    def _view(self, describing: Operation, resource: Resource) -> View:
        description = self.exchange(Request.call(describing.name, {describing.subject: resource.name}))
        settled = describing.settled
        status = member(description.answer, settled.path) if settled else None
        ended = settled is not None and status in settled.values
        listing = self._listed(self._surveyed, {describing.subject: resource.name}) if self._surveyed else None
        return View(resource.name, description, listing, ended, resource.known, resource.listed_known)

    def names(self, subject: str) -> tuple[str, ...]:
        """Give the names of the resources that a member like this may name, those that exist and have ended first.

        They are the state's, where it is about these; else what the listings of the contract tell by that very name.
        """
        return self.remembered(("names", subject), lambda: tuple(dict.fromkeys(self._named(subject))))

    def _named(self, subject: str) -> Iterator[str]:
        if self.describing is not None and subject == self.describing.subject:
            views = [view for view in self.survey.views if view.description.ok]
            yield from (view.name for view in (*(view for view in views if view.settled), *views))
            return
        if self.describing is None:
            yield from (resource.name for resource in self._resources)
        yield from self._told(subject)

    def _told(self, subject: str) -> Iterator[str]:
        """Give the names that listings tell, of those whose items are known by the very name of the member."""
        for operation in self.contract.operations.values():
            if operation.listing is not None and operation.subject != subject:
                path = operation.listing.identity
                if path.rpartition(".")[2] == subject:
                    items = (item for one in self.inventories(operation) for item in one.items)
                    yield from (str(member(item, path)) for item in items)

    def existing(self, operation: Operation) -> str | None:
        """Give the name of a resource that exists for an operation; None where there is none, or none is needed."""
        if not operation.subject:
            return None
        if operation.listing is None:
            return next(iter(self.names(operation.subject)), None)
        found = [one for one in self.inventories(operation) if one.listing is not None]
        settled = [one for one in found if one.settled]
        return next((one.name for one in settled or found), None)

    def exists(self, operation: Operation) -> bool:
        """Tell whether there is what an operation could be asked about: one that names nothing always has it."""
        return not operation.subject or self.existing(operation) is not None

    @property
    def nobody(self) -> str:
        """A well-formed name that no resource has."""
        taken = self.survey.by_name
        return next(
            name for name in ("conformance-no-such-job", "conformance-no-such-job-2", "z9") if name not in taken
        )

    def plain(self, operation: Operation) -> Request:
        """Give the plainest valid request of an operation, about a resource that exists if any does."""
        return Request.call(operation.name, plainest(operation, self.existing(operation) or self.nobody))

    # -- listings

    def inventories(self, operation: Operation) -> tuple[Inventory, ...]:
        """Give whatever an operation lists, asked for once: an inventory for each resource, or the only one."""
        return self.remembered(("inventories", operation.name), lambda: tuple(self._inventories(operation)))

    def _inventories(self, operation: Operation) -> Iterator[Inventory]:
        if not operation.subject:
            yield Inventory(operation.name, {}, self._listed(operation, {}), settled=True)
        elif self.describing is None or operation.subject != self.describing.subject:
            for name in self.names(operation.subject)[:_MOST_INVENTORIES]:
                members = {operation.subject: name}
                yield Inventory(name, members, self._listed(operation, members), settled=True)
        else:
            for view in self.survey.views:
                members = {operation.subject: view.name}
                listing = view.listing if operation is self._surveyed else self._listed(operation, members)
                yield Inventory(view.name, members, listing, view.settled)

    def _listed(self, operation: Operation, members: Mapping[str, Any]) -> Listing | None:
        """Give the complete default listing, None where it is refused."""
        listing = self.walk(operation, members).listing
        return listing if listing.pages and listing.pages[0].ok else None

    def walk(self, operation: Operation, members: Mapping[str, Any], *, size: int | None = None) -> Walked:
        """Walk a query to its end, page by page; `size` None means the largest page there is."""
        pagination = operation.pagination
        if pagination is None:
            raise ValueError(f"{operation.name} has no pages")
        size = size or int(operation.input.members[pagination.limit].effective("maximum") or 100)
        first = Request.call(operation.name, {**members, pagination.limit: size})
        known = self._memory.walks.get((first, size))
        if known is None:
            most_pages = MOST_PAGES if self._endless < _ENDLESS else _FEW_PAGES
            listing = follow(self.exchange, first, pagination, self._most_items, most_pages)
            self._endless += listing.left_off and len(listing.pages) >= _FEW_PAGES
            known = Walked(str(members.get(operation.subject, operation.name)), listing, size)
            self._memory.walks[first, size] = known
        return known

    def paging_subject(self, operation: Operation) -> Inventory | None:
        """Give the inventory that tells most: ended, with many kinds of items, short enough to walk often."""
        key = ("telling", operation.name)
        return self.remembered(key, lambda: telling(operation, self.inventories(operation)))

    def listed(self, operation: Operation) -> tuple[Inventory, ...]:
        """Give the inventories of ended resources that are known to their end."""
        return tuple(one for one in self.inventories(operation) if one.listed and one.settled)


def _same(one: Exchange, other: Exchange) -> bool:
    """Tell whether two exchanges have the same status and body."""
    return one.status == other.status and (one.response and one.response.body) == (
        other.response and other.response.body
    )


def _unsent(request: Request) -> HttpRequest:
    return HttpRequest(request.method, "", (), request.body)
