"""Checks of filters by a part of a text and by moments, whose values the target's own items give."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from conformance.catalogue.check import Check
from conformance.catalogue.lab import Lab
from conformance.catalogue.listing_checks import SMALL, ListingChecks, Query
from conformance.laws import narrowing as laws
from conformance.laws import order, paging
from conformance.laws.narrowing import Narrowing
from conformance.laws.survey import Inventory
from conformance.laws.verdict import Verdict, skipped, weightiest

_BY_PART = "filter-by-part"
_BY_TIME = "filter-by-time"
_NO_ITEMS = "the target's items can't be told apart by {name}: it would admit all of them, or none"

LAWS = frozenset({_BY_PART, _BY_TIME})
"""The names by which behaviours call for these checks."""

Find = Callable[[Inventory], Narrowing | None]
"""Finds the value of a filter among the items of an inventory."""


def narrowing_checks(base: ListingChecks) -> Iterator[Check]:
    """Give the checks of each such filter, and of both ends of a span of time together."""
    spec = base.reader.spec
    for name, path in spec.containing.items():
        yield from _of(base, name, f"{path} contains it", _BY_PART, partial(_containing, name, path), (name,))
    for ways, later, words in ((spec.after, True, "later"), (spec.before, False, "earlier")):
        for name, path in ways.items():
            find = partial(_beyond, name, path, later=later, others=tuple(one for one in ways.values() if one != path))
            yield from _of(base, name, f"{path} is {words}", _BY_TIME, find, (name,))
    for after, path in spec.after.items():
        for before in (name for name, other in spec.before.items() if other == path):
            find = partial(_between, after, before, path)
            yield from _of(base, f"{after}+{before}", f"{path} is between the two", _BY_TIME, find, (after, before))


def _of(  # noqa: PLR0913, PLR0917 - a row of a table
    base: ListingChecks, subject: str, words: str, law: str, find: Find, names: tuple[str, ...]
) -> Iterator[Check]:
    facts = tuple(f"input/{name}/present" for name in names)
    for case, statement, judge in (
        ("only", f"{subject} lists only items whose {words}", partial(_admits, laws.admits_only)),
        ("all", f"{subject} loses no item whose {words}", partial(_admits, laws.admits_all)),
        ("in-pages", f"{subject} holds from page to page", _in_pages),
        ("sorted", f"{subject} holds in every order", _sorted),
    ):
        run = partial(_judge, base, subject, find, judge)
        yield base.check(("filter", subject, case), statement, run, facts=facts, laws=(law,))


Judge = Callable[[ListingChecks, Narrowing, Lab, Inventory], Verdict]


def _judge(  # noqa: PLR0913, PLR0917 - what is asked, and where
    base: ListingChecks, subject: str, find: Find, judge: Judge, lab: Lab, telling: Inventory
) -> Verdict:
    """Judge on the most telling listing, or on the first whose items the filter can tell apart."""
    for one in (telling, *lab.listed(base.operation)):
        if (narrowing := find(one)) is not None:
            return judge(base, narrowing, lab, one)
    return skipped(_NO_ITEMS.format(name=subject))


def _containing(name: str, path: str, telling: Inventory) -> Narrowing | None:
    return laws.containing(name, path, telling.items)


def _beyond(name: str, path: str, telling: Inventory, *, later: bool, others: tuple[str, ...]) -> Narrowing | None:
    return laws.beyond(name, path, telling.items, later=later, others=others)


def _between(after: str, before: str, path: str, telling: Inventory) -> Narrowing | None:
    start = laws.beyond(after, path, telling.items, later=True, part=0.25)
    end = laws.beyond(before, path, telling.items, later=False, part=0.75)
    return start.both(end) if start is not None and end is not None else None


def _walk(  # noqa: PLR0913, PLR0917 - a query and its filter, where to ask them, and in which pages
    base: ListingChecks, narrowing: Narrowing, lab: Lab, telling: Inventory, query: Query, size: int | None = None
) -> paging.Walked:
    members = {**telling.members, **query.members(base.reader), **dict(narrowing.members)}
    return lab.walk(base.operation, members, size=size)


def _admits(law: laws.Law, base: ListingChecks, narrowing: Narrowing, lab: Lab, telling: Inventory) -> Verdict:
    return law(base.reader, narrowing, _walk(base, narrowing, lab, telling, Query()), telling.items)


def _in_pages(base: ListingChecks, narrowing: Narrowing, lab: Lab, telling: Inventory) -> Verdict:
    key, direction = next(base.orders())
    query = Query(key, direction)
    whole = _walk(base, narrowing, lab, telling, query)
    return paging.concatenation(base.reader, key, whole, _walk(base, narrowing, lab, telling, query, SMALL))


def _sorted(base: ListingChecks, narrowing: Narrowing, lab: Lab, telling: Inventory) -> Verdict:
    verdicts = []
    spec = base.reader.spec
    for key, direction in base.orders():
        if key in spec.omits_items_without_key:
            continue
        walk = _walk(base, narrowing, lab, telling, Query(key, direction))
        verdicts += [law(base.reader, narrowing, walk, telling.items) for law in (laws.admits_only, laws.admits_all)]
        falling = direction == spec.descending
        verdicts.append(order.sorted_by(base.reader, key, walk, walk.listing.items, descending=falling))
    return weightiest(verdicts) if verdicts else skipped("no order lists every item")
