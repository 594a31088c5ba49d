"""Checks of the size of a page: what it is by default, and that pages are full."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.catalogue.check import Check
from conformance.catalogue.lab import Lab
from conformance.catalogue.listing_checks import NO_TOKEN, ListingChecks, Query
from conformance.laws import paging
from conformance.laws.survey import Inventory
from conformance.laws.verdict import Verdict, skipped

LAWS = frozenset({"page-size-default", "page-size-caps"})
"""The names by which behaviours call for these checks."""


def page_size_checks(base: ListingChecks) -> Iterator[Check]:
    """Give the checks of the default size of a page, and of full pages."""
    limit = base.reader.pagination.limit
    default = base.operation.input.members[limit].effective("default")
    if default is None:
        return

    def area(case: str) -> tuple[str, str, str]:
        return "pagination", "page-size", case

    facts = (f"input/{limit}/default",)
    yield base.check(
        area("default-at-most"),
        f"without {limit} a page holds at most {default} items",
        partial(_default, base, default, exact=False),
        laws=("page-size-default",),
        facts=facts,
    )
    yield base.check(
        area("default-full"),
        f"without {limit} a page holds {default} items where there are more",
        partial(_default, base, default, exact=True),
        level="should",
        laws=("page-size-default",),
        facts=facts,
        observed=("O22", "O24"),
    )
    yield base.check(
        area("default-written-out"),
        f"{limit} {default} written out gives as many items as come without it",
        partial(_written_out, base, default),
        laws=("page-size-default",),
        facts=facts,
    )
    yield base.check(
        area("full-pages"),
        "every page but the last is full",
        partial(_full_pages, base),
        level="should",
        laws=("page-size-caps",),
        facts=(f"input/{limit}/present",),
        observed=("O22", "O24"),
    )


def _default(base: ListingChecks, default: int, lab: Lab, telling: Inventory, *, exact: bool) -> Verdict:
    pages = [(base.page(lab, one), len(one.items)) for one in lab.listed(base.operation) if len(one.items) > default]
    if not exact:
        pages += [(base.page(lab, telling, **members), count) for members, count in _beside(base, lab, telling)]
    return paging.default_page_size(base.reader, pages, default, exact=exact)


def _beside(base: ListingChecks, lab: Lab, telling: Inventory) -> Iterator[tuple[dict[str, Any], int]]:
    """Give what a request without a page size may have besides, with the items left: an order, a filter, a token."""
    reader, items = base.reader, telling.items
    for key in reader.spec.keys:
        query = Query(key, base.directions[-1])
        yield query.members(reader), len(base.admitted(telling, query))
    if reader.spec.sort_order:
        yield Query(sort_order=base.directions[-1]).members(reader), len(items)
    largest = max(base.filters, key=lambda one: len(base.admitted(telling, Query(filtered=one))), default=None)
    if largest is not None:
        query = Query(filtered=largest)
        yield query.members(reader), len(base.admitted(telling, query))
    first = base.page(lab, telling)
    if isinstance(token := reader.token(first), str):
        yield {reader.pagination.input_token: token}, len(items) - len(reader.items(first))


def _written_out(base: ListingChecks, default: int, lab: Lab, telling: Inventory) -> Verdict:
    if len(telling.items) <= default:
        return skipped(NO_TOKEN)
    written = base.page(lab, telling, **{base.reader.pagination.limit: default})
    # Where pages are not full in any case, the default has nothing to do with it.
    verdict = paging.same_size(base.reader, written, base.page(lab, telling))
    return replace(verdict, follows=(f"{base.operation.name}/pagination/page-size/full-pages",))


def _full_pages(base: ListingChecks, lab: Lab, telling: Inventory) -> Verdict:
    return paging.full_pages(base.reader, [walk for walk, _ in base.cuts(lab, telling)])
