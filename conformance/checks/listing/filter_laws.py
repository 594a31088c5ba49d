"""Filter laws of members that take a word of a list: what they admit, what they add up to, and what order they keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.checks.listing.paging import failed_walk, incomplete
from conformance.checks.verdict import Verdict, failed, passed, skipped
from conformance.session.listing import Difference, Item, Reader, Walked, first_difference, member

_SHORTEST = 2
"""Letters that a part has at least: a single one is in nearly every name."""


@dataclass(frozen=True)
class Narrowing:
    """A filter with a value, and what it admits: None leaves open whether an item is admitted."""

    members: tuple[tuple[str, Any], ...]
    """The members of a request that ask for it."""
    words: str
    admits: Callable[[Item], bool | None]
    paths: tuple[str, ...] = ()
    """What it looks at in an item."""

    def both(self, other: Narrowing) -> Narrowing:
        """Return the two filters together: what one refuses is refused, and what both admit admitted."""

        def admits(item: Item) -> bool | None:
            verdicts = (self.admits(item), other.admits(item))
            return False if False in verdicts else None if None in verdicts else True

        paths = tuple(dict.fromkeys((*self.paths, *other.paths)))
        return Narrowing((*self.members, *other.members), f"{self.words} and {other.words}", admits, paths)


Law = Callable[[Reader, Narrowing, Walked, Sequence[Item]], Verdict]
"""Judges a walk under a filter, beside the unfiltered list."""


def containing(name: str, path: str, items: Sequence[Item]) -> Narrowing | None:
    """Return the filter by that part of a text which divides the items best; None where none divides them."""
    texts = [text for item in items if isinstance(text := member(item, path), str)]
    parts = sorted({part for text in texts for part in _parts(text)})
    counts = {part: sum(part in text for text in texts) for part in parts}
    dividing = [part for part in parts if 0 < counts[part] < len(texts)]
    if not dividing:
        return None
    # Nearest to one half; of those the longest, whose case and order of letters tell most.
    best = min(dividing, key=lambda part: (abs(2 * counts[part] - len(texts)), -len(part)))
    return Narrowing(
        ((name, best),), f"{path} contains {best!r}", lambda item: best in str(member(item, path)), (path,)
    )


def _parts(text: str) -> set[str]:
    """Return the beginnings, the ends and the middle of a text."""
    half = len(text) // 2
    parts = {text[:half], text[half:], text[half // 2 : half // 2 + half]}
    return {part for part in parts if len(part) >= _SHORTEST}


def beyond(  # noqa: PLR0913 - what is filtered, and how the value is chosen
    name: str, path: str, items: Sequence[Item], *, later: bool, part: float = 0.5, others: Sequence[str] = ()
) -> Narrowing | None:
    """Return the filter by a moment out of the items' own; None where there are no items on either side of one.

    It lies about where `part` says in the order of the moments, and where it can, between this moment and another one
    of the same item (`others` are their paths), so that one taken for the other shows. Whether an item of the very
    moment is admitted is open.
    """
    moments = sorted({moment for item in items if isinstance(moment := member(item, path), int | float)})
    inner = moments[1:-1]
    if not inner:
        return None
    wanted = len(inner) * part
    bound = min(
        enumerate(inner), key=lambda each: (not _parts_moments(path, others, items, each[1]), abs(each[0] - wanted))
    )[1]

    def admits(item: Item) -> bool | None:
        moment = member(item, path)
        if not isinstance(moment, int | float):
            return False
        return None if moment == bound else (moment > bound) is later

    return Narrowing(((name, bound),), f"{path} is {'later' if later else 'earlier'} than {bound}", admits, (path,))


def _parts_moments(path: str, others: Sequence[str], items: Sequence[Item], bound: float) -> bool:
    """Tell whether a bound lies between two moments of one item."""
    return any(
        isinstance(moment := member(item, path), int | float)
        and isinstance(other := member(item, each), int | float)
        and min(moment, other) < bound < max(moment, other)
        for item in items
        for each in others
    )


def admits_only(reader: Reader, narrowing: Narrowing, walk: Walked, every: Sequence[Item] | None) -> Verdict:
    """Judge that no item comes through that the filter refuses.

    `every` is the unfiltered list: only where it has items to keep back does it tell that the filter is looked at. None
    where nothing but the walk is known, whose items then speak for themselves.
    """
    if verdict := incomplete(walk):
        return verdict
    strangers = [item for item in walk.listing.items if narrowing.admits(item) is False]
    others = sum(narrowing.admits(item) is False for item in every or ())
    rests_on = {"items": len(walk.listing.items), "others": others}
    if strangers:
        return failed_walk(
            walk,
            "unfiltered-item",
            "an item came through the filter that it should have kept back",
            expected=f"only items whose {narrowing.words}",
            received=f"{len(strangers)} others, such as {_shown(reader, narrowing, strangers[0])}",
            rests_on=rests_on,
        )
    if others or (every is None and walk.listing.items):
        return passed(rests_on)
    if not every:
        return skipped(f"{walk.name} has no items to filter")
    return skipped(f"every item of {walk.name} is one whose {narrowing.words}: there is none to be kept back")


def _shown(reader: Reader, narrowing: Narrowing, item: Item) -> str:
    """Name an item, with what the filter looks at."""
    values = ", ".join(str(member(item, path)) for path in narrowing.paths)
    return f"{reader.identity(item)} ({values})" if values else reader.identity(item)


def admits_all(reader: Reader, narrowing: Narrowing, walk: Walked, every: Sequence[Item]) -> Verdict:
    """Judge that the filter loses no item that it admits."""
    if verdict := incomplete(walk):
        return verdict
    wanted = reader.identities([item for item in every if narrowing.admits(item)])
    missing = Difference.between(wanted, reader.identities(walk.listing.items)).missing
    rests_on = {"items": len(wanted), "others": len(every) - len(wanted)}
    if missing:
        return failed_walk(
            walk,
            "items-lost",
            "the filter loses items that it admits",
            expected=f"all {len(wanted)} items whose {narrowing.words}",
            received=str(Difference(missing, ())),
            rests_on=rests_on,
        )
    return passed(rests_on) if wanted else skipped(f"{walk.name} has no item whose {narrowing.words}")


def having(reader: Reader, name: str, value: str) -> Narrowing:
    """Return the filter that admits the items with this value."""
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
        return failed_walk(
            walk,
            "filter-lost",
            "filter and order together list other items",
            expected=f"the {len(wanted)} items whose {narrowing.words}",
            received=str(difference),
            rests_on=rests_on,
        )
    model, keys = (reader.keys(sort_by, items) for items in (wanted, walk.listing.items))
    if (at := first_difference(model, keys)) is not None:
        return failed_walk(
            walk,
            "order-lost",
            f"under the filter items are not sorted by {sort_by}",
            expected=f"{model[at]!r} at place {at + 1}",
            received=repr(keys[at]),
            rests_on=rests_on,
        )
    return passed(rests_on) if wanted else skipped(f"{walk.name} has no item whose {narrowing.words} under this order")
