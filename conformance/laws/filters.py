"""Filter laws: a filter keeps the items that have the value, all of them and no other, in the order asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conformance.laws.listing import Difference, Item, Reader, pages_of
from conformance.laws.paging import Walked, incomplete
from conformance.laws.verdict import Verdict, failed, passed, skipped


def keeps_only(reader: Reader, name: str, value: str, walk: Walked, every: Sequence[Item]) -> Verdict:
    """Judge that every item under the filter has the value; an unfiltered list of other items makes it tell."""
    if verdict := incomplete(walk):
        return verdict
    wrong = [item for item in walk.listing.items if reader.filtered(name, item) != value]
    rests_on = {"items": len(walk.listing.items), "others": sum(reader.filtered(name, item) != value for item in every)}
    if wrong:
        first = f"{reader.identity(wrong[0])} ({reader.filtered(name, wrong[0])})"
        return failed(
            "unfiltered-item",
            "an item of another value came through the filter",
            rests_on=rests_on,
            expected=f"{reader.spec.filters[name]} {value} in every item",
            received=f"{walk.name}: {len(wrong)} others, such as {first}",
            exchanges=pages_of(walk.listing),
        )
    if not every:
        return skipped(f"{walk.name} has no items to filter")
    return passed(rests_on)


def keeps_all(reader: Reader, name: str, value: str, walk: Walked, every: Sequence[Item]) -> Verdict:
    """Judge that the filter loses no item that has the value."""
    if verdict := incomplete(walk):
        return verdict
    wanted = reader.identities([item for item in every if reader.filtered(name, item) == value])
    difference = Difference.between(wanted, reader.identities(walk.listing.items))
    rests_on = {"items": len(wanted), "others": len(every) - len(wanted)}
    if difference.missing:
        return failed(
            "items-lost",
            "the filter loses items that have the value",
            rests_on=rests_on,
            expected=f"all {len(wanted)} items whose {reader.spec.filters[name]} is {value}",
            received=f"{walk.name}: {difference}",
            exchanges=pages_of(walk.listing),
        )
    if not wanted:
        return skipped(f"{walk.name} has no item that is {value}")
    return passed(rests_on)


def partition(reader: Reader, walks: Mapping[str, Walked], every: Sequence[Item], name: str) -> Verdict:
    """Judge that the lists under all values of a filter, put together, are the unfiltered list."""
    if verdict := incomplete(*walks.values()):
        return verdict
    together = [identity for walk in walks.values() for identity in reader.identities(walk.listing.items)]
    difference = Difference.between(reader.identities(every), together)
    rests_on = {"items": len(every), "lists": len(walks)}
    if difference:
        return failed(
            "no-partition",
            f"the lists under {name} do not add up to the unfiltered list",
            rests_on=rests_on,
            expected=f"each of {len(every)} items in one of {len(walks)} lists",
            received=str(difference),
            exchanges=tuple(walk.listing.pages[0] for walk in walks.values() if walk.listing.pages)[:2],
        )
    return passed(rests_on) if every else skipped("there are no items to filter")


def keeps_order(reader: Reader, filtered: tuple[str, str], walk: Walked, ordered: Walked, sort_by: str) -> Verdict:
    """Judge that a filtered and sorted list is the sorted list without the others, equal keys aside."""
    if verdict := incomplete(walk, ordered):
        return verdict
    name, value = filtered
    wanted = [item for item in ordered.listing.items if reader.filtered(name, item) == value]
    rests_on = {"items": len(wanted), "pages": len(walk.listing.pages)}
    if difference := Difference.between(reader.identities(wanted), reader.identities(walk.listing.items)):
        return failed(
            "filter-lost",
            "filter and order together list other items",
            rests_on=rests_on,
            expected=f"the {len(wanted)} items that are {value}",
            received=f"{walk.name}: {difference}",
            exchanges=pages_of(walk.listing),
        )
    keys = [[reader.key(sort_by, item) for item in items] for items in (wanted, walk.listing.items)]
    if keys[0] != keys[1]:
        at = next(index for index, pair in enumerate(zip(*keys, strict=True)) if pair[0] != pair[1])
        return failed(
            "order-lost",
            f"under the filter items are not sorted by {sort_by}",
            rests_on=rests_on,
            expected=f"{keys[0][at]!r} at place {at + 1}",
            received=f"{walk.name}: {keys[1][at]!r}",
            exchanges=pages_of(walk.listing),
        )
    if not wanted:
        return skipped(f"{walk.name} has no item that is {value} under this order")
    return passed(rests_on)
