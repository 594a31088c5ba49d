"""Findings: failures and errors in the order in which to read them, those with one cause told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from conformance.report.result import Level, Outcome, Result, sort_results

_MANY = 4
"""From how many results that failed in the same way they are told as one: three in full are still read."""


class Rank(IntEnum):
    """The order of findings, the most urgent first."""

    FAILED = 1
    """Breaks what the documents or the protocol say."""
    ERROR = 2
    """The target or the suite broke."""
    RECOMMENDED = 3
    """Breaks what goes further than the documents."""
    KNOWN = 4
    """Declared beforehand."""


@dataclass(frozen=True)
class Finding:
    """One thing to mend: a result, or several of one operation and area that ended in the same way."""

    rank: Rank
    results: tuple[Result, ...]

    @property
    def lead(self) -> Result:
        """The result that stands for all."""
        return self.results[0]

    @property
    def alone(self) -> bool:
        """Whether it is one result only."""
        return len(self.results) == 1

    @property
    def title(self) -> str:
        """The id of the check, or where the checks are and how many."""
        if self.alone:
            return self.lead.id
        return f"{self.lead.operation}/{self.lead.area} ({len(self.results):,} checks)"

    @property
    def subjects(self) -> tuple[tuple[str, int], ...]:
        """What the checks are about, with the number of checks of each, the most frequent first."""
        counts = Counter(one.subject for one in self.results)
        return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def rank(result: Result) -> Rank | None:
    """Give the urgency of a result; None where there is nothing to mend."""
    if result.outcome is Outcome.ERROR:
        return Rank.ERROR
    if result.outcome is not Outcome.FAILED:
        return None
    if result.known:
        return Rank.KNOWN
    return Rank.FAILED if result.level is Level.MUST else Rank.RECOMMENDED


def group_findings(results: Iterable[Result]) -> tuple[Finding, ...]:
    """Give the findings among results, the most urgent first, otherwise in the order of reports.

    Results of one operation and area with the same kind and reason are one finding where there are many of them.
    """
    alike: dict[tuple[Rank, str, str, str, str], list[Result]] = {}
    for result in sort_results(results):
        urgency = rank(result)
        if urgency is not None:
            key = (urgency, result.operation, result.area, result.kind, result.reason)
            alike.setdefault(key, []).append(result)
    findings: list[Finding] = []
    for (urgency, *_), group in alike.items():
        parts = [group] if len(group) >= _MANY else [[one] for one in group]
        findings.extend(Finding(urgency, tuple(part)) for part in parts)
    return tuple(sorted(findings, key=lambda finding: finding.rank))


def skip_reasons(results: Iterable[Result]) -> tuple[tuple[str, tuple[Result, ...]], ...]:
    """Give the reasons for which checks were skipped, with the checks, the most frequent reason first."""
    by_reason: dict[str, list[Result]] = {}
    for result in sort_results(results):
        if result.outcome is Outcome.SKIPPED:
            by_reason.setdefault(result.reason or "no reason given", []).append(result)
    ordered = sorted(by_reason.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple((reason, tuple(group)) for reason, group in ordered)
