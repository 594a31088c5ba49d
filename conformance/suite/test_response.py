"""Checks of the area `response`."""

from conformance.suite.items import run_check

test_response = run_check
