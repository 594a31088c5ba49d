"""Where a source says something: the citation, and the sources that can be cited."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = "unset"

    def __repr__(self) -> str:
        """Read as its name."""
        return "UNSET"


UNSET: Final = Unset.UNSET
"""A citation without a value of its own: the source says what the fact says."""


@dataclass(frozen=True)
class Source:
    """A document, or another source: `edition` orders the documents by age (1 is the oldest, 0 is no document)."""

    id: str
    title: str
    kind: str
    edition: int = 0
    dated: str = ""
    operation: str = ""
    """The operation that the page is about."""
    file: str = ""
    sha256: str = ""
    lines: int = 0
    """How many lines the file has; 0 where lines can't be cited."""
    version: str = ""
    api_version: str = ""
    url: str = ""
    """Where it is published; empty where the contract does not say. The page there may be a newer edition."""
    where: str = field(default="", compare=False)

    @property
    def is_document(self) -> bool:
        """Whether it is one of the pages, which are cited by line."""
        return self.edition > 0


@dataclass(frozen=True, slots=True)
class Citation:
    """One place in one source."""

    id: str
    line: int | None
    """The line, 1 being the first; None for a source without lines."""
    value: Any = UNSET
    """What the source says where it says something else than the fact."""
    words: tuple[str, ...] = ()
    """The words on the page, where they are not the wire value."""
    more_lines: tuple[int, ...] = ()
    """Further lines that the statement spreads over."""
    where: str = field(default="", compare=False)
    """`file:line` of the citation in the contract."""

    def to_json(self) -> dict[str, Any]:
        """Give the form in which facts are listed."""
        cited: dict[str, Any] = {"id": self.id, "line": self.line}
        if self.value is not UNSET:
            cited["value"] = list(self.value) if isinstance(self.value, tuple) else self.value
        return cited

    def all_lines(self) -> tuple[int, ...]:
        """Give every line of the statement, empty for a source without lines."""
        return () if self.line is None else (self.line, *self.more_lines)
