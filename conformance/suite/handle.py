"""The hand that a caller in the same process keeps on a run: it brings the plan and hears of results and errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from conformance import report
from conformance.errors import UserError
from conformance.suite.stage import Plan
from conformance.suite.timings import Timings
from conformance.targets import OpenTarget

HANDLE = "conformance-handle"


class Handle:
    """Registered as a plugin under the name HANDLE by whoever starts pytest in its own process."""

    def __init__(
        self,
        plan: Plan,
        *,
        on_open: Callable[[OpenTarget], None] = lambda _: None,
        on_result: Callable[[report.Result], None] = lambda _: None,
        before_close: Callable[[str], None] | None = None,
    ) -> None:
        """Bring a plan.

        `on_open` hears when the target is open, `on_result` of each result as it comes, and `before_close`, with the
        endpoint, when all is recorded and the target still up with all that this run made in it.
        """
        self.plan = plan
        self.on_open = on_open
        self.on_result = on_result
        self.before_close = before_close
        self.timings = Timings()
        """Where the time goes, as the run finds out."""
        self.error: UserError | None = None
        """What went wrong before the first check."""
        self.record: report.Record | None = None
        """The whole record, once the run has come to its end."""
        self.reports: Mapping[str, Path] = {}
        """The reports written, by kind."""
