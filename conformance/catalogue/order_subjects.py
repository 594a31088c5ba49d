"""The resources on which an order is judged: those whose items would stand otherwise in an order that is nearly it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial

from conformance.catalogue.lab import Lab
from conformance.catalogue.listing_checks import ListingChecks, Query
from conformance.laws.listing import Item, Reader, member
from conformance.laws.survey import Inventory

_FEWEST_GROUPS = 2


def order_subjects(base: ListingChecks, key: str, lab: Lab, telling: Inventory) -> Iterator[Inventory]:
    """Return the resource whose listing tells most, one each with telling numbers and groups, and the longest one."""
    found = {one.name: one for one in base.subjects(lab, telling, Query())}
    for one in (_with_telling_numbers(base, key, lab), _with_telling_groups(base, key, lab, telling)):
        if one is not None:
            found.setdefault(one.name, one)
    yield from found.values()


def _with_telling_numbers(base: ListingChecks, key: str, lab: Lab) -> Inventory | None:
    """Give a resource whose keys are numbers that stand in another order as texts, or without their signs."""

    def tells(one: Inventory) -> int:
        keys = base.reader.keys(key, one.items)
        numbers = sorted(value for value in keys if isinstance(value, int | float) and math.isfinite(value))
        return sum(numbers != sorted(numbers, key=other) for other in (str, abs))

    def choose() -> Inventory | None:
        best = max(lab.listed(base.operation), key=tells, default=None)
        return best if best is not None and tells(best) else None

    return lab.chosen(("telling numbers", key), base.operation, choose)


def _with_telling_groups(base: ListingChecks, key: str, lab: Lab, telling: Inventory) -> Inventory | None:
    """Give a resource whose items another member divides into groups, as that of the other listing does not.

    An order inside each group, one group after the other, is not the order of all of them there. It is looked for where
    items may lack the key: that is what a target looks up for each item, or keeps a list of for each group.
    """
    if key not in base.reader.spec.omits_items_without_key:
        return None

    def choose() -> Inventory | None:
        known = _dividing(base.reader, key, telling.items)
        divided = [(one, _dividing(base.reader, key, one.items) - known) for one in lab.listed(base.operation)]
        best, by = max(divided, key=lambda pair: len(pair[1]), default=(telling, known))
        return best if by else None

    return lab.chosen(("telling groups", key), base.operation, choose)


def _dividing(reader: Reader, key: str, items: Sequence[Item]) -> set[str]:
    """Give the members whose texts divide the items that have a key into groups with an order of their own."""
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
    return all(one == beside[0] for one in beside)


def _torn(reader: Reader, key: str, ordered: Sequence[Item], name: str) -> bool:
    """Tell whether the groups, whichever of them comes first, would stand otherwise than the whole."""
    texts = {str(item.get(name)) for item in ordered}
    if not _FEWEST_GROUPS <= len(texts) < len(ordered):
        return False
    grouped = [sorted(ordered, key=lambda item: str(item.get(name)), reverse=way) for way in (False, True)]
    return all(reader.keys(key, one) != reader.keys(key, ordered) for one in grouped)
