"""Checks of the area `client`."""

from conformance.suite.plugin import run_check

test_client = run_check
