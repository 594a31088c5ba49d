"""Checks of filters by a part of a text and by moments, whose values the target's own items give."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from conformance.checks.check import Check
from conformance.checks.consistency.repeats import same_members
from conformance.checks.listing import paging
from conformance.checks.listing.filter_laws import (
    Law,
    Narrowing,
    admits_all,
    admits_only,
    beyond,
    containing,
    keeps_order,
    partition,
)
from conformance.checks.listing.filter_laws import having as filters_having
from conformance.checks.listing.order_laws import sorted_by
from conformance.checks.listing.walks import SMALL, ListingChecks, Query
from conformance.checks.verdict import Verdict, skipped, weightiest
from conformance.session.listing import Walked
from conformance.session.session import TargetSession
from conformance.session.snapshot import ListingSnapshot

_LAW = "filter-keeps-exactly"

LAWS = frozenset({_LAW})
"""The name by which behaviours call for these checks."""


def filter_checks(base: ListingChecks) -> Iterator[Check]:
    """Yield the checks of every value of every filter, and of each filter as a whole."""
    for name, value in base.filters:
        facts = (f"input/{name}/enum",)
        for case, statement, law in (
            ("only", f"{name} {value} lists only items that are {value}", admits_only),
            ("all", f"{name} {value} loses no item that is {value}", admits_all),
        ):
            evaluate = partial(_admits, base, name, value, law)
            yield base.check(("filter", value, case), statement, evaluate, facts=facts, laws=(_LAW,))
        for key, direction in base.orders():
            yield base.check(
                ("filter", value, f"sorted-{key}-{direction}"),
                f"{name} {value} keeps the order of {key} {direction}",
                partial(_ordered, base, Query(key, direction, (name, value))),
                facts=facts,
                laws=(_LAW,),
            )
    for name in base.reader.spec.filters:
        yield base.check(
            ("filter", name, "partition"),
            f"the lists under all values of {name} add up to the unfiltered list",
            partial(_partition, base, name),
            facts=(f"input/{name}/enum",),
            laws=(_LAW,),
        )
        yield base.check(
            ("filter", name, "same-members"),
            f"{name} decides which items are listed, and nothing that they say",
            partial(_told_alike, base, name),
            level="should",
            facts=(f"input/{name}/enum",),
        )


def _admits(  # noqa: PLR0913, PLR0917 - what is asked, and where
    base: ListingChecks, name: str, value: str, law: Law, session: TargetSession, representative: ListingSnapshot
) -> Verdict:
    query, having = Query(filtered=(name, value)), filters_having(base.reader, name, value)
    return weightiest(
        law(base.reader, having, base.walk(session, item, query), item.items)
        for item in base.subjects(session, representative, query)
    )


def _ordered(base: ListingChecks, query: Query, session: TargetSession, representative: ListingSnapshot) -> Verdict:
    if query.filtered is None or query.sort_by is None:
        raise ValueError("this check needs a filter and an order")
    subject = base.cut_subject(session, query, SMALL) or representative
    walk = base.walk(session, subject, query, SMALL)
    ordered = base.walk(session, subject, Query(query.sort_by, query.sort_order))
    return keeps_order(base.reader, filters_having(base.reader, *query.filtered), walk, ordered, query.sort_by)


def _by_value(
    base: ListingChecks, name: str, session: TargetSession, representative: ListingSnapshot
) -> dict[str, Walked]:
    return {
        value: base.walk(session, representative, Query(filtered=(name, value)))
        for other, value in base.filters
        if other == name
    }


def _partition(base: ListingChecks, name: str, session: TargetSession, representative: ListingSnapshot) -> Verdict:
    return weightiest(
        partition(base.reader, _by_value(base, name, session, item), item.items, name)
        for item in _subjects(base, name, session, representative)
    )


def _subjects(
    base: ListingChecks, name: str, session: TargetSession, representative: ListingSnapshot
) -> list[ListingSnapshot]:
    """Return the most telling listing, and those that it can't stand for under one of the values of a filter."""
    lists = [Query(filtered=(other, value)) for other, value in base.filters if other == name]
    return list({item.name: item for query in lists for item in base.subjects(session, representative, query)}.values())


def _told_alike(base: ListingChecks, name: str, session: TargetSession, representative: ListingSnapshot) -> Verdict:
    return weightiest(
        same_members(base.reader, list(_by_value(base, name, session, item).values()), item.items)
        for item in _subjects(base, name, session, representative)
    )


_BY_PART = "filter-by-part"
_BY_TIME = "filter-by-time"
_NO_ITEMS = "the target's items can't be told apart by {name}: it would admit all of them, or none"

NARROWING_CHECKS_LAWS = frozenset({_BY_PART, _BY_TIME})
"""The names by which behaviours call for these checks."""

Find = Callable[[ListingSnapshot], Narrowing | None]
"""Finds the value of a filter among the items of an inventory."""


def narrowing_checks(base: ListingChecks) -> Iterator[Check]:
    """Yield the checks of each such filter, and of both ends of a span of time together."""
    spec = base.reader.spec
    for name, path in spec.containing.items():
        yield from _of(base, name, f"{path} contains it", _BY_PART, partial(_containing, name, path), (name,))
    for ways, later, words in ((spec.after, True, "later"), (spec.before, False, "earlier")):
        for name, path in ways.items():
            find = partial(_beyond, name, path, later=later, others=tuple(way for way in ways.values() if way != path))
            yield from _of(base, name, f"{path} is {words}", _BY_TIME, find, (name,))
    for after, path in spec.after.items():
        for before in (name for name, other in spec.before.items() if other == path):
            find = partial(_between, after, before, path)
            yield from _of(base, f"{after}+{before}", f"{path} is between the two", _BY_TIME, find, (after, before))


def _of(  # noqa: PLR0913, PLR0917 - a row of a table
    base: ListingChecks, subject: str, words: str, law: str, find: Find, names: tuple[str, ...]
) -> Iterator[Check]:
    facts = tuple(f"input/{name}/present" for name in names)
    for case, statement, evaluate in (
        ("only", f"{subject} lists only items whose {words}", partial(_narrowing_checks_admits, admits_only)),
        ("all", f"{subject} loses no item whose {words}", partial(_narrowing_checks_admits, admits_all)),
        ("in-pages", f"{subject} holds from page to page", _in_pages),
        ("sorted", f"{subject} holds in every order", _sorted),
    ):
        run = partial(_judge, base, subject, find, evaluate)
        yield base.check(("filter", subject, case), statement, run, facts=facts, laws=(law,))


Evaluate = Callable[[ListingChecks, Narrowing, TargetSession, ListingSnapshot], Verdict]


def _judge(  # noqa: PLR0913, PLR0917 - what is asked, and where
    base: ListingChecks,
    subject: str,
    find: Find,
    evaluate: Evaluate,
    session: TargetSession,
    representative: ListingSnapshot,
) -> Verdict:
    """Judge on the most telling listing, or on the first whose items the filter can tell apart."""
    for item in (representative, *session.listed(base.operation)):
        if (narrowing := find(item)) is not None:
            return evaluate(base, narrowing, session, item)
    return skipped(_NO_ITEMS.format(name=subject))


def _containing(name: str, path: str, representative: ListingSnapshot) -> Narrowing | None:
    return containing(name, path, representative.items)


def _beyond(
    name: str, path: str, representative: ListingSnapshot, *, later: bool, others: tuple[str, ...]
) -> Narrowing | None:
    return beyond(name, path, representative.items, later=later, others=others)


def _between(after: str, before: str, path: str, representative: ListingSnapshot) -> Narrowing | None:
    start = beyond(after, path, representative.items, later=True, part=0.25)
    end = beyond(before, path, representative.items, later=False, part=0.75)
    return start.both(end) if start is not None and end is not None else None


def _walk(  # noqa: PLR0913, PLR0917 - a query and its filter, where to ask them, and in which pages
    base: ListingChecks,
    narrowing: Narrowing,
    session: TargetSession,
    representative: ListingSnapshot,
    query: Query,
    size: int | None = None,
) -> Walked:
    members = {**representative.members, **query.members(base.reader), **dict(narrowing.members)}
    return session.walk(base.operation, members, size=size)


def _narrowing_checks_admits(
    law: Law, base: ListingChecks, narrowing: Narrowing, session: TargetSession, representative: ListingSnapshot
) -> Verdict:
    return law(base.reader, narrowing, _walk(base, narrowing, session, representative, Query()), representative.items)


def _in_pages(
    base: ListingChecks, narrowing: Narrowing, session: TargetSession, representative: ListingSnapshot
) -> Verdict:
    key, direction = next(base.orders())
    query = Query(key, direction)
    whole = _walk(base, narrowing, session, representative, query)
    return paging.concatenation(base.reader, key, whole, _walk(base, narrowing, session, representative, query, SMALL))


def _sorted(
    base: ListingChecks, narrowing: Narrowing, session: TargetSession, representative: ListingSnapshot
) -> Verdict:
    verdicts = []
    spec = base.reader.spec
    for key, direction in base.orders():
        if key in spec.omits_items_without_key:
            continue
        walk = _walk(base, narrowing, session, representative, Query(key, direction))
        verdicts += [law(base.reader, narrowing, walk, representative.items) for law in (admits_only, admits_all)]
        falling = direction == spec.descending
        verdicts.append(sorted_by(base.reader, key, walk, walk.listing.items, descending=falling))
    return weightiest(verdicts) if verdicts else skipped("no order lists every item")
