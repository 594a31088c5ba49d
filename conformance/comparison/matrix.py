"""Any number of runs as a matrix: a column a run; rows are areas, single checks, and the claims that those judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from conformance.comparison.frames import Note, notes_on
from conformance.comparison.reading import Side
from conformance.report import Outcome, Result, sort_results

_WORST = (Outcome.ERROR, Outcome.FAILED, Outcome.PASSED, Outcome.SKIPPED)
"""The first of these among several outcomes stands for all of them: a skip only where all were skipped."""

_DIRECTIONS = ("input", "output", "error", "paginator")
"""The second part of the ids of facts."""


@dataclass(frozen=True)
class Cell:
    """How the checks of one row ended in one run; `known` counts failures among them that were declared."""

    passed: int
    failed: int
    error: int
    skipped: int
    known: int

    @classmethod
    def of(cls, results: Iterable[Result]) -> Cell:
        """Count results."""
        every = tuple(results)
        counts = Counter(one.outcome for one in every)
        known = sum(one.known for one in every if one.outcome is Outcome.FAILED)
        return cls(
            counts[Outcome.PASSED], counts[Outcome.FAILED], counts[Outcome.ERROR], counts[Outcome.SKIPPED], known
        )

    @property
    def judged(self) -> int:
        """How many were judged."""
        return self.passed + self.failed + self.error

    @property
    def outcome(self) -> Outcome:
        """The outcome that stands for all."""
        return next((one for one in _WORST if getattr(self, one.value)), Outcome.SKIPPED)

    def to_json(self) -> dict[str, int]:
        """Give the counts."""
        return dict(vars(self))


@dataclass(frozen=True)
class Row:
    """One check in every run; None where a run does not have it."""

    id: str
    operation: str
    area: str
    subject: str
    case: str
    level: str
    statement: str
    results: tuple[Result | None, ...]

    @property
    def differs(self) -> bool:
        """Whether two runs that have it ended it differently."""
        return len({one.outcome for one in self.results if one}) > 1


@dataclass(frozen=True)
class Group:
    """Rows of one area, or of one subject of an area, with a cell for each run; None where it has none of them."""

    operation: str
    area: str
    name: str
    rows: tuple[Row, ...]
    cells: tuple[Cell | None, ...]

    @property
    def differs(self) -> bool:
        """Whether any row in it does."""
        return any(row.differs for row in self.rows)


@dataclass(frozen=True)
class Claim:
    """A fact of the contract, or a check that stands for a behaviour, and what each run shows of it."""

    id: str
    group: str
    title: str
    checks: tuple[str, ...]
    outcomes: tuple[Outcome | None, ...]

    @property
    def differs(self) -> bool:
        """Whether two runs that tell of it show different things."""
        return len({one for one in self.outcomes if one}) > 1


@dataclass(frozen=True)
class Matrix:
    """Runs side by side."""

    sides: tuple[Side, ...]
    notes: tuple[Note, ...]
    rows: tuple[Row, ...]

    @property
    def areas(self) -> tuple[Group, ...]:
        """The areas of each operation, in the order of reports."""
        grouped = groupby(self.rows, key=lambda row: (row.operation, row.area))
        return tuple(_group(key, key[1], tuple(rows), len(self.sides)) for key, rows in grouped)

    def subjects(self, area: Group) -> tuple[Group, ...]:
        """Give the subjects within an area, by name."""
        by_name: dict[str, list[Row]] = {}
        for row in area.rows:
            by_name.setdefault(row.subject, []).append(row)
        key = (area.operation, area.area)
        return tuple(_group(key, name, tuple(rows), len(self.sides)) for name, rows in sorted(by_name.items()))

    @property
    def differing(self) -> int:
        """How many checks ended differently."""
        return sum(row.differs for row in self.rows)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The facts that the checks judge, and each check that judges none: those stand for behaviours."""
        judged: dict[str, list[Row]] = {}
        for row in self.rows:
            for name in _claims_of(row):
                judged.setdefault(name, []).append(row)
        claims = (_claim(name, rows, len(self.sides)) for name, rows in judged.items())
        return tuple(sorted(claims, key=_place))


def matrix_of(sides: Sequence[Side]) -> Matrix:
    """Lay runs side by side."""
    by_side = [{one.id: one for one in side.record.results} for side in sides]
    every: dict[str, Result] = {}
    for results in by_side:
        every = {**results, **every}
    rows = tuple(_row(one, [results.get(one.id) for results in by_side]) for one in sort_results(every.values()))
    return Matrix(tuple(sides), notes_on(sides), rows)


def _row(named: Result, results: Iterable[Result | None]) -> Row:
    return Row(
        named.id,
        named.operation,
        named.area,
        named.subject,
        named.case,
        named.level.value,
        named.statement,
        tuple(results),
    )


def _group(key: tuple[str, str], name: str, rows: tuple[Row, ...], columns: int) -> Group:
    cells = []
    for column in range(columns):
        there = [one for row in rows if (one := row.results[column])]
        cells.append(Cell.of(there) if there else None)
    return Group(*key, name, rows, tuple(cells))


def _claims_of(row: Row) -> tuple[str, ...]:
    facts = dict.fromkeys(fact for one in row.results if one for fact in one.facts)
    return tuple(facts) or (row.id,)


def _place(claim: Claim) -> tuple[str, int, str, str]:
    """Give the place of a claim: facts first, in the order in which a request goes, then behaviours by their area."""
    operation, _, part = claim.group.partition("/")
    return operation, _DIRECTIONS.index(part) if part in _DIRECTIONS else len(_DIRECTIONS), part, claim.title


def _claim(name: str, rows: list[Row], columns: int) -> Claim:
    operation, _, path = name.partition("/")
    part, _, rest = path.partition("/")
    outcomes = []
    for column in range(columns):
        there = [one for row in rows if (one := row.results[column])]
        outcomes.append(Cell.of(there).outcome if there else None)
    return Claim(name, f"{operation}/{part}", rest or name, tuple(row.id for row in rows), tuple(outcomes))
