"""Mutants of what returns from creation: each just beyond what a service may add or write in another form.

Those named `within-` are just inside it: `conformance.mutants.equivalents` has the observation that allows each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.mutants.answering import CONFIG, definitions, within
from conformance.mutants.mutant import Group, Kind, Members, on_output
from conformance.reference.inputs import DESCRIBE

if TYPE_CHECKING:
    from collections.abc import Callable

created = Group("created", DESCRIBE, Kind.ANSWER)

_ALGORITHM = "AlgorithmSpecification"
_KEYS = ("OutputDataConfig.KmsKeyId", "HyperParameterTuningResourceConfig.VolumeKmsKeyId")
_ACCOUNT = "us-east-1:123456789012"
_OWN_METRIC = "ObjectiveMetric"


def _each(name: str, words: str, member: str, edit: Callable[[Members], Any]) -> None:
    """Take up an edit of every definition, which breaks (or, if allowed, bends) the member of that name."""

    def bend(_: Members, answer: Members) -> None:
        for one in definitions(answer):
            edit(one)

    breaks = tuple(f"{DESCRIBE}/output/{form}.{member}/present" for form in ("TrainingJobDefinition",
                   "TrainingJobDefinitions[]"))  # fmt: skip
    created.add(name, words, breaks, on_output(DESCRIBE, bend))


def _static(**entries: str) -> Callable[[Members], None]:
    return lambda one: one["StaticHyperParameters"].update(entries)


def _metrics(edit: Callable[[list[Members]], Any]) -> Callable[[Members], None]:
    """Edit the metrics that were asked for: the service's own one is left out."""

    def bend(one: Members) -> None:
        algorithm = one[_ALGORITHM]
        asked = [metric for metric in algorithm["MetricDefinitions"] if metric["Name"] != _OWN_METRIC]
        if asked:
            edit(asked)
            algorithm["MetricDefinitions"] = asked

    return bend


def _named(algorithm: Callable[[str], str]) -> Callable[[Members], None]:
    def bend(one: Members) -> None:
        if one[_ALGORITHM].get("AlgorithmName"):
            one[_ALGORITHM]["AlgorithmName"] = algorithm(one[_ALGORITHM]["AlgorithmName"])

    return bend


def _keyed(key: Callable[[str], str]) -> Callable[[Members], None]:
    def bend(one: Members) -> None:
        for path in _KEYS:
            holder, _, name = path.partition(".")
            if one.get(holder, {}).get(name):
                one[holder][name] = key(one[holder][name])

    return bend


def _bare(one: Members) -> None:
    """Show what was asked for, and nothing else."""
    one["StaticHyperParameters"].pop("_tuning_objective_metric")
    _metrics(lambda _: None)(one)
    if not one[_ALGORITHM]["TrainingImage"]:
        del one[_ALGORITHM]["TrainingImage"]


def _generous(one: Members) -> None:
    """Show more of the service's own: a hyperparameter, metrics of the algorithm, empty texts, full names of keys."""
    _static(_tuning_seed="7")(one)
    _metrics(lambda asked: asked.insert(0, {"Name": "train:throughput", "Regex": "throughput=([0-9.]+)"}))(one)
    one["OutputDataConfig"].setdefault("KmsKeyId", "")
    _keyed(_full_name)(one)


def _full_name(key: str) -> str:
    if key.startswith("arn:"):
        return key
    return f"arn:aws:kms:{_ACCOUNT}:{key if '/' in key else f'key/{key}'}"


_each("a-hyperparameter-of-its-own", "a static hyperparameter that was not given has no underscore",
      "StaticHyperParameters", _static(tuning_seed="7"))  # fmt: skip
_each("a-hyperparameter-lost", "one of the static hyperparameters is lost", "StaticHyperParameters",
      lambda one: one["StaticHyperParameters"].pop(next(iter(one["StaticHyperParameters"]))))  # fmt: skip
_each("a-variable-of-its-own", "an environment variable that was not given, with an underscore in front", "Environment",
      lambda one: one.get("Environment", {}).update(_LOG="1"))  # fmt: skip
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
      lambda one: one[_ALGORITHM].update(TrainingImage=""))  # fmt: skip
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


GROUPS = (created,)
