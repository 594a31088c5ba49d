"""The progress of a run: one live bar on a terminal, a line each quarter where the output is no terminal."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TaskID, TimeRemainingColumn
from rich.progress import Progress as Live
from rich.text import Text

from conformance.report.result import Outcome

STYLES = {Outcome.PASSED: "green", Outcome.FAILED: "red", Outcome.ERROR: "magenta", Outcome.SKIPPED: "yellow"}
"""The colour of each outcome; the console leaves colours out where NO_COLOR is set."""

_QUARTERS = 4


class Progress:
    """Counts outcomes as they come and shows them; nothing else may write to the console between start and stop."""

    def __init__(self, console: Console) -> None:
        """Show on this console: live where it is a terminal that can move its cursor, plain otherwise."""
        self._console = console
        self._is_live = console.is_terminal and not console.is_dumb_terminal
        self._counts: Counter[Outcome] = Counter()
        self._total = 0
        self._live: Live | None = None
        self._task = TaskID(0)

    def start(self, total: int) -> None:
        """Begin, with the number of checks to come."""
        self._total = total
        self._counts.clear()
        if self._is_live:
            columns = (BarColumn(bar_width=None), MofNCompleteColumn(), _Counts(self._counts), TimeRemainingColumn())
            self._live = Live(*columns, console=self._console, transient=True, expand=True)
            self._task = self._live.add_task("", total=total)
            self._live.start()
        else:
            self._print(f"running {total:,} checks")

    def advance(self, outcome: Outcome | str) -> None:
        """Count one more check."""
        self._counts[Outcome(outcome)] += 1
        if self._live:
            self._live.advance(self._task)
        elif not self._is_live:
            self._advance_plain()

    def stop(self) -> None:
        """End, and take the live bar away; stopping twice, or before the start, does no harm."""
        if self._live:
            self._live.stop()
            self._live = None

    def _advance_plain(self) -> None:
        done = self._counts.total()
        if _QUARTERS * done // max(self._total, 1) > _QUARTERS * (done - 1) // max(self._total, 1):
            self._print(f"{done:,} of {self._total:,}: {counts_text(self._counts).plain}")

    def _print(self, line: str) -> None:
        self._console.print(Text(line), soft_wrap=True)


class _Counts(ProgressColumn):
    """The counts by outcome, beside the bar."""

    def __init__(self, counts: Counter[Outcome]) -> None:
        super().__init__()
        self._counts = counts

    def render(self, task: Task) -> Text:  # noqa: ARG002 - the counts are not of the task
        return counts_text(self._counts)


def counts_text(counts: Counter[Outcome]) -> Text:
    """Write counts by outcome in one line; an outcome that never came is left out, but for passed."""
    parts = [
        Text(f"{counts[outcome]:,} {outcome}", style=style)
        for outcome, style in STYLES.items()
        if counts[outcome] or outcome is Outcome.PASSED
    ]
    return Text(", ").join(parts)
