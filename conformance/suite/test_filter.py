"""Checks of the area `filter`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.suite.evaluation import CheckResult

AREA = "filter"


def test_filter(check: CheckResult) -> None:
    """Get the exchanges of one check and ask its law."""
    check.evaluate()
