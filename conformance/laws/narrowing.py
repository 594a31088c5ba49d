"""A filter with a value, the laws of what it admits, and values for filters by a part of a text or by a moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.laws.listing import Difference, Item, Reader, member
from conformance.laws.paging import Walked, incomplete
from conformance.laws.verdict import Verdict, passed, skipped

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
        """Give the two filters together: what one refuses is refused, and what both admit admitted."""

        def admits(item: Item) -> bool | None:
            verdicts = (self.admits(item), other.admits(item))
            return False if False in verdicts else None if None in verdicts else True

        paths = tuple(dict.fromkeys((*self.paths, *other.paths)))
        return Narrowing((*self.members, *other.members), f"{self.words} and {other.words}", admits, paths)


Law = Callable[[Reader, Narrowing, Walked, Sequence[Item]], Verdict]
"""Judges a walk under a filter, beside the unfiltered list."""


def containing(name: str, path: str, items: Sequence[Item]) -> Narrowing | None:
    """Give the filter by that part of a text which divides the items best; None where none divides them."""
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
    """Give the beginnings, the ends and the middle of a text."""
    half = len(text) // 2
    parts = {text[:half], text[half:], text[half // 2 : half // 2 + half]}
    return {part for part in parts if len(part) >= _SHORTEST}


def beyond(  # noqa: PLR0913 - what is filtered, and how the value is chosen
    name: str, path: str, items: Sequence[Item], *, later: bool, part: float = 0.5, others: Sequence[str] = ()
) -> Narrowing | None:
    """Give the filter by a moment out of the items' own; None where there are no items on either side of one.

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
        enumerate(inner), key=lambda one: (not _parts_moments(path, others, items, one[1]), abs(one[0] - wanted))
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
        and isinstance(other := member(item, one), int | float)
        and min(moment, other) < bound < max(moment, other)
        for item in items
        for one in others
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
        return walk.fails(
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
        return walk.fails(
            "items-lost",
            "the filter loses items that it admits",
            expected=f"all {len(wanted)} items whose {narrowing.words}",
            received=str(Difference(missing, ())),
            rests_on=rests_on,
        )
    return passed(rests_on) if wanted else skipped(f"{walk.name} has no item whose {narrowing.words}")
