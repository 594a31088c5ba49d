"""Checks of the area `error`."""

from conformance.suite.items import run_check

test_error = run_check
