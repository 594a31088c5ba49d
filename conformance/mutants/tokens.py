"""Mutants of tokens: passed over, made up, used up, or bringing along what belongs to another query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.mutants.mutant import LIST, Group, Kind, Members, replacing
from conformance.reference.listing import Page, page_of
from conformance.reference.refusals import Refusal, validation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.reference import Service

tokens = Group("tokens", LIST, Kind.LISTING)

_NEXT = "token-leads-to-the-next-page"
_SENT = f"{LIST}/input/NextToken/present"


@tokens.stage("page", _NEXT, _SENT)
def token_ignored(_: Service, faithful: Any, operation: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
    """A token is passed over: the first page comes again."""
    page: Page[Any] = faithful(operation, {name: one for name, one in query.items() if name != "NextToken"}, listed)
    return page


@tokens.stage("page", _SENT)
def made_up_token_taken(_: Service, faithful: Any, operation: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
    """A token that nobody issued gives the first page."""
    try:
        page: Page[Any] = faithful(operation, query, listed)
    except Refusal:
        page = faithful(operation, {name: one for name, one in query.items() if name != "NextToken"}, listed)
    return page


@tokens.stage("page", _SENT, _NEXT)
def token_only_once(service: Any, faithful: Any, operation: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
    """A token is refused when it comes a second time."""
    used: set[str] = service.__dict__.setdefault("used_tokens", set())
    token = query.get("NextToken")
    if token in used:
        raise validation("The NextToken has expired")
    page: Page[Any] = faithful(operation, query, listed)
    used |= {token} if token else set()
    return page


@tokens.stage("page", _SENT, _NEXT)
def token_leads_on_each_time(
    service: Any, faithful: Any, operation: str, query: Members, listed: Sequence[Any]
) -> Page[Any]:
    """A token gives another page when it comes a second time."""
    used: dict[str, int] = service.__dict__.setdefault("uses_of_tokens", {})
    token = query.get("NextToken", "")
    used[token] = used.get(token, -1) + 1
    page: Page[Any] = faithful(operation, query, listed)
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

    def answered(service: Any, faithful: Any, asked: Members) -> Members:
        issued: dict[str, Members] = service.__dict__.setdefault("issued_tokens", {})
        origin = issued.get(asked.get("NextToken", ""))
        own = dict(asked)
        if origin is not None:
            own = {one: value for one, value in own.items() if one not in members} | origin
        answer: Members = faithful(own)
        if "NextToken" in answer:
            issued[answer["NextToken"]] = {one: own[one] for one in members if one in own}
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

    def bound(_: Service, faithful: Any, operation: str, query: Members) -> Members:
        return faithful(operation, {one: value for one, value in query.items() if one not in members})  # type: ignore[no-any-return]

    def answered(_: Service, faithful: Any, asked: Members) -> Members:
        if "NextToken" in asked:
            asked = {one: value for one, value in asked.items() if one not in members}
        return faithful(asked)  # type: ignore[no-any-return]

    words = f"{' and '.join(sorted(members))} count on the first page only"
    make = replacing(bound=bound, list_training_jobs=answered)
    tokens.add(name, words, breaks, make)


_lost("filter-lost-on-later-pages", frozenset({"StatusEquals"}), _NEXT, "filter-by-status")
_lost("order-lost-on-later-pages", frozenset({"SortBy", "SortOrder"}), _NEXT, "sort-key-decides-the-order")
_lost("key-lost-on-later-pages", frozenset({"SortBy"}), _NEXT, "sort-key-decides-the-order")
_lost("direction-lost-on-later-pages", frozenset({"SortOrder"}), _NEXT, "descending-is-the-reverse")


@tokens.stage("list_training_jobs", _SENT, _NEXT)
def token_not_with_a_filter(_: Service, faithful: Any, members: Members) -> Members:
    """A filter beside a token is refused."""
    if {"NextToken", "StatusEquals"} <= set(members):
        raise validation("StatusEquals can't stand beside a NextToken")
    answer: Members = faithful(members)
    return answer


@tokens.stage("list_training_jobs", _SENT, _NEXT)
def token_not_with_an_order(_: Service, faithful: Any, members: Members) -> Members:
    """An order beside a token is refused."""
    if "NextToken" in members and {"SortBy", "SortOrder"} & set(members):
        raise validation("An order can't stand beside a NextToken")
    answer: Members = faithful(members)
    return answer


@tokens.stage("bound", _SENT)
def token_for_any_query(_: Service, faithful: Any, operation: str, query: Members) -> Members:
    """A token of one query is the same position in another query's list."""
    del faithful, query
    return {"": operation}


GROUPS = (tokens,)
