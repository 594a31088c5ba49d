"""Mutants of order: keys compared in another way, directions passed over, orders that hold within a page only."""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from conformance.mutants.mutant import LIST, Group, Kind, Members, replacing
from conformance.reference.listing import TRAINING_JOB_KEYS, Page, in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference import Service
    from conformance.worlds import WorldTrainingJob

orders = Group("order", LIST, Kind.LISTING)

_KEY = "sort-key-decides-the-order"
_REVERSE = "descending-is-the-reverse"
_BY_NAME = "default-order-is-by-name"
_ASCENDING = "default-order-is-ascending"
_SORT_BY = f"{LIST}/input/SortBy/enum"
_SORT_ORDER = f"{LIST}/input/SortOrder/enum"
_METRIC = "FinalObjectiveMetricValue"


def _keyed(name: str, words: str, sort_by: str, key: Callable[[WorldTrainingJob], Any]) -> None:
    """Take up another key under a word of SortBy; what has no key by the book stays left out."""
    right = TRAINING_JOB_KEYS[sort_by]

    def sort(_: Service, faithful: Any, launched: Sequence[Any], query: Members) -> list[Any]:
        if query["SortBy"] != sort_by:
            return faithful(launched, query)  # type: ignore[no-any-return]
        kept = sorted((one for one in launched if right(one) is not None), key=attrgetter("name"))
        return sorted(kept, key=key, reverse=query["SortOrder"] == "Descending")

    orders.add(name, words, (_KEY, _SORT_BY), replacing(sort=sort))


_keyed("name-in-any-case", "names are compared without their case", "Name", lambda one: one.name.lower())
_keyed("name-by-its-end", "names are compared from their end", "Name", lambda one: one.name[::-1])
_keyed("name-by-length", "names are compared by their length first", "Name", lambda one: (len(one.name), one.name))
_keyed("name-is-creation", "Name sorts by creation", "Name", attrgetter("created"))
_keyed("creation-is-start", "CreationTime sorts by the start", "CreationTime", lambda one: one.started or 0)
_keyed("creation-is-end", "CreationTime sorts by the end", "CreationTime", lambda one: one.ended or 0)
_keyed("creation-is-name", "CreationTime sorts by name", "CreationTime", attrgetter("name"))
_keyed(
    "creation-by-minutes", "CreationTime is compared within its hour", "CreationTime", lambda one: one.created % 3600
)
_keyed("creation-by-time-of-day", "CreationTime is compared within its day", "CreationTime",
       lambda one: one.created % 86_400)  # fmt: skip
_keyed("status-is-name", "Status sorts by name", "Status", attrgetter("name"))
_keyed("status-by-length", "Status is compared by the length of the word", "Status", lambda one: len(one.status) % 3)
_keyed("status-is-objective-status", "Status sorts by the status of the objective", "Status",
       attrgetter("objective_status"))  # fmt: skip
_keyed("metric-as-text", "metrics are compared as texts", _METRIC, lambda one: str(one.metric))
_keyed("metric-without-sign", "metrics are compared without their signs", _METRIC, lambda one: abs(one.metric or 0))
_keyed("metric-cut-short", "metrics are compared by their whole part", _METRIC, lambda one: int(one.metric or 0))
_keyed("metric-rounded", "metrics are compared to five decimal places", _METRIC, lambda one: round(one.metric or 0, 5))
_keyed("metric-is-name", "FinalObjectiveMetricValue sorts by name", _METRIC, attrgetter("name"))
_keyed("metric-backwards", "metrics are compared the wrong way round", _METRIC, lambda one: -(one.metric or 0))


def _directed(name: str, words: str, direction: Callable[[str, str], str], *breaks: str) -> None:
    """Take up another direction: given the one asked for and the key."""

    def sort(_: Service, faithful: Any, launched: Sequence[Any], query: Members) -> list[Any]:
        return faithful(launched, query | {"SortOrder": direction(query["SortOrder"], query["SortBy"])})  # type: ignore[no-any-return]

    orders.add(name, words, breaks, replacing(sort=sort))


_OTHER = {"Ascending": "Descending", "Descending": "Ascending"}
_directed("always-ascending", "SortOrder is passed over", lambda *_: "Ascending", _REVERSE, _SORT_ORDER)
_directed("always-descending", "every order descends", lambda *_: "Descending", _REVERSE, _SORT_ORDER)
_directed(
    "directions-swapped", "Ascending descends, and the other way round", lambda one, _: _OTHER[one], _KEY, _SORT_ORDER
)
for _key in TRAINING_JOB_KEYS:
    _directed(
        f"{_key}-never-descends",
        f"SortBy {_key} passes SortOrder over",
        lambda one, key, own=_key: "Ascending" if key == own else one,  # type: ignore[misc]
        _REVERSE,
        _SORT_ORDER,
    )


def _defaulted(name: str, words: str, members: Members, given: frozenset[str], *breaks: str) -> None:
    """Take up another default, where none of the members of `given` is given."""

    def complete(_: Service, faithful: Any, operation: str, asked: Members) -> Members:
        query: Members = faithful(operation, asked)
        if not given & set(asked):
            query |= {one: value for one, value in members.items() if one not in asked}
        return query

    orders.add(name, words, breaks, replacing(complete=complete))


_BOTH = frozenset({"SortBy", "SortOrder"})
_defaulted(
    "oldest-first", "without key and direction the oldest come first", {"SortBy": "CreationTime"}, _BOTH, _BY_NAME
)
_defaulted("by-status-unasked", "without key and direction Status is the key", {"SortBy": "Status"}, _BOTH, _BY_NAME)
_defaulted("best-first", "without key and direction the highest metric comes first",
           {"SortBy": _METRIC, "SortOrder": "Descending"}, _BOTH, _BY_NAME)  # fmt: skip
_defaulted("names-backwards-unasked", "without key and direction names descend", {"SortOrder": "Descending"}, _BOTH,
           _ASCENDING)  # fmt: skip
_defaulted("descends-unasked", "without a direction every key descends", {"SortOrder": "Descending"},
           frozenset({"SortOrder"}), _ASCENDING)  # fmt: skip
_defaulted("newest-first-in-part", "without a key the newest come first, and without a direction every key descends",
           {"SortBy": "CreationTime", "SortOrder": "Descending"}, frozenset(), _BY_NAME, _ASCENDING)  # fmt: skip
_defaulted("newest-first", "without key and direction the newest come first",
           {"SortBy": "CreationTime", "SortOrder": "Descending"}, _BOTH, _BY_NAME)  # fmt: skip


@orders.stage("sort", _KEY, _SORT_BY)
def never_sorted(_: Service, faithful: Any, launched: Sequence[Any], query: Members) -> list[Any]:
    """Nothing is sorted: the order is that of launching, whatever is asked for."""
    del faithful
    return in_order(launched, attrgetter("created"), descending=query["SortOrder"] == "Descending")


@orders.stage("sort", _KEY, "sort-by-metric-omits-jobs-without-metric")
def zero_counts_as_no_metric(_: Service, faithful: Any, launched: Sequence[Any], query: Members) -> list[Any]:
    """A metric of 0 counts as none, so that its training job is left out."""
    listed: list[Any] = faithful(launched, query)
    return [one for one in listed if one.metric] if query["SortBy"] == _METRIC else listed


@orders.stage("sort", _KEY)
def zero_stands_last(_: Service, faithful: Any, launched: Sequence[Any], query: Members) -> list[Any]:
    """A metric of 0 counts as none, so that its training job comes after those that have one."""
    listed: list[Any] = faithful(launched, query)
    return sorted(listed, key=lambda one: not one.metric) if query["SortBy"] == _METRIC else listed


@orders.stage("sort", _KEY)
def metrics_by_definition(_: Service, faithful: Any, launched: Sequence[Any], query: Members) -> list[Any]:
    """Metrics are in order inside each definition only, one definition after the other."""
    listed: list[Any] = faithful(launched, query)
    return sorted(listed, key=lambda one: str(one.definition_name)) if query["SortBy"] == _METRIC else listed


def _swapping(name: str, words: str, swaps: Callable[[Members, list[Any]], bool], *breaks: str) -> None:
    """Take up lists in which the third and the fourth item change places, where `swaps` says so."""

    def sort(_: Service, faithful: Any, launched: Sequence[Any], query: Members) -> list[Any]:
        listed: list[Any] = faithful(launched, query)
        if swaps(query, listed):
            listed[2:4] = listed[3:1:-1]
        return listed

    orders.add(name, words, breaks, replacing(sort=sort))


_swapping("long-lists-out-of-order", "in lists of more than sixty two neighbours change places",
          lambda _, listed: len(listed) > 60, _BY_NAME, _ASCENDING)  # noqa: PLR2004 - as its words say  # fmt: skip
_swapping("short-lists-out-of-order", "in lists of less than eleven two neighbours change places",
          lambda query, listed: query["SortBy"] == "Name" and 3 < len(listed) < 11, _BY_NAME, _ASCENDING)  # noqa: PLR2004 - as above  # fmt: skip


@orders.stage("page", _KEY, "token-leads-to-the-next-page")
def sorted_page_by_page(_: Service, faithful: Any, name: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
    """The list is cut into pages first, and each page is sorted."""
    key = TRAINING_JOB_KEYS[query["SortBy"]]
    page: Page[Any] = faithful(name, query, sorted(listed, key=lambda one: one.name[::-1]))
    return replace(page, items=tuple(sorted(page.items, key=key, reverse=query["SortOrder"] == "Descending")))


@orders.stage("sort", "token-leads-to-the-next-page", _KEY)
def other_ties_on_later_pages(_: Service, faithful: Any, launched: Sequence[Any], query: Members) -> list[Any]:
    """Items with equal keys stand in another order on every page after the first."""
    listed: list[Any] = faithful(launched, query)
    if "NextToken" not in query:
        return listed
    backwards, key = listed[::-1], TRAINING_JOB_KEYS[query["SortBy"]]
    return sorted(backwards, key=key, reverse=query["SortOrder"] == "Descending")


@orders.stage("sort", _KEY, "filter-by-status")
def filtered_are_not_sorted(_: Service, faithful: Any, launched: Sequence[Any], query: Members) -> list[Any]:
    """With a filter every order is that of the names' ends."""
    listed: list[Any] = faithful(launched, query)
    return sorted(listed, key=lambda one: one.name[::-1]) if "StatusEquals" in query else listed


@orders.stage("sort", _REVERSE, _SORT_ORDER)
def first_page_only_descends(_: Service, faithful: Any, launched: Sequence[Any], query: Members) -> list[Any]:
    """A descending list has its first ten items in ascending order."""
    listed: list[Any] = faithful(launched, query)
    return listed[:10][::-1] + listed[10:] if query["SortOrder"] == "Descending" else listed


@orders.stage("sort", _KEY)
def sorted_up_to_a_hundred(_: Service, faithful: Any, launched: Sequence[Any], query: Members) -> list[Any]:
    """What is beyond a hundred items comes first, unsorted."""
    listed: list[Any] = faithful(launched, query)
    return listed[100:] + listed[:100]


@orders.stage("sort", _KEY)
def last_item_out_of_order(_: Service, faithful: Any, launched: Sequence[Any], query: Members) -> list[Any]:
    """The last item of every order stands first."""
    listed: list[Any] = faithful(launched, query)
    return listed[-1:] + listed[:-1]


GROUPS = (orders,)
