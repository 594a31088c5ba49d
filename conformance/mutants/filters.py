"""Mutants of filters: too much let through, too little, or nothing of it on some queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.mutants.mutant import LIST, Group, Kind, Members, replacing
from conformance.reference.listing import TRAINING_JOB_KEYS, Page, page_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference import Service
    from conformance.worlds import WorldTrainingJob

filters = Group("filters", LIST, Kind.LISTING)

_FILTER = "filter-by-status"
_STATUS = f"{LIST}/input/StatusEquals/enum"
_OMITS = "sort-by-metric-omits-jobs-without-metric"
_DEFAULT = 10
_METRIC = "FinalObjectiveMetricValue"
_STATUSES = ("InProgress", "Completed", "Failed", "Stopping", "Stopped", "Deleting")


def _kept(name: str, words: str, keep: Callable[[WorldTrainingJob, str, Members], bool]) -> None:
    """Take up another filter: given the training job, the status asked for, and the query."""

    def chosen(_: Service, faithful: Any, launched: Sequence[Any], query: Members) -> list[Any]:
        status = query.get("StatusEquals")
        if status is None:
            return faithful(launched, query)  # type: ignore[no-any-return]
        return [one for one in launched if keep(one, status, query)]

    filters.add(name, words, (_FILTER, _STATUS), replacing(filter=chosen))


_kept("ignored", "StatusEquals is passed over", lambda *_: True)
_kept("nothing-is-in-any-status", "a filtered list is empty", lambda *_: False)
_kept("inverted", "StatusEquals keeps what is in another status", lambda one, status, _: one.status != status)
_kept("by-the-beginning", "words that begin alike are taken for each other",
      lambda one, status, _: one.status[:5] == status[:5])  # fmt: skip
_kept("by-the-first-letter", "words with the same first letter are taken for each other",
      lambda one, status, _: one.status[0] == status[0])  # fmt: skip
_kept("stopping-is-in-progress", "what is stopping counts as in progress",
      lambda one, status, _: one.status == status or (one.status, status) == ("Stopping", "InProgress"))  # fmt: skip
_kept("ended-are-completed", "what has stopped or failed counts as completed",
      lambda one, status, _: one.status == status or (status == "Completed" and one.ended is not None))  # fmt: skip
_kept("by-objective-status", "Completed keeps what succeeded", lambda one, status, _:
      one.objective_status == "Succeeded" if status == "Completed" else one.status == status)  # fmt: skip
_kept("only-with-a-metric", "a filter drops training jobs without a metric",
      lambda one, status, _: one.status == status and one.metric is not None)  # fmt: skip
_kept("lost-descending", "a filter counts in rising order only",
      lambda one, status, query: one.status == status or query["SortOrder"] == "Descending")  # fmt: skip
_kept("lost-with-a-page-size", "a filter counts only without MaxResults below ten",
      lambda one, status, query: one.status == status or query["MaxResults"] < _DEFAULT)  # fmt: skip
_kept("lost-on-the-first-page", "a filter counts beside a token only",
      lambda one, status, query: one.status == status or "NextToken" not in query)  # fmt: skip
for _key in TRAINING_JOB_KEYS:
    _kept(
        f"lost-with-{_key}",
        f"a filter is passed over with SortBy {_key}",
        lambda one, status, query, key=_key: one.status == status or query["SortBy"] == key,  # type: ignore[misc]
    )
for _status in _STATUSES:
    _kept(
        f"{_status}-lets-all-through",
        f"StatusEquals {_status} is passed over",
        lambda one, status, _, own=_status: status in {own, one.status},  # type: ignore[misc]
    )
    _kept(
        f"{_status}-lets-none-through",
        f"StatusEquals {_status} gives an empty list",
        lambda one, status, _, own=_status: status != own and one.status == status,  # type: ignore[misc]
    )


def _fitting(name: str, words: str, pick: Callable[[list[Any], Sequence[Any]], list[Any]]) -> None:
    """Take up a change of the right choice: given it and all training jobs."""

    def chosen(_: Service, faithful: Any, launched: Sequence[Any], query: Members) -> list[Any]:
        fitting: list[Any] = faithful(launched, query)
        return pick(fitting, launched) if "StatusEquals" in query else fitting

    filters.add(name, words, (_FILTER, _STATUS), replacing(filter=chosen))


_fitting("loses-one", "a filter loses the training job that was launched first", lambda fitting, _: fitting[1:])
_fitting("loses-the-last", "a filter loses the training job that was launched last", lambda fitting, _: fitting[:-1])
_fitting("lets-one-more-through", "a filter lets one training job in another status through",
         lambda fitting, launched: [*fitting, *[one for one in launched if one not in fitting][:1]])  # fmt: skip
_fitting("loses-what-is-beyond-ten", "a filter looks at the first ten training jobs only",
         lambda fitting, launched: [one for one in fitting if one in launched[:10]])  # fmt: skip
_fitting("loses-what-is-beyond-a-hundred", "a filter looks at the first hundred training jobs only",
         lambda fitting, launched: [one for one in fitting if one in launched[:100]])  # fmt: skip


@filters.stage("page", _FILTER)
def filtered_after_paging(_: Service, faithful: Any, name: str, query: Members, listed: Sequence[Any]) -> Page[Any]:
    """The list is cut into pages first, and each page filtered: pages are short or empty, and have tokens."""
    page: Page[Any] = faithful(name, query, listed)
    if "StatusEquals" not in query or "NextToken" in query or page.next_offset is None or len(page.items) < 2:  # noqa: PLR2004
        return page
    half = len(page.items) // 2
    return page_of(listed, 0, half)


# -- what the order by metric leaves out


def _without_metric(name: str, words: str, keep: Callable[[Members], bool], *, first: bool) -> None:
    def sort(_: Service, faithful: Any, launched: Sequence[Any], query: Members) -> list[Any]:
        listed: list[Any] = faithful(launched, query)
        if query["SortBy"] != _METRIC or not keep(query):
            return listed
        lacking = [one for one in launched if one.metric is None]
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
    _: Service, faithful: Any, launched: Sequence[Any], query: Members
) -> list[Any]:
    """Sorted by metric, the list leaves out what has stopped with a metric."""
    listed: list[Any] = faithful(launched, query)
    return [one for one in listed if query["SortBy"] != _METRIC or one.status == "Completed"]


@filters.stage("sort", _OMITS)
def metric_omits_what_is_not_positive(_: Service, faithful: Any, launched: Sequence[Any], query: Members) -> list[Any]:
    """Sorted by metric, the list leaves out metrics that are zero or less."""
    listed: list[Any] = faithful(launched, query)
    return [one for one in listed if query["SortBy"] != _METRIC or one.metric > 0]


@filters.stage("sort", f"{LIST}/output/TrainingJobSummaries/present", kind=Kind.ANSWER)
def every_order_omits_jobs_without_metric(
    _: Service, faithful: Any, launched: Sequence[Any], query: Members
) -> list[Any]:
    """Every order leaves out training jobs without a metric."""
    return [one for one in faithful(launched, query) if one.metric is not None]


@filters.stage("sort", _OMITS)
def metric_lists_nothing(_: Service, faithful: Any, launched: Sequence[Any], query: Members) -> list[Any]:
    """Sorted by metric, the list is empty."""
    return [] if query["SortBy"] == _METRIC else faithful(launched, query)


GROUPS = (filters,)
