"""What a readable report shows, in its order; report.md and report.html render the same page."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from conformance.report.findings import Finding, Rank, group_findings, skip_reasons
from conformance.report.result import Outcome, Result, sort_results
from conformance.report.run import Record
from conformance.report.summary import Headline, Summary, headline, summarise


@dataclass(frozen=True)
class Section:
    """The findings of one rank under their title; `tone` is the outcome whose colour they have."""

    rank: Rank
    title: str
    tone: str
    findings: tuple[Finding, ...]

    @property
    def checks(self) -> int:
        """How many checks are behind the findings."""
        return sum(len(one.results) for one in self.findings)


@dataclass(frozen=True)
class Area:
    """The results of one area of one operation."""

    operation: str
    name: str
    results: tuple[Result, ...]

    def of(self, outcome: str) -> tuple[Result, ...]:
        """Give the results with this outcome."""
        return tuple(one for one in self.results if one.outcome == outcome)

    @property
    def not_passed(self) -> tuple[Result, ...]:
        """Give the results that are no passes."""
        return tuple(one for one in self.results if one.outcome is not Outcome.PASSED)


@dataclass(frozen=True)
class Page:
    """A record, put in the order in which people read it."""

    record: Record
    verdict: Headline
    summary: Summary
    sections: tuple[Section, ...]
    areas: tuple[Area, ...]
    skipped: tuple[tuple[str, tuple[Result, ...]], ...]

    @property
    def not_exercised(self) -> tuple[str, ...]:
        """Ids of the facts that the run did not exercise."""
        return self.record.footer.facts.not_exercised if self.record.footer else ()

    @property
    def unknown_members(self) -> tuple[str, ...]:
        """Members in answers that the contract does not know."""
        return self.record.footer.unknown_members if self.record.footer else ()


_TITLES = {
    Rank.FAILED: ("Failed", "failed"),
    Rank.ERROR: ("Errors", "error"),
    Rank.RECOMMENDED: ("Failed, recommended only", "recommended"),
    Rank.KNOWN: ("Failed as declared", "known"),
}


def page_of(record: Record, *, strict: bool = False) -> Page:
    """Order a record for reading."""
    by_rank: dict[Rank, list[Finding]] = {}
    for finding in group_findings(record.results):
        by_rank.setdefault(finding.rank, []).append(finding)
    sections = tuple(Section(rank, *_TITLES[rank], tuple(findings)) for rank, findings in by_rank.items())
    grouped = groupby(sort_results(record.results), key=lambda one: (one.operation, one.area))
    areas = tuple(Area(operation, name, tuple(results)) for (operation, name), results in grouped)
    return Page(
        record, headline(record, strict=strict), summarise(record), sections, areas, skip_reasons(record.results)
    )
