"""Servers that keep the documents in ways of their own, as the real service does or may: none has a defect."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from faults.altered import (
    BOTH,
    DESCRIBE,
    LIST,
    OK,
    RESULT,
    Alter,
    Forward,
    Members,
    aims_at,
    answered,
    asked_of,
    having,
    on_answer,
    on_error,
    on_request,
    then,
)

if TYPE_CHECKING:
    from conformance.reference.http import Answer, Call

Items = list[Members]
_DEFAULT, _LARGEST = 10, 100
_METRIC = "FinalHyperParameterTuningJobObjectiveMetric"

# -- listings: the whole list of a query is changed, and cut into pages again

_MARK = "page from "


def relisted(
    relist: Callable[[Items, Members], Items] = lambda items, _: items,
    cut: Callable[[Members, int], int] = lambda _, size: size,
) -> Alter:
    """Answer each listing from the whole list of its query, changed, in pages of our own.

    `cut` is how many items a page has, given the members asked for and the size that they come to.
    """

    def alter(call: Call, forward: Forward) -> Answer:
        asked = asked_of(call, LIST)
        offset = _offset(asked)
        if asked is None or offset is None:
            return forward(call)
        query = {name: value for name, value in asked.items() if name != "NextToken"}
        first = forward(having(call, query))
        if first.status != OK:
            return first
        items = relist(_every(call, forward, query), query)
        end = offset + cut(asked, int(asked.get("MaxResults") or _DEFAULT))
        token = {"NextToken": base64.b64encode(f"{_MARK}{end}".encode()).decode()} if end < len(items) else {}
        return answered(first, {RESULT: items[offset:end]} | token)

    return alter


def _every(call: Call, forward: Forward, query: Members) -> Items:
    items: Items = []
    asked: Members | None = query | {"MaxResults": _LARGEST}
    while asked is not None:
        page = json.loads(forward(having(call, asked)).body)
        items += page[RESULT]
        asked = asked | {"NextToken": page["NextToken"]} if "NextToken" in page else None
    return items


def _offset(asked: Members | None) -> int | None:
    """Return where the page starts; None for a token that is not ours, which the server behind rejects."""
    token = (asked or {}).get("NextToken")
    if token is None:
        return 0
    try:
        text = base64.b64decode(token, validate=True).decode()
    except (ValueError, TypeError):
        return None
    return int(text.removeprefix(_MARK)) if text.startswith(_MARK) else None


def _falls(asked: Members) -> bool:
    return asked.get("SortOrder") == "Descending"


def newest_first(asked: Members) -> None:
    if asked.get("SortBy") is None and asked.get("SortOrder") is None:
        asked |= {"SortBy": "CreationTime", "SortOrder": "Descending"}


_KEYS: dict[str, Callable[[Members], Any]] = {
    "Name": lambda item: item["TrainingJobName"],
    "CreationTime": lambda item: item["CreationTime"],
    "Status": lambda item: item["TrainingJobStatus"],
    "FinalObjectiveMetricValue": lambda item: float(item[_METRIC]["Value"]),
}


def ties_shuffled(items: Items, asked: Members) -> Items:
    """Put equal keys in another order under each query and page size."""
    salt = json.dumps(asked, sort_keys=True)
    shuffled = sorted(items, key=lambda item: hashlib.sha256((salt + item["TrainingJobName"]).encode()).hexdigest())
    return sorted(shuffled, key=_KEYS[asked.get("SortBy") or "Name"], reverse=_falls(asked))


def by_name_in_any_case(items: Items, asked: Members) -> Items:
    if (asked.get("SortBy") or "Name") != "Name":
        return items
    return sorted(items, key=lambda item: item["TrainingJobName"].casefold(), reverse=_falls(asked))


def status_in_order_of_life(items: Items, asked: Members) -> Items:
    life = ("InProgress", "Stopping", "Stopped", "Failed", "Completed", "Deleting")
    if asked.get("SortBy") != "Status":
        return items
    return sorted(items, key=lambda item: life.index(item["TrainingJobStatus"]), reverse=_falls(asked))


def filter_after_paging(call: Call, forward: Forward) -> Answer:
    """Cut the pages out of the unfiltered list: they come short or empty, with a token."""
    asked = asked_of(call, LIST)
    plain = forward(call) if asked is None or "NextToken" not in asked else None
    if asked is None or asked.get("StatusEquals") is None or (plain is not None and plain.status != OK):
        return plain or forward(call)
    answer = forward(having(call, {name: value for name, value in asked.items() if name != "StatusEquals"}))
    if answer.status != OK:
        return answer
    content = json.loads(answer.body)
    content[RESULT] = [item for item in content[RESULT] if item["TrainingJobStatus"] == asked["StatusEquals"]]
    return answered(answer, content)


_END = "ZW5k"


def one_more_page_when_just_full(call: Call, forward: Forward) -> Answer:
    """Not knowing whether more will come, send a token with each full page."""
    asked = asked_of(call, LIST)
    if asked is None:
        return forward(call)
    at_the_end = asked.get("NextToken") == _END
    if at_the_end:
        call = having(call, {name: value for name, value in asked.items() if name != "NextToken"})
    answer = forward(call)
    if answer.status != OK:
        return answer
    content = {RESULT: []} if at_the_end else json.loads(answer.body)
    if "NextToken" not in content and len(content[RESULT]) == (asked.get("MaxResults") or _DEFAULT):
        content["NextToken"] = _END
    return answered(answer, content)


_LONG, _TIMES = "x", 300


def listed_at_length(items: Items, asked: Members) -> Items:
    """List more training jobs for one tuning job than a run cares to read."""
    if asked["HyperParameterTuningJobName"] != _LONG:
        return items
    changed = ("TrainingJobName", "TrainingJobArn")
    return [item | {name: f"{item[name]}-{index:03}" for name in changed} for item in items for index in range(_TIMES)]


def counted_at_length(asked: Members, answer: Members) -> None:
    if asked["HyperParameterTuningJobName"] == _LONG:
        for group in ("TrainingJobStatusCounters", "ObjectiveStatusCounters"):
            answer[group] = {name: value * _TIMES for name, value in answer[group].items()}
        answer["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxNumberOfTrainingJobs"] *= _TIMES
        del answer["BestTrainingJob"]["TrainingJobArn"]
        answer["BestTrainingJob"]["TrainingJobName"] += "-000"


def some_deleted(items: Items, _: Members) -> Items:
    """List some ended training jobs no more, though they are counted."""
    kept = [item for item in items if int(hashlib.sha256(item["TrainingJobName"].encode()).hexdigest(), 16) % 7]
    return kept or items


class Lively:
    """Tuning jobs in progress make progress at each look; what has ended stays."""

    def __init__(self) -> None:
        self._looks = 0

    def __call__(self, call: Call, forward: Forward) -> Answer:
        answer, asked = forward(call), asked_of(call, *BOTH)
        if answer.status != OK or asked is None or "live" not in str(asked.get("HyperParameterTuningJobName")):
            return answer
        self._looks += 1
        content = json.loads(answer.body)
        if aims_at(call, DESCRIBE):
            content["LastModifiedTime"] += self._looks
            content["TrainingJobStatusCounters"]["Completed"] += self._looks % 3
        else:
            content[RESULT] = content[RESULT][self._looks % 2 :]
        return answered(answer, content)


# -- answers


def _structures(value: Any) -> Iterator[Members]:
    if isinstance(value, dict):
        yield value
    for entry in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _structures(entry)


def newer_members(_: Members, answer: Members) -> None:
    names = ("StaticHyperParameters", "TunedHyperParameters", "Environment")
    maps = {id(structure[name]) for structure in _structures(answer) for name in names if name in structure}
    for each in [structure for structure in _structures(answer) if id(structure) not in maps]:
        each["NewerThanThis"] = {"Values": ["a", 1, None], "Enabled": True}


def whole_seconds(_: Members, answer: Members) -> None:
    for structure in _structures(answer):
        for name in [name for name in structure if name.endswith("Time") and not isinstance(structure[name], str)]:
            structure[name] = math.floor(structure[name])


def as_observed(_: Members, answer: Members) -> None:
    """Leave out what was never seen in a best training job, nor in an item of a listing."""
    for item in (*answer.get(RESULT, ()), answer.get("BestTrainingJob", {}), answer.get("OverallBestTrainingJob", {})):
        item.pop("TuningJobName", None)
        item.get(_METRIC, {}).pop("Type", None)
        if RESULT not in answer:
            item.pop("TrainingJobDefinitionName", None)


def small_arns(_: Members, answer: Members) -> None:
    for structure in _structures(answer):
        if "TrainingJobArn" in structure:
            front, _slash, name = structure["TrainingJobArn"].rpartition("/")
            structure["TrainingJobArn"] = f"{front}/{name.lower()}"


def filled_in(_: Members, answer: Members) -> None:
    """Show what the service adds by itself: its own hyperparameters, and the defaults of what was left out."""
    if "Autotune" not in answer:
        answer["HyperParameterTuningJobConfig"].setdefault("TrainingJobEarlyStoppingType", "Off")
    for each in answer.get("TrainingJobDefinitions") or [answer["TrainingJobDefinition"]]:
        each.setdefault("StaticHyperParameters", {})["_tuning_objective_metric"] = "validation:auc"
        each.setdefault("StoppingCondition", {}).setdefault("MaxRuntimeInSeconds", 86_400)
        for flag in ("EnableNetworkIsolation", "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining"):
            each.setdefault(flag, False)
        for channel in each.get("InputDataConfig", []):
            channel.setdefault("CompressionType", "None")
            channel.setdefault("RecordWrapperType", "None")
        if "CheckpointConfig" in each:
            each["CheckpointConfig"].setdefault("LocalPath", "/opt/ml/checkpoints/")


_NUMBER = re.compile(rb'("[A-Za-z]*Time":)(\d+(?:\.\d+)?)')


def java_doubles(call: Call, forward: Forward) -> Answer:
    answer = forward(call)
    body = _NUMBER.sub(lambda found: found[1] + f"{float(found[2]):.12E}".replace("E+0", "E").encode(), answer.body)
    return replace(answer, body=body)


def charset(call: Call, forward: Forward) -> Answer:
    answer = forward(call)
    return replace(answer, content_type=f"{answer.content_type}; charset=UTF-8")


def spelled_out(call: Call, forward: Forward) -> Answer:
    """Write JSON with white space, and letters beyond ASCII as escapes."""
    answer = forward(call)
    return replace(answer, body=json.dumps(json.loads(answer.body), indent=2, sort_keys=True).encode())


# -- rejections


def terse(content: Members) -> Members:
    """Leave out the words where the service was seen to."""
    silent = content["__type"] in {"SerializationException", "UnknownOperationException"}
    return {"__type": content["__type"]} | ({} if silent else {"message": "invalid"})


def namespaced(content: Members) -> Members:
    return content | {"__type": f"com.amazonaws.sagemaker#{content['__type']}"}


def one_code_for_all(content: Members) -> Members:
    """Call whatever is wrong with a request a ValidationException."""
    code = content["__type"]
    return content | {"__type": "ValidationException" if code == "SerializationException" else code}


def strict_http(call: Call, forward: Forward) -> Answer:
    """Reject what the service was never seen to accept."""
    answer = forward(call)
    kind = call.headers.get("content-type", "").partition(";")[0]
    for status, wrong in (
        (404, kind != "application/x-amz-json-1.1"),
        (411, "transfer-encoding" in call.headers),
        (413, len(call.body) > 100_000),
    ):
        if wrong:
            return replace(answer, status=status, body=b"", content_type="text/plain")
    if call.body.count(b"HyperParameterTuningJobName") > 1 or call.body.startswith(b"\xef\xbb\xbf"):
        return answered(answer, {"__type": "SerializationException"}, 400)
    return answer


def fractions_cut(asked: Members) -> None:
    if isinstance(asked.get("MaxResults"), float):
        asked["MaxResults"] = int(asked["MaxResults"])


def unknown_members_rejected(call: Call, forward: Forward) -> Answer:
    answer = forward(call)
    if answer.status == OK and "NoSuchMember" in (asked_of(call, *BOTH) or {}):
        return answered(answer, {"__type": "SerializationException"}, 400)
    return answer


# -- all of them


@dataclass(frozen=True)
class Correct:
    """A correct server, and the checks that could take what it does for a fault.

    `known`: it may be checked against the world as well.
    """

    alter: Alter
    checks: tuple[str, ...]
    known: bool = False


_LISTINGS = (
    *(f"{LIST}/{item}" for item in ("order", "filter", "client", "consistency")),
    *(f"{LIST}/pagination/{item}" for item in ("default", "token", "page-size", "Completed", "Name-Descending")),
    f"{DESCRIBE}/consistency",
)
_ANSWERS = ("*/response", "*/consistency", "*/client/boto3", "*/protocol/answer")
_REJECTIONS = ("*/request", "*/error", "*/protocol", "*/client/boto3")

_OF_LISTINGS: dict[str, Alter] = {
    "newest-first-ties-shuffled": then(on_request(LIST, newest_first), relisted(ties_shuffled)),
    "names-in-any-case": relisted(by_name_in_any_case),
    "status-in-order-of-life": relisted(status_in_order_of_life),
    "short-pages": relisted(cut=lambda _, size: (size + 1) // 2),
    "empty-pages-with-token": relisted(cut=lambda asked, size: 0 if asked.get("NextToken") is None else size),
    "filter-after-paging": filter_after_paging,
    "one-more-page-when-just-full": one_more_page_when_just_full,
    "long-listing": then(on_answer(counted_at_length, DESCRIBE), relisted(listed_at_length)),
    "fractions-cut": on_request(LIST, fractions_cut),
    "some-training-jobs-deleted": relisted(some_deleted),
    "jobs-in-progress-move": Lively(),
}
_OF_ANSWERS: dict[str, Alter] = {
    "newer-members": on_answer(newer_members, *BOTH),
    "whole-seconds": on_answer(whole_seconds, *BOTH),
    "as-observed": on_answer(as_observed, *BOTH),
    "small-arns": on_answer(small_arns, *BOTH),
    "defaults-filled-in": on_answer(filled_in, DESCRIBE),
    "java-doubles": java_doubles,
    "charset-in-the-content-type": charset,
    "json-spelled-out": spelled_out,
}
_OF_REJECTIONS: dict[str, Alter] = {
    "terse-errors": on_error(terse),
    "namespaced-errors": on_error(namespaced),
    "one-code-for-all-that-is-invalid": on_error(one_code_for_all),
    "strict-http": strict_http,
    "unknown-members-rejected": unknown_members_rejected,
}
CORRECT = (
    {name: Correct(alter, _LISTINGS) for name, alter in _OF_LISTINGS.items()}
    | {name: Correct(alter, _ANSWERS, known=True) for name, alter in _OF_ANSWERS.items()}
    | {name: Correct(alter, _REJECTIONS) for name, alter in _OF_REJECTIONS.items()}
)
