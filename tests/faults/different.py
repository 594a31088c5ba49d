"""Servers that keep the documents in ways of their own, as the real service does or may: no fault at all."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from faults.fault import (
    DESCRIBE,
    EVERY,
    LIST,
    Apply,
    Forward,
    Members,
    aims_at,
    answered,
    asked_of,
    having,
    on_answer,
    on_error,
    on_request,
)
from faults.listings import METRIC, RESULT, Items, metric, relisted

if TYPE_CHECKING:
    from conformance.reference.exchange import Answer, Call


@dataclass(frozen=True)
class Different:
    """A correct server that differs. `known`: it may be held against the world as well."""

    name: str
    apply: Apply
    known: bool = True
    runs: tuple[str, ...] = ()
    """The checks that could take it for a fault."""

    def __str__(self) -> str:
        return self.name


def _then(*steps: Apply) -> Apply:
    """Lead a call through several changes, the first of them on the outside."""

    def apply(call: Call, forward: Forward) -> Answer:
        for step in reversed(steps):
            forward = _led(step, forward)
        return forward(call)

    return apply


def _led(step: Apply, forward: Forward) -> Forward:
    return lambda call: step(call, forward)


# -- order


def _newest_first(asked: Members) -> None:
    if asked.get("SortBy") is None and asked.get("SortOrder") is None:
        asked |= {"SortBy": "CreationTime", "SortOrder": "Descending"}


def _newest_first_in_part(asked: Members) -> None:
    """Fill in what was observed for each member that is left out."""
    if asked.get("SortBy") is None:
        asked["SortBy"] = "CreationTime"
    if asked.get("SortOrder") is None:
        asked["SortOrder"] = "Descending"


_KEYS: dict[str, Callable[[Members], Any]] = {
    "Name": lambda item: item["TrainingJobName"],
    "CreationTime": lambda item: item["CreationTime"],
    "Status": lambda item: item["TrainingJobStatus"],
    "FinalObjectiveMetricValue": metric,
}


def _falls(asked: Members) -> bool:
    return asked.get("SortOrder") == "Descending"


def _ties_shuffled(items: Items, asked: Members) -> Items:
    """Let equal keys stand in another order under each query and page size."""
    salt = json.dumps(asked, sort_keys=True)
    shuffled = sorted(items, key=lambda item: hashlib.sha256((salt + item["TrainingJobName"]).encode()).hexdigest())
    return sorted(shuffled, key=_KEYS[asked.get("SortBy") or "Name"], reverse=_falls(asked))


def _by_name_in_any_case(items: Items, asked: Members) -> Items:
    if (asked.get("SortBy") or "Name") != "Name":
        return items
    return sorted(items, key=lambda item: item["TrainingJobName"].casefold(), reverse=_falls(asked))


_LIFE = ("InProgress", "Stopping", "Stopped", "Failed", "Completed", "Deleting")


def _status_in_order_of_life(items: Items, asked: Members) -> Items:
    if asked.get("SortBy") != "Status":
        return items
    return sorted(items, key=lambda item: _LIFE.index(item["TrainingJobStatus"]), reverse=_falls(asked))


# -- pages


def _same(items: Items, _: Members) -> Items:
    return items


def _half(_: Members, size: int) -> int:
    return (size + 1) // 2


def _none_at_first(asked: Members, size: int) -> int:
    return 0 if asked.get("NextToken") is None else size


def _filter_after_paging(call: Call, forward: Forward) -> Answer:
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


_LAST = "bGFzdA=="


def _one_more_page_when_just_full(call: Call, forward: Forward) -> Answer:
    """Not knowing whether more will come, send a token with each full page."""
    asked = asked_of(call) if aims_at(call, LIST) else None
    if asked is None:
        return forward(call)
    if asked.get("NextToken") == _LAST:
        answer = forward(having(call, {name: value for name, value in asked.items() if name != "NextToken"}))
        return answered(answer, {RESULT: []}) if answer.status == 200 else answer
    answer = forward(call)
    if answer.status != 200:
        return answer
    content = json.loads(answer.body)
    full = len(content[RESULT]) == (asked.get("MaxResults") or 10)
    return answered(answer, content | ({"NextToken": _LAST} if full and "NextToken" not in content else {}))


_LONG = "x"
_TIMES = 300


def _listed_at_length(items: Items, asked: Members) -> Items:
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


def _counted_at_length(asked: Members, answer: Members) -> None:
    if asked["HyperParameterTuningJobName"] == _LONG:
        for group in ("TrainingJobStatusCounters", "ObjectiveStatusCounters"):
            answer[group] = {name: value * _TIMES for name, value in answer[group].items()}
        answer["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxNumberOfTrainingJobs"] *= _TIMES
        del answer["BestTrainingJob"]["TrainingJobArn"]
        answer["BestTrainingJob"]["TrainingJobName"] += "-000"


# -- answers


def _structures(value: Any) -> Iterator[Members]:
    if isinstance(value, dict):
        yield value
        for held in value.values():
            yield from _structures(held)
    elif isinstance(value, list):
        for held in value:
            yield from _structures(held)


_MAPS = {"StaticHyperParameters", "TunedHyperParameters", "Environment"}


def _newer_members(_: Members, answer: Members) -> None:
    maps = {id(one[name]) for one in _structures(answer) for name in _MAPS if name in one}
    for one in [one for one in _structures(answer) if id(one) not in maps]:
        one["NewerThanThis"] = {"Values": ["a", 1, None], "Enabled": True}


def _whole_seconds(_: Members, answer: Members) -> None:
    for one in _structures(answer):
        for name in [name for name in one if name.endswith("Time") and not isinstance(one[name], str)]:
            one[name] = math.floor(one[name])


def _as_the_service_shows_best(_: Members, answer: Members) -> None:
    """Leave out what was never seen in a best training job."""
    for member in ("BestTrainingJob", "OverallBestTrainingJob"):
        best = answer.get(member, {})
        best.pop("TuningJobName", None)
        best.pop("TrainingJobDefinitionName", None)
        best.get(METRIC, {}).pop("Type", None)


def _bare_items(_: Members, answer: Members) -> None:
    for item in answer[RESULT]:
        item.pop("TuningJobName", None)
        item.get(METRIC, {}).pop("Type", None)


def _small_arns(_: Members, answer: Members) -> None:
    for one in _structures(answer):
        if "TrainingJobArn" in one:
            front, _slash, name = one["TrainingJobArn"].rpartition("/")
            one["TrainingJobArn"] = f"{front}/{name.lower()}"


def _filled_in(_: Members, answer: Members) -> None:
    """Show what the service adds by itself: its own hyperparameters, and the defaults of what was left out."""
    config = answer["HyperParameterTuningJobConfig"]
    several = answer.get("TrainingJobDefinitions")
    if "Autotune" not in answer:
        config.setdefault("TrainingJobEarlyStoppingType", "Off")
    for one in several or [answer["TrainingJobDefinition"]]:
        one.setdefault("StaticHyperParameters", {})["_tuning_objective_metric"] = "validation:auc"
        one.setdefault("StoppingCondition", {}).setdefault("MaxRuntimeInSeconds", 86_400)
        for flag in ("EnableNetworkIsolation", "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining"):
            one.setdefault(flag, False)
        for channel in one.get("InputDataConfig", []):
            channel.setdefault("CompressionType", "None")
            channel.setdefault("RecordWrapperType", "None")
        if "CheckpointConfig" in one:
            one["CheckpointConfig"].setdefault("LocalPath", "/opt/ml/checkpoints/")


_NUMBER = re.compile(rb'("[A-Za-z]*Time":)(\d+(?:\.\d+)?)')


def _java_doubles(call: Call, forward: Forward) -> Answer:
    answer = forward(call)
    body = _NUMBER.sub(lambda found: found[1] + f"{float(found[2]):.12E}".replace("E+0", "E").encode(), answer.body)
    return replace(answer, body=body)


def _charset(call: Call, forward: Forward) -> Answer:
    answer = forward(call)
    return replace(answer, content_type=f"{answer.content_type}; charset=UTF-8")


def _spelled_out(call: Call, forward: Forward) -> Answer:
    """Write JSON with white space, and letters beyond ASCII as escapes."""
    answer = forward(call)
    return replace(answer, body=json.dumps(json.loads(answer.body), indent=2, sort_keys=True).encode())


# -- refusals


def _terse(answer: Answer, content: Members) -> Answer:
    """Leave out the words where the service was seen to."""
    if content["__type"] in {"SerializationException", "UnknownOperationException"}:
        return answered(answer, {"__type": content["__type"]}, answer.status)
    return answered(answer, {"__type": content["__type"], "message": "invalid"}, answer.status)


def _namespaced(answer: Answer, content: Members) -> Answer:
    changed = {**content, "__type": f"com.amazonaws.sagemaker#{content['__type']}"}
    return answered(answer, changed, answer.status)


def _one_code_for_all(answer: Answer, content: Members) -> Answer:
    """Let whatever is wrong with a request be a ValidationException."""
    code = content["__type"]
    return answered(
        answer, content | {"__type": "ValidationException" if code == "SerializationException" else code}, answer.status
    )


def _strict_http(call: Call, forward: Forward) -> Answer:
    """Refuse what nobody has shown the service to take."""
    answer = forward(call)
    kind = call.headers.get("content-type", "").partition(";")[0]
    if kind != "application/x-amz-json-1.1":
        return replace(answer, status=404, body=b"", content_type="text/plain")
    if "transfer-encoding" in call.headers:
        return replace(answer, status=411, body=b"", content_type="text/plain")
    if len(call.body) > 100_000:
        return replace(answer, status=413, body=b"", content_type="text/plain")
    if call.body.count(b"HyperParameterTuningJobName") > 1 or call.body.startswith(b"\xef\xbb\xbf"):
        return answered(answer, {"__type": "SerializationException"}, 400)
    return answer


def _fractions_cut(asked: Members) -> None:
    if isinstance(asked.get("MaxResults"), float):
        asked["MaxResults"] = int(asked["MaxResults"])


def _unknown_members_refused(call: Call, forward: Forward) -> Answer:
    asked = asked_of(call)
    answer = forward(call)
    if asked is not None and "NoSuchMember" in asked and answer.status == 200:
        return answered(answer, {"__type": "SerializationException"}, 400)
    return answer


# -- states that live


def _some_deleted(items: Items, _: Members) -> Items:
    """List some ended training jobs no more, though they are counted."""
    kept = [item for item in items if int(hashlib.sha256(item["TrainingJobName"].encode()).hexdigest(), 16) % 7]
    return kept or items


class _Lively:
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


_LISTINGS = (
    *(f"{LIST}/{one}" for one in ("order", "filter", "client", "consistency")),
    *(f"{LIST}/pagination/{one}" for one in ("default", "token", "page-size", "Completed", "Name-Descending")),
    f"{DESCRIBE}/consistency",
)
ANSWERS = ("*/response", "*/consistency", "*/client/boto3", "*/protocol/answer")
_REFUSALS = ("*/request", "*/error", "*/protocol", "*/client/boto3")

DIFFERENT: tuple[Different, ...] = (
    Different("newest-first-by-default", on_request(LIST, _newest_first), runs=_LISTINGS),
    Different("newest-first-in-part", on_request(LIST, _newest_first_in_part), runs=_LISTINGS),
    Different("ties-shuffled", relisted(_ties_shuffled), runs=_LISTINGS),
    Different(
        "newest-first-ties-shuffled",
        _then(on_request(LIST, _newest_first_in_part), relisted(_ties_shuffled)),
        runs=_LISTINGS,
    ),
    Different("names-in-any-case", relisted(_by_name_in_any_case), runs=_LISTINGS),
    Different("status-in-order-of-life", relisted(_status_in_order_of_life), runs=_LISTINGS),
    Different("short-pages", relisted(_same, _half), runs=_LISTINGS),
    Different("empty-pages-with-token", relisted(_same, _none_at_first), runs=_LISTINGS),
    Different("filter-after-paging", _filter_after_paging, runs=_LISTINGS),
    Different("one-more-page-when-just-full", _one_more_page_when_just_full, runs=_LISTINGS),
    Different("tokens-good-for-any-query", relisted(_same), runs=_LISTINGS),
    Different(
        "long-listing",
        _then(on_answer(DESCRIBE, _counted_at_length), relisted(_listed_at_length)),
        known=False,
        runs=_LISTINGS,
    ),
    Different("newer-members", on_answer(EVERY, _newer_members), runs=ANSWERS),
    Different("whole-seconds", on_answer(EVERY, _whole_seconds), runs=ANSWERS),
    Different(
        "best-as-observed",
        _then(on_answer(DESCRIBE, _as_the_service_shows_best), on_answer(LIST, _bare_items)),
        runs=ANSWERS,
    ),
    Different("small-arns", on_answer(EVERY, _small_arns), runs=ANSWERS),
    Different("defaults-filled-in", on_answer(DESCRIBE, _filled_in), runs=ANSWERS),
    Different("java-doubles", _java_doubles, runs=ANSWERS),
    Different("charset-in-the-content-type", _charset, runs=ANSWERS),
    Different("json-spelled-out", _spelled_out, runs=ANSWERS),
    Different("terse-errors", on_error(EVERY, _terse), runs=_REFUSALS),
    Different("namespaced-errors", on_error(EVERY, _namespaced), runs=_REFUSALS),
    Different("one-code-for-all-that-is-invalid", on_error(EVERY, _one_code_for_all), runs=_REFUSALS),
    Different("strict-http", _strict_http, runs=_REFUSALS),
    Different("fractions-cut", on_request(LIST, _fractions_cut), runs=_LISTINGS),
    Different("unknown-members-refused", _unknown_members_refused, runs=_REFUSALS),
    Different("some-training-jobs-deleted", relisted(_some_deleted), known=False, runs=_LISTINGS),
    Different("jobs-in-progress-move", _Lively(), known=False, runs=_LISTINGS),
)
