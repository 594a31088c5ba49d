"""Mutants of times and names of tuning jobs: ends without an end, limits that nobody kept, identities mixed up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.mutants.answering import CONFIG
from conformance.mutants.mutant import Group, Kind, Members, on_output
from conformance.reference.inputs import DESCRIBE

if TYPE_CHECKING:
    from conformance.reference import Service

times = Group("times", DESCRIBE, Kind.ANSWER)

_END = "HyperParameterTuningEndTime"
_DAY_S = 86_400
_ZERO_TIME = -62_135_596_800
_FROM_2001_S = 978_307_200


@times.output("tuning-end-time")
def end_left_out(_: Members, answer: Members) -> None:
    """An ended tuning job shows no end."""
    answer.pop(_END, None)


@times.output("tuning-end-time")
def end_while_in_progress(_: Members, answer: Members) -> None:
    """A tuning job in progress shows an end."""
    answer.setdefault(_END, answer["LastModifiedTime"])


@times.output("tuning-end-time")
def end_before_creation(_: Members, answer: Members) -> None:
    """A tuning job ended before it was created."""
    if _END in answer:
        answer[_END] = answer["CreationTime"] - 1


@times.output("tuning-end-time")
def end_apart_from_the_last_change(_: Members, answer: Members) -> None:
    """A tuning job ended a minute before it was last modified."""
    if _END in answer:
        answer[_END] -= 60


@times.output(f"{DESCRIBE}/output/{_END}/type")
def end_never_set(_: Members, answer: Members) -> None:
    """A tuning job that has no end shows the zero time of Go, the first of January of the year 1."""
    answer.setdefault(_END, _ZERO_TIME)


@times.output(f"{DESCRIBE}/output/CreationTime/type")
def created_in_seconds_since_2001(_: Members, answer: Members) -> None:
    """Times of a tuning job are counted from the first of January 2001, as in Apple's libraries."""
    for name in ("CreationTime", "LastModifiedTime", _END):
        if name in answer:
            answer[name] -= _FROM_2001_S


@times.output("modified-after-created")
def modified_before_created(_: Members, answer: Members) -> None:
    """A tuning job was modified before it was created."""
    answer["LastModifiedTime"] = answer["CreationTime"] - 1


@times.output("tuning-job-precedes-its-training-jobs")
def created_a_day_late(_: Members, answer: Members) -> None:
    """A tuning job was created a day after it was."""
    answer["CreationTime"] += _DAY_S


@times.output("consumed-runtime-is-plausible")
def consumed_less_than_nothing(_: Members, answer: Members) -> None:
    """A tuning job consumed less than no time."""
    if "ConsumedResources" in answer:
        answer["ConsumedResources"]["RuntimeInSeconds"] = -1


@times.output("consumed-runtime-is-plausible")
def consumed_more_than_its_life(_: Members, answer: Members) -> None:
    """A tuning job consumed more time than it lived."""
    if "ConsumedResources" in answer:
        answer["ConsumedResources"]["RuntimeInSeconds"] += 30 * _DAY_S


@times.output("convergence-time-within-the-job")
def converged_before_creation(_: Members, answer: Members) -> None:
    """Convergence was found before the tuning job was created."""
    details = answer.get("TuningJobCompletionDetails", {})
    if "ConvergenceDetectedTime" in details:
        details["ConvergenceDetectedTime"] = answer["CreationTime"] - 60


@times.output("convergence-time-within-the-job")
def converged_after_the_end(_: Members, answer: Members) -> None:
    """Convergence was found after the tuning job had ended."""
    details = answer.get("TuningJobCompletionDetails", {})
    if "ConvergenceDetectedTime" in details and _END in answer:
        details["ConvergenceDetectedTime"] = answer[_END] + 60


@times.output("completion-details-count-launched-jobs")
def more_without_improvement_than_launched(_: Members, answer: Members) -> None:
    """More training jobs did not improve than were launched."""
    details = answer.get("TuningJobCompletionDetails", {})
    if "NumberOfTrainingJobsObjectiveNotImproving" in details:
        launched = sum(answer["TrainingJobStatusCounters"].values())
        details["NumberOfTrainingJobsObjectiveNotImproving"] = launched + 1


@times.output("tuning-runtime-within-the-limit")
def limit_of_a_second(_: Members, answer: Members) -> None:
    """A tuning job was limited to a second, and ran for years."""
    answer[CONFIG]["ResourceLimits"]["MaxRuntimeInSeconds"] = 1
    if _END in answer:
        answer["CreationTime"] -= 365 * _DAY_S


@times.output(f"{DESCRIBE}/output/ConsumedResources.RuntimeInSeconds/present")
def consumed_beyond_the_limit(_: Members, answer: Members) -> None:
    """A tuning job consumed two hours more than its limit, and lived as long."""
    limit = answer[CONFIG]["ResourceLimits"].get("MaxRuntimeInSeconds")
    if limit is not None and "ConsumedResources" in answer and _END in answer:
        answer["ConsumedResources"]["RuntimeInSeconds"] = limit + 7200
        answer["CreationTime"] = answer[_END] - limit - 7200


# -- on a state that the suite did not make


def _without_an_end(_: Members, answer: Members) -> None:
    if answer.pop(_END, None) is not None:
        answer[CONFIG]["ResourceLimits"]["MaxRuntimeInSeconds"] = 1
        answer["CreationTime"] -= 365 * _DAY_S


def _of_another(_: Members, answer: Members) -> None:
    answer["HyperParameterTuningJobArn"] += "-of-another"


times.add("found-without-an-end", "an ended tuning job ran for a year, was limited to a second, and shows no end",
          ("tuning-runtime-within-the-limit",), on_output(DESCRIBE, _without_an_end), found=True)  # fmt: skip
times.add("found-arn-of-another", "the ARN of a tuning job goes on after its name",
          (f"{DESCRIBE}/output/HyperParameterTuningJobArn/present",), on_output(DESCRIBE, _of_another),
          found=True)  # fmt: skip


# -- names


@times.output("describes-the-named-job")
def name_in_lower_case(_: Members, answer: Members) -> None:
    """The name comes back in lower case."""
    answer["HyperParameterTuningJobName"] = answer["HyperParameterTuningJobName"].lower()


@times.output("describes-the-named-job")
def name_with_its_account(_: Members, answer: Members) -> None:
    """The ARN comes back for the name."""
    answer["HyperParameterTuningJobName"] = answer["HyperParameterTuningJobArn"]


@times.stage("lookup", "describes-the-named-job")
def always_the_same_job(service: Service, faithful: Any, name: str) -> Any:
    """Every name that exists gives the first tuning job."""
    faithful(name)
    return service.state.jobs()[0]


@times.output("tuning-job-arn-form", f"{DESCRIBE}/output/HyperParameterTuningJobArn/present")
def arn_of_another(_: Members, answer: Members) -> None:
    """The ARN is that of another tuning job."""
    answer["HyperParameterTuningJobArn"] = f"{answer['HyperParameterTuningJobArn'].rpartition('/')[0]}/another"


@times.output("failure-text-of-failed-tuning-jobs")
def failure_text_everywhere(_: Members, answer: Members) -> None:
    """Every tuning job has a failure reason."""
    answer.setdefault("FailureReason", "none")


@times.output(f"{DESCRIBE}/output/CreationTime/present")
def another_time_zone(_: Members, answer: Members) -> None:
    """The creation is told in another time zone."""
    answer["CreationTime"] -= 7200


GROUPS = (times,)
