"""Checks of the area `order`."""

from conformance.suite.items import run_check

test_order = run_check
