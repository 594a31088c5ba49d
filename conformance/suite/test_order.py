"""Checks of the area `order`."""

from conformance.suite.plugin import run_check

test_order = run_check
