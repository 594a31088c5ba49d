"""Walks over listings: page after page to the end, and the choice of the resource that is worth walking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from conformance.contract import Operation, Pagination
from conformance.laws.listing import member
from conformance.laws.requests import shown
from conformance.laws.survey import Inventory
from conformance.wire.encoding import dump
from conformance.wire.exchange import Exchange, Listing
from conformance.wire.request import Request

MOST_PAGES = 2_000
"""Pages after which a walk is given up."""

_LONGEST_TOKEN = 65_536
"""Characters of a token, eight times what the service's own may have, beyond which it is not sent back."""

_HANDY = range(11, 61)
"""Items of a listing that is longer than a default page, and short enough to be walked item by item."""


def follow(
    exchange: Callable[[Request], Exchange],
    first: Request,
    pagination: Pagination,
    most_items: int,
    most_pages: int = MOST_PAGES,
) -> Listing:
    """Ask for page after page with the token of the one before, until none comes or something is wrong.

    An empty page with a token is gone on from: only the token says whether there is more.
    """
    pages: list[Exchange] = []
    items: list[dict[str, Any]] = []
    tokens: set[str] = set()
    request, members = first, first.members
    while True:
        page = exchange(request)
        pages.append(page)
        answer = page.answer or {}
        found = answer.get(pagination.result)
        if not page.ok or not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            words = f"HTTP {page.status} without the list" if page.ok else shown(page)
            return Listing(tuple(pages), tuple(items), complete=False, problem=f"page {len(pages)}: {words}")
        items += found
        token = answer.get(pagination.output_token)
        if token is None:
            return Listing(tuple(pages), tuple(items), complete=True)
        problem = ""
        if not isinstance(token, str):
            problem = f"page {len(pages)}: the token is no string but {token!r}"
        elif token in tokens:
            problem = f"page {len(pages)}: the token of an earlier page comes again"
        elif len(token) > _LONGEST_TOKEN:
            problem = f"page {len(pages)}: the token is {len(token):,} characters long"
        if problem:
            return Listing(tuple(pages), tuple(items), complete=False, problem=problem)
        if len(pages) >= most_pages or len(items) > most_items:
            words = f"no end after {len(pages)} pages and {len(items)} items"
            return Listing(tuple(pages), tuple(items), complete=False, problem=words, left_off=True)
        tokens.add(token)
        request = replace(first, body=dump(members | {pagination.input_token: token}))


def telling(operation: Operation, inventories: Sequence[Inventory]) -> Inventory | None:
    """Give the inventory that tells most: ended, with many kinds of items, short enough to walk often."""
    filters = operation.listing.filters.values() if operation.listing else ()

    def worth(one: Inventory) -> tuple[int, int, int]:
        kinds = len({str(member(item, path)) for item in one.items for path in filters})
        handy = len(one.items) in _HANDY
        return (handy, kinds if handy else -len(one.items), len(one.items))

    with_items = [one for one in inventories if one.items]
    return max([one for one in with_items if one.settled] or with_items, key=worth, default=None)
