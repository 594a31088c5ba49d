"""Checks of tokens: when one comes, what it leads to, what a foreign or made-up one may do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.checks.check import Check
from conformance.checks.listing.paging import incomplete
from conformance.checks.listing.walks import CUTS, NO_TOKEN, ListingChecks, Query
from conformance.checks.request.laws import failed_by, fault_of
from conformance.checks.verdict import Tally, Verdict, failed, passed, skipped
from conformance.session.listing import Difference, Reader, Walked, pages_of
from conformance.session.session import TargetSession
from conformance.session.snapshot import ListingSnapshot
from conformance.wire.exchange import Exchange, Listing, shown

_CLIENT_ERRORS = range(400, 500)
_ENDLESS = 1_000
"""Items of one listing after which a run may stop reading."""
_ONE_PAGE = "no listing here is longer than a page"


def leads_to_the_end(reader: Reader, listings: Sequence[tuple[str, Listing]]) -> Verdict:
    """Judge that token by token each listing comes to its end, whatever the resource; pairs of a name and its listing.

    A listing that was left off because it is longer than a run cares to read is nobody's fault, as long as it goes on
    with other items.
    """
    tally = Tally("listings")
    for name, listing in listings:
        if not listing.pages or not listing.pages[0].ok:
            continue
        ids = reader.identities(listing.items)
        endless = listing.left_off and len(set(ids)) == len(ids) > _ENDLESS
        tally.hold(listing.complete or endless, f"{name}: {listing.problem}", *pages_of(listing)[-2:])
    return tally.verdict(
        "walk-broken",
        "page after page to the last, which has no token",
        wrong="pages do not lead to the end of the listing",
        lacking="no resource has a listing",
    )


def are_strings(reader: Reader, walks: Sequence[Walked]) -> Verdict:
    """Judge that every token that a page carries is a string, and not an empty one."""
    tally = Tally("tokens")
    for walk in walks:
        for number, page in enumerate(walk.listing.pages, start=1):
            token = reader.token(page)
            if token is not None:
                received = f"{walk.name}, page {number}: token {token!r}"
                tally.hold(isinstance(token, str) and token != "", received, page)
    return tally.verdict(
        "no-token",
        "a string that is not empty, wherever there is a token",
        wrong="a token is empty or no string",
        lacking=_ONE_PAGE,
    )


def truncated_pages_lead_on(reader: Reader, known: Sequence[tuple[Walked, int]]) -> Verdict:
    """Judge first pages that leave items out: each must carry a token. `known` pairs walks with the count."""
    tally = Tally("listings")
    for walk, count in known:
        if walk.listing.pages and count > walk.size and walk.listing.pages[0].ok:
            page = walk.listing.pages[0]
            have = len(reader.items(page))
            words = f"{walk.name}: {have} of {count} items in a page of {walk.size}, and no token"
            tally.hold(reader.token(page) is not None or have >= count, words, page)
    return tally.verdict(
        "no-token",
        "a token while items are left out",
        wrong="a page leaves items out and carries no token",
        lacking=_ONE_PAGE,
    )


def none_at_the_end(reader: Reader, walks: Sequence[tuple[Walked, int]], *, exact: bool) -> Verdict:
    """Judge that a listing that fits on its page has no token; `exact` looks at those that just fill it.

    A page may be shorter than it was asked for (siblings of the operation send such pages): one that leaves items out
    carries its token by right.
    """
    tally = Tally("listings")
    for walk, count in walks:
        fits = count == walk.size if exact else count < walk.size
        page = walk.listing.pages[0] if walk.listing.pages else None
        if fits and page is not None and page.ok and len(reader.items(page)) >= count > 0:
            received = f"{walk.name}: {count} items on a page of {walk.size}, and a token"
            tally.hold(reader.token(page) is None, received, page)
    lacking = "no listing here fills its page exactly" if exact else "no listing here fits on one page"
    return tally.verdict(
        "token-at-the-end",
        "no token where nothing was left out",
        wrong="a page with everything on it carries a token",
        lacking=lacking,
    )


def never_the_first_page_again(reader: Reader, walks: Sequence[Walked]) -> Verdict:
    """Judge that no token leads back: the items of the first page come once."""
    if verdict := incomplete(*walks):
        return verdict
    tally = Tally("listings")
    for walk in walks:
        if len(walk.listing.pages) > 1:
            first, *later = walk.listing.pages
            items = set(reader.identities(reader.items(first)))
            again = [page for page in later if items & set(reader.identities(reader.items(page)))]
            tally.hold(not again, f"{walk.name}: items of the first page of {walk.size} come again", *again[:1])
    return tally.verdict(
        "page-again",
        "the items of the first page once",
        wrong="a token leads back to the first page",
        lacking=_ONE_PAGE,
    )


def same_page(reader: Reader, once: Exchange, again: Exchange) -> Verdict:
    """Judge that the same token gives the same page, however often it is used."""
    for exchange in (once, again):
        if verdict := fault_of(exchange, "a page"):
            return verdict
    if not once.ok:
        return failed_by(once, "token-refused", "a token that was just issued is refused", "the next page")
    first, second = (reader.identities(reader.items(page)) for page in (once, again))
    if not again.ok or first != second:
        return failed(
            "token-not-repeatable",
            "the same token gave two pages",
            expected=f"{len(first)} items as before",
            received=str(Difference.between(first, second)) or "another order" if again.ok else shown(again),
            exchanges=(once, again),
        )
    return passed({"pages": 2, "items": len(first)})


def unissued(exchange: Exchange) -> Verdict:
    """Judge a token that nobody issued: it is refused, not taken for a page (further than the documents go)."""
    expected = "a refusal with a 4xx: the token was never issued"
    if verdict := fault_of(exchange, expected):
        return verdict
    if exchange.ok:
        return failed_by(exchange, "garbage-token-accepted", "a token that nobody issued gives a page", expected)
    if exchange.status not in _CLIENT_ERRORS:
        return failed_by(exchange, "no-refusal", "no refusal", expected)
    return passed({"answers": 1}, notes=(f"refused: {exchange.error_code}",))


def foreign(
    reader: Reader, exchange: Exchange, allowed: frozenset[str], words: str, most: int | None = None
) -> Verdict:
    """Judge a token offered to another query: refused, or answered with items that the query it came with admits.

    `most` is the page size that the query asks for, if it asks for one.
    """
    expected = f"a refusal, or only items that {words}"
    if verdict := fault_of(exchange, expected):
        return verdict
    if exchange.status in _CLIENT_ERRORS:
        return passed({"answers": 1}, notes=(f"refused: {exchange.error_code or exchange.status}",))
    if not exchange.ok:
        return failed_by(exchange, "no-aws-answer", "neither refused nor answered with a page", expected)
    items = reader.identities(reader.items(exchange))
    strangers = tuple(name for name in items if name not in allowed)
    if strangers:
        return failed(
            "foreign-items",
            "the page holds items that the query does not admit",
            expected=expected,
            received=f"{len(strangers)} others, such as {strangers[0]}",
            exchanges=(exchange,),
        )
    if most is not None and len(items) > most:
        return failed(
            "page-too-large",
            "the page is as large as another query asked for",
            expected=f"a refusal, or at most {most} items",
            received=f"{len(items)} items on a page",
            exchanges=(exchange,),
        )
    return passed({"answers": 1, "items": len(items)}, notes=("accepted",))


LAWS = frozenset({"token-while-truncated", "no-token-at-the-end", "token-leads-on"})
"""The names by which behaviours call for these checks."""

_MADE_UP = (("word", "not-a-token-that-anybody-issued"), ("number", "10"), ("base64", "eyJvZmZzZXQiOiAxMH0="))


def token_checks(base: ListingChecks) -> Iterator[Check]:
    """Yield the checks of tokens: where they come, and where they lead."""
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


def _counted(base: ListingChecks, session: TargetSession) -> list[tuple[Walked, int]]:
    """Return the first page of every ended resource, as large as can be, with the number of items that it has."""
    return [
        (_first_page(base.walk(session, each, Query())), len(each.items)) for each in session.listed(base.operation)
    ]


def _recounted(base: ListingChecks, session: TargetSession) -> Iterator[tuple[Walked, int]]:
    """Yield the largest page of every resource that just fills it, with the items that smaller pages come upon."""
    for each in session.listed(base.operation):
        walk = base.walk(session, each, Query())
        if len(each.items) == walk.size > 1:
            yield _first_page(walk), len(base.walk(session, each, Query(), walk.size - 1).listing.items)


def _just_full(base: ListingChecks, session: TargetSession, size: int) -> list[tuple[Walked, int]]:
    """Return the first page of every ended resource that has just so many items."""
    full = [each for each in session.listed(base.operation) if len(each.items) == size]
    return [(_first_page(base.walk(session, each, Query(), size)), size) for each in full]


def _first_page(walk: Walked) -> Walked:
    return replace(walk, listing=replace(walk.listing, pages=walk.listing.pages[:1]))


def _issued(base: ListingChecks, session: TargetSession, representative: ListingSnapshot) -> str | None:
    """Return the token of the first page; None where the listing fits on it."""
    token = base.reader.token(base.page(session, representative))
    return token if isinstance(token, str) else None


# -- tokens


def _while_truncated(base: ListingChecks, session: TargetSession, representative: ListingSnapshot) -> Verdict:
    firsts = [(_first_page(walk), len(subject.items)) for walk, subject in base.cuts(session, representative)]
    return truncated_pages_lead_on(base.reader, [*firsts, *_recounted(base, session)])


def _string(base: ListingChecks, session: TargetSession, representative: ListingSnapshot) -> Verdict:
    return are_strings(base.reader, [walk for walk, _ in base.cuts(session, representative)])


def _none(base: ListingChecks, session: TargetSession, representative: ListingSnapshot, *, exact: bool) -> Verdict:  # noqa: ARG001 - one signature for all judges
    pages = [*_just_full(base, session, CUTS[-1]), *_counted(base, session)] if exact else _counted(base, session)
    return none_at_the_end(base.reader, pages, exact=exact)


def _never_back(base: ListingChecks, session: TargetSession, representative: ListingSnapshot) -> Verdict:
    return never_the_first_page_again(base.reader, [walk for walk, _ in base.cuts(session, representative)])


def _leads_to_the_end(base: ListingChecks, session: TargetSession) -> Verdict:
    """Look at every resource: where no listing comes to its end there is none left to look at otherwise."""
    inventories = session.inventories(base.operation)
    listings = [(inventory.name, inventory.listing) for inventory in inventories if inventory.listing is not None]
    return leads_to_the_end(base.reader, listings)


def _repeatable(base: ListingChecks, session: TargetSession, representative: ListingSnapshot) -> Verdict:
    token = _issued(base, session, representative)
    if token is None:
        return skipped(NO_TOKEN)
    request = base.request(representative, **{base.reader.pagination.input_token: token})
    return same_page(base.reader, session.exchange(request), session.send_again(request))


def _made_up(base: ListingChecks, value: str, session: TargetSession, representative: ListingSnapshot) -> Verdict:
    request = base.request(representative, **{base.reader.pagination.input_token: value})
    return unissued(session.exchange(request, ordinary=False))


def _foreign(
    base: ListingChecks, members: dict[str, Any], session: TargetSession, representative: ListingSnapshot
) -> Verdict:
    token = _issued(base, session, representative)
    if token is None:
        return skipped(NO_TOKEN)
    reader = base.reader
    names = [name for name, _ in base.filters if name in members]
    admitted = [
        item for item in representative.items if all(reader.filtered(name, item) == members[name] for name in names)
    ]
    words = "match the filter" if names else f"{representative.name} has"
    allowed = frozenset(reader.identities(admitted))
    most = members.get(reader.pagination.limit)
    if most is not None:
        # Whatever its size, the next page is of what the first one left over.
        allowed -= frozenset(reader.identities(reader.items(base.page(session, representative))))
        words = f"{representative.name} has, and its first page had not"
    request = base.request(representative, **members, **{reader.pagination.input_token: token})
    return foreign(reader, session.exchange(request, ordinary=False), allowed, words, most)


def _other_resource(base: ListingChecks, session: TargetSession, representative: ListingSnapshot) -> Verdict:
    token = _issued(base, session, representative)
    other = next(
        (each for each in session.listed(base.operation) if each.name != representative.name and each.items), None
    )
    if token is None or other is None:
        return skipped("the target has no two ended resources with listed items")
    request = base.request(other, **{base.reader.pagination.input_token: token})
    exchange = session.exchange(request, ordinary=False)
    return foreign(base.reader, exchange, frozenset(base.reader.identities(other.items)), f"{other.name} has")
