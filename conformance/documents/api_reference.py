"""A page of the API Reference, as Markdown or saved as text: drawn JSON, then each member below its heading."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from conformance.documents.claims import Place, Read, Statement, Unread
from conformance.documents.drawing import drawn, end_of_drawing
from conformance.documents.outline import rest
from conformance.documents.page import Page, heading, spans
from conformance.documents.prose import is_label, label, plain, statements

Heading = tuple[int, str, str]
"""Line, name of the member, and the prose on the heading's own line."""

_SUCCESS = re.compile(r"If the action is successful, the service sends back an HTTP (\d+) response.*")
_ERROR_STATUS = re.compile(r"HTTP Status Code: (\d+)")
_LINKS = re.compile(r"For more information about using this API in one of the language-specific")
_CODE = re.compile(r"[A-Z]\w+")


def drawing(page: Page, start: int, root: Place) -> Iterator[Read]:
    """Read drawn JSON: it shows types, and has one word for all numbers. Raises PageError."""
    for node in drawn(page, start):
        place = root.below(node.path)
        yield Statement("present", value=True, line=node.line).by(page.document, place)
        if node.kind:
            yield Statement("type", node.kind, node.line).by(page.document, place)


def members(page: Page, headings: Sequence[Heading], end: int, root: Place) -> Iterator[Read]:
    """Read the lines below each heading."""
    bounds = spans([line for line, _, _ in headings], end)
    for (line, name, prose), (_, stop) in zip(headings, bounds, strict=True):
        place = root.below(name)
        yield Statement("present", value=True, line=line).by(page.document, place)
        labelled = [(number, text.strip()) for number, text in page.numbered(line + 1, stop) if text.strip()]
        kind = ""
        for number, text in labelled:
            stated = label(name, number, text)
            if not stated and is_label(text):
                yield Unread(number, text, f"a label of {place.path} that is not known")
            for path, statement in stated:
                if path == name and statement.facet == "type":
                    kind = kind or str(statement.value)
                yield statement.by(page.document, root.below(path))
        explained = ((line, prose), *((number, plain(text)) for number, text in labelled))
        for statement in statements(explained, kind, ()):
            yield statement.by(page.document, place)


def success(page: Page, root: Place) -> Iterator[Read]:
    """Read the HTTP status of a success."""
    for line, text in page.numbered(1):
        if match := _SUCCESS.match(text.strip()):
            yield Statement("http_status", int(match[1]), line).by(page.document, root)


def errors(page: Page) -> Iterator[Read]:
    """Read the errors: the nearest line above a status that is one word is its code."""
    for line, text in page.numbered(1):
        if match := _ERROR_STATUS.match(plain(text)):
            above = _code_above(page, line)
            if above is None:
                yield Unread(line, text.strip(), "the status of an error whose code is not above it")
                continue
            number, code = above
            place = Place(page.operation, "error", code)
            yield Statement("present", value=True, line=number).by(page.document, place)
            yield Statement("http_status", int(match[1]), line).by(page.document, place)


def afterwards(page: Page) -> Iterator[Unread]:
    """Yield what comes after the last error, but for the links with which such pages end."""
    last = max((line for line, text in page.numbered(1) if _ERROR_STATUS.match(plain(text))), default=len(page.lines))
    lines = page.numbered(last + 1)
    links = next((line for line, text in lines if heading(text) == "See Also" or _LINKS.match(text.strip())), None)
    left = lines if links is None else [(line, text) for line, text in lines if line < links]
    yield from rest(left, last + 1, "comes after the last part of such a page that is known")


def first_error(page: Page, start: int) -> int:
    """Return the line of the first error's code from `start` on, or the number after the last line."""
    for line, text in page.numbered(start):
        if _ERROR_STATUS.match(plain(text)):
            above = _code_above(page, line)
            return above[0] if above else line
    return len(page.lines) + 1


def _code_above(page: Page, line: int) -> tuple[int, str] | None:
    for number, text in reversed(page.numbered(1, line)):
        words = heading(plain(text))
        if _ERROR_STATUS.match(words):
            return None
        if _CODE.fullmatch(words):
            return number, words
    return None


_HEADING = re.compile(r"\s*\*\* ?\[?(\w+)\]?(?:\([^)]*\))? ?\*\*(.*)")
_OPENING = re.compile(r"\s*\{")
_NAME = re.compile(r" *([A-Z]\w+) *")


def read_markdown(page: Page) -> Iterator[Read]:
    """Read a page of Markdown: the request's drawing and members, then the answer's. Raises LookupError, PageError."""
    asked, given = Place(page.operation, "input", ""), Place(page.operation, "output", "")
    request = _opening(page, 1)
    response = _opening(page, end_of_drawing(page, request) + 1)
    end = first_error(page, response)
    yield from drawing(page, request, asked)
    yield from members(page, _headings(page, request, response), response, asked)
    yield from drawing(page, response, given)
    yield from members(page, _headings(page, response, end), end, given)
    yield from _ending(page, given)


def _opening(page: Page, start: int) -> int:
    for line, text in page.numbered(start):
        if _OPENING.match(text):
            return line
    raise LookupError(f"{page.document} has no drawing from line {start} on")


def _headings(page: Page, start: int, end: int) -> list[Heading]:
    matches = ((line, _HEADING.fullmatch(text)) for line, text in page.numbered(start, end))
    return [(line, match[1], plain(match[2])) for line, match in matches if match]


def read_text(page: Page) -> Iterator[Read]:
    """Read a page saved as text. Raises LookupError where a part of it is missing, PageError for a drawing."""
    asked, given = Place(page.operation, "input", ""), Place(page.operation, "output", "")
    response = page.find("Response Syntax")
    end = page.find_or_end("Errors", start=response)
    request = page.find_or_end("Request Syntax")
    if request < response:
        yield from _part(page, request, "Request Parameters", response, asked)
    yield from _part(page, response, "Response Elements", end, given)
    yield from _ending(page, given)


def _part(page: Page, start: int, explained: str, end: int, root: Place) -> Iterator[Read]:
    """Read a drawing and the members below the heading `explained`."""
    yield from drawing(page, start + 1, root)
    yield from members(page, _names(page, page.find(explained, start=start), end), end, root)


def _names(page: Page, start: int, end: int) -> list[Heading]:
    """Return the lines that are a name alone; one without a label before the next is a word of the prose."""
    names = [(line, match[1]) for line, text in page.numbered(start, end) if (match := _NAME.fullmatch(text))]
    bounds = spans([line for line, _ in names], end)
    return [
        (line, name, "")
        for (line, name), (_, stop) in zip(names, bounds, strict=True)
        if any(is_label(text) for _, text in page.numbered(line + 1, stop))
    ]


def _ending(page: Page, answer: Place) -> Iterator[Read]:
    yield from success(page, answer)
    yield from errors(page)
    yield from afterwards(page)
