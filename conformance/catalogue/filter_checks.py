"""Checks of filters: every value lists its items, all of them and no other, in every order."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from conformance.catalogue.check import Check
from conformance.catalogue.lab import Lab
from conformance.catalogue.listing_checks import SMALL, ListingChecks, Query
from conformance.laws import filters, narrowing
from conformance.laws.paging import Walked
from conformance.laws.repeats import told_alike
from conformance.laws.survey import Inventory
from conformance.laws.verdict import Verdict, weightiest

_LAW = "filter-keeps-exactly"

LAWS = frozenset({_LAW})
"""The name by which behaviours call for these checks."""


def filter_checks(base: ListingChecks) -> Iterator[Check]:
    """Give the checks of every value of every filter, and of each filter as a whole."""
    for name, value in base.filters:
        facts = (f"input/{name}/enum",)
        for case, statement, law in (
            ("only", f"{name} {value} lists only items that are {value}", narrowing.admits_only),
            ("all", f"{name} {value} loses no item that is {value}", narrowing.admits_all),
        ):
            judge = partial(_admits, base, name, value, law)
            yield base.check(("filter", value, case), statement, judge, facts=facts, laws=(_LAW,))
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
    base: ListingChecks, name: str, value: str, law: narrowing.Law, lab: Lab, telling: Inventory
) -> Verdict:
    query, having = Query(filtered=(name, value)), filters.having(base.reader, name, value)
    return weightiest(
        law(base.reader, having, base.walk(lab, one, query), one.items) for one in base.subjects(lab, telling, query)
    )


def _ordered(base: ListingChecks, query: Query, lab: Lab, telling: Inventory) -> Verdict:
    if query.filtered is None or query.sort_by is None:
        raise ValueError("this check needs a filter and an order")
    subject = base.cut_subject(lab, query, SMALL) or telling
    walk = base.walk(lab, subject, query, SMALL)
    ordered = base.walk(lab, subject, Query(query.sort_by, query.sort_order))
    return filters.keeps_order(base.reader, filters.having(base.reader, *query.filtered), walk, ordered, query.sort_by)


def _by_value(base: ListingChecks, name: str, lab: Lab, telling: Inventory) -> dict[str, Walked]:
    return {
        value: base.walk(lab, telling, Query(filtered=(name, value))) for other, value in base.filters if other == name
    }


def _partition(base: ListingChecks, name: str, lab: Lab, telling: Inventory) -> Verdict:
    return weightiest(
        filters.partition(base.reader, _by_value(base, name, lab, one), one.items, name)
        for one in _subjects(base, name, lab, telling)
    )


def _subjects(base: ListingChecks, name: str, lab: Lab, telling: Inventory) -> list[Inventory]:
    """Return the most telling listing, and those that it can't stand for under one of the values of a filter."""
    lists = [Query(filtered=(other, value)) for other, value in base.filters if other == name]
    return list({one.name: one for query in lists for one in base.subjects(lab, telling, query)}.values())


def _told_alike(base: ListingChecks, name: str, lab: Lab, telling: Inventory) -> Verdict:
    return weightiest(
        told_alike(base.reader, list(_by_value(base, name, lab, one).values()), one.items)
        for one in _subjects(base, name, lab, telling)
    )
