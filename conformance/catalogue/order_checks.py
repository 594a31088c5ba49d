"""Checks of order: every sort key rising and falling, and what comes where no order is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from conformance.catalogue.check import Check
from conformance.catalogue.lab import Lab
from conformance.catalogue.listing_checks import ListingChecks, Query
from conformance.catalogue.order_subjects import order_subjects
from conformance.laws import order
from conformance.laws.repeats import told_alike
from conformance.laws.survey import Inventory
from conformance.laws.verdict import Verdict, weightiest

LAWS = frozenset(
    {"order-by-key", "order-reversed", "order-default-key", "order-default-direction", "order-omits-keyless"}
)
"""The names by which behaviours call for these checks."""


def order_checks(base: ListingChecks) -> Iterator[Check]:
    """Give the checks of every key and direction, of the defaults, and of what an order leaves out."""
    yield from _keys(base)
    yield from _alike(base)
    yield from _defaults(base)
    for key in base.reader.spec.omits_items_without_key:
        for direction in base.directions:
            yield base.check(
                ("filter", key, f"omits-items-without-it-{direction}"),
                f"sorting by {key} lists the items that have it, and only those",
                partial(_omits, base, key, direction),
                laws=("order-omits-keyless",),
                facts=(f"input/{base.reader.spec.sort_by}/enum",),
            )


def _keys(base: ListingChecks) -> Iterator[Check]:
    spec = base.reader.spec
    for key, direction in base.orders():
        yield base.check(
            ("order", key, direction),
            f"{spec.sort_by} {key} with {spec.sort_order} {direction} sorts by {spec.keys[key]}",
            partial(_sorted, base, key, direction),
            laws=("order-by-key",),
            facts=(f"input/{spec.sort_by}/enum", f"input/{spec.sort_order}/enum"),
        )
    for key in spec.keys:
        yield base.check(
            ("order", key, "reverse"),
            f"falling {key} is rising {key} read backwards, equal keys aside",
            partial(_reversed, base, key),
            laws=("order-reversed",),
            facts=(f"input/{spec.sort_order}/enum",),
        )


def _alike(base: ListingChecks) -> Iterator[Check]:
    spec = base.reader.spec
    for key in spec.keys:
        yield base.check(
            ("order", key, "same-members"),
            f"{spec.sort_by} {key} changes the order of the items, and nothing that they say",
            partial(_told_alike, base, key),
            level="should",
            facts=(f"input/{spec.sort_by}/enum",),
        )


def _defaults(base: ListingChecks) -> Iterator[Check]:
    spec = base.reader.spec
    by, direction = f"input/{spec.sort_by}/default", f"input/{spec.sort_order}/default"
    members = base.operation.input.members
    if any(members[name].effective("default") is None for name in (spec.sort_by, spec.sort_order)):
        return
    observed = members[spec.sort_by].observed.get("default", ())
    for key in spec.keys:
        yield base.check(
            ("order", key, "default-direction"),
            f"without {spec.sort_order}, {key} rises",
            partial(_default_direction, base, key),
            laws=("order-default-direction",),
            facts=(direction,),
        )
    yield base.check(
        ("order", "default", "neither"),
        "with neither key nor direction the documented default order comes, or the one observed",
        partial(_default_order, base),
        laws=("order-default-key", "order-default-direction"),
        facts=(by, direction),
        observed=observed,
    )
    yield base.check_at_large(
        ("order", "default", "every-listing"),
        "every listing that no order was asked for is in the documented default order, or all are in the one observed",
        partial(_default_everywhere, base),
        laws=("order-default-key", "order-default-direction"),
        facts=(by, direction),
        observed=observed,
    )
    for one in base.directions:
        yield base.check(
            ("order", "default", f"key-{one}"),
            f"without {spec.sort_by}, {one} sorts by the documented default key",
            partial(_default_key, base, one),
            laws=("order-default-key",),
            facts=(by,),
        )


def _sorted(base: ListingChecks, key: str, direction: str, lab: Lab, telling: Inventory) -> Verdict:
    """Judge the resource whose listing tells most, and those on which other orders than this one would show."""
    falling = direction == base.reader.spec.descending
    return weightiest(
        order.sorted_by(base.reader, key, base.walk(lab, one, Query(key, direction)), one.items, descending=falling)
        for one in order_subjects(base, key, lab, telling)
    )


def _reversed(base: ListingChecks, key: str, lab: Lab, telling: Inventory) -> Verdict:
    queries = [Query(key, direction) for direction in base.directions]
    return weightiest(
        order.reversed_order(base.reader, key, *(base.walk(lab, one, query) for query in queries))
        for one in order_subjects(base, key, lab, telling)
    )


def _omits(base: ListingChecks, key: str, direction: str, lab: Lab, telling: Inventory) -> Verdict:
    """Judge where the listing tells most, and where keys have signs: zero and less are keys like any other."""
    return weightiest(
        order.keyless_left_out(base.reader, key, one.items, base.walk(lab, one, Query(key, direction)))
        for one in order_subjects(base, key, lab, telling)
    )


def _told_alike(base: ListingChecks, key: str, lab: Lab, telling: Inventory) -> Verdict:
    queries = [Query(key, direction) for direction in base.directions]
    return weightiest(
        told_alike(base.reader, [base.walk(lab, one, query) for query in queries], one.items)
        for one in order_subjects(base, key, lab, telling)
    )


def _documented(base: ListingChecks) -> tuple[str, str]:
    members, spec = base.operation.input.members, base.reader.spec
    return str(members[spec.sort_by].effective("default")), str(members[spec.sort_order].effective("default"))


def _default_order(base: ListingChecks, lab: Lab, telling: Inventory) -> Verdict:
    """Judge the order that comes unasked: the documented one, or the one that the real service was seen to give."""
    seen = base.reader.spec.observed_default
    observed = Query(seen.sort_by, seen.sort_order) if seen is not None else None
    return _default(base, Query(), Query(*_documented(base)), observed, "both", lab, telling)


def _default_everywhere(base: ListingChecks, lab: Lab) -> Verdict:
    """Judge the listings that every run has asked for, long ones among them; nothing is asked for this."""
    seen = base.reader.spec.observed_default
    orders = [_documented(base)]
    if seen is not None and seen.sort_by is not None and seen.sort_order is not None:
        orders.append((seen.sort_by, seen.sort_order))
    walks = [base.walk(lab, one, Query()) for one in lab.listed(base.operation)]
    return order.in_one_order(base.reader, walks, orders)


def _default_direction(base: ListingChecks, key: str, lab: Lab, telling: Inventory) -> Verdict:
    """Judge the default direction of a key: what was observed is about requests with neither, and excuses none here."""
    written = Query(key, _documented(base)[1])
    return _default(base, Query(key), written, None, base.reader.spec.sort_order, lab, telling)


def _default_key(base: ListingChecks, direction: str, lab: Lab, telling: Inventory) -> Verdict:
    """Judge the default key of a direction, likewise."""
    written = Query(_documented(base)[0], direction)
    return _default(base, Query(None, direction), written, None, base.reader.spec.sort_by, lab, telling)


def _default(  # noqa: PLR0913, PLR0917 - the three queries, and where to ask them
    base: ListingChecks, asked: Query, written: Query, seen: Query | None, what: str, lab: Lab, telling: Inventory
) -> Verdict:
    """Judge that what is asked without a member is the same as with its default, or (`seen`) as observed."""
    given, unasked = (base.walk(lab, telling, query) for query in (written, asked))
    verdict = order.same_list(base.reader, str(written.sort_by), given, unasked, what=what)
    if verdict.kind != "other-default" or seen is None or seen.sort_by is None:
        return verdict
    if order.follows(base.reader, seen.sort_by, base.walk(lab, telling, seen), unasked):
        return order.with_note(verdict, f"the target follows the observation, not the documents: {seen}")
    return verdict
