"""What the boto3 pages share, as text or as reStructuredText: drawn syntax, exceptions, and what kind of page it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from conformance.drift.claims import Claim, Place, Read, Statement
from conformance.drift.drawing import drawn
from conformance.drift.outline import rest
from conformance.drift.page import Page
from conformance.drift.prose import Prose

OWN_ARGUMENT = "PaginationConfig"
"""The argument that a paginator has beside those of the operation."""

_PAGINATES = re.compile(r"\.paginate\(")
_EXCEPTION = re.compile(r"\s*(?:[-*\u2022]\s*){0,2}(?::py:class:)?`?(?:\w+\.)*Client\.exceptions\.(\w+)`?\s*")


def direction(page: Page) -> str:
    """Tell whose arguments a page explains: those of the operation, or those of its paginator."""
    return "paginator" if any(_PAGINATES.search(line) for line in page.lines) else "input"


def handed_through(found: Read) -> Iterator[Read]:
    """Give what was read of an argument, for the operation too where a paginator hands it through."""
    yield found
    of_paginator = isinstance(found, Claim) and found.place.direction == "paginator"
    if isinstance(found, Claim) and of_paginator and not found.place.path.startswith(OWN_ARGUMENT):
        yield replace(found, place=Place(found.place.operation, "input", found.place.path))


def syntax(page: Page, start: int, root: Place, listed: dict[str, tuple[str, ...]]) -> Iterator[Read]:
    """Read drawn Python: members, and the values that it lists; keep those in `listed`, by path. Raises PageError."""
    for node in drawn(page, start + 1):
        place = root.below(node.path)
        yield Statement("present", value=True, line=node.line).by(page.document, place)
        if node.words:
            listed[node.path] = node.words
            yield Statement("enum", node.words, node.line).by(page.document, place)


def told_of_itself(lines: Sequence[tuple[int, str]], member: re.Pattern[str]) -> Prose:
    """Give the prose of an argument itself, up to the first member that it holds."""
    prose: list[tuple[int, str]] = []
    for number, text in lines:
        if member.fullmatch(text.rstrip()):
            break
        if text.strip():
            prose.append((number, text.strip()))
    return tuple(prose)


def exceptions(page: Page, start: int) -> Iterator[Read]:
    """Read the list of exceptions; tell what comes after it."""
    last = start
    for line, text in page.numbered(start + 1):
        if match := _EXCEPTION.fullmatch(text):
            last = line
            place = Place(page.operation, "error", match[1])
            yield Statement("present", value=True, line=line).by(page.document, place)
    if start < len(page.lines):
        yield from rest(page.numbered(last + 1), last + 1, "comes after the last part of such a page that is known")
