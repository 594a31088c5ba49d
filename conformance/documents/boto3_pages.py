"""A boto3 page saved as text: drawn syntax, then an outline with bullets.

A paginator's arguments but for its own are members of the operation's input, handed through; what the page says of
them, it says of both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from conformance.documents.claims import Claim, Place, Read, Statement, Unread
from conformance.documents.drawing import drawn
from conformance.documents.outline import TYPES, Row, named, outlined, rest
from conformance.documents.page import Page, heading, spans
from conformance.documents.prose import Prose, statements

OWN_ARGUMENT = "PaginationConfig"
"""The argument that a paginator has beside those of the operation."""

_PAGINATES = re.compile(r"\.paginate\(")
_EXCEPTION = re.compile(r"\s*(?:[-*\u2022]\s*){0,2}(?::py:class:)?`?(?:\w+\.)*Client\.exceptions\.(\w+)`?\s*")


def direction(page: Page) -> str:
    """Tell whose arguments a page explains: those of the operation, or those of its paginator."""
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


def told_of_itself(lines: Sequence[tuple[int, str]], member: re.Pattern[str]) -> Prose:
    """Return the prose of an argument itself, up to the first member that it holds."""
    prose: list[tuple[int, str]] = []
    for number, text in lines:
        if member.fullmatch(text.rstrip()):
            break
        if text.strip():
            prose.append((number, text.strip()))
    return tuple(prose)


def exceptions(page: Page, start: int) -> Iterator[Read]:
    """Read the list of exceptions; tell what comes after it."""
    last = start
    for line, text in page.numbered(start + 1):
        if match := _EXCEPTION.fullmatch(text):
            last = line
            place = Place(page.operation, "error", match[1])
            yield Statement("present", value=True, line=line).by(page.document, place)
    if start < len(page.lines):
        yield from rest(page.numbered(last + 1), last + 1, "comes after the last part of such a page that is known")


_TYPE = re.compile(r"\s*:type (\w+): ?(\w+)?.*")
_ARGUMENT = re.compile(r"\s*:(?:type|param) .*")
_REQUIRED = "**[REQUIRED]**"
_MEMBER = re.compile(
    r"(?P<indent> *)[-*] (?:\*\*(?P<name>\w+)\*\* )?\*\((?P<type>\w+)\) ?(?:--|\u2013)? ?\*(?:\s*(?P<prose>.+))?"
)


def read(page: Page) -> Iterator[Read]:
    """Read the page. Raises LookupError where a part of it is missing, PageError for a drawing that is none."""
    structure = page.find("Response Structure")
    asked, given = Place(page.operation, direction(page), ""), Place(page.operation, "output", "")
    for found in _arguments(page, asked):
        yield from handed_through(found)
    listed: dict[str, tuple[str, ...]] = {}
    yield from syntax(page, page.find("Response Syntax"), given, listed)
    end = page.find_or_end("Exceptions", "Examples", start=structure)
    yield from outlined(page, page.numbered(structure + 1, end), _MEMBER, given, listed=listed)
    yield from exceptions(page, end)


def _arguments(page: Page, root: Place) -> Iterator[Read]:
    listed: dict[str, tuple[str, ...]] = {}
    request = page.find("Request Syntax")
    yield from syntax(page, request, root, listed)
    answer = page.find_or_end(":rtype: dict", ":rtype", ":returns", "Response Syntax", start=request)
    starts = [line for line, text in page.numbered(request, answer) if _TYPE.fullmatch(text)]
    for start, end in spans(starts, answer):
        match = _TYPE.fullmatch(page.lines[start - 1])
        name, word = (match[1], match[2] or "") if match else ("", "")
        place = root.below(name)
        yield from named(page, place, TYPES.get(word, ""), start)
        required = _REQUIRED in page.lines[start]
        yield Statement("required", required, start + 1).by(page.document, place)
        prose = told_of_itself(page.numbered(start + 2, end), _MEMBER)
        for statement in statements(prose, TYPES.get(word, ""), listed.get(name, ())):
            yield statement.by(page.document, place)
        holder = Row(-1, name, word, start)
        lines = [(line, text) for line, text in page.numbered(start, end) if not _ARGUMENT.fullmatch(text)]
        for found in outlined(page, lines, _MEMBER, root, holder=holder, listed=listed):
            yield found
            if isinstance(found, Claim) and found.facet == "type":
                stated = _REQUIRED in " ".join(text for _, text in page.numbered(found.line, found.line + 3))
                yield Statement("required", stated, found.line).by(page.document, found.place)
    if not starts and answer < len(page.lines):
        yield Unread(request, page.lines[request - 1].strip(), "no argument is explained after it")


_DASH = r"(?:\u2013|\u2014|--?)"
_BOTO3_TEXT_MEMBER = re.compile(
    rf"(?P<indent> *)[-*\u2022\u25e6\u25aa] (?:(?P<name>\w+) )?\((?P<type>\w+)\) ?{_DASH}(?:\s*(?P<prose>.+))?"
)
_PARAMETER = re.compile(rf" *(\w+) \((\w+)\) ?{_DASH}.*")
_BOTO3_TEXT_REQUIRED = "[REQUIRED]"


def boto3_text_read(page: Page) -> Iterator[Read]:
    """Read the page. Raises LookupError where a part of it is missing, PageError for a drawing that is none."""
    asked, given = Place(page.operation, direction(page), ""), Place(page.operation, "output", "")
    for found in _boto3_text_arguments(page, asked):
        yield from handed_through(found)
    listed: dict[str, tuple[str, ...]] = {}
    yield from syntax(page, page.find("Response Syntax"), given, listed)
    structure = page.find("Response Structure")
    end = page.find_or_end("Exceptions", "Examples", start=structure)
    yield from outlined(page, page.numbered(structure + 1, end), _BOTO3_TEXT_MEMBER, given, listed=listed)
    yield from exceptions(page, end)


def _boto3_text_arguments(page: Page, root: Place) -> Iterator[Read]:
    request = page.find("Request Syntax")
    listed: dict[str, tuple[str, ...]] = {}
    yield from syntax(page, request, root, listed)
    explained = page.find_or_end("Parameters", start=request)
    answer = page.find_or_end("Return type", "Returns", "Response Syntax", start=explained)
    starts = [line for line, text in page.numbered(explained, answer) if _PARAMETER.fullmatch(text.rstrip())]
    for start, end in spans(starts, answer):
        match = _PARAMETER.fullmatch(page.lines[start - 1].rstrip())
        name, word = (match[1], match[2]) if match else ("", "")
        place = root.below(name)
        kind = TYPES.get(word, "")
        yield from named(page, place, kind, start)
        marks = [line for line, text in page.numbered(start, end) if heading(text) == _BOTO3_TEXT_REQUIRED]
        yield Statement("required", bool(marks), marks[0] if marks else start).by(page.document, place)
        lines = page.numbered(start + 1, end)
        for statement in statements(told_of_itself(lines, _BOTO3_TEXT_MEMBER), kind, listed.get(name, ())):
            yield statement.by(page.document, place)
        yield from outlined(page, lines, _BOTO3_TEXT_MEMBER, root, holder=Row(-1, name, word, start), listed=listed)
