"""Order: every sort key rising and falling, and what comes where no order is asked for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby

from conformance.checks.listing.walks import (
    PAIR,
    ListingCheck,
    ListingChecks,
    Query,
    Variant,
    Walker,
    failed_walk,
    incomplete,
    other_items,
    same_members,
    sort_values,
    sorted_by,
)
from conformance.checks.verdict import Outcome, Tally, Verdict, failed, passed, skipped, weightiest
from conformance.session.listing import Difference, Item, Reader, Walked, member, pages_of
from conformance.session.snapshot import ListingSnapshot

_FEWEST_GROUPS = 2


def reversed_order(reader: Reader, sort_by: str, rising: Walked, falling: Walked) -> Verdict:
    """Check that falling order is rising order read backwards, equal keys aside, with the same items."""
    if verdict := incomplete(rising, falling):
        return verdict
    difference = Difference.between(*(reader.identities(walk.listing.items) for walk in (rising, falling)))
    if difference:
        return failed_walk(
            falling,
            "other-items",
            "the direction changes what is listed",
            expected="the same items in both directions",
            received=f"falling, {difference}",
        )
    keys = sort_values(reader, sort_by, rising)
    if len(set(keys)) < PAIR:
        return skipped(f"{rising.name} has fewer than two different values to sort by {sort_by}")
    forwards, backwards = (
        [key for key, _ in groupby(sort_values(reader, sort_by, walk))] for walk in (rising, falling)
    )
    rests_on = {"items": len(keys), "distinct": len(set(keys))}
    if forwards == backwards[::-1]:
        return passed(rests_on)
    return failed(
        "not-reversed",
        f"{sort_by} falling is not {sort_by} rising read backwards",
        rests_on=rests_on,
        expected=f"first {forwards[-1]!r}, last {forwards[0]!r}",
        received=f"{rising.name}: first {backwards[0]!r}, last {backwards[-1]!r}",
        exchanges=(*pages_of(rising.listing)[:1], *pages_of(falling.listing)[:1]),
    )


def _same_list(reader: Reader, sort_by: str, written_out: Walked, left_out: Walked, *, what: str) -> Verdict:
    """Check that leaving a member out is the same as writing its default out."""
    if verdict := incomplete(written_out, left_out):
        return verdict
    walks = (written_out, left_out)
    names, others = (reader.identities(walk.listing.items) for walk in walks)
    keys, other_keys = (reader.keys(sort_by, walk.listing.items) for walk in walks)
    if len(set(keys)) < PAIR:
        return skipped(f"{written_out.name} has fewer than two different values to sort by {sort_by}")
    difference, rests_on = Difference.between(names, others), {"items": len(names)}
    if not difference and keys == other_keys:
        return passed(rests_on)
    return failed(
        "other-default",
        f"leaving {what} out is not the documented default",
        rests_on=rests_on,
        expected=f"the list with the default written out: first {names[0]}, last {names[-1]}",
        received=f"{written_out.name}: {str(difference) or f'first {others[0]}, last {others[-1]}'}",
        exchanges=tuple(page for walk in walks for page in pages_of(walk.listing)[:1]),
    )


def in_one_order(reader: Reader, walks: Sequence[Walked], orders: Sequence[tuple[str, str]]) -> Verdict:
    """Check that all of the listings are in the first of these orders (key, direction), or all in another one.

    The first is the documented one; a note says that a target follows another.
    """
    tallies: list[Tally] = []
    for key, direction in orders:
        tally = Tally("listings")
        for walk in walks:
            descending = direction == reader.spec.descending
            verdict = sorted_by(reader, key, walk, walk.listing.items, descending=descending)
            if verdict.outcome is not Outcome.SKIPPED:
                tally.hold(verdict.outcome is Outcome.PASSED, verdict.received, *verdict.exchanges)
        tallies.append(tally)
    nearest = min(range(len(orders)), key=lambda place: tallies[place].broken)
    key, direction = orders[nearest]
    return tallies[nearest].verdict(
        "out-of-order",
        f"every listing by {key}, {direction}",
        wrong="listings without an order are in neither the documented nor the observed default order",
        lacking=f"no listing of an ended resource has two different values of {reader.spec.keys[key]}",
        notes=(f"the target follows the observation, not the documents: {key}, {direction}",) if nearest else (),
    )


def keyless_left_out(reader: Reader, sort_by: str, every: Sequence[Item], walk: Walked) -> Verdict:
    """Check that sorting by this key lists just the items that have it."""
    if verdict := incomplete(walk):
        return verdict
    with_key = [item for item in every if reader.has_key(sort_by, item)]
    rests_on = {"items": len(with_key), "left_out": len(every) - len(with_key)}
    strangers = [reader.identity(item) for item in walk.listing.items if not reader.has_key(sort_by, item)]
    key = reader.spec.keys[sort_by]
    if strangers:
        return failed_walk(
            walk,
            "keyless-listed",
            f"items without {key} are listed",
            expected=f"only items with {key}",
            received=f"{len(strangers)} without, such as {strangers[0]}",
            rests_on=rests_on,
        )
    reason = f"sorting by {sort_by} does not list the items that have {key}"
    expected = f"all {len(with_key)} items that have {key}"
    if verdict := other_items(reader, walk, with_key, "other-items", reason, expected=expected, rests_on=rests_on):
        return verdict
    if not rests_on["left_out"] or not with_key:
        return skipped(f"{walk.name} has no items both with and without {key}")
    return passed(rests_on)


def order_subjects(walker: Walker, key: str, listing: ListingSnapshot) -> Iterator[ListingSnapshot]:
    """Yield this listing and the longest one, and one each whose numbers or groups show other orders."""
    found = {subject.name: subject for subject in walker.subjects(listing, Query())}
    for other in (_with_revealing_numbers(walker, key), _with_revealing_groups(walker, key, listing)):
        if other is not None:
            found.setdefault(other.name, other)
    yield from found.values()


def _with_revealing_numbers(walker: Walker, key: str) -> ListingSnapshot | None:
    """Return a resource whose keys are numbers that have another order as texts, or without their signs."""

    def shows(each: ListingSnapshot) -> int:
        keys = walker.reader.keys(key, each.items)
        numbers = sorted(value for value in keys if isinstance(value, int | float) and math.isfinite(value))
        return sum(numbers != sorted(numbers, key=other) for other in (str, abs))

    def choose() -> ListingSnapshot | None:
        best = max(walker.listed(), key=shows, default=None)
        return best if best is not None and shows(best) else None

    return walker.session.chosen(("revealing numbers", key), walker.operation, choose)


def _with_revealing_groups(walker: Walker, key: str, listing: ListingSnapshot) -> ListingSnapshot | None:
    """Return a resource whose items another member divides into groups, as that of the other listing does not.

    An order inside each group, one group after the other, is not the order of all of them there. It is looked for where
    items may lack the key: that is what a target looks up for each item, or keeps a list of for each group.
    """
    if key not in walker.reader.spec.omits_items_without_key:
        return None

    def choose() -> ListingSnapshot | None:
        known = _dividing(walker.reader, key, listing.items)
        divided = [(each, _dividing(walker.reader, key, each.items) - known) for each in walker.listed()]
        best, by = max(divided, key=lambda pair: len(pair[1]), default=(listing, known))
        return best if by else None

    return walker.session.chosen(("revealing groups", key), walker.operation, choose)


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
    """Return whether what comes with the key is the same everywhere: of two metrics, each may be ordered by itself."""
    holder, _, leaf = reader.spec.keys[key].rpartition(".")
    if not holder:
        return True
    companions = [{name: value for name, value in member(item, holder).items() if name != leaf} for item in keyed]
    return all(each == companions[0] for each in companions)


def _torn(reader: Reader, key: str, ordered: Sequence[Item], name: str) -> bool:
    """Return whether the groups, whichever of them comes first, have another order than the whole."""
    texts = {str(item.get(name)) for item in ordered}
    if not _FEWEST_GROUPS <= len(texts) < len(ordered):
        return False
    grouped = [sorted(ordered, key=lambda item: str(item.get(name)), reverse=way) for way in (False, True)]
    return all(reader.keys(key, each) != reader.keys(key, ordered) for each in grouped)


def _orders(checks: ListingChecks) -> Iterator[Variant]:
    spec = checks.reader.spec
    return ({"key": key, "direction": way, "path": spec.keys[key]} for key, way in checks.orders())


def _keys(checks: ListingChecks) -> Iterator[Variant]:
    return ({"key": key} for key in checks.reader.spec.keys)


def _keys_with_defaults(checks: ListingChecks) -> Iterator[Variant]:
    yield from _keys(checks) if checks.default_order else ()


def _with_defaults(checks: ListingChecks) -> Iterator[Variant]:
    if checks.default_order:
        yield {"observed": checks.operation.input.members[checks.reader.spec.sort_by].observed.get("default", ())}


def _directions_with_defaults(checks: ListingChecks) -> Iterator[Variant]:
    yield from ({"direction": way} for way in checks.directions if checks.default_order)


def _omitting_orders(checks: ListingChecks) -> Iterator[Variant]:
    for key in checks.reader.spec.omits_items_without_key:
        yield from ({"key": key, "direction": way} for way in checks.directions)


_BY, _DIRECTION = "input/{sort_by}/default", "input/{sort_order}/default"


@ListingCheck(
    "order/{key}/{direction}",
    "{sort_by} {key} with {sort_order} {direction} sorts by {path}",
    laws=("order-by-key",),
    facts=("input/{sort_by}/enum", "input/{sort_order}/enum"),
    each=_orders,
)
def _sorted(walker: Walker, listing: ListingSnapshot, *, key: str, direction: str, path: str) -> Verdict:  # noqa: ARG001 - the path is for the statement
    """Evaluate the representative listing, and those on which other orders than this one would show."""
    falling = direction == walker.reader.spec.descending
    return weightiest(
        sorted_by(walker.reader, key, walker.walk(subject, Query(key, direction)), subject.items, descending=falling)
        for subject in order_subjects(walker, key, listing)
    )


@ListingCheck(
    "order/{key}/reverse",
    "falling {key} is rising {key} read backwards, equal keys aside",
    laws=("order-reversed",),
    facts=("input/{sort_order}/enum",),
    each=_keys,
)
def _reversed(walker: Walker, listing: ListingSnapshot, *, key: str) -> Verdict:
    queries = [Query(key, direction) for direction in walker.checks.directions]
    return weightiest(
        reversed_order(walker.reader, key, *(walker.walk(subject, query) for query in queries))
        for subject in order_subjects(walker, key, listing)
    )


@ListingCheck(
    "order/{key}/same-members",
    "{sort_by} {key} changes the order of the items, and nothing that they say",
    level="should",
    facts=("input/{sort_by}/enum",),
    each=_keys,
)
def _same_members(walker: Walker, listing: ListingSnapshot, *, key: str) -> Verdict:
    queries = [Query(key, direction) for direction in walker.checks.directions]
    return weightiest(
        same_members(walker.reader, [walker.walk(subject, query) for query in queries], subject.items)
        for subject in order_subjects(walker, key, listing)
    )


@ListingCheck(
    "order/{key}/default-direction",
    "without {sort_order}, {key} rises",
    laws=("order-default-direction",),
    facts=(_DIRECTION,),
    each=_keys_with_defaults,
)
def _default_direction(walker: Walker, listing: ListingSnapshot, *, key: str) -> Verdict:
    """Evaluate the default direction of a key: what was observed is about requests with neither, and no excuse here."""
    return _default(walker, listing, Query(key), walker.reader.spec.sort_order)


@ListingCheck(
    "order/default/neither",
    "with neither key nor direction the documented default order comes, or the one observed",
    laws=("order-default-key", "order-default-direction"),
    facts=(_BY, _DIRECTION),
    each=_with_defaults,
)
def _default_order(walker: Walker, listing: ListingSnapshot) -> Verdict:
    verdict = _default(walker, listing, Query(), "both")
    seen = walker.reader.spec.observed_default
    if verdict.kind != "other-default" or seen is None or seen.sort_by is None:
        return verdict
    observed = Query(seen.sort_by, seen.sort_order)
    keys = [
        walker.reader.keys(seen.sort_by, walker.walk(listing, query).listing.items) for query in (observed, Query())
    ]
    if keys[0] != keys[1]:
        return verdict
    return passed(verdict.rests_on, notes=(f"the target follows the observation, not the documents: {observed}",))


@ListingCheck(
    "order/default/every-listing",
    "every listing that no order was asked for is in the documented default order, or all are in the one observed",
    laws=("order-default-key", "order-default-direction"),
    facts=(_BY, _DIRECTION),
    each=_with_defaults,
    at_large=True,
)
def _default_everywhere(walker: Walker) -> Verdict:
    """Evaluate the listings that every run has asked for, long ones among them; nothing is asked for this."""
    written, seen = walker.checks.default_order, walker.reader.spec.observed_default
    orders = [
        (order.sort_by, order.sort_order)
        for order in (written, seen)
        if order is not None and order.sort_by is not None and order.sort_order is not None
    ]
    return in_one_order(walker.reader, [walker.walk(each, Query()) for each in walker.listed()], orders)


@ListingCheck(
    "order/default/key-{direction}",
    "without {sort_by}, {direction} sorts by the documented default key",
    laws=("order-default-key",),
    facts=(_BY,),
    each=_directions_with_defaults,
)
def _default_key(walker: Walker, listing: ListingSnapshot, *, direction: str) -> Verdict:
    return _default(walker, listing, Query(None, direction), walker.reader.spec.sort_by)


def _default(walker: Walker, listing: ListingSnapshot, asked: Query, what: str) -> Verdict:
    """Evaluate that what is asked without a member is the same as with its default written out."""
    default = walker.checks.default_order or Query()
    written = Query(asked.sort_by or default.sort_by, asked.sort_order or default.sort_order)
    given, unasked = (walker.walk(listing, query) for query in (written, asked))
    return _same_list(walker.reader, str(written.sort_by), given, unasked, what=what)


@ListingCheck(
    "filter/{key}/omits-items-without-it-{direction}",
    "sorting by {key} lists the items that have it, and only those",
    laws=("order-omits-keyless",),
    facts=("input/{sort_by}/enum",),
    each=_omitting_orders,
)
def _omits(walker: Walker, listing: ListingSnapshot, *, key: str, direction: str) -> Verdict:
    """Evaluate the representative listing, and one where keys have signs: zero and less are keys like any other."""
    return weightiest(
        keyless_left_out(walker.reader, key, subject.items, walker.walk(subject, Query(key, direction)))
        for subject in order_subjects(walker, key, listing)
    )
