"""Checks of the area `consistency`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.catalogue.check import Check
    from conformance.suite.plugin import Judge

AREA = "consistency"


def test_consistency(check: Check, judge: Judge) -> None:
    """Get the exchanges of one check and ask its law."""
    judge(check)
