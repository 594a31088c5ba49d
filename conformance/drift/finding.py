"""What drift comes to: findings, each in terms of the facts of the contract that it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from conformance.contract import UNSET, Citation


class Kind(StrEnum):
    """How something differs from the contract."""

    NEW = "new"
    """The contract does not know it."""
    REMOVED = "removed"
    """The contract has it, what it is held against does not."""
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

    def to_json(self) -> dict[str, Any]:
        """Give the form in which findings are printed as JSON."""
        return {
            "kind": self.kind.value,
            "facts": list(self.facts),
            "operation": self.operation,
            "direction": self.direction,
            "path": self.path,
            "facet": self.facet,
            "contract": _plain(self.ours),
            "other": _plain(self.theirs),
            "added": list(self.added),
            "removed": list(self.gone),
            "because": [{"source": one.id, "line": one.line} for one in self.cited],
            "lines": list(self.lines),
            "detail": self.detail,
        }


@dataclass(frozen=True)
class Drift:
    """The whole of a comparison.

    `known` are differences that stand in the contract already (an older edition's value beside the newer one): they
    are told apart and never counted. `notes` say what could not be compared; `unread` are lines of a page that its
    reader could make nothing of, as line, text and reason.
    """

    against: dict[str, Any]
    findings: tuple[Finding, ...]
    known: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    unread: tuple[tuple[int, str, str], ...] = field(default=())

    def count(self, kind: Kind) -> int:
        """Give the number of findings of a kind."""
        return sum(finding.kind is kind for finding in self.findings)


def fact_id(operation: str, direction: str, path: str, facet: str, *, modelled: bool = False) -> str:
    """Give the id that a fact has, or would have."""
    return f"{operation}/{direction}/{path}/{facet}{'/modelled' if modelled else ''}"


def same(one: Any, other: Any) -> bool:
    """Tell whether two values say the same; the order of a list of words says nothing."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return set(one) == set(other)
    return type(one) is type(other) and bool(one == other)


def together(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Make one finding of those that say the same: a shape used at several paths, an argument that is handed through.

    What says the same: kind, facet, last part of the path and both values. The first stands for all.
    """
    groups: dict[tuple[Any, ...], list[Finding]] = {}
    for finding in findings:
        last = finding.path.rpartition(".")[2]
        key = (finding.kind, finding.facet, last, repr(finding.ours), repr(finding.theirs), finding.detail)
        groups.setdefault(key, []).append(finding)
    return tuple(_merged(group) for group in groups.values())


def _merged(group: list[Finding]) -> Finding:
    first = group[0]
    facts = tuple(dict.fromkeys(fact for one in group for fact in one.facts))
    cited = tuple(dict.fromkeys(place for one in group for place in one.cited))
    lines = tuple(sorted({line for one in group for line in one.lines}))
    return Finding(
        first.kind, first.operation, first.direction, first.path, first.facet, facts, first.ours, first.theirs, cited,
        lines, first.detail,
    )  # fmt: skip


def _beyond(one: Any, other: Any) -> tuple[str, ...]:
    if not isinstance(one, list | tuple):
        return ()
    others = set(other) if isinstance(other, list | tuple) else set()
    return tuple(str(word) for word in one if word not in others)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else None if value is UNSET else value
