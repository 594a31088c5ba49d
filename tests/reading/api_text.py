"""The API Reference page of List, saved as text: a heading is a line with nothing but the member's name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reading import api_page
from reading.claims import LIST, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reading.claims import Claim, Page

_NAME = re.compile(r"[A-Z]\w+$")


def read(page: Page) -> Iterator[Claim]:
    """Read the page."""
    asked, given = Place(LIST, "input", ""), Place(LIST, "output", "")
    response, errors = page.find("Response Syntax"), page.find("Errors")
    yield from api_page.drawing(page, page.find("Request Syntax") + 1, asked)
    yield from api_page.members(page, _headings(page, page.find("Request Parameters"), response), response, asked)
    yield from api_page.drawing(page, response + 1, given)
    yield from api_page.members(page, _headings(page, page.find("Response Elements"), errors), errors, given)
    yield from api_page.success(page, given)
    yield from api_page.errors(page, LIST)


def _headings(page: Page, start: int, end: int) -> list[tuple[int, str, str]]:
    return [(line, text, "") for line, text in page.numbered(start, end) if _NAME.match(text)]
