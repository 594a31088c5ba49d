"""Mutants of tokens: passed over, made up, used up, or bringing along what belongs to another query."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.mutation.mutant import BOTH, LIST, Group, Kind, Members, replacing
from conformance.reference.inputs import Rejection, validation
from conformance.reference.listing import Page, page_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference.service import Service


pages = Group("pages", LIST, Kind.LISTING)

_NEXT = "token-leads-to-the-next-page"
_CUT = "cut-list-carries-a-token"
_LAST = "last-page-has-no-token"
_CAP = "page-size-caps-a-page"
_DEFAULT = "page-size-defaults-to-ten"
_TOKEN = f"{LIST}/output/NextToken/present"
_SIZE_BY_DEFAULT = 10
_SIZE = f"{LIST}/input/MaxResults/present"


def _page(name: str, words: str, edit: Callable[[Page[Any], Sequence[Any], bool], Page[Any]], *breaks: str) -> None:
    """Take up a change of the page that was cut: given the page, the whole list, and whether it is a later page."""

    def page(_: Service, original: Any, operation: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
        return edit(original(operation, query, listed), listed, "NextToken" in query)

    pages.add(name, words, breaks, replacing(page=page))


def _without(page: Page[Any], index: int) -> Page[Any]:
    kept = list(page.items)
    if kept:
        kept.pop(index)
    return replace(page, items=tuple(kept))


def _again(page: Page[Any], index: int) -> Page[Any]:
    return replace(page, items=(*page.items, *page.items[index : index + 1 or None]))


for _name, _words, _edit in (
    ("drops-its-last-item", "a page that is followed by another lacks its last item",
     lambda page, _, __: _without(page, -1) if page.next_offset else page),
    ("drops-the-first-item-of-later-pages", "every page after the first lacks its first item",
     lambda page, _, later: _without(page, 0) if later else page),
    ("drops-the-last-item-of-all", "the last page of several lacks its last item",
     lambda page, _, later: _without(page, -1) if later and page.next_offset is None else page),
    ("drops-a-lone-item", "a last page with one item is empty",
     lambda page, _, later: _without(page, 0) if later and len(page.items) == 1 else page),
    ("repeats-an-item", "a page that is followed by another has its last item twice",
     lambda page, _, __: _again(page, -1) if page.next_offset else page),
    ("skips-between-pages", "a page starts one item late",
     lambda page, listed, _: replace(page, next_offset=page.next_offset + 1)
     if page.next_offset and page.next_offset + 1 < len(listed) else page),
    ("overlaps-between-pages", "a page starts with the last item of the one before",
     lambda page, _, __: replace(page, next_offset=page.next_offset - 1)
     if page.next_offset and len(page.items) > 1 else page),
    ("backwards-from-page-to-page", "every page after the first stands backwards",
     lambda page, _, later: replace(page, items=page.items[::-1]) if later else page),
    ("second-page-again-and-again", "the token of the second page leads to the second page",
     lambda page, _, later: replace(page, next_offset=page.next_offset - len(page.items))
     if later and page.next_offset else page),
    ("later-pages-are-empty", "every page after the first is empty, and the last",
     lambda page, _, later: Page((), None) if later else page),
    ("ends-after-two-pages", "the second page is the last",
     lambda page, _, later: replace(page, next_offset=None) if later else page),
):  # fmt: skip
    _page(_name, _words, _edit, _NEXT, _TOKEN)

for _name, _words, _edit in (
    ("token-on-the-last-page", "the last page has a token, which leads to an empty page",
     lambda page, listed, _: replace(page, next_offset=len(listed)) if page.items and not page.next_offset else page),
    ("token-that-never-ends", "the last page has a token, which leads to itself",
     lambda page, listed, _: page if page.next_offset else replace(page, next_offset=max(0, len(listed) - 1))),
    ("token-back-to-the-start", "the last page has a token, which leads to the first",
     lambda page, _, later: page if page.next_offset or not later else replace(page, next_offset=0)),
    ("one-page-too-many", "a list that fills its last page has one page more, an empty one",
     lambda page, listed, _: replace(page, next_offset=len(listed))
     if len(page.items) == _SIZE_BY_DEFAULT and not page.next_offset else page),
):  # fmt: skip
    _page(_name, _words, _edit, _LAST, _TOKEN)

_page(
    "no-token-at-all",
    "a cut list has no token",
    lambda page, _, __: replace(page, next_offset=None),
    _CUT,
    _TOKEN,
)


def _rendered(name: str, words: str, edit: Callable[[Members], Members], *breaks: str) -> None:
    def render_token(_: Service, original: Any, operation: str, query: Members, page: Page[Any]) -> Members:
        return edit(original(operation, query, page))

    pages.add(name, words, breaks, replacing(render_token=render_token))


_rendered(
    "token-is-null",
    "where there is no token the member is null",
    lambda received: received or {"NextToken": None},
    _LAST,
    f"{LIST}/output/NextToken/type",
)
_rendered("token-is-empty", "where there is no token the member is an empty text",
          lambda received: received or {"NextToken": ""}, _LAST, _TOKEN)  # fmt: skip
_rendered("token-under-another-name", "the token stands in nextToken",
          lambda answer: {name[:1].lower() + name[1:]: it for name, it in answer.items()}, _CUT, _TOKEN)  # fmt: skip


# -- sizes


def _sized(name: str, words: str, size: Callable[[int, bool], int], *breaks: str) -> None:
    """Take up another page size: given the one in force and whether it was asked for."""

    def complete(_: Service, original: Any, operation: str, members: Members) -> Members:
        query: Members = original(operation, members)
        query["MaxResults"] = size(query["MaxResults"], "MaxResults" in members)
        return query

    pages.add(name, words, breaks, replacing(complete=complete))


_sized("page-of-one-more", "a page holds one item more than asked for", lambda size, asked: size + asked, _CAP)
_sized("page-of-one-less", "a page holds one item less than asked for", lambda size, asked: max(1, size - asked), _SIZE)
_sized("page-size-ignored", "a page holds ten items, whatever is asked for", lambda *_: 10, _CAP, _SIZE)
_sized("everything-on-one-page", "a page holds a hundred items, whatever is asked for", lambda *_: 100, _CAP, _DEFAULT)
_sized(
    "default-of-a-hundred",
    "a page that nobody sized holds a hundred items",
    lambda size, asked: size if asked else 100,
    _DEFAULT,
)
_sized("default-of-eleven", "a page that nobody sized holds eleven items", lambda size, asked: size if asked else 11,
       _DEFAULT)  # fmt: skip
_sized("no-less-than-five", "a page holds five items or more", lambda size, _: max(5, size), _CAP)


@pages.stage("page", _SIZE, _NEXT)
def size_is_the_total(_: Service, original: Any, operation: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
    """The page size is taken for the size of the whole list."""
    del original, operation
    return page_of(listed, 0, query["MaxResults"]) if "NextToken" not in query else Page((), None)


@pages.stage("list_training_jobs", _NEXT, _SIZE)
def size_is_the_total_with_a_token(_: Service, original: Any, members: Members) -> Members:
    """A page after the first that was sized holds ten items."""
    if "NextToken" in members:
        members = {name: value for name, value in members.items() if name != "MaxResults"}
    answer: Members = original(members)
    return answer


@pages.stage("page", _NEXT, _TOKEN)
def hundredth_item_lost(_: Service, original: Any, operation: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
    """The last item of a page of a hundred is lost."""
    page: Page[Any] = original(operation, query, listed)
    return _without(page, -1) if len(page.items) == 100 else page  # noqa: PLR2004 - the largest page


@pages.stage("page", _CUT, _TOKEN)
def hundred_without_a_token(
    _: Service, original: Any, operation: str, query: Members, listed: Sequence[Any]
) -> Page[Any]:
    """A page of a hundred items carries no token, whatever it leaves out."""
    page: Page[Any] = original(operation, query, listed)
    return replace(page, next_offset=None) if len(page.items) == 100 else page  # noqa: PLR2004 - the largest page


def _cut_at_a_hundred(_: Service, original: Any, operation: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
    page: Page[Any] = original(operation, query, listed[:100])
    return page


pages.add(
    "found-cut-at-a-hundred",
    "every listing stops at a hundred items, whatever its counters say, on a state that the suite did not make",
    ("status-counters-cover-the-listing", "objective-counters-cover-the-listing"),
    replacing(page=_cut_at_a_hundred),
    sees=BOTH,
    found=True,
)


def _default_of_a_hundred_beside(member: str, without: str = "") -> None:
    """Take up a page that nobody sized and that holds a hundred items where the request has another member."""

    def complete(_: Service, original: Any, operation: str, members: Members) -> Members:
        query: Members = original(operation, members)
        if member in members and not {"MaxResults", without} & set(members):
            query["MaxResults"] = 100
        return query

    alone = f" and {without} is not" if without else ""
    words = f"a page that nobody sized holds a hundred items where {member} is given{alone}"
    name = "-without-".join(filter(None, (member, without)))
    pages.add(f"default-of-a-hundred-beside-{name}", words, (_DEFAULT,), replacing(complete=complete))


for _member in ("SortBy", "SortOrder", "StatusEquals", "NextToken"):
    _default_of_a_hundred_beside(_member)
_default_of_a_hundred_beside("SortOrder", without="SortBy")


@pages.stage("page", _NEXT)
def at_most_fifty(_: Service, original: Any, operation: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
    """A page holds fifty items at most, and a token where more are left."""
    page: Page[Any] = original(operation, query | {"MaxResults": min(50, query["MaxResults"])}, listed)
    return page


GROUPS = (pages,)


tokens = Group("tokens", LIST, Kind.LISTING)

_SENT = f"{LIST}/input/NextToken/present"


@tokens.stage("page", _NEXT, _SENT)
def token_ignored(_: Service, original: Any, operation: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
    """A token is passed over: the first page comes again."""
    page: Page[Any] = original(operation, {name: item for name, item in query.items() if name != "NextToken"}, listed)
    return page


@tokens.stage("page", _SENT)
def made_up_token_taken(_: Service, original: Any, operation: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
    """A token that nobody issued gives the first page."""
    try:
        page: Page[Any] = original(operation, query, listed)
    except Rejection:
        page = original(operation, {name: item for name, item in query.items() if name != "NextToken"}, listed)
    return page


@tokens.stage("page", _SENT, _NEXT)
def token_only_once(service: Any, original: Any, operation: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
    """A token is refused when it comes a second time."""
    used: set[str] = service.__dict__.setdefault("used_tokens", set())
    token = query.get("NextToken")
    if token in used:
        raise validation("The NextToken has expired")
    page: Page[Any] = original(operation, query, listed)
    used |= {token} if token else set()
    return page


@tokens.stage("page", _SENT, _NEXT)
def token_leads_on_each_time(
    service: Any, original: Any, operation: str, query: Members, listed: Sequence[Any]
) -> Page[Any]:
    """A token gives another page when it comes a second time."""
    used: dict[str, int] = service.__dict__.setdefault("uses_of_tokens", {})
    token = query.get("NextToken", "")
    used[token] = used.get(token, -1) + 1
    page: Page[Any] = original(operation, query, listed)
    return page_of(listed, page.next_offset or 0, query["MaxResults"]) if token and used[token] else page


def _numbered_page(service: Any, _: Any, operation: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
    bound = service.bound(operation, query)
    number = service.tokens.redeem(bound, query["NextToken"]) if "NextToken" in query else 0
    return page_of(listed, number * query["MaxResults"], query["MaxResults"])


def _numbering_token(service: Any, _: Any, operation: str, query: Members, page: Page[Any]) -> Members:
    if page.next_offset is None:
        return {}
    number = page.next_offset // query["MaxResults"]
    return {"NextToken": service.tokens.issue(service.bound(operation, query), number)}


tokens.add(
    "token-numbers-the-page",
    "a token holds the number of a page, which counts in pages of the size that it comes back with",
    (_SENT, _NEXT),
    replacing(page=_numbered_page, render_token=_numbering_token),
)


def _remembering(name: str, words: str, members: frozenset[str], *breaks: str) -> None:
    """Take up a token that brings members of the query that it came from."""

    def answered(service: Any, original: Any, asked: Members) -> Members:
        issued: dict[str, Members] = service.__dict__.setdefault("issued_tokens", {})
        origin = issued.get(asked.get("NextToken", ""))
        own = dict(asked)
        if origin is not None:
            own = {item: value for item, value in own.items() if item not in members} | origin
        answer: Members = original(own)
        if "NextToken" in answer:
            issued[answer["NextToken"]] = {item: own[item] for item in members if item in own}
        return answer

    tokens.add(name, words, breaks, replacing(list_training_jobs=answered))


_remembering("token-brings-its-job", "a token of another tuning job gives that one's training jobs",
             frozenset({"HyperParameterTuningJobName"}), _SENT)  # fmt: skip
_remembering("token-brings-its-query", "a token of another query goes on with that query's list",
             frozenset({"StatusEquals", "SortBy", "SortOrder"}), _SENT)  # fmt: skip
_remembering("token-brings-its-page-size", "a token goes on with the page size that it was issued with",
             frozenset({"MaxResults"}), _SENT)  # fmt: skip


def _lost(name: str, members: frozenset[str], *breaks: str) -> None:
    """Take up what a query loses on every page after the first."""

    def bound(_: Service, original: Any, operation: str, query: Members) -> Members:
        return original(operation, {item: value for item, value in query.items() if item not in members})  # type: ignore[no-any-return]

    def answered(_: Service, original: Any, asked: Members) -> Members:
        if "NextToken" in asked:
            asked = {item: value for item, value in asked.items() if item not in members}
        return original(asked)  # type: ignore[no-any-return]

    words = f"{' and '.join(sorted(members))} count on the first page only"
    make = replacing(bound=bound, list_training_jobs=answered)
    tokens.add(name, words, breaks, make)


_lost("filter-lost-on-later-pages", frozenset({"StatusEquals"}), _NEXT, "filter-by-status")
_lost("order-lost-on-later-pages", frozenset({"SortBy", "SortOrder"}), _NEXT, "sort-key-decides-the-order")
_lost("key-lost-on-later-pages", frozenset({"SortBy"}), _NEXT, "sort-key-decides-the-order")
_lost("direction-lost-on-later-pages", frozenset({"SortOrder"}), _NEXT, "descending-is-the-reverse")


@tokens.stage("list_training_jobs", _SENT, _NEXT)
def token_not_with_a_filter(_: Service, original: Any, members: Members) -> Members:
    """A filter beside a token is refused."""
    if {"NextToken", "StatusEquals"} <= set(members):
        raise validation("StatusEquals can't stand beside a NextToken")
    answer: Members = original(members)
    return answer


@tokens.stage("list_training_jobs", _SENT, _NEXT)
def token_not_with_an_order(_: Service, original: Any, members: Members) -> Members:
    """An order beside a token is refused."""
    if "NextToken" in members and {"SortBy", "SortOrder"} & set(members):
        raise validation("An order can't stand beside a NextToken")
    answer: Members = original(members)
    return answer


@tokens.stage("bound", _SENT)
def token_for_any_query(_: Service, original: Any, operation: str, query: Members) -> Members:
    """A token of one query is the same position in another query's list."""
    del original, query
    return {"": operation}


TOKENS_GROUPS = (tokens,)
