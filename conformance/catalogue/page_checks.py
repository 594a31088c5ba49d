"""Checks of pages: every order and every filter, cut into pages of every size, is the same list."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import product

from conformance.catalogue.check import Check
from conformance.catalogue.lab import Lab
from conformance.catalogue.listing_checks import SMALL, ListingChecks, Query
from conformance.laws import paging
from conformance.laws.survey import Inventory
from conformance.laws.verdict import Verdict

SIZES = (1, 2, 3, 7, 10, 99, 100)
_LAWS = ("token-leads-on", "page-size-caps")

LAWS = frozenset(_LAWS)
"""The names by which behaviours call for these checks."""


def page_checks(base: ListingChecks) -> Iterator[Check]:
    """Cut every order and every filter into pages of every size, and both together into small ones."""
    pagination = base.reader.pagination
    facts = tuple(f"output/{name}/present" for name in (pagination.result, pagination.output_token))
    queries = [Query(), *(Query(key, direction) for key, direction in base.orders())]
    queries += [Query(filtered=one) for one in base.filters]
    for query, size in product(queries, SIZES):
        yield base.check(
            ("pagination", str(query), f"page-size-{size}"),
            f"pages of {size} put together are the list of larger pages: no item lost or repeated, in the same order",
            partial(_cut, base, query, size),
            facts=facts,
            laws=_LAWS,
        )
    for (key, direction), one in product(base.orders(), base.filters):
        query = Query(key, direction, one)
        yield base.check(
            ("pagination", str(query), f"page-size-{SMALL}"),
            "filter and order hold from page to page",
            partial(_cut, base, query, SMALL),
            facts=facts,
            laws=_LAWS,
        )


def _cut(base: ListingChecks, query: Query, size: int, lab: Lab, telling: Inventory) -> Verdict:
    subject = base.cut_subject(lab, query, size) or telling
    whole = base.walk(lab, subject, query)
    if size == whole.size:
        whole = base.walk(lab, subject, query, SIZES[-2])
    return paging.concatenation(base.reader, query.sort_by, whole, base.walk(lab, subject, query, size))
