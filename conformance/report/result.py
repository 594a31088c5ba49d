"""One row of a record: the judgement of one check, with everything that explains it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from conformance.report.exchange import Exchange
from conformance.report.fields import Fields

AREAS = ("request", "response", "pagination", "order", "filter", "consistency", "error", "protocol", "client")
"""The areas of checks, in the order in which every report shows them."""

_PLACE_OF_AREA = {area: place for place, area in enumerate(AREAS)}


class Outcome(StrEnum):
    """The four ways in which a check can end."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    ERROR = "error"


class Level(StrEnum):
    """How binding a check is: what the documents or the protocol say, or what goes further than them."""

    MUST = "must"
    SHOULD = "should"


@dataclass(frozen=True)
class Because:
    """Where a claim is made: the id of a source, and its line; None for a source without lines."""

    source: str
    line: int | None = None

    @classmethod
    def read(cls, fields: Fields) -> Because:
        """Read it from a record."""
        return cls(fields.text("source"), fields.optional_count("line"))

    def to_json(self) -> dict[str, Any]:
        """Give it as a record writes it."""
        return {"source": self.source, "line": self.line}

    def __str__(self) -> str:
        return self.source if self.line is None else f"{self.source}:{self.line}"


@dataclass(frozen=True, kw_only=True)
class Result:
    """The judgement of one check.

    `known` says that this outcome was declared beforehand, `rests_on` counts what was looked at, `reproduce` is a line
    that runs as pasted, `duration_s` is in seconds, `facts` are the ids of the facts of the contract that it judges.
    `declared` tells which entry of known failures is about it and what that says; empty where none is. `cause` is the
    id of the failed check that this failure may come from; empty where none is known.
    """

    id: str
    operation: str
    area: str
    level: Level
    basis: str
    outcome: Outcome
    known: bool = False
    kind: str = ""
    reason: str = ""
    expected: str = ""
    received: str = ""
    statement: str = ""
    because: tuple[Because, ...] = ()
    rests_on: Mapping[str, int] = field(default_factory=dict)
    exchanges: tuple[Exchange, ...] = ()
    reproduce: str = ""
    notes: tuple[str, ...] = ()
    duration_s: float = 0.0
    facts: tuple[str, ...] = ()
    declared: str = ""
    cause: str = ""

    @classmethod
    def from_json(cls, row: object) -> Result:
        """Read a row as `to_json` gives it; raise FieldError (a ValueError) naming the member that is wrong."""
        return cls.read(Fields(row))

    @classmethod
    def read(cls, fields: Fields) -> Result:
        """Read it from a record."""
        return cls(
            id=fields.text("id"),
            operation=fields.text("operation"),
            area=fields.text("area"),
            level=fields.choice("level", Level),
            basis=fields.text("basis"),
            outcome=fields.choice("outcome", Outcome),
            known=fields.flag("known"),
            kind=fields.text("kind"),
            reason=fields.text("reason"),
            expected=fields.text("expected"),
            received=fields.text("received"),
            statement=fields.text("statement"),
            because=fields.each("because", Because.read),
            rests_on=fields.counts("rests_on"),
            exchanges=fields.each("exchanges", Exchange.read),
            reproduce=fields.text("reproduce"),
            notes=fields.texts("notes"),
            duration_s=fields.seconds("duration_s"),
            facts=fields.texts("facts") if fields.has("facts") else (),
            declared=fields.text("declared") if fields.has("declared") else "",
            cause=fields.text("cause") if fields.has("cause") else "",
        )

    def to_json(self) -> dict[str, Any]:
        """Give the row as records and report.json write it."""
        return {
            "id": self.id,
            "operation": self.operation,
            "area": self.area,
            "level": self.level.value,
            "basis": self.basis,
            "outcome": self.outcome.value,
            "known": self.known,
            "kind": self.kind,
            "reason": self.reason,
            "expected": self.expected,
            "received": self.received,
            "statement": self.statement,
            "because": [one.to_json() for one in self.because],
            "rests_on": dict(self.rests_on),
            "exchanges": [one.to_json() for one in self.exchanges],
            "reproduce": self.reproduce,
            "notes": list(self.notes),
            "duration_s": self.duration_s,
            "facts": list(self.facts),
            "declared": self.declared,
            "cause": self.cause,
        }

    @property
    def case(self) -> str:
        """The id without operation and area: `subject/case`; the whole id where it does not begin with them."""
        return self.id.removeprefix(f"{self.operation}/{self.area}/")

    @property
    def subject(self) -> str:
        """What the check is about: the third part of the id."""
        return self.case.partition("/")[0]


def area_rank(area: str) -> tuple[int, str]:
    """Give the place of an area in reports; an area that is not known comes last, by name."""
    return (_PLACE_OF_AREA.get(area, len(AREAS)), area)


def sort_results(results: Iterable[Result]) -> tuple[Result, ...]:
    """Put results into the order of reports: operation, area, id."""
    return tuple(sorted(results, key=lambda one: (one.operation, area_rank(one.area), one.id)))
