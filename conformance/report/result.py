"""The result of one check, with everything that explains it: a line of a record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from conformance.forms import Count, Named, Seconds

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
    """What was sent, without signature or other secrets."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class Response:
    """What came back."""

    status: Count
    headers: Mapping[str, str]
    body: str
    """The body as text, cut where it is long."""
    elapsed_s: Seconds
    """Seconds until the answer was complete."""


@dataclass(frozen=True)
class Fault:
    """Why there was no answer."""

    kind: str
    detail: str


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, or why there was no answer."""

    operation: str
    request: Request
    response: Response | None
    fault: Fault | None


AREAS = ("request", "response", "pagination", "order", "filter", "consistency", "error", "protocol", "client")
"""The areas of checks, in the order in which every report shows them."""

_RANK = {area: rank for rank, area in enumerate(AREAS)}


class Outcome(StrEnum):
    """How a check ends. skipped: not exercised, for the reason given; error: the target or the suite broke."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    ERROR = "error"


class Level(StrEnum):
    """How binding a check is. must: the documents or the protocol say so; should: it goes further than they do."""

    MUST = "must"
    SHOULD = "should"


@dataclass(frozen=True)
class Because:
    """Where the claim is made."""

    source: str
    """Id of a document or another source."""
    line: Count | None
    """Line in it; null where it has none."""

    def __str__(self) -> str:
        return self.source if self.line is None else f"{self.source}:{self.line}"


@dataclass(frozen=True, kw_only=True)
class Result:
    """The result of one check."""

    id: Named
    """Stable id of the check: operation/area/subject/case."""
    operation: str
    area: str
    """One of request, response, pagination, order, filter, consistency, error, protocol and client."""
    level: Level
    basis: str
    """documented, protocol, modelled, observed or inferred."""
    outcome: Outcome
    known: bool
    """Whether this outcome was declared beforehand."""
    kind: str
    """Stable key of the way in which it ended; empty for a plain pass."""
    reason: str
    """One line for people."""
    expected: str
    received: str
    statement: str
    """The claim that was evaluated, in words."""
    because: tuple[Because, ...]
    rests_on: Mapping[str, Count]
    """What was looked at, and how many of each: answers, items, pairs."""
    exchanges: tuple[Exchange, ...]
    reproduce: str
    """A command line that runs as pasted; empty where there is none."""
    notes: tuple[str, ...]
    """Remarks that change nothing in the outcome."""
    duration_s: Seconds
    facts: tuple[str, ...] = ()
    """Ids of the facts of the contract that the check is about."""
    declared: str = ""
    """Which known failure is about it, and what that says; empty where none is."""
    cause: str = ""
    """Id of the failed check that this failure may come from; empty where none is known."""
    newer: bool = False
    """Whether the release that the run counts by does not have the check, so that its result does not count."""

    @property
    def has_problem(self) -> bool:
        """Whether it failed or ended in an error."""
        return self.outcome in {Outcome.FAILED, Outcome.ERROR}

    @property
    def case(self) -> str:
        """The id without operation and area: `subject/case`; the whole id where it does not begin with them."""
        return self.id.removeprefix(f"{self.operation}/{self.area}/")

    @property
    def subject(self) -> str:
        """What the check is about: the third part of the id."""
        return self.case.partition("/")[0]


def bare_result(check_id: str, level: Level, basis: str, outcome: Outcome) -> Result:
    """Return a result with nothing but what every check has; its operation and area are those of its id."""
    operation, area, *_ = check_id.split("/")
    return Result(
        id=check_id, operation=operation, area=area, level=level, basis=basis, outcome=outcome, known=False, kind="",
        reason="", expected="", received="", statement="", because=(), rests_on={}, exchanges=(), reproduce="",
        notes=(), duration_s=0.0,
    )  # fmt: skip


def sort_results(results: Iterable[Result]) -> tuple[Result, ...]:
    """Put results into the order of reports: operation, area, id; an unknown area comes last, by name."""
    return tuple(
        sorted(results, key=lambda item: (item.operation, _RANK.get(item.area, len(AREAS)), item.area, item.id))
    )


def by_area(results: Iterable[Result]) -> Iterator[tuple[tuple[str, str], tuple[Result, ...]]]:
    """Yield each operation and area with its results, in the order of reports."""
    for place, group in groupby(sort_results(results), key=lambda item: (item.operation, item.area)):
        yield place, tuple(group)
