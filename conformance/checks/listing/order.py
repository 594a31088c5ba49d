"""Checks of order: every sort key rising and falling, and what comes where no order is asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial

from conformance.checks.check import Check
from conformance.checks.consistency.repeats import same_members
from conformance.checks.listing.order_laws import (
    follows,
    in_one_order,
    keyless_left_out,
    reversed_order,
    same_list,
    sorted_by,
    with_note,
)
from conformance.checks.listing.walks import ListingChecks, Query
from conformance.checks.verdict import Verdict, weightiest
from conformance.session.listing import Item, Reader, member
from conformance.session.session import TargetSession
from conformance.session.snapshot import ListingSnapshot

_FEWEST_GROUPS = 2


def order_subjects(
    base: ListingChecks, key: str, session: TargetSession, representative: ListingSnapshot
) -> Iterator[ListingSnapshot]:
    """Return the resource whose listing tells most, one each with telling numbers and groups, and the longest one."""
    found = {subject.name: subject for subject in base.subjects(session, representative, Query())}
    for number in (_with_telling_numbers(base, key, session), _with_telling_groups(base, key, session, representative)):
        if number is not None:
            found.setdefault(number.name, number)
    yield from found.values()


def _with_telling_numbers(base: ListingChecks, key: str, session: TargetSession) -> ListingSnapshot | None:
    """Return a resource whose keys are numbers that stand in another order as texts, or without their signs."""

    def tells(inventory: ListingSnapshot) -> int:
        keys = base.reader.keys(key, inventory.items)
        numbers = sorted(value for value in keys if isinstance(value, int | float) and math.isfinite(value))
        return sum(numbers != sorted(numbers, key=other) for other in (str, abs))

    def choose() -> ListingSnapshot | None:
        best = max(session.listed(base.operation), key=tells, default=None)
        return best if best is not None and tells(best) else None

    return session.chosen(("telling numbers", key), base.operation, choose)


def _with_telling_groups(
    base: ListingChecks, key: str, session: TargetSession, representative: ListingSnapshot
) -> ListingSnapshot | None:
    """Return a resource whose items another member divides into groups, as that of the other listing does not.

    An order inside each group, one group after the other, is not the order of all of them there. It is looked for where
    items may lack the key: that is what a target looks up for each item, or keeps a list of for each group.
    """
    if key not in base.reader.spec.omits_items_without_key:
        return None

    def choose() -> ListingSnapshot | None:
        known = _dividing(base.reader, key, representative.items)
        divided = [(each, _dividing(base.reader, key, each.items) - known) for each in session.listed(base.operation)]
        best, by = max(divided, key=lambda pair: len(pair[1]), default=(representative, known))
        return best if by else None

    return session.chosen(("telling groups", key), base.operation, choose)


def _dividing(reader: Reader, key: str, items: Sequence[Item]) -> set[str]:
    """Return the members whose texts divide the items that have a key into groups with an order of their own."""
    keyed = [item for item in items if reader.key(key, item) is not None]
    if not _of_one_kind(reader, key, keyed):
        return set()
    names = {name for item in keyed for name, value in item.items() if isinstance(value, str)}
    try:
        ordered = sorted(keyed, key=partial(reader.key, key))
        return {name for name in names if _torn(reader, key, ordered, name)}
    except TypeError:  # keys of several types: there is no order at all
        return set()


def _of_one_kind(reader: Reader, key: str, keyed: Sequence[Item]) -> bool:
    """Tell whether what stands beside the key is the same everywhere: of two metrics, each may be ordered by itself."""
    holder, _, leaf = reader.spec.keys[key].rpartition(".")
    if not holder:
        return True
    beside = [{name: value for name, value in member(item, holder).items() if name != leaf} for item in keyed]
    return all(each == beside[0] for each in beside)


def _torn(reader: Reader, key: str, ordered: Sequence[Item], name: str) -> bool:
    """Tell whether the groups, whichever of them comes first, would stand otherwise than the whole."""
    texts = {str(item.get(name)) for item in ordered}
    if not _FEWEST_GROUPS <= len(texts) < len(ordered):
        return False
    grouped = [sorted(ordered, key=lambda item: str(item.get(name)), reverse=way) for way in (False, True)]
    return all(reader.keys(key, each) != reader.keys(key, ordered) for each in grouped)


LAWS = frozenset(
    {"order-by-key", "order-reversed", "order-default-key", "order-default-direction", "order-omits-keyless"}
)
"""The names by which behaviours call for these checks."""


def order_checks(base: ListingChecks) -> Iterator[Check]:
    """Yield the checks of every key and direction, of the defaults, and of what an order leaves out."""
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
    for each in base.directions:
        yield base.check(
            ("order", "default", f"key-{each}"),
            f"without {spec.sort_by}, {each} sorts by the documented default key",
            partial(_default_key, base, each),
            laws=("order-default-key",),
            facts=(by,),
        )


def _sorted(
    base: ListingChecks, key: str, direction: str, session: TargetSession, representative: ListingSnapshot
) -> Verdict:
    """Judge the resource whose listing tells most, and those on which other orders than this one would show."""
    falling = direction == base.reader.spec.descending
    return weightiest(
        sorted_by(
            base.reader, key, base.walk(session, subject, Query(key, direction)), subject.items, descending=falling
        )
        for subject in order_subjects(base, key, session, representative)
    )


def _reversed(base: ListingChecks, key: str, session: TargetSession, representative: ListingSnapshot) -> Verdict:
    queries = [Query(key, direction) for direction in base.directions]
    return weightiest(
        reversed_order(base.reader, key, *(base.walk(session, subject, query) for query in queries))
        for subject in order_subjects(base, key, session, representative)
    )


def _omits(
    base: ListingChecks, key: str, direction: str, session: TargetSession, representative: ListingSnapshot
) -> Verdict:
    """Judge where the listing tells most, and where keys have signs: zero and less are keys like any other."""
    return weightiest(
        keyless_left_out(base.reader, key, subject.items, base.walk(session, subject, Query(key, direction)))
        for subject in order_subjects(base, key, session, representative)
    )


def _told_alike(base: ListingChecks, key: str, session: TargetSession, representative: ListingSnapshot) -> Verdict:
    queries = [Query(key, direction) for direction in base.directions]
    return weightiest(
        same_members(base.reader, [base.walk(session, subject, query) for query in queries], subject.items)
        for subject in order_subjects(base, key, session, representative)
    )


def _documented(base: ListingChecks) -> tuple[str, str]:
    members, spec = base.operation.input.members, base.reader.spec
    return str(members[spec.sort_by].effective("default")), str(members[spec.sort_order].effective("default"))


def _default_order(base: ListingChecks, session: TargetSession, representative: ListingSnapshot) -> Verdict:
    """Judge the order that comes unasked: the documented one, or the one that the real service was seen to give."""
    seen = base.reader.spec.observed_default
    observed = Query(seen.sort_by, seen.sort_order) if seen is not None else None
    return _default(base, Query(), Query(*_documented(base)), observed, "both", session, representative)


def _default_everywhere(base: ListingChecks, session: TargetSession) -> Verdict:
    """Judge the listings that every run has asked for, long ones among them; nothing is asked for this."""
    seen = base.reader.spec.observed_default
    orders = [_documented(base)]
    if seen is not None and seen.sort_by is not None and seen.sort_order is not None:
        orders.append((seen.sort_by, seen.sort_order))
    walks = [base.walk(session, each, Query()) for each in session.listed(base.operation)]
    return in_one_order(base.reader, walks, orders)


def _default_direction(
    base: ListingChecks, key: str, session: TargetSession, representative: ListingSnapshot
) -> Verdict:
    """Judge the default direction of a key: what was observed is about requests with neither, and excuses none here."""
    written = Query(key, _documented(base)[1])
    return _default(base, Query(key), written, None, base.reader.spec.sort_order, session, representative)


def _default_key(
    base: ListingChecks, direction: str, session: TargetSession, representative: ListingSnapshot
) -> Verdict:
    """Judge the default key of a direction, likewise."""
    written = Query(_documented(base)[0], direction)
    return _default(base, Query(None, direction), written, None, base.reader.spec.sort_by, session, representative)


def _default(  # noqa: PLR0913, PLR0917 - the three queries, and where to ask them
    base: ListingChecks,
    asked: Query,
    written: Query,
    seen: Query | None,
    what: str,
    session: TargetSession,
    representative: ListingSnapshot,
) -> Verdict:
    """Judge that what is asked without a member is the same as with its default, or (`seen`) as observed."""
    given, unasked = (base.walk(session, representative, query) for query in (written, asked))
    verdict = same_list(base.reader, str(written.sort_by), given, unasked, what=what)
    if verdict.kind != "other-default" or seen is None or seen.sort_by is None:
        return verdict
    if follows(base.reader, seen.sort_by, base.walk(session, representative, seen), unasked):
        return with_note(verdict, f"the target follows the observation, not the documents: {seen}")
    return verdict
