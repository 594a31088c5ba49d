"""Checks of the area `request`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.suite.judgement import Judgement

AREA = "request"


def test_request(check: Judgement) -> None:
    """Get the exchanges of one check and ask its law."""
    check.judge()
