"""The lab: what checks ask a target about, resources and what they list, each asked for once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from conformance.cases.protocol import plainest
from conformance.catalogue.client_calls import ClientLab
from conformance.catalogue.exchanges import Exchanges, Sender
from conformance.catalogue.walking import MOST_PAGES, follow, telling
from conformance.contract import Contract, Operation, Pagination
from conformance.laws.listing import member
from conformance.laws.paging import Walked
from conformance.laws.survey import Inventory, Survey, View
from conformance.wire.exchange import Exchange, Listing
from conformance.wire.limits import Limits
from conformance.wire.request import Request
from conformance.wire.sending import UnansweredError

if TYPE_CHECKING:
    from conformance.catalogue.cli_calls import Program

_ENDLESS = 3
"""Walks without an end after which the next ones are given up sooner."""
_FEW_PAGES = 100
SURVEY = "survey"
"""The key under which the survey is remembered."""
_MOST_INVENTORIES = 100
"""Resources, of those that only listings tell of, whose own listings are looked at."""


@dataclass(frozen=True)
class Resource:
    """One resource that the state of the target names, with the world's truth about it where there is one."""

    name: str
    known: Any = None
    listed_known: bool = False


class Lab(Exchanges):
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
        clients: ClientLab | None = None,
        commands: Program | None = None,
        related: Callable[[Mapping[str, Any]], tuple[str, ...]] = lambda _: (),
        auth: bool = False,
        owned: bool = False,
        most_items: int = 1_000,
        most_bytes: int = Limits.max_kept_bytes,
        revive: Callable[[], bool] | None = None,
    ) -> None:
        """Ask nothing yet. `most_bytes` bounds the memory that the answers may take together, as it is estimated."""
        super().__init__(contract, sender, most_bytes, revive)
        self.auth = auth
        self.owned = owned
        self.clients = clients
        self.commands = commands
        self._resources = resources
        self._related = related
        self._most_items = most_items
        self._endless = 0
        self.describing = next((op for op in contract.operations.values() if op.settled is not None), None)
        subject = self.describing.subject if self.describing is not None else None
        own = (op for op in contract.operations.values() if op.listing is not None and op.subject == subject)
        self._surveyed = next(own, None)
        """The listing that stands beside each description, for laws on both."""

    # -- resources

    @property
    def has_state(self) -> bool:
        """Whether the target is known to hold resources: they were made there, found or named."""
        return bool(self._resources)

    @property
    def survey(self) -> Survey:
        """Every resource with its description and its complete default listing, asked for once."""
        return self.remembered(SURVEY, lambda: Survey(tuple(self._views())))

    def surveyed(self) -> Iterator[Exchange]:
        """Return the description of every resource, and the pages of every default listing."""
        for view in self.survey.views:
            yield view.description
        for operation in self.contract.operations.values():
            if operation.listing is not None:
                for one in self.inventories(operation):
                    yield from one.listing.pages if one.listing else ()

    def _views(self) -> Iterator[View]:
        describing = self.describing
        queue = list(self._resources) if describing is not None else []
        if describing is not None and not queue:
            queue = [Resource(name) for name in islice(self._told(describing.subject), _MOST_INVENTORIES)]
        done: set[str] = set()
        known, unknown = False, None
        while queue and describing is not None:
            resource = queue.pop(0)
            if resource.name in done:
                continue
            done.add(resource.name)
            try:
                view = self._view(describing, resource)
            except UnansweredError as error:
                if self.asks_again:
                    raise
                unknown = error  # the evidence was cut short: what it holds of other resources is judged
                continue
            known = True
            queue += [Resource(name) for name in self._related(view.answer)]
            yield view
        if unknown is not None and not known:
            raise unknown

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
        return self.remembered(("walk", first), lambda: self._walked(first, pagination, size))

    def _walked(self, first: Request, pagination: Pagination, size: int) -> Walked:
        most_pages = MOST_PAGES if self._endless < _ENDLESS else _FEW_PAGES
        listing = follow(self.exchange, first, pagination, self._most_items, most_pages)
        self._endless += listing.left_off and len(listing.pages) >= _FEW_PAGES
        operation = self.contract.operations[first.operation]
        return Walked(str(first.members.get(operation.subject, operation.name)), listing, size)

    def paging_subject(self, operation: Operation) -> Inventory | None:
        """Give the inventory that tells most: ended, with many kinds of items, short enough to walk often."""
        return self.chosen("telling", operation, lambda: telling(operation, self.inventories(operation)))

    def chosen(self, key: Hashable, operation: Operation, choose: Callable[[], Inventory | None]) -> Inventory | None:
        """Give the inventory on which a choice falls that is made once for each key.

        It stands while the target is asked again: only its own listing is asked anew, not that of every resource.
        """
        first = self.cached(("chosen", operation.name, key), choose)
        if first is None:
            return None
        return self.remembered(("chosen", operation.name, key), lambda: self._anew(operation, first) or choose())

    def _anew(self, operation: Operation, one: Inventory) -> Inventory | None:
        """Give an inventory as it is now; None where it is no longer listed."""
        if self.has("inventories", operation.name):
            return next((other for other in self.inventories(operation) if other.name == one.name), None)
        listing = self._listed(operation, one.members)
        return None if listing is None else replace(one, listing=listing)

    def listed(self, operation: Operation) -> tuple[Inventory, ...]:
        """Give the inventories of ended resources that are known to their end."""
        return tuple(one for one in self.inventories(operation) if one.listed and one.settled)
