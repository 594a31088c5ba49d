"""Filters that let others through, or lose what they should keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from faults.fault import LIST, Faults, Members, on_request
from faults.listings import JOBS, Items, every, metric, relisted

if TYPE_CHECKING:
    from conformance.reference.http import Answer, Call
    from faults.fault import Forward

_FILTER = "filter-by-status"
_WITHOUT = "sort-by-metric-omits-jobs-without-metric"
_STATUSES = ("InProgress", "Completed", "Failed", "Stopping", "Stopped", "Deleting")

filters = Faults("filters", LIST, ("filter/*/only", "filter/*/all", "filter/StatusEquals"), within=LIST, jobs=JOBS)


@filters.request(_FILTER, "filter/Completed/only", "filter/Failed/only", "filter/StatusEquals/partition")
def filter_ignored(asked: Members) -> None:
    if asked.get("StatusEquals") in _STATUSES:
        del asked["StatusEquals"]


@filters.request(_FILTER, "filter/Stopping/only", "filter/Stopping/all")
def stopping_taken_for_stopped(asked: Members) -> None:
    if asked.get("StatusEquals") == "Stopping":
        asked["StatusEquals"] = "Stopped"


@filters.request(_FILTER, "filter/Completed/sorted-*")
def filter_ignored_under_a_key(asked: Members) -> None:
    if asked.get("SortBy") in {"Name", "CreationTime", "Status", "FinalObjectiveMetricValue"}:
        asked.pop("StatusEquals", None)


@filters.request(_FILTER, "filter/Failed/sorted-CreationTime-Descending")
def filter_ignored_under_one_order(asked: Members) -> None:
    if asked.get("SortBy") == "CreationTime" and asked.get("SortOrder") == "Descending":
        asked.pop("StatusEquals", None)


@filters.request(_FILTER, "filter/Completed/sorted-CreationTime-Descending")
def order_ignored_under_a_filter(asked: Members) -> None:
    if asked.get("StatusEquals") in _STATUSES and asked.get("SortOrder") == "Descending":
        asked |= {"SortBy": "Name", "SortOrder": "Ascending"}


def _kept(items: Items, asked: Members, call: Call, forward: Forward) -> Items:
    """Keep by the first four letters of the status."""
    wanted = asked.get("StatusEquals")
    if not wanted:
        return items
    whole = every(call, forward, {name: value for name, value in asked.items() if name != "StatusEquals"})
    return [item for item in whole if item["TrainingJobStatus"].startswith(wanted[:4])]


@filters.exchange(_FILTER, "filter/Stopping/only", "filter/Stopped/only", "filter/StatusEquals/partition")
def statuses_told_apart_by_four_letters(call: Call, forward: Forward) -> Answer:
    return relisted(lambda items, asked: _kept(items, asked, call, forward))(call, forward)


@filters.exchange(_FILTER, "filter/Failed/only", "filter/StatusEquals/partition")
def filter_turned_around(call: Call, forward: Forward) -> Answer:
    def others(items: Items, asked: Members) -> Items:
        wanted = asked.get("StatusEquals")
        if not wanted:
            return items
        whole = every(call, forward, {name: value for name, value in asked.items() if name != "StatusEquals"})
        return [item for item in whole if item["TrainingJobStatus"] != wanted]

    return relisted(others)(call, forward)


def _last_lost(items: Items, asked: Members) -> Items:
    return items[:-1] if asked.get("StatusEquals") else items


def _one_lost(items: Items, asked: Members) -> Items:
    return items[1:] if asked.get("StatusEquals") == "Stopped" else items


def _one_stranger(items: Items, asked: Members) -> Items:
    return (
        [*items, {**items[0], "TrainingJobStatus": "Completed"}]
        if asked.get("StatusEquals") == "Failed" and items
        else items
    )


def _nothing_failed(items: Items, asked: Members) -> Items:
    return [] if asked.get("StatusEquals") == "Failed" else items


for _name, _shows, _relist in (
    ("filter-loses-the-last", ("filter/Completed/all", "filter/Deleting/all"), _last_lost),
    ("one-status-loses-one", ("filter/Stopped/all",), _one_lost),
    ("one-status-lets-one-through", ("filter/Failed/only",), _one_stranger),
    ("one-status-finds-nothing", ("filter/Failed/all", "filter/StatusEquals/partition"), _nothing_failed),
):
    filters.add(_name, _FILTER, _shows, relisted(_relist))

for _status in _STATUSES:
    filters.add(
        f"{_status}-not-filtered",
        f"{LIST}/input/StatusEquals/enum",
        (f"filter/{_status}/only",),
        on_request(
            LIST,
            lambda asked, status=_status: asked.pop("StatusEquals") if asked.get("StatusEquals") == status else None,  # type: ignore[misc]
        ),
    )


@filters.exchange(_WITHOUT, "filter/FinalObjectiveMetricValue/omits-items-without-it-Ascending")
def items_without_metric_kept(call: Call, forward: Forward) -> Answer:
    def with_all(items: Items, asked: Members) -> Items:
        if asked.get("SortBy") != "FinalObjectiveMetricValue":
            return items
        whole = every(call, forward, asked | {"SortBy": "Name"})
        return items + [item for item in whole if metric(item) is None]

    return relisted(with_all)(call, forward)


def _zero_lost(items: Items, asked: Members) -> Items:
    return items[1:] if asked.get("SortBy") == "FinalObjectiveMetricValue" else items


filters.add(
    "an-item-with-metric-left-out",
    _WITHOUT,
    ("filter/FinalObjectiveMetricValue/omits-items-without-it-Descending",),
    relisted(_zero_lost),
)


def _metricless_lost(items: Items, asked: Members) -> Items:
    return [item for item in items if metric(item) is not None] if asked.get("SortBy") == "Status" else items


filters.add(
    "items-without-metric-left-out-of-another-order",
    _WITHOUT,
    ("order/Status/Ascending", "order/Status/Descending"),
    relisted(_metricless_lost),
)


@filters.answer(_WITHOUT, "filter/*")
def metric_zero_invented_for_sorting(asked: Members, answer: Members) -> None:
    if asked.get("SortBy") == "FinalObjectiveMetricValue":
        for item in answer["TrainingJobSummaries"][:1]:
            item.pop("FinalHyperParameterTuningJobObjectiveMetric", None)


GROUPS = (filters,)
