"""What checks of listings share: the query, the walk, the resource that is walked, and the citations of an area."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import Any

from conformance.checks.attribution import Paths, RequestAttribution, following
from conformance.checks.check import Check, because, bound_by, of_behaviour, rule_id, rules_of
from conformance.checks.verdict import Verdict, skipped
from conformance.contract.model import Contract, Operation
from conformance.session.listing import Item, Reader, Walked
from conformance.session.session import TargetSession
from conformance.session.snapshot import ListingSnapshot
from conformance.wire.exchange import Exchange
from conformance.wire.request import Request

NO_TOKEN = "the target has no ended resource with a listing longer than a page"  # noqa: S105 - a reason
SMALL = 3
"""Items of a small page: a listing that is handy to walk has several of them."""
CUTS = (1, SMALL, 10)
"""Sizes of pages into which the default listing is cut to look at its tokens."""
_NO_LISTING = "the target has no resource with listed items that has ended"
_PAGES = 3
"""Pages that a cut listing should have: a first, a last, and one between."""
_ITEMS = 5
"""Items of a cut listing beyond which more of them tell little more."""
_HANDY = 12
"""Pages up to which the most telling listing is walked; beyond, the shortest one that will do."""


@dataclass(frozen=True)
class Query:
    """The members of a listing request beside its subject and its page size."""

    sort_by: str | None = None
    sort_order: str | None = None
    filtered: tuple[str, str] | None = None

    def members(self, reader: Reader) -> dict[str, str]:
        """Return the members as they go into a request."""
        spec = reader.spec
        found = {spec.sort_by: self.sort_by, spec.sort_order: self.sort_order}
        found |= {self.filtered[0]: self.filtered[1]} if self.filtered else {}
        return {name: value for name, value in found.items() if value is not None}

    def __str__(self) -> str:
        parts = [self.sort_by or "", self.sort_order or "", self.filtered[1] if self.filtered else ""]
        return "-".join(part for part in parts if part) or "default"


Evaluate = Callable[[TargetSession, ListingSnapshot], Verdict]


class ListingChecks:
    """The ground of all checks of one listing operation."""

    def __init__(self, contract: Contract, operation: Operation) -> None:
        """Read what the laws need from the contract: keys, directions, filters and their values."""
        self._contract = contract
        self._causes = RequestAttribution(contract, operation)
        self.operation = operation
        self.reader = Reader.of(operation)
        spec = self.reader.spec
        self.directions = (spec.ascending, spec.descending)
        self.filters = tuple(
            (name, value) for name in spec.filters for value in operation.input.members[name].accepted_values() or ()
        )

    def check(  # noqa: PLR0913 - a row of a table
        self,
        check_id: tuple[str, str, str],
        statement: str,
        evaluate: Evaluate,
        *,
        level: str = "must",
        facts: tuple[str, ...] = (),
        observed: tuple[str, ...] = (),
        laws: tuple[str, ...] = (),
    ) -> Check:
        """Make one check from area, subject and case; its judge is given the inventory that tells most.

        `facts` are ids without the operation, `laws` the names by which behaviours call for it.
        """

        def run(session: TargetSession) -> Verdict:
            representative = session.representative_listing(self.operation)
            return evaluate(session, representative) if representative is not None else skipped(_NO_LISTING)

        return self.check_at_large(check_id, statement, run, level=level, facts=facts, observed=observed, laws=laws)

    def check_at_large(  # noqa: PLR0913 - as above
        self,
        check_id: tuple[str, str, str],
        statement: str,
        run: Callable[[TargetSession], Verdict],
        *,
        level: str = "must",
        facts: tuple[str, ...] = (),
        observed: tuple[str, ...] = (),
        laws: tuple[str, ...] = (),
    ) -> Check:
        """Make one check whose judge looks for its resources itself."""
        ids = self._contract.stated(f"{self.operation.name}/{fact}" for fact in facts)
        behaviours = bound_by(self._contract, self.operation.name, laws)
        places = (
            *(place for each in behaviours for place in of_behaviour(each)),
            *because(self._contract, ids, observed),
        )
        return Check(
            id="/".join((self.operation.name, *check_id)),
            level=level,
            basis="documented" if level == "must" else "inferred",
            statement=statement,
            because=tuple(dict.fromkeys(places)),
            run=lambda session: following(
                session,
                self._asked_twice(check_id, self._causes.of_pages(run(session), session)),
                lambda: self._compared(check_id),
                lambda _: self._about_the_listing(check_id, session),
            ),
            compares=True,
            facts=ids,
            behaviours=tuple(behaviour.id for behaviour in behaviours),
            request=f"{self.operation.name}, page after page",
            accepts=statement,
        )

    def _asked_twice(self, check_id: tuple[str, str, str], verdict: Verdict) -> Verdict:
        """Return a verdict on pages: they are not the list where one of them differs when it is asked for again."""
        if check_id[0] != "pagination":
            return verdict
        return replace(verdict, follows=(f"{self.operation.name}/protocol/answer/repeated", *verdict.follows))

    def _about_the_listing(self, check_id: tuple[str, str, str], session: TargetSession) -> Iterator[str]:
        """Find the checks of what is compared: that each item is there once, and which ones a filter or key admits."""
        area, subject, _ = check_id
        names = (self.reader.identities(inventory.items) for inventory in session.inventories(self.operation))
        if any(len(set(each)) < len(each) for each in names):
            yield f"{self.operation.name}/pagination/default/*"
        if subject in self.reader.spec.keys:
            yield from (
                self._about_the_key(subject) if area == "filter" else (f"{self.operation.name}/filter/{subject}/*",)
            )
        values = [value for _, value in self.filters]
        own = [each for each in values if subject == each or subject.endswith(f"-{each}")]
        yield from (f"{self.operation.name}/filter/{each}/{case}" for each in own for case in ("only", "all"))
        if own or subject in self.reader.spec.filters:
            # A filter by what no item has shows nothing where each item comes through any filter.
            yield from (f"{self.operation.name}/filter/{each}/only" for each in values)

    def _about_the_key(self, key: str) -> Iterator[str]:
        """Find the rules that require of an item what an order sorts by: without it, no item belongs into the order."""
        for behaviour, rule in rules_of(self._contract, self.operation):
            if self.reader.spec.keys[key] in rule.require:
                yield rule_id(behaviour, rule)

    def _compared(self, check_id: tuple[str, str, str]) -> Paths:
        """Return the members of an item that a check of this area and subject compares."""
        area, subject, case = check_id
        spec = self.reader.spec
        paths = {spec.identity, *(path for key, path in spec.keys.items() if key in f"{subject}/{case}")}
        paths |= set(spec.filters.values()) if area == "filter" or subject not in spec.keys else set()
        return frozenset((self.operation.name, f"{self.reader.pagination.result}[].{path}") for path in paths)

    def walk(self, session: TargetSession, inventory: ListingSnapshot, query: Query, size: int | None = None) -> Walked:
        """Walk a query on an inventory."""
        return session.walk(self.operation, {**inventory.members, **query.members(self.reader)}, size=size)

    def request(self, inventory: ListingSnapshot, **members: Any) -> Request:
        """Return the request for a page of an inventory, with these members besides."""
        return Request.call(self.operation.name, {**inventory.members, **members})

    def page(self, session: TargetSession, inventory: ListingSnapshot, **members: Any) -> Exchange:
        """Ask for a page of an inventory, with these members besides."""
        return session.exchange(self.request(inventory, **members))

    def cuts(self, session: TargetSession, representative: ListingSnapshot) -> list[tuple[Walked, ListingSnapshot]]:
        """Walk the default listing in pages of several sizes, each on the inventory that is worth cutting so."""
        subjects = ((self.cut_subject(session, Query(), size) or representative, size) for size in CUTS)
        return [(self.walk(session, subject, Query(), size), subject) for subject, size in subjects]

    def cut_subject(self, session: TargetSession, query: Query, size: int) -> ListingSnapshot | None:
        """Return the inventory that is worth cutting into pages of a size: several pages, but no more than need be.

        Of those, the one on which most would show: a key taken for another, a filter or ties lost on the way.
        """
        key = ("cut", query.sort_by, query.filtered, size)
        return session.chosen(key, self.operation, lambda: self._worth_cutting(session, query, size))

    def _worth_cutting(self, session: TargetSession, query: Query, size: int) -> ListingSnapshot | None:
        fitting: dict[tuple[int, int, bool], list[tuple[ListingSnapshot, Sequence[Item]]]] = {}
        for each in session.listed(self.operation):
            items = self.admitted(each, query)
            pages = -(-len(items) // size)
            fitting.setdefault((min(pages, _PAGES), min(len(items), _ITEMS), pages <= _HANDY), []).append((each, items))
        if not fitting:
            return None

        def worth(pair: tuple[ListingSnapshot, Sequence[Item]]) -> tuple[int, ...]:
            each, items = pair
            key = ("tells", self.operation.name, each.name, query.sort_by, query.filtered)
            tells = session.remembered(key, lambda: self._tells(each, items, query.sort_by))
            return (*tells, -len(items) // size, len(items))

        return max(fitting[max(fitting)], key=worth)[0]

    def subjects(self, session: TargetSession, representative: ListingSnapshot, query: Query) -> list[ListingSnapshot]:
        """Return the inventories that can show what a query lists: the most telling one, and what it can't stand for.

        That is one that has items under the filter where the most telling one has none, and the longest one, if it is
        longer than the largest page.
        """
        having = session.chosen(("having", query.filtered), self.operation, lambda: self._having(session, query))
        longest = session.chosen(("longest", query.filtered), self.operation, lambda: self._longest(session, query))
        others = (None if self.admitted(representative, query) else having, longest)
        return list({each.name: each for each in (representative, *others) if each is not None}.values())

    def _having(self, session: TargetSession, query: Query) -> ListingSnapshot | None:
        """Return the shortest inventory that has items under a query."""
        having = [each for each in session.listed(self.operation) if self.admitted(each, query)]
        return min(having, key=lambda each: len(each.items), default=None)

    def _longest(self, session: TargetSession, query: Query) -> ListingSnapshot | None:
        """Return the inventory with the most items under a query, of those that are longer than the largest page."""
        most = self.operation.input.members[self.reader.pagination.limit].effective("maximum")
        longer = [each for each in session.listed(self.operation) if most is not None and len(each.items) > most]
        having = [each for each in longer if self.admitted(each, query)]
        return max(having, key=lambda each: len(self.admitted(each, query)), default=None)

    def admitted(self, inventory: ListingSnapshot, query: Query) -> Sequence[Item]:
        """Return the items that a query should list."""
        reader, items = self.reader, inventory.items
        if query.filtered is not None:
            name, value = query.filtered
            items = tuple(item for item in items if reader.filtered(name, item) == value)
        if query.sort_by is not None and query.sort_by in reader.spec.omits_items_without_key:
            items = tuple(item for item in items if reader.has_key(query.sort_by, item))
        return items

    def _tells(self, inventory: ListingSnapshot, items: Sequence[Item], sort_by: str | None) -> tuple[int, bool, bool]:
        """Tell of how many other orders an order differs, whether items are of several kinds, and whether some tie."""
        reader = self.reader
        kinds = {str(reader.filtered(name, item)) for item in inventory.items for name in reader.spec.filters}
        if sort_by is None:
            return 0, len(kinds) > 1, False
        keys = reader.keys(sort_by, items)
        others = sum(_differs(reader, sort_by, other, items) for other in reader.spec.keys)
        return others, len(kinds) > 1, 1 < len(set(keys)) < len(keys)

    def orders(self) -> Iterator[tuple[str, str]]:
        """Return every sort key in both directions."""
        return product(self.reader.spec.keys, self.directions)


def _differs(reader: Reader, sort_by: str, other: str, items: Sequence[Item]) -> bool:
    """Tell whether items in the order of another key are out of the order of this one."""
    try:
        ordered = sorted((item for item in items if reader.has_key(other, item)), key=partial(reader.key, other))
        keys = reader.keys(sort_by, ordered)
        return keys != sorted(keys)
    except TypeError:  # keys of several types: there is no order to differ from
        return False
