"""Outlines: lists in which a page explains each member with its type, deeper members further to the right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reading.claims import joined

if TYPE_CHECKING:
    from collections.abc import Iterable

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
}
"""The pages' words for types."""


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
    line: int
    prose: tuple[tuple[int, str], ...]


def entries(rows: Iterable[Row]) -> list[Entry]:
    """Give the rows their paths and settle what is a map: a boto3 page calls structures and maps alike `dict`."""
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
        found.append(Entry(path, TYPES[row.word], row.line, row.prose))
    return found


def _step(row: Row, holder: Entry) -> str:
    """Tell what a row is to the entry that holds it."""
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
    """Give each row the lines between it and the next one, blank ones left out."""
    starts = {row.line: index for index, row in enumerate(rows)}
    prose: list[list[tuple[int, str]]] = [[] for _ in rows]
    current = -1
    for number, line in lines:
        if number in starts:
            current = starts[number]
        elif current >= 0 and line.strip():
            prose[current].append((number, line.strip()))
    return [replace(row, prose=tuple(text)) for row, text in zip(rows, prose, strict=True)]
