"""What a file of known failures came to in a run: the part of the footer that tells which of its entries are wrong."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from conformance.report.fields import Fields


class Wrong(StrEnum):
    """The ways in which an entry of known failures can be out of date; each of them turns a run red."""

    STALE = "stale"
    """A check that it declares to fail passes."""
    CHANGED = "changed"
    """A check that it declares to fail does so in another way."""
    EXPIRED = "expired"
    """Its last day is over."""
    UNMATCHED = "unmatched"
    """There is no check that it could be about."""
    SHADOWED = "shadowed"
    """An entry before it is about all of its checks."""


TITLES = {
    Wrong.STALE: "Declared to fail, and passes",
    Wrong.CHANGED: "Declared to fail, and fails in another way",
    Wrong.EXPIRED: "Expired",
    Wrong.UNMATCHED: "Matches no check",
    Wrong.SHADOWED: "Hidden behind an entry before it",
}
"""What reports write above the entries that are wrong in one way."""


@dataclass(frozen=True)
class GateFinding:
    """One entry that is out of date: how, about which check or pattern, where it stands, what is so, what to do."""

    wrong: Wrong
    check: str
    where: str
    problem: str
    remedy: str

    @classmethod
    def read(cls, fields: Fields) -> GateFinding:
        """Read it from a record."""
        return cls(
            fields.choice("wrong", Wrong),
            fields.text("check"),
            fields.text("where"),
            fields.text("problem"),
            fields.text("remedy"),
        )

    def to_json(self) -> dict[str, Any]:
        """Give it as a record writes it."""
        return {
            "wrong": self.wrong.value,
            "check": self.check,
            "where": self.where,
            "problem": self.problem,
            "remedy": self.remedy,
        }


@dataclass(frozen=True)
class Gate:
    """How a run stands to its file of known failures.

    `day` is the ISO 8601 date that expiry was judged by, `entries` counts what the file declares. `not_judged` tells,
    as `file:line: pattern`, of entries whose checks were all skipped, so that nobody can say whether they still hold.
    """

    file: str
    day: str
    entries: int
    findings: tuple[GateFinding, ...] = ()
    not_judged: tuple[str, ...] = ()

    @classmethod
    def read(cls, fields: Fields) -> Gate:
        """Read it from a record."""
        return cls(
            fields.text("file"),
            fields.text("day"),
            fields.count("entries"),
            fields.each("findings", GateFinding.read),
            fields.texts("not_judged"),
        )

    def to_json(self) -> dict[str, Any]:
        """Give it as a record writes it."""
        return {
            "file": self.file,
            "day": self.day,
            "entries": self.entries,
            "findings": [one.to_json() for one in self.findings],
            "not_judged": list(self.not_judged),
        }

    def of(self, wrong: Wrong) -> tuple[GateFinding, ...]:
        """Give the findings of one kind."""
        return tuple(one for one in self.findings if one.wrong is wrong)
