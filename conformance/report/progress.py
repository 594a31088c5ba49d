"""The progress of a run: one live bar on a terminal, a line each quarter where the output is no terminal."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from threading import Event, Thread

from rich.console import Console
from rich.progress import Progress as Live
from rich.progress import ProgressColumn, Task, TaskID
from rich.table import Column
from rich.text import Text

from conformance.report.result import Outcome

STYLES = {Outcome.PASSED: "green", Outcome.FAILED: "red", Outcome.ERROR: "magenta", Outcome.SKIPPED: "yellow"}
"""The colour of each outcome; the console leaves colours out where NO_COLOR is set."""

_QUARTERS = 4
_REFRESHES_A_SECOND = 5
"""Often enough to see that it moves; each costs a run a little."""
_BAR_WIDTH = range(8, 41)
"""Narrower, a bar says nothing; wider, it says no more."""
_MINUTE_S = 60
_PATIENCE_S, _REMINDED_S = 5.0, 30.0
"""Seconds without a result after which a run says what it waits for, and after which it says so again."""


class Progress:
    """Counts outcomes as they come and shows them; nothing else may write to the console between start and stop."""

    def __init__(self, console: Console, pending: Callable[[], str] = lambda: "") -> None:
        """Show on this console: live where it is a terminal that can move its cursor, plain otherwise.

        `pending` says what is waited for, once nothing has come for some seconds.
        """
        self._console = console
        self._pending = pending
        self._finished_at = 0.0
        self._ended = Event()
        self._is_live = console.is_terminal and not console.is_dumb_terminal
        self._counts: Counter[Outcome] = Counter()
        self._total = 0
        self._live: Live | None = None
        self._task = TaskID(0)

    def start(self, total: int) -> None:
        """Begin, with the number of checks to come."""
        self._total = total
        self._counts.clear()
        self._finished_at = time.monotonic()
        if self._is_live:
            line = _Line(self._counts, self._console, self._waits)
            self._live = Live(
                line, console=self._console, transient=True, expand=True, refresh_per_second=_REFRESHES_A_SECOND
            )
            self._task = self._live.add_task("", total=total)
            self._live.start()
        else:
            self._print(f"running {total:,} checks")
            self._ended.clear()
            Thread(target=self._watch, name="progress", daemon=True).start()

    def advance(self, outcome: Outcome | str) -> None:
        """Count one more check."""
        self._counts[Outcome(outcome)] += 1
        self._finished_at = time.monotonic()
        if self._live:
            self._live.advance(self._task)
        elif not self._is_live:
            self._advance_plain()

    def _waits(self) -> str:
        """Say what is waited for; empty as long as checks end."""
        seconds = time.monotonic() - self._finished_at
        if seconds < _PATIENCE_S:
            return ""
        is_done = self._counts.total() >= self._total
        silent = (
            "all checks have ended; what was made is deleted, and the reports are written"
            if is_done
            else "no check has ended"
        )
        return f"{self._pending() or silent} ({seconds:.0f} s)"

    def _watch(self) -> None:
        """Say where the output is no terminal what is waited for, once each half minute."""
        pause = _PATIENCE_S
        while not self._ended.wait(pause):
            waits = self._waits()
            pause = _REMINDED_S if waits else _PATIENCE_S
            if waits:
                self._print(waits)

    def stop(self) -> None:
        """End, and take the live bar away; stopping twice, or before the start, does no harm."""
        self._ended.set()
        if self._live:
            self._live.stop()
            self._live = None

    def _advance_plain(self) -> None:
        done = self._counts.total()
        if _QUARTERS * done // max(self._total, 1) > _QUARTERS * (done - 1) // max(self._total, 1):
            self._print(f"{done:,} of {self._total:,}: {counts_text(self._counts).plain}")

    def _print(self, line: str) -> None:
        self._console.print(Text(line), soft_wrap=True)


class _Line(ProgressColumn):
    """The one line of a live run: a bar, how far it is, the counts by outcome, the time left. It never wraps."""

    def __init__(self, counts: Counter[Outcome], console: Console, waits: Callable[[], str]) -> None:
        super().__init__(Column(no_wrap=True))
        self._counts = counts
        self._waits = waits
        self._console = console

    def render(self, task: Task) -> Text:
        """Return what fits: the bar gets the room that is left, and goes first where there is little."""
        done, total = int(task.completed), int(task.total or 0)
        parts = [Text(f"{done:,} of {total:,}", style="bold"), counts_text(self._counts)]
        if waits := self._waits():
            parts.append(Text(waits, style="magenta"))
        elif task.time_remaining:
            parts.append(Text(f"{time_left(task.time_remaining)} left", style="cyan"))
        line = Text("  ").join(parts)
        room = self._console.width - line.cell_len - 2
        if room >= _BAR_WIDTH.start:
            width = min(room, _BAR_WIDTH.stop - 1)
            full = width * done // max(total, 1)
            line = Text.assemble(("━" * full, "green"), ("─" * (width - full), "bright_black"), "  ", line)
        line.truncate(self._console.width, overflow="ellipsis")
        return line


def time_left(seconds: float) -> str:
    """Write a time span as people say it: `8 s`, `2 min 05 s`."""
    minutes, rest = divmod(round(seconds), _MINUTE_S)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def counts_text(counts: Counter[Outcome]) -> Text:
    """Write counts by outcome in one line; an outcome that never came is left out, but for passed."""
    parts = [
        Text(f"{counts[outcome]:,} {outcome}", style=style)
        for outcome, style in STYLES.items()
        if counts[outcome] or outcome is Outcome.PASSED
    ]
    return Text(", ").join(parts)
