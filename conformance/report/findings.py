"""Findings: failures and errors by their root cause, in the order in which to fix them.

Nobody can look into a target, so this goes by what its failures have in common: the member of an answer that is wrong
wherever it is, the law that is broken, or the way in which requests are mishandled.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from conformance.report.result import Level, Outcome, Result, sort_results

BEHIND = "behind"
"""Kind of a skipped check that could not be judged because of another one, which its reason names."""

_SEE = re.compile(r": see (\S.*)$")
_FEW_SUBJECTS = 3
"""Up to how many members that are mishandled in the same way are listed one by one: more of them are one cause."""

_BY_LAW = frozenset({"pagination", "order", "filter"})
"""Areas whose kinds of failure are each of one law, whatever listing it was broken in."""

_AVAILABILITY = "operation"
"""Subject of the check that an operation is there: its reason names the operation already."""

_BARE = " break this"
"""The end of a reason that counts and leaves it to the statement to say what is broken, as older records have it."""

_COUNT = re.compile(r" \(\d+ of \d+ [^()]*\)$")
"""The end of a reason that says in how many places a claim is broken."""

_DIGITS = re.compile(r"\d+")
_WRONG_MEMBER = {
    "missing": ("is left out", "are left out"),
    "answer-present": ("is null", "are null"),
    "answer-type": ("has the wrong JSON type", "have the wrong JSON type"),
    "answer-enum": ("has a value that is not in its enum", "have values that are not in their enums"),
    "answer-pattern": ("does not match its pattern", "do not match their patterns"),
    "answer-min_length": ("is too short", "are too short"),
    "answer-max_length": ("is too long", "are too long"),
    "answer-minimum": ("is too small", "are too small"),
    "answer-maximum": ("is too large", "are too large"),
}
"""What is wrong with one member, and with several, by the kind of the failure."""
_NULL_OR_TYPE = frozenset({"answer-present", "answer-type"})
"""The kinds of a null, which has no type either."""


def behind(result: Result) -> str:
    """Return the id of the check that keeps this one from being judged; empty where none does."""
    if result.outcome is not Outcome.SKIPPED or result.kind != BEHIND:
        return ""
    found = _SEE.search(result.reason)
    return found[1] if found else ""


def cause(result: Result) -> tuple[str, ...]:
    """Return what failures with one cause have in common."""
    if result.outcome is Outcome.ERROR:
        return ("broke", result.kind, _without_numbers(result.reason))
    if result.kind in _WRONG_MEMBER and result.area == "response":
        return ("member", _leaf(result.subject))
    if result.area in _BY_LAW:
        return ("law", result.kind)
    if result.area == "consistency":
        return ("claim", result.statement)
    return ("way", result.kind, _without_numbers(result.reason))


def split(alike: Sequence[Result]) -> list[list[Result]]:
    """Part failures of one way: by the member that they are about, where only a few members are mishandled so."""
    by_subject: dict[str, list[Result]] = {}
    for result in alike:
        by_subject.setdefault(result.subject, []).append(result)
    if cause(alike[0])[0] != "way" or len(by_subject) > _FEW_SUBJECTS:
        return [list(alike)]
    return list(by_subject.values())


def merge_members(groups: Iterable[list[Result]]) -> list[list[Result]]:
    """Put members that are wrong in the same way together, where they are more than a few, and claims of one title."""
    alone: dict[str, list[list[Result]]] = {}
    claims: dict[str, list[Result]] = {}
    others = []
    for group in groups:
        kind = _wrong_in_one_way(group)
        if kind:
            alone.setdefault(kind, []).append(group)
        elif cause(group[0])[0] == "claim" and _COUNT.search(group[0].reason):
            claims.setdefault(_COUNT.sub("", group[0].reason), []).extend(group)
        else:
            others.append(group)
    others += claims.values()
    for several in alone.values():
        if len(several) > _FEW_SUBJECTS:
            others.append([result for group in several for result in group])
        else:
            others += several
    return others


def title(alike: Sequence[Result]) -> str:
    """Say in a line what is wrong, from failures with one cause."""
    lead = alike[0]
    if cause(lead)[0] == "member":
        return _of_members(alike)
    reason = lead.reason or f"broken: {lead.statement.rstrip('.') or lead.id}"
    if reason.endswith(_BARE):
        reason = f"{reason.removesuffix(_BARE)} break the rule: {lead.statement.rstrip('.') or lead.expected}"
    one_subject = len({each.subject for each in alike}) == 1 and lead.subject != _AVAILABILITY
    if cause(lead)[0] == "way" and one_subject:
        return f"{lead.subject}: {reason}"
    return _sentence(reason)


def _of_members(alike: Sequence[Result]) -> str:
    kind = _wrong_in_one_way(alike)
    leaves = tuple(dict.fromkeys(_leaf(each.subject) for each in alike))
    words, of_several = _WRONG_MEMBER.get(kind, ("is wrong in several ways", "are wrong in several ways"))
    if len(leaves) > 1:
        shown = ", ".join(leaves[:_FEW_SUBJECTS])
        return f"{len(leaves)} members {of_several}: {shown}{', …' if len(leaves) > _FEW_SUBJECTS else ''}"
    paths = {each.subject for each in alike}
    member = ".".join(min(paths).split(".")[-2:]) if len(paths) == 1 else leaves[0]
    return f"{member} {words}"


def _wrong_in_one_way(alike: Sequence[Result]) -> str:
    """Return the kind in which members are wrong where there is one; empty where there are several, or none."""
    kinds = {each.kind for each in alike}
    if cause(alike[0])[0] != "member":
        return ""
    if kinds == _NULL_OR_TYPE:
        return "answer-present"
    return next(iter(kinds)) if len(kinds) == 1 else ""


def _leaf(path: str) -> str:
    return path.rpartition(".")[2]


def _without_numbers(text: str) -> str:
    return _DIGITS.sub("0", text)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


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
    """One thing to fix: a result, or several that seem to come from one defect.

    `behind` counts the checks that could not be judged because of it; the last `symptoms` of its results are failures
    that may come from the others.
    """

    rank: Rank
    results: tuple[Result, ...]
    behind: int = 0
    symptoms: int = 0

    @property
    def lead(self) -> Result:
        """The result that represents all."""
        return self.results[0]

    @property
    def alone(self) -> bool:
        """Whether it is one result only."""
        return len(self.results) == 1

    @property
    def title(self) -> str:
        """What is wrong, in a line."""
        return title(self.results[: len(self.results) - self.symptoms])

    @property
    def places(self) -> tuple[tuple[str, int], ...]:
        """Where its checks are, as `operation/area`, with the number of checks of each, the most frequent first."""
        return _counted(f"{each.operation}/{each.area}" for each in self.results)

    @property
    def subjects(self) -> tuple[tuple[str, int], ...]:
        """What the checks are about, with the number of checks of each, the most frequent first."""
        return _counted(each.subject for each in self.results)


def rank(result: Result) -> Rank | None:
    """Return the urgency of a result; None where there is nothing to fix."""
    if result.outcome not in {Outcome.FAILED, Outcome.ERROR}:
        return None
    if result.known:
        return Rank.KNOWN
    if result.outcome is Outcome.ERROR:
        return Rank.ERROR
    return Rank.FAILED if result.level is Level.MUST else Rank.RECOMMENDED


def group_findings(results: Iterable[Result]) -> tuple[Finding, ...]:
    """Return the findings among results in the order in which to fix them.

    First what keeps other checks from being judged; then by urgency, and within that from the wire upwards. Each
    failure is in exactly one finding, next to those that seem to have the same cause; what was declared beforehand, and
    errors, are findings of their own. A finding is as urgent as the most urgent of its results.
    """
    failures: dict[str, Result] = {}
    blocked: Counter[str] = Counter()
    for result in sort_results(results):
        if rank(result) is not None:
            failures[result.id] = result
        elif blocker := behind(result):
            blocked[blocker] += 1
    roots = {each: _root(result, failures) for each, result in failures.items()}
    alike: dict[tuple[bool, tuple[str, ...]], list[Result]] = {}
    symptoms: dict[str, list[Result]] = {}
    for each, result in failures.items():
        if roots[each] is result:
            alike.setdefault((result.known, cause(result)), []).append(result)
        else:
            symptoms.setdefault(roots[each].id, []).append(result)
    parts = [part for group in alike.values() for part in split(group)]
    merged = [group for known in (False, True) for group in merge_members(p for p in parts if p[0].known is known)]
    return tuple(sorted((_finding(part, symptoms, blocked) for part in merged), key=_order))


def skip_reasons(results: Iterable[Result]) -> tuple[tuple[str, tuple[Result, ...]], ...]:
    """Return the reasons for which checks were skipped, with the checks, the most frequent reason first."""
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
    often = Counter(each.subject for each in alike)
    alike.sort(key=lambda each: (-behind.get(each.id, 0), _urgency(each), -often[each.subject]))
    following = [follower for each in alike for follower in symptoms.get(each.id, ())]
    results = (*alike, *following)
    waiting = sum(behind.get(each.id, 0) for each in results)
    return Finding(min(map(_urgency, results)), results, waiting, len(following))


def _urgency(result: Result) -> Rank:
    return rank(result) or Rank.KNOWN


def _order(finding: Finding) -> tuple[int, Rank, int, int, str]:
    lead = finding.lead
    layer = _LAYERS.index(lead.area) if lead.area in _LAYERS else len(_LAYERS)
    return (-finding.behind, finding.rank, layer, -len(finding.results), lead.id)


def _counted(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items(), key=lambda item: (-item[1], item[0])))
