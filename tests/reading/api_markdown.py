"""The API Reference page of Describe, as Markdown: names are links in the drawing and stand in stars as headings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reading import api_page
from reading.claims import DESCRIBE, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reading.claims import Claim, Page

_HEADING = re.compile(r"\*\* (\w+) \*\* (.*)")


def read(page: Page) -> Iterator[Claim]:
    """Read the page: the request's drawing and members, then the answer's."""
    asked, given = Place(DESCRIBE, "input", ""), Place(DESCRIBE, "output", "")
    request = page.find("{")
    response = page.find("{", page.find("}", request))
    errors = page.find("ResourceNotFound")
    yield from api_page.drawing(page, request, asked)
    yield from api_page.members(page, _headings(page, request, response), response, asked)
    yield from api_page.drawing(page, response, given)
    yield from api_page.members(page, _headings(page, response, errors), errors, given)
    yield from api_page.success(page, given)
    yield from api_page.errors(page, DESCRIBE)


def _headings(page: Page, start: int, end: int) -> list[tuple[int, str, str]]:
    matches = ((line, _HEADING.match(text)) for line, text in page.numbered(start, end))
    return [(line, match[1], match[2]) for line, match in matches if match]
