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

    `behind` counts the checks that could not be judged because of it; the last `symptoms` of its results are failures
    that may come from the others.
    """

    rank: Rank
    results: tuple[Result, ...]
    behind: int = 0
    symptoms: int = 0

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
        return causes.title(self.results[: len(self.results) - self.symptoms])

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

    First what keeps other checks from being judged; then by urgency, and within that from the wire upwards. Each
    failure is in exactly one finding, next to those that seem to have the same cause; what was declared beforehand, and
    errors, are findings of their own. A finding is as urgent as the most urgent of its results.
    """
    failures: dict[str, Result] = {}
    behind: Counter[str] = Counter()
    for result in sort_results(results):
        if rank(result) is not None:
            failures[result.id] = result
        elif blocker := causes.behind(result):
            behind[blocker] += 1
    roots = {one: _root(result, failures) for one, result in failures.items()}
    alike: dict[tuple[bool, tuple[str, ...]], list[Result]] = {}
    symptoms: dict[str, list[Result]] = {}
    for one, result in failures.items():
        if roots[one] is result:
            alike.setdefault((result.known, causes.cause(result)), []).append(result)
        else:
            symptoms.setdefault(roots[one].id, []).append(result)
    parts = [part for group in alike.values() for part in causes.split(group)]
    merged = [
        group for known in (False, True) for group in causes.merge_members(p for p in parts if p[0].known is known)
    ]
    return tuple(sorted((_finding(part, symptoms, behind) for part in merged), key=_order))


def skip_reasons(results: Iterable[Result]) -> tuple[tuple[str, tuple[Result, ...]], ...]:
    """Give the reasons for which checks were skipped, with the checks, the most frequent reason first."""
    by_reason: dict[str, list[Result]] = {}
    for result in sort_results(results):
        if result.outcome is Outcome.SKIPPED:
            by_reason.setdefault(result.reason or "no reason given", []).append(result)
    ordered = sorted(by_reason.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple((reason, tuple(group)) for reason, group in ordered)


def _root(result: Result, failures: Mapping[str, Result]) -> Result:
    """Follow a failure to the one that it may come from, as long as both count alike; of a circle, the first by id."""
    seen = {result.id}
    while result.cause in failures and failures[result.cause].known is result.known:
        if result.cause in seen:
            return failures[min(seen)]
        seen.add(result.cause)
        result = failures[result.cause]
    return result


def _finding(alike: list[Result], symptoms: Mapping[str, list[Result]], behind: Mapping[str, int]) -> Finding:
    # The check that others wait for leads, so that the finding is about what they wait for; else the most urgent of
    # the many.
    often = Counter(one.subject for one in alike)
    alike.sort(key=lambda one: (-behind.get(one.id, 0), _urgency(one), -often[one.subject]))
    following = [follower for one in alike for follower in symptoms.get(one.id, ())]
    results = (*alike, *following)
    waiting = sum(behind.get(one.id, 0) for one in results)
    return Finding(min(map(_urgency, results)), results, waiting, len(following))


def _urgency(result: Result) -> Rank:
    return rank(result) or Rank.KNOWN


def _order(finding: Finding) -> tuple[int, Rank, int, int, str]:
    lead = finding.lead
    layer = _LAYERS.index(lead.area) if lead.area in _LAYERS else len(_LAYERS)
    return (-finding.behind, finding.rank, layer, -len(finding.results), lead.id)


def _counted(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items(), key=lambda item: (-item[1], item[0])))
