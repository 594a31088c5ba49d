"""What a readable report shows, in its order; report.md and report.html render the same page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from conformance.contract.model import Contract
from conformance.report.facts import FactOutcome, JudgedFact, fact_results
from conformance.report.findings import Finding, Rank, group_findings, skip_reasons
from conformance.report.result import Outcome, Result, sort_results
from conformance.report.run import TITLES, GateFinding, Record, Wrong
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
        return sum(len(each.results) for each in self.findings)


@dataclass(frozen=True)
class Area:
    """The results of one area of one operation."""

    operation: str
    name: str
    results: tuple[Result, ...]

    def of(self, outcome: str) -> tuple[Result, ...]:
        """Return the results with this outcome."""
        return tuple(each for each in self.results if each.outcome == outcome)

    @property
    def not_passed(self) -> tuple[Result, ...]:
        """Return the results that are no passes."""
        return tuple(each for each in self.results if each.outcome is not Outcome.PASSED)


@dataclass(frozen=True)
class Source:
    """What is cited: the title of a source and where it is published, or the whole text of an observation."""

    title: str
    url: str = ""
    is_observation: bool = False


@dataclass(frozen=True)
class Page:
    """A record, put in the order in which people read it.

    `sections` are the findings rank by rank; `findings` are all of them in the order in which to fix them, each with
    the section that gives it its colour. `sources` is what the contract's documents and the observations that this
    record cites say of themselves, by the id under which they are cited.
    """

    record: Record
    verdict: Headline
    summary: Summary
    sections: tuple[Section, ...]
    findings: tuple[tuple[Section, Finding], ...]
    areas: tuple[Area, ...]
    skipped: tuple[tuple[str, tuple[Result, ...]], ...]
    facts: tuple[JudgedFact, ...]
    sources: Mapping[str, Source]
    has_contract: bool

    @property
    def finding_sources(self) -> Mapping[str, Source]:
        """Those of the sources that the leading checks of the findings cite."""
        cited = {place.source for _, finding in self.findings for place in finding.lead.because}
        return {name: source for name, source in self.sources.items() if name in cited}

    @property
    def not_exercised(self) -> tuple[str, ...]:
        """Ids of the facts that the run did not exercise."""
        return self.record.footer.facts.not_exercised if self.record.footer else ()

    @property
    def unknown_members(self) -> tuple[str, ...]:
        """Members in answers that the contract does not know."""
        return self.record.footer.unknown_members if self.record.footer else ()

    @property
    def tells_all_facts(self) -> bool:
        """Whether each fact of the contract is among `facts`; an older record names few where the contract is gone."""
        return len(self.facts) == self.record.header.contract.facts

    @property
    def gate_findings(self) -> tuple[tuple[str, tuple[GateFinding, ...]], ...]:
        """What is out of date in the file of known failures, each kind under its title."""
        gate = self.record.gate
        return tuple((TITLES[wrong], gate.of(wrong)) for wrong in Wrong if gate.of(wrong)) if gate else ()

    @property
    def fact_counts(self) -> tuple[tuple[FactOutcome, int], ...]:
        """How many facts have each outcome."""
        counts = Counter(fact.outcome for fact in self.facts)
        return tuple((outcome, counts[outcome]) for outcome in FactOutcome)

    @property
    def idle_facts(self) -> tuple[tuple[str, tuple[JudgedFact, ...]], ...]:
        """The facts that were not exercised, by the reason why, the most frequent first."""
        by_reason: dict[str, list[JudgedFact]] = {}
        for fact in self.facts:
            if fact.outcome is FactOutcome.NOT_EXERCISED:
                by_reason.setdefault(fact.why, []).append(fact)
        ordered = sorted(by_reason.items(), key=lambda item: (-len(item[1]), item[0]))
        return tuple((reason, tuple(facts)) for reason, facts in ordered)


_TITLES = {
    Rank.FAILED: ("Failed", "failed"),
    Rank.ERROR: ("Errors", "error"),
    Rank.RECOMMENDED: ("Failed, recommended only", "recommended"),
    Rank.KNOWN: ("Failed as declared", "known"),
}


def page_of(record: Record, *, strict: bool = False, contract: Contract | None = None) -> Page:
    """Order a record for reading; `contract` is the one that it was judged by, where it is at hand."""
    findings = group_findings(record.results)
    by_rank: dict[Rank, list[Finding]] = {}
    for finding in findings:
        by_rank.setdefault(finding.rank, []).append(finding)
    sections = {rank: Section(rank, *_TITLES[rank], tuple(by_rank[rank])) for rank in Rank if rank in by_rank}
    grouped = groupby(sort_results(record.results), key=lambda each: (each.operation, each.area))
    return Page(
        record,
        headline(record, strict=strict),
        summarise(record),
        tuple(sections.values()),
        tuple((sections[each.rank], each) for each in findings),
        tuple(Area(operation, name, tuple(results)) for (operation, name), results in grouped),
        skip_reasons(record.results),
        fact_results(record, contract),
        _sources(record, contract) if contract else {},
        contract is not None,
    )


def _sources(record: Record, contract: Contract) -> dict[str, Source]:
    named = {source.id: Source(source.title, source.url) for source in contract.sources.values()}
    cited = {place.source for result in record.results for place in result.because}
    seen = {
        f"observations:{seen.id}": Source(f"{seen.statement} (certainty: {seen.certainty})", is_observation=True)
        for seen in contract.observations.values()
    }
    return named | {name: source for name, source in seen.items() if name in cited}
