"""Holding a text against the contract, and telling what came of it in one line a finding."""

from __future__ import annotations

from conformance.documents.findings import Drift, Finding
from conformance.documents.page import Page, lines_of
from conformance.documents.page_drift import against_page
from conformance.documents.styles import about, operation_of, read, style_of
from drift.writing import contract


def held(text: str) -> Drift:
    """Hold a page against the contract, as the command does."""
    page = Page("page.txt", lines_of(text))
    style = style_of(page)
    operation = operation_of(page, contract().operations)
    return against_page(contract(), read(about(page, operation), style), "page.txt")


def received(drift: Drift) -> list[str]:
    """Tell each finding in a line: kind, fact without its operation, and what differs."""
    return [line(item) for item in drift.findings]


def line(finding: Finding) -> str:
    """Tell one finding in a line."""
    fact = finding.facts[0].partition("/")[2]
    values = [*(f"+{word}" for word in finding.added), *(f"-{word}" for word in finding.gone)]
    if not values and finding.facet != "present":
        values = [f"{finding.ours} -> {finding.theirs}"]
    return " ".join([finding.kind, fact, *values])
