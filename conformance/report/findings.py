"""Findings: failures and errors by their root cause, in the order in which to mend them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from conformance.report import causes
from conformance.report.result import Level, Outcome, Result, sort_results

_LAYERS = ("protocol", "response", "request", "error", "pagination", "order", "filter", "consistency", "client")
"""Areas from the wire upwards: what breaks a lower one often breaks those above it, too."""


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
    """One thing to mend: a result, or several that seem to come from one defect.

    `behind` counts the checks that could not be judged because of it.
    """

    rank: Rank
    results: tuple[Result, ...]
    behind: int = 0

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
        """What is wrong, in a line."""
        return causes.title(self.results)

    @property
    def places(self) -> tuple[tuple[str, int], ...]:
        """Where its checks are, as `operation/area`, with the number of checks of each, the most frequent first."""
        return _counted(f"{one.operation}/{one.area}" for one in self.results)

    @property
    def subjects(self) -> tuple[tuple[str, int], ...]:
        """What the checks are about, with the number of checks of each, the most frequent first."""
        return _counted(one.subject for one in self.results)


def rank(result: Result) -> Rank | None:
    """Give the urgency of a result; None where there is nothing to mend."""
    if result.outcome not in {Outcome.FAILED, Outcome.ERROR}:
        return None
    if result.known:
        return Rank.KNOWN
    if result.outcome is Outcome.ERROR:
        return Rank.ERROR
    return Rank.FAILED if result.level is Level.MUST else Rank.RECOMMENDED


def group_findings(results: Iterable[Result]) -> tuple[Finding, ...]:
    """Give the findings among results in the order in which to mend them.

    First what keeps other checks from being judged; then by urgency, and within that what the most checks are behind.
    Each failure is in exactly one finding, beside those that seem to have the same cause and have the same urgency.
    """
    alike: dict[tuple[Rank, tuple[str, ...]], list[Result]] = {}
    behind: Counter[str] = Counter()
    for result in sort_results(results):
        urgency = rank(result)
        if urgency is not None:
            alike.setdefault((urgency, causes.cause(result)), []).append(result)
        elif blocker := causes.behind(result):
            behind[blocker] += 1
    findings = [
        _finding(urgency, part, behind) for (urgency, _), group in alike.items() for part in causes.split(group)
    ]
    return tuple(sorted(findings, key=_order))


def skip_reasons(results: Iterable[Result]) -> tuple[tuple[str, tuple[Result, ...]], ...]:
    """Give the reasons for which checks were skipped, with the checks, the most frequent reason first."""
    by_reason: dict[str, list[Result]] = {}
    for result in sort_results(results):
        if result.outcome is Outcome.SKIPPED:
            by_reason.setdefault(result.reason or "no reason given", []).append(result)
    ordered = sorted(by_reason.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple((reason, tuple(group)) for reason, group in ordered)


def _finding(urgency: Rank, results: list[Result], behind: Mapping[str, int]) -> Finding:
    # The check that others wait for leads, so that the finding is about what they wait for; else one of the many.
    often = Counter(one.subject for one in results)
    results.sort(key=lambda one: (-behind.get(one.id, 0), -often[one.subject]))
    return Finding(urgency, tuple(results), sum(behind.get(one.id, 0) for one in results))


def _order(finding: Finding) -> tuple[int, Rank, int, int, str]:
    lead = finding.lead
    layer = _LAYERS.index(lead.area) if lead.area in _LAYERS else len(_LAYERS)
    return (-finding.behind, finding.rank, -len(finding.results), layer, lead.id)


def _counted(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items(), key=lambda item: (-item[1], item[0])))
