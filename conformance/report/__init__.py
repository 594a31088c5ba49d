"""The record of a run and its renderings. This room reads and writes records; it never runs anything.

What callers use of a record is exported here. A rendering is imported from its own module (`terminal`, `html`, ...), so
that a run that only records does not pay for template engines.
"""

from __future__ import annotations

from conformance.report.findings import Finding, Rank, group_findings
from conformance.report.record import RecordWriter, read_record
from conformance.report.result import (
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
    Header,
    Record,
    Release,
    Target,
    Thresholds,
    Tool,
    Versions,
)
from conformance.report.summary import (
    counts_against,
    exit_code,
    headline,
    with_thresholds,
)

__all__ = [
    "Because",
    "Contract",
    "Crash",
    "Exchange",
    "Facts",
    "Fault",
    "Finding",
    "Footer",
    "Header",
    "Level",
    "Outcome",
    "Rank",
    "Record",
    "RecordWriter",
    "Release",
    "Request",
    "Response",
    "Result",
    "Target",
    "Thresholds",
    "Tool",
    "Versions",
    "bare_result",
    "body_text",
    "counts_against",
    "exit_code",
    "group_findings",
    "headline",
    "read_record",
    "sort_results",
    "with_thresholds",
]
