"""Checks of the area `request`."""

from conformance.suite.plugin import run_check

test_request = run_check
