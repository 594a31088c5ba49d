"""Checks of the area `client`."""

from conformance.suite.items import run_check

test_client = run_check
