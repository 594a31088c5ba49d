"""What `conformance run` says of time: where it went, and that a target stalls."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.suite.timings import Timings

_WIDTH = 35


def stall_line(delay_s: float) -> str:
    """Say that every answer is late, in one line."""
    return f"slow target: each answer takes {delay_s * 1000:.0f} ms, whatever is asked (Nagle? a sleep?)"


def timings_table(timings: Timings, total_s: float) -> Iterator[str]:
    """Give the lines of the table: phases in their order, what is left to pytest, and the whole."""
    workers = len(timings.processes) > 1
    yield "where the time went"
    for name, seconds in timings.phases.items():
        yield _row(name, seconds, total_s)
        if name == "collection":
            yield from _checks(timings, None if workers else total_s)
    known = sum(timings.phases.values()) + (0 if workers else timings.exchanges_s + timings.judging_s)
    yield _row("waiting for the processes" if workers else "pytest's own", total_s - known, total_s)
    yield _row("in all", total_s, total_s)


def _checks(timings: Timings, total_s: float | None) -> Iterator[str]:
    count = timings.exchanges
    each = f"{count:,}, {timings.exchanges_s / count * 1000:.2f} ms each" if count else "none"
    where = "" if total_s else f", {len(timings.processes)} processes together"
    yield _row(f"exchanges{where}", timings.exchanges_s, total_s, each)
    yield _row(f"judging{where}", timings.judging_s, total_s)


def _row(name: str, seconds: float, total_s: float | None, beside: str = "") -> str:
    share = f"{seconds / total_s:4.0%}" if total_s else "    "
    return f"  {name:<{_WIDTH}}{seconds:7.2f} s  {share}  {beside}".rstrip()
