"""A page: the lines of a document as its readers see them, whatever editor, browser or system it was saved with."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from conformance.documents.claims import PageError, Unread

Numbered = Sequence[tuple[int, str]]
"""Lines with their numbers."""

MOST_BYTES = 8 * 1024 * 1024
"""Seventy times the largest page that the contract was made from."""

_END_OF_LINE = re.compile(r"\r\n|\r|\n")
_OVERSTRUCK = re.compile(".\b")
"""How a manual page is bold on a terminal: each letter, a backspace, and the letter again."""
_BLANKS = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u200b": "", "\f": " ", "\v": " "})
"""What browsers put in place of blanks, and what page ends leave behind."""


@dataclass(frozen=True)
class Page:
    """A document's lines, numbered from 1; `document` is how claims name it, `operation` what it is about.

    Two things that a reader can use where they are known: `members` are the names of the operation's input, which the
    AWS CLI spells in its own way, and `types` the pages of the types that a page of the API Reference links to, by
    name.
    """

    document: str
    lines: tuple[str, ...]
    operation: str = ""
    members: tuple[str, ...] = ()
    types: Mapping[str, Page] = field(default_factory=dict)

    def unread(self, line: int, why: str) -> Unread:
        """Return the note that a line was not read."""
        return Unread(self.document, line, self.lines[line - 1].strip(), why)

    def lacks(self, part: str) -> PageError:
        """Return the error that a part of the page is missing."""
        return PageError(
            f"the page has no {part}",
            where=self.document,
            hint="save the whole page, or name another style with --style",
        )

    def rest(self, lines: Numbered, why: str) -> Iterator[Unread]:
        """Yield one note that these lines were not read; nothing where they are all blank."""
        left = [number for number, text in lines if text.strip()]
        if left:
            last = "" if len(left) == 1 else f", as the rest to line {left[-1]}"
            yield self.unread(left[0], f"{why}{last}")

    def numbered(self, start: int = 1, end: int | None = None) -> list[tuple[int, str]]:
        """Return the lines from `start` to `end`, the last left out, with their numbers."""
        stop = len(self.lines) + 1 if end is None else end
        return [(number, self.lines[number - 1]) for number in range(start, stop)]


def indent(line: str) -> int:
    """Return how many blanks a line begins with."""
    return len(line) - len(line.lstrip())


def spans(starts: Sequence[int], end: int) -> Iterator[tuple[int, int]]:
    """Return each start with the next one, the last with the end."""
    return pairwise((*starts, end))


_ENDS_HEADING = re.compile(r"[#*:\u00b6\s]")


def heading(line: str) -> str:
    """Return a line without what marks it as a heading: stars, number signs, a colon at its end, an anchor."""
    text = re.sub(r"^[#*\s]+", "", re.sub(r"<a [^<>]*>(?:</a>)?", "", line))
    # A pattern for the end would be tried from each of its letters: a line of stars would take its length squared.
    return next((text[:end] for end in range(len(text), 0, -1) if not _ENDS_HEADING.match(text[end - 1])), "")


def lines_of(text: str) -> tuple[str, ...]:
    """Split a text into lines of plain blanks: any ends of lines, tabs as far as they reach, nothing struck twice."""
    lines = _END_OF_LINE.split(_OVERSTRUCK.sub("", text))
    if lines and not lines[-1]:
        lines.pop()
    return tuple(line.translate(_BLANKS).expandtabs() for line in lines)


def read_page(file: Path) -> tuple[str, ...]:
    """Read the lines of a file. Raises PageError where there is none, or it is no text in UTF-8, or far too large."""
    try:
        with file.open("rb") as opened:
            raw = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise PageError(
            f"the page can't be read: {error.strerror or error}",
            where=str(file),
            hint="name a file that holds a page",
        ) from error
    return _decoded(raw, str(file))


def read_stdin() -> tuple[str, ...]:
    """Read the lines of standard input. Raises PageError as for a file."""
    return _decoded(sys.stdin.buffer.read(MOST_BYTES + 1), "standard input")


def _decoded(raw: bytes, where: str) -> tuple[str, ...]:
    if len(raw) > MOST_BYTES:
        raise PageError(f"the page is larger than {MOST_BYTES:,} bytes", where=where, hint="save the one page as text")
    try:
        return lines_of(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise PageError(
            "the page is not text in UTF-8",
            where=f"{where}:{line}",
            hint="save it as plain text, Markdown or reStructuredText, encoded as UTF-8",
        ) from error
