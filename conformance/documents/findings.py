"""Differences between a contract and a page or model, folded: a member that came or went is one difference."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from msgspec import Struct

from conformance.contract.model import Citation
from conformance.documents.claims import Place, holder
from conformance.forms import Count


class Kind(StrEnum):
    """How something differs from the contract."""

    NEW = "new"
    """The contract does not know it."""
    REMOVED = "removed"
    """The contract has it, the other side does not."""
    CHANGED = "changed"
    """Both have it, with other values."""


@dataclass(frozen=True)
class Finding:
    """One difference, at one fact or at several that it is the same at.

    `facts` are ids as `conformance facts` lists them, or as it would list what is new. `ours` is the value of the
    contract and `theirs` the other one, None where there is none; `cited` says where the contract has its value from,
    and `lines` where the page has its own (none for a model). `detail` says in words what the values do not.
    """

    kind: Kind
    operation: str
    direction: str
    path: str
    facet: str
    facts: tuple[str, ...]
    ours: Any = None
    theirs: Any = None
    cited: tuple[Citation, ...] = ()
    lines: tuple[int, ...] = ()
    detail: str = ""

    @property
    def added(self) -> tuple[str, ...]:
        """The values that only the other side lists."""
        return _beyond(self.theirs, self.ours)

    @property
    def gone(self) -> tuple[str, ...]:
        """The values that only the contract lists."""
        return _beyond(self.ours, self.theirs)


class AgainstModel(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="model"):
    """A service model that was compared with the contract."""

    file: str
    version: str
    api_version: str
    contract_version: str


class AgainstPage(Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="document"):
    """A page that was compared with the contract."""

    file: str
    style: str
    operation: str
    edition: str | None
    claims: Count


@dataclass(frozen=True)
class Drift:
    """The whole of a comparison.

    `known` are differences that the contract has already (an older edition's value next to the newer one): they are
    listed apart and never counted. `notes` say what could not be compared; `unread` are lines of a page that its
    reader could make nothing of, as line, text and reason.
    """

    against: AgainstModel | AgainstPage
    findings: tuple[Finding, ...]
    known: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    unread: tuple[tuple[int, str, str], ...] = field(default=())

    def count(self, kind: Kind) -> int:
        """Return the number of findings of a kind."""
        return sum(finding.kind is kind for finding in self.findings)


_WIDTHS = {"long": "integer", "double": "float"}


def comparable(facet: str, value: Any) -> Any:
    """Return a value of a facet so that equal ones say the same: words in any order, patterns without their anchors.

    Patterns match from end to end, whatever anchors they have; boto3's pages have one word for both widths of a number.
    """
    if facet == "pattern":
        return unanchored(value)
    if facet == "type":
        return _WIDTHS.get(value, value)
    if isinstance(value, list | tuple):
        return frozenset(value)
    return ("is", value) if isinstance(value, bool) else value  # a number is never true or false


def unanchored(pattern: str) -> str:
    """Return a pattern without the anchors at its ends."""
    return re.sub(r"^\^|(?<!\\)\$$", "", pattern)


def fact_id(operation: str, direction: str, path: str, facet: str, *, modelled: bool = False) -> str:
    """Return the id that a fact has, or would have."""
    return f"{operation}/{direction}/{path}/{facet}{'/modelled' if modelled else ''}"


def together(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Make one finding of those that say the same: a shape used at several paths, an argument that is handed through.

    What says the same: kind, facet, last part of the path and both values. The first represents all.
    """
    groups: dict[tuple[Any, ...], list[Finding]] = {}
    for finding in findings:
        last = finding.path.rpartition(".")[2]
        key = (finding.kind, finding.facet, last, repr(finding.ours), repr(finding.theirs), finding.detail)
        groups.setdefault(key, []).append(finding)
    return tuple(_merged(group) for group in groups.values())


def _merged(group: list[Finding]) -> Finding:
    first = group[0]
    facts = tuple(dict.fromkeys(fact for item in group for fact in item.facts))
    cited = tuple(dict.fromkeys(place for item in group for place in item.cited))
    lines = tuple(sorted({line for item in group for line in item.lines}))
    return Finding(
        first.kind, first.operation, first.direction, first.path, first.facet, facts, first.ours, first.theirs, cited,
        lines, first.detail,
    )  # fmt: skip


def _beyond(item: Any, other: Any) -> tuple[str, ...]:
    if not isinstance(item, list | tuple):
        return ()
    others = set(other) if isinstance(other, list | tuple) else set()
    return tuple(str(word) for word in item if word not in others)


_CONTAINERS = ("structure", "list", "map")
_SHOWN = 6


def folded(findings: Iterable[Finding]) -> list[Finding]:
    """Leave the finding that a member came or went, with what is said of it; drop those about its facets and below it.

    Below a member that holds something else than before (a list where a structure was) nothing can be compared.
    """
    every = list(findings)
    about: dict[Place, list[Finding]] = {}
    for item in every:
        about.setdefault(_place(item), []).append(item)
    moved = {place for place, items in about.items() if any(map(_came_or_went, items))}
    tops = moved | {place for place, items in about.items() if any(map(_holds_otherwise, items))}
    held = Counter(place for item in about for place in above(item))
    kept: list[Finding] = []
    for item in every:
        place = _place(item)
        # A member whose type changed keeps its other facets; one that came or went has none of its own.
        if tops.isdisjoint(above(place)) and (item.facet == "present" or place not in moved):
            kept.append(_with_details(item, about[place], held[place]))
    return kept


def _place(item: Finding) -> Place:
    return Place(item.operation, item.direction, item.path)


def above(place: Place) -> Iterator[Place]:
    """Yield the places that hold one, the nearest first."""
    while path := holder(place.path):
        place = place._replace(path=path)
        yield place


def _came_or_went(item: Finding) -> bool:
    return item.facet == "present" and item.kind is not Kind.CHANGED and not (item.ours and item.theirs)


def _holds_otherwise(item: Finding) -> bool:
    return item.facet == "type" and item.kind is Kind.CHANGED and not {item.ours, item.theirs}.isdisjoint(_CONTAINERS)


def _with_details(member: Finding, about: Iterable[Finding], held: int) -> Finding:
    """Say of a new member what else is said of it."""
    if member.facet != "present" or member.kind is not Kind.NEW:
        return member
    own = sorted((item for item in about if item.facet != "present"), key=lambda item: item.facet != "type")
    parts = [_in_words(item.facet, item.theirs) for item in own]
    if held:
        parts.append(f"with {held} path{'' if held == 1 else 's'} below it")
    details = ", ".join(dict.fromkeys(part for part in parts if part))
    return replace(member, detail="; ".join(item for item in (details, member.detail) if item))


def _in_words(facet: str, value: Any) -> str:
    if facet == "type":
        return "" if value == "number" else f"an {value}" if value == "integer" else f"a {value}"
    if facet == "required":
        return "required" if value else "optional"
    return f"{facet} {in_words(value)}"


def in_words(value: Any) -> str:
    """Return a value as people read it, a long list of words cut."""
    if isinstance(value, list | tuple):
        words = [str(word) for word in value]
        more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
        return ", ".join(words[:_SHOWN]) + more
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
