"""Tokens: when one comes, what it leads to, what a foreign or made-up one may do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from conformance.checks.listing.walks import (
    CUTS,
    NO_TOKEN,
    ListingCheck,
    ListingChecks,
    Query,
    Variant,
    Walker,
    incomplete,
)
from conformance.checks.request.laws import failed_by, fault_of
from conformance.checks.verdict import Tally, Verdict, failed, passed, skipped
from conformance.contract.asking import asking, values_at
from conformance.session.listing import Difference, Reader, Walked, pages_of
from conformance.session.snapshot import ListingSnapshot
from conformance.wire.exchange import Exchange, shown

_CLIENT_ERRORS = range(400, 500)
_ENDLESS = 1_000
"""Items of one listing after which a run may stop reading."""
_ONE_PAGE = "no listing here is longer than a page"


def are_strings(reader: Reader, walks: Sequence[Walked]) -> Verdict:
    """Check that every token that a page carries is a string, and not an empty one."""
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


def none_at_the_end(reader: Reader, known: Iterable[tuple[Walked, int]], *, exact: bool) -> Verdict:
    """Check that a listing that fits on its page has no token; `exact` looks at those that just fill it.

    A page may be shorter than it was asked for (siblings of the operation send such pages): one that leaves items out
    carries its token by right.
    """
    tally = Tally("listings")
    for walk, page, count in _first_pages(known):
        fits = count == walk.size if exact else count < walk.size
        if fits and len(reader.items(page)) >= count > 0:
            received = f"{walk.name}: {count} items on a page of {walk.size}, and a token"
            tally.hold(reader.token(page) is None, received, page)
    lacking = "no listing here fills its page exactly" if exact else "no listing here fits on one page"
    return tally.verdict(
        "token-at-the-end",
        "no token where nothing was left out",
        wrong="a page with everything on it carries a token",
        lacking=lacking,
    )


def _first_pages(known: Iterable[tuple[Walked, int]]) -> Iterator[tuple[Walked, Exchange, int]]:
    """Yield the first page of each walk that has one; pairs of a walk and the number of items of its listing."""
    for walk, count in known:
        if walk.listing.pages and walk.listing.pages[0].ok:
            yield walk, walk.listing.pages[0], count


def same_page(reader: Reader, once: Exchange, again: Exchange) -> Verdict:
    """Check that the same token gives the same page, however often it is used."""
    for exchange in (once, again):
        if verdict := fault_of(exchange, "a page"):
            return verdict
    if not once.ok:
        return failed_by(once, "token-refused", "a token that was just issued is rejected", "the next page")
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


def foreign(
    reader: Reader, exchange: Exchange, allowed: frozenset[str], words: str, most: int | None = None
) -> Verdict:
    """Evaluate a token offered to another query: rejected, or answered with items that the query it came with admits.

    `most` is the page size that the query asks for, if it asks for one.
    """
    expected = f"a refusal, or only items that {words}"
    if verdict := fault_of(exchange, expected):
        return verdict
    if exchange.status in _CLIENT_ERRORS:
        return passed({"answers": 1}, notes=(f"rejected: {exchange.error_code or exchange.status}",))
    if not exchange.ok:
        return failed_by(exchange, "no-aws-answer", "neither rejected nor answered with a page", expected)
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


_LEADS_ON = ("token-leads-on",)
_CAME, _SENT = ("output/{token}/present",), ("input/{input_token}/present",)
_FULL, _UNISSUED = ("O22", "O24"), ("O40",)
"""Observations of full pages, and of tokens that were not issued for the query."""


@ListingCheck(
    "pagination/token/while-truncated",
    "a page that leaves items out carries a token",
    laws=("token-while-truncated",),
    facts=_CAME,
)
def _while_truncated(walker: Walker, listing: ListingSnapshot) -> Verdict:
    reader, tally = walker.reader, Tally("listings")
    cuts = [(walk, len(subject.items)) for walk, subject in walker.cuts(listing)]
    for walk, page, count in _first_pages([*cuts, *_recounted(walker)]):
        if count > walk.size:
            have = len(reader.items(page))
            words = f"{walk.name}: {have} of {count} items in a page of {walk.size}, and no token"
            tally.hold(reader.token(page) is not None or have >= count, words, page)
    return tally.verdict(
        "no-token",
        "a token while items are left out",
        wrong="a page leaves items out and carries no token",
        lacking=_ONE_PAGE,
    )


@ListingCheck(
    "pagination/token/string",
    "a token is a string that is not empty",
    laws=("token-while-truncated",),
    facts=_CAME,
)
def _string(walker: Walker, listing: ListingSnapshot) -> Verdict:
    return are_strings(walker.reader, [walk for walk, _ in walker.cuts(listing)])


@ListingCheck(
    "pagination/token/none-when-all-fit",
    "a listing that fits on its page carries no token",
    laws=("no-token-at-the-end",),
    facts=_CAME,
)
def _none_when_all_fit(walker: Walker, _: ListingSnapshot) -> Verdict:
    return none_at_the_end(walker.reader, _counted(walker), exact=False)


@ListingCheck(
    "pagination/token/none-when-just-full",
    "a listing that fills its page to the last place carries no token",
    level="should",
    laws=("no-token-at-the-end",),
    facts=_CAME,
    observed=_FULL,
)
def _none_when_just_full(walker: Walker, _: ListingSnapshot) -> Verdict:
    full = [each for each in walker.listed() if len(each.items) == CUTS[-1]]
    just_full = [(walker.walk(each, Query(), CUTS[-1]), CUTS[-1]) for each in full]
    return none_at_the_end(walker.reader, [*just_full, *_counted(walker)], exact=True)


@ListingCheck("pagination/token/never-back", "no token leads back to the first page", laws=_LEADS_ON, facts=_CAME)
def _never_back(walker: Walker, listing: ListingSnapshot) -> Verdict:
    reader, walks = walker.reader, [walk for walk, _ in walker.cuts(listing)]
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


@ListingCheck(
    "pagination/token/leads-to-the-end",
    "token by token every listing comes to its end",
    laws=_LEADS_ON,
    facts=_CAME,
    at_large=True,
)
def _leads_to_the_end(walker: Walker) -> Verdict:
    """Look at every resource: where no listing comes to its end there is none left to look at otherwise.

    A listing that was left off because it is longer than a run reads is no fault, as long as it goes on with other
    items.
    """
    tally = Tally("listings")
    for each in walker.session.listings(walker.operation):
        listing = each.listing
        if listing is None or not listing.pages or not listing.pages[0].ok:
            continue
        ids = walker.reader.identities(listing.items)
        endless = listing.left_off and len(set(ids)) == len(ids) > _ENDLESS
        tally.hold(listing.complete or endless, f"{each.name}: {listing.problem}", *pages_of(listing)[-2:])
    return tally.verdict(
        "walk-broken",
        "page after page to the last, which has no token",
        wrong="pages do not lead to the end of the listing",
        lacking="no resource has a listing",
    )


@ListingCheck(
    "pagination/token/repeatable",
    "the same token gives the same page again",
    level="should",  # no document says that a token may be used twice
    laws=_LEADS_ON,
    facts=_SENT,
)
def _repeatable(walker: Walker, listing: ListingSnapshot) -> Verdict:
    token = _issued(walker, listing)
    if token is None:
        return skipped(NO_TOKEN)
    request = walker.request(listing, **{walker.reader.pagination.input_token: token})
    return same_page(walker.reader, walker.session.exchange(request), walker.session.send_again(request))


_MADE_UP = (("word", "not-a-token-that-anybody-issued"), ("number", "10"), ("base64", "eyJvZmZzZXQiOiAxMH0="))


def _is_opaque(checks: ListingChecks) -> bool:
    """Return whether a token is the service's own: where it is the name of an item, any name is one."""
    sent = checks.operation.input.members[checks.reader.pagination.input_token]
    listed = checks.operation.output.members.get(checks.reader.pagination.result)
    identity = listed.element.descend(checks.reader.spec.identity) if listed is not None and listed.element else None
    return identity is None or not sent.shape or sent.shape != identity.shape


def _made_up_tokens(checks: ListingChecks) -> Iterator[Variant]:
    if _is_opaque(checks):
        yield from ({"form": form, "value": value} for form, value in _MADE_UP)


@ListingCheck(
    "pagination/token/made-up-{form}",
    "a made-up token ({value}) is rejected",
    level="should",
    facts=_SENT,
    observed=_UNISSUED,
    each=_made_up_tokens,
)
def _made_up(walker: Walker, listing: ListingSnapshot, *, form: str, value: str) -> Verdict:  # noqa: ARG001 - the form is for the id
    request = walker.request(listing, **{walker.reader.pagination.input_token: value})
    exchange = walker.session.exchange(request, ordinary=False)
    expected = "a refusal with a 4xx: the token was never issued"
    if verdict := fault_of(exchange, expected):
        return verdict
    if exchange.ok:
        return failed_by(exchange, "garbage-token-accepted", "a made-up token gives a page", expected)
    if exchange.status not in _CLIENT_ERRORS:
        return failed_by(exchange, "no-refusal", "no refusal", expected)
    return passed({"answers": 1}, notes=(f"rejected: {exchange.error_code}",))


def _other_queries(checks: ListingChecks) -> Iterator[Variant]:
    if not _is_opaque(checks):
        return
    spec, limit = checks.reader.spec, checks.reader.pagination.limit
    queries: list[tuple[str, dict[str, Any]]] = [
        *(("another-order", {spec.sort_by: key, spec.sort_order: spec.descending}) for key in list(spec.keys)[:1]),
        *(("another-key", {spec.sort_by: key}) for key in list(spec.keys)[1:2]),
        *(("another-page-size", {limit: size}) for size in checks.sizes((2,))),
        *((f"a-filter-{value}", asking(name, value)) for name, value in checks.filters[:2]),
    ]
    for case, members in queries:
        given = "items that come after the first page" if limit in members else "items that the query admits"
        yield {"case": case, "words": case.replace("-", " "), "given": given, "members": members}


@ListingCheck(
    "pagination/token/offered-to-{case}",
    "a token offered to {words} is rejected, or gives {given}",
    level="should",
    facts=_SENT,
    observed=_UNISSUED,
    each=_other_queries,
)
def _foreign(walker: Walker, listing: ListingSnapshot, *, members: Mapping[str, Any], **_: str) -> Verdict:
    token = _issued(walker, listing)
    if token is None:
        return skipped(NO_TOKEN)
    reader = walker.reader
    wanted = {name: values for name, _ in walker.checks.filters if (values := values_at(members, name))}
    admitted = [
        item for item in listing.items if all(reader.filtered(name, item) in values for name, values in wanted.items())
    ]
    words = "match the filter" if wanted else f"{listing.name} has"
    allowed = frozenset(reader.identities(admitted))
    most = members.get(reader.pagination.limit)
    if most is not None:
        # Whatever its size, the next page is of what the first one left over.
        allowed -= frozenset(reader.identities(reader.items(walker.page(listing))))
        words = f"{listing.name} has, and its first page had not"
    request = walker.request(listing, **members, **{reader.pagination.input_token: token})
    return foreign(reader, walker.session.exchange(request, ordinary=False), allowed, words, most)


@ListingCheck(
    "pagination/token/offered-to-another-resource",
    "a token offered to another resource is rejected, or gives that resource's items",
    laws=_LEADS_ON,
    facts=_SENT,
    each=lambda checks: ({},) if checks.operation.subject and _is_opaque(checks) else (),
)
def _other_resource(walker: Walker, listing: ListingSnapshot) -> Verdict:
    token = _issued(walker, listing)
    other = next((each for each in walker.listed() if each.name != listing.name and each.items), None)
    if token is None or other is None:
        return skipped("the target has no two ended resources with listed items")
    request = walker.request(other, **{walker.reader.pagination.input_token: token})
    exchange = walker.session.exchange(request, ordinary=False)
    return foreign(walker.reader, exchange, frozenset(walker.reader.identities(other.items)), f"{other.name} has")


def _counted(walker: Walker) -> list[tuple[Walked, int]]:
    """Return the walk of every ended resource in pages as large as can be, with the number of items that it has."""
    return [(walker.walk(each, Query()), len(each.items)) for each in walker.listed()]


def _recounted(walker: Walker) -> Iterator[tuple[Walked, int]]:
    """Yield the walk of every resource that just fills the largest page, with the items that smaller pages have."""
    for each in walker.listed():
        walk = walker.walk(each, Query())
        if len(each.items) == walk.size > 1:
            yield walk, len(walker.walk(each, Query(), walk.size - 1).listing.items)


def _issued(walker: Walker, listing: ListingSnapshot) -> str | None:
    """Return the token of the first page; None where the listing fits on it."""
    token = walker.reader.token(walker.page(listing))
    return token if isinstance(token, str) and token else None
