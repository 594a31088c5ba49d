"""Checks of the area `consistency`."""

from conformance.suite.plugin import run_check

test_consistency = run_check
