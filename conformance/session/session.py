"""The session: what checks ask a target about, resources and what they list, each asked for once.

`Exchanges` sends each request once, remembers its answer, and counts faults and bytes; `TargetSession` knows which
resources there are. They are one object to every check, and one module for that, though a long one.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from types import MappingProxyType
from typing import Any, Protocol, TypeVar, cast

from conformance.contract.examples import keeps, names_arn, required_values, text
from conformance.contract.model import Contract, Operation, Pagination
from conformance.contract.names import DELETING, verb_of
from conformance.contract.resources import kind_of
from conformance.session.listing import Walked, member
from conformance.session.snapshot import ListingSnapshot, ResourceSnapshot, Snapshot
from conformance.wire.encoding import dump, weight
from conformance.wire.exchange import KILLED, RUN_TIME, Exchange, Fault, HttpRequest, Listing, shown
from conformance.wire.limits import Limits, reads
from conformance.wire.request import Request, UnansweredError

_FATAL = frozenset({"unreachable", "timeout", "dropped", "not-http", "too-large", "throttled"})
_AT_ONCE = frozenset({"budget", "credentials", RUN_TIME})
"""Faults after which no request will be answered: there is no use in trying four more."""
_PATIENCE = 5
MOST_RESTARTS = 30
"""How often a server is brought back in a run."""
_SHOWN = 60
"""Bytes of a body that are shown."""
_PAUSES_S = (0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds between two questions about what may take a moment to show: three in all."""
_PATIENCE_S = 30.0
"""Seconds of such pauses in a whole run, after which there is one short pause each time."""
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
            if first is exchange or first.response is None or _content(first) != _content(exchange):
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
        exchange = self._read(self._sender.send(request))
        if self._answered is None and exchange.response is not None:
            self._answered = request
        if exchange.fault is not None and exchange.fault.kind == "dropped" and self._is_over():
            fault = Fault(KILLED, "the connection was closed without an answer, and then no server was there")
            exchange = replace(exchange, fault=fault)
        if exchange.fault is not None and exchange.fault.kind == KILLED:
            self._fatal[request] = exchange
        self.count(exchange.fault, request)
        self._last, self._last_for, self._last_answered = request, self.asking, exchange.response is not None
        return exchange

    def _read(self, exchange: Exchange) -> Exchange:
        """Return an exchange with what its operation says of an empty body."""
        operation = self.contract.operations.get(exchange.operation)
        return replace(exchange, may_be_empty=True) if operation is not None and operation.may_say_nothing else exchange

    def _is_over(self) -> bool:
        """Ask a target that dropped a connection for once what it has answered before: it may be gone altogether."""
        probe = None if self._faults else self._probe()
        return probe is not None and probe.fault is not None and probe.fault.kind in {"unreachable", KILLED}

    def _probe(self) -> Exchange | None:
        """Send what the target has answered before; None where there is nothing of the kind, or too often already."""
        if self._answered is None or self._doubts >= _MOST_DOUBTS:
            return None
        self._doubts += 1
        try:
            return self._sender.send(self._answered)
        except UnansweredError:
            return None

    def count(self, fault: Fault | None, request: Request | None = None) -> None:
        """Count a request that found no answer, or (None) one that did: too many in a row, and the target is gone.

        `request` is None for what a client library made.
        """
        self._faults = self._faults + 1 if fault is not None and fault.kind in _FATAL else 0
        if fault is None:
            return
        if fault.kind == KILLED:
            self._crashed(request, self.asking, fault, answered=False)
        elif fault.kind == "unreachable" and self._last is not None and self._answered is not None:
            # Nothing listens any more: what was sent before was the end of the server, not this request.
            self._crashed(self._last, self._last_for, fault, answered=self._last_answered)
        elif fault.kind in _AT_ONCE:
            self.gone = fault
        elif self._faults >= _PATIENCE and not self._still_there(fault):
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
        probe = self._probe() if fault.kind == "dropped" else None
        if probe is None:
            return False
        self._faults = 0
        return probe.response is not None

    def _keep(self, exchange: Exchange) -> None:
        """Count what an exchange takes in memory: too much of it, and nothing more is asked."""
        self._bytes += weight(exchange.response.body) if exchange.response else 0
        self._bytes += len(exchange.request.body)
        if self._bytes > self._most_bytes and self.gone is None:
            limit = f"{self._most_bytes} bytes together (limits: max_kept_bytes)"
            self.gone = Fault("too-large", f"the answers of the target take more than {limit}")

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
    def is_silent(self) -> bool:
        """Whether the target was asked, and has answered nothing."""
        return self._last is not None and self._answered is None

    @property
    def asks_again(self) -> bool:
        """Whether what was asked before is asked once more."""
        return self._memory is not self._first_memory

    def saw(self, exchanges: tuple[Exchange, ...]) -> None:
        """Keep the accepted answers among exchanges, whoever had them, so that they are judged as well."""
        for exchange in map(self._read, exchanges):
            self._keep(exchange)
            self._see(exchange)

    def _see(self, exchange: Exchange) -> None:
        if exchange.response is not None and exchange.ok and exchange.operation in self._answers:
            self._answers[exchange.operation].setdefault(_content(exchange), exchange)

    def answers(self, operation: str) -> tuple[Exchange, ...]:
        """Return every accepted answer of an operation that the run saw, client libraries' included, each once."""
        return tuple(self._answers[operation].values())

    def answered(self, operation: str, fits: Callable[[Request], bool]) -> tuple[Exchange, ...]:
        """Return each exchange of an operation that has an answer: of requests that fit, and of client libraries."""
        own = {request: item for request, item in self._memory.exchanges.items() if request.operation == operation}
        # Where processes share a run, several of them may have had the same answer: it is the request's own then.
        bodies = {_content(item) for item in own.values() if item.response is not None}
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


def _content(exchange: Exchange) -> tuple[int, bytes]:
    return exchange.status, exchange.response.body if exchange.response else b""


def describe(request: Request) -> str:
    """Say in a line what a request is, by its operation and what is unusual about it."""
    body = request.body[:_SHOWN].decode("utf-8", "backslashreplace")
    more = "..." if len(request.body) > _SHOWN else ""
    method = "" if request.method == "POST" else f"{request.method} "
    unusual = ", in chunks" if request.chunked else ""
    return f"{method}{request.operation} with the body {body!r}{more}{unusual}"


def _unsent(request: Request) -> HttpRequest:
    return HttpRequest(request.method, "", (), request.body)


MOST_PAGES = 2_000
"""Pages after which a walk is given up."""

_LONGEST_TOKEN = 65_536
"""Characters of a token, eight times what the service's own may have, beyond which it is not sent back."""

_HANDY = range(11, 61)
"""Items of a listing that is longer than a default page, and short enough to be walked item by item."""


def plainest(operation: Operation, name: str, others: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    """Return the members of the plainest request that a body can be bent around: the name of a resource, if it has one.

    `others` are names for further members. Whatever else is required has a value of its own. For an operation that
    needs nothing, a member that takes words, with the first of its words; without such, no member.
    """
    needed = {member: value for member, value in required_values(operation).items() if value is not None}
    if operation.subject:
        return {operation.subject: name, **others, **needed}
    if needed or others:
        return {**others, **needed}
    worded = ((item, node.accepted_values() or ()) for item, node in operation.input.members.items())
    return next(({item: words[0]} for item, words in worded if words), {})


def follow(
    exchange: Callable[[Request], Exchange],
    first: Request,
    pagination: Pagination,
    most_items: int,
    most_pages: int = MOST_PAGES,
) -> Listing:
    """Ask for page after page with the token of the one before, until none comes or something is wrong.

    An empty page with a token is gone on from: only the token says whether there is more.
    """
    pages: list[Exchange] = []
    items: list[dict[str, Any]] = []
    tokens: set[str] = set()
    request, members = first, first.members

    def ended(problem: str = "", *, left_off: bool = False) -> Listing:
        return Listing(tuple(pages), tuple(items), complete=not problem, problem=problem, left_off=left_off)

    while True:
        page = exchange(request)
        pages.append(page)
        answer = page.answer or {}
        found = answer.get(pagination.result)
        if not page.ok or not isinstance(found, list) or not all(isinstance(item, dict | str) for item in found):
            words = f"HTTP {page.status} without the list" if page.ok else shown(page)
            return ended(f"page {len(pages)}: {words}")
        items += found
        token = answer.get(pagination.output_token)
        # SDKs take an empty token for none; that it is no token is for the checks of tokens to say.
        if token is None or token == "" or (pagination.more and answer.get(pagination.more) is False):
            return ended()
        if not isinstance(token, str):
            return ended(f"page {len(pages)}: the token is no string but {token!r}")
        if token in tokens:
            return ended(f"page {len(pages)}: the token of an earlier page comes again")
        if len(token) > _LONGEST_TOKEN:
            return ended(f"page {len(pages)}: the token is {len(token):,} characters long")
        if len(pages) >= most_pages or len(items) > most_items:
            return ended(f"no end after {len(pages)} pages and {len(items)} items", left_off=True)
        tokens.add(token)
        request = replace(first, body=dump(members | {pagination.input_token: token}))


def representative(operation: Operation, listings: Sequence[ListingSnapshot]) -> ListingSnapshot | None:
    """Return the listing on which most would show: ended, with many kinds of items, short enough to walk often."""
    filters = operation.listing.filters.values() if operation.listing else ()

    def worth(each: ListingSnapshot) -> tuple[int, int, int]:
        kinds = len({str(member(item, path)) for item in each.items for path in filters})
        handy = len(each.items) in _HANDY
        return (handy, kinds if handy else -len(each.items), len(each.items))

    with_items = [each for each in listings if each.items]
    return max([each for each in with_items if each.settled] or with_items, key=worth, default=None)


_ENDLESS = 3
"""Walks without an end after which the next ones are given up sooner."""
_FEW_PAGES = 100
_LARGE = 100
"""Items of a page where nothing says how many there may be."""
SNAPSHOT = "survey"
"""The key under which the snapshot is remembered."""
_UNKNOWN = ("conformance-no-such-job", "conformance-no-such-job-2", "z9")
_LAST_PART = re.compile(r"[^:/]+$")
"""What an ARN ends in: most often the name of a resource."""
_PLACE = "us-east-1:123456789012"
"""Region and account of a made-up ARN."""
_UNLIKELY = range(9_000, 9_003)
"""Numbers of made names that nothing has."""
_MOST_LISTINGS = 100
"""Resources, of those known from listings alone, whose own listings are fetched."""


@dataclass(frozen=True)
class Resource:
    """One resource that the state of the target names, with the world's truth about it where there is one."""

    name: str
    known: Any = None
    listed_known: bool = False


class TargetSession(Exchanges):
    """The resources of one target, and their listings, over exchanges that checks share.

    `related` names further resources that a description points to (the parents of a warm start). `auth` is whether the
    target declares that it verifies signatures, `owned` whether the suite brought its state, and may ask what it likes.
    """

    def __init__(  # noqa: PLR0913 - the parts of a run, put together in one place
        self,
        contract: Contract,
        sender: Sender,
        resources: tuple[Resource, ...],
        *,
        clients: Any = None,
        commands: Any = None,
        related: Callable[[Mapping[str, Any]], tuple[str, ...]] = lambda _: (),
        auth: bool = False,
        owned: bool = False,
        most_items: int = 1_000,
        most_bytes: int = Limits.max_kept_bytes,
        revive: Callable[[], bool] | None = None,
        tag: str = "",
        made: Mapping[str, Sequence[Mapping[str, str]]] = MappingProxyType({}),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Ask nothing yet. `most_bytes` bounds the memory that the answers may take together, as it is estimated.

        `tag` is a part of the names of what checks make: another one in each run at a target that keeps things. `made`
        are the names of what the suite has made before, by the listing that shows it.
        """
        super().__init__(contract, sender, most_bytes, revive)
        self.tag = tag
        self._made = made
        self.sleep = sleep
        self._patience_s = _PATIENCE_S
        self.auth = auth
        self.owned = owned
        self.clients = clients
        self.commands = commands
        self._resources = resources
        self._related = related
        self._most_items = most_items
        self._endless = 0
        self._fetching: set[str] = set()
        self.describing = next((op for op in contract.operations.values() if op.settled is not None), None)
        subject = self.describing.subject if self.describing is not None else None
        own = (op for op in contract.operations.values() if op.listing is not None and op.subject == subject)
        self._listed_together = next(own, None)
        """The listing that is fetched with each description, for laws on both."""

    def eventually(self, ask: Callable[[], T], fits: Callable[[T], bool]) -> T:
        """Return what asking gives, asked again after pauses until it fits: what has changed may show late."""
        found = ask()
        for pause_s in _PAUSES_S if self._patience_s > 0 else _PAUSES_S[:1]:
            if fits(found) or self.gone is not None:
                break
            self.sleep(pause_s)
            self._patience_s -= pause_s
            found = ask()
        return found

    # -- resources

    @property
    def has_state(self) -> bool:
        """Whether the target is known to hold resources: they were made there, found or named."""
        return bool(self._resources)

    @property
    def snapshot(self) -> Snapshot:
        """Every resource with its description and its complete default listing, asked for once."""
        return self.remembered(SNAPSHOT, lambda: Snapshot(tuple(self._resource_snapshots())))

    def observed_exchanges(self) -> Iterator[Exchange]:
        """Return the description of every resource, and the pages of every default listing."""
        yield from (resource.description for resource in self.snapshot.resources)
        for operation in self.contract.operations.values():
            if operation.listing is not None:
                for each in self.listings(operation):
                    yield from each.listing.pages if each.listing else ()

    def _resource_snapshots(self) -> Iterator[ResourceSnapshot]:
        describing = self.describing
        queue = list(self._resources) if describing is not None else []
        if describing is not None and not queue:
            queue = [Resource(name) for name in islice(self._listed_names(describing.subject), _MOST_LISTINGS)]
        done: set[str] = set()
        known, unknown = False, None
        while queue and describing is not None:
            resource = queue.pop(0)
            if resource.name in done:
                continue
            done.add(resource.name)
            try:
                resource_snapshot = self._resource_snapshot(describing, resource)
            except UnansweredError as error:
                if self.asks_again:
                    raise
                unknown = error  # the evidence was cut short: what it holds of other resources is judged
                continue
            known = True
            queue += [Resource(name) for name in self._related(resource_snapshot.answer)]
            yield resource_snapshot
        if unknown is not None and not known:
            raise unknown

    def _resource_snapshot(self, describing: Operation, resource: Resource) -> ResourceSnapshot:
        members = {describing.subject: resource.name}
        description = self.exchange(Request.call(describing.name, members))
        settled = describing.settled
        status = member(description.answer, settled.path) if settled else None
        ended = settled is not None and status in settled.values
        listing = (
            self._listed(self._listed_together, {describing.subject: resource.name}) if self._listed_together else None
        )
        return ResourceSnapshot(resource.name, description, listing, ended, resource.known, resource.listed_known)

    def names(self, subject: str) -> tuple[str, ...]:
        """Return the names of the resources that a member like this may name, those that exist and have ended first.

        They are the state's, where it is about these; else those that listings show under that very name.
        """
        return self.remembered(("names", subject), lambda: tuple(dict.fromkeys(self._named(subject))))

    def _named(self, subject: str) -> Iterator[str]:
        if self.describing is not None and subject == self.describing.subject:
            existing = [resource for resource in self.snapshot.resources if resource.description.ok]
            yield from (resource.name for resource in existing if resource.settled)
            yield from (resource.name for resource in existing)
            return
        if self.describing is None:
            yield from (resource.name for resource in self._resources)
        yield from self._listed_names(subject)

    def _listed_names(self, subject: str) -> Iterator[str]:
        """Yield the names in listings whose items are identified by the very name of the member."""
        for named in self.contract.operations.values():
            source = named.names.get(subject)
            listing = self.contract.operations[source.operation] if source is not None else None
            if source is not None and listing is not None and listing.listing is not None:
                items = (item for each in self.listings(listing) for item in each.items)
                yield from (value for item in items if isinstance(value := member(item, source.path), str))
        for operation in self.contract.operations.values():
            if operation.listing is not None and operation.subject != subject:
                path = operation.listing.identity
                if path.rpartition(".")[2] == subject:
                    items = (item for each in self.listings(operation) for item in each.items)
                    yield from (value for item in items if isinstance(value := member(item, path), str))

    def names_of(self, operation: Operation, subject: str) -> tuple[str, ...]:
        """Return the names that a member may have in requests of an operation: those of the listing it comes from.

        Members of one name have names of several resources. One that breaks the member's limits is no name to ask for.
        Those that the suite has made come first, and what writes is asked about these alone, where there are any. What
        deletes is asked about the last of them first: the first are what everything else is asked about.
        """
        names, source = self._names_of(operation, subject), operation.names.get(subject)
        own = {value for known in self._made.get(source.operation if source else "", ()) for value in known.values()}
        mine = tuple(name for name in names if name in own)
        if mine:
            names = mine if not reads(operation.name) else tuple(dict.fromkeys((*mine, *names)))
        return names[::-1] if verb_of(operation.name) in DELETING else names

    def _names_of(self, operation: Operation, subject: str) -> tuple[str, ...]:
        source = operation.names.get(subject)
        if source is None or (self.describing is not None and subject == self.describing.subject):
            return self.names(subject)
        node = operation.input.members[subject]

        def listed() -> tuple[str, ...]:
            listing = self.contract.operations[source.operation]
            items = (item for each in self.listings(listing) for item in each.items)
            values = (value for item in items if isinstance(value := member(item, source.path), str))
            return tuple(dict.fromkeys(value for value in values if keeps(node, value)))

        return self.remembered(("names", operation.name, subject), listed)

    def existing(self, operation: Operation) -> str | None:
        """Return the name of a resource that exists for an operation; None where there is none, or none is needed."""
        if not operation.subject:
            return None
        if operation.listing is None:
            return next(iter(self.names_of(operation, operation.subject)), None) or self._to_be_put(operation)
        found = [each for each in self.listings(operation) if each.listing is not None]
        settled = [each for each in found if each.settled]
        return next((each.name for each in settled or found), None)

    def _to_be_put(self, operation: Operation) -> str | None:
        """Return the name under which an operation puts something; None for one that names what must be there."""
        made = self.cached(("made by", operation.name), lambda: kind_of(self.contract, operation))
        return text(operation.input.members[operation.subject]) if made and operation.subject == made.own else None

    def exists(self, operation: Operation) -> bool:
        """Return whether there is a resource to ask an operation about; one that names none needs none."""
        return not operation.subject or self.existing(operation) is not None

    def unknown_name(self, operation: Operation) -> str:
        """Return a well-formed name that no resource of an operation has: an ARN where names are ARNs."""
        listed = self.names_of(operation, operation.subject)
        taken = {*self.snapshot.by_name, *listed}
        node = operation.input.members.get(operation.subject)
        unknown: tuple[str, ...] = _UNKNOWN
        if node is not None and names_arn(node):
            made_up = f"arn:aws:{self.contract.service.signing_name}:{_PLACE}:{node.name[:-3].lower()}/x"
            arn = next((name for name in listed if name.startswith("arn:")), made_up)
            unknown = (*(_LAST_PART.sub(name, arn) for name in _UNKNOWN), *_UNKNOWN)
        fitting = (name for name in unknown if node is None or keeps(node, name))
        made = (text(node, number) for number in _UNLIKELY if node is not None)
        return next(name for name in (*fitting, *made, *_UNKNOWN) if name is not None and name not in taken)

    def about(self, operation: Operation, name: str) -> dict[str, Any]:
        """Return the members of the plainest request about a name, those that come with it among them."""
        others = {member: self.named(operation, member) for member in operation.names if member != operation.subject}
        needed = {member: value for member, value in others.items() if member in operation.needed}
        return plainest(operation, name, needed)

    def named(self, operation: Operation, member: str) -> str:
        """Return a value of a member that names a resource: one that exists, else one that is well-formed."""
        node = operation.input.members[member]
        return next(iter(self.names_of(operation, member)), None) or text(node) or _UNKNOWN[0]

    def plain(self, operation: Operation) -> Request:
        """Return the plainest valid request of an operation, about a resource that exists if any does."""
        return Request.call(
            operation.name, self.about(operation, self.existing(operation) or self.unknown_name(operation))
        )

    # -- listings

    def listings(self, operation: Operation) -> tuple[ListingSnapshot, ...]:
        """Return whatever an operation lists, fetched once: a snapshot for each resource, or the only one.

        Empty while it is being fetched: the names that it needs may come from listings that need names of its own.
        """
        if operation.name in self._fetching:
            return ()
        self._fetching.add(operation.name)
        try:
            return self.remembered(("listings", operation.name), lambda: tuple(self._listing_snapshots(operation)))
        finally:
            self._fetching.discard(operation.name)

    def _listing_snapshots(self, operation: Operation) -> Iterator[ListingSnapshot]:
        if not operation.subject:
            needed = {member: value for member, value in required_values(operation).items() if value is not None}
            yield ListingSnapshot(operation.name, needed, self._listed(operation, needed), settled=True)
        elif self.describing is None or operation.subject != self.describing.subject:
            for name in self.names_of(operation, operation.subject)[:_MOST_LISTINGS]:
                members = self.about(operation, name)
                yield ListingSnapshot(name, members, self._listed(operation, members), settled=True)
        else:
            for resource in self.snapshot.resources:
                members = {operation.subject: resource.name}
                listing = resource.listing if operation is self._listed_together else self._listed(operation, members)
                yield ListingSnapshot(resource.name, members, listing, resource.settled)

    def _listed(self, operation: Operation, members: Mapping[str, Any]) -> Listing | None:
        """Return the complete default listing; None where it is rejected."""
        listing = self.walk(operation, members).listing
        return listing if listing.pages and listing.pages[0].ok else None

    def walk(self, operation: Operation, members: Mapping[str, Any], *, size: int | None = None) -> Walked:
        """Walk a query to its end, page by page; `size` None means the largest page there is."""
        pagination = operation.pagination
        if pagination is None:
            raise ValueError(f"{operation.name} has no pages")
        limit = operation.input.members.get(pagination.limit)
        size = size or int((limit and limit.effective("maximum")) or _LARGE)
        first = Request.call(operation.name, {**members, pagination.limit: size} if limit else members)
        return self.remembered(("walk", first), lambda: self._walked(first, pagination, size))

    def _walked(self, first: Request, pagination: Pagination, size: int) -> Walked:
        most_pages = MOST_PAGES if self._endless < _ENDLESS else _FEW_PAGES
        listing = follow(self.exchange, first, pagination, self._most_items, most_pages)
        self._endless += listing.left_off and len(listing.pages) >= _FEW_PAGES
        operation = self.contract.operations[first.operation]
        limit = operation.input.members.get(pagination.limit)
        is_sure = self.contract.service.knows_rejections or limit is None or limit.effective("minimum") is not None
        return Walked(str(first.members.get(operation.subject, operation.name)), listing, size, is_sure)

    def representative_listing(self, operation: Operation) -> ListingSnapshot | None:
        """Return the listing on which most would show: ended, with many kinds of items, short enough to walk often."""
        return self.chosen("representative", operation, lambda: representative(operation, self.listings(operation)))

    def chosen(
        self, key: Hashable, operation: Operation, choose: Callable[[], ListingSnapshot | None]
    ) -> ListingSnapshot | None:
        """Return the listing that is chosen, once for each key.

        The choice holds while the target is asked again: only its own listing is fetched again.
        """
        first = self.cached(("chosen", operation.name, key), choose)
        if first is None:
            return None
        return self.remembered(("chosen", operation.name, key), lambda: self._refreshed(operation, first) or choose())

    def _refreshed(self, operation: Operation, each: ListingSnapshot) -> ListingSnapshot | None:
        """Return a listing as it is now; None where it is gone."""
        if ("listings", operation.name) in self._memory.found:
            return next((other for other in self.listings(operation) if other.name == each.name), None)
        listing = self._listed(operation, each.members)
        return None if listing is None else replace(each, listing=listing)

    def listed(self, operation: Operation) -> tuple[ListingSnapshot, ...]:
        """Return the listings of ended resources that are known to their end."""
        return tuple(each for each in self.listings(operation) if each.listed and each.settled)
