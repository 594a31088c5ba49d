"""A page of the API Reference saved as text: a heading is a line with nothing but the member's name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.drift import api_page
from conformance.drift.claims import Place, Read
from conformance.drift.labels import is_label
from conformance.drift.page import Page, spans

_NAME = re.compile(r" *([A-Z]\w+) *")


def read(page: Page) -> Iterator[Read]:
    """Read the page. Raises LookupError where a part of it is missing, PageError for a drawing that is none."""
    asked, given = Place(page.operation, "input", ""), Place(page.operation, "output", "")
    response = page.find("Response Syntax")
    errors = page.find_or_end("Errors", start=response)
    request = page.find_or_end("Request Syntax")
    if request < response:
        yield from api_page.drawing(page, request + 1, asked)
        explained = page.find("Request Parameters", start=request)
        yield from api_page.members(page, _headings(page, explained, response), response, asked)
    yield from api_page.drawing(page, response + 1, given)
    explained = page.find("Response Elements", start=response)
    yield from api_page.members(page, _headings(page, explained, errors), errors, given)
    yield from api_page.success(page, given)
    yield from api_page.errors(page)
    yield from api_page.afterwards(page)


def _headings(page: Page, start: int, end: int) -> list[api_page.Heading]:
    """Give the lines that are a name alone; one without a label before the next is a word of the prose."""
    names = [(line, match[1]) for line, text in page.numbered(start, end) if (match := _NAME.fullmatch(text))]
    bounds = spans([line for line, _ in names], end)
    return [
        (line, name, "")
        for (line, name), (_, stop) in zip(names, bounds, strict=True)
        if any(is_label(text) for _, text in page.numbered(line + 1, stop))
    ]
