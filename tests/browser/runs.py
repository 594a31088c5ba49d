"""Records to look at in a browser: the checks of the shipped contract, with the outcomes that a test needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from conformance.checks.check import Check
from conformance.contract.loading import load
from conformance.contract.model import Contract
from conformance.report.result import (
    Because,
    Exchange,
    Level,
    Outcome,
    Request,
    Response,
    Result,
    bare_result,
    sort_results,
)
from conformance.report.run import Contract as Edition
from conformance.report.run import Facts, Footer, Gate, GateFinding, Header, Record, Target, Tool, Wrong
from conformance.suite.catalogue import catalogue

HOSTILE = "</script><img src=x onerror=alert(1)> \u202egnp"
CURL = """curl -sS -i -X POST http://127.0.0.1:5099/ --data-binary '{"MaxResults":101}'"""
BODY = '{"TrainingJobSummaries":[{"Best":1.0,"Text":"a { \\" } b"},{}],"Empty":[]}'
BODY_LAID_OUT = """{
  "TrainingJobSummaries": [
    {
      "Best": 1.0,
      "Text": "a { \\" } b"
    },
    {}
  ],
  "Empty": []
}"""


@cache
def contract() -> Contract:
    """Return the shipped contract, loaded once."""
    return load()


@cache
def checks() -> tuple[Check, ...]:
    """Return every check of it."""
    return tuple(catalogue(contract()))


def passed(check: Check, suffix: str = "") -> Result:
    """Return the row of a check that passed."""
    return replace(
        bare_result(check.id + suffix, Level(check.level), check.basis, Outcome.PASSED),
        statement=check.statement,
        because=tuple(Because(place.source, place.line) for place in check.because),
        rests_on={"answers": 2},
        facts=check.facts,
    )


def failed(check: Check, suffix: str = "", *, reason: str = "", kind: str = "accepted") -> Result:
    """Return the row of a check that failed, with all that explains it."""
    sent = Request("POST", "http://127.0.0.1:5099/", {"X-Amz-Target": check.operation}, '{"MaxResults":101}')
    answer = Response(200, {"Content-Type": "application/x-amz-json-1.1"}, BODY, 0.0042)
    return replace(
        passed(check, suffix),
        outcome=Outcome.FAILED,
        kind=kind,
        reason=reason or "an invalid request was accepted",
        expected="HTTP 400 with ValidationException",
        received=HOSTILE,
        reproduce=CURL,
        exchanges=(Exchange(check.operation, sent, answer, None),),
    )


def record(results: Iterable[Result], gate: Gate | None = None) -> Record:
    """Return a finished record."""
    rows = sort_results(results)
    exercised = {fact for row in rows if row.outcome in {Outcome.PASSED, Outcome.FAILED} for fact in row.facts}
    left = tuple(fact.id for fact in contract().facts if fact.id not in exercised)
    documents = tuple(source.id for source in contract().sources.values() if source.is_document)
    total = len(contract().facts)
    header = Header(
        Tool("conformance", "0.1.0"),
        Edition(contract().digest, documents, total),
        Target("a-server", "endpoint", "http://127.0.0.1:5099", "create"),
        "2026-01-02T03:04:05+00:00",
        len(rows),
    )
    facts = Facts(total, total - len(left), left)
    return Record(header, rows, Footer(4.2, complete=True, facts=facts, unknown_members=(), stopped="", gate=gate))


def in_area(area: str) -> list[Check]:
    """Return the checks of one area."""
    return [check for check in checks() if check.area == area]


def broken_in_some_ways() -> Record:
    """Return a run that accepts some invalid requests, has one wrong member, and could not judge one area."""
    bad = {check.id: failed(check) for check in in_area("request")[:40]}
    for check in in_area("response")[:2]:
        bad[check.id] = failed(check, kind="answer-type", reason="2 of 2 values break this")
    for check in in_area("order"):
        bad[check.id] = replace(
            passed(check), outcome=Outcome.SKIPPED, reason="nothing to put in order", kind="not-exercised"
        )
    known = GateFinding(Wrong.STALE, checks()[0].id, "known.yaml:3", "it passes", "remove the entry")
    gate = Gate("known.yaml", "2026-01-02", 4, (known,), ())
    return record((bad.get(check.id) or passed(check) for check in checks()), gate)


def conforming() -> Record:
    """Return a run in which every check passed."""
    return record(passed(check) for check in checks())


def large(results: int, failures: int) -> Record:
    """Return a run with as many results and failures, most failures with a cause of their own."""
    pool = checks()
    claims = in_area("consistency")
    bad = []
    for number in range(failures):
        row = failed(claims[number % len(claims)], f"/{number}", kind="rule-broken", reason="1 of 1 answers break this")
        bad.append(replace(row, statement=f"Claim {number}"))
    good = (passed(pool[number % len(pool)], f"/{number}") for number in range(results - failures))
    return record([*bad, *good])
