"""Checks of the area `protocol`."""

from conformance.suite.items import run_check

test_protocol = run_check
