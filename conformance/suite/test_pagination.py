"""Checks of the area `pagination`."""

from conformance.suite.items import run_check

test_pagination = run_check
