"""Checks of the area `error`."""

from conformance.suite.plugin import run_check

test_error = run_check
