"""Any number of runs side by side: a matrix of checks and claims, on a terminal, as Markdown, and as one HTML file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from rich.console import Console
from rich.text import Text

from conformance.forms import Count
from conformance.report.comparison.reading import Note, Side, notes_on
from conformance.report.markdown import markdown_environment
from conformance.report.progress import STYLES
from conformance.report.result import Outcome, Result, sort_results
from conformance.report.summary import count
from conformance.report.templating import asset, dense, html_environment, page_assets
from conformance.report.terminal import Lines, Printer
from conformance.visible import clip, one_line, visible

_WORST = (Outcome.ERROR, Outcome.FAILED, Outcome.PASSED, Outcome.SKIPPED)
"""The first of these among several outcomes represents all of them: a skip only where all were skipped."""

_DIRECTIONS = ("input", "output", "error", "paginator")
"""The second part of the ids of facts."""


@dataclass(frozen=True)
class Cell:
    """How the checks of one row ended in one run; `known` counts failures among them that were declared."""

    passed: Count
    failed: Count
    error: Count
    skipped: Count
    known: Count

    @classmethod
    def of(cls, results: Sequence[Result]) -> Cell:
        """Count results."""
        counts = Counter(item.outcome for item in results)
        known = sum(item.known for item in results if item.outcome is Outcome.FAILED)
        return cls(**{outcome.value: counts[outcome] for outcome in Outcome}, known=known)

    @property
    def judged(self) -> int:
        """How many were judged."""
        return self.passed + self.failed + self.error

    @property
    def outcome(self) -> Outcome:
        """The outcome that represents all."""
        return next((item for item in _WORST if getattr(self, item.value)), Outcome.SKIPPED)

    def __str__(self) -> str:
        """`✓ 24`, `✗ 3 of 24`, with what was skipped behind it."""
        if not self.judged:
            return f"{SIGNS[Outcome.SKIPPED]} {self.skipped:,}"
        skipped = f" {SIGNS[Outcome.SKIPPED]}{self.skipped:,}" if self.skipped else ""
        bad = self.error or self.failed
        share = f"{bad:,} of {self.judged:,}" if bad else f"{self.passed:,}"
        return f"{SIGNS[self.outcome]} {share}{skipped}"


@dataclass(frozen=True)
class Row:
    """One check in every run; a result is None where a run does not have it, `check` is the first that there is."""

    check: Result
    results: tuple[Result | None, ...]

    @property
    def differs(self) -> bool:
        """Whether two runs that have it ended it differently."""
        return _differ(self.results)


@dataclass(frozen=True)
class Group:
    """Rows of one area, or of one subject of an area, with a cell for each run; None where it has none of them."""

    operation: str
    name: str
    rows: tuple[Row, ...]
    cells: tuple[Cell | None, ...]

    @classmethod
    def of(cls, operation: str, name: str, rows: Sequence[Row]) -> Group:
        """Count the results of rows run by run."""
        return cls(operation, name, tuple(rows), _cells(rows))

    @cached_property
    def subjects(self) -> tuple[Group, ...]:
        """The subjects of an area, by name."""
        by_name: dict[str, list[Row]] = {}
        for row in self.rows:
            by_name.setdefault(row.check.subject, []).append(row)
        return tuple(Group.of(self.operation, name, rows) for name, rows in sorted(by_name.items()))

    @property
    def differing(self) -> tuple[Row, ...]:
        """The rows that differ."""
        return tuple(row for row in self.rows if row.differs)

    @property
    def is_alike(self) -> bool:
        """Whether several rows differ, and all of them in the same way."""
        ends = [tuple(item and item.outcome for item in row.results) for row in self.differing]
        return len(ends) > 1 and len(set(ends)) == 1


@dataclass(frozen=True)
class Claim:
    """A fact of the contract, or a check of a behaviour, and what each run shows of it."""

    id: str
    group: str
    title: str
    outcomes: tuple[Outcome | None, ...]

    @classmethod
    def of(cls, name: str, rows: Sequence[Row]) -> Claim:
        """Return the claim with this id, from the checks of it."""
        operation, _, path = name.partition("/")
        part, _, rest = path.partition("/")
        return cls(
            name, f"{operation}/{part}", rest or name, tuple(cell.outcome if cell else None for cell in _cells(rows))
        )

    @property
    def differs(self) -> bool:
        """Whether two runs that have it show different things."""
        return len({item for item in self.outcomes if item}) > 1

    @property
    def place(self) -> tuple[str, int, str, str]:
        """Its place among claims: facts in the order in which a request goes, then behaviours by their area."""
        operation, _, part = self.group.partition("/")
        return operation, _DIRECTIONS.index(part) if part in _DIRECTIONS else len(_DIRECTIONS), part, self.title


@dataclass(frozen=True)
class Matrix:
    """Runs side by side."""

    sides: tuple[Side, ...]
    notes: tuple[Note, ...]
    rows: tuple[Row, ...]

    @cached_property
    def areas(self) -> tuple[Group, ...]:
        """The areas of each operation, in the order of reports."""
        grouped = groupby(self.rows, key=lambda row: (row.check.operation, row.check.area))
        return tuple(Group.of(*place, tuple(rows)) for place, rows in grouped)

    @property
    def differing(self) -> int:
        """How many checks ended differently."""
        return sum(row.differs for row in self.rows)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The facts that the checks judge, and each check that judges none: those are about behaviours."""
        judged: dict[str, list[Row]] = {}
        for row in self.rows:
            facts = dict.fromkeys(fact for item in row.results if item for fact in item.facts)
            for name in facts or (row.check.id,):
                judged.setdefault(name, []).append(row)
        return tuple(sorted((Claim.of(name, rows) for name, rows in judged.items()), key=lambda claim: claim.place))


def matrix_of(sides: Sequence[Side]) -> Matrix:
    """Lay runs side by side."""
    by_side = [{item.id: item for item in side.record.results} for side in sides]
    every: dict[str, Result] = {}
    for results in by_side:
        every = {**results, **every}
    rows = (Row(item, tuple(results.get(item.id) for results in by_side)) for item in sort_results(every.values()))
    return Matrix(tuple(sides), notes_on(sides), tuple(rows))


def _cells(rows: Sequence[Row]) -> tuple[Cell | None, ...]:
    """Count the results of rows run by run; None for a run that has none of them."""
    columns = ([item for item in column if item] for column in zip(*(row.results for row in rows), strict=True))
    return tuple(Cell.of(column) if column else None for column in columns)


def _differ(results: Iterable[Result | None]) -> bool:
    return len({item.outcome for item in results if item}) > 1


LIMIT = 60
"""How many subjects that differ are printed; the rest is counted."""

SIGNS = {Outcome.PASSED: "✓", Outcome.FAILED: "✗", Outcome.ERROR: "!", Outcome.SKIPPED: "○"}
"""A sign for each outcome, so that nothing hangs on colour."""

_ABSENT = "·"
"""The sign of what a run does not have."""

_TEXT_LIMIT = 300
_LABEL_LIMIT = 24
_NAME_WIDTH = 28
_LEAST_COLUMN = 15
_GAP = 2


def print_matrix(console: Console, matrix: Matrix) -> None:
    """Print a matrix; where the targets don't fit next to each other they come in several tables."""
    page = _Page(console)
    page.print(page.lines(matrix))


class _Page(Printer):
    """The parts of a matrix."""

    def lines(self, matrix: Matrix) -> Lines:
        for side in matrix.sides:
            verdict, header = side.verdict, side.record.header
            yield from self.hanging(
                f"  {one_line(clip(side.label, _LABEL_LIMIT))}: ",
                visible(
                    f"{verdict.title.lower()}, {verdict.detail} "
                    f"(contract {header.contract.digest[:12]}, {header.started}; {verdict.judged})"
                ),
            )
            if header.versions:
                yield from self.hanging("    ", visible(clip(str(header.versions), _TEXT_LIMIT)))
        for note in matrix.notes:
            yield from self.hanging("  note: ", visible(note.text))
        yield from ("", "✓ all judged passed   ✗ failed   ! error   ○ skipped   · not in that run")
        fitting = max((self.width - _NAME_WIDTH) // (_LEAST_COLUMN + _GAP), 1)
        for first in range(0, len(matrix.sides), fitting):
            yield from self._table(matrix, slice(first, first + fitting))
        yield from ("", f"{count(matrix.differing, 'check')} of {len(matrix.rows):,} ended differently")

    def _table(self, matrix: Matrix, columns: slice) -> Lines:
        labels = [one_line(side.label) for side in matrix.sides[columns]]
        widths = [max(_LEAST_COLUMN, min(len(label), _LABEL_LIMIT)) for label in labels]
        yield ""
        yield from _row("", [Text(clip(label, _LABEL_LIMIT), style="bold") for label in labels], widths)
        for operation, areas in groupby(matrix.areas, key=lambda area: area.operation):
            yield Text(one_line(operation), style="bold")
            for area in areas:
                yield from _row(f"  {area.name}", _texts(area, columns), widths)
        differing = [
            (f"{area.operation}/{area.name}", subject)
            for area in matrix.areas
            for subject in area.subjects
            if any(_differ(row.results[columns]) for row in subject.rows)
        ]
        if differing:
            yield from ("", Text("Where they differ", style="bold"))
        for title, subjects in groupby(differing[:LIMIT], key=lambda pair: pair[0]):
            yield one_line(title)
            for _, subject in subjects:
                yield from _row(f"  {one_line(subject.name)}", _texts(subject, columns), widths)
        if len(differing) > LIMIT:
            yield f"  and {len(differing) - LIMIT:,} more: --html FILE and --json have all"


def _row(name: str, texts: Sequence[Text], widths: Sequence[int]) -> Lines:
    if len(name) > _NAME_WIDTH - _GAP:
        # A name is never cut: it gets a line of its own.
        yield name
        name = ""
    line = Text(name.ljust(_NAME_WIDTH))
    for text, width in zip(texts, widths, strict=True):
        line.append_text(text)
        line.append(" " * (max(width - len(text.plain), 0) + _GAP))
    line.rstrip()
    yield line


def _texts(group: Group, columns: slice) -> list[Text]:
    return [Text(_cell_text(cell), style=STYLES[cell.outcome] if cell else "dim") for cell in group.cells[columns]]


def _cell_text(cell: Cell | None) -> str:
    return str(cell or _ABSENT)


def render_matrix_markdown(matrix: Matrix) -> str:
    """Return the text of the page."""
    environment = markdown_environment()
    environment.filters.update(cell=_cell_text, ended=_ended, totals=_totals)
    return environment.get_template("matrix.md.j2").render(matrix=matrix).rstrip() + "\n"


def render_matrix_html(matrix: Matrix) -> str:
    """Return the text of the page."""
    environment = html_environment()
    environment.filters.update(cell=_cell_text, sign=_signed, totals=_totals, why=_why)
    groups = [(name, tuple(claims)) for name, claims in groupby(matrix.claims, key=lambda claim: claim.group)]
    text = environment.get_template("matrix.html.j2").render(
        matrix=matrix, claim_groups=groups, **page_assets(asset("matrix.css"), dense(asset("matrix.js")))
    )
    return dense(text) + "\n"


def _totals(side: Side) -> Cell:
    return Cell.of(side.record.results)


def _ended(result: Result | None) -> str:
    if result is None:
        return _ABSENT
    return f"{_signed(result.outcome)}{' (known)' if result.known else ''}"


def _signed(outcome: Outcome) -> str:
    return f"{SIGNS[outcome]} {outcome.value}"


def _why(result: Result) -> str:
    """Say what a run says of a check that did not pass."""
    return one_line("" if result.outcome is Outcome.PASSED else result.reason or result.kind)
