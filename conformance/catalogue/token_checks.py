"""Checks of tokens and page sizes: when a token comes, what it leads to, what a foreign or made-up one may do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.catalogue.check import Check
from conformance.catalogue.lab import Lab
from conformance.catalogue.listing_checks import ListingChecks, Query
from conformance.contract import Pagination
from conformance.laws import paging
from conformance.laws.paging import Walked
from conformance.laws.survey import Inventory
from conformance.laws.verdict import Verdict, skipped
from conformance.wire.exchange import Exchange
from conformance.wire.request import Request

_SIZES = (1, 3, 10)
_NO_TOKEN = "the target has no ended resource with a listing longer than a page"  # noqa: S105 - a reason
LAWS = frozenset(
    {"token-while-truncated", "no-token-at-the-end", "token-leads-on", "page-size-default", "page-size-caps"}
)
"""The names by which behaviours call for these checks."""

_MADE_UP = (("word", "not-a-token-that-anybody-issued"), ("number", "10"), ("base64", "eyJvZmZzZXQiOiAxMH0="))


def token_checks(base: ListingChecks) -> Iterator[Check]:
    """Give the checks of tokens: where they come, and where they lead."""
    pagination = _pagination(base)
    came, sent = (f"output/{pagination.output_token}/present",), (f"input/{pagination.input_token}/present",)
    area = partial(_id, "token")
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
        observed=("O22",),
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
            f"a token offered to {name.replace('-', ' ')} is refused, or gives items that the query admits",
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


def page_size_checks(base: ListingChecks) -> Iterator[Check]:
    """Give the checks of the size of a page: the default, and that pages are full."""
    limit = _pagination(base).limit
    default = base.operation.input.members[limit].effective("default")
    if default is None:
        return
    area = partial(_id, "page-size")
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
        observed=("O22",),
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
        observed=("O22",),
    )


def _id(subject: str, case: str) -> tuple[str, str, str]:
    return "pagination", subject, case


def _pagination(base: ListingChecks) -> Pagination:
    if base.operation.pagination is None:
        raise ValueError(f"{base.operation.name} has no pages")
    return base.operation.pagination


def _other_queries(base: ListingChecks) -> Iterator[tuple[str, dict[str, Any]]]:
    spec = base.reader.spec
    keys = list(spec.keys)
    yield "another-order", {spec.sort_by: keys[0], spec.sort_order: spec.descending}
    yield "another-key", {spec.sort_by: keys[1]}
    yield "another-page-size", {_pagination(base).limit: 2}
    for name, value in base.filters[:2]:
        yield f"a-filter-{value}", {name: value}


# -- evidence


def _walks(base: ListingChecks, lab: Lab, telling: Inventory) -> list[tuple[Walked, Inventory]]:
    """Walk the default listing in pages of several sizes, each on the resource that is worth cutting so."""
    subjects = ((base.cut_subject(lab, Query(), size) or telling, size) for size in _SIZES)
    return [(base.walk(lab, subject, Query(), size), subject) for subject, size in subjects]


def _counted(base: ListingChecks, lab: Lab) -> list[tuple[Walked, int]]:
    """Give the first page of every ended resource, as large as can be, with the number of items that it has."""
    return [(_first_page(base.walk(lab, one, Query())), len(one.items)) for one in lab.listed(base.operation)]


def _just_full(base: ListingChecks, lab: Lab, size: int) -> list[tuple[Walked, int]]:
    """Give the first page of every ended resource that has just so many items."""
    full = [one for one in lab.listed(base.operation) if len(one.items) == size]
    return [(_first_page(base.walk(lab, one, Query(), size)), size) for one in full]


def _first_page(walk: Walked) -> Walked:
    return replace(walk, listing=replace(walk.listing, pages=walk.listing.pages[:1]))


def _page(base: ListingChecks, lab: Lab, telling: Inventory, **members: Any) -> Exchange:
    return lab.exchange(_request(base, telling, **members))


def _request(base: ListingChecks, telling: Inventory, **members: Any) -> Request:
    return Request.call(base.operation.name, {**telling.members, **members})


def _issued(base: ListingChecks, lab: Lab, telling: Inventory) -> str | None:
    """Give the token of the first page; None where the listing fits on it."""
    token = (_page(base, lab, telling).answer or {}).get(_pagination(base).output_token)
    return token if isinstance(token, str) else None


# -- tokens


def _while_truncated(base: ListingChecks, lab: Lab, telling: Inventory) -> Verdict:
    firsts = [(_first_page(walk), len(subject.items)) for walk, subject in _walks(base, lab, telling)]
    return paging.truncated_pages_lead_on(base.reader, firsts)


def _string(base: ListingChecks, lab: Lab, telling: Inventory) -> Verdict:
    return paging.token_while_truncated(base.reader, [walk for walk, _ in _walks(base, lab, telling)])


def _none(base: ListingChecks, lab: Lab, telling: Inventory, *, exact: bool) -> Verdict:  # noqa: ARG001 - one signature for all judges
    pages = [*_just_full(base, lab, _SIZES[-1]), *_counted(base, lab)] if exact else _counted(base, lab)
    return paging.no_token_at_the_end(base.reader, pages, exact=exact)


def _never_back(base: ListingChecks, lab: Lab, telling: Inventory) -> Verdict:
    return paging.never_the_first_page_again(base.reader, [walk for walk, _ in _walks(base, lab, telling)])


def _leads_to_the_end(base: ListingChecks, lab: Lab) -> Verdict:
    """Look at every resource: where no listing comes to its end there is none left to look at otherwise."""
    inventories = lab.inventories(base.operation)
    listings = [(one.name, one.listing) for one in inventories if one.listing is not None]
    return paging.leads_to_the_end(base.reader, listings)


def _repeatable(base: ListingChecks, lab: Lab, telling: Inventory) -> Verdict:
    token = _issued(base, lab, telling)
    if token is None:
        return skipped(_NO_TOKEN)
    request = _request(base, telling, **{_pagination(base).input_token: token})
    return paging.same_page(base.reader, lab.exchange(request), lab.send_again(request))


def _made_up(base: ListingChecks, value: str, lab: Lab, telling: Inventory) -> Verdict:
    return paging.unissued_token(_page(base, lab, telling, **{_pagination(base).input_token: value}))


def _foreign(base: ListingChecks, members: dict[str, Any], lab: Lab, telling: Inventory) -> Verdict:
    token = _issued(base, lab, telling)
    if token is None:
        return skipped(_NO_TOKEN)
    names = [name for name, _ in base.filters if name in members]
    filtered = base.reader.filtered
    admitted = [item for item in telling.items if all(filtered(name, item) == members[name] for name in names)]
    words = "match the filter" if names else f"{telling.name} has"
    exchange = _page(base, lab, telling, **members, **{_pagination(base).input_token: token})
    return paging.foreign_token(base.reader, exchange, frozenset(base.reader.identities(admitted)), words)


def _other_resource(base: ListingChecks, lab: Lab, telling: Inventory) -> Verdict:
    token = _issued(base, lab, telling)
    other = next((one for one in lab.listed(base.operation) if one.name != telling.name and one.items), None)
    if token is None or other is None:
        return skipped("the target has no two ended resources with listed items")
    exchange = _page(base, lab, other, **{_pagination(base).input_token: token})
    admitted = frozenset(base.reader.identities(other.items))
    return paging.foreign_token(base.reader, exchange, admitted, f"{other.name} has")


# -- page sizes


def _default(base: ListingChecks, default: int, lab: Lab, telling: Inventory, *, exact: bool) -> Verdict:  # noqa: ARG001 - as above
    pages = [(_page(base, lab, one), len(one.items)) for one in lab.listed(base.operation) if len(one.items) > default]
    return paging.default_page_size(base.reader, pages, default, exact=exact)


def _written_out(base: ListingChecks, default: int, lab: Lab, telling: Inventory) -> Verdict:
    if len(telling.items) <= default:
        return skipped(_NO_TOKEN)
    written = _page(base, lab, telling, **{_pagination(base).limit: default})
    return paging.same_size(base.reader, written, _page(base, lab, telling))


def _full_pages(base: ListingChecks, lab: Lab, telling: Inventory) -> Verdict:
    return paging.full_pages(base.reader, [walk for walk, _ in _walks(base, lab, telling)])
