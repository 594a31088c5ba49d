"""Checks of the area `consistency`."""

from conformance.suite.items import run_check

test_consistency = run_check
