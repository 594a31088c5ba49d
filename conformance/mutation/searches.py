"""Mutants of warm starts: parents that can't have been, and children unlike their parents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.mutation.mutant import (
    BEST,
    BOTH,
    CONFIG,
    SUMMARIES,
    Group,
    Kind,
    Members,
    definitions,
    on_outputs,
    ranges,
    within,
)
from conformance.reference.inputs import DESCRIBE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


searched = Group("ranges", DESCRIBE, Kind.ANSWER)

_STAYS = "search-stays-in-the-ranges"


def _tuned(name: str, words: str, change: Callable[[str], str], *breaks: str) -> None:
    """Take up a change of every tuned value, listed or best."""

    def edit(_: Members, answer: Members) -> None:
        for tuned in within(answer, f"{SUMMARIES}[].TunedHyperParameters", f"{BEST}.TunedHyperParameters"):
            tuned |= {item: change(value) for item, value in tuned.items()}

    searched.add(name, words, breaks, on_outputs(BOTH, edit), sees=BOTH)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _shifted(by: float, *, whole: bool) -> Callable[[str], str]:
    def change(text: str) -> str:
        value = _number(text)
        if value is None or ("." not in text and "e" not in text.lower()) != whole:
            return text
        return str(int(value + by)) if whole else str(value + by)

    return change


_tuned("integers-beyond", "tuned integers lie beyond their ranges", _shifted(100_000, whole=True), _STAYS,
       "integers-in-range")  # fmt: skip
_tuned("integers-below", "tuned integers lie below their ranges", _shifted(-100_000, whole=True), _STAYS,
       "integers-in-range")  # fmt: skip
_tuned(
    "integers-with-a-fraction",
    "tuned integers have a fraction",
    lambda text: f"{text}.5" if text.isdigit() else text,
    _STAYS,
    "integers-in-range",
)
_tuned("floats-beyond", "tuned numbers lie beyond their ranges", _shifted(1000, whole=False), _STAYS,
       "floats-in-range")  # fmt: skip
_tuned("floats-below", "tuned numbers lie below their ranges", _shifted(-1000, whole=False), _STAYS,
       "floats-in-range")  # fmt: skip
_tuned("floats-as-words", "tuned numbers are words", lambda text: "high" if "." in text else text, _STAYS,
       "floats-in-range")  # fmt: skip
_tuned("categories-of-nobody", "tuned words are none of the list",
       lambda text: "unheard-of" if _number(text) is None else text, _STAYS, "categories-from-the-list")  # fmt: skip
_tuned("categories-in-upper-case", "tuned words are in upper case",
       lambda text: text.upper() if _number(text) is None else text, _STAYS, "categories-from-the-list")  # fmt: skip


@searched.output("range-bounds-are-numeric-text")
def bounds_in_words(_: Members, answer: Members) -> None:
    """The bounds of ranges are words."""
    for item in ranges(answer, "Integer", "Continuous"):
        item["MaxValue"] = "many"


@searched.output("logarithmic-range-is-positive")
def logarithmic_from_zero(_: Members, answer: Members) -> None:
    """A logarithmic range begins at zero."""
    for item in ranges(answer, "Integer", "Continuous"):
        if item.get("ScalingType") == "Logarithmic":
            item["MinValue"] = "0"


@searched.output("reverse-logarithmic-range-below-one")
def reverse_logarithmic_to_one(_: Members, answer: Members) -> None:
    """A reverse logarithmic range ends at one."""
    for item in ranges(answer, "Continuous"):
        if item.get("ScalingType") == "ReverseLogarithmic":
            item["MaxValue"] = "1.0"


@searched.output("reverse-logarithmic-range-below-one")
def reverse_logarithmic_below_zero(_: Members, answer: Members) -> None:
    """A reverse logarithmic range begins below zero."""
    for item in ranges(answer, "Continuous"):
        if item.get("ScalingType") == "ReverseLogarithmic":
            item["MinValue"] = "-0.5"


@searched.output("auto-parameters-have-name-and-hint")
def auto_parameters_without_hint(_: Members, answer: Members) -> None:
    """Parameters whose range is found automatically have no hint."""
    roots = (f"{CONFIG}.ParameterRanges", "TrainingJobDefinition.HyperParameterRanges",
             "TrainingJobDefinitions[].HyperParameterRanges")  # fmt: skip
    for item in within(answer, *(f"{root}.AutoParameters[]" for root in roots)):
        item.pop("ValueHint", None)


@searched.output("static-are-not-tuned")
def a_static_one_has_a_range(_: Members, answer: Members) -> None:
    """A hyperparameter with a range is static as well."""
    for item in ranges(answer, "Integer", "Continuous"):
        for definition in definitions(answer):
            definition.setdefault("StaticHyperParameters", {})[item["Name"]] = "1"


@searched.output("tuned-are-the-ranged", "launched-from-the-definition")
def ranges_under_other_names(_: Members, answer: Members) -> None:
    """Ranges have other names than the tuned values."""
    for item in ranges(answer, "Integer", "Continuous", "Categorical"):
        item["Name"] = f"{item['Name']}_other"


@searched.output("objective-is-name-and-direction")
def objective_without_a_name(_: Members, answer: Members) -> None:
    """The objective has no name."""
    for item in within(
        answer, f"{CONFIG}.HyperParameterTuningJobObjective", "TrainingJobDefinitions[].TuningObjective"
    ):
        item.pop("MetricName", None)


@searched.output("objective-is-name-and-direction")
def objective_goes_sideways(_: Members, answer: Members) -> None:
    """The objective is neither to minimize nor to maximize."""
    for item in within(
        answer, f"{CONFIG}.HyperParameterTuningJobObjective", "TrainingJobDefinitions[].TuningObjective"
    ):
        item["Type"] = "Optimize"


@searched.output("objective-is-a-defined-metric")
def objective_is_undefined(_: Members, answer: Members) -> None:
    """The objective is no metric that the algorithm defines."""
    for item in definitions(answer, "AlgorithmSpecification.MetricDefinitions[]"):
        item["Name"] = f"{item['Name']}:other"


GROUPS = (searched,)


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


WARM_START_GROUPS = (warm,)
