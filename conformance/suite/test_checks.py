"""The module that pytest collects: an item for each check of a run."""

from conformance.suite.items import run_check

test_check = run_check
