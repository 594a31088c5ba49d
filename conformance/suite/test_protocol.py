"""Checks of the area `protocol`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.suite.judgement import Judgement

AREA = "protocol"


def test_protocol(check: Judgement) -> None:
    """Get the exchanges of one check and ask its law."""
    check.judge()
