"""A boto3 page, as reStructuredText or saved as text: drawn Python, then an outline with bullets.

A paginator's arguments but for its own are members of the operation's input, handed through; what the page says of
them, it says of both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from conformance.documents.claims import Claim, Place, Read, Statement, Unread
from conformance.documents.drawing import drawn
from conformance.documents.outline import TYPES, Row, named, outlined, rest
from conformance.documents.page import Page, heading, spans
from conformance.documents.prose import Prose, statements

OWN_ARGUMENT = "PaginationConfig"
"""The argument that a paginator has in addition to those of the operation."""

_PAGINATES = re.compile(r"\.paginate\(")
_EXCEPTION = re.compile(r"\s*(?:[-*\u2022]\s*){0,2}(?::py:class:)?`?(?:\w+\.)*Client\.exceptions\.(\w+)`?\s*")


def direction(page: Page) -> str:
    """Return whose arguments a page explains: those of the operation, or those of its paginator."""
    return "paginator" if any(_PAGINATES.search(line) for line in page.lines) else "input"


def handed_through(found: Read) -> Iterator[Read]:
    """Yield what was read of an argument, for the operation too where a paginator hands it through."""
    yield found
    of_paginator = isinstance(found, Claim) and found.place.direction == "paginator"
    if isinstance(found, Claim) and of_paginator and not found.place.path.startswith(OWN_ARGUMENT):
        yield replace(found, place=Place(found.place.operation, "input", found.place.path))


def syntax(page: Page, start: int, root: Place, listed: dict[str, tuple[str, ...]]) -> Iterator[Read]:
    """Read drawn Python: members, and the values that it lists; keep those in `listed`, by path. Raises PageError."""
    for node in drawn(page, start + 1):
        place = root.below(node.path)
        yield Statement("present", value=True, line=node.line).by(page.document, place)
        if node.words:
            listed[node.path] = node.words
            yield Statement("enum", node.words, node.line).by(page.document, place)


def exceptions(page: Page, start: int) -> Iterator[Read]:
    """Read the list of exceptions, and what comes after it."""
    last = start
    for line, text in page.numbered(start + 1):
        if match := _EXCEPTION.fullmatch(text):
            last = line
            place = Place(page.operation, "error", match[1])
            yield Statement("present", value=True, line=line).by(page.document, place)
    if start < len(page.lines):
        yield from rest(page.numbered(last + 1), last + 1, "comes after the last part of such a page that is known")


@dataclass(frozen=True)
class _Notation:
    """How one kind of text writes members of an outline, and the arguments of a method."""

    member: re.Pattern[str]
    argument: re.Pattern[str]
    """The line that names an argument, and its type."""
    explained: tuple[str, ...]
    """Headings of the arguments; none where they follow the drawing of the request."""
    answer: tuple[str, ...]
    """Headings after the arguments."""


_RST = _Notation(
    re.compile(
        r"(?P<indent> *)[-*] (?:\*\*(?P<name>\w+)\*\* )?\*\((?P<type>\w+)\) ?(?:--|\u2013)? ?\*(?:\s*(?P<prose>.+))?"
    ),
    re.compile(r"\s*:type (\w+): ?(\w+)?.*"),
    (),
    (":rtype: dict", ":rtype", ":returns", "Response Syntax"),
)
_DASH = r"(?:\u2013|\u2014|--?)"
_TEXT = _Notation(
    re.compile(
        rf"(?P<indent> *)[-*\u2022\u25e6\u25aa] (?:(?P<name>\w+) )?\((?P<type>\w+)\) ?{_DASH}(?:\s*(?P<prose>.+))?"
    ),
    re.compile(rf" *(\w+) \((\w+)\) ?{_DASH}.*"),
    ("Parameters",),
    ("Return type", "Returns", "Response Syntax"),
)
_FIELD = re.compile(r"\s*:(?:type|param) .*")
_REQUIRED, _RST_REQUIRED = "[REQUIRED]", "**[REQUIRED]**"


def read_rst(page: Page) -> Iterator[Read]:
    """Read a page of reStructuredText. Raises LookupError where a part is missing, PageError for a drawing."""
    return _read(page, _RST)


def read_text(page: Page) -> Iterator[Read]:
    """Read a page saved as text. Raises as for reStructuredText."""
    return _read(page, _TEXT)


def _read(page: Page, notation: _Notation) -> Iterator[Read]:
    structure = page.find("Response Structure")
    asked, given = Place(page.operation, direction(page), ""), Place(page.operation, "output", "")
    for found in _arguments(page, notation, asked):
        yield from handed_through(found)
    listed: dict[str, tuple[str, ...]] = {}
    yield from syntax(page, page.find("Response Syntax"), given, listed)
    end = page.find_or_end("Exceptions", "Examples", start=structure)
    yield from outlined(page, page.numbered(structure + 1, end), notation.member, given, listed=listed)
    yield from exceptions(page, end)


def _arguments(page: Page, notation: _Notation, root: Place) -> Iterator[Read]:
    listed: dict[str, tuple[str, ...]] = {}
    request = page.find("Request Syntax")
    yield from syntax(page, request, root, listed)
    explained = page.find_or_end(*notation.explained, start=request) if notation.explained else request
    answer = page.find_or_end(*notation.answer, start=explained)
    matches = [
        (line, match)
        for line, text in page.numbered(explained, answer)
        if (match := notation.argument.fullmatch(text.rstrip()))
    ]
    for (_, match), (start, end) in zip(matches, spans([line for line, _ in matches], answer), strict=True):
        name, word = match[1], match[2] or ""
        place, kind = root.below(name), TYPES.get(word, "")
        yield from named(page, place, kind, start)
        if notation is _RST:
            required, line = _RST_REQUIRED in page.lines[start], start + 1
        else:
            marks = [line for line, text in page.numbered(start, end) if heading(text) == _REQUIRED]
            required, line = bool(marks), marks[0] if marks else start
        yield Statement("required", required, line).by(page.document, place)
        lines = [(line, text) for line, text in page.numbered(start + 1, end) if not _FIELD.fullmatch(text)]
        for statement in statements(_own_prose(lines, notation.member), kind, listed.get(name, ())):
            yield statement.by(page.document, place)
        for found in outlined(page, lines, notation.member, root, holder=Row(-1, name, word, start), listed=listed):
            yield found
            if notation is _RST and isinstance(found, Claim) and found.facet == "type":
                stated = _RST_REQUIRED in " ".join(text for _, text in page.numbered(found.line, found.line + 3))
                yield Statement("required", stated, found.line).by(page.document, found.place)
    if notation is _RST and not matches and answer < len(page.lines):
        yield Unread(request, page.lines[request - 1].strip(), "no argument is explained after it")


def _own_prose(lines: Sequence[tuple[int, str]], member: re.Pattern[str]) -> Prose:
    """Return the prose of an argument itself, up to the first member that it holds."""
    prose: list[tuple[int, str]] = []
    for number, text in lines:
        if member.fullmatch(text.rstrip()):
            break
        if text.strip():
            prose.append((number, text.strip()))
    return tuple(prose)
