"""What a description says of its tuning job, and is not so: counters, best training jobs, times, names."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from faults.fault import DESCRIBE, LIST, Faults, Members, aims_at, answered, asked_of, on_answer
from faults.listings import METRIC, Items, every, metric

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.http import Answer, Call
    from faults.fault import Forward

_STATUS = "TrainingJobStatusCounters"
_OBJECTIVE = "ObjectiveStatusCounters"
_BEST = "BestTrainingJob"

counters = Faults("counters", DESCRIBE, ("consistency/*-counters", "consistency/echo/counters"), within=DESCRIBE)
best = Faults("best training jobs", DESCRIBE, ("consistency/best-*", "consistency/overall-*"), within=DESCRIBE)
times = Faults("times of tuning jobs", DESCRIBE, ("consistency/times",), within=DESCRIBE)
identity = Faults("names of tuning jobs", DESCRIBE, ("consistency/identity",), within=DESCRIBE)

_LAWS = {
    (_STATUS, "Completed"): ("completed-counter", "status-counters/completed-counter"),
    (_STATUS, "InProgress"): ("in-progress-counter", "status-counters/in-progress-counter"),
    (_STATUS, "RetryableError"): ("retryable-error-counter", "status-counters/error-counters"),
    (_STATUS, "NonRetryableError"): ("error-counters", "status-counters/error-counters"),
    (_STATUS, "Stopped"): ("stopped-counter", "status-counters/stopped-counter"),
    (_OBJECTIVE, "Succeeded"): ("succeeded-objective-counter", "objective-counters/succeeded-objective-counter"),
    (_OBJECTIVE, "Pending"): ("pending-objective-counter", "objective-counters/pending-objective-counter"),
    (_OBJECTIVE, "Failed"): ("failed-objective-counter", "objective-counters/failed-objective-counter"),
}


def _without_zeros(group: str) -> Callable[[Members, Members], None]:
    def edit(_: Members, answer: Members) -> None:
        answer[group] = {name: received for name, received in answer[group].items() if received}

    return edit


for _group, _subject in ((_STATUS, "status-counters"), (_OBJECTIVE, "objective-counters")):
    counters.add(
        f"{_group}-without-zeros",
        f"{DESCRIBE}/output/{_group}/present",
        (f"consistency/{_subject}/{_subject}-all-sent",),
        on_answer(DESCRIBE, _without_zeros(_group)),
    )


def _counts(group: str, name: str, by: int) -> Callable[[Members, Members], None]:
    def edit(_: Members, answer: Members) -> None:
        received = answer[group][name]
        answer[group][name] = max(0, received + by)

    return edit


for (_group, _name), (_breaks, _law) in _LAWS.items():
    for _by, _word in ((1, "one-too-many"), (-1, "one-too-few")):
        counters.add(
            f"{_name}-counts-{_word}",
            _breaks,
            (f"consistency/{_law}",),
            on_answer(DESCRIBE, _counts(_group, _name, _by)),
            known_only=(_name, _by) == ("Pending", -1),  # of those that have ended none is pending
        )


@counters.answer("status-counters-cover-the-listing", "consistency/status-counters/completed-counter")
def counters_all_zero(_: Members, answer: Members) -> None:
    answer[_STATUS] = dict.fromkeys(answer[_STATUS], 0)


@counters.answer(
    "objective-counters-cover-the-listing", "consistency/objective-counters/objective-counters-cover-the-listing"
)
def objective_counters_all_zero(_: Members, answer: Members) -> None:
    answer[_OBJECTIVE] = dict.fromkeys(answer[_OBJECTIVE], 0)


@counters.answer("completed-counter", "consistency/status-counters/completed-counter")
def stopped_counted_as_completed(_: Members, answer: Members) -> None:
    received = answer[_STATUS]
    received["Completed"] += received["Stopped"]
    received["Stopped"] = 0


@counters.answer("failed-objective-counter", "consistency/objective-counters/succeeded-objective-counter")
def failed_objectives_counted_as_succeeded(_: Members, answer: Members) -> None:
    received = answer[_OBJECTIVE]
    received["Succeeded"] += received["Failed"]
    received["Failed"] = 0


@counters.answer("completed-counter", "consistency/status-counters/completed-counter")
def counters_of_one_page(_: Members, answer: Members) -> None:
    answer[_STATUS]["Completed"] = min(10, answer[_STATUS]["Completed"])


@counters.answer("error-counters", "consistency/echo/counters", known_only=True)
def retryable_counted_as_final(_: Members, answer: Members) -> None:
    received = answer[_STATUS]
    received["NonRetryableError"] += received["RetryableError"]
    received["RetryableError"] = 0


# -- the best training job


def _chosen(call: Call, forward: Forward, choose: Callable[[Items, bool], Members | None]) -> Answer:
    """Name another training job best: the one that is chosen from the whole listing."""
    answer = forward(call)
    asked = asked_of(call) if aims_at(call, DESCRIBE) else None
    content = json.loads(answer.body)
    if asked is None or answer.status != 200 or _BEST not in content:
        return answer
    headers = {**call.headers, "x-amz-target": f"SageMaker.{LIST}"}
    items = every(replace(call, headers=headers), forward, asked)
    objective = content["HyperParameterTuningJobConfig"].get("HyperParameterTuningJobObjective", {})
    other = choose(items, objective.get("Type", "Maximize") == "Maximize")
    return answered(answer, content | {_BEST: other}) if other else answer


def _ranked(items: Items, highest: bool) -> Items:  # noqa: FBT001 - the direction
    ran = [item for item in items if metric(item) is not None and item["TrainingJobStatus"] == "Completed"]
    return sorted(ran, key=lambda item: metric(item) or 0.0, reverse=highest)


def _second(items: Items, highest: bool) -> Members | None:  # noqa: FBT001 - the direction
    ranked = _ranked(items, highest)
    return next((item for item in ranked if metric(item) != metric(ranked[0])), None)


def _worst(items: Items, highest: bool) -> Members | None:  # noqa: FBT001 - the direction
    return next(iter(_ranked(items, not highest)), None)


def _highest(items: Items, _: bool) -> Members | None:  # noqa: FBT001 - the direction
    return next(iter(_ranked(items, highest=True)), None)


def _failed(items: Items, _: bool) -> Members | None:  # noqa: FBT001 - the direction
    return next((item for item in items if item["TrainingJobStatus"] == "Failed"), None)


def _latest(items: Items, _: bool) -> Members | None:  # noqa: FBT001 - the direction
    return max(items, key=lambda item: (item["CreationTime"], item["TrainingJobName"]))


for _fault, _breaks, _shows, _choose in (
    ("second-best-is-best", "best-training-job", ("best-training-job/best-training-job-has-won",), _second),
    ("worst-is-best", "best-follows-the-direction", ("objective/best-follows-the-direction",), _worst),
    (
        "highest-is-best-in-any-direction",
        "best-follows-the-direction",
        ("objective/best-follows-the-direction",),
        _highest,
    ),
    (
        "a-failed-one-is-best",
        "failed-objective-is-never-best",
        ("best-training-job/failed-objective-is-never-best",),
        _failed,
    ),
    ("the-latest-is-best", "best-training-job", ("best-training-job/best-training-job-has-won",), _latest),
):
    best.add(
        _fault,
        _breaks,
        tuple(f"consistency/{show}" for show in _shows),
        lambda call, forward, choose=_choose: _chosen(call, forward, choose),  # type: ignore[misc]
    )


@best.answer("best-training-job", "consistency/best-training-job/best-training-job-has-won")
def best_left_out(_: Members, answer: Members) -> None:
    answer.pop(_BEST, None)


@best.answer("best-training-job", "consistency/best-as-listed/best-training-job-as-listed")
def best_with_another_metric(_: Members, answer: Members) -> None:
    if _BEST in answer:
        answer[_BEST][METRIC]["Value"] += 1e-6


@best.answer("best-training-job", "consistency/best-as-listed/best-training-job-as-listed")
def best_with_other_times(_: Members, answer: Members) -> None:
    if _BEST in answer:
        answer[_BEST]["TrainingEndTime"] += 1


@best.answer("best-training-job", "consistency/best-as-listed/best-training-job-as-listed")
def best_with_other_values(_: Members, answer: Members) -> None:
    tuned = answer.get(_BEST, {}).get("TunedHyperParameters", {})
    tuned |= {name: f"{value}0" if "." in value else value for name, value in tuned.items()}


@best.answer("best-training-job", "consistency/best-as-listed/best-training-job-as-listed")
def best_under_another_name(_: Members, answer: Members) -> None:
    if _BEST in answer:
        answer[_BEST]["TrainingJobName"] = answer[_BEST]["TrainingJobName"][:-1] + "z"


@best.answer("names-its-tuning-job", "consistency/best-as-listed/best-training-job-as-listed")
def best_of_another_tuning_job(_: Members, answer: Members) -> None:
    if _BEST in answer:
        answer[_BEST]["TuningJobName"] = "another"


@best.answer("overall-best-spans-the-parents", "consistency/overall-best/overall-best-spans-the-parents")
def overall_best_worse_than_the_best(_: Members, answer: Members) -> None:
    if "OverallBestTrainingJob" in answer:
        falls = answer["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]["Type"] == "Minimize"
        answer["OverallBestTrainingJob"][METRIC]["Value"] += 1000 if falls else -1000


@best.answer("overall-best-spans-the-parents", "consistency/overall-best/overall-best-spans-the-parents")
def overall_best_is_always_the_own(_: Members, answer: Members) -> None:
    if "OverallBestTrainingJob" in answer and _BEST in answer:
        answer["OverallBestTrainingJob"] = answer[_BEST]


@best.answer("overall-best-needs-identical-data", "consistency/overall-best/overall-best-needs-identical-data")
def overall_best_everywhere(_: Members, answer: Members) -> None:
    if _BEST in answer:
        answer.setdefault("OverallBestTrainingJob", answer[_BEST])


# -- times and names


_asked = itertools.count()


@times.answer(f"{DESCRIBE}/output/LastModifiedTime/present", "protocol/answer/repeated")
def modified_by_asking(_: Members, answer: Members) -> None:
    answer["LastModifiedTime"] += next(_asked)


@times.answer(f"{DESCRIBE}/output/CreationTime/type", "consistency/plausible-times/times-are-plausible")
def creation_zero(_: Members, answer: Members) -> None:
    answer["CreationTime"] = 0


@times.answer("tuning-end-time", "consistency/times/tuning-end-time")
def end_and_creation_swapped(_: Members, answer: Members) -> None:
    if "HyperParameterTuningEndTime" in answer:
        answer["CreationTime"], answer["HyperParameterTuningEndTime"] = (
            answer["HyperParameterTuningEndTime"],
            answer["CreationTime"],
        )


@times.answer("modified-after-created", "consistency/times/modified-after-created")
def creation_and_modification_swapped(_: Members, answer: Members) -> None:
    answer["CreationTime"], answer["LastModifiedTime"] = answer["LastModifiedTime"], answer["CreationTime"]


@times.answer("tuning-end-time", "consistency/times/tuning-end-time")
def end_while_in_progress(_: Members, answer: Members) -> None:
    answer.setdefault("HyperParameterTuningEndTime", answer["LastModifiedTime"])


@times.answer("tuning-end-time", "consistency/times/tuning-end-time")
def end_left_out(_: Members, answer: Members) -> None:
    answer.pop("HyperParameterTuningEndTime", None)


@times.answer("tuning-job-precedes-its-training-jobs", "consistency/times/tuning-job-precedes-its-training-jobs")
def created_a_day_late(_: Members, answer: Members) -> None:
    answer["CreationTime"] += 86_400


@times.answer("consumed-runtime-is-plausible", "consistency/consumed-resources/consumed-runtime-is-plausible")
def consumed_below_zero(_: Members, answer: Members) -> None:
    if "ConsumedResources" in answer:
        answer["ConsumedResources"]["RuntimeInSeconds"] = -1


@times.answer(f"{DESCRIBE}/output/CreationTime/type", "consistency/echo/CreationTime", known_only=True)
def creation_in_another_time_zone(_: Members, answer: Members) -> None:
    answer["CreationTime"] -= 7200


@identity.answer("describes-the-named-job", "consistency/identity/describes-the-named-job")
def name_in_small_letters(_: Members, answer: Members) -> None:
    answer["HyperParameterTuningJobName"] = answer["HyperParameterTuningJobName"].lower()


@identity.answer("describes-the-named-job", "consistency/identity/describes-the-named-job")
def arn_for_a_name(_: Members, answer: Members) -> None:
    answer["HyperParameterTuningJobName"] = answer["HyperParameterTuningJobArn"].rpartition("/")[2][:-1]


@identity.answer("tuning-job-arn-form", "consistency/echo/arn-of-the-tuning-job", known_only=True)
def arn_of_another_tuning_job(_: Members, answer: Members) -> None:
    arn = answer["HyperParameterTuningJobArn"]
    answer["HyperParameterTuningJobArn"] = arn.rpartition("/")[0] + "/another"


@identity.answer("failure-text-of-failed-tuning-jobs", "consistency/failure-reason/failure-text-of-failed-tuning-jobs")
def failure_text_everywhere(_: Members, answer: Members) -> None:
    answer.setdefault("FailureReason", "none")


GROUPS = (counters, best, times, identity)
