"""The moment at which reading an answer ends, however slowly a server drips."""

from __future__ import annotations

import time


class Deadline:
    """The moment, on the monotonic clock, at which reading ends; shared by all connections of one client."""

    def __init__(self) -> None:
        """Set none."""
        self.at = float("inf")

    def start(self, seconds: float) -> None:
        """Let reading end so many seconds from now."""
        self.at = time.monotonic() + seconds

    @property
    def left_s(self) -> float:
        """How many seconds are left; negative once it has passed."""
        return self.at - time.monotonic()

    def check(self) -> None:
        """Raise TimeoutError once it has passed."""
        if self.left_s <= 0:
            raise TimeoutError("the deadline has passed")
