"""Outlines: lists in which a page explains each member with its type, deeper members further to the right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from conformance.documents.claims import PageError, Place, Read, Statement, Unread, joined
from conformance.documents.page import Page
from conformance.documents.prose import statements

Numbered = Sequence[tuple[int, str]]

TYPES = {
    "dict": "structure",
    "structure": "structure",
    "map": "map",
    "list": "list",
    "string": "string",
    "integer": "integer",
    "float": "float",
    "boolean": "boolean",
    "datetime": "timestamp",
    "timestamp": "timestamp",
    "long": "integer",
    "double": "float",
}
"""The pages' words for types."""

_ALMOST = re.compile(r"[-*\u2022] \W*\w+\W*\((?:%s)\).*" % "|".join(TYPES))  # noqa: UP031 - braces mean something here
"""A line that can only be meant to name a member."""


@dataclass(frozen=True)
class Row:
    """A line that names a member with its type; `name` is empty for what a list or a map holds."""

    indent: int
    name: str
    word: str
    line: int
    prose: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Entry:
    """A path with the type that the outline gives it, and the prose below it."""

    path: str
    type: str
    """Empty where the page has an unknown word for it."""
    line: int
    prose: tuple[tuple[int, str], ...]


def outlined(  # noqa: PLR0913 - an outline, whose it is, and what is known of it beforehand
    page: Page,
    lines: Numbered,
    member: re.Pattern[str],
    root: Place,
    *,
    holder: Row | None = None,
    listed: Mapping[str, tuple[str, ...]] | None = None,
) -> Iterator[Read]:
    """Read the outline in these lines, whose members are named as `member` says: indentation, name, type, prose.

    `holder` is the member that holds all of it, None where it is a whole answer; `listed` the values that the drawing
    shows, by path. What follows the outline is unread. Raises PageError where the indentation is lost.
    """
    rows, unread = _rows(lines, member)
    if len(rows) > 1 and len({row.indent for row in rows}) == 1 and any(not row.name for row in rows[1:]):
        raise PageError(
            "the page has lost the indentation by which it shows what belongs to what",
            where=f"{page.document}:{rows[1].line}",
            hint="save it again as text that keeps blanks at the beginning of lines",
        )
    end = _end(rows, lines)
    inside = [(number, text) for number, text in lines if end is None or number < end]
    rows = [row for row in rows if end is None or row.line < end]
    yield from unread
    found = entries([*([holder] if holder else ()), *with_prose(rows, inside)])
    for entry in found[1:] if holder else found:
        place = root.below(entry.path)
        yield from named(page, place, entry.type, entry.line)
        words = (listed or {}).get(entry.path, ())
        for statement in statements(entry.prose, entry.type, words):
            yield statement.by(page.document, place)
    if end is not None:
        yield from rest(lines, end, "comes after the members that the page explains")


def named(page: Page, place: Place, kind: str, line: int) -> Iterator[Read]:
    """Yield what it says that a line names a member with its type; `kind` is empty for an unknown type."""
    yield Statement("present", value=True, line=line).by(page.document, place)
    if kind:
        yield Statement("type", kind, line).by(page.document, place)
    else:
        yield Unread(line, page.lines[line - 1].strip(), f"the type of {place.path} has a word that is not known")


def rest(lines: Numbered, start: int, why: str) -> Iterator[Unread]:
    """Yield one note that the lines from `start` on were not read; nothing where they are all blank."""
    left = [(number, text.strip()) for number, text in lines if number >= start and text.strip()]
    if left:
        last = "" if len(left) == 1 else f", as the rest to line {left[-1][0]}"
        yield Unread(left[0][0], left[0][1], f"{why}{last}")


def _rows(lines: Numbered, member: re.Pattern[str]) -> tuple[list[Row], list[Unread]]:
    """Return the lines that name members. One with more text is a row only if it gives a type that is known."""
    rows: list[Row] = []
    for number, text in lines:
        match = member.fullmatch(text.rstrip())
        # A word in brackets alone, or with more text after it, names a member only if it is a type.
        if match is None or ((match["prose"] or not match["name"]) and match["type"] not in TYPES):
            continue
        prose = ((number, match["prose"].strip()),) if match["prose"] else ()
        rows.append(Row(len(match["indent"]), match["name"] or "", match["type"], number, prose))
    names = {row.line for row in rows}
    unread = [
        Unread(number, text.strip(), "looks like a member, but is not written as one")
        for number, text in lines
        if number not in names and _ALMOST.fullmatch(text.strip())
    ]
    return rows, unread


def _end(rows: Sequence[Row], lines: Numbered) -> int | None:
    """Return the first line after an outline: one that is indented no further than its outermost members."""
    if not rows:
        return None
    outermost = min(row.indent for row in rows)
    after = ((number, text) for number, text in lines if number > rows[-1].line and text.strip())
    return next((number for number, text in after if len(text) - len(text.lstrip()) <= outermost), None)


def entries(rows: Iterable[Row]) -> list[Entry]:
    """Return the rows their paths and settle what is a map: a boto3 page calls structures and maps alike `dict`."""
    found: list[Entry] = []
    above: list[tuple[int, int]] = []  # indent, and index in `found`, of the rows that enclose the present one
    for row in rows:
        while above and above[-1][0] >= row.indent:
            above.pop()
        if not above and not row.name:  # the whole answer, which has no path
            continue
        path = row.name
        if above:
            holder = above[-1][1]
            step = _step(row, found[holder])
            if step == "{key}":
                found[holder] = replace(found[holder], type="map")
            path = _path(found[holder].path, step)
        above.append((row.indent, len(found)))
        found.append(Entry(path, TYPES.get(row.word, ""), row.line, row.prose))
    return found


def _step(row: Row, holder: Entry) -> str:
    """Return what a row is to the entry that holds it."""
    if holder.type == "map" and row.name in {"key", "value"}:
        return f"{{{row.name}}}"
    if row.name:
        return row.name
    if holder.type == "list":
        return "[]"
    return "{value}" if holder.path.endswith("{key}") else "{key}"


def _path(holder: str, step: str) -> str:
    if step == "{value}":
        return holder.removesuffix("{key}") + step
    return holder + step if step in {"[]", "{key}"} else joined(holder, step)


def with_prose(rows: list[Row], lines: Iterable[tuple[int, str]]) -> list[Row]:
    """Return each row the lines between it and the next one, blank ones left out."""
    starts = {row.line: index for index, row in enumerate(rows)}
    prose: list[list[tuple[int, str]]] = [[] for _ in rows]
    current = -1
    for number, line in lines:
        if number in starts:
            current = starts[number]
        elif current >= 0 and line.strip():
            prose[current].append((number, line.strip()))
    return [replace(row, prose=(*row.prose, *text)) for row, text in zip(rows, prose, strict=True)]
