"""Pages compared with the contract, and each finding in one line."""

from __future__ import annotations

from conformance.documents.findings import Drift, Finding
from conformance.documents.page import Page, lines_of
from conformance.documents.page_drift import against_page
from conformance.documents.styles import about, operation_of, read, style_of
from drift.writing import contract


def compared(text: str) -> Drift:
    """Compare a page with the contract, as the command does."""
    page = Page("page.txt", lines_of(text))
    style = style_of(page)
    operation = operation_of(page, contract().operations)
    return against_page(contract(), read(about(page, operation), style), "page.txt")


def received(drift: Drift) -> list[str]:
    """Return each finding in a line: kind, fact without its operation, and what differs."""
    return [line(item) for item in drift.findings]


def line(finding: Finding) -> str:
    """Return one finding in a line."""
    fact = finding.facts[0].partition("/")[2]
    values = [*(f"+{word}" for word in finding.added), *(f"-{word}" for word in finding.gone)]
    if not values and finding.facet != "present":
        values = [f"{finding.ours} -> {finding.theirs}"]
    return " ".join([finding.kind, fact, *values])
