"""A claim: one thing that one line of a page says about one path of one operation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from conformance.errors import UserError


class PageError(UserError):
    """A page that can't be read: no such file, no text, in none of the known styles, about no known operation."""


class ModelError(UserError):
    """A service model that can't be read: no such folder or file, not one of botocore's, without the operations."""


Value = bool | int | float | str | tuple[str, ...]


class Place(NamedTuple):
    """What a claim is about: a path in one direction of one operation."""

    operation: str
    direction: str
    """input, output, error or paginator."""
    path: str

    def below(self, path: str) -> Place:
        """Return the place of a path that starts here."""
        return Place(self.operation, self.direction, joined(self.path, path))


@dataclass(frozen=True)
class Claim:
    """One statement, with the value as it is on the wire and its line (the first is 1)."""

    document: str
    place: Place
    facet: str
    value: Value
    line: int
    words: tuple[str, ...] = ()
    """The words on the page, where they are not the wire value."""
    more_lines: tuple[int, ...] = ()
    """Further lines that the statement spreads over."""


@dataclass(frozen=True)
class Explained:
    """The lines in which a page explains a member, blank ones left out; members below have their own."""

    document: str
    place: Place
    lines: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Unread:
    """A line that a reader met where it looked for claims, and could make nothing of."""

    document: str
    line: int
    text: str
    why: str


Read = Claim | Explained | Unread
"""What a reader gives, one after the other."""


@dataclass(frozen=True)
class Statement:
    """A claim that does not know yet which document and place it belongs to."""

    facet: str
    value: Value
    line: int
    words: tuple[str, ...] = ()
    more_lines: tuple[int, ...] = ()

    def by(self, document: str, place: Place) -> Claim:
        """Say who states it, and of what."""
        return Claim(document, place, self.facet, self.value, self.line, self.words, self.more_lines)


def joined(parent: str, path: str) -> str:
    """Return the path that leads from a parent to a member (`Name`) or to what it holds (`[]`, `{key}`)."""
    if not (parent and path) or path[0] in "[{":
        return parent + path
    return f"{parent}.{path}"


def holder(path: str) -> str:
    """Return the path of what holds a path directly; empty for an outermost member."""
    return re.sub(r"\.?[^.\[\]{}]+$|(?:\[\]|\{key\}|\{value\})$", "", path)
