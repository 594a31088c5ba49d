"""Token laws: when a page carries a token, where tokens lead, and what a foreign or made-up one may do."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.laws.listing import Difference, Reader, pages_of
from conformance.laws.paging import Walked, incomplete
from conformance.laws.requests import failed_by, fault_of, shown
from conformance.laws.verdict import Tally, Verdict, failed, passed
from conformance.wire.exchange import Exchange, Listing

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
                told = f"{walk.name}, page {number}: token {token!r}"
                tally.hold(isinstance(token, str) and token != "", told, page)
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
            told = f"{walk.name}: {count} items on a page of {walk.size}, and a token"
            tally.hold(reader.token(page) is None, told, page)
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
