"""Mutants of what returns from creation: each just beyond what a service may add or write in another form.

Those named `within-` are just inside it: `conformance.mutation.collection` has the observation that allows each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.mutation.mutant import CONFIG, Group, Kind, Members, definitions, on_output, within
from conformance.reference.inputs import DESCRIBE

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.service import Service


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
def always_the_same_job(service: Service, original: Any, name: str) -> Any:
    """Every name that exists gives the first tuning job."""
    original(name)
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


created = Group("created", DESCRIBE, Kind.ANSWER)

_ALGORITHM = "AlgorithmSpecification"
_KEYS = ("OutputDataConfig.KmsKeyId", "HyperParameterTuningResourceConfig.VolumeKmsKeyId")
_ACCOUNT = "us-east-1:123456789012"
_OWN_METRIC = "ObjectiveMetric"


def _each(name: str, words: str, member: str, edit: Callable[[Members], Any]) -> None:
    """Take up an edit of every definition, which breaks (or, if allowed, bends) the member of that name."""

    def bend(_: Members, answer: Members) -> None:
        for definition in definitions(answer):
            edit(definition)

    breaks = tuple(f"{DESCRIBE}/output/{form}.{member}/present" for form in ("TrainingJobDefinition",
                   "TrainingJobDefinitions[]"))  # fmt: skip
    created.add(name, words, breaks, on_output(DESCRIBE, bend))


def _static(**entries: str) -> Callable[[Members], None]:
    return lambda item: item["StaticHyperParameters"].update(entries)


def _metrics(edit: Callable[[list[Members]], Any]) -> Callable[[Members], None]:
    """Edit the metrics that were asked for: the service's own one is left out."""

    def bend(members: Members) -> None:
        algorithm = members[_ALGORITHM]
        asked = [metric for metric in algorithm["MetricDefinitions"] if metric["Name"] != _OWN_METRIC]
        if asked:
            edit(asked)
            algorithm["MetricDefinitions"] = asked

    return bend


def _named(algorithm: Callable[[str], str]) -> Callable[[Members], None]:
    def bend(members: Members) -> None:
        if members[_ALGORITHM].get("AlgorithmName"):
            members[_ALGORITHM]["AlgorithmName"] = algorithm(members[_ALGORITHM]["AlgorithmName"])

    return bend


def _keyed(key: Callable[[str], str]) -> Callable[[Members], None]:
    def bend(members: Members) -> None:
        for path in _KEYS:
            holder, _, name = path.partition(".")
            if members.get(holder, {}).get(name):
                members[holder][name] = key(members[holder][name])

    return bend


def _bare(members: Members) -> None:
    """Show what was asked for, and nothing else."""
    members["StaticHyperParameters"].pop("_tuning_objective_metric")
    _metrics(lambda _: None)(members)
    if not members[_ALGORITHM]["TrainingImage"]:
        del members[_ALGORITHM]["TrainingImage"]


def _generous(members: Members) -> None:
    """Show more of the service's own: a hyperparameter, metrics of the algorithm, empty texts, full names of keys."""
    _static(_tuning_seed="7")(members)
    _metrics(lambda asked: asked.insert(0, {"Name": "train:throughput", "Regex": "throughput=([0-9.]+)"}))(members)
    members["OutputDataConfig"].setdefault("KmsKeyId", "")
    _keyed(_full_name)(members)


def _full_name(key: str) -> str:
    if key.startswith("arn:"):
        return key
    return f"arn:aws:kms:{_ACCOUNT}:{key if '/' in key else f'key/{key}'}"


_each("a-hyperparameter-of-its-own", "a static hyperparameter that was not given has no underscore",
      "StaticHyperParameters", _static(tuning_seed="7"))  # fmt: skip
_each("a-hyperparameter-lost", "one of the static hyperparameters is lost", "StaticHyperParameters",
      lambda item: item["StaticHyperParameters"].pop(next(iter(item["StaticHyperParameters"]))))  # fmt: skip
_each("a-variable-of-its-own", "an environment variable that was not given, with an underscore in front", "Environment",
      lambda item: item.get("Environment", {}).update(_LOG="1"))  # fmt: skip
_each("a-metric-replaced", "the metric of the service is there in place of the first that was given", _ALGORITHM,
      _metrics(lambda asked: asked[0].update(Name=_OWN_METRIC)))  # fmt: skip
_each("a-metric-twice", "a metric that was given is defined a second time, in another way", _ALGORITHM,
      _metrics(lambda asked: asked.append({**asked[0], "Regex": "other=([0-9.]+)"})))  # fmt: skip
_each("a-metric-with-another-expression", "a metric that was given has the expression of another", _ALGORITHM,
      _metrics(lambda asked: asked[0].update(Regex="other=([0-9.]+)")))  # fmt: skip
_each("the-arn-of-another-algorithm", "an algorithm returns by an ARN that only ends with its name", _ALGORITHM,
      _named(lambda arn: "{0}/my-{2}".format(*arn.rpartition("/"))))  # fmt: skip
_each("the-bare-name-of-an-arn", "an algorithm that was given by its ARN returns by its name", _ALGORITHM,
      _named(lambda arn: arn.rpartition("/")[2]))  # fmt: skip
_each("an-image-emptied", "an image that was given returns as the empty text", _ALGORITHM,
      lambda item: item[_ALGORITHM].update(TrainingImage=""))  # fmt: skip
_each("another-key", "a key returns as an ARN that only ends with its name", "OutputDataConfig",
      _keyed(lambda key: f"arn:aws:kms:{_ACCOUNT}:key/my-{key.rpartition('/')[2]}"))  # fmt: skip
_each("within-bare", "a definition returns as it was given, with nothing of the service's own", _ALGORITHM, _bare)
_each("within-more-of-its-own", "a definition returns with everything that a service may add", _ALGORITHM, _generous)


@created.output(f"{DESCRIBE}/output/{CONFIG}.ParameterRanges.IntegerParameterRanges/present")
def a_range_of_its_own(_: Members, answer: Members) -> None:
    """A range that was not given comes before those that were, without autotune."""
    for ranges in within(answer, f"{CONFIG}.ParameterRanges.IntegerParameterRanges"):
        if "Autotune" not in answer and ranges:
            ranges.insert(0, {"Name": "own", "MinValue": "1", "MaxValue": "2"})


@created.output(f"{DESCRIBE}/output/{CONFIG}.ParameterRanges.IntegerParameterRanges/present")
def within_a_range_by_autotune(_: Members, answer: Members) -> None:
    """Autotune adds a range to those that were given."""
    for ranges in within(answer, f"{CONFIG}.ParameterRanges.IntegerParameterRanges"):
        if "Autotune" in answer:
            ranges.insert(0, {"Name": "own", "MinValue": "1", "MaxValue": "2"})


CREATED_GROUPS = (created,)
