"""Page laws: however a listing is cut, its pages put together are the same list; and what a token may mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from conformance.laws.listing import Difference, Reader, pages_of
from conformance.laws.requests import fault_of, shown
from conformance.laws.verdict import Tally, Verdict, broke, failed, passed, skipped
from conformance.wire.exchange import Exchange, Listing

_CLIENT_ERRORS = range(400, 500)
_ENDLESS = 1_000
"""Items of one listing after which a run may stop reading."""


@dataclass(frozen=True)
class Walked:
    """One query walked to its end with one page size."""

    name: str
    """The resource whose items are listed."""
    listing: Listing
    size: int


def incomplete(*walks: Walked) -> Verdict | None:
    """Judge walks that did not reach their end; None where all did."""
    for walk in walks:
        if walk.listing.complete:
            continue
        last = walk.listing.pages[-1] if walk.listing.pages else None
        if last is not None and (verdict := fault_of(last, "every page of the listing")):
            return verdict
        return failed(
            "walk-broken",
            "the pages do not lead to the end of the listing",
            expected="page after page to the last, which has no token",
            received=f"{walk.name}: {walk.listing.problem}",
            exchanges=pages_of(walk.listing)[-2:],
        )
    return None


def concatenation(reader: Reader, sort_by: str | None, whole: Walked, cut: Walked) -> Verdict:
    """Judge that small pages put together give the list of large pages: none lost, none twice, in order.

    Items with equal sort keys may change places: no document orders ties.
    """
    if verdict := incomplete(whole, cut):
        return verdict
    wanted, got = reader.identities(whole.listing.items), reader.identities(cut.listing.items)
    rests_on = {"items": len(wanted), "pages": len(cut.listing.pages)}
    if not wanted and not got:
        return skipped(f"{whole.name} has no item under this query: there is nothing to cut into pages")
    if difference := Difference.between(wanted, got):
        return failed(
            "items-lost-or-repeated",
            f"pages of {cut.size} do not add up to the list",
            rests_on=rests_on,
            expected=f"the same {len(wanted)} items as in pages of {whole.size}",
            received=f"{whole.name}: {difference}",
            exchanges=pages_of(cut.listing),
        )
    if sort_by is not None:
        keys = [[reader.key(sort_by, item) for item in walk.listing.items] for walk in (whole, cut)]
        if keys[0] != keys[1]:
            at = next(index for index, pair in enumerate(zip(*keys, strict=True)) if pair[0] != pair[1])
            return failed(
                "order-lost",
                f"pages of {cut.size} come in another order",
                rests_on=rests_on,
                expected=f"the order of the pages of {whole.size}: {keys[0][at]!r} at place {at + 1}",
                received=f"{whole.name}: {keys[1][at]!r}",
                exchanges=pages_of(cut.listing),
            )
    over = [index for index, page in enumerate(cut.listing.pages) if _count(reader, page) > cut.size]
    if over:
        return failed(
            "page-too-large",
            "a page holds more items than were asked for",
            rests_on=rests_on,
            expected=f"at most {cut.size} items on a page",
            received=f"{whole.name}: {_count(reader, cut.listing.pages[over[0]])} on page {over[0] + 1}",
            exchanges=(cut.listing.pages[over[0]],),
        )
    return passed(rests_on)


def _count(reader: Reader, page: Exchange) -> int:
    pagination = reader.operation.pagination
    items = (page.answer or {}).get(pagination.result) if pagination else None
    return len(items) if isinstance(items, list) else 0


def _token(reader: Reader, page: Exchange) -> object:
    pagination = reader.operation.pagination
    return (page.answer or {}).get(pagination.output_token) if pagination else None


def leads_to_the_end(reader: Reader, listings: Sequence[tuple[str, Listing]]) -> Verdict:
    """Judge that token by token each listing comes to its end, whatever the resource; pairs of a name and its listing.

    A listing that was left off because it is longer than a run cares to read is nobody's fault, as long as it goes on
    with other items.
    """
    tally = Tally("listings")
    for name, listing in listings:
        last = listing.pages[-1] if listing.pages else None
        if last is None or not listing.pages[0].ok:
            continue
        ids = reader.identities(listing.items)
        endless = last.ok and isinstance(_token(reader, last), str) and len(set(ids)) == len(ids) > _ENDLESS
        tally.hold(listing.complete or endless, f"{name}: {listing.problem}", *pages_of(listing)[-2:])
    return tally.verdict(
        "walk-broken", "page after page to the last, which has no token", lacking="no resource has a listing"
    )


def full_pages(reader: Reader, walks: Sequence[Walked]) -> Verdict:
    """Judge that every page but the last is full (further than the documents go: siblings send shorter ones)."""
    if verdict := incomplete(*walks):
        return verdict
    tally = Tally("pages")
    for walk in walks:
        for index, page in enumerate(walk.listing.pages[:-1]):
            count = _count(reader, page)
            tally.hold(count == walk.size, f"{walk.name}, page {index + 1} of size {walk.size}: {count} items", page)
    return tally.verdict(
        "short-page", "a full page wherever another follows", lacking="no listing here is longer than a page"
    )


def token_while_truncated(reader: Reader, walks: Sequence[Walked]) -> Verdict:
    """Judge that a page that leaves items out carries a token, and that it is a string."""
    tally = Tally("pages")
    for walk in walks:
        if walk.listing.problem and not walk.listing.pages:
            continue
        for index, page in enumerate(walk.listing.pages):
            if index + 1 < len(walk.listing.pages):
                token = _token(reader, page)
                tally.hold(
                    isinstance(token, str) and token != "", f"{walk.name}, page {index + 1}: token {token!r}", page
                )
    return tally.verdict(
        "no-token", "a token on every page but the last", lacking="no listing here is longer than a page"
    )


def truncated_pages_lead_on(reader: Reader, known: Sequence[tuple[Walked, int]]) -> Verdict:
    """Judge first pages that leave items out: each must carry a token. `known` pairs walks with the count."""
    tally = Tally("listings")
    for walk, count in known:
        if walk.listing.pages and count > walk.size and walk.listing.pages[0].ok:
            page = walk.listing.pages[0]
            words = f"{walk.name}: {_count(reader, page)} of {count} items in a page of {walk.size}, and no token"
            tally.hold(_token(reader, page) is not None or _count(reader, page) >= count, words, page)
    return tally.verdict(
        "no-token", "a token while items are left out", lacking="no listing here is longer than a page"
    )


def no_token_at_the_end(reader: Reader, walks: Sequence[tuple[Walked, int]], *, exact: bool) -> Verdict:
    """Judge that a listing that fits on its page has no token; `exact` looks at those that just fill it.

    A page may be shorter than it was asked for (siblings of the operation send such pages): one that leaves items out
    carries its token by right.
    """
    tally = Tally("listings")
    for walk, count in walks:
        fits = count == walk.size if exact else count < walk.size
        page = walk.listing.pages[0] if walk.listing.pages else None
        if fits and page is not None and page.ok and _count(reader, page) >= count > 0:
            token = _token(reader, page)
            tally.hold(token is None, f"{walk.name}: {count} items on a page of {walk.size}, and a token", page)
    lacking = "no listing here fills its page exactly" if exact else "no listing here fits on one page"
    return tally.verdict("token-at-the-end", "no token where nothing was left out", lacking=lacking)


def never_the_first_page_again(reader: Reader, walks: Sequence[Walked]) -> Verdict:
    """Judge that no token leads back: the items of the first page come once."""
    if verdict := incomplete(*walks):
        return verdict
    tally = Tally("listings")
    for walk in walks:
        if len(walk.listing.pages) > 1:
            pagination = reader.operation.pagination
            result = pagination.result if pagination else ""
            first = set(reader.identities((walk.listing.pages[0].answer or {}).get(result, [])))
            again = [
                page
                for page in walk.listing.pages[1:]
                if first & set(reader.identities((page.answer or {}).get(result, [])))
            ]
            tally.hold(not again, f"{walk.name}: items of the first page of {walk.size} come again", *again[:1])
    return tally.verdict(
        "page-again", "the items of the first page once", lacking="no listing here is longer than a page"
    )


def same_page(reader: Reader, once: Exchange, again: Exchange) -> Verdict:
    """Judge that the same token gives the same page, however often it is used."""
    for exchange in (once, again):
        if verdict := fault_of(exchange, "a page"):
            return verdict
    pagination = reader.operation.pagination
    result = pagination.result if pagination else ""
    pages = [reader.identities((page.answer or {}).get(result, [])) for page in (once, again)]
    if not once.ok:
        return failed(
            "token-refused",
            "a token that was just issued is refused",
            expected="the next page",
            received=shown(once),
            exchanges=(once,),
        )
    if pages[0] != pages[1]:
        return failed(
            "token-not-repeatable",
            "the same token gave two pages",
            expected=f"{len(pages[0])} items as before",
            received=str(Difference.between(pages[0], pages[1])) or "another order" if again.ok else shown(again),
            exchanges=(once, again),
        )
    return passed({"pages": 2, "items": len(pages[0])})


def same_size(reader: Reader, written_out: Exchange, left_out: Exchange) -> Verdict:
    """Judge that leaving the size out gives a page as long as with the default written out; ties may change items."""
    for exchange in (written_out, left_out):
        if verdict := fault_of(exchange, "a page"):
            return verdict
    if not (written_out.ok and left_out.ok):
        refused = left_out if written_out.ok else written_out
        return failed("refused", "a page is refused", expected="a page", received=shown(refused), exchanges=(refused,))
    wanted, got = _count(reader, written_out), _count(reader, left_out)
    if wanted != got:
        return failed(
            "other-default",
            "leaving the size out is not the documented default",
            expected=f"{wanted} items, as with the default written out",
            received=f"{got} items",
            exchanges=(written_out, left_out),
        )
    return passed({"pages": 2, "items": wanted})


def unissued_token(exchange: Exchange) -> Verdict:
    """Judge a token that nobody issued: it is refused, not taken for a page (further than the documents go)."""
    expected = "a refusal with a 4xx: the token was never issued"
    if verdict := fault_of(exchange, expected):
        return verdict
    if exchange.ok:
        return failed(
            "garbage-token-accepted",
            "a token that nobody issued gives a page",
            expected=expected,
            received=shown(exchange),
            exchanges=(exchange,),
        )
    if exchange.status not in _CLIENT_ERRORS:
        return failed("no-refusal", "no refusal", expected=expected, received=shown(exchange), exchanges=(exchange,))
    return passed({"answers": 1}, notes=(f"refused: {exchange.error_code}",))


def foreign_token(reader: Reader, exchange: Exchange, allowed: frozenset[str], words: str) -> Verdict:
    """Judge a token offered to another query: refused, or answered with items that the query it came with admits."""
    expected = f"a refusal, or only items that {words}"
    if verdict := fault_of(exchange, expected):
        return verdict
    if exchange.status in _CLIENT_ERRORS:
        return passed({"answers": 1}, notes=(f"refused: {exchange.error_code or exchange.status}",))
    if not exchange.ok:
        return broke("no-aws-answer", shown(exchange), exchanges=(exchange,))
    pagination = reader.operation.pagination
    items = reader.identities((exchange.answer or {}).get(pagination.result if pagination else "", []))
    strangers = tuple(name for name in items if name not in allowed)
    if strangers:
        return failed(
            "foreign-items",
            "the page holds items that the query does not admit",
            expected=expected,
            received=f"{len(strangers)} others, such as {strangers[0]}",
            exchanges=(exchange,),
        )
    return passed({"answers": 1, "items": len(items)}, notes=("accepted",))


def default_page_size(reader: Reader, pages: Sequence[tuple[Exchange, int]], default: int, *, exact: bool) -> Verdict:
    """Judge a page asked for without a size: at most the default; `exact`: full where more items exist."""
    tally = Tally("pages")
    for page, count in pages:
        if page.ok and count > default:
            size = _count(reader, page)
            tally.hold(size == default if exact else size <= default, f"{size} of {count} items on a page", page)
    expected = f"{default} items" if exact else f"at most {default} items"
    return tally.verdict("default-page-size", expected, lacking=f"no listing here is longer than {default} items")
