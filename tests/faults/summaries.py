"""What a listing says of its training jobs, and is not so: owners, times, tuned values, objectives, definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from faults.fault import EVERY, LIST, Faults, Members
from faults.listings import METRIC, RESULT, Items, relisted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

items = Faults("training jobs", LIST, ("consistency",), within=LIST)
tuned = Faults("tuned values", LIST, ("consistency",), within=LIST)
objectives = Faults("objectives of training jobs", LIST, ("consistency",), within=LIST)


def _each(answer: Members, *members: str) -> Iterator[Members]:
    return (item for item in answer[RESULT] if all(member in item for member in members))


@items.answer("names-its-tuning-job", "consistency/tuning-job-name/names-its-tuning-job")
def tuning_job_name_of_another(_: Members, answer: Members) -> None:
    for item in _each(answer, "TuningJobName"):
        item["TuningJobName"] = "another"


@items.answer("training-job-arn-ends-with-its-name", "consistency/training-job-arn/training-job-arn-ends-with-its-name")
def arn_of_another(_: Members, answer: Members) -> None:
    for item in _each(answer):
        item["TrainingJobArn"] = item["TrainingJobArn"].rpartition("/")[0] + "/another"


@items.answer("lists-only-its-own-training-jobs", "consistency/membership/lists-only-its-own-training-jobs")
def the_same_training_jobs_everywhere(_: Members, answer: Members) -> None:
    for index, item in enumerate(_each(answer)):
        item["TrainingJobName"] = f"training-job-{index}"
        item["TrainingJobArn"] = item["TrainingJobArn"].rpartition("/")[0] + f"/training-job-{index}"


def _with_a_stranger(listed: Items, _: Members) -> Items:
    if not listed:
        return listed
    first = listed[0]
    name = "another-job-001-abcd1234"
    arn = first["TrainingJobArn"].rpartition("/")[0]
    stranger = {**first, "TrainingJobName": name, "TrainingJobArn": f"{arn}/{name}", "TuningJobName": "another-job"}
    return [stranger, *listed]


items.add(
    "a-training-job-of-another",
    "lists-only-its-own-training-jobs",
    ("consistency/membership/lists-only-its-own-training-jobs", "consistency/tuning-job-name/names-its-tuning-job"),
    relisted(_with_a_stranger),
)
items.add(
    "first-training-job-hidden",
    "lists-only-its-own-training-jobs",
    ("consistency/echo/training-jobs",),
    relisted(lambda listed, _: listed[1:]),
    known_only=True,
)


@items.answer("started-before-ended", "consistency/training-times/started-before-ended")
def start_and_end_swapped(_: Members, answer: Members) -> None:
    for item in _each(answer, "TrainingStartTime", "TrainingEndTime"):
        item["TrainingStartTime"], item["TrainingEndTime"] = item["TrainingEndTime"], item["TrainingStartTime"]


@items.answer("created-before-started", "consistency/training-times/created-before-started")
def creation_and_start_swapped(_: Members, answer: Members) -> None:
    for item in _each(answer, "TrainingStartTime"):
        item["CreationTime"], item["TrainingStartTime"] = item["TrainingStartTime"], item["CreationTime"]


@items.answer("running-job-has-no-end", "consistency/training-times/running-job-has-no-end")
def end_while_running(_: Members, answer: Members) -> None:
    for item in _each(answer):
        item.setdefault("TrainingEndTime", item["CreationTime"] + 60)


@items.answer("failed-job-has-an-end", "consistency/training-times/failed-job-has-an-end")
def failed_without_an_end(_: Members, answer: Members) -> None:
    for item in _each(answer):
        if item["TrainingJobStatus"] == "Failed":
            item.pop("TrainingEndTime", None)


@items.answer("failure-text-of-failed-training-jobs", "consistency/failure-reason/failure-text-of-failed-training-jobs")
def failure_text_everywhere(_: Members, answer: Members) -> None:
    for item in _each(answer):
        item["FailureReason"] = "none"


@items.answer("definition-name-is-known", "consistency/definitions/definition-name-is-known")
def definition_of_no_name(_: Members, answer: Members) -> None:
    for item in _each(answer, "TrainingJobDefinitionName"):
        item["TrainingJobDefinitionName"] = "no-such-definition"


@items.answer(
    "definition-name-is-known", "consistency/echo/TrainingJobSummaries[].TrainingJobDefinitionName", known_only=True
)
def definition_names_left_out(_: Members, answer: Members) -> None:
    for item in _each(answer, "TrainingJobDefinitionName"):
        del item["TrainingJobDefinitionName"]


def _tuning(answer: Members) -> Iterator[Members]:
    return (item["TunedHyperParameters"] for item in _each(answer, "TunedHyperParameters"))


@tuned.answer("tuned-are-the-ranged", "consistency/tuned-hyperparameters/tuned-are-the-ranged")
def one_tuned_value_missing(_: Members, answer: Members) -> None:
    for values in _tuning(answer):
        if values:
            del values[next(iter(values))]


@tuned.answer("tuned-are-the-ranged", "consistency/tuned-hyperparameters/tuned-are-the-ranged")
def one_tuned_value_too_many(_: Members, answer: Members) -> None:
    for values in _tuning(answer):
        values["_tuning_objective_metric"] = "x"


@tuned.answer("tuned-are-the-ranged", "consistency/tuned-hyperparameters/tuned-are-the-ranged")
def tuned_names_in_capitals(_: Members, answer: Members) -> None:
    for item in _each(answer, "TunedHyperParameters"):
        item["TunedHyperParameters"] = {name.upper(): value for name, value in item["TunedHyperParameters"].items()}


@tuned.answer("tuned-are-the-ranged", "consistency/tuned-hyperparameters/tuned-are-the-ranged")
def tuned_values_empty(_: Members, answer: Members) -> None:
    for item in _each(answer, "TunedHyperParameters"):
        item["TunedHyperParameters"] = {}


ranges = Faults("training jobs beside their tuning job", EVERY, ("consistency/ranges", "consistency/times"))


@ranges.answer("tuning-job-precedes-its-training-jobs", "consistency/times/tuning-job-precedes-its-training-jobs")
def created_before_the_tuning_job(_: Members, answer: Members) -> None:
    for item in _each(answer) if RESULT in answer else ():
        item["CreationTime"] -= 10_000_000


def _numeric(value: str) -> bool:
    return value.replace(".", "", 1).replace("-", "").replace("e", "").isdecimal()


for _name, _breaks, _law, _change in (
    (
        "values-above-their-ranges",
        "search-stays-in-the-ranges",
        "search-stays-in-the-ranges",
        lambda it: f"{it}0000000" if it.isdecimal() else f"{float(it) + 1e9}" if _numeric(it) else it,
    ),
    (
        "whole-numbers-with-fractions",
        "integers-in-range",
        "integers-in-range",
        lambda it: f"{it}.5" if it.isdecimal() else it,
    ),
    (
        "whole-numbers-below-zero",
        "integers-in-range",
        "integers-in-range",
        lambda it: f"-{it}" if it.isdecimal() else it,
    ),
    (
        "floats-out-of-range",
        "floats-in-range",
        "floats-in-range",
        lambda it: f"{float(it) + 1e6}" if _numeric(it) and not it.isdecimal() else it,
    ),
    (
        "floats-with-a-comma",
        "floats-in-range",
        "floats-in-range",
        lambda it: it.replace(".", ",") if _numeric(it) else it,
    ),
    (
        "categories-in-capitals",
        "categories-from-the-list",
        "categories-from-the-list",
        lambda it: it if _numeric(it) else it.upper() + "!",
    ),
    ("values-in-quotes", "search-stays-in-the-ranges", "categories-from-the-list", lambda it: f'"{it}"'),
):

    def _edit(_: Members, answer: Members, _change: Callable[[str], str] = _change) -> None:
        for item in _each(answer, "TunedHyperParameters") if RESULT in answer else ():
            item["TunedHyperParameters"] = {
                name: _change(value) for name, value in item["TunedHyperParameters"].items()
            }

    _edit.__name__ = _name
    ranges.answer(_breaks, f"consistency/ranges/{_law}")(_edit)


@objectives.answer("metric-is-the-objective", "consistency/*/metric-is-the-objective")
def metric_of_another_name(_: Members, answer: Members) -> None:
    for item in _each(answer, METRIC):
        item[METRIC]["MetricName"] = "another:metric"


@objectives.answer("metric-is-the-objective", "consistency/*/metric-is-the-objective")
def metric_name_in_capitals(_: Members, answer: Members) -> None:
    for item in _each(answer, METRIC):
        item[METRIC]["MetricName"] = item[METRIC]["MetricName"].upper() + "!"


@objectives.answer("metric-is-the-objective", "consistency/*/metric-is-the-objective")
def metric_of_the_other_direction(_: Members, answer: Members) -> None:
    for item in _each(answer, METRIC):
        received = item[METRIC].get("Type")
        item[METRIC]["Type"] = "Maximize" if received == "Minimize" else "Minimize"


@objectives.answer(
    "pending-objective-is-still-running", "consistency/objective-status/pending-objective-is-still-running"
)
def pending_for_ever(_: Members, answer: Members) -> None:
    for item in _each(answer, "ObjectiveStatus"):
        item["ObjectiveStatus"] = "Pending"


@objectives.answer("succeeded-objective-has-a-metric", "consistency/objective-status/succeeded-objective-has-a-metric")
def succeeded_without_a_metric(_: Members, answer: Members) -> None:
    for item in _each(answer, "ObjectiveStatus"):
        item["ObjectiveStatus"] = "Succeeded"


GROUPS = (items, tuned, ranges, objectives)
