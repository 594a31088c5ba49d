"""Mutants of order: keys compared in another way, directions passed over, orders that hold within a page only."""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from conformance.mutation.mutant import LIST, Group, Kind, Members, replacing
from conformance.reference.listing import TRAINING_JOB_KEYS, Page, in_order, page_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference.service import Service
    from conformance.worlds.model import WorldTrainingJob


filters = Group("filters", LIST, Kind.LISTING)

_FILTER = "filter-by-status"
_STATUS = f"{LIST}/input/StatusEquals/enum"
_OMITS = "sort-by-metric-omits-jobs-without-metric"
_DEFAULT = 10
_METRIC = "FinalObjectiveMetricValue"
_STATUSES = ("InProgress", "Completed", "Failed", "Stopping", "Stopped", "Deleting")


def _kept(name: str, words: str, keep: Callable[[WorldTrainingJob, str, Members], bool]) -> None:
    """Take up another filter: given the training job, the status asked for, and the query."""

    def chosen(_: Service, original: Any, launched: Sequence[Any], query: Members) -> list[Any]:
        status = query.get("StatusEquals")
        if status is None:
            return original(launched, query)  # type: ignore[no-any-return]
        return [item for item in launched if keep(item, status, query)]

    filters.add(name, words, (_FILTER, _STATUS), replacing(filter=chosen))


_kept("ignored", "StatusEquals is passed over", lambda *_: True)
_kept("nothing-is-in-any-status", "a filtered list is empty", lambda *_: False)
_kept("inverted", "StatusEquals keeps what is in another status", lambda item, status, _: item.status != status)
_kept("by-the-beginning", "words that begin alike are taken for each other",
      lambda item, status, _: item.status[:5] == status[:5])  # fmt: skip
_kept("by-the-first-letter", "words with the same first letter are taken for each other",
      lambda item, status, _: item.status[0] == status[0])  # fmt: skip
_kept("stopping-is-in-progress", "what is stopping counts as in progress",
      lambda item, status, _: item.status == status or (item.status, status) == ("Stopping", "InProgress"))  # fmt: skip
_kept("ended-are-completed", "what has stopped or failed counts as completed",
      lambda item, status, _: item.status == status or (status == "Completed" and item.ended is not None))  # fmt: skip
_kept("by-objective-status", "Completed keeps what succeeded", lambda item, status, _:
      item.objective_status == "Succeeded" if status == "Completed" else item.status == status)  # fmt: skip
_kept("only-with-a-metric", "a filter drops training jobs without a metric",
      lambda item, status, _: item.status == status and item.metric is not None)  # fmt: skip
_kept("lost-descending", "a filter counts in rising order only",
      lambda item, status, query: item.status == status or query["SortOrder"] == "Descending")  # fmt: skip
_kept("lost-with-a-page-size", "a filter counts only without MaxResults below ten",
      lambda item, status, query: item.status == status or query["MaxResults"] < _DEFAULT)  # fmt: skip
_kept("lost-on-the-first-page", "a filter counts beside a token only",
      lambda item, status, query: item.status == status or "NextToken" not in query)  # fmt: skip
for _key in TRAINING_JOB_KEYS:
    _kept(
        f"lost-with-{_key}",
        f"a filter is passed over with SortBy {_key}",
        lambda item, status, query, key=_key: item.status == status or query["SortBy"] == key,  # type: ignore[misc]
    )
for _status in _STATUSES:
    _kept(
        f"{_status}-lets-all-through",
        f"StatusEquals {_status} is passed over",
        lambda item, status, _, own=_status: status in {own, item.status},  # type: ignore[misc]
    )
    _kept(
        f"{_status}-lets-none-through",
        f"StatusEquals {_status} gives an empty list",
        lambda item, status, _, own=_status: status != own and item.status == status,  # type: ignore[misc]
    )


def _fitting(name: str, words: str, pick: Callable[[list[Any], Sequence[Any]], list[Any]]) -> None:
    """Take up a change of the right choice: given it and all training jobs."""

    def chosen(_: Service, original: Any, launched: Sequence[Any], query: Members) -> list[Any]:
        fitting: list[Any] = original(launched, query)
        return pick(fitting, launched) if "StatusEquals" in query else fitting

    filters.add(name, words, (_FILTER, _STATUS), replacing(filter=chosen))


_fitting("loses-one", "a filter loses the training job that was launched first", lambda fitting, _: fitting[1:])
_fitting("loses-the-last", "a filter loses the training job that was launched last", lambda fitting, _: fitting[:-1])
_fitting("lets-one-more-through", "a filter lets one training job in another status through",
         lambda fitting, launched: [*fitting, *[item for item in launched if item not in fitting][:1]])  # fmt: skip
_fitting("loses-what-is-beyond-ten", "a filter looks at the first ten training jobs only",
         lambda fitting, launched: [item for item in fitting if item in launched[:10]])  # fmt: skip
_fitting("loses-what-is-beyond-a-hundred", "a filter looks at the first hundred training jobs only",
         lambda fitting, launched: [item for item in fitting if item in launched[:100]])  # fmt: skip


@filters.stage("page", _FILTER)
def filtered_after_paging(_: Service, original: Any, name: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
    """The list is cut into pages first, and each page filtered: pages are short or empty, and have tokens."""
    page: Page[Any] = original(name, query, listed)
    if "StatusEquals" not in query or "NextToken" in query or page.next_offset is None or len(page.items) < 2:  # noqa: PLR2004
        return page
    half = len(page.items) // 2
    return page_of(listed, 0, half)


# -- what the order by metric leaves out


def _without_metric(name: str, words: str, keep: Callable[[Members], bool], *, first: bool) -> None:
    def sort(_: Service, original: Any, launched: Sequence[Any], query: Members) -> list[Any]:
        listed: list[Any] = original(launched, query)
        if query["SortBy"] != _METRIC or not keep(query):
            return listed
        lacking = [item for item in launched if item.metric is None]
        return [*lacking, *listed] if first else [*listed, *lacking]

    filters.add(name, words, (_OMITS,), replacing(sort=sort))


_without_metric("keyless-at-the-end", "training jobs without a metric stand at the end", lambda _: True, first=False)
_without_metric("keyless-in-front", "training jobs without a metric stand in front", lambda _: True, first=True)
_without_metric("keyless-descending", "training jobs without a metric stand at the end of a falling order",
                lambda query: query["SortOrder"] == "Descending", first=False)  # fmt: skip
_without_metric("keyless-ascending", "training jobs without a metric stand in front of a rising order",
                lambda query: query["SortOrder"] == "Ascending", first=True)  # fmt: skip


@filters.stage("sort", _OMITS)
def metric_omits_what_has_not_completed(
    _: Service, original: Any, launched: Sequence[Any], query: Members
) -> list[Any]:
    """Sorted by metric, the list leaves out what has stopped with a metric."""
    listed: list[Any] = original(launched, query)
    return [item for item in listed if query["SortBy"] != _METRIC or item.status == "Completed"]


@filters.stage("sort", _OMITS)
def metric_omits_what_is_not_positive(_: Service, original: Any, launched: Sequence[Any], query: Members) -> list[Any]:
    """Sorted by metric, the list leaves out metrics that are zero or less."""
    listed: list[Any] = original(launched, query)
    return [item for item in listed if query["SortBy"] != _METRIC or item.metric > 0]


@filters.stage("sort", f"{LIST}/output/TrainingJobSummaries/present", kind=Kind.ANSWER)
def every_order_omits_jobs_without_metric(
    _: Service, original: Any, launched: Sequence[Any], query: Members
) -> list[Any]:
    """Every order leaves out training jobs without a metric."""
    return [item for item in original(launched, query) if item.metric is not None]


@filters.stage("sort", _OMITS)
def metric_lists_nothing(_: Service, original: Any, launched: Sequence[Any], query: Members) -> list[Any]:
    """Sorted by metric, the list is empty."""
    return [] if query["SortBy"] == _METRIC else original(launched, query)


GROUPS = (filters,)


orders = Group("order", LIST, Kind.LISTING)

_KEY = "sort-key-decides-the-order"
_REVERSE = "descending-is-the-reverse"
_BY_NAME = "default-order-is-by-name"
_ASCENDING = "default-order-is-ascending"
_SORT_BY = f"{LIST}/input/SortBy/enum"
_SORT_ORDER = f"{LIST}/input/SortOrder/enum"


def _keyed(name: str, words: str, sort_by: str, key: Callable[[WorldTrainingJob], Any]) -> None:
    """Take up another key under a word of SortBy; what has no key by the book stays left out."""
    right = TRAINING_JOB_KEYS[sort_by]

    def sort(_: Service, original: Any, launched: Sequence[Any], query: Members) -> list[Any]:
        if query["SortBy"] != sort_by:
            return original(launched, query)  # type: ignore[no-any-return]
        kept = sorted((item for item in launched if right(item) is not None), key=attrgetter("name"))
        return sorted(kept, key=key, reverse=query["SortOrder"] == "Descending")

    orders.add(name, words, (_KEY, _SORT_BY), replacing(sort=sort))


_keyed("name-in-any-case", "names are compared without their case", "Name", lambda item: item.name.lower())
_keyed("name-by-its-end", "names are compared from their end", "Name", lambda item: item.name[::-1])
_keyed("name-by-length", "names are compared by their length first", "Name", lambda item: (len(item.name), item.name))
_keyed("name-is-creation", "Name sorts by creation", "Name", attrgetter("created"))
_keyed("creation-is-start", "CreationTime sorts by the start", "CreationTime", lambda item: item.started or 0)
_keyed("creation-is-end", "CreationTime sorts by the end", "CreationTime", lambda item: item.ended or 0)
_keyed("creation-is-name", "CreationTime sorts by name", "CreationTime", attrgetter("name"))
_keyed(
    "creation-by-minutes", "CreationTime is compared within its hour", "CreationTime", lambda item: item.created % 3600
)
_keyed("creation-by-time-of-day", "CreationTime is compared within its day", "CreationTime",
       lambda item: item.created % 86_400)  # fmt: skip
_keyed("status-is-name", "Status sorts by name", "Status", attrgetter("name"))
_keyed("status-by-length", "Status is compared by the length of the word", "Status", lambda item: len(item.status) % 3)
_keyed("status-is-objective-status", "Status sorts by the status of the objective", "Status",
       attrgetter("objective_status"))  # fmt: skip
_keyed("metric-as-text", "metrics are compared as texts", _METRIC, lambda item: str(item.metric))
_keyed("metric-without-sign", "metrics are compared without their signs", _METRIC, lambda item: abs(item.metric or 0))
_keyed("metric-cut-short", "metrics are compared by their whole part", _METRIC, lambda item: int(item.metric or 0))
_keyed(
    "metric-rounded", "metrics are compared to five decimal places", _METRIC, lambda item: round(item.metric or 0, 5)
)
_keyed("metric-is-name", "FinalObjectiveMetricValue sorts by name", _METRIC, attrgetter("name"))
_keyed("metric-backwards", "metrics are compared the wrong way round", _METRIC, lambda item: -(item.metric or 0))


def _directed(name: str, words: str, direction: Callable[[str, str], str], *breaks: str) -> None:
    """Take up another direction: given the one asked for and the key."""

    def sort(_: Service, original: Any, launched: Sequence[Any], query: Members) -> list[Any]:
        return original(launched, query | {"SortOrder": direction(query["SortOrder"], query["SortBy"])})  # type: ignore[no-any-return]

    orders.add(name, words, breaks, replacing(sort=sort))


_OTHER = {"Ascending": "Descending", "Descending": "Ascending"}
_directed("always-ascending", "SortOrder is passed over", lambda *_: "Ascending", _REVERSE, _SORT_ORDER)
_directed("always-descending", "every order descends", lambda *_: "Descending", _REVERSE, _SORT_ORDER)
_directed(
    "directions-swapped", "Ascending descends, and the other way round", lambda item, _: _OTHER[item], _KEY, _SORT_ORDER
)
for _orders_key in TRAINING_JOB_KEYS:
    _directed(
        f"{_orders_key}-never-descends",
        f"SortBy {_orders_key} passes SortOrder over",
        lambda item, key, own=_orders_key: "Ascending" if key == own else item,  # type: ignore[misc]
        _REVERSE,
        _SORT_ORDER,
    )


def _defaulted(name: str, words: str, members: Members, given: frozenset[str], *breaks: str) -> None:
    """Take up another default, where none of the members of `given` is given."""

    def complete(_: Service, original: Any, operation: str, asked: Members) -> Members:
        query: Members = original(operation, asked)
        if not given & set(asked):
            query |= {item: value for item, value in members.items() if item not in asked}
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
def never_sorted(_: Service, original: Any, launched: Sequence[Any], query: Members) -> list[Any]:
    """Nothing is sorted: the order is that of launching, whatever is asked for."""
    del original
    return in_order(launched, attrgetter("created"), descending=query["SortOrder"] == "Descending")


@orders.stage("sort", _KEY, "sort-by-metric-omits-jobs-without-metric")
def zero_counts_as_no_metric(_: Service, original: Any, launched: Sequence[Any], query: Members) -> list[Any]:
    """A metric of 0 counts as none, so that its training job is left out."""
    listed: list[Any] = original(launched, query)
    return [item for item in listed if item.metric] if query["SortBy"] == _METRIC else listed


@orders.stage("sort", _KEY)
def zero_stands_last(_: Service, original: Any, launched: Sequence[Any], query: Members) -> list[Any]:
    """A metric of 0 counts as none, so that its training job comes after those that have one."""
    listed: list[Any] = original(launched, query)
    return sorted(listed, key=lambda item: not item.metric) if query["SortBy"] == _METRIC else listed


@orders.stage("sort", _KEY)
def metrics_by_definition(_: Service, original: Any, launched: Sequence[Any], query: Members) -> list[Any]:
    """Metrics are in order inside each definition only, one definition after the other."""
    listed: list[Any] = original(launched, query)
    return sorted(listed, key=lambda item: str(item.definition_name)) if query["SortBy"] == _METRIC else listed


def _swapping(name: str, words: str, swaps: Callable[[Members, list[Any]], bool], *breaks: str) -> None:
    """Take up lists in which the third and the fourth item change places, where `swaps` says so."""

    def sort(_: Service, original: Any, launched: Sequence[Any], query: Members) -> list[Any]:
        listed: list[Any] = original(launched, query)
        if swaps(query, listed):
            listed[2:4] = listed[3:1:-1]
        return listed

    orders.add(name, words, breaks, replacing(sort=sort))


_swapping("long-lists-out-of-order", "in lists of more than sixty two neighbours change places",
          lambda _, listed: len(listed) > 60, _BY_NAME, _ASCENDING)  # noqa: PLR2004 - as its words say  # fmt: skip
_swapping("short-lists-out-of-order", "in lists of less than eleven two neighbours change places",
          lambda query, listed: query["SortBy"] == "Name" and 3 < len(listed) < 11, _BY_NAME, _ASCENDING)  # noqa: PLR2004 - as above  # fmt: skip


@orders.stage("page", _KEY, "token-leads-to-the-next-page")
def sorted_page_by_page(_: Service, original: Any, name: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
    """The list is cut into pages first, and each page is sorted."""
    key = TRAINING_JOB_KEYS[query["SortBy"]]
    page: Page[Any] = original(name, query, sorted(listed, key=lambda item: item.name[::-1]))
    return replace(page, items=tuple(sorted(page.items, key=key, reverse=query["SortOrder"] == "Descending")))


@orders.stage("sort", "token-leads-to-the-next-page", _KEY)
def other_ties_on_later_pages(_: Service, original: Any, launched: Sequence[Any], query: Members) -> list[Any]:
    """Items with equal keys stand in another order on every page after the first."""
    listed: list[Any] = original(launched, query)
    if "NextToken" not in query:
        return listed
    backwards, key = listed[::-1], TRAINING_JOB_KEYS[query["SortBy"]]
    return sorted(backwards, key=key, reverse=query["SortOrder"] == "Descending")


@orders.stage("sort", _KEY, "filter-by-status")
def filtered_are_not_sorted(_: Service, original: Any, launched: Sequence[Any], query: Members) -> list[Any]:
    """With a filter every order is that of the names' ends."""
    listed: list[Any] = original(launched, query)
    return sorted(listed, key=lambda item: item.name[::-1]) if "StatusEquals" in query else listed


@orders.stage("sort", _REVERSE, _SORT_ORDER)
def first_page_only_descends(_: Service, original: Any, launched: Sequence[Any], query: Members) -> list[Any]:
    """A descending list has its first ten items in ascending order."""
    listed: list[Any] = original(launched, query)
    return listed[:10][::-1] + listed[10:] if query["SortOrder"] == "Descending" else listed


@orders.stage("sort", _KEY)
def sorted_up_to_a_hundred(_: Service, original: Any, launched: Sequence[Any], query: Members) -> list[Any]:
    """What is beyond a hundred items comes first, unsorted."""
    listed: list[Any] = original(launched, query)
    return listed[100:] + listed[:100]


@orders.stage("sort", _KEY)
def last_item_out_of_order(_: Service, original: Any, launched: Sequence[Any], query: Members) -> list[Any]:
    """The last item of every order stands first."""
    listed: list[Any] = original(launched, query)
    return listed[-1:] + listed[:-1]


ORDERS_GROUPS = (orders,)
