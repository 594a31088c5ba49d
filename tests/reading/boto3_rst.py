"""The boto3 page of List's paginator, as reStructuredText.

Four of the paginator's arguments are members of the operation's input, handed through; what the page says of them, it
says of both.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from reading.claims import LIST, Claim, Place, Statement, joined
from reading.drawing import drawn
from reading.outline import TYPES, Row, entries, with_prose
from reading.prose import statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reading.claims import Page

_ARGUMENT = re.compile(r":type (\w+): (\w+)")
_REQUIRED = "**[REQUIRED]**"
_MEMBER = re.compile(r"( *)- (?:\*\*(\w+)\*\* )?\*\((\w+)\) --\*")
_OWN_ARGUMENT = "PaginationConfig"


def read(page: Page) -> Iterator[Claim]:
    """Read the page."""
    for claim in _arguments(page):
        yield claim
        if not claim.place.path.startswith(_OWN_ARGUMENT):
            yield replace(claim, place=Place(LIST, "input", claim.place.path))
    start = page.find("**Response Syntax**")
    root = Place(LIST, "output", "")
    yield from _syntax(page, start, root)
    yield from _outlined(page, page.find("**Response Structure**"), len(page.lines) + 1, root, "")


def _arguments(page: Page) -> Iterator[Claim]:
    root = Place(LIST, "paginator", "")
    yield from _syntax(page, page.find("**Request Syntax**"), root)
    starts = [line for line, text in page.numbered(1) if _ARGUMENT.match(text.strip())]
    for start, end in zip(starts, [*starts[1:], page.find(":rtype: dict")], strict=True):
        match = _ARGUMENT.match(page.lines[start - 1].strip())
        assert match is not None
        name, kind = match[1], TYPES[match[2]]
        place = root.below(name)
        yield Statement("present", value=True, line=start).by(page.document, place)
        yield Statement("type", kind, start).by(page.document, place)
        required = _REQUIRED in page.lines[start]
        yield Statement("required", required, start + 1).by(page.document, place)
        prose = tuple((line, text.strip()) for line, text in page.numbered(start + 2, end) if text.strip())
        for statement in statements(prose, kind, ()):
            yield statement.by(page.document, place)
        for claim in _outlined(page, start, end, root, name):
            yield claim
            if claim.facet == "type":
                yield Statement("required", value=False, line=claim.line).by(page.document, claim.place)


def _syntax(page: Page, start: int, root: Place) -> Iterator[Claim]:
    for node in drawn(page, start):
        place = root.below(node.path)
        yield Statement("present", value=True, line=node.line).by(page.document, place)
        if node.words:
            yield Statement("enum", node.words, node.line).by(page.document, place)


def _outlined(page: Page, start: int, end: int, root: Place, parent: str) -> Iterator[Claim]:
    lines = page.numbered(start, end)
    matches = ((line, _MEMBER.match(text)) for line, text in lines)
    rows = [Row(len(match[1]), match[2] or "", match[3], line) for line, match in matches if match]
    for entry in entries(with_prose(rows, lines)):
        place = root.below(joined(parent, entry.path))
        yield Statement("present", value=True, line=entry.line).by(page.document, place)
        yield Statement("type", entry.type, entry.line).by(page.document, place)
        for statement in statements(entry.prose, entry.type, ()):
            yield statement.by(page.document, place)
