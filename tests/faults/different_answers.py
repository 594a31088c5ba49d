"""Ways of answering and of refusing that the documents leave open."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from faults.fault import Forward, Members, answered, asked_of
from faults.listings import METRIC, RESULT

if TYPE_CHECKING:
    from conformance.reference.http import Answer, Call

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


def newer_members(_: Members, answer: Members) -> None:
    maps = {id(structure[name]) for structure in _structures(answer) for name in _MAPS if name in structure}
    for each in [structure for structure in _structures(answer) if id(structure) not in maps]:
        each["NewerThanThis"] = {"Values": ["a", 1, None], "Enabled": True}


def whole_seconds(_: Members, answer: Members) -> None:
    for structure in _structures(answer):
        for name in [name for name in structure if name.endswith("Time") and not isinstance(structure[name], str)]:
            structure[name] = math.floor(structure[name])


def as_the_service_shows_best(_: Members, answer: Members) -> None:
    """Leave out what was never seen in a best training job."""
    for member in ("BestTrainingJob", "OverallBestTrainingJob"):
        best = answer.get(member, {})
        best.pop("TuningJobName", None)
        best.pop("TrainingJobDefinitionName", None)
        best.get(METRIC, {}).pop("Type", None)


def bare_items(_: Members, answer: Members) -> None:
    for item in answer[RESULT]:
        item.pop("TuningJobName", None)
        item.get(METRIC, {}).pop("Type", None)


def small_arns(_: Members, answer: Members) -> None:
    for structure in _structures(answer):
        if "TrainingJobArn" in structure:
            front, _slash, name = structure["TrainingJobArn"].rpartition("/")
            structure["TrainingJobArn"] = f"{front}/{name.lower()}"


def filled_in(_: Members, answer: Members) -> None:
    """Show what the service adds by itself: its own hyperparameters, and the defaults of what was left out."""
    config = answer["HyperParameterTuningJobConfig"]
    several = answer.get("TrainingJobDefinitions")
    if "Autotune" not in answer:
        config.setdefault("TrainingJobEarlyStoppingType", "Off")
    for each in several or [answer["TrainingJobDefinition"]]:
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


# -- refusals


def terse(answer: Answer, content: Members) -> Answer:
    """Leave out the words where the service was seen to."""
    if content["__type"] in {"SerializationException", "UnknownOperationException"}:
        return answered(answer, {"__type": content["__type"]}, answer.status)
    return answered(answer, {"__type": content["__type"], "message": "invalid"}, answer.status)


def namespaced(answer: Answer, content: Members) -> Answer:
    changed = {**content, "__type": f"com.amazonaws.sagemaker#{content['__type']}"}
    return answered(answer, changed, answer.status)


def one_code_for_all(answer: Answer, content: Members) -> Answer:
    """Let whatever is wrong with a request be a ValidationException."""
    code = content["__type"]
    return answered(
        answer, content | {"__type": "ValidationException" if code == "SerializationException" else code}, answer.status
    )


def strict_http(call: Call, forward: Forward) -> Answer:
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


def fractions_cut(asked: Members) -> None:
    if isinstance(asked.get("MaxResults"), float):
        asked["MaxResults"] = int(asked["MaxResults"])


def unknown_members_refused(call: Call, forward: Forward) -> Answer:
    asked = asked_of(call)
    answer = forward(call)
    if asked is not None and "NoSuchMember" in asked and answer.status == 200:
        return answered(answer, {"__type": "SerializationException"}, 400)
    return answer
