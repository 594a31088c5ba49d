"""Checks of the size of a page: what it is by default, and that pages are full."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any

from conformance.checks.check import Check
from conformance.checks.listing import paging
from conformance.checks.listing.walks import NO_TOKEN, SMALL, ListingChecks, Query
from conformance.checks.verdict import Verdict, skipped
from conformance.session.session import TargetSession
from conformance.session.snapshot import ListingSnapshot

SIZES = (1, 2, 3, 7, 10, 99, 100)
_LAWS = ("token-leads-on", "page-size-caps")

LAWS = frozenset(_LAWS)
"""The names by which behaviours call for these checks."""


def page_checks(base: ListingChecks) -> Iterator[Check]:
    """Cut every order and every filter into pages of every size, and both together into small ones."""
    pagination = base.reader.pagination
    facts = tuple(f"output/{name}/present" for name in (pagination.result, pagination.output_token))
    queries = [Query(), *(Query(key, direction) for key, direction in base.orders())]
    queries += [Query(filtered=item) for item in base.filters]
    for query, size in product(queries, SIZES):
        yield base.check(
            ("pagination", str(query), f"page-size-{size}"),
            f"pages of {size} put together are the list of larger pages: no item lost or repeated, in the same order",
            partial(_cut, base, query, size),
            facts=facts,
            laws=_LAWS,
        )
    for (key, direction), item in product(base.orders(), base.filters):
        query = Query(key, direction, item)
        yield base.check(
            ("pagination", str(query), f"page-size-{SMALL}"),
            "filter and order hold from page to page",
            partial(_cut, base, query, SMALL),
            facts=facts,
            laws=_LAWS,
        )


def _cut(
    base: ListingChecks, query: Query, size: int, session: TargetSession, representative: ListingSnapshot
) -> Verdict:
    subject = base.cut_subject(session, query, size) or representative
    whole = base.walk(session, subject, query)
    if size == whole.size:
        whole = base.walk(session, subject, query, SIZES[-2])
    return paging.concatenation(base.reader, query.sort_by, whole, base.walk(session, subject, query, size))


PAGE_SIZE_CHECKS_LAWS = frozenset({"page-size-default", "page-size-caps"})
"""The names by which behaviours call for these checks."""


def page_size_checks(base: ListingChecks) -> Iterator[Check]:
    """Yield the checks of the default size of a page, and of full pages."""
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


def _default(
    base: ListingChecks, default: int, session: TargetSession, representative: ListingSnapshot, *, exact: bool
) -> Verdict:
    pages = [
        (base.page(session, item), len(item.items))
        for item in session.listed(base.operation)
        if len(item.items) > default
    ]
    if not exact:
        pages += [
            (base.page(session, representative, **members), count)
            for members, count in _beside(base, session, representative)
        ]
    return paging.default_page_size(base.reader, pages, default, exact=exact)


def _beside(
    base: ListingChecks, session: TargetSession, representative: ListingSnapshot
) -> Iterator[tuple[dict[str, Any], int]]:
    """Yield what a request without a page size may have besides, with the items left: an order, a filter, a token."""
    reader, items = base.reader, representative.items
    for key in reader.spec.keys:
        query = Query(key, base.directions[-1])
        yield query.members(reader), len(base.admitted(representative, query))
    if reader.spec.sort_order:
        yield Query(sort_order=base.directions[-1]).members(reader), len(items)
    largest = max(base.filters, key=lambda item: len(base.admitted(representative, Query(filtered=item))), default=None)
    if largest is not None:
        query = Query(filtered=largest)
        yield query.members(reader), len(base.admitted(representative, query))
    first = base.page(session, representative)
    if isinstance(token := reader.token(first), str):
        yield {reader.pagination.input_token: token}, len(items) - len(reader.items(first))


def _written_out(base: ListingChecks, default: int, session: TargetSession, representative: ListingSnapshot) -> Verdict:
    if len(representative.items) <= default:
        return skipped(NO_TOKEN)
    written = base.page(session, representative, **{base.reader.pagination.limit: default})
    # Where pages are not full in any case, the default has nothing to do with it.
    verdict = paging.same_size(base.reader, written, base.page(session, representative))
    return replace(verdict, follows=(f"{base.operation.name}/pagination/page-size/full-pages",))


def _full_pages(base: ListingChecks, session: TargetSession, representative: ListingSnapshot) -> Verdict:
    return paging.full_pages(base.reader, [walk for walk, _ in base.cuts(session, representative)])
