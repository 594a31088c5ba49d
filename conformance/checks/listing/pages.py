"""Pages: however a listing is cut, its pages put together are the same list; and how many items a page holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from conformance.checks.listing.walks import (
    NO_TOKEN,
    SMALL,
    ListingCheck,
    ListingChecks,
    Query,
    Variant,
    Walker,
    concatenation,
    incomplete,
)
from conformance.checks.request.laws import failed_by, fault_of
from conformance.checks.verdict import Tally, Verdict, failed, passed, skipped
from conformance.session.listing import Reader
from conformance.session.snapshot import ListingSnapshot
from conformance.wire.exchange import Exchange

SIZES = (1, 2, 3, 7, 10, 99, 100)


def default_page_size(reader: Reader, pages: Sequence[tuple[Exchange, int]], default: int, *, exact: bool) -> Verdict:
    """Evaluate a page asked for without a size: at most the default; `exact`: full where more items exist."""
    tally = Tally("pages")
    for page, count in pages:
        if page.ok and count > default:
            size = len(reader.items(page))
            tally.hold(size == default if exact else size <= default, f"{size} of {count} items on a page", page)
    expected = f"{default} items" if exact else f"at most {default} items"
    wrong = "a page without a page size has another number of items than the default"
    return tally.verdict(
        "default-page-size", expected, wrong=wrong, lacking=f"no listing here is longer than {default} items"
    )


def _with_default_size(checks: ListingChecks) -> Iterator[Variant]:
    if (default := checks.default(checks.reader.pagination.limit)) is not None:
        yield {"default": default}


_FULL = ("O22", "O24")
"""Observations of full pages."""


@ListingCheck(
    "pagination/page-size/default-at-most",
    "without {limit} a page holds at most {default} items",
    laws=("page-size-default",),
    facts=("input/{limit}/default",),
    each=_with_default_size,
)
def _default_at_most(walker: Walker, listing: ListingSnapshot, *, default: int) -> Verdict:
    pages = [(walker.page(listing, **members), count) for members, count in _without_size(walker, listing)]
    return default_page_size(walker.reader, [*_longer(walker, default), *pages], default, exact=False)


@ListingCheck(
    "pagination/page-size/default-full",
    "without {limit} a page holds {default} items where there are more",
    level="should",
    laws=("page-size-default",),
    facts=("input/{limit}/default",),
    observed=_FULL,
    each=_with_default_size,
)
def _default_full(walker: Walker, _: ListingSnapshot, *, default: int) -> Verdict:
    return default_page_size(walker.reader, _longer(walker, default), default, exact=True)


@ListingCheck(
    "pagination/page-size/default-written-out",
    "{limit} {default} written out gives as many items as come without it",
    laws=("page-size-default",),
    facts=("input/{limit}/default",),
    each=_with_default_size,
)
def _default_written_out(walker: Walker, listing: ListingSnapshot, *, default: int) -> Verdict:
    if len(listing.items) <= default:
        return skipped(NO_TOKEN)
    written = walker.page(listing, **{walker.reader.pagination.limit: default})
    # Where pages are not full in any case, the default has nothing to do with it.
    verdict = _same_size(walker.reader, written, walker.page(listing))
    return replace(verdict, follows=(f"{walker.operation.name}/pagination/page-size/full-pages",))


def _same_size(reader: Reader, *pages: Exchange) -> Verdict:
    """Check that two pages are as long, the first with the default written out; ties may change their items."""
    for page in pages:
        if verdict := fault_of(page, "a page"):
            return verdict
        if not page.ok:
            return failed_by(page, "refused", "a page is rejected", "a page")
    wanted, got = (len(reader.items(page)) for page in pages)
    if wanted == got:
        return passed({"pages": 2, "items": wanted})
    return failed(
        "other-default",
        "leaving the size out is not the documented default",
        expected=f"{wanted} items, as with the default written out",
        received=f"{got} items",
        exchanges=pages,
    )


@ListingCheck(
    "pagination/page-size/full-pages",
    "every page but the last is full",
    level="should",
    laws=("page-size-caps",),
    facts=("input/{limit}/present",),
    observed=_FULL,
    each=lambda checks: ({} for _ in _with_default_size(checks)),
)
def _full_pages(walker: Walker, listing: ListingSnapshot) -> Verdict:
    """Go further than the documents: siblings of the operation send shorter pages."""
    walks = [walk for walk, _ in walker.cuts(listing)]
    if verdict := incomplete(*walks):
        return verdict
    tally = Tally("pages")
    for walk in walks:
        for number, page in enumerate(walk.listing.pages[:-1], start=1):
            count = len(walker.reader.items(page))
            tally.hold(count == walk.size, f"{walk.name}, page {number} of size {walk.size}: {count} items", page)
    return tally.verdict(
        "short-page",
        "a full page wherever another follows",
        wrong="pages before the last are not full",
        lacking="no listing here is longer than a page",
    )


def _longer(walker: Walker, default: int) -> list[tuple[Exchange, int]]:
    """Return a page without a size, and the number of items, of each listing that is longer than the default."""
    return [(walker.page(each), len(each.items)) for each in walker.listed() if len(each.items) > default]


def _without_size(walker: Walker, listing: ListingSnapshot) -> Iterator[tuple[dict[str, Any], int]]:
    """Yield what a request without a page size may have besides, with the items left: an order, a filter, a token."""
    reader, items, last = walker.reader, listing.items, next(reversed(walker.checks.directions), None)
    for key in reader.spec.keys:
        query = Query(key, last)
        yield query.members(reader), len(walker.admitted(listing, query))
    if reader.spec.sort_order:
        yield Query(sort_order=last).members(reader), len(items)
    queries = [Query(filtered=item) for item in walker.checks.filters]
    largest = max(queries, key=lambda query: len(walker.admitted(listing, query)), default=None)
    if largest is not None:
        yield largest.members(reader), len(walker.admitted(listing, largest))
    first = walker.page(listing)
    if isinstance(token := reader.token(first), str) and token:
        yield {reader.pagination.input_token: token}, len(items) - len(reader.items(first))


_LAWS = ("token-leads-on", "page-size-caps")
_FACTS = ("output/{result}/present", "output/{token}/present")


def _every_size(checks: ListingChecks) -> Iterator[Variant]:
    queries = [Query(), *(Query(key, direction) for key, direction in checks.orders())]
    queries += [Query(filtered=item) for item in checks.filters]
    return ({"query": query, "size": size} for query, size in product(queries, checks.sizes(SIZES)))


def _small_pages(checks: ListingChecks) -> Iterator[Variant]:
    for (key, direction), item in product(checks.orders() if checks.sizes((SMALL,)) else (), checks.filters):
        yield {"query": Query(key, direction, item), "size": SMALL}


@ListingCheck(
    "pagination/{query}/page-size-{size}",
    "filter and order hold from page to page",
    laws=_LAWS,
    facts=_FACTS,
    each=_small_pages,
)
@ListingCheck(
    "pagination/{query}/page-size-{size}",
    "pages of {size} put together are the list of larger pages: no item lost or repeated, in the same order",
    laws=_LAWS,
    facts=_FACTS,
    each=_every_size,
)
def _cut(walker: Walker, listing: ListingSnapshot, *, query: Query, size: int) -> Verdict:
    subject = walker.cut_subject(query, size) or listing
    whole = walker.walk(subject, query)
    if size == whole.size:
        smaller = [other for other in walker.checks.sizes(SIZES) if other < size]
        if not smaller:
            return skipped(f"a page may have {size} items and no other number")
        whole = walker.walk(subject, query, smaller[-1])
    return concatenation(walker.reader, query.sort_by, whole, walker.walk(subject, query, size))
