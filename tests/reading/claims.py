"""A claim: one thing that one line of one document says about one path of one operation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

Value = bool | int | str | tuple[str, ...]

DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"


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


@dataclass(frozen=True)
class Page:
    """A document's lines, numbered from 1."""

    document: str
    lines: tuple[str, ...]

    def find(self, text: str, start: int = 1) -> int:
        """Give the number of the first line, from `start` on, that is this text but for blanks. Raises LookupError."""
        for number in range(start, len(self.lines) + 1):
            if self.lines[number - 1].strip() == text:
                return number
        raise LookupError(f"{self.document} has no line {text!r} from line {start} on")

    def numbered(self, start: int, end: int | None = None) -> list[tuple[int, str]]:
        """Give the lines from `start` to `end`, the last left out, with their numbers."""
        stop = len(self.lines) + 1 if end is None else end
        return [(number, self.lines[number - 1]) for number in range(start, stop)]


def joined(parent: str, member: str) -> str:
    """Give the path of a structure's member."""
    return f"{parent}.{member}" if parent else member
