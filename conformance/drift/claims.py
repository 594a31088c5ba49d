"""A claim: one thing that one line of a page says about one path of one operation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

Value = bool | int | str | tuple[str, ...]


class Place(NamedTuple):
    """What a claim is about: a path in one direction of one operation."""

    operation: str
    direction: str
    """input, output, error or paginator."""
    path: str

    def below(self, path: str) -> Place:
        """Give the place of another path in the same direction."""
        return Place(self.operation, self.direction, path)


@dataclass(frozen=True)
class Claim:
    """One statement, with the value as it is on the wire and the line where it stands (the first is 1)."""

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
class Unread:
    """A line that a reader met where it looked for claims, and could make nothing of."""

    line: int
    text: str
    why: str


Read = Claim | Unread
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


def joined(parent: str, member: str) -> str:
    """Give the path of a structure's member."""
    return f"{parent}.{member}" if parent else member
