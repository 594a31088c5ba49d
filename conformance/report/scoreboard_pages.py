"""A scoreboard as it is read: on a terminal, as Markdown, and as one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from conformance.report.findings import Finding
from conformance.report.markdown import markdown_environment
from conformance.report.scoreboard import Board, Cell, CellState, Change, Figures, Kind, Part
from conformance.report.summary import count
from conformance.report.templating import asset, dense, html_environment, page_assets
from conformance.report.terminal import Lines, Printer, heading
from conformance.visible import clip, one_line, visible

FINDINGS = 50
"""How many findings of a cell are in the page: the report of its run has all."""
_SHARED, _CHANGES = 10, 20
"""How many lines of each the terminal shows."""
_NAME, _OPERATIONS, _SHARE = 24, 10, 10
"""Widths of columns."""
_TEXT_LIMIT = 300


def print_scoreboard(console: Console, board: Board, *, verbose: bool = False) -> None:
    """Print a board, a table for each contract; with `verbose` the areas of each target, too."""
    page = _Page(console)
    page.print(page.lines(board, verbose=verbose))


class _Page(Printer):
    """The parts of a board."""

    def lines(self, board: Board, *, verbose: bool) -> Lines:
        yield Text(f"Scoreboard of {board.made}, suite {board.tool.version}", style="bold")
        for column in board.columns:
            text = board.problems.get(column.name) or board.versions(column.name)
            yield from self.part(one_line(column.name), visible(clip(text, _TEXT_LIMIT)), column=_NAME)
        for subject in board.subjects:
            cells = [cell for cell in board.of(subject.name) if cell.state is not CellState.NOT_RUN]
            yield from (
                "",
                Text.assemble((one_line(subject.name), "bold"), f"  {one_line(board.contract_text(subject))}"),
            )
            above, shares = 2 * _SHARE, f"{'broken':>{_SHARE}}{'judged':>{_SHARE}}"
            yield f"{'':{_NAME + 2}}{'operations':>{_OPERATIONS}}{'documented':>{above}}{'recommended':>{above}}"
            yield f"{'':{_NAME + 2}}{'served':>{_OPERATIONS}}{shares}{shares}"
            for cell in cells:
                yield from self._cell(cell, verbose=verbose)
        yield from self._shared(board)
        yield from self._changes(board.changes)

    def _cell(self, cell: Cell, *, verbose: bool) -> Lines:
        name = one_line(cell.target)
        if cell.state not in {CellState.JUDGED, CellState.CUT_SHORT}:
            yield f"  {name:{_NAME}}{cell.state}"
            return
        there = f"{len(cell.operations) - len(cell.missing)} of {len(cell.operations)}"
        yield self._row(name, there, cell.whole)
        if cell.state is CellState.CUT_SHORT:
            yield from self.hanging(f"{'':{_NAME + 2}}", f"cut short: {visible(clip(cell.problem, _TEXT_LIMIT))}")
        if cell.whole.errors:
            yield f"{'':{_NAME + 2}}{count(cell.whole.errors, 'check')} without an answer"
        for area in cell.areas if verbose else ():
            yield self._row(f"  {area.name}", "", area)

    @staticmethod
    def _row(name: str, there: str, part: Part) -> Text:
        line = Text(f"  {name:{_NAME}}{there:>{_OPERATIONS}}")
        for figures in (part.documented, part.recommended):
            style = "red" if figures.broken and figures is part.documented else ""
            line.append(f"{figures.divergence:>{_SHARE}}", style=style)
            line.append(f"{figures.coverage:>{_SHARE}}")
        return line

    def _shared(self, board: Board) -> Lines:
        if board.shared:
            yield from heading("What most of them share", "red")
        for item in board.shared[:_SHARED]:
            text = f"{item.title} ({item.kind}, {count(item.checks, 'check')}: {', '.join(item.targets)})"
            yield from self.part(one_line(item.contract), visible(clip(text, _TEXT_LIMIT)), column=16)
        if len(board.shared) > _SHARED:
            yield f"  and {count(len(board.shared) - _SHARED, 'more finding')}: the other forms have all"

    def _changes(self, changes: Sequence[Change]) -> Lines:
        if changes:
            yield from heading("Changed since the last time", "yellow")
        for change in changes[:_CHANGES]:
            text = f"{'; '.join(change.details)} (since {change.since[:10]})"
            yield from self.hanging(
                f"  {one_line(change.target)}, {one_line(change.contract)}: ", visible(clip(text, _TEXT_LIMIT))
            )
        if len(changes) > _CHANGES:
            yield f"  and {count(len(changes) - _CHANGES, 'more change')}: the other forms have all"


def render_scoreboard_markdown(board: Board) -> str:
    """Return the text of scoreboard.md."""
    environment = markdown_environment()
    environment.filters.update(broken=_broken, judged=_judged, short=_short)
    return environment.get_template("scoreboard.md.j2").render(board=board).rstrip() + "\n"


def render_scoreboard_html(board: Board) -> str:
    """Return the text of scoreboard.html."""
    environment = html_environment()
    environment.filters.update(broken=_broken, judged=_judged, areas=_areas, kind=Kind.of)
    areas = tuple(dict.fromkeys(area.name for cell in board.cells for area in cell.areas))
    style = asset("matrix.css") + asset("scoreboard.css")
    text = environment.get_template("scoreboard.html.j2").render(
        board=board,
        area_names=areas,
        limit=FINDINGS,
        **page_assets(style, dense(asset("scoreboard.js"))),
    )
    return dense(text) + "\n"


def _broken(figures: Figures) -> str:
    return f"{figures.broken:,} of {figures.judged:,} ({figures.divergence})"


def _judged(figures: Figures) -> str:
    return f"{figures.judged:,} of {figures.claimed:,} ({figures.coverage})"


def _short(figures: Figures) -> str:
    return f"{figures.divergence} / {figures.coverage}" if figures.judged else "-"


def _areas(finding: Finding) -> str:
    """Return the areas of the checks of a finding, as the script looks for them."""
    return " ".join(dict.fromkeys(result.area for result in finding.results))
