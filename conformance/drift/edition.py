"""What the contract says of an operation as one document has it: the edition that another page is held against."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from conformance.contract import UNSET, Citation, Contract, Fact, Source
from conformance.drift.finding import same

Key = tuple[str, str, str]
"""Direction, path, facet."""


@dataclass(frozen=True)
class Stated:
    """What a document states, on one line or on several: the value, and the citations by which the contract has it."""

    value: Any
    citations: tuple[Citation, ...]


@dataclass
class Edition:
    """Every statement of one document about its operation, by direction, path and facet.

    `unreadable` counts the statements that stand in prose about another member, where no reader finds them.
    """

    source: Source
    stated: dict[Key, list[Stated]] = field(default_factory=dict)
    unreadable: int = 0

    @classmethod
    def of(cls, contract: Contract, source: Source) -> Edition:
        """Collect what a document of the contract states."""
        edition = cls(source)
        about: list[tuple[Key, Any, Citation]] = []
        for fact, citation in _citations(contract, source):
            value = fact.value if citation.value is UNSET else citation.value
            about.append(((fact.direction, fact.path, fact.facet), value, citation))
        rows = sorted(
            {(citation.line or 0, key[0], key[1]) for key, _, citation in about if key[2] == "present"},
            key=lambda row: row[0],
        )
        for key, value, citation in about:
            if key[2] in _NAMING or _under_its_own_name(key, citation.line or 0, rows):
                edition.add(key, value, citation)
            else:
                edition.unreadable += 1
        return edition

    def add(self, key: Key, value: Any, citation: Citation) -> None:
        """Keep a statement beside those that say the same."""
        known = self.stated.setdefault(key, [])
        for index, one in enumerate(known):
            if same(one.value, value):
                known[index] = Stated(one.value, (*one.citations, citation))
                return
        known.append(Stated(value, (citation,)))


_NAMING = ("present", "type", "http_status")


def _citations(contract: Contract, source: Source) -> Iterator[tuple[Fact, Citation]]:
    for fact in contract.facts:
        if fact.operation == source.operation:
            for citation in fact.sources:
                if citation.id == source.id and citation.line is not None:
                    yield fact, citation


def _under_its_own_name(key: Key, line: int, rows: list[tuple[int, str, str]]) -> bool:
    """Tell whether the last line at or before this one that names a member names the member itself.

    A paginator's page names the operation's members by naming its arguments.
    """
    at = bisect_right(rows, line, key=lambda row: row[0])
    if at == 0:
        return False
    nearest = rows[at - 1][0]
    return any(row[0] == nearest and row[2] == key[1] for row in rows[:at])


def edition_for(contract: Contract, style: str, operation: str) -> Edition | None:
    """Give the edition of the same style and operation that the contract was made from; None where there is none."""
    fitting = [
        source
        for source in contract.sources.values()
        if source.is_document and source.kind == style and source.operation == operation
    ]
    newest = max(fitting, key=lambda source: source.edition, default=None)
    return None if newest is None else Edition.of(contract, newest)
