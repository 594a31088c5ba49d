"""Results, entries and records of a run with few checks, for tests of the gate."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from conformance.report.result import Level, Outcome, Result, bare_result
from conformance.report.run import Contract, Facts, Footer, Header, Record, Shard, Target, Tool
from conformance.suite.known_failures import Entry, KnownFailureMatcher, KnownFailures

TODAY = date(2027, 3, 31)
CHECK = "Get/request/Name/too-long"
OTHER = "Get/request/Name/too-short"
THIRD = "Get/response/Name/type"
CATALOGUE = (CHECK, OTHER, THIRD)


def result(check: str = CHECK, outcome: Outcome = Outcome.FAILED, kind: str = "accepted", **members: object) -> Result:
    plain = bare_result(check, Level.MUST, "documented", outcome)
    return replace(plain, kind=kind, **members)  # type: ignore[arg-type]


def entry(check: str = CHECK, **members: object) -> Entry:
    return replace(Entry(check, "not built yet", "known.yaml:2"), **members)  # type: ignore[arg-type]


def matcher(*entries: Entry, today: date = TODAY) -> KnownFailureMatcher:
    return KnownFailureMatcher(KnownFailures("known.yaml", entries), CATALOGUE, today)


def record(*results: Result, planned: int | None = None, shard: Shard | None = None, **footer: object) -> Record:
    """Return a complete record of these results; members in the keywords replace those of its footer."""
    header = Header(
        Tool("conformance", "0.1.0"),
        Contract("c0ffee", ("api",), 4),
        Target("mine", "endpoint", "http://127.0.0.1:4566", "create"),
        "2027-03-31T10:00:00+00:00",
        len(results) if planned is None else planned,
        shard,
    )
    plain = Footer(2.5, complete=True, facts=Facts(4, 2, ("a", "b")), unknown_members=(), stopped="")
    ending = replace(plain, **footer)  # type: ignore[arg-type]
    return Record(header, results, ending)
