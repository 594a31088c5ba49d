"""Where the time of a run went, phase by phase, and whether the target keeps each answer waiting for the same while."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from conformance.targets.endpoint import is_loopback

_FEW = 20
"""Answers that say nothing yet about a target's pace."""
_LATE_S = 0.02
"""Seconds: what no answer on loopback takes for its work alone, thousands of times on end."""
_ALIKE = 0.8
"""Share of the median that even the quick answers of a stalling target take."""


@dataclass
class CheckTimes:
    """What one process spent on checks: seconds of each exchange, and seconds of all checks, exchanges included."""

    exchanges_s: list[float] = field(default_factory=list)
    checks_s: float = 0.0


@dataclass
class Timings:
    """Seconds by phase, in the order in which the phases began, and what the processes spent on checks."""

    phases: dict[str, float] = field(default_factory=dict)
    processes: list[CheckTimes] = field(default_factory=list)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Count the time inside to a phase."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.phases[name] = self.phases.get(name, 0.0) + time.perf_counter() - started

    @property
    def exchanges(self) -> int:
        """How many exchanges the checks had."""
        return sum(len(item.exchanges_s) for item in self.processes)

    @property
    def exchanges_s(self) -> float:
        """Seconds that the exchanges of the checks took, in all processes together."""
        return sum(sum(item.exchanges_s) for item in self.processes)

    @property
    def evaluation_s(self) -> float:
        """Seconds of the checks but for their exchanges, in all processes together."""
        return sum(item.checks_s for item in self.processes) - self.exchanges_s

    def stall_s(self, endpoint_url: str) -> float | None:
        """Return by how much every answer is late, where a target on this machine lets each wait for the same while.

        The first answers on a connection may be quick: the delay of an acknowledgement sets in a little later. So nine
        in ten have to be late, and about as much as the one in the middle.
        """
        times = sorted(item for process in self.processes for item in process.exchanges_s)
        if len(times) < _FEW or not is_loopback(endpoint_url):
            return None
        median = statistics.median(times)
        return median if median >= _LATE_S and times[len(times) // 10] >= _ALIKE * median else None
