"""One step an item: how `conformance run` has pytest run checks, whose items have nothing to set up or to tear down.

pytest's own protocol makes three phases and three reports of each item, for the plugins of whoever runs it. A run from
the command line has no such plugins, and more than half of what an item costs would go to them.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import pytest

from conformance.report import Result
from conformance.suite.judgement import Judgement
from conformance.suite.recording import Recording
from conformance.wire.sending import UnansweredError

_MOST_TOLD = 500
"""Characters of a traceback that a row can take."""


class LeanProtocol:
    """A plugin that judges an item and writes its row, in this process; workers of pytest-xdist do as pytest does."""

    def __init__(self, recording: Recording, on_result: Callable[[Result], None]) -> None:
        """Keep where rows go, and who hears of them."""
        self._recording = recording
        self._on_result = on_result

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: Any, nextitem: pytest.Item | None) -> bool | None:  # noqa: ARG002 - the hook's own words
        """Run one item; leave to pytest the one that it puts where an area has no check chosen."""
        judgement = item.callspec.params["check"]
        if not isinstance(judgement, Judgement):
            return None
        result: Result | None
        try:
            result = self._recording.take(judgement.result())
        except (Exception, UnansweredError):  # noqa: BLE001 - one broken check must not end the run
            reason = f"the suite itself broke: {traceback.format_exc()[-_MOST_TOLD:]}"
            result = self._recording.take_crash(judgement.check.id, reason)
        if result is not None:
            self._on_result(result)
        return True
