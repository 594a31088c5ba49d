"""Outlines: lists in which a page explains each member with its type, deeper members further to the right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from conformance.documents.claims import Explained, PageError, Place, Read, Statement, Unread, joined
from conformance.documents.page import Numbered, Page, indent, spans
from conformance.documents.prose import Prose, statements

TYPES = {
    "dict": "structure",
    "structure": "structure",
    "tagged union structure": "structure",
    ":class:`.EventStream`": "structure",
    "map": "map",
    "list": "list",
    "string": "string",
    "integer": "integer",
    "int": "integer",
    "long": "integer",
    "float": "float",
    "double": "float",
    "boolean": "boolean",
    "datetime": "timestamp",
    "timestamp": "timestamp",
    "bytes": "blob",
    "blob": "blob",
    "streaming blob": "blob",
    ":class:`.StreamingBody`": "blob",
    "document": "document",
    ":ref:`document<document>`": "document",
}
"""The pages' words for types."""

_ALMOST = re.compile(r"[-*\u2022] \W*\w+\W*\((?:%s)\).*" % "|".join(TYPES))  # noqa: UP031 - braces mean something here
"""A line that can only be meant to name a member."""


@dataclass(frozen=True)
class Row:
    """A line that names a member with its type; `name` is empty for what a list or a map holds.

    `required` is whether the page says that it is, on line `marked`; None where it says nothing. The type is empty
    where the page has an unknown word for it.
    """

    indent: int
    name: str
    type: str
    line: int
    prose: Prose = ()
    required: bool | None = None
    marked: int = 0
    path: str = ""


@dataclass
class Outline:
    """The rows of an outline with their paths, and what else its lines say."""

    rows: list[Row]
    unread: list[Unread]

    @property
    def maps(self) -> set[str]:
        """The paths of the maps."""
        return {row.path for row in self.rows if row.type == "map"}

    def read(self, page: Page, root: Place, listed: Mapping[str, tuple[str, ...]]) -> Iterator[Read]:
        """Yield what the rows say; `listed` are the values that a drawing shows, by path."""
        for row in self.rows:
            place = root.below(row.path)
            yield Statement("present", value=True, line=row.line).by(page.document, place)
            if row.type:
                yield Statement("type", row.type, row.line).by(page.document, place)
            else:
                yield page.unread(row.line, f"the type of {place.path} has a word that is not known")
            if row.required is not None:
                yield Statement("required", row.required, row.marked or row.line).by(page.document, place)
            if row.prose:
                yield Explained(page.document, place, row.prose)
            for found in statements(row.prose, row.name, row.type, listed.get(row.path, ())):
                if isinstance(found, Statement):
                    at = place.below("[]") if found.facet == "enum" and row.type == "list" else place
                    yield found.by(page.document, at)
                else:
                    yield page.unread(found, f"a constraint of {place.path} that is not known")
        yield from self.unread


def outline(page: Page, lines: Numbered, row_of: Callable[[int, str], Row | None]) -> Outline:
    """Read the outline in these lines, whose members are the lines that `row_of` makes a row of.

    What follows it, no further to the right than its outermost members, is unread. Raises PageError where the
    indentation is lost.
    """
    found = {at: row for at, (number, text) in enumerate(lines) if (row := row_of(number, text.rstrip())) is not None}
    unread = [
        page.unread(number, "looks like a member, but is not written as one")
        for at, (number, text) in enumerate(lines)
        if at not in found and _ALMOST.fullmatch(text.strip())
    ]
    if not found:
        return Outline([], unread)
    outermost = min(row.indent for row in found.values())
    after = ((at, text) for at, (_, text) in enumerate(lines) if at > max(found) and text.strip())
    end = next((at for at, text in after if indent(text) <= outermost), len(lines))
    unread += page.rest(lines[end:], "comes after the members that the page explains")
    rows = []
    for start, stop in spans(list(found), end):
        prose = tuple((number, text.strip()) for number, text in lines[start + 1 : stop] if text.strip())
        rows.append(replace(found[start], prose=(*found[start].prose, *prose)))
    return Outline(_with_paths(page, rows), unread)


def _with_paths(page: Page, rows: Iterable[Row]) -> list[Row]:
    """Return the rows with their paths, and settle what is a map: a boto3 page calls structures and maps alike `dict`.

    A row without a name that nothing holds is the whole answer, which has no path.
    """
    found: list[Row] = []
    above: list[tuple[int, int]] = []  # indent, and index in `found`, of the rows that enclose the present one
    for row in rows:
        while above and above[-1][0] >= row.indent:
            above.pop()
        if not above and not row.name:
            if found:
                raise lost_indentation(page, row)
            continue
        path = row.name
        if above:
            at = above[-1][1]
            holder = found[at]
            step = _step(row, holder)
            if step == "{key}":
                if found[-1].path.startswith(f"{holder.path}."):
                    raise lost_indentation(page, row)
                found[at] = replace(holder, type="map")
            path = holder.path.removesuffix("{key}") + step if step == "{value}" else joined(holder.path, step)
        above.append((row.indent, len(found)))
        found.append(replace(row, path=path))
    return found


def _step(row: Row, holder: Row) -> str:
    """Return what a row is to the one that holds it."""
    if holder.type == "map" and row.name in {"key", "value"}:
        return f"{{{row.name}}}"
    if row.name:
        return row.name
    if holder.type == "list":
        return "[]"
    return "{value}" if holder.path.endswith("{key}") else "{key}"


def lost_indentation(page: Page, row: Row) -> PageError:
    """Return the error about a page that no longer shows what holds the member of a row."""
    return PageError(
        "the page has lost the indentation by which it shows what belongs to what",
        where=f"{page.document}:{row.line}",
        hint="save it again as text that keeps blanks at the beginning of lines",
    )
