"""Findings: failures and errors by their root cause, in the order in which to fix them.

The inside of a target is unknown, so this goes by what its failures have in common: the member of an answer that is
wrong wherever it is, the law that is broken, or the way in which requests are mishandled.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import chain
from typing import TypeVar

from conformance.report.result import Level, Outcome, Result, sort_results

Item = TypeVar("Item")

BEHIND = "behind"
"""Kind of a skipped check that could not be judged because of another one, which its reason names."""

_SEE = re.compile(r": see (\S.*)$")
_FEW_SUBJECTS = 3
"""Up to how many members that are mishandled in the same way are listed one by one: more of them are one cause."""

_BY_LAW = frozenset({"pagination", "order", "filter"})
"""Areas whose kinds of failure are each of one law, whatever listing it was broken in."""

_AVAILABILITY = "operation"
"""Subject of the check that an operation is there: its reason names the operation already."""

_UNAVAILABLE = {
    "operation-unknown": "operations are unknown to the target",
    "operation-broken": "operations give only server errors",
    "plain-broken": "operations give a server error where they are plainly asked",
}
"""What several operations have in common that are not there, by the kind of the failure."""

_WAYS = {
    "request": (
        ("type-", "wrong types"), ("left-out", "missing members"), ("null", "missing members"),
        ("wrong-case", "missing members"), ("enum-", "unknown words"), ("length-", "wrong lengths"),
        ("pattern-", "broken patterns"), ("range-", "numbers out of range"),
    ),
    "protocol": (
        ("body/", "broken bodies"), ("target/", "wrong targets"), ("method/", "other methods"),
        ("content-type/", "content types"),
    ),
}  # fmt: skip
"""What is wrong with a request, by the area of a check and how its case begins."""

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

    @classmethod
    def of(cls, result: Result) -> Rank:
        """Return how urgent a failure or an error is."""
        if result.known:
            return cls.KNOWN
        if result.outcome is Outcome.ERROR:
            return cls.ERROR
        return cls.FAILED if result.level is Level.MUST else cls.RECOMMENDED


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

    @cached_property
    def title(self) -> str:
        """What is wrong, in a line."""
        return _title(self.results[: len(self.results) - self.symptoms])

    @property
    def adds_reason(self) -> bool:
        """Whether the reason of the lead says more than the title."""
        return self.lead.reason.lower() not in self.title.lower()

    @property
    def places(self) -> tuple[tuple[str, int], ...]:
        """Where its checks are, as `operation/area`, with the number of checks of each, the most frequent first."""
        return _counted(f"{each.operation}/{each.area}" for each in self.results)

    @property
    def subjects(self) -> tuple[tuple[str, int], ...]:
        """What the checks are about, with the number of checks of each, the most frequent first."""
        return _counted(each.subject for each in self.results)


def group_findings(results: Iterable[Result]) -> tuple[Finding, ...]:
    """Return the findings among results in the order in which to fix them.

    First what keeps other checks from being judged; then by urgency, and within that from the wire upwards. Each
    failure is in exactly one finding, next to those that seem to have the same cause; what was declared beforehand, and
    errors, are findings of their own. A finding is as urgent as the most urgent of its results.
    """
    ordered = sort_results(results)
    failures = {result.id: result for result in ordered if result.has_problem}
    blocked = Counter(map(blocker, ordered))
    by_cause: dict[tuple[bool, tuple[str, ...]], list[Result]] = {}
    symptoms: dict[str, list[Result]] = {}
    for result in failures.values():
        root = _root(result, failures)
        if root is result:
            by_cause.setdefault((result.known, _cause(result)), []).append(result)
        else:
            symptoms.setdefault(root.id, []).append(result)
    groups = []
    for declared in (False, True):
        parts = (part for (known, _), group in by_cause.items() if known is declared for part in _split(group))
        groups += _merge_members(parts)
    return tuple(sorted((_finding(group, symptoms, blocked) for group in groups), key=_order))


def skip_reasons(results: Iterable[Result]) -> tuple[tuple[str, tuple[Result, ...]], ...]:
    """Return the reasons for which checks were skipped, with the checks, the most frequent reason first."""
    skipped = (item for item in sort_results(results) if item.outcome is Outcome.SKIPPED)
    return by_frequency(skipped, lambda item: item.reason or "no reason given")


def by_frequency(items: Iterable[Item], key: Callable[[Item], str]) -> tuple[tuple[str, tuple[Item, ...]], ...]:
    """Return items by a key of theirs, the most frequent first."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return tuple(
        (name, tuple(group)) for name, group in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    )


def _counted(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple((name, len(group)) for name, group in by_frequency(names, str))


def blocker(result: Result) -> str:
    """Return the id of the check that keeps this one from being judged; empty where none does."""
    found = _SEE.search(result.reason) if result.outcome is Outcome.SKIPPED and result.kind == BEHIND else None
    return found[1] if found else ""


def _root(result: Result, failures: Mapping[str, Result]) -> Result:
    """Follow a failure to the one that it may come from, as long as both count alike; of a circle, the first by id."""
    seen = {result.id}
    while result.cause in failures and failures[result.cause].known is result.known:
        if result.cause in seen:
            return failures[min(seen)]
        seen.add(result.cause)
        result = failures[result.cause]
    return result


def _cause(result: Result) -> tuple[str, ...]:
    """Return what failures with one cause have in common."""
    if result.outcome is Outcome.ERROR:
        return ("broke", result.kind, _DIGITS.sub("0", result.reason))
    if result.kind in _UNAVAILABLE and result.subject == _AVAILABILITY:
        return ("unavailable", result.kind)
    if result.kind in _WRONG_MEMBER and result.area == "response":
        return ("member", _leaf(result))
    if result.area in _BY_LAW:
        return ("law", result.kind)
    if result.area == "consistency":
        return ("claim", result.statement)
    return ("way", result.kind, _DIGITS.sub("0", result.reason))


def _split(group: list[Result]) -> list[list[Result]]:
    """Part failures of one way: by the member that they are about, where only a few members are mishandled so."""
    by_subject: dict[str, list[Result]] = {}
    for result in group:
        by_subject.setdefault(result.subject, []).append(result)
    is_parted = _cause(group[0])[0] == "way" and len(by_subject) <= _FEW_SUBJECTS
    return list(by_subject.values()) if is_parted else [group]


def _merge_members(groups: Iterable[list[Result]]) -> list[list[Result]]:
    """Put members that are wrong in the same way together, where they are more than a few, and claims of one title."""
    members: dict[str, list[list[Result]]] = {}
    claims: dict[str, list[Result]] = {}
    merged = []
    for group in groups:
        reason = group[0].reason
        if kind := _wrong_in_one_way(group):
            members.setdefault(kind, []).append(group)
        elif _cause(group[0])[0] == "claim" and _COUNT.search(reason):
            claims.setdefault(_COUNT.sub("", reason), []).extend(group)
        else:
            merged.append(group)
    merged += claims.values()
    for several in members.values():
        merged += [list(chain(*several))] if len(several) > _FEW_SUBJECTS else several
    return merged


def _finding(group: list[Result], symptoms: Mapping[str, list[Result]], blocked: Mapping[str, int]) -> Finding:
    # The check that others wait for leads, so that the finding is about what they wait for; else the most urgent of
    # the many.
    often = Counter(each.subject for each in group)
    group.sort(key=lambda each: (-blocked.get(each.id, 0), Rank.of(each), -often[each.subject]))
    following = [follower for each in group for follower in symptoms.get(each.id, ())]
    results = (*group, *following)
    waiting = sum(blocked.get(each.id, 0) for each in results)
    return Finding(min(map(Rank.of, results)), results, waiting, len(following))


def _order(finding: Finding) -> tuple[int, Rank, int, int, str]:
    lead = finding.lead
    layer = _LAYERS.index(lead.area) if lead.area in _LAYERS else len(_LAYERS)
    return (-finding.behind, finding.rank, layer, -len(finding.results), lead.id)


def _title(group: Sequence[Result]) -> str:
    """Say in a line what is wrong, from failures with one cause."""
    lead = group[0]
    cause, *_ = _cause(lead)
    if cause == "member":
        return _title_of_members(group)
    reason = lead.reason or f"broken: {lead.statement.rstrip('.') or lead.id}"
    if reason.endswith(_BARE):
        reason = f"{reason.removesuffix(_BARE)} break the rule: {lead.statement.rstrip('.') or lead.expected}"
    if cause == "unavailable" and len(group) > 1:
        return f"{len(group)} {_UNAVAILABLE[lead.kind]}: {', '.join(each.operation for each in group)}"
    reason = reason[:1].upper() + reason[1:]
    if cause != "way" or lead.subject == _AVAILABILITY:
        return reason
    if len({each.subject for each in group}) == 1 and not lead.reason.endswith(_BARE):
        return f"{lead.subject}: {reason[:1].lower()}{reason[1:]}"
    ways = list(dict(_counted(filter(None, map(_way, group)))))[:_FEW_SUBJECTS]
    return f"{reason} ({', '.join(ways)})" if ways else reason


def _way(result: Result) -> str:
    """Return what is wrong with the request of a check; empty where its id does not say it."""
    case = result.case if result.area == "protocol" else result.case.rpartition("/")[2]
    return next((words for start, words in _WAYS.get(result.area, ()) if case.startswith(start)), "")


def _title_of_members(group: Sequence[Result]) -> str:
    often = Counter(each.kind for each in group).most_common(1)[0][0]
    is_wrong, are_wrong = _WRONG_MEMBER[_wrong_in_one_way(group) or often]
    if not _wrong_in_one_way(group):
        is_wrong, are_wrong = (f"{words}, and wrong in other ways" for words in (is_wrong, are_wrong))
    leaves = tuple(dict.fromkeys(map(_leaf, group)))
    if len(leaves) > 1:
        shown = ", ".join(leaves[:_FEW_SUBJECTS])
        return f"{len(leaves)} members {are_wrong}: {shown}{', …' if len(leaves) > _FEW_SUBJECTS else ''}"
    paths = {each.subject for each in group}
    member = ".".join(min(paths).split(".")[-2:]) if len(paths) == 1 else leaves[0]
    return f"{member} {is_wrong}"


def _wrong_in_one_way(group: Sequence[Result]) -> str:
    """Return the kind in which members are wrong where there is one; empty where there are several, or none."""
    kinds = {each.kind for each in group}
    if _cause(group[0])[0] != "member":
        return ""
    if kinds == _NULL_OR_TYPE:
        return "answer-present"
    return next(iter(kinds)) if len(kinds) == 1 else ""


def _leaf(result: Result) -> str:
    """Return the last member of the path that a check is about."""
    return result.subject.rpartition(".")[2]
