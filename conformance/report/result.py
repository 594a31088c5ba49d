"""One row of a record: the judgement of one check, with everything that explains it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from conformance.report.fields import Fields

BODY_LIMIT = 4000
"""Characters of a body that a record keeps: enough for any answer of one item, and a thousand checks stay small."""


def body_text(body: bytes) -> str:
    """Return a body as a record keeps it: as text, bytes that are no UTF-8 escaped, cut after BODY_LIMIT characters."""
    text = body.decode("utf-8", errors="backslashreplace")
    if len(text) <= BODY_LIMIT:
        return text
    return f"{text[:BODY_LIMIT]}… ({len(text) - BODY_LIMIT} more characters)"


@dataclass(frozen=True)
class Request:
    """What was sent."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str

    @classmethod
    def read(cls, fields: Fields) -> Request:
        """Read it from a record."""
        return cls(fields.text("method"), fields.text("url"), fields.text_mapping("headers"), fields.text("body"))

    def to_json(self) -> dict[str, Any]:
        """Return it as a record writes it."""
        return {"method": self.method, "url": self.url, "headers": dict(self.headers), "body": self.body}


@dataclass(frozen=True)
class Response:
    """What came back, and after how many seconds."""

    status: int
    headers: Mapping[str, str]
    body: str
    elapsed_s: float

    @classmethod
    def read(cls, fields: Fields) -> Response:
        """Read it from a record."""
        headers = fields.text_mapping("headers")
        return cls(fields.count("status"), headers, fields.text("body"), fields.seconds("elapsed_s"))

    def to_json(self) -> dict[str, Any]:
        """Return it as a record writes it."""
        return {
            "status": self.status,
            "headers": dict(self.headers),
            "body": self.body,
            "elapsed_s": self.elapsed_s,
        }


@dataclass(frozen=True)
class Fault:
    """Why there was no answer."""

    kind: str
    detail: str

    @classmethod
    def read(cls, fields: Fields) -> Fault:
        """Read it from a record."""
        return cls(fields.text("kind"), fields.text("detail"))

    def to_json(self) -> dict[str, Any]:
        """Return it as a record writes it."""
        return {"kind": self.kind, "detail": self.detail}


@dataclass(frozen=True)
class Exchange:
    """One request of an operation, and its answer or the fault that stands for it."""

    operation: str
    request: Request
    response: Response | None = None
    fault: Fault | None = None

    @classmethod
    def read(cls, fields: Fields) -> Exchange:
        """Read it from a record."""
        return cls(
            fields.text("operation"),
            Request.read(fields.mapping("request")),
            fields.optional("response", Response.read),
            fields.optional("fault", Fault.read),
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as a record writes it."""
        return {
            "operation": self.operation,
            "request": self.request.to_json(),
            "response": self.response.to_json() if self.response else None,
            "fault": self.fault.to_json() if self.fault else None,
        }


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
        """Return it as a record writes it."""
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
        """Return the row as records and report.json write it."""
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
            "because": [item.to_json() for item in self.because],
            "rests_on": dict(self.rests_on),
            "exchanges": [exchange.to_json() for exchange in self.exchanges],
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
    """Return the place of an area in reports; an area that is not known comes last, by name."""
    return (_PLACE_OF_AREA.get(area, len(AREAS)), area)


def sort_results(results: Iterable[Result]) -> tuple[Result, ...]:
    """Put results into the order of reports: operation, area, id."""
    return tuple(sorted(results, key=lambda item: (item.operation, area_rank(item.area), item.id)))
