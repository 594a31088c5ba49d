"""Ways of listing that the documents leave open: orders, pages, and states that live."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from faults.fault import DESCRIBE, LIST, Forward, Members, aims_at, answered, asked_of, having
from faults.listings import KEYS, RESULT, Items, empty_page_at_the_end, falls

if TYPE_CHECKING:
    from conformance.reference.http import Answer, Call

# -- order


def newest_first(asked: Members) -> None:
    if asked.get("SortBy") is None and asked.get("SortOrder") is None:
        asked |= {"SortBy": "CreationTime", "SortOrder": "Descending"}


def ties_shuffled(items: Items, asked: Members) -> Items:
    """Let equal keys stand in another order under each query and page size."""
    salt = json.dumps(asked, sort_keys=True)
    shuffled = sorted(items, key=lambda item: hashlib.sha256((salt + item["TrainingJobName"]).encode()).hexdigest())
    return sorted(shuffled, key=KEYS[asked.get("SortBy") or "Name"], reverse=falls(asked))


def by_name_in_any_case(items: Items, asked: Members) -> Items:
    if (asked.get("SortBy") or "Name") != "Name":
        return items
    return sorted(items, key=lambda item: item["TrainingJobName"].casefold(), reverse=falls(asked))


_LIFE = ("InProgress", "Stopping", "Stopped", "Failed", "Completed", "Deleting")


def status_in_order_of_life(items: Items, asked: Members) -> Items:
    if asked.get("SortBy") != "Status":
        return items
    return sorted(items, key=lambda item: _LIFE.index(item["TrainingJobStatus"]), reverse=falls(asked))


# -- pages


def same(items: Items, _: Members) -> Items:
    return items


def half(_: Members, size: int) -> int:
    return (size + 1) // 2


def none_at_first(asked: Members, size: int) -> int:
    return 0 if asked.get("NextToken") is None else size


def filter_after_paging(call: Call, forward: Forward) -> Answer:
    """Cut the pages out of the unfiltered list: they come short or empty, with a token."""
    asked = asked_of(call) if aims_at(call, LIST) else None
    known = forward(call) if asked is None or "NextToken" not in asked else None
    if asked is None or asked.get("StatusEquals") is None or (known is not None and known.status != 200):
        return known or forward(call)
    unfiltered = {name: value for name, value in asked.items() if name != "StatusEquals"}
    answer = forward(having(call, unfiltered))
    if answer.status != 200:
        return answer
    content = json.loads(answer.body)
    content[RESULT] = [item for item in content[RESULT] if item["TrainingJobStatus"] == asked["StatusEquals"]]
    return answered(answer, content)


def one_more_page_when_just_full(call: Call, forward: Forward) -> Answer:
    """Not knowing whether more will come, send a token with each full page."""
    return empty_page_at_the_end(call, forward, lambda content, size: len(content[RESULT]) == size)


_LONG = "x"
_TIMES = 300


def listed_at_length(items: Items, asked: Members) -> Items:
    """Let one tuning job have more training jobs than a run cares to read."""
    if asked["HyperParameterTuningJobName"] != _LONG:
        return items
    return [
        {
            **item,
            "TrainingJobName": f"{item['TrainingJobName']}-{index:03}",
            "TrainingJobArn": f"{item['TrainingJobArn']}-{index:03}",
        }
        for item in items
        for index in range(_TIMES)
    ]


def counted_at_length(asked: Members, answer: Members) -> None:
    if asked["HyperParameterTuningJobName"] == _LONG:
        for group in ("TrainingJobStatusCounters", "ObjectiveStatusCounters"):
            answer[group] = {name: value * _TIMES for name, value in answer[group].items()}
        answer["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxNumberOfTrainingJobs"] *= _TIMES
        del answer["BestTrainingJob"]["TrainingJobArn"]
        answer["BestTrainingJob"]["TrainingJobName"] += "-000"


# -- states that live


def some_deleted(items: Items, _: Members) -> Items:
    """List some ended training jobs no more, though they are counted."""
    kept = [item for item in items if int(hashlib.sha256(item["TrainingJobName"].encode()).hexdigest(), 16) % 7]
    return kept or items


class Lively:
    """Tuning jobs in progress make progress at each look; what has ended stays."""

    def __init__(self) -> None:
        self._looks = 0

    def __call__(self, call: Call, forward: Forward) -> Answer:
        answer = forward(call)
        asked = asked_of(call)
        if answer.status != 200 or asked is None or "live" not in str(asked.get("HyperParameterTuningJobName")):
            return answer
        self._looks += 1
        content = json.loads(answer.body)
        if aims_at(call, DESCRIBE):
            content["LastModifiedTime"] += self._looks
            content["TrainingJobStatusCounters"]["Completed"] += self._looks % 3
        else:
            content[RESULT] = content[RESULT][self._looks % 2 :]
        return answered(answer, content)
