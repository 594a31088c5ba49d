"""Checks of tokens: when one comes, what it leads to, what a foreign or made-up one may do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.catalogue.check import Check
from conformance.catalogue.lab import Lab
from conformance.catalogue.listing_checks import CUTS, NO_TOKEN, ListingChecks, Query
from conformance.laws import tokens
from conformance.laws.paging import Walked
from conformance.laws.survey import Inventory
from conformance.laws.verdict import Verdict, skipped

LAWS = frozenset({"token-while-truncated", "no-token-at-the-end", "token-leads-on"})
"""The names by which behaviours call for these checks."""

_MADE_UP = (("word", "not-a-token-that-anybody-issued"), ("number", "10"), ("base64", "eyJvZmZzZXQiOiAxMH0="))


def token_checks(base: ListingChecks) -> Iterator[Check]:
    """Give the checks of tokens: where they come, and where they lead."""
    pagination = base.reader.pagination
    came, sent = (f"output/{pagination.output_token}/present",), (f"input/{pagination.input_token}/present",)

    def area(case: str) -> tuple[str, str, str]:
        return "pagination", "token", case

    yield base.check(
        area("while-truncated"),
        "a page that leaves items out carries a token",
        partial(_while_truncated, base),
        laws=("token-while-truncated",),
        facts=came,
    )
    yield base.check(
        area("string"),
        "a token is a string that is not empty",
        partial(_string, base),
        laws=("token-while-truncated",),
        facts=came,
    )
    yield base.check(
        area("none-when-all-fit"),
        "a listing that fits on its page carries no token",
        partial(_none, base, exact=False),
        laws=("no-token-at-the-end",),
        facts=came,
    )
    yield base.check(
        area("none-when-just-full"),
        "a listing that fills its page to the last place carries no token",
        partial(_none, base, exact=True),
        level="should",
        laws=("no-token-at-the-end",),
        facts=came,
        observed=("O22", "O24"),
    )
    yield base.check(
        area("never-back"),
        "no token leads back to the first page",
        partial(_never_back, base),
        laws=("token-leads-on",),
        facts=came,
    )
    yield base.check_at_large(
        area("leads-to-the-end"),
        "token by token every listing comes to its end",
        partial(_leads_to_the_end, base),
        laws=("token-leads-on",),
        facts=came,
    )
    yield base.check(
        area("repeatable"),
        "the same token gives the same page again",
        partial(_repeatable, base),
        level="should",  # no document says that a token may be used twice
        laws=("token-leads-on",),
        facts=sent,
    )
    for name, value in _MADE_UP:
        yield base.check(
            area(f"made-up-{name}"),
            f"a token that nobody issued ({value}) is refused",
            partial(_made_up, base, value),
            level="should",
            facts=sent,
            observed=("O40",),
        )
    for name, members in _other_queries(base):
        yield base.check(
            area(f"offered-to-{name}"),
            f"a token offered to {name.replace('-', ' ')} is refused, or gives {_given(base, members)}",
            partial(_foreign, base, members),
            level="should",
            facts=sent,
            observed=("O40",),
        )
    if not base.operation.subject:
        return
    yield base.check(
        area("offered-to-another-resource"),
        "a token offered to another resource is refused, or gives that resource's items",
        partial(_other_resource, base),
        laws=("token-leads-on",),
        facts=sent,
    )


def _other_queries(base: ListingChecks) -> Iterator[tuple[str, dict[str, Any]]]:
    spec = base.reader.spec
    first, *others = spec.keys
    yield "another-order", {spec.sort_by: first, spec.sort_order: spec.descending}
    for key in others[:1]:
        yield "another-key", {spec.sort_by: key}
    yield "another-page-size", {base.reader.pagination.limit: 2}
    for name, value in base.filters[:2]:
        yield f"a-filter-{value}", {name: value}


def _given(base: ListingChecks, members: dict[str, Any]) -> str:
    if base.reader.pagination.limit in members:
        return "items that come after the first page"
    return "items that the query admits"


# -- evidence


def _counted(base: ListingChecks, lab: Lab) -> list[tuple[Walked, int]]:
    """Give the first page of every ended resource, as large as can be, with the number of items that it has."""
    return [(_first_page(base.walk(lab, one, Query())), len(one.items)) for one in lab.listed(base.operation)]


def _recounted(base: ListingChecks, lab: Lab) -> Iterator[tuple[Walked, int]]:
    """Give the largest page of every resource that just fills it, with the items that smaller pages come upon."""
    for one in lab.listed(base.operation):
        walk = base.walk(lab, one, Query())
        if len(one.items) == walk.size > 1:
            yield _first_page(walk), len(base.walk(lab, one, Query(), walk.size - 1).listing.items)


def _just_full(base: ListingChecks, lab: Lab, size: int) -> list[tuple[Walked, int]]:
    """Give the first page of every ended resource that has just so many items."""
    full = [one for one in lab.listed(base.operation) if len(one.items) == size]
    return [(_first_page(base.walk(lab, one, Query(), size)), size) for one in full]


def _first_page(walk: Walked) -> Walked:
    return replace(walk, listing=replace(walk.listing, pages=walk.listing.pages[:1]))


def _issued(base: ListingChecks, lab: Lab, telling: Inventory) -> str | None:
    """Give the token of the first page; None where the listing fits on it."""
    token = base.reader.token(base.page(lab, telling))
    return token if isinstance(token, str) else None


# -- tokens


def _while_truncated(base: ListingChecks, lab: Lab, telling: Inventory) -> Verdict:
    firsts = [(_first_page(walk), len(subject.items)) for walk, subject in base.cuts(lab, telling)]
    return tokens.truncated_pages_lead_on(base.reader, [*firsts, *_recounted(base, lab)])


def _string(base: ListingChecks, lab: Lab, telling: Inventory) -> Verdict:
    return tokens.are_strings(base.reader, [walk for walk, _ in base.cuts(lab, telling)])


def _none(base: ListingChecks, lab: Lab, telling: Inventory, *, exact: bool) -> Verdict:  # noqa: ARG001 - one signature for all judges
    pages = [*_just_full(base, lab, CUTS[-1]), *_counted(base, lab)] if exact else _counted(base, lab)
    return tokens.none_at_the_end(base.reader, pages, exact=exact)


def _never_back(base: ListingChecks, lab: Lab, telling: Inventory) -> Verdict:
    return tokens.never_the_first_page_again(base.reader, [walk for walk, _ in base.cuts(lab, telling)])


def _leads_to_the_end(base: ListingChecks, lab: Lab) -> Verdict:
    """Look at every resource: where no listing comes to its end there is none left to look at otherwise."""
    inventories = lab.inventories(base.operation)
    listings = [(one.name, one.listing) for one in inventories if one.listing is not None]
    return tokens.leads_to_the_end(base.reader, listings)


def _repeatable(base: ListingChecks, lab: Lab, telling: Inventory) -> Verdict:
    token = _issued(base, lab, telling)
    if token is None:
        return skipped(NO_TOKEN)
    request = base.request(telling, **{base.reader.pagination.input_token: token})
    return tokens.same_page(base.reader, lab.exchange(request), lab.send_again(request))


def _made_up(base: ListingChecks, value: str, lab: Lab, telling: Inventory) -> Verdict:
    request = base.request(telling, **{base.reader.pagination.input_token: value})
    return tokens.unissued(lab.exchange(request, ordinary=False))


def _foreign(base: ListingChecks, members: dict[str, Any], lab: Lab, telling: Inventory) -> Verdict:
    token = _issued(base, lab, telling)
    if token is None:
        return skipped(NO_TOKEN)
    reader = base.reader
    names = [name for name, _ in base.filters if name in members]
    admitted = [item for item in telling.items if all(reader.filtered(name, item) == members[name] for name in names)]
    words = "match the filter" if names else f"{telling.name} has"
    allowed = frozenset(reader.identities(admitted))
    most = members.get(reader.pagination.limit)
    if most is not None:
        # Whatever its size, the next page is of what the first one left over.
        allowed -= frozenset(reader.identities(reader.items(base.page(lab, telling))))
        words = f"{telling.name} has, and its first page had not"
    request = base.request(telling, **members, **{reader.pagination.input_token: token})
    return tokens.foreign(reader, lab.exchange(request, ordinary=False), allowed, words, most)


def _other_resource(base: ListingChecks, lab: Lab, telling: Inventory) -> Verdict:
    token = _issued(base, lab, telling)
    other = next((one for one in lab.listed(base.operation) if one.name != telling.name and one.items), None)
    if token is None or other is None:
        return skipped("the target has no two ended resources with listed items")
    request = base.request(other, **{base.reader.pagination.input_token: token})
    exchange = lab.exchange(request, ordinary=False)
    return tokens.foreign(base.reader, exchange, frozenset(base.reader.identities(other.items)), f"{other.name} has")
