"""A page of the API Reference as Markdown: names are links in the drawing and stand in stars as headings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.drift import api_page
from conformance.drift.claims import Place, Read
from conformance.drift.drawing import end_of_drawing
from conformance.drift.labels import plain
from conformance.drift.page import Page

_HEADING = re.compile(r"\s*\*\* ?\[?(\w+)\]?(?:\([^)]*\))? ?\*\*(.*)")
_OPENING = re.compile(r"\s*\{")


def read(page: Page) -> Iterator[Read]:
    """Read the page: the request's drawing and members, then the answer's. Raises LookupError, PageError."""
    asked, given = Place(page.operation, "input", ""), Place(page.operation, "output", "")
    request = _opening(page, 1)
    response = _opening(page, end_of_drawing(page, request) + 1)
    errors = api_page.first_error(page, response)
    yield from api_page.drawing(page, request, asked)
    yield from api_page.members(page, _headings(page, request, response), response, asked)
    yield from api_page.drawing(page, response, given)
    yield from api_page.members(page, _headings(page, response, errors), errors, given)
    yield from api_page.success(page, given)
    yield from api_page.errors(page)
    yield from api_page.afterwards(page)


def _opening(page: Page, start: int) -> int:
    for line, text in page.numbered(start):
        if _OPENING.match(text):
            return line
    raise LookupError(f"{page.document} has no drawing from line {start} on")


def _headings(page: Page, start: int, end: int) -> list[api_page.Heading]:
    matches = ((line, _HEADING.fullmatch(text)) for line, text in page.numbered(start, end))
    return [(line, match[1], plain(match[2])) for line, match in matches if match]
