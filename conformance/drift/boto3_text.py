"""A boto3 page saved as text: drawn syntax, then an outline with bullets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.drift.boto3_page import direction, exceptions, handed_through, syntax, told_of_itself
from conformance.drift.claims import Place, Read, Statement
from conformance.drift.outline import TYPES, Row, named, outlined
from conformance.drift.page import Page, heading, spans
from conformance.drift.prose import statements

_DASH = r"(?:\u2013|\u2014|--?)"
_MEMBER = re.compile(
    rf"(?P<indent> *)[-*\u2022\u25e6\u25aa] (?:(?P<name>\w+) )?\((?P<type>\w+)\) ?{_DASH}(?:\s*(?P<prose>.+))?"
)
_PARAMETER = re.compile(rf" *(\w+) \((\w+)\) ?{_DASH}.*")
_REQUIRED = "[REQUIRED]"


def read(page: Page) -> Iterator[Read]:
    """Read the page. Raises LookupError where a part of it is missing, PageError for a drawing that is none."""
    asked, given = Place(page.operation, direction(page), ""), Place(page.operation, "output", "")
    for found in _arguments(page, asked):
        yield from handed_through(found)
    listed: dict[str, tuple[str, ...]] = {}
    yield from syntax(page, page.find("Response Syntax"), given, listed)
    structure = page.find("Response Structure")
    end = page.find_or_end("Exceptions", "Examples", start=structure)
    yield from outlined(page, page.numbered(structure + 1, end), _MEMBER, given, listed=listed)
    yield from exceptions(page, end)


def _arguments(page: Page, root: Place) -> Iterator[Read]:
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
        marks = [line for line, text in page.numbered(start, end) if heading(text) == _REQUIRED]
        yield Statement("required", bool(marks), marks[0] if marks else start).by(page.document, place)
        lines = page.numbered(start + 1, end)
        for statement in statements(told_of_itself(lines, _MEMBER), kind, listed.get(name, ())):
            yield statement.by(page.document, place)
        yield from outlined(page, lines, _MEMBER, root, holder=Row(-1, name, word, start), listed=listed)
