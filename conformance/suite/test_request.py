"""Checks of the area `request`."""

from conformance.suite.items import run_check

test_request = run_check
