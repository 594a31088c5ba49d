"""Mutants of listings: pages and tokens, filters and orders, and items that differ from one listing to another.

Long, since it is a table with code between its rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any

from conformance.mutation.mutant import (
    BEST,
    BOTH,
    LIST,
    METRIC,
    NAME,
    SUMMARIES,
    Change,
    Group,
    Kind,
    Members,
    after,
    copied,
    editing,
    instead_of,
    replacing,
    without,
)
from conformance.reference.inputs import DESCRIBE, Rejection, validation
from conformance.reference.listing import TRAINING_JOB_KEYS, Page, in_order, page_of
from conformance.reference.service import Service

_NEXT = "token-leads-to-the-next-page"
_CUT = "cut-list-carries-a-token"
_LAST = "last-page-has-no-token"
_CAP = "page-size-caps-a-page"
_DEFAULT = "page-size-defaults-to-ten"
_FILTER = "filter-by-status"
_OMITS = "sort-by-metric-omits-jobs-without-metric"
_KEY = "sort-key-decides-the-order"
_REVERSE = "descending-is-the-reverse"
_BY_NAME = "default-order-is-by-name"
_ASCENDING = "default-order-is-ascending"
_TOKEN = f"{LIST}/output/NextToken/present"
_SENT = f"{LIST}/input/NextToken/present"
_SIZE = f"{LIST}/input/MaxResults/present"
_STATUS = f"{LIST}/input/StatusEquals/enum"
_SORT_BY = f"{LIST}/input/SortBy/enum"
_SORT_ORDER = f"{LIST}/input/SortOrder/enum"
_METRIC = "FinalObjectiveMetricValue"
_TEN = 10
_HUNDRED = 100


# -- pages

pages = Group("pages", (LIST,), Kind.LISTING)


def _page(edit: Callable[[Page[Any], Sequence[Any], bool], Page[Any]]) -> Change:
    """Edit the page that was cut: given it, the whole list, and whether it is a later page."""
    return editing("page", lambda page, _, query, listed: edit(page, listed, "NextToken" in query))


def _lacking(page: Page[Any], index: int) -> Page[Any]:
    kept = list(page.items)
    del kept[index : index + 1 or None]
    return replace(page, items=tuple(kept))


pages.rows(
    _page,
    (_NEXT, _TOKEN),
    ("drops-its-last-item", "a page that is followed by another lacks its last item",
     lambda page, _, __: _lacking(page, -1) if page.next_offset else page),
    ("drops-the-first-item-of-later-pages", "every page after the first lacks its first item",
     lambda page, _, later: _lacking(page, 0) if later else page),
    ("drops-the-last-item-of-all", "the last page of several lacks its last item",
     lambda page, _, later: _lacking(page, -1) if later and page.next_offset is None else page),
    ("drops-a-lone-item", "a last page with one item is empty",
     lambda page, _, later: _lacking(page, 0) if later and len(page.items) == 1 else page),
    ("repeats-an-item", "a page that is followed by another has its last item twice",
     lambda page, _, __: replace(page, items=(*page.items, *page.items[-1:])) if page.next_offset else page),
    ("skips-between-pages", "a page starts one item late",
     lambda page, listed, _: replace(page, next_offset=page.next_offset + 1)
     if page.next_offset and page.next_offset + 1 < len(listed) else page),
    ("overlaps-between-pages", "a page starts with the last item of the one before",
     lambda page, _, __: replace(page, next_offset=page.next_offset - 1)
     if page.next_offset and len(page.items) > 1 else page),
    ("backwards-from-page-to-page", "every page after the first runs backwards",
     lambda page, _, later: replace(page, items=page.items[::-1]) if later else page),
    ("second-page-again-and-again", "the token of the second page leads to the second page",
     lambda page, _, later: replace(page, next_offset=page.next_offset - len(page.items))
     if later and page.next_offset else page),
    ("later-pages-are-empty", "every page after the first is empty, and the last",
     lambda page, _, later: Page((), None) if later else page),
    ("ends-after-two-pages", "the second page is the last",
     lambda page, _, later: replace(page, next_offset=None) if later else page),
    ("hundredth-item-lost", "the last item of a page of a hundred is lost",
     lambda page, _, __: _lacking(page, -1) if len(page.items) == _HUNDRED else page),
)  # fmt: skip
pages.rows(
    _page,
    (_LAST, _TOKEN),
    ("token-on-the-last-page", "the last page has a token, which leads to an empty page",
     lambda page, listed, _: replace(page, next_offset=len(listed)) if page.items and not page.next_offset else page),
    ("token-that-never-ends", "the last page has a token, which leads to itself",
     lambda page, listed, _: page if page.next_offset else replace(page, next_offset=max(0, len(listed) - 1))),
    ("token-back-to-the-start", "the last page has a token, which leads to the first",
     lambda page, _, later: page if page.next_offset or not later else replace(page, next_offset=0)),
    ("one-page-too-many", "a list that fills its last page has one page more, an empty one",
     lambda page, listed, _: replace(page, next_offset=len(listed))
     if len(page.items) == _TEN and not page.next_offset else page),
)  # fmt: skip
pages.rows(
    _page,
    (_CUT, _TOKEN),
    ("no-token-at-all", "a cut list has no token", lambda page, _, __: replace(page, next_offset=None)),
    ("hundred-without-a-token", "a page of a hundred items carries no token, whatever it leaves out",
     lambda page, _, __: replace(page, next_offset=None) if len(page.items) == _HUNDRED else page),
)  # fmt: skip


def _rendered(edit: Callable[[Members], Members]) -> Change:
    """Edit what a page has of a token: one member, or none."""
    return editing("render_token", lambda token, *_: edit(token))


pages.rows(
    _rendered,
    (),
    ("token-is-null", "where there is no token the member is null",
     lambda token: token or {"NextToken": None}, _LAST, f"{LIST}/output/NextToken/type"),
    ("token-is-empty", "where there is no token the member is an empty text",
     lambda token: token or {"NextToken": ""}, _LAST, _TOKEN),
    ("token-under-another-name", "the token is called nextToken",
     lambda token: {name[:1].lower() + name[1:]: text for name, text in token.items()}, _CUT, _TOKEN),
)  # fmt: skip


def _sized(size: Callable[[int, Members], int]) -> Change:
    """Use another page size: given the one in force and the members of the request."""

    def complete(query: Members, _: str, members: Members) -> Members:
        return query | {"MaxResults": size(query["MaxResults"], members)}

    return editing("complete", complete)


pages.rows(
    _sized,
    (),
    ("page-of-one-more", "a page holds one item more than asked for",
     lambda size, asked: size + ("MaxResults" in asked), _CAP),
    ("page-of-one-less", "a page holds one item less than asked for",
     lambda size, asked: max(1, size - ("MaxResults" in asked)), _SIZE),
    ("page-size-ignored", "a page holds ten items, whatever is asked for", lambda *_: 10, _CAP, _SIZE),
    ("everything-on-one-page", "a page holds a hundred items, whatever is asked for", lambda *_: 100, _CAP, _DEFAULT),
    ("default-of-a-hundred", "a page without MaxResults holds a hundred items",
     lambda size, asked: size if "MaxResults" in asked else 100, _DEFAULT),
    ("default-of-eleven", "a page without MaxResults holds eleven items",
     lambda size, asked: size if "MaxResults" in asked else 11, _DEFAULT),
    ("no-less-than-five", "a page holds five items or more", lambda size, _: max(5, size), _CAP),
    *((f"default-of-a-hundred-beside-{given}",
       f"a page without MaxResults holds a hundred items where {given} is given",
       lambda size, asked, given=given: 100 if given in asked and "MaxResults" not in asked else size, _DEFAULT)
      for given in ("SortBy", "SortOrder", "StatusEquals", "NextToken")),
    ("default-of-a-hundred-beside-SortOrder-without-SortBy",
     "a page without MaxResults holds a hundred items where SortOrder is given and SortBy is not",
     lambda size, asked: 100 if "SortOrder" in asked and not {"MaxResults", "SortBy"} & set(asked) else size, _DEFAULT),
)  # fmt: skip


@pages.of(instead_of("page"), _SIZE, _NEXT)
def size_is_the_total(_: Service, original: Any, operation: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
    """The page size is taken for the size of the whole list."""
    del original, operation
    return page_of(listed, 0, query["MaxResults"]) if "NextToken" not in query else Page((), None)


@pages.of(instead_of("list_training_jobs"), _NEXT, _SIZE)
def size_is_the_total_with_a_token(_: Service, original: Any, members: Members) -> Any:
    """A page after the first that was given a size holds ten items."""
    return original(without(members, "MaxResults") if "NextToken" in members else members)


@pages.of(instead_of("page"), _NEXT)
def at_most_fifty(_: Service, original: Any, operation: str, query: Members, listed: Sequence[Any]) -> Any:
    """A page holds fifty items at most, and a token where more are left."""
    return original(operation, query | {"MaxResults": min(50, query["MaxResults"])}, listed)


pages.add(
    "found-cut-at-a-hundred",
    "every listing stops at a hundred items, whatever its counters say, on a state that the suite did not make",
    ("status-counters-cover-the-listing", "objective-counters-cover-the-listing"),
    replacing(page=lambda _, original, operation, query, listed: original(operation, query, listed[:_HUNDRED])),
    sees=BOTH,
    found=True,
)


# -- tokens

tokens = Group("tokens", (LIST,), Kind.LISTING)


@tokens.of(instead_of("page"), _NEXT, _SENT)
def token_ignored(_: Service, original: Any, operation: str, query: Members, listed: Sequence[Any]) -> Any:
    """A token is ignored: the first page comes again."""
    return original(operation, without(query, "NextToken"), listed)


@tokens.of(instead_of("page"), _SENT)
def made_up_token_taken(_: Service, original: Any, operation: str, query: Members, listed: Sequence[Any]) -> Any:
    """A token that was never issued gives the first page."""
    try:
        return original(operation, query, listed)
    except Rejection:
        return original(operation, without(query, "NextToken"), listed)


@tokens.of(instead_of("page"), _SENT, _NEXT)
def token_only_once(service: Any, original: Any, operation: str, query: Members, listed: Sequence[Any]) -> Any:
    """A token is rejected when it comes a second time."""
    used: set[str] = service.__dict__.setdefault("used_tokens", set())
    token = query.get("NextToken")
    if token in used:
        raise validation("The NextToken has expired")
    page = original(operation, query, listed)
    used |= {token} if token else set()
    return page


@tokens.of(instead_of("page"), _SENT, _NEXT)
def token_leads_on_each_time(service: Any, original: Any, operation: str, query: Members, listed: Sequence[Any]) -> Any:
    """A token gives another page when it comes a second time."""
    used: dict[str, int] = service.__dict__.setdefault("uses_of_tokens", {})
    token = query.get("NextToken", "")
    used[token] = used.get(token, -1) + 1
    page = original(operation, query, listed)
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


def _remembering(members: frozenset[str]) -> Change:
    """Issue tokens that bring members of the query that they came from."""

    def list_training_jobs(service: Any, original: Any, asked: Members) -> Members:
        issued: dict[str, Members] = service.__dict__.setdefault("issued_tokens", {})
        origin = issued.get(asked.get("NextToken", ""))
        own = asked if origin is None else without(asked, *members) | origin
        answer: Members = original(own)
        if "NextToken" in answer:
            issued[answer["NextToken"]] = {item: own[item] for item in members if item in own}
        return answer

    return replacing(list_training_jobs=list_training_jobs)


tokens.rows(
    _remembering,
    (_SENT,),
    ("token-brings-its-job", "a token of another tuning job gives that one's training jobs", frozenset({NAME})),
    ("token-brings-its-query", "a token of another query goes on with that query's list",
     frozenset({"StatusEquals", "SortBy", "SortOrder"})),
    ("token-brings-its-page-size", "a token goes on with the page size that it was issued with",
     frozenset({"MaxResults"})),
)  # fmt: skip

for _name, _members, _behaviour in (
    ("filter", ("StatusEquals",), _FILTER),
    ("order", ("SortBy", "SortOrder"), _KEY),
    ("key", ("SortBy",), _KEY),
    ("direction", ("SortOrder",), _REVERSE),
):
    tokens.add(
        f"{_name}-lost-on-later-pages",
        f"{' and '.join(_members)} count on the first page only",
        (_NEXT, _behaviour),
        replacing(
            bound=lambda _, original, operation, query, lost=_members: original(operation, without(query, *lost)),
            list_training_jobs=lambda _, original, asked, lost=_members: original(
                without(asked, *lost) if "NextToken" in asked else asked
            ),
        ),
    )


def _alone(names: frozenset[str]) -> Change:
    """Reject a token that comes with any of these members."""

    def list_training_jobs(_: Service, original: Any, members: Members) -> Any:
        if "NextToken" in members and names & set(members):
            raise validation(f"A NextToken can't be combined with {' or '.join(sorted(names))}")
        return original(members)

    return replacing(list_training_jobs=list_training_jobs)


tokens.rows(
    _alone,
    (_SENT, _NEXT),
    ("token-not-with-a-filter", "a filter that comes with a token is rejected", frozenset({"StatusEquals"})),
    ("token-not-with-an-order", "an order that comes with a token is rejected", frozenset({"SortBy", "SortOrder"})),
)


@tokens.of(instead_of("bound"), _SENT)
def token_for_any_query(_: Service, original: Any, operation: str, query: Members) -> Members:
    """A token of one query is the same position in another query's list."""
    del original, query
    return {"": operation}


# -- filters

filters = Group("filters", (LIST,), Kind.LISTING)


def _kept(keep: Callable[[Any, str, Members], bool]) -> Change:
    """Filter in another way: given the training job, the status asked for, and the query."""

    def chosen(_: Service, original: Any, launched: Sequence[Any], query: Members) -> Any:
        status = query.get("StatusEquals")
        return original(launched, query) if status is None else [it for it in launched if keep(it, status, query)]

    return replacing(filter=chosen)


filters.rows(
    _kept,
    (_FILTER, _STATUS),
    ("ignored", "StatusEquals is ignored", lambda *_: True),
    ("nothing-is-in-any-status", "a filtered list is empty", lambda *_: False),
    ("inverted", "StatusEquals keeps what is in another status", lambda item, status, _: item.status != status),
    ("by-the-beginning", "words that begin with the same letters are taken for each other",
     lambda item, status, _: item.status[:5] == status[:5]),
    ("by-the-first-letter", "words with the same first letter are taken for each other",
     lambda item, status, _: item.status[0] == status[0]),
    ("stopping-is-in-progress", "what is stopping counts as in progress",
     lambda item, status, _: item.status == status or (item.status, status) == ("Stopping", "InProgress")),
    ("ended-are-completed", "what has stopped or failed counts as completed",
     lambda item, status, _: item.status == status or (status == "Completed" and item.ended is not None)),
    ("by-objective-status", "Completed keeps what succeeded", lambda item, status, _:
     item.objective_status == "Succeeded" if status == "Completed" else item.status == status),
    ("only-with-a-metric", "a filter drops training jobs without a metric",
     lambda item, status, _: item.status == status and item.metric is not None),
    ("lost-descending", "a filter counts in ascending order only",
     lambda item, status, query: item.status == status or query["SortOrder"] == "Descending"),
    ("lost-with-a-page-size", "a filter counts only without MaxResults below ten",
     lambda item, status, query: item.status == status or query["MaxResults"] < _TEN),
    ("lost-on-the-first-page", "a filter counts together with a token only",
     lambda item, status, query: item.status == status or "NextToken" not in query),
    *((f"lost-with-{key}", f"a filter is ignored with SortBy {key}",
       lambda item, status, query, key=key: item.status == status or query["SortBy"] == key)
      for key in TRAINING_JOB_KEYS),
)  # fmt: skip
for _word in ("InProgress", "Completed", "Failed", "Stopping", "Stopped", "Deleting"):
    filters.rows(
        _kept,
        (_FILTER, _STATUS),
        (f"{_word}-lets-all-through", f"StatusEquals {_word} is ignored",
         lambda item, status, _, own=_word: status in {own, item.status}),
        (f"{_word}-lets-none-through", f"StatusEquals {_word} gives an empty list",
         lambda item, status, _, own=_word: status != own and item.status == status),
    )  # fmt: skip


def _fitting(pick: Callable[[list[Any], Sequence[Any]], list[Any]]) -> Change:
    """Change the right choice: given it and all training jobs."""
    return editing(
        "filter", lambda fitting, launched, query: pick(fitting, launched) if "StatusEquals" in query else fitting
    )


filters.rows(
    _fitting,
    (_FILTER, _STATUS),
    ("loses-one", "a filter loses the training job that was launched first", lambda fitting, _: fitting[1:]),
    ("loses-the-last", "a filter loses the training job that was launched last", lambda fitting, _: fitting[:-1]),
    ("lets-one-more-through", "a filter keeps one training job in another status",
     lambda fitting, launched: [*fitting, *[item for item in launched if item not in fitting][:1]]),
    ("loses-what-is-beyond-ten", "a filter looks at the first ten training jobs only",
     lambda fitting, launched: [item for item in fitting if item in launched[:_TEN]]),
    ("loses-what-is-beyond-a-hundred", "a filter looks at the first hundred training jobs only",
     lambda fitting, launched: [item for item in fitting if item in launched[:_HUNDRED]]),
)  # fmt: skip


@filters.of(after("page"), _FILTER)
def filtered_after_paging(page: Page[Any], _: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
    """The list is cut into pages first, and each page filtered: pages are short or empty, and have tokens."""
    half = len(page.items) // 2
    if "StatusEquals" not in query or "NextToken" in query or page.next_offset is None or not half:
        return page
    return page_of(listed, 0, half)


def _metric_order(edit: Callable[[list[Any], Sequence[Any], Members], list[Any]]) -> Change:
    """Edit the list that is sorted by metric: given it, all training jobs, and the query."""
    return editing(
        "sort",
        lambda listed, launched, query: edit(listed, launched, query) if query["SortBy"] == _METRIC else listed,
    )


def _keyless(launched: Sequence[Any]) -> list[Any]:
    return [item for item in launched if item.metric is None]


filters.rows(
    _metric_order,
    (_OMITS,),
    ("keyless-at-the-end", "training jobs without a metric come last",
     lambda listed, launched, _: [*listed, *_keyless(launched)]),
    ("keyless-in-front", "training jobs without a metric come first",
     lambda listed, launched, _: [*_keyless(launched), *listed]),
    ("keyless-descending", "training jobs without a metric come last in descending order",
     lambda listed, launched, query: listed if query["SortOrder"] != "Descending" else [*listed, *_keyless(launched)]),
    ("keyless-ascending", "training jobs without a metric come first in ascending order",
     lambda listed, launched, query: listed if query["SortOrder"] != "Ascending" else [*_keyless(launched), *listed]),
    ("metric-omits-what-has-not-completed", "sorted by metric, the list leaves out what has stopped with a metric",
     lambda listed, *_: [item for item in listed if item.status == "Completed"]),
    ("metric-omits-what-is-not-positive", "sorted by metric, the list leaves out metrics that are zero or less",
     lambda listed, *_: [item for item in listed if item.metric > 0]),
    ("metric-lists-nothing", "sorted by metric, the list is empty", lambda *_: []),
)  # fmt: skip


@filters.of(after("sort"), f"{LIST}/output/{SUMMARIES}/present", kind=Kind.ANSWER)
def every_order_omits_jobs_without_metric(listed: list[Any], *_: Any) -> list[Any]:
    """Every order leaves out training jobs without a metric."""
    return [item for item in listed if item.metric is not None]


# -- orders

orders = Group("order", (LIST,), Kind.LISTING)


def _keyed(row: tuple[str, Callable[[Any], Any]]) -> Change:
    """Sort by another key under a word of SortBy; what has no documented key is still left out."""
    sort_by, key = row
    documented = TRAINING_JOB_KEYS[sort_by]

    def sort(_: Service, original: Any, launched: Sequence[Any], query: Members) -> Any:
        if query["SortBy"] != sort_by:
            return original(launched, query)
        kept = sorted((item for item in launched if documented(item) is not None), key=attrgetter("name"))
        return sorted(kept, key=key, reverse=query["SortOrder"] == "Descending")

    return replacing(sort=sort)


orders.rows(
    _keyed,
    (_KEY, _SORT_BY),
    ("name-in-any-case", "names are compared without their case", ("Name", lambda item: item.name.lower())),
    ("name-by-its-end", "names are compared from their end", ("Name", lambda item: item.name[::-1])),
    ("name-by-length", "names are compared by their length first", ("Name", lambda item: (len(item.name), item.name))),
    ("name-is-creation", "Name sorts by creation", ("Name", attrgetter("created"))),
    ("creation-is-start", "CreationTime sorts by the start", ("CreationTime", lambda item: item.started or 0)),
    ("creation-is-end", "CreationTime sorts by the end", ("CreationTime", lambda item: item.ended or 0)),
    ("creation-is-name", "CreationTime sorts by name", ("CreationTime", attrgetter("name"))),
    ("creation-by-minutes", "CreationTime is compared within its hour",
     ("CreationTime", lambda item: item.created % 3600)),
    ("creation-by-time-of-day", "CreationTime is compared within its day",
     ("CreationTime", lambda item: item.created % 86_400)),
    ("status-is-name", "Status sorts by name", ("Status", attrgetter("name"))),
    ("status-by-length", "Status is compared by the length of the word",
     ("Status", lambda item: len(item.status) % 3)),
    ("status-is-objective-status", "Status sorts by the status of the objective",
     ("Status", attrgetter("objective_status"))),
    ("metric-as-text", "metrics are compared as texts", (_METRIC, lambda item: str(item.metric))),
    ("metric-without-sign", "metrics are compared without their signs", (_METRIC, lambda item: abs(item.metric or 0))),
    ("metric-cut-short", "metrics are compared by their whole part", (_METRIC, lambda item: int(item.metric or 0))),
    ("metric-rounded", "metrics are compared to five decimal places",
     (_METRIC, lambda item: round(item.metric or 0, 5))),
    ("metric-is-name", "FinalObjectiveMetricValue sorts by name", (_METRIC, attrgetter("name"))),
    ("metric-backwards", "metrics are compared the wrong way round", (_METRIC, lambda item: -(item.metric or 0))),
)  # fmt: skip


def _directed(direction: Callable[[str, str], str]) -> Change:
    """Sort in another direction: given the one asked for and the key."""

    def sort(_: Service, original: Any, launched: Sequence[Any], query: Members) -> Any:
        return original(launched, query | {"SortOrder": direction(query["SortOrder"], query["SortBy"])})

    return replacing(sort=sort)


orders.rows(
    _directed,
    (_SORT_ORDER,),
    ("always-ascending", "SortOrder is ignored", lambda *_: "Ascending", _REVERSE),
    ("always-descending", "every order descends", lambda *_: "Descending", _REVERSE),
    ("directions-swapped", "Ascending descends, and the other way round",
     lambda asked, _: "Ascending" if asked == "Descending" else "Descending", _KEY),
    *((f"{key}-never-descends", f"SortBy {key} ignores SortOrder",
       lambda asked, sort_by, own=key: "Ascending" if sort_by == own else asked, _REVERSE)
      for key in TRAINING_JOB_KEYS),
)  # fmt: skip


def _defaulted(row: tuple[tuple[str, ...], Members]) -> Change:
    """Use other defaults where none of some members is given."""
    unless, defaults = row

    def complete(query: Members, _: str, asked: Members) -> Members:
        return query if set(unless) & set(asked) else query | without(defaults, *asked)

    return editing("complete", complete)


_BOTH = ("SortBy", "SortOrder")
_NEWEST = {"SortBy": "CreationTime", "SortOrder": "Descending"}
orders.rows(
    _defaulted,
    (),
    ("oldest-first", "without key and direction the oldest come first", (_BOTH, {"SortBy": "CreationTime"}), _BY_NAME),
    ("by-status-unasked", "without key and direction Status is the key", (_BOTH, {"SortBy": "Status"}), _BY_NAME),
    ("best-first", "without key and direction the highest metric comes first",
     (_BOTH, {"SortBy": _METRIC, "SortOrder": "Descending"}), _BY_NAME),
    ("names-backwards-unasked", "without key and direction names descend",
     (_BOTH, {"SortOrder": "Descending"}), _ASCENDING),
    ("descends-unasked", "without a direction every key descends",
     (("SortOrder",), {"SortOrder": "Descending"}), _ASCENDING),
    ("newest-first-in-part", "without a key the newest come first, and without a direction every key descends",
     ((), _NEWEST), _BY_NAME, _ASCENDING),
    ("newest-first", "without key and direction the newest come first", (_BOTH, _NEWEST), _BY_NAME),
)  # fmt: skip


@orders.of(instead_of("sort"), _KEY, _SORT_BY)
def never_sorted(_: Service, original: Any, launched: Sequence[Any], query: Members) -> list[Any]:
    """Nothing is sorted: the order is that of launching, whatever is asked for."""
    del original
    return in_order(launched, attrgetter("created"), descending=query["SortOrder"] == "Descending")


@orders.of(_metric_order, _KEY, _OMITS)
def zero_counts_as_no_metric(listed: list[Any], *_: Any) -> list[Any]:
    """A metric of 0 counts as none, so that its training job is left out."""
    return [item for item in listed if item.metric]


def _sorted(edit: Callable[[list[Any], Members], list[Any]]) -> Change:
    """Edit the sorted list: given it and the query."""
    return editing("sort", lambda listed, _, query: edit(listed, query))


def _by_end(listed: Sequence[Any]) -> list[Any]:
    return sorted(listed, key=lambda item: item.name[::-1])


def _swapped(listed: list[Any]) -> list[Any]:
    """Return the list with its third and fourth item swapped."""
    return listed[:2] + listed[3:1:-1] + listed[4:]


orders.rows(
    _sorted,
    (_KEY,),
    ("zero-stands-last", "a metric of 0 counts as none, so that its training job comes after those that have one",
     lambda listed, query: sorted(listed, key=lambda item: not item.metric) if query["SortBy"] == _METRIC else listed),
    ("metrics-by-definition", "metrics are in order inside each definition only, one definition after the other",
     lambda listed, query: sorted(listed, key=lambda item: str(item.definition_name))
     if query["SortBy"] == _METRIC else listed),
    ("sorted-up-to-a-hundred", "what is beyond a hundred items comes first, unsorted",
     lambda listed, _: listed[_HUNDRED:] + listed[:_HUNDRED]),
    ("last-item-out-of-order", "the last item of every order comes first", lambda listed, _: listed[-1:] + listed[:-1]),
)  # fmt: skip
orders.rows(
    _sorted,
    (_BY_NAME, _ASCENDING),
    ("long-lists-out-of-order", "in lists of more than sixty two neighbours are swapped",
     lambda listed, _: _swapped(listed) if len(listed) > 60 else listed),  # noqa: PLR2004 - as its words say
    ("short-lists-out-of-order", "in lists of less than eleven two neighbours are swapped",
     lambda listed, query: _swapped(listed) if query["SortBy"] == "Name" and len(listed) <= _TEN else listed),
)  # fmt: skip


@orders.of(instead_of("page"), _KEY, _NEXT)
def sorted_page_by_page(_: Service, original: Any, name: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
    """The list is cut into pages first, and each page is sorted."""
    key = TRAINING_JOB_KEYS[query["SortBy"]]
    page: Page[Any] = original(name, query, _by_end(listed))
    return replace(page, items=tuple(sorted(page.items, key=key, reverse=query["SortOrder"] == "Descending")))


@orders.of(_sorted, _NEXT, _KEY)
def other_ties_on_later_pages(listed: list[Any], query: Members) -> list[Any]:
    """Items with equal keys come in another order on every page after the first."""
    backwards = listed[::-1] if "NextToken" in query else listed
    return sorted(backwards, key=TRAINING_JOB_KEYS[query["SortBy"]], reverse=query["SortOrder"] == "Descending")


@orders.of(_sorted, _KEY, _FILTER)
def filtered_are_not_sorted(listed: list[Any], query: Members) -> list[Any]:
    """With a filter every order is that of the names' ends."""
    return _by_end(listed) if "StatusEquals" in query else listed


@orders.of(_sorted, _REVERSE, _SORT_ORDER)
def first_page_only_descends(listed: list[Any], query: Members) -> list[Any]:
    """A descending list has its first ten items in ascending order."""
    return listed[:_TEN][::-1] + listed[_TEN:] if query["SortOrder"] == "Descending" else listed


# -- the same answer again

repeats = Group("repeats", (DESCRIBE,), Kind.WIRE)


def _again(operation: str) -> Callable[[Callable[[Members, int], Any]], Change]:
    """Return what edits each answer but the first to a request; the edit gets how many came before."""

    def change(edit: Callable[[Members, int], Any]) -> Change:
        def perform(service: Service, original: Any, name: str, members: Members) -> Members:
            output: Members = original(name, members)
            asked: dict[str, int] = service.__dict__.setdefault("asked", {})
            key = repr((name, sorted(members.items())))
            asked[key] = before = asked.get(key, -1) + 1
            if name == operation and before:
                output = copied(output)
                edit(output, before)
            return output

        return replacing(perform=perform)

    return change


def _drift(answer: Members, before: int) -> None:
    for item in answer[SUMMARIES]:
        if METRIC in item:
            item[METRIC]["Value"] += before / 1024


repeats.rows(
    _again(DESCRIBE),
    ("protocol/answer",),
    ("best-forgotten", "described a second time, a tuning job has no best training job",
     lambda answer, _: answer.pop(BEST, None)),
    ("modified-by-asking", "a tuning job was last modified a second later each time that it is described",
     lambda answer, before: answer.update(LastModifiedTime=answer["LastModifiedTime"] + before)),
    ("every-second-without-counters", "every second description lacks a counter",
     lambda answer, before: answer["TrainingJobStatusCounters"].popitem() if before % 2 else None),
)  # fmt: skip
repeats.rows(
    _again(LIST),
    ("protocol/answer",),
    ("last-item-forgotten", "asked for a second time, a page lacks its last item",
     lambda answer, _: answer[SUMMARIES].__delitem__(slice(-1, None))),
    ("page-backwards", "asked for a second time, a page runs backwards", lambda answer, _: answer[SUMMARIES].reverse()),
    ("metric-drifts", "asked for a second time, a page has other metrics", _drift),
    ("token-forgotten", "asked for a second time, a page is the last one",
     lambda answer, _: answer.pop("NextToken", None)),
    sees=(LIST,),
)  # fmt: skip


# -- the same training job in another listing

retold = Group("retold", (LIST,), Kind.LISTING)


def _under(row: tuple[str, str, Callable[[Members], Any]]) -> Change:
    """Edit the items of listings that are asked for with one value of a member."""
    member, word, edit = row

    def list_training_jobs(answer: Members, asked: Members) -> Members:
        own: Members = copied(answer)
        for item in own[SUMMARIES] if asked.get(member) == word else ():
            edit(item)
        return own

    return editing("list_training_jobs", list_training_jobs)


retold.rows(
    _under,
    (),
    *((f"{key}-without-end", f"with SortBy {key} items have no end time",
       ("SortBy", key, lambda item: item.pop("TrainingEndTime", None)), _SORT_BY) for key in TRAINING_JOB_KEYS),
    (f"{_METRIC}-name-alone", f"with SortBy {_METRIC} items lack the values that were tuned",
     ("SortBy", _METRIC, lambda item: item["TunedHyperParameters"].clear()), _SORT_BY),
    ("CreationTime-whole-hours", "with SortBy CreationTime times are in whole hours",
     ("SortBy", "CreationTime", lambda item: item.update(CreationTime=item["CreationTime"] // 3600 * 3600)), _SORT_BY),
    *((f"{status}-without-{what}", f"with StatusEquals {status} items have no {what}",
       ("StatusEquals", status, lambda item, member=member: item.pop(member, None)), _STATUS)
      for status in ("Completed", "Stopped")
      for what, member in (("metric", METRIC), ("start", "TrainingStartTime"))),
)  # fmt: skip
