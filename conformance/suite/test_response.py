"""Checks of the area `response`."""

from conformance.suite.plugin import run_check

test_response = run_check
