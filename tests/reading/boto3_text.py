"""The boto3 page of Describe, saved as text: drawn syntax, then an outline with bullets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reading.claims import DESCRIBE, Place, Statement
from reading.drawing import drawn
from reading.outline import TYPES, Row, entries, with_prose
from reading.prose import statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reading.claims import Claim, Page

_MEMBER = re.compile(r"( *)\u2022 (?:(\w+) )?\((\w+)\) \u2013")
_PARAMETER = re.compile(r"(\w+) \((\w+)\) \u2013")
_EXCEPTION = re.compile(r"\s*\u2022 SageMaker\.Client\.exceptions\.(\w+)")


def read(page: Page) -> Iterator[Claim]:
    """Read the page."""
    yield from _input(page)
    yield from _output(page)
    for line, text in page.numbered(page.find("Exceptions")):
        if match := _EXCEPTION.match(text):
            yield Statement("present", value=True, line=line).by(page.document, Place(DESCRIBE, "error", match[1]))


def _input(page: Page) -> Iterator[Claim]:
    root = Place(DESCRIBE, "input", "")
    for node in drawn(page, page.find("Request Syntax") + 1):
        yield Statement("present", value=True, line=node.line).by(page.document, root.below(node.path))
    for line, text in page.numbered(page.find("Parameters:"), page.find("Return type:")):
        match = _PARAMETER.match(text)
        if match is None:
            continue
        place = root.below(match[1])
        yield Statement("present", value=True, line=line).by(page.document, place)
        yield Statement("type", TYPES[match[2]], line).by(page.document, place)
        yield Statement("required", value=True, line=page.find("[REQUIRED]", line)).by(page.document, place)


def _output(page: Page) -> Iterator[Claim]:
    root = Place(DESCRIBE, "output", "")
    structure, end = page.find("Response Structure"), page.find("Exceptions")
    listed: dict[str, tuple[str, ...]] = {}
    for node in drawn(page, page.find("Response Syntax") + 1):
        place = root.below(node.path)
        yield Statement("present", value=True, line=node.line).by(page.document, place)
        if node.words:
            listed[node.path] = node.words
            yield Statement("enum", node.words, node.line).by(page.document, place)
    lines = page.numbered(structure, end)
    matches = ((line, _MEMBER.match(text)) for line, text in lines)
    rows = [Row(len(match[1]), match[2] or "", match[3], line) for line, match in matches if match]
    for entry in entries(with_prose(rows, lines)):
        place = root.below(entry.path)
        yield Statement("present", value=True, line=entry.line).by(page.document, place)
        yield Statement("type", entry.type, entry.line).by(page.document, place)
        for statement in statements(entry.prose, entry.type, listed.get(entry.path, ())):
            yield statement.by(page.document, place)
