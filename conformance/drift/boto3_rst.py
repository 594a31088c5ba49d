"""A boto3 page as reStructuredText: that of a client's method, or that of a paginator.

A paginator's arguments but for its own are members of the operation's input, handed through; what the page says of
them, it says of both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.drift.boto3_page import direction, exceptions, handed_through, syntax, told_of_itself
from conformance.drift.claims import Claim, Place, Read, Statement, Unread
from conformance.drift.outline import TYPES, Row, named, outlined
from conformance.drift.page import Page, spans
from conformance.drift.prose import statements

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
