"""Checks of the area `filter`."""

from conformance.suite.plugin import run_check

test_filter = run_check
