"""badge.json: the verdict of a run in the form that shields.io reads from any URL to draw a badge."""

from __future__ import annotations

import json
from typing import Any

from conformance.errors import ExitCode
from conformance.report.run import Record
from conformance.report.summary import Headline, Summary, count, counts_against, headline, summarise

LABEL = "SageMaker tuning"
"""What stands on the left of the badge; `?label=` in the URL of a badge says something else."""

_COLOURS = {
    ExitCode.CONFORMS: "brightgreen",
    ExitCode.DOES_NOT_CONFORM: "red",
    ExitCode.TARGET_BROKE: "orange",
}
_WITH_KNOWN = "yellowgreen"
_PARTLY = "yellow"
_NOTHING = "lightgrey"
_SELECTION = "blue"
"""The colour of what conforms and is a part of the contract only: it must not look like the whole."""


def badge(record: Record, *, strict: bool = False) -> dict[str, Any]:
    """Give the badge as a value, in version 1 of the endpoint's schema."""
    verdict, summary = headline(record, strict=strict), summarise(record)
    message, colour = _partial(record, verdict, summary) or _whole(record, verdict, summary, strict=strict)
    return {
        "schemaVersion": 1,
        "label": LABEL,
        "message": message,
        "color": colour,
        **({"isError": True} if verdict.code is ExitCode.TARGET_BROKE else {}),
    }


def render_badge(record: Record, *, strict: bool = False) -> str:
    """Give the text of badge.json."""
    return json.dumps(badge(record, strict=strict), indent=2) + "\n"


def _partial(record: Record, verdict: Headline, summary: Summary) -> tuple[str, str] | None:
    """Return message and colour where the verdict is about a part of the contract; None where it is not."""
    known = f", {summary.known:,} known" if summary.known else ""
    if verdict.is_partial:
        if not summary.judged and not summary.known:
            return "nothing checked", _NOTHING
        return f"partly judged, {summary.judged:,} of {count(summary.results, 'check')}{known}", _PARTLY
    if verdict.code is not ExitCode.CONFORMS:
        return None
    if record.is_shard:
        return f"{record.header.shard} conforms{known}", _SELECTION
    if verdict.narrowed:
        return f"{summary.results:,} of {count(record.header.contract.checks, 'check')} conform{known}", _SELECTION
    return None


def _whole(record: Record, verdict: Headline, summary: Summary, *, strict: bool) -> tuple[str, str]:
    """Return message and colour of a verdict on the whole contract, or of one that is no pass."""
    colour = _COLOURS[verdict.code]
    if verdict.code is ExitCode.CONFORMS:
        share = f"conforms, {summary.judged:,} of {count(summary.results, 'check')}"
        return (f"{share}, {summary.known:,} known", _WITH_KNOWN) if summary.known else (share, colour)
    if verdict.code is ExitCode.DOES_NOT_CONFORM:
        failed = sum(counts_against(one, strict=strict) for one in record.results)
        return f"{failed:,} of {summary.results:,} fail" if failed else "known failures out of date", colour
    return "no verdict", colour
