"""What the two API Reference pages share: drawn JSON, and the labelled lines below each member's heading."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reading.claims import Place, Statement
from reading.drawing import drawn
from reading.prose import statements

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reading.claims import Claim, Page

_TYPES = {"String": "string", "Integer": "integer", "Timestamp": "timestamp"}
_ARRAY = re.compile(r"Type: Array of \w+ objects")
_OBJECT = re.compile(r"Type: \w+ object$")
_SCALAR = re.compile(r"Type: (\w+)$")
_LENGTH = re.compile(r"Length Constraints: (?:Minimum length of (\d+)\. )?Maximum length of (\d+)\.")
_RANGE = re.compile(r"Valid Range: Minimum value of (\d+)\. Maximum value of (\d+)\.")
_PATTERN = re.compile(r"Pattern: (.+)")
_VALUES = re.compile(r"Valid Values: ?(.+)")
_REQUIRED = re.compile(r"Required: (Yes|No)")
_SUCCESS = re.compile(r"If the action is successful, the service sends back an HTTP (\d+) response\.")
_ERROR_STATUS = re.compile(r"HTTP Status Code: (\d+)")


def drawing(page: Page, start: int, root: Place) -> Iterator[Claim]:
    """Read a drawn JSON: it shows types, and has one word for all numbers."""
    for node in drawn(page, start):
        place = root.below(node.path)
        yield Statement("present", value=True, line=node.line).by(page.document, place)
        yield Statement("type", node.kind, node.line).by(page.document, place)


def members(page: Page, headings: Sequence[tuple[int, str, str]], end: int, root: Place) -> Iterator[Claim]:
    """Read the lines below each heading: its line, the member, and the prose that stands on the heading's own line."""
    stops = [line for line, _, _ in headings[1:]] + [end]
    for (line, name, prose), stop in zip(headings, stops, strict=True):
        place = root.below(name)
        yield Statement("present", value=True, line=line).by(page.document, place)
        labelled = [(number, text.strip()) for number, text in page.numbered(line + 1, stop) if text.strip()]
        kind = ""
        for number, text in labelled:
            kind = kind or _type(text)
            for path, statement in _label(name, number, text):
                yield statement.by(page.document, root.below(path))
        for statement in statements(((line, prose), *labelled), kind, ()):
            yield statement.by(page.document, place)


def success(page: Page, root: Place) -> Iterator[Claim]:
    """Read the HTTP status of a success."""
    for line, text in page.numbered(1):
        if match := _SUCCESS.match(text):
            yield Statement("http_status", int(match[1]), line).by(page.document, root)


def errors(page: Page, operation: str) -> Iterator[Claim]:
    """Read the errors: two lines above its status stands the code."""
    for line, text in page.numbered(1):
        if match := _ERROR_STATUS.match(text):
            above = [number for number, other in page.numbered(1, line) if other.strip()]
            place = Place(operation, "error", page.lines[above[-2] - 1].strip())
            yield Statement("present", value=True, line=above[-2]).by(page.document, place)
            yield Statement("http_status", int(match[1]), line).by(page.document, place)


def _type(text: str) -> str:
    if _ARRAY.match(text):
        return "list"
    if _OBJECT.match(text):
        return "structure"
    match = _SCALAR.match(text)
    return _TYPES[match[1]] if match else ""


def _label(name: str, line: int, text: str) -> Iterator[tuple[str, Statement]]:
    if kind := _type(text):
        yield name, Statement("type", kind, line)
    if kind == "list":
        yield name + "[]", Statement("type", "structure", line)
    for pattern, low, high in ((_LENGTH, "min_length", "max_length"), (_RANGE, "minimum", "maximum")):
        if match := pattern.match(text):
            for facet, figure in zip((low, high), match.groups(), strict=True):
                if figure is not None:
                    yield name, Statement(facet, int(figure), line)
    if match := _PATTERN.match(text):
        yield name, Statement("pattern", match[1], line)
    if match := _VALUES.match(text):
        yield name, Statement("enum", tuple(match[1].split(" | ")), line)
    if match := _REQUIRED.match(text):
        yield name, Statement("required", match[1] == "Yes", line)
