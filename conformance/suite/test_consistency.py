"""Checks of the area `consistency`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.suite.judgement import Judgement

AREA = "consistency"


def test_consistency(check: Judgement) -> None:
    """Get the exchanges of one check and ask its law."""
    check.judge()
