"""Orders that break: other defaults, a direction that is ignored, numbers sorted as texts, and places that change."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from faults.fault import LIST, Faults, Forward, Members, on_answer, on_request
from faults.listings import JOBS, KEYS, RESULT, Items, falls, metric, relisted

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.http import Answer, Call

_TOTAL = ("Name", "CreationTime", "Status")
"""The keys that every item has."""
_DIRECTION = f"{LIST}/input/SortOrder"
_KEY = f"{LIST}/input/SortBy"

orders = Faults("orders", LIST, ("order",), within=LIST, jobs=(*JOBS, "two-algorithms"))


@orders.request("descending-is-the-reverse", "order/Name/Descending", "order/CreationTime/reverse")
def direction_ignored(asked: Members) -> None:
    asked["SortOrder"] = asked.get("SortOrder") and "Ascending"


@orders.request("descending-is-the-reverse", "order/Name/Ascending", "order/FinalObjectiveMetricValue/Descending")
def directions_mixed_up(asked: Members) -> None:
    other = {"Ascending": "Descending", "Descending": "Ascending"}
    asked["SortOrder"] = other.get(asked.get("SortOrder", "Ascending"), asked.get("SortOrder"))


@orders.request(f"{_DIRECTION}/default", "order/Name/default-direction", "order/CreationTime/default-direction")
def falls_by_default_under_a_key(asked: Members) -> None:
    if asked.get("SortBy") is not None:
        asked.setdefault("SortOrder", "Descending")


@orders.request(f"{_DIRECTION}/default", "order/CreationTime/default-direction")
def only_times_fall_by_default(asked: Members) -> None:
    if asked.get("SortBy") == "CreationTime":
        asked.setdefault("SortOrder", "Descending")


@orders.request("default-order-is-ascending", "order/default/neither")
def falls_by_name_by_default(asked: Members) -> None:
    if asked.get("SortBy") is None and asked.get("SortOrder") is None:
        asked |= {"SortBy": "Name", "SortOrder": "Descending"}


@orders.request("default-order-is-by-name", "order/default/neither", "order/default/key-Ascending")
def sorted_by_status_by_default(asked: Members) -> None:
    if asked.get("SortBy") is None:
        asked["SortBy"] = "Status"


@orders.request("default-order-is-by-name", "order/default/neither")
def oldest_first_by_default(asked: Members) -> None:
    if asked.get("SortBy") is None and asked.get("SortOrder") is None:
        asked["SortBy"] = "CreationTime"


@orders.request("sort-key-decides-the-order", "order/CreationTime/Ascending", "order/Status/Ascending")
def key_ignored(asked: Members) -> None:
    if asked.get("SortBy") in KEYS:
        del asked["SortBy"]


for _asked, _taken in (
    ("CreationTime", "Name"),
    ("Status", "CreationTime"),
    ("Name", "CreationTime"),
    ("FinalObjectiveMetricValue", "Name"),
):

    def _swap(asked: Members, _asked: str = _asked, _taken: str = _taken) -> None:
        if asked.get("SortBy") == _asked:
            asked["SortBy"] = _taken

    _swap.__name__ = f"{_asked}-sorted-by-{_taken}"
    orders.request("sort-key-decides-the-order", f"order/{_asked}/Ascending")(_swap)


def _sorted(by: str, key: Callable[[Members], Any]) -> Callable[[Items, Members], Items]:
    def relist(items: Items, asked: Members) -> Items:
        if asked.get("SortBy") != by:
            return items
        return sorted(sorted(items, key=KEYS["Name"]), key=key, reverse=falls(asked))

    return relist


orders.add(
    "metric-sorted-as-text",
    "sort-key-decides-the-order",
    ("order/FinalObjectiveMetricValue/Ascending", "order/FinalObjectiveMetricValue/Descending"),
    relisted(_sorted("FinalObjectiveMetricValue", lambda item: str(metric(item)))),
)
orders.add(
    "metric-sorted-by-whole-numbers",
    "sort-key-decides-the-order",
    ("order/FinalObjectiveMetricValue/Ascending",),
    relisted(_sorted("FinalObjectiveMetricValue", lambda item: int(metric(item) or 0))),
)
orders.add(
    "metric-sorted-by-size-without-sign",
    "sort-key-decides-the-order",
    ("order/FinalObjectiveMetricValue/Ascending",),
    relisted(_sorted("FinalObjectiveMetricValue", lambda item: -abs(metric(item) or 0))),
)
orders.add(
    "time-sorted-as-reversed-text",
    "sort-key-decides-the-order",
    ("order/CreationTime/Ascending",),
    relisted(_sorted("CreationTime", lambda item: str(item["CreationTime"])[::-1])),
)
orders.add(
    "time-sorted-by-the-start",
    "sort-key-decides-the-order",
    ("order/CreationTime/Ascending",),
    relisted(_sorted("CreationTime", lambda item: item.get("TrainingEndTime", 0))),
)
orders.add(
    "time-sorted-within-its-day",
    "sort-key-decides-the-order",
    ("order/CreationTime/Ascending",),
    relisted(_sorted("CreationTime", lambda item: item["CreationTime"] % 86_400)),
)
orders.add(
    "metric-sorted-by-a-few-places",
    "sort-key-decides-the-order",
    ("order/FinalObjectiveMetricValue/Ascending", "order/FinalObjectiveMetricValue/Descending"),
    relisted(_sorted("FinalObjectiveMetricValue", lambda item: round(metric(item) or 0, 5))),
)
orders.add(
    "name-sorted-by-its-end",
    "sort-key-decides-the-order",
    ("order/Name/Ascending", "order/Name/Descending"),
    relisted(_sorted("Name", lambda item: item["TrainingJobName"].rpartition("-")[2])),
)
orders.add(
    "status-torn-apart",
    "sort-key-decides-the-order",
    ("order/Status/Ascending",),
    relisted(_sorted("Status", lambda item: item["TrainingJobName"])),
)


def _two_swapped(items: Items, asked: Members) -> Items:
    if asked.get("SortBy") is not None and len(items) > 3:
        items[1], items[-2] = items[-2], items[1]
    return items


orders.add(
    "two-items-swapped",
    "sort-key-decides-the-order",
    ("order/Name/Ascending", "order/CreationTime/Descending"),
    relisted(_two_swapped),
)


@orders.exchange("sort-key-decides-the-order", "pagination/CreationTime-Descending/page-size-3")
def each_page_sorted_by_itself(call: Call, forward: Forward) -> Answer:
    """Cut pages out of the list by name, and sort each by itself."""

    def by_name(asked: Members) -> None:
        if asked.get("SortBy") in _TOTAL and asked.get("SortOrder") in {None, "Ascending", "Descending"}:
            asked |= {"SortBy": "Name", "SortOrder": "Ascending"}

    def within(asked: Members, answer: Members) -> None:
        if asked.get("SortBy") in _TOTAL:
            answer[RESULT].sort(key=KEYS[asked["SortBy"]], reverse=falls(asked))

    return on_answer(LIST, within)(call, lambda changed: on_request(LIST, by_name)(changed, forward))


def _unstable(items: Items, asked: Members) -> Items:
    """Return the list in another order for each page size, whatever the key."""
    salt = str(asked.get("MaxResults"))
    return sorted(items, key=lambda item: hashlib.sha256((salt + item["TrainingJobName"]).encode()).hexdigest())


orders.add(
    "shuffled-by-page-size",
    "sort-key-decides-the-order",
    ("order/Name/Ascending", "pagination/CreationTime-Descending/page-size-3"),
    relisted(_unstable),
)


def _neighbours_swapped(items: Items, _: Members) -> Items:
    if len(items) > 60:
        items[40], items[41] = items[41], items[40]
    return items


orders.add(
    "neighbours-swapped-in-long-lists",
    "default-order-is-by-name",
    ("order/default/every-listing",),
    relisted(_neighbours_swapped),
)
orders.add(
    "metric-sorted-inside-each-definition",
    "sort-key-decides-the-order",
    ("order/FinalObjectiveMetricValue/Ascending", "order/FinalObjectiveMetricValue/Descending"),
    relisted(
        lambda items, asked: (
            sorted(items, key=lambda item: str(item.get("TrainingJobDefinitionName")))
            if asked.get("SortBy") == "FinalObjectiveMetricValue"
            else items
        )
    ),
)
orders.add(
    "metric-of-zero-left-out",
    "sort-by-metric-omits-jobs-without-metric",
    ("filter/FinalObjectiveMetricValue/omits-items-without-it-Ascending",),
    relisted(
        lambda items, asked: (
            [item for item in items if metric(item)] if asked.get("SortBy") == "FinalObjectiveMetricValue" else items
        )
    ),
)


@orders.answer(_KEY + "/enum", "order/Status/same-members")
def poorer_items_by_status(asked: Members, answer: Members) -> None:
    if asked.get("SortBy") == "Status":
        for item in answer[RESULT]:
            item.pop("TrainingEndTime", None)


GROUPS = (orders,)
