"""A matrix as Markdown: the summary by area, and, folded, each subject in which the targets differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conformance.comparison.matrix import Cell, Group, Matrix
from conformance.comparison.matrix_terminal import SIGNS, cell_text
from conformance.report import Outcome, Result
from conformance.report.markdown import code, plain
from conformance.report.summary import count, headline

_SUBJECTS = 60
"""Subjects of one area; the page stays readable, and says what it leaves out."""


def render_matrix_markdown(matrix: Matrix) -> str:
    """Give the text of the page."""
    return "\n".join([*_head(matrix), *_areas(matrix), *_differing(matrix)]).rstrip() + "\n"


def _head(matrix: Matrix) -> Iterator[str]:
    yield f"# Comparison of {plain(', '.join(side.label for side in matrix.sides))}"
    yield ""
    yield "| | verdict | passed | failed | errors | skipped | known | facts exercised | contract | started |"
    yield "|---|---|---:|---:|---:|---:|---:|---:|---|---|"
    for side in matrix.sides:
        counts, header = Cell.of(side.record.results), side.record.header
        facts = side.record.footer.facts if side.record.footer else None
        told = f"{facts.exercised:,} of {facts.total:,}" if facts else "not told"
        yield (
            f"| {plain(side.label)} | {plain(headline(side.record).title)} | {counts.passed} | {counts.failed} | "
            f"{counts.error} | {counts.skipped} | {counts.known} | {told} | "
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
    yield _row("operation", "area", *(plain(side.label) for side in matrix.sides))
    yield "|---|---|" + "---|" * len(matrix.sides)
    for area in matrix.areas:
        yield _row(plain(area.operation), plain(area.name), *map(cell_text, area.cells))
    yield ""


def _differing(matrix: Matrix) -> Iterator[str]:
    yield "## Where they differ"
    yield ""
    yield f"{count(matrix.differing, 'check')} of {len(matrix.rows):,} ended differently."
    yield ""
    for area in matrix.areas:
        subjects = [one for one in matrix.subjects(area) if one.differs]
        if not subjects:
            continue
        number = sum(row.differs for row in area.rows)
        yield f"<details><summary>{plain(area.operation)}/{plain(area.name)} ({number:,})</summary>"
        yield ""
        yield _row("check", *(plain(side.label) for side in matrix.sides))
        yield "|---|" + "---|" * len(matrix.sides)
        for subject in subjects[:_SUBJECTS]:
            yield from _subject(subject)
        if len(subjects) > _SUBJECTS:
            yield _row(f"and {len(subjects) - _SUBJECTS:,} more", *("" for _ in matrix.sides))
        yield ""
        yield "</details>"
        yield ""


def _subject(subject: Group) -> Iterator[str]:
    """Give one line where all checks of a subject came out alike in each run, and else a line a check."""
    rows = [row for row in subject.rows if row.differs]
    if len(rows) > 1 and len({tuple(one and one.outcome for one in row.results) for row in rows}) == 1:
        yield _row(f"{code(subject.name)} ({len(rows):,} checks)", *map(cell_text, subject.cells))
        return
    for row in rows:
        yield _row(code(row.case), *map(_outcome, row.results))


def _outcome(result: Result | None) -> str:
    if result is None:
        return "·"
    return f"{SIGNS[result.outcome]} {result.outcome.value}{' (known)' if result.known else ''}"


def _row(*cells: str | Iterable[str]) -> str:
    return f"| {' | '.join(map(str, cells))} |"
