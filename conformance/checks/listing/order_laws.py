"""Order laws: every sort key in both directions, and what the order is where none is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from conformance.checks.listing.paging import failed_walk, incomplete
from conformance.checks.verdict import Outcome, Tally, Verdict, failed, passed, skipped
from conformance.session.listing import Difference, Item, Reader, Walked, pages_of, steps

_PAIR = 2


def sorted_by(reader: Reader, sort_by: str, walk: Walked, every: Sequence[Item], *, descending: bool) -> Verdict:
    """Judge that neighbours stand in the order asked for and no item is lost over it; equal keys stand either way.

    `every` is the whole listing: an order lists all of it, but for a key that items may lack. A key whose collation is
    documented nowhere is judged by grouping alone: equal values stand together. Text may be compared with or without
    regard to case: no document says which.
    """
    if verdict := incomplete(walk) or _other_items(reader, sort_by, walk, every):
        return verdict
    keys = [key for key in reader.keys(sort_by, walk.listing.items) if key is not None]
    if len(set(keys)) < _PAIR:
        return skipped(f"{walk.name} has fewer than two different values to sort by {sort_by}")
    if sort_by in reader.spec.grouped_only:
        return _grouped(reader, sort_by, walk, keys)
    return _steady(reader, sort_by, walk, keys, descending=descending)


def _other_items(reader: Reader, sort_by: str, walk: Walked, every: Sequence[Item]) -> Verdict | None:
    difference = Difference.between(reader.identities(every), reader.identities(walk.listing.items))
    if not difference or sort_by in reader.spec.omits_items_without_key:
        return None
    return failed_walk(
        walk,
        "other-items",
        f"sorting by {sort_by} lists other items than no order does",
        expected=f"all {len(every)} items",
        received=str(difference),
        rests_on={"items": len(walk.listing.items)},
    )


def _rests_on(keys: Sequence[Any]) -> dict[str, int]:
    return {"items": len(keys), "distinct": len(set(keys))}


def _steady(reader: Reader, sort_by: str, walk: Walked, keys: Sequence[Any], *, descending: bool) -> Verdict:
    try:
        wrong = _first_inversion(keys, descending=descending)
    except TypeError:
        types = sorted({type(key).__name__ for key in keys})
        reason = "the sort keys are not of one type"
        return failed_walk(walk, "unsortable", reason, expected="keys of one type", received=str(types))
    if wrong is None:
        return passed(_rests_on(keys))
    index, before, after = wrong
    word = "falling" if descending else "rising"
    return failed_walk(
        walk,
        "out-of-order",
        f"items are not sorted by {sort_by}",
        expected=f"{word} {reader.spec.keys[sort_by]}",
        received=f"{before!r} before {after!r} (places {index} and {index + 1})",
        rests_on=_rests_on(keys),
    )


def _first_inversion(keys: Sequence[Any], *, descending: bool) -> tuple[int, Any, Any] | None:
    def inversion(values: Sequence[Any]) -> tuple[int, Any, Any] | None:
        return next(
            (
                (index, before, after)
                for index, before, after in steps(values)
                if (after > before if descending else after < before)
            ),
            None,
        )

    exact = inversion(keys)
    if (
        exact is not None
        and all(isinstance(key, str) for key in keys)
        and inversion([key.casefold() for key in keys]) is None
    ):
        return None
    return exact


def _grouped(reader: Reader, sort_by: str, walk: Walked, keys: Sequence[Any]) -> Verdict:
    runs = [key for key, _ in groupby(keys)]
    if len(runs) == len(set(runs)):
        return passed(_rests_on(keys))
    torn = next(key for key in runs if runs.count(key) > 1)
    return failed_walk(
        walk,
        "out-of-order",
        f"items are not sorted by {sort_by}",
        expected=f"items with the same {reader.spec.keys[sort_by]} side by side",
        received=f"{torn!r} stands in {runs.count(torn)} places",
        rests_on=_rests_on(keys),
    )


def reversed_order(reader: Reader, sort_by: str, rising: Walked, falling: Walked) -> Verdict:
    """Judge that falling order is rising order read backwards, equal keys aside, with the same items."""
    if verdict := incomplete(rising, falling):
        return verdict
    names = [reader.identities(walk.listing.items) for walk in (rising, falling)]
    if difference := Difference.between(names[0], names[1]):
        return failed_walk(
            falling,
            "other-items",
            "the direction changes what is listed",
            expected="the same items in both directions",
            received=f"falling, {difference}",
        )
    every = (reader.keys(sort_by, walk.listing.items) for walk in (rising, falling))
    keys = [[key for key in walked if key is not None] for walked in every]
    if len(set(keys[0])) < _PAIR:
        return skipped(f"{rising.name} has fewer than two different values to sort by {sort_by}")
    forwards = [key for key, _ in groupby(keys[0])]
    backwards = [key for key, _ in groupby(keys[1])]
    rests_on = {"items": len(keys[0]), "distinct": len(set(keys[0]))}
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


def same_list(reader: Reader, sort_by: str, written_out: Walked, left_out: Walked, *, what: str) -> Verdict:
    """Judge that leaving a member out is the same as writing its default out."""
    if verdict := incomplete(written_out, left_out):
        return verdict
    names = [reader.identities(walk.listing.items) for walk in (written_out, left_out)]
    keys = [reader.keys(sort_by, walk.listing.items) for walk in (written_out, left_out)]
    if len(set(keys[0])) < _PAIR:
        return skipped(f"{written_out.name} has fewer than two different values to sort by {sort_by}")
    rests_on = {"items": len(names[0])}
    if not Difference.between(names[0], names[1]) and keys[0] == keys[1]:
        return passed(rests_on)
    received = str(Difference.between(names[0], names[1])) or f"first {names[1][0]}, last {names[1][-1]}"
    return failed(
        "other-default",
        f"leaving {what} out is not the documented default",
        rests_on=rests_on,
        expected=f"the list with the default written out: first {names[0][0]}, last {names[0][-1]}",
        received=f"{written_out.name}: {received}",
        exchanges=(*pages_of(written_out.listing)[:1], *pages_of(left_out.listing)[:1]),
    )


def follows(reader: Reader, sort_by: str, model: Walked, listing: Walked) -> bool:
    """Tell whether a listing has the order of a model, equal keys aside."""
    return reader.keys(sort_by, model.listing.items) == reader.keys(sort_by, listing.listing.items)


def in_one_order(reader: Reader, walks: Sequence[Walked], orders: Sequence[tuple[str, str]]) -> Verdict:
    """Judge that all of the listings are in the first of these orders (key, direction), or all in another one.

    The first is the documented one; that a target follows another is told in a note.
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
    """Judge that sorting by this key lists just the items that have it."""
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
    if difference := Difference.between(reader.identities(with_key), reader.identities(walk.listing.items)):
        return failed_walk(
            walk,
            "other-items",
            f"sorting by {sort_by} does not list the items that have {key}",
            expected=f"all {len(with_key)} items that have {key}",
            received=str(difference),
            rests_on=rests_on,
        )
    if not rests_on["left_out"] or not with_key:
        return skipped(f"{walk.name} has no items both with and without {key}")
    return passed(rests_on)


def with_note(verdict: Verdict, note: str) -> Verdict:
    """Turn a failure into a pass that says what the target follows: an observation against the document."""
    return passed(verdict.rests_on, notes=(note,))
