"""The way out of a check that can't be carried out: from wherever that shows, with the verdict that it comes to."""

from __future__ import annotations

from conformance.laws.verdict import Verdict


class Unfit(Exception):  # noqa: N818 - no error: the way out of a check that can't be carried out
    """A check can't be carried out; the verdict says why."""

    def __init__(self, verdict: Verdict) -> None:
        """Keep the verdict."""
        super().__init__(verdict.reason)
        self.verdict = verdict
