"""A boto3 page, as reStructuredText or saved as text: drawn Python, then an outline with bullets.

A paginator's arguments but for its own are members of the operation's input, handed through; what the page says of
them, it says of both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from conformance.documents.claims import Claim, Place, Read, Statement, Unread, holder
from conformance.documents.drawing import drawn
from conformance.documents.outline import TYPES, Outline, Row, lost_indentation, outline
from conformance.documents.page import Numbered, Page, heading, indent

OWN_ARGUMENT = "PaginationConfig"
"""The argument that a paginator has in addition to those of the operation."""

_RESUMING = "NextToken"
"""The token that a paginator resumes with; the service's own, whatever its name, is not on the page."""

_PAGINATES = re.compile(r"\.paginate\(")
_EXCEPTION = re.compile(r"\s*(?:[-*\u2022]\s*){0,2}(?::py:class:)?`?(?:\w+\.)*Client\.exceptions\.(\w+)`?\s*")
_DASH = r"(?:\u2013|\u2014|--?)"
_MEMBER = re.compile(
    rf" *[-*\u2022\u25e6\u25aa] (?:"
    rf"(?:\*\*(?P<bold>\S+?)\*\* )?"
    rf"(?:\*\((?P<slanted>[^()]+)\) ?{_DASH}? ?\*|\((?P<classed>:(?:class|ref):[^()]+)\) {_DASH})"
    rf"|(?:(?P<name>[\w.-]+) )?\((?P<type>[^()]+)\) ?{_DASH}"
    rf")(?:\s*(?P<prose>.+))?"
)
_FIELD = re.compile(r"\s*:type ([\w.-]+): ?(.*)")
_ARGUMENT = re.compile(rf" *([\w.-]+) \(([\w ]+)\) ?{_DASH}(.*)")
_PARAM = re.compile(r"\s*:param [\w.-]+: ?(.*)")
_REQUIRED = re.compile(r"\**\[REQUIRED\]\**")

_ON_THE_WIRE = {("CreateExportTask", "fromTime"): "from"}
"""Arguments that boto3 calls otherwise, because their names are words of Python."""
_TOO_LARGE = "This section is too large to render"
_PARTS = {
    "Request Syntax": "request",
    "Parameters": "arguments",
    "Return type": "returns",
    "Returns": "returns",
    "Response Syntax": "response",
    "Response Structure": "structure",
}
_FIELDS = re.compile(r"\s*:(type|rtype|returns?)\b.*")


def read(page: Page) -> Iterator[Read]:
    """Read a page. Raises PageError where it has no request, for a drawing and for lost indentation."""
    parts, end = _parts(page)
    if "request" not in parts:
        raise page.lacks("heading 'Request Syntax'")
    paginates = any(_PAGINATES.search(text) for _, text in parts["request"])
    asked = Place(page.operation, "paginator" if paginates else "input", "")
    arguments = outline(page, parts.get("arguments", []), _argument)
    arguments.rows = list(map(_marked, arguments.rows))
    for found in _side(page, parts["request"], arguments, asked):
        yield from _handed_through(found)
    given = Place(page.operation, "output", "")
    answered = _side(page, parts.get("response", []), outline(page, parts.get("structure", []), _member), given)
    own = given.below(_RESUMING) if paginates else None
    yield from (found for found in answered if isinstance(found, Unread) or found.place != own)
    yield from _exceptions(page, end)
    yield from (page.unread(line, "the page leaves out what belongs here") for line, _ in _left_out(page.numbered()))


def _left_out(lines: Numbered) -> Numbered:
    return [(line, text) for line, text in lines if _TOO_LARGE in text]


def _parts(page: Page) -> tuple[dict[str, list[tuple[int, str]]], int]:
    """Return the lines of each part of a page, and the line on which the last one ends.

    In the oldest pages the arguments come after the answer. A heading in the prose of a member is none.
    """
    named = (line for line, text in reversed(page.numbered()) if _member(line, text) or _FIELD.fullmatch(text))
    last = next(named, 1)
    lines = [(line, text) for line, text in page.numbered(last) if text.strip()]
    ends = (
        line
        for (line, text), (_, below) in pairwise((*lines, (0, "")))
        if heading(text) == "Examples" or (heading(text) == "Exceptions" and _EXCEPTION.fullmatch(below))
    )
    end = next(ends, len(page.lines) + 1)
    parts: dict[str, list[tuple[int, str]]] = {}
    current: list[tuple[int, str]] = []
    seen: set[str] = set()
    for line, text in page.numbered(1, end):
        title = heading(text)
        field = _FIELDS.fullmatch(text)
        if field:
            current = parts.setdefault("arguments" if field[1] == "type" else "returns", [])
        elif title in _PARTS and title not in seen:
            seen.add(title)
            current = parts.setdefault(_PARTS[title], [])
            continue
        current.append((line, text))
    return parts, end


def _side(page: Page, lines: Numbered, explained: Outline, root: Place) -> Iterator[Read]:
    """Read a drawing, and the outline that explains what it shows."""
    listed: dict[str, tuple[str, ...]] = {}
    paths = {"", *(row.path for row in explained.rows)}
    if any(mark in text for _, text in lines for mark in "{("):
        nodes = drawn(page, lines, maps=explained.maps)
        held = {name for node in nodes for parent, _, name in (node.path.rpartition("."),) if parent}
        held -= {node.path for node in nodes}
        if stray := next((row for row in explained.rows if row.path in held), None):
            raise lost_indentation(page, stray)
        for node in nodes:
            place = root.below(node.path)
            yield Statement("present", value=True, line=node.line).by(page.document, place)
            if node.words:
                listed[node.path] = node.words
                yield Statement("enum", node.words, node.line).by(page.document, place)
            if node.path not in paths:
                if node.kind:
                    yield Statement("type", node.kind, node.line).by(page.document, place)
                if holder(node.path) in paths:
                    yield page.unread(node.line, f"{place.path} is drawn, and not explained")
    elif not _left_out(lines):
        yield from page.rest(lines, "the page does not draw what belongs here")
    yield from explained.read(page, root, listed)


def _member(line: int, text: str) -> Row | None:
    match = _MEMBER.fullmatch(text)
    if match is None:
        return None
    word = match["slanted"] or match["classed"] or match["type"]
    kind, name, prose = TYPES.get(word, ""), match["bold"] or match["name"] or "", match["prose"] or ""
    # A word in brackets alone, or with more text after it, names a member only if it is a type.
    if not kind and (prose or not name):
        return None
    return Row(indent(text), name, kind, line, ((line, prose.strip()),) if prose else ())


def _argument(line: int, text: str) -> Row | None:
    """Return the row of an argument, or of a member below one."""
    match = _FIELD.fullmatch(text) or _ARGUMENT.fullmatch(text)
    if match is None or (match.re is _ARGUMENT and match[2] not in TYPES):
        return _member(line, text)
    prose = match[3].strip() if match.re is _ARGUMENT else ""
    return Row(-1, match[1], TYPES.get(match[2], ""), line, ((line, prose),) if prose else ())


def _marked(row: Row) -> Row:
    """Return the row of an input with whether it is required: its prose begins with a mark if it is."""
    required, marked = False, row.line
    prose: list[tuple[int, str]] = []
    for line, text in row.prose:
        if match := _PARAM.fullmatch(text):
            marked, text = line, match[1]  # noqa: PLW2901 - the same line without its field
        if match := _REQUIRED.match(text):
            required, marked, text = True, line, text[match.end() :].strip()  # noqa: PLW2901 - as above
        if text:
            prose.append((line, text))
    return replace(row, prose=tuple(prose), required=required if row.name else None, marked=marked)


def _handed_through(found: Read) -> Iterator[Read]:
    """Yield what was read of an argument, for the operation too where a paginator hands it through."""
    if not isinstance(found, Unread) and (found.place.operation, found.place.path) in _ON_THE_WIRE:
        place = found.place._replace(path=_ON_THE_WIRE[found.place.operation, found.place.path])
        if isinstance(found, Claim):
            found = replace(found, words=(found.place.path,))
        found = replace(found, place=place)
    yield found
    of_paginator = isinstance(found, Claim) and found.place.direction == "paginator"
    if isinstance(found, Claim) and of_paginator and not found.place.path.startswith(OWN_ARGUMENT):
        yield replace(found, place=Place(found.place.operation, "input", found.place.path))


def _exceptions(page: Page, start: int) -> Iterator[Read]:
    """Read the list of exceptions, and what comes after it but for examples."""
    last = start
    for line, text in page.numbered(start + 1):
        if match := _EXCEPTION.fullmatch(text):
            last = line
            place = Place(page.operation, "error", match[1])
            yield Statement("present", value=True, line=line).by(page.document, place)
    rest = page.numbered(last + 1)
    if not any(heading(text) == "Examples" for _, text in page.numbered(last)):
        yield from page.rest(rest, "comes after the last part of such a page that is known")
