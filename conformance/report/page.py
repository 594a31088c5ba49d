"""What a readable report shows; report.md and report.html render the same page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from conformance.contract.model import Contract, Fact
from conformance.report.findings import Rank, by_frequency, group_findings, skip_reasons
from conformance.report.result import Outcome, Result, by_area
from conformance.report.run import Record
from conformance.report.summary import headline, summarise


class Section(NamedTuple):
    """What the findings of one rank are called; `tone` is the outcome whose colour they have."""

    title: str
    tone: str


_SECTIONS = {
    Rank.FAILED: Section("Failed", "failed"),
    Rank.ERROR: Section("Errors", "error"),
    Rank.RECOMMENDED: Section("Failed, recommended only", "recommended"),
    Rank.KNOWN: Section("Failed as declared", "known"),
}


class FactOutcome(StrEnum):
    """What a run says of a fact, the worst first."""

    BROKEN = "broken"
    CONTRADICTED = "contradicted"
    """The target does what AWS was seen to do, where the fact's document says something else."""
    NOT_EXERCISED = "not exercised"
    CONFORMS = "conforms"


_NO_CHECK = "no check of this run is about it"
_OBSERVED = "follows the observation"
"""Words of the note on a check that passed because an observation contradicts the fact."""
_MODELLED = "/modelled"


@dataclass(frozen=True)
class JudgedFact:
    """A fact, known by its id, and what became of it.

    `why` says why it was not exercised, or what contradicts it; `fact` is None where the contract is not at hand.
    """

    id: str
    outcome: FactOutcome
    why: str
    fact: Fact | None

    @property
    def parts(self) -> tuple[str, str, str, str]:
        """Operation, direction, path and facet."""
        stem = self.id.removesuffix(_MODELLED)
        match stem.split("/"):
            case [operation, direction, *path, facet] if path:
                return operation, direction, "/".join(path), facet + self.id[len(stem) :]
            case _:
                return stem.partition("/")[0], "", self.id, ""

    @property
    def operation(self) -> str:
        """The operation that it is about."""
        return self.parts[0]


class Area(NamedTuple):
    """How many results of one area of one operation have each outcome."""

    operation: str
    name: str
    counts: Counter[Outcome]


class Source(NamedTuple):
    """What is cited: the title of a source and where it is published, or the whole text of an observation."""

    title: str
    url: str = ""


class Page:
    """A record, put in the order in which people read it.

    `findings` are in the order in which to fix them, each with its section; `areas` in that of the results. `contract`
    is the one that the record was judged by, None where it is not at hand.
    """

    def __init__(self, record: Record, *, strict: bool = False, contract: Contract | None = None) -> None:
        """Order a record for reading."""
        self.record = record
        self.contract = contract
        self.verdict = headline(record, strict=strict)
        self.summary = summarise(record)
        self.findings = tuple((_SECTIONS[finding.rank], finding) for finding in group_findings(record.results))
        self.areas = tuple(
            Area(*place, Counter(item.outcome for item in results)) for place, results in by_area(record.results)
        )
        self.skipped = skip_reasons(record.results)
        self.newer = group_findings(record.newer)
        self.facts = tuple(_judged_facts(record, contract))

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """What the documents of the contract and the cited observations say of themselves, by the id in citations."""
        if self.contract is None:
            return {}
        named = {source.id: Source(source.title, source.url) for source in self.contract.sources.values()}
        cited = {place.source for result in self.record.results for place in result.because}
        seen = {f"observations:{seen.id}": seen for seen in self.contract.observations.values()}
        return named | {
            name: Source(f"{observation.statement} (certainty: {observation.certainty})")
            for name, observation in seen.items()
            if name in cited
        }

    @property
    def finding_sources(self) -> Mapping[str, Source]:
        """Those of the sources that the leading checks of the findings cite."""
        cited = {place.source for _, finding in self.findings for place in finding.lead.because}
        return {name: source for name, source in self.sources.items() if name in cited}

    @property
    def has_all_facts(self) -> bool:
        """Whether each fact of the contract is among `facts`; an older record names few where the contract is gone."""
        return len(self.facts) == self.record.header.contract.facts

    @property
    def fact_counts(self) -> tuple[tuple[FactOutcome, int], ...]:
        """How many facts have each outcome."""
        counts = Counter(fact.outcome for fact in self.facts)
        return tuple((outcome, counts[outcome]) for outcome in FactOutcome)

    @property
    def facts_not_exercised(self) -> tuple[tuple[str, tuple[JudgedFact, ...]], ...]:
        """The facts that were not exercised, by the reason why, the most frequent first."""
        return by_frequency(
            (fact for fact in self.facts if fact.outcome is FactOutcome.NOT_EXERCISED), lambda fact: fact.why
        )


@dataclass
class _Evidence:
    """The results about one fact, as far as they matter."""

    broken: bool = False
    passed: bool = False
    contradicted: str = ""
    reasons: dict[str, None] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        if result.outcome is Outcome.PASSED:
            self.passed = True
            self.contradicted = self.contradicted or next((note for note in result.notes if _OBSERVED in note), "")
        elif result.outcome is Outcome.FAILED:
            self.broken = True
        else:
            self.reasons[result.reason] = None

    @property
    def outcome(self) -> tuple[FactOutcome, str]:
        """What they come to, and why."""
        if self.broken:
            return FactOutcome.BROKEN, ""
        if self.contradicted:
            return FactOutcome.CONTRADICTED, self.contradicted
        if self.passed:
            return FactOutcome.CONFORMS, ""
        return FactOutcome.NOT_EXERCISED, "; ".join(self.reasons) if self.reasons else _NO_CHECK


def _judged_facts(record: Record, contract: Contract | None) -> Iterator[JudgedFact]:
    """Yield every fact in the order of the contract; without it those that the record names, sorted by their ids."""
    evidence = _evidence(record.results)
    facts: Mapping[str, Fact | None]
    if contract:
        facts = {fact.id: fact for fact in contract.facts}
    else:
        facts = dict.fromkeys(sorted({*evidence, *record.end.facts.not_exercised}))
    for name, fact in facts.items():
        yield JudgedFact(name, *evidence.get(name, _Evidence()).outcome, fact)


def _evidence(results: Sequence[Result]) -> Mapping[str, _Evidence]:
    found: dict[str, _Evidence] = {}
    for result in results:
        for name in result.facts:
            if name not in found:
                found[name] = _Evidence()
            found[name].add(result)
    return found
