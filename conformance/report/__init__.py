"""The record of a run and its renderings. This room reads and writes records; it never runs anything.

The words of a record are here; a rendering is imported from its own module (`terminal`, `html`, ...), so that a run
that only records does not pay for template engines.
"""

from __future__ import annotations

from conformance.report.findings import Finding, Rank, group_findings
from conformance.report.record import RecordError, RecordWriter, read_record
from conformance.report.result import (
    AREAS,
    BODY_LIMIT,
    Because,
    Exchange,
    Fault,
    Level,
    Outcome,
    Request,
    Response,
    Result,
    bare_result,
    body_text,
    sort_results,
)
from conformance.report.run import (
    Contract,
    Crash,
    Facts,
    Footer,
    Gate,
    GateFinding,
    Header,
    Record,
    Shard,
    Target,
    Thresholds,
    Tool,
    Versions,
    Wrong,
)
from conformance.report.summary import (
    Headline,
    Missing,
    OperationShare,
    Summary,
    counts_against,
    exit_code,
    headline,
    summarise,
    with_thresholds,
)

__all__ = [
    "AREAS",
    "BODY_LIMIT",
    "Because",
    "Contract",
    "Crash",
    "Exchange",
    "Facts",
    "Fault",
    "Finding",
    "Footer",
    "Gate",
    "GateFinding",
    "Header",
    "Headline",
    "Level",
    "Missing",
    "OperationShare",
    "Outcome",
    "Rank",
    "Record",
    "RecordError",
    "RecordWriter",
    "Request",
    "Response",
    "Result",
    "Shard",
    "Summary",
    "Target",
    "Thresholds",
    "Tool",
    "Versions",
    "Wrong",
    "bare_result",
    "body_text",
    "counts_against",
    "exit_code",
    "group_findings",
    "headline",
    "read_record",
    "sort_results",
    "summarise",
    "with_thresholds",
]
