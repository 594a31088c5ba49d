"""Laws of what is told twice: what has ended is told in the same way, however often and in whatever listing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from conformance.laws.listing import Item, Reader, pages_of
from conformance.laws.paging import Walked, incomplete
from conformance.laws.requests import failed_by
from conformance.laws.verdict import Tally, Verdict, failed, passed, skipped
from conformance.wire.encoding import dump
from conformance.wire.exchange import Exchange

_EXPECTED = "the same answer, its members in any order"
_SHOWN = 80
"""Characters of a value that are shown."""
_MOST = 5
"""Differences that are told."""

Json = Mapping[str, Any]


def same_again(first: Exchange, second: Exchange, reader: Reader | None) -> Verdict:
    """Judge that two answers to one request say the same; with a reader they are pages of a listing.

    Objects are compared whatever the order of their members. Pages have the same items, but for those whose keys of the
    default order are equal: they may change places, over the end of the page too. Two tokens may be two texts.
    """
    if not first.ok:
        return skipped("the target did not answer the request", exchanges=(first,))
    if not second.ok:
        return failed_by(second, "not-repeated", "the same request is refused the second time", _EXPECTED, first)
    one, other = first.answer or {}, second.answer or {}
    told = list(_differing(one, other) if reader is None else _pages(reader, first, second))
    rests_on = {"answers": 2}
    if not told:
        return passed(rests_on)
    more = f" (and {len(told) - _MOST} more)" if len(told) > _MOST else ""
    return failed(
        "not-repeated",
        "asked for twice, what has ended is told in two ways",
        expected=_EXPECTED,
        received=f"{'; '.join(told[:_MOST])}{more}",
        exchanges=(first, second),
        rests_on=rests_on,
    )


def told_alike(reader: Reader, walks: Sequence[Walked], every: Sequence[Item]) -> Verdict:
    """Judge that each item of these listings is told as the default listing (`every`) tells it, member by member."""
    if verdict := incomplete(*walks):
        return verdict
    known = {reader.identity(item): item for item in every}
    tally = Tally("items")
    for walk in walks:
        for item in walk.listing.items:
            name = reader.identity(item)
            if name in known:
                tally.clear(name, list(_differing(known[name], item))[:_MOST], *pages_of(walk.listing)[:1])
    return tally.verdict(
        "told-otherwise",
        "each item as the default listing has it",
        wrong="items are described otherwise than in the default listing",
        lacking="none of these listings has an item",
    )


def _differing(one: Json, other: Json, place: str = "") -> Iterator[str]:
    for name in dict.fromkeys((*one, *other)):
        if name not in one or name not in other or one[name] != other[name]:
            yield f"{place}{name} is {_shown(one, name)}, then {_shown(other, name)}"


def _pages(reader: Reader, first: Exchange, second: Exchange) -> Iterator[str]:
    result = reader.pagination.result
    yield from _differing(_around(reader, first), _around(reader, second))
    one, other = (_objects(reader, page) for page in (first, second))
    if not any(reader.keys(key, one) == reader.keys(key, other) for key in _orders(reader)):
        yield f"{result} are {_told(reader, one)}, then {_told(reader, other)}"
    again = {reader.identity(item): item for item in other}
    for item in one:
        name = reader.identity(item)
        if name in again:
            yield from _differing(item, again[name], f"{name}: ")


def _around(reader: Reader, page: Exchange) -> dict[str, Any]:
    """Give the members of a page beside its items; of a token no more than that there is one."""
    result, token = reader.pagination.result, reader.pagination.output_token
    return {name: "…" if name == token else value for name, value in (page.answer or {}).items() if name != result}


def _objects(reader: Reader, page: Exchange) -> list[Item]:
    return [item for item in reader.items(page) if isinstance(item, Mapping)]


def _told(reader: Reader, items: Sequence[Item]) -> str:
    names = reader.identities(items)
    return f"{len(names)} items ({', '.join(names[:_MOST])}{', …' if len(names) > _MOST else ''})"


def _orders(reader: Reader) -> set[str]:
    """Give the keys by which a listing may be in order where none is asked for."""
    written = reader.operation.input.members[reader.spec.sort_by].effective("default") if reader.spec.sort_by else None
    seen = reader.spec.observed_default
    return {str(key) for key in (written, seen and seen.sort_by) if key in reader.spec.keys} or set(reader.spec.keys)


def _shown(holder: Json, name: str) -> str:
    if name not in holder:
        return "absent"
    text = dump(holder[name]).decode("utf-8", "replace")
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
