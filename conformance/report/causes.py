"""Root causes: which failures come from one defect of a target, and what to call it.

Nobody can look into a target, so this goes by what its failures have in common: the member of an answer that is wrong
wherever it stands, the law that is broken, or the way in which requests are mishandled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from conformance.report.result import Outcome, Result

BEHIND = "behind"
"""Kind of a skipped check that could not be judged because of another one, which its reason names."""

_SEE = re.compile(r": see (\S.*)$")
_FEW_SUBJECTS = 3
"""Up to how many members that are mishandled in the same way are told one by one: more of them are one cause."""

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
    """Give the id of the check that keeps this one from being judged; empty where none does."""
    if result.outcome is not Outcome.SKIPPED or result.kind != BEHIND:
        return ""
    found = _SEE.search(result.reason)
    return found[1] if found else ""


def cause(result: Result) -> tuple[str, ...]:
    """Give what failures with one cause have in common."""
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
    one_subject = len({one.subject for one in alike}) == 1 and lead.subject != _AVAILABILITY
    if cause(lead)[0] == "way" and one_subject:
        return f"{lead.subject}: {reason}"
    return _sentence(reason)


def _of_members(alike: Sequence[Result]) -> str:
    kind = _wrong_in_one_way(alike)
    leaves = tuple(dict.fromkeys(_leaf(one.subject) for one in alike))
    words, of_several = _WRONG_MEMBER.get(kind, ("is wrong in several ways", "are wrong in several ways"))
    if len(leaves) > 1:
        shown = ", ".join(leaves[:_FEW_SUBJECTS])
        return f"{len(leaves)} members {of_several}: {shown}{', …' if len(leaves) > _FEW_SUBJECTS else ''}"
    paths = {one.subject for one in alike}
    member = ".".join(min(paths).split(".")[-2:]) if len(paths) == 1 else leaves[0]
    return f"{member} {words}"


def _wrong_in_one_way(alike: Sequence[Result]) -> str:
    """Return the kind in which members are wrong where there is one; empty where there are several, or none."""
    kinds = {one.kind for one in alike}
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
