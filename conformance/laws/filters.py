"""Filter laws of members that take a word of a list: what they admit, what they add up to, and what order they keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conformance.laws.listing import Difference, Item, Reader, first_difference
from conformance.laws.narrowing import Narrowing
from conformance.laws.paging import Walked, incomplete
from conformance.laws.verdict import Verdict, failed, passed, skipped


def having(reader: Reader, name: str, value: str) -> Narrowing:
    """Give the filter that admits the items with this value."""
    path = reader.spec.filters[name]
    return Narrowing(
        ((name, value),), f"{path} is {value}", lambda item: bool(reader.filtered(name, item) == value), (path,)
    )


def partition(reader: Reader, walks: Mapping[str, Walked], every: Sequence[Item], name: str) -> Verdict:
    """Judge that the lists under all values of a filter, put together, are the unfiltered list.

    An item of another value, newer than the contract, can be in none of them: that it is one is told by the enum.
    """
    if verdict := incomplete(*walks.values()):
        return verdict
    together = [identity for walk in walks.values() for identity in reader.identities(walk.listing.items)]
    words = list(walks)  # a value may be a list or an object, which no mapping can be asked for
    listed = [item for item in every if reader.filtered(name, item) in words]
    difference = Difference.between(reader.identities(listed), together)
    rests_on = {"items": len(listed), "lists": len(walks)}
    if difference:
        return failed(
            "no-partition",
            f"the lists under {name} do not add up to the unfiltered list",
            rests_on=rests_on,
            expected=f"each of {len(listed)} items in one of {len(walks)} lists",
            received=str(difference),
            exchanges=tuple(walk.listing.pages[0] for walk in walks.values() if walk.listing.pages)[:2],
        )
    return passed(rests_on) if listed else skipped("there are no items to filter")


def keeps_order(reader: Reader, narrowing: Narrowing, walk: Walked, ordered: Walked, sort_by: str) -> Verdict:
    """Judge that a filtered and sorted list is the sorted list without the others, equal keys aside."""
    if verdict := incomplete(walk, ordered):
        return verdict
    wanted = [item for item in ordered.listing.items if narrowing.admits(item)]
    rests_on = {"items": len(wanted), "pages": len(walk.listing.pages)}
    if difference := Difference.between(reader.identities(wanted), reader.identities(walk.listing.items)):
        return walk.fails(
            "filter-lost",
            "filter and order together list other items",
            expected=f"the {len(wanted)} items whose {narrowing.words}",
            received=str(difference),
            rests_on=rests_on,
        )
    model, keys = (reader.keys(sort_by, items) for items in (wanted, walk.listing.items))
    if (at := first_difference(model, keys)) is not None:
        return walk.fails(
            "order-lost",
            f"under the filter items are not sorted by {sort_by}",
            expected=f"{model[at]!r} at place {at + 1}",
            received=repr(keys[at]),
            rests_on=rests_on,
        )
    return passed(rests_on) if wanted else skipped(f"{walk.name} has no item whose {narrowing.words} under this order")
