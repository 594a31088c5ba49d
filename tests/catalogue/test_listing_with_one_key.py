"""A listing that can be sorted by one key only has its checks too: all but those that need a second key."""

from __future__ import annotations

from dataclasses import replace

import conformance.checks.listing  # noqa: F401 - declares the checks
from conformance.checks.listing.walks import ListingChecks
from conformance.contract.loading import load

CONTRACT = load()
LISTING = next(operation for operation in CONTRACT.operations.values() if operation.listing)


def cases(keys: int) -> set[str]:
    assert LISTING.listing is not None
    some = dict(list(LISTING.listing.keys.items())[:keys])
    listing = replace(LISTING.listing, keys=some, grouped_only=(), omits_items_without_key=())
    checks = list(ListingChecks(CONTRACT, replace(LISTING, listing=listing)).checks())
    return {check.id.partition("/")[2] for check in checks}


def test_a_second_key_is_asked_for_where_there_is_one() -> None:
    assert cases(2) - cases(1) >= {"pagination/token/offered-to-another-key", "order/CreationTime/Ascending"}
    assert cases(1) >= {"pagination/token/offered-to-another-order", "order/Name/Ascending"}
