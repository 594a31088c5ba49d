"""Checks of the area `response`: they look at every answer of the run, so they come last."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.suite.evaluation import CheckResult

AREA = "response"


def test_response(check: CheckResult) -> None:
    """Ask the law of one output fact about all answers of the run."""
    check.evaluate()
