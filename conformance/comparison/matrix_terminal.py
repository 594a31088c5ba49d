"""A matrix on a terminal: a summary by area, and the subjects in which the targets differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Console
from rich.text import Text

from conformance.comparison.matrix import Cell, Group, Matrix
from conformance.report import Outcome
from conformance.report.printer import Printer
from conformance.report.summary import count, headline
from conformance.report.visible import clip, one_line, visible

LIMIT = 60
"""How many subjects that differ are told; the rest is counted."""

SIGNS = {Outcome.PASSED: "✓", Outcome.FAILED: "✗", Outcome.ERROR: "!", Outcome.SKIPPED: "○"}
"""A sign for each outcome, so that nothing hangs on colour."""

_STYLES = {Outcome.PASSED: "green", Outcome.FAILED: "red", Outcome.ERROR: "magenta", Outcome.SKIPPED: "yellow"}
_TEXT_LIMIT = 300
_NAME_WIDTH = 28
_LEAST_COLUMN = 15
_GAP = 2


def print_matrix(console: Console, matrix: Matrix, *, limit: int = LIMIT) -> None:
    """Print a matrix; where the targets don't fit beside each other they come in several tables."""
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
        told = differing[:limit]
        for title, subjects in groupby(told, key=lambda pair: f"{pair[0].operation}/{pair[0].name}"):
            self.line(one_line(title))
            for _, subject in subjects:
                self._row(f"  {one_line(subject.name)}", _texts(subject, columns), widths)
        if len(differing) > limit:
            self.line(f"  and {len(differing) - limit:,} more: --html FILE and --json tell all")

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
    """Tell whether two runs of these columns differ in it."""
    ended = ({one.outcome for column in columns if (one := row.results[column])} for row in subject.rows)
    return any(len(outcomes) > 1 for outcomes in ended)


def _texts(group: Group, columns: range) -> list[Text]:
    cells = [group.cells[column] for column in columns]
    return [Text(cell_text(cell), style=_STYLES[cell.outcome] if cell else "dim") for cell in cells]
