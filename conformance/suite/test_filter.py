"""Checks of the area `filter`."""

from conformance.suite.items import run_check

test_filter = run_check
