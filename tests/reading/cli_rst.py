"""The AWS CLI page of List, as reStructuredText: a synopsis, the options, the output."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reading.claims import LIST, Place, Statement
from reading.outline import TYPES, Row, entries, with_prose
from reading.prose import statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reading.claims import Claim, Page

_SYNOPSIS = re.compile(r"\s*(\[)?(--[\w-]+) <value>\]?")
_OPTION = re.compile(r"``(--[\w-]+)`` \((\w+)\)")
_OUTPUT = re.compile(r"( *)(?:(\w+) -> )?\((\w+)\)$")
_CLIENT_ONLY = {"--cli-input-json", "--generate-cli-skeleton"}
"""Options that the client adds to every command: they keep their own names, having none on the wire."""


def read(page: Page) -> Iterator[Claim]:
    """Read the page."""
    yield from _input(page)
    lines = page.numbered(page.find("Output"))
    matches = ((line, _OUTPUT.match(text)) for line, text in lines)
    rows = [Row(len(match[1]), match[2] or "", match[3], line) for line, match in matches if match]
    for entry in entries(with_prose(rows, lines)):
        place = Place(LIST, "output", entry.path)
        yield Statement("present", value=True, line=entry.line).by(page.document, place)
        yield Statement("type", entry.type, entry.line).by(page.document, place)
        for statement in statements(entry.prose, entry.type, ()):
            yield statement.by(page.document, place)


def _input(page: Page) -> Iterator[Claim]:
    options, output = page.find("Options"), page.find("Output")
    for line, text in page.numbered(page.find("Synopsis"), options):
        if match := _SYNOPSIS.match(text):
            place = _place(match[2])
            yield Statement("present", value=True, line=line).by(page.document, place)
            yield Statement("required", match[1] is None, line).by(page.document, place)
    lines = page.numbered(options, output)
    matches = ((line, _OPTION.match(text)) for line, text in lines)
    rows = [Row(0, match[1], match[2], line) for line, match in matches if match]
    for row in with_prose(rows, lines):
        place = _place(row.name)
        yield Statement("present", value=True, line=row.line).by(page.document, place)
        yield Statement("type", TYPES[row.word], row.line).by(page.document, place)
        for statement in statements(row.prose, row.word, ()):
            yield statement.by(page.document, place)


def _place(option: str) -> Place:
    if option in _CLIENT_ONLY:
        return Place(LIST, "input", option)
    return Place(LIST, "input", "".join(part.title() for part in option.strip("-").split("-")))
