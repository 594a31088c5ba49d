"""badge.json: the verdict of a run in the form that shields.io reads from any URL to draw a badge."""

from __future__ import annotations

import json
from typing import Any

from conformance.errors import ExitCode
from conformance.report.run import Record
from conformance.report.summary import Summary, counts_against, exit_code, summarise

LABEL = "SageMaker tuning"
"""What stands on the left of the badge; `?label=` in the URL of a badge says something else."""

_COLOURS = {
    ExitCode.CONFORMS: "brightgreen",
    ExitCode.DOES_NOT_CONFORM: "red",
    ExitCode.TARGET_BROKE: "orange",
    ExitCode.NOTHING_CHECKED: "lightgrey",
}
_WITH_KNOWN = "yellowgreen"


def badge(record: Record, *, strict: bool = False) -> dict[str, Any]:
    """Give the badge as a value, in version 1 of the endpoint's schema."""
    code, summary = exit_code(record, strict=strict), summarise(record)
    failed = sum(counts_against(one, strict=strict) for one in record.results)
    colour = _WITH_KNOWN if code is ExitCode.CONFORMS and summary.known else _COLOURS[code]
    return {
        "schemaVersion": 1,
        "label": LABEL,
        "message": _message(code, summary, failed),
        "color": colour,
        **({"isError": True} if code is ExitCode.TARGET_BROKE else {}),
    }


def render_badge(record: Record, *, strict: bool = False) -> str:
    """Give the text of badge.json."""
    return json.dumps(badge(record, strict=strict), indent=2) + "\n"


def _message(code: ExitCode, summary: Summary, failed: int) -> str:
    if code is ExitCode.CONFORMS:
        known = f", {summary.known:,} known" if summary.known else ""
        return f"conforms{known}"
    if code is ExitCode.DOES_NOT_CONFORM:
        return f"{failed:,} of {summary.results:,} fail" if failed else "known failures out of date"
    return "no verdict" if code is ExitCode.TARGET_BROKE else "nothing checked"
