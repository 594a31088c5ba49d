"""Listings made again: a fault changes the whole list of a query, and the proxy cuts it into pages by itself."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from faults.fault import LIST, Apply, Forward, Members, aims_at, answered, asked_of, having

if TYPE_CHECKING:
    from conformance.reference.http import Answer, Call

Items = list[Members]
Relist = Callable[[Items, Members], Items]
"""What becomes of the whole list of a query."""
Cut = Callable[[Members, int], int]
"""How many items a page holds, given the members asked for and the size that they come to."""

RESULT = "TrainingJobSummaries"
METRIC = "FinalHyperParameterTuningJobObjectiveMetric"
JOBS = (
    "churn-57-in-all-statuses", "exactly-ten", "eleven-is-a-page-and-one", "one-hundred", "one-hundred-and-one",
    "random-until-target",
)  # fmt: skip
"""The tuning jobs whose listings tell most."""
_OK = 200
_DEFAULT = 10
_LARGEST = 100
_MARK = "page from "


def relisted(relist: Relist, cut: Cut = lambda _asked, size: size) -> Apply:
    """Answer each listing from the whole list of its query, changed, in pages of our own."""

    def apply(call: Call, forward: Forward) -> Answer:
        asked = asked_of(call) if aims_at(call, LIST) else None
        offset = _offset(asked)
        if asked is None or offset is None:
            return forward(call)
        query = {name: value for name, value in asked.items() if name != "NextToken"}
        first = forward(having(call, query))
        if first.status != _OK:
            return first
        items = relist(every(call, forward, query), query)
        end = offset + cut(asked, int(asked.get("MaxResults") or _DEFAULT))
        return answered(first, {RESULT: items[offset:end]} | (_token(end) if end < len(items) else {}))

    return apply


def every(call: Call, forward: Forward, query: Members) -> Items:
    """Return all items of a query that the server behind takes."""
    items: Items = []
    asked: Members | None = {name: value for name, value in query.items() if name != "NextToken"} | {
        "MaxResults": _LARGEST
    }
    while asked is not None:
        page = json.loads(forward(having(call, asked)).body)
        items += page[RESULT]
        asked = asked | {"NextToken": page["NextToken"]} if "NextToken" in page else None
    return items


def metric(item: Members) -> float | None:
    """Return the final objective value of an item."""
    found = item.get(METRIC, {}).get("Value")
    return None if found is None else float(found)


KEYS: dict[str, Callable[[Members], Any]] = {
    "Name": lambda item: item["TrainingJobName"],
    "CreationTime": lambda item: item["CreationTime"],
    "Status": lambda item: item["TrainingJobStatus"],
    "FinalObjectiveMetricValue": metric,
}
"""What each sort key sorts by."""


def falls(asked: Members) -> bool:
    """Tell whether a listing is asked for in descending order."""
    return asked.get("SortOrder") == "Descending"


_END = "ZW5k"


def empty_page_at_the_end(call: Call, forward: Forward, when: Callable[[Members, int], bool]) -> Answer:
    """Send a token, to an empty page, with each last page of which `when` says so, given it and the page size."""
    asked = asked_of(call) if aims_at(call, LIST) else None
    if asked is None:
        return forward(call)
    if asked.get("NextToken") == _END:
        answer = forward(having(call, {name: value for name, value in asked.items() if name != "NextToken"}))
        return answered(answer, {RESULT: []}) if answer.status == _OK else answer
    answer = forward(call)
    if answer.status != _OK:
        return answer
    content = json.loads(answer.body)
    size = asked.get("MaxResults") or _DEFAULT
    if "NextToken" not in content and isinstance(size, int) and when(content, size):
        content["NextToken"] = _END
    return answered(answer, content)


def _token(offset: int) -> Members:
    return {"NextToken": base64.b64encode(f"{_MARK}{offset}".encode()).decode()}


def _offset(asked: Members | None) -> int | None:
    """Return where the page starts; None for a token that is not ours, which the server behind will refuse."""
    token = (asked or {}).get("NextToken")
    if token is None:
        return 0
    try:
        text = base64.b64decode(token, validate=True).decode()
    except (ValueError, TypeError):
        return None
    return int(text.removeprefix(_MARK)) if text.startswith(_MARK) else None
