"""Checks of the area `pagination`."""

from conformance.suite.plugin import run_check

test_pagination = run_check
