"""Root causes: which failures come from one defect of a target, and what to call it.

Nobody can look into a target, so this goes by what its failures have in common: the member of an answer that is wrong
wherever it stands, the law that is broken, or the way in which requests are mishandled.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from conformance.report.result import Outcome, Result

BEHIND = "behind"
"""Kind of a skipped check that could not be judged because of another one, which its reason names."""

_SEE = re.compile(r": see (\S.*)$")
_FEW_SUBJECTS = 3
"""Up to how many members that are mishandled in the same way are told one by one: more of them are one cause."""

_BY_LAW = frozenset({"pagination", "order", "filter"})
"""Areas whose kinds of failure are each of one law, whatever listing it was broken in."""

_TALLY = re.compile(r"\d[\d,]* of \d[\d,]* .*(break this|lack \S+)")
"""A reason that counts, and leaves it to the statement to say what is broken."""

_AVAILABILITY = "operation"
"""Subject of the check that an operation is there: its reason names the operation already."""

_DIGITS = re.compile(r"\d+")
_WRONG_MEMBER = {
    "missing": "is left out",
    "answer-present": "is null",
    "answer-type": "is of another type",
    "answer-enum": "has a value that its enum lacks",
    "answer-pattern": "does not match its pattern",
    "answer-min_length": "is too short",
    "answer-max_length": "is too long",
    "answer-minimum": "is too small",
    "answer-maximum": "is too large",
}


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


def title(alike: Sequence[Result]) -> str:
    """Say in a line what is wrong, from failures with one cause."""
    lead = alike[0]
    kinds = {one.kind for one in alike}
    if cause(lead)[0] == "member":
        leaf = _leaf(lead.subject)
        return f"{leaf} {_WRONG_MEMBER[lead.kind]}" if len(kinds) == 1 else f"{leaf} is wrong in several ways"
    if not lead.reason or _TALLY.fullmatch(lead.reason):
        return _sentence((lead.statement or lead.reason or lead.id).rstrip("."))
    one_subject = len({one.subject for one in alike}) == 1 and lead.subject != _AVAILABILITY
    if cause(lead)[0] == "way" and one_subject:
        return f"{lead.subject}: {lead.reason}"
    return _sentence(lead.reason)


def _leaf(path: str) -> str:
    return path.rpartition(".")[2]


def _without_numbers(text: str) -> str:
    return _DIGITS.sub("0", text)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
