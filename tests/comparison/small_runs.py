"""Small runs to lay side by side, as records and as files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from conformance.report.comparison.reading import Side
from conformance.report.json_report import render_json
from conformance.report.record import RecordWriter
from conformance.report.result import Because, Level, Outcome, Result, bare_result, sort_results
from conformance.report.run import Contract, Facts, Footer, Header, Record, Target, Tool

FAILED = Outcome.FAILED
SKIPPED = Outcome.SKIPPED
ERROR = Outcome.ERROR
HOSTILE = "<script>alert('x')</script> | `code` \x1b[31mred\x00 \u202egnp ![](http://evil.test/x.png) ]]> \ud800"

HEADER = Header(
    Tool("conformance", "0.1.0"),
    Contract("9f2c4be1a7d05566" * 4, ("api-read", "api-list"), 40),
    Target("mine", "endpoint", "http://127.0.0.1:4566", "create"),
    "2026-01-02T03:04:05Z",
    0,
)
FOOTER = Footer(
    1.5,
    complete=True,
    facts=Facts(40, 38, ("Read/output/A/type", "List/output/B/enum")),
    unknown_members=(),
    stopped="",
)


def check(name: str, outcome: Outcome = Outcome.PASSED, **members: Any) -> Result:
    """Return the result of one check, which fails with a kind and a reason if it fails."""
    plain = replace(
        bare_result(name, Level.MUST, "documented", outcome),
        because=(Because("api-read", 7),),
        statement="A claim in words",
    )
    if outcome in (FAILED, ERROR):
        plain = replace(plain, kind="wrong", reason="it is wrong", expected="right", received="wrong")
    if outcome is SKIPPED:
        plain = replace(plain, reason="nothing to judge")
    return replace(plain, **members)


def run(*results: Result, footer: Footer | None = FOOTER, digest: str = "", **target: str) -> Record:
    """Return the record of a run."""
    contract = replace(HEADER.contract, digest=digest or HEADER.contract.digest)
    header = replace(HEADER, contract=contract, target=replace(HEADER.target, **target), planned=len(results))
    return Record(header, sort_results(results), footer)


def side(record: Record, label: str = "") -> Side:
    """Return a side of a comparison."""
    return Side(label or record.header.target.name, Path("reports/mine/run.jsonl"), record)


def write_record(record: Record, path: Path) -> Path:
    """Write a record as a run would."""
    with RecordWriter(path) as writer:
        writer.whole(record)
    return path


def write_report(record: Record, path: Path) -> Path:
    """Write a report.json as a run would."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render_json(record), encoding="utf-8")
    return path


OLD = run(
    check("Read/request/Name/left-out"),
    check("Read/request/Name/length-33"),
    check("Read/response/Status/enum", FAILED),
    check("Read/response/Arn/type", FAILED, reason="3 of 4 break this"),
    check("Read/error/ResourceNotFound/http-status"),
    check("Read/protocol/body/empty", FAILED, kind="accepted", reason="accepted"),
    check("List/pagination/MaxResults/7"),
    check("List/order/Name/Ascending", SKIPPED),
    check("List/filter/Status/Failed", SKIPPED),
    check("List/filter/Status/Stopped"),
    check("List/request/MaxResults/above-maximum", level=Level.SHOULD),
)
NEW = run(
    check("Read/request/Name/left-out", FAILED, kind="accepted", reason="it was accepted"),
    check("Read/response/Status/enum"),
    check("Read/response/Arn/type", FAILED, reason="4 of 4 break this"),
    check("Read/error/ResourceNotFound/http-status"),
    check("Read/protocol/body/empty", ERROR, kind="timeout", reason="no answer within 10 s"),
    check("List/pagination/MaxResults/7"),
    check("List/order/Name/Ascending"),
    check("List/filter/Status/Failed", FAILED),
    check("List/filter/Status/Stopped", SKIPPED),
    check("List/request/MaxResults/above-maximum", FAILED, level=Level.SHOULD),
    check("List/client/boto3/call"),
)
"""From OLD to NEW one check changes in each of the ways there are; one check of level should breaks."""


def many(number: int, outcome: Outcome) -> Record:
    """Return a run of many checks that all ended alike for as many reasons."""
    return run(*(check(f"Read/response/Member{n:05}/type", outcome, reason=f"{n} of 40 values") for n in range(number)))
