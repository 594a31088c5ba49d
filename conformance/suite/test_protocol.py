"""Checks of the area `protocol`."""

from conformance.suite.plugin import run_check

test_protocol = run_check
