"""A matrix as one HTML file that needs nothing else: every value escaped, nothing fetched, one script of our own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from jinja2 import Environment
from markupsafe import Markup
from rich.console import Console
from rich.text import Text

from conformance.forms import Count
from conformance.report.comparison.reading import Note, Side, notes_on
from conformance.report.layout import Printer
from conformance.report.markdown import code, plain
from conformance.report.result import Outcome, Result, sort_results
from conformance.report.summary import count, headline
from conformance.report.templating import asset, html_environment, script_source
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
    def of(cls, results: Iterable[Result]) -> Cell:
        """Count results."""
        every = tuple(results)
        counts = Counter(item.outcome for item in every)
        known = sum(item.known for item in every if item.outcome is Outcome.FAILED)
        return cls(
            counts[Outcome.PASSED], counts[Outcome.FAILED], counts[Outcome.ERROR], counts[Outcome.SKIPPED], known
        )

    @property
    def judged(self) -> int:
        """How many were judged."""
        return self.passed + self.failed + self.error

    @property
    def outcome(self) -> Outcome:
        """The outcome that represents all."""
        return next((item for item in _WORST if getattr(self, item.value)), Outcome.SKIPPED)


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
        return len({item.outcome for item in self.results if item}) > 1


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
    """A fact of the contract, or a check of a behaviour, and what each run shows of it."""

    id: str
    group: str
    title: str
    checks: tuple[str, ...]
    outcomes: tuple[Outcome | None, ...]

    @property
    def differs(self) -> bool:
        """Whether two runs that have it show different things."""
        return len({item for item in self.outcomes if item}) > 1


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
        """Return the subjects within an area, by name."""
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
        """The facts that the checks judge, and each check that judges none: those are about behaviours."""
        judged: dict[str, list[Row]] = {}
        for row in self.rows:
            for name in _claims_of(row):
                judged.setdefault(name, []).append(row)
        claims = (_claim(name, rows, len(self.sides)) for name, rows in judged.items())
        return tuple(sorted(claims, key=_place))


def matrix_of(sides: Sequence[Side]) -> Matrix:
    """Lay runs side by side."""
    by_side = [{item.id: item for item in side.record.results} for side in sides]
    every: dict[str, Result] = {}
    for results in by_side:
        every = {**results, **every}
    rows = tuple(_row(item, [results.get(item.id) for results in by_side]) for item in sort_results(every.values()))
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
        there = [item for row in rows if (item := row.results[column])]
        cells.append(Cell.of(there) if there else None)
    return Group(*key, name, rows, tuple(cells))


def _claims_of(row: Row) -> tuple[str, ...]:
    facts = dict.fromkeys(fact for item in row.results if item for fact in item.facts)
    return tuple(facts) or (row.id,)


def _place(claim: Claim) -> tuple[str, int, str, str]:
    """Return the place of a claim: facts first, in the order in which a request goes, then behaviours by their area."""
    operation, _, part = claim.group.partition("/")
    return operation, _DIRECTIONS.index(part) if part in _DIRECTIONS else len(_DIRECTIONS), part, claim.title


def _claim(name: str, rows: list[Row], columns: int) -> Claim:
    operation, _, path = name.partition("/")
    part, _, rest = path.partition("/")
    outcomes = []
    for column in range(columns):
        there = [item for row in rows if (item := row.results[column])]
        outcomes.append(Cell.of(there).outcome if there else None)
    return Claim(name, f"{operation}/{part}", rest or name, tuple(row.id for row in rows), tuple(outcomes))


LIMIT = 60
"""How many subjects that differ are printed; the rest is counted."""

SIGNS = {Outcome.PASSED: "✓", Outcome.FAILED: "✗", Outcome.ERROR: "!", Outcome.SKIPPED: "○"}
"""A sign for each outcome, so that nothing hangs on colour."""

_STYLES = {Outcome.PASSED: "green", Outcome.FAILED: "red", Outcome.ERROR: "magenta", Outcome.SKIPPED: "yellow"}
_TEXT_LIMIT = 300
_NAME_WIDTH = 28
_LEAST_COLUMN = 15
_GAP = 2


def print_matrix(console: Console, matrix: Matrix, *, limit: int = LIMIT) -> None:
    """Print a matrix; where the targets don't fit next to each other they come in several tables."""
    page = _Page(console)
    for side in matrix.sides:
        verdict, header = headline(side.record), side.record.header
        page.hanging(
            f"  {one_line(clip(side.label, 24))}: ",
            visible(
                f"{verdict.title.lower()}, {verdict.detail} (contract {header.contract.digest[:12]}, {header.started}; "
                f"{verdict.judged})"
            ),
        )
        if header.versions:
            page.hanging("    ", visible(clip(str(header.versions), _TEXT_LIMIT)))
    for note in matrix.notes:
        page.hanging("  note: ", visible(note.text))
    page.line()
    page.line("✓ all judged passed   ✗ failed   ! error   ○ skipped   · not in that run")
    for columns in _blocks(len(matrix.sides), console.width):
        page.table(matrix, columns, limit)
    page.line()
    page.line(f"{count(matrix.differing, 'check')} of {len(matrix.rows):,} ended differently")


def cell_text(cell: Cell | None) -> str:
    """Write a cell: `✓ 24`, `✗ 3 of 24`, with what was skipped behind it."""
    if cell is None:
        return "·"
    if not cell.judged:
        return f"{SIGNS[Outcome.SKIPPED]} {cell.skipped:,}"
    skipped = f" {SIGNS[Outcome.SKIPPED]}{cell.skipped:,}" if cell.skipped else ""
    bad = cell.error or cell.failed
    share = f"{bad:,} of {cell.judged:,}" if bad else f"{cell.passed:,}"
    return f"{SIGNS[cell.outcome]} {share}{skipped}"


def _blocks(sides: int, width: int) -> Iterator[range]:
    fitting = max((width - _NAME_WIDTH) // (_LEAST_COLUMN + _GAP), 1)
    for first in range(0, sides, fitting):
        yield range(first, min(first + fitting, sides))


class _Page(Printer):
    """The tables of a matrix."""

    def table(self, matrix: Matrix, columns: range, limit: int) -> None:
        labels = [one_line(matrix.sides[column].label) for column in columns]
        widths = [max(_LEAST_COLUMN, min(len(label), 24)) for label in labels]
        self.line()
        self._row("", [Text(clip(label, 24), style="bold") for label in labels], widths)
        for operation, areas in groupby(matrix.areas, key=lambda area: area.operation):
            self.line(Text(one_line(operation), style="bold"))
            for area in areas:
                self._row(f"  {area.name}", _texts(area, columns), widths)
        differing = [
            (area, subject) for area in matrix.areas for subject in matrix.subjects(area) if _differs(subject, columns)
        ]
        if differing:
            self.line()
            self.line(Text("Where they differ", style="bold"))
        for title, subjects in groupby(differing[:limit], key=lambda pair: f"{pair[0].operation}/{pair[0].name}"):
            self.line(one_line(title))
            for _, subject in subjects:
                self._row(f"  {one_line(subject.name)}", _texts(subject, columns), widths)
        if len(differing) > limit:
            self.line(f"  and {len(differing) - limit:,} more: --html FILE and --json have all")

    def _row(self, name: str, texts: Sequence[Text], widths: Sequence[int]) -> None:
        if len(name) > _NAME_WIDTH - _GAP:
            # A name is never cut: it gets a line of its own.
            self.line(name)
            name = ""
        line = Text(name.ljust(_NAME_WIDTH))
        for text, width in zip(texts, widths, strict=True):
            line.append_text(text)
            line.append(" " * (max(width - len(text.plain), 0) + _GAP))
        line.rstrip()
        self.line(line)


def _differs(subject: Group, columns: range) -> bool:
    """Return whether two runs of these columns differ in it."""
    ended = ({item.outcome for column in columns if (item := row.results[column])} for row in subject.rows)
    return any(len(outcomes) > 1 for outcomes in ended)


def _texts(group: Group, columns: range) -> list[Text]:
    cells = [group.cells[column] for column in columns]
    return [Text(cell_text(cell), style=_STYLES[cell.outcome] if cell else "dim") for cell in cells]


_SUBJECTS = 60
"""Subjects of one area; the page stays readable, and says what it leaves out."""


def render_matrix_markdown(matrix: Matrix) -> str:
    """Return the text of the page."""
    return "\n".join([*_head(matrix), *_areas(matrix), *_differing(matrix)]).rstrip() + "\n"


def _head(matrix: Matrix) -> Iterator[str]:
    yield f"# Comparison of {plain(', '.join(side.label for side in matrix.sides))}"
    yield ""
    yield "| | verdict | passed | failed | errors | skipped | known | facts exercised | contract | started |"
    yield "|---|---|---:|---:|---:|---:|---:|---:|---|---|"
    for side in matrix.sides:
        counts, header = Cell.of(side.record.results), side.record.header
        facts = side.record.footer.facts if side.record.footer else None
        exercised = f"{facts.exercised:,} of {facts.total:,}" if facts else "unknown"
        yield (
            f"| {plain(side.label)} | {plain(headline(side.record).title)} | {counts.passed} | {counts.failed} | "
            f"{counts.error} | {counts.skipped} | {counts.known} | {exercised} | "
            f"{code(header.contract.digest[:12])} | {plain(header.started)} |"
        )
    yield ""
    for side in matrix.sides:
        versions = f"; {code(str(side.record.header.versions))}" if side.record.header.versions else ""
        yield f"- {plain(side.label)}: {plain(headline(side.record).judged)}{versions}"
    yield ""
    for note in matrix.notes:
        yield f"**Note:** {plain(note.text)}"
        yield ""
    signs = f"{SIGNS[Outcome.PASSED]} all judged passed, {SIGNS[Outcome.FAILED]} failed, "
    yield f"{signs}{SIGNS[Outcome.ERROR]} error, {SIGNS[Outcome.SKIPPED]} skipped, · not in that run."
    yield ""


def _areas(matrix: Matrix) -> Iterator[str]:
    yield _matrix_markdown_row("operation", "area", *(plain(side.label) for side in matrix.sides))
    yield "|---|---|" + "---|" * len(matrix.sides)
    for area in matrix.areas:
        yield _matrix_markdown_row(plain(area.operation), plain(area.name), *map(cell_text, area.cells))
    yield ""


def _differing(matrix: Matrix) -> Iterator[str]:
    yield "## Where they differ"
    yield ""
    yield f"{count(matrix.differing, 'check')} of {len(matrix.rows):,} ended differently."
    yield ""
    for area in matrix.areas:
        subjects = [item for item in matrix.subjects(area) if item.differs]
        if not subjects:
            continue
        number = sum(row.differs for row in area.rows)
        yield f"<details><summary>{plain(area.operation)}/{plain(area.name)} ({number:,})</summary>"
        yield ""
        yield _matrix_markdown_row("check", *(plain(side.label) for side in matrix.sides))
        yield "|---|" + "---|" * len(matrix.sides)
        for subject in subjects[:_SUBJECTS]:
            yield from _subject(subject)
        if len(subjects) > _SUBJECTS:
            yield _matrix_markdown_row(f"and {len(subjects) - _SUBJECTS:,} more", *("" for _ in matrix.sides))
        yield ""
        yield "</details>"
        yield ""


def _subject(subject: Group) -> Iterator[str]:
    """Yield one line where all checks of a subject came out alike in each run, and else a line a check."""
    rows = [row for row in subject.rows if row.differs]
    if len(rows) > 1 and len({tuple(item and item.outcome for item in row.results) for row in rows}) == 1:
        yield _matrix_markdown_row(f"{code(subject.name)} ({len(rows):,} checks)", *map(cell_text, subject.cells))
        return
    for row in rows:
        yield _matrix_markdown_row(code(row.case), *map(_outcome, row.results))


def _outcome(result: Result | None) -> str:
    if result is None:
        return "·"
    return f"{SIGNS[result.outcome]} {result.outcome.value}{' (known)' if result.known else ''}"


def _matrix_markdown_row(*cells: str | Iterable[str]) -> str:
    return f"| {' | '.join(map(str, cells))} |"


_ROOM = "conformance.report"


def render_matrix_html(matrix: Matrix) -> str:
    """Return the text of the page."""
    script = _dense(asset(_ROOM, "matrix.js"))
    groups = [(name, tuple(claims)) for name, claims in groupby(matrix.claims, key=lambda item: item.group)]
    text = (
        _environment()
        .get_template("matrix.html.j2")
        .render(
            matrix=matrix,
            claim_groups=groups,
            cells=[Cell.of(side.record.results) for side in matrix.sides],
            verdicts=[headline(side.record) for side in matrix.sides],
            style=Markup(asset(_ROOM, "matrix.css")),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            script_source=Markup(script_source(script)),  # noqa: S704 - a digest in quotes
        )
    )
    return _dense(text) + "\n"


def _dense(text: str) -> str:
    """Leave out empty lines, of which a template with thousands of rows leaves as many."""
    return re.sub(r"\n\s*\n+", "\n", text).strip()


def _environment() -> Environment:
    environment = html_environment(_ROOM)
    environment.filters.update(
        cell=cell_text,
        sign=lambda outcome: SIGNS[outcome],
        anchor=lambda text: re.sub(r"\s", "-", one_line(text)),
        why=_why,
        claim_outcomes=_claim_outcomes,
    )
    return environment


def _why(result: Result) -> str:
    """Say what a run says of a check that did not pass."""
    return one_line("" if result.outcome is Outcome.PASSED else result.reason or result.kind)


def _claim_outcomes(claim: Claim) -> str:
    """Return the outcomes of a claim, for the filter."""
    return " ".join(sorted({item.value for item in claim.outcomes if item}))
