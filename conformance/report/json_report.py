"""report.json: a whole run as one document; and the JSON Schemas of the record and of the report."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from msgspec import UNSET, UnsetType

from conformance import forms
from conformance.forms import Count, Seconds
from conformance.report.result import Result
from conformance.report.run import (
    NO_THRESHOLDS,
    SCHEMA,
    Contract,
    Crash,
    Footer,
    Gate,
    Header,
    Record,
    Release,
    Shard,
    Target,
    Thresholds,
    Tool,
    Versions,
)
from conformance.report.summary import Counts, Missing, OperationShare, VerdictCode, headline, summarise


@dataclass(frozen=True)
class Verdict:
    """What the run comes to."""

    exit_code: VerdictCode
    """What the run returned to its caller."""
    title: str
    """The verdict in a few words."""
    detail: str
    """The verdict in a sentence."""
    partial: bool
    """Whether nothing failed, and too little was judged to say more."""
    missing: tuple[Missing, ...]
    """What keeps the verdict from being about everything that was selected."""
    operations: tuple[OperationShare, ...]
    """How much of each selected operation was judged."""


@dataclass(frozen=True)
class ReportFacts:
    """How many facts of the contract the run exercised."""

    total: Count
    """Facts of the contract."""
    exercised: Count | None
    """Facts that some exchange of the run exercised; null where the record was cut short."""
    not_exercised: tuple[str, ...]
    """Ids of the others."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """A whole run: its frame, its counts and its results, sorted by operation, area and id."""

    schema: Literal[1]
    tool: Tool
    contract: Contract
    target: Target
    started: str
    """ISO 8601 time of the start."""
    duration_s: Seconds | None
    """Seconds; null where the record was cut short."""
    complete: bool
    """Whether the run came to its end; false for a record that was cut short."""
    stopped: str
    """Why the run gave up; empty where it did not."""
    throttled: Count = 0
    """Requests that were throttled and sent again after a pause; none of them was judged."""
    notes: tuple[str, ...] = ()
    """What to know of the state of the target, such as what the run left there."""
    reconnected: Count = 0
    """Requests sent again because the kept connection had died."""
    recovered: Count = 0
    """Requests whose internal error did not repeat when they were sent again."""
    crashes: tuple[Crash, ...] = ()
    shard: Shard | None = None
    """Which part of a run this is; null for a whole one."""
    versions: Versions | None = None
    """What the run depended on; null in records of versions that did not keep it."""
    thresholds: Thresholds = NO_THRESHOLDS
    verdict: Verdict | UnsetType = UNSET
    summary: Counts
    facts: ReportFacts
    answered: tuple[str, ...] | None = None
    """Operations answered with content: a resource, or a listing with an item; null where the record does not say."""
    state_problem: str = ""
    """Why the state of the target is unknown; empty where it is known."""
    unknown_members: tuple[str, ...]
    """Members in answers that the contract does not know."""
    gate: Gate | None = None
    """How the run compares with its file of known failures; null where it had none."""
    release: Release | None = None
    """The release of the contract that the run counts by; null for the contract as it is."""
    results: tuple[Result, ...]
    newer: tuple[Result, ...] = ()
    """Results of checks that the release does not have, which count for nothing."""


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of `report`, which is report.json, or of `run`, which is a line of run.jsonl."""
    if name == "report":
        return forms.schema("report.json", Report)
    lines = forms.schema(
        "A line of run.jsonl",
        *(Header, Result, Footer),
        description="A header, a line a result, a footer. A record without a footer was cut short.",
    )
    for kind, extra in (("header", {"schema": {"const": SCHEMA}}), ("result", {}), ("footer", {})):
        line = lines["$defs"][kind]
        line["properties"] = {"type": {"const": kind}, **extra, **line["properties"]}
        line["required"] = ["type", *extra, *line["required"]]
    return lines


def render_json(record: Record, *, strict: bool = False) -> str:
    """Return the text of report.json, a result a line: quick to write, and two reports can be compared line by line.

    It is ASCII: a lone surrogate in somebody's body can't be written as UTF-8.
    """
    report = forms.plain(_report(record, strict=strict))
    results = report.pop("results")
    frame = json.dumps(report, indent=2, allow_nan=False).removesuffix("\n}")
    rows = ",\n".join(f"    {json.dumps(row, allow_nan=False)}" for row in results)
    return f'{frame},\n  "results": [\n{rows}\n  ]\n}}\n' if rows else f'{frame},\n  "results": []\n}}\n'


def _report(record: Record, *, strict: bool) -> Report:
    summary, verdict = summarise(record), headline(record, strict=strict)
    members = vars(record.header) | vars(record.end)
    del members["planned"]
    members |= {
        "schema": SCHEMA,
        "duration_s": record.footer and record.footer.duration_s,
        "verdict": Verdict(
            int(verdict.code), verdict.title, verdict.detail, verdict.is_partial, verdict.missing, verdict.shares
        ),
        "summary": summary.counts,
        "facts": ReportFacts(summary.facts_total, summary.facts_exercised, record.end.facts.not_exercised),
        "results": record.results,
        "newer": record.newer,
    }
    return Report(**members)
