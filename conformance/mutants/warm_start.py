"""Mutants of warm starts: parents that can't have been, and children unlike their parents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mutants.answering import CONFIG, within
from conformance.mutants.mutant import Group, Kind, Members
from conformance.reference.inputs import DESCRIBE

if TYPE_CHECKING:
    from collections.abc import Iterator

warm = Group("warm-starts", DESCRIBE, Kind.ANSWER)

_START = "WarmStartConfig"
_EARLIER = "warm-start-comes-from-earlier-jobs"
_SPRING_2018 = 1_522_540_800


def _parents(answer: Members) -> Iterator[Members]:
    yield from within(answer, f"{_START}.ParentHyperParameterTuningJobs[]")


@warm.output(_EARLIER, f"{DESCRIBE}/output/{_START}/present")
def left_out(_: Members, answer: Members) -> None:
    """A warm start is not told."""
    answer.pop(_START, None)


@warm.output(_EARLIER)
def own_parent(_: Members, answer: Members) -> None:
    """A tuning job is its own parent."""
    for parent in _parents(answer):
        parent["HyperParameterTuningJobName"] = answer["HyperParameterTuningJobName"]


@warm.output(_EARLIER)
def child_created_first(_: Members, answer: Members) -> None:
    """A tuning job was created before its parents."""
    if _START in answer:
        answer["CreationTime"] -= 5 * 365 * 86_400


@warm.output(_EARLIER)
def one_parent_lost(_: Members, answer: Members) -> None:
    """The first of the parents is lost."""
    if _START in answer:
        answer[_START]["ParentHyperParameterTuningJobs"].pop(0)


@warm.output(_EARLIER)
def other_type(_: Members, answer: Members) -> None:
    """A transfer is told as a start on identical data, and the other way round."""
    if _START in answer:
        start = answer[_START]
        other = {"TransferLearning": "IdenticalDataAndAlgorithm", "IdenticalDataAndAlgorithm": "TransferLearning"}
        start["WarmStartType"] = other[start["WarmStartType"]]


@warm.output(_EARLIER, f"{DESCRIBE}/output/{_START}/present")
def unasked(_: Members, answer: Members) -> None:
    """Every tuning job is told to have started warm."""
    parents = [{"HyperParameterTuningJobName": "clicks-parent"}]
    answer.setdefault(_START, {"WarmStartType": "TransferLearning", "ParentHyperParameterTuningJobs": parents})


@warm.output("parents-since-october-2018")
def parents_of_spring_2018(_: Members, answer: Members) -> None:
    """Parents were created before there were warm starts."""
    if answer["HyperParameterTuningJobName"].startswith("clicks-parent"):
        answer["CreationTime"] = _SPRING_2018


@warm.output("parents-have-ended")
def parents_still_run(_: Members, answer: Members) -> None:
    """Parents are still in progress."""
    if answer["HyperParameterTuningJobName"].startswith("clicks-parent"):
        answer["HyperParameterTuningJobStatus"] = "InProgress"
        answer.pop("HyperParameterTuningEndTime", None)


@warm.output("identical-data-and-image")
def other_data(_: Members, answer: Members) -> None:
    """A start on identical data reads other data than its parents."""
    if answer.get(_START, {}).get("WarmStartType") == "IdenticalDataAndAlgorithm":
        for source in within(answer, "TrainingJobDefinition.InputDataConfig[].DataSource.S3DataSource"):
            source["S3Uri"] = "s3://elsewhere/data"


@warm.output("identical-data-and-image")
def other_image(_: Members, answer: Members) -> None:
    """A start on identical data runs another image than its parents."""
    if answer.get(_START, {}).get("WarmStartType") == "IdenticalDataAndAlgorithm":
        for algorithm in within(answer, "TrainingJobDefinition.AlgorithmSpecification"):
            algorithm["TrainingImage"] = "123456789012.dkr.ecr.us-east-1.amazonaws.com/other:1"


@warm.output("same-number-of-hyperparameters")
def one_hyperparameter_more(_: Members, answer: Members) -> None:
    """A child has a hyperparameter more than its parents."""
    if _START in answer:
        ranges = answer[CONFIG]["ParameterRanges"]
        more = {"Name": "one_more", "MinValue": "0", "MaxValue": "1"}
        ranges["ContinuousParameterRanges"] = [*ranges.get("ContinuousParameterRanges", ()), more]


@warm.output("same-objective-as-parents")
def other_objective(_: Members, answer: Members) -> None:
    """A child has another objective than its parents."""
    if _START in answer:
        answer[CONFIG]["HyperParameterTuningJobObjective"]["MetricName"] = "another:metric"


GROUPS = (warm,)
