"""Laws that compare a description with what was asked for at creation: every member that was given must return.

One law for each member, so that a lost channel and a lost hyperparameter are two findings. In which forms a member may
return, and what a service may add to it, says `conformance.tuning.echo`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.laws.verdict import Tally, Verdict
from conformance.tuning.answers import DESCRIBE, at, autotuned, entries, mapping, text
from conformance.tuning.defaults import channel_default, created_definitions
from conformance.tuning.echo import RANGES, differences
from conformance.tuning.identity import ARN_STATEMENT, arn_of_the_tuning_job
from conformance.tuning.known_law import known_law
from conformance.tuning.made import made

if TYPE_CHECKING:
    from conformance.laws.registry import Judge
    from conformance.laws.survey import Survey, View

_CONFIG = "HyperParameterTuningJobConfig"
_MEMBERS_OF_CONFIG = (
    "Strategy",
    "StrategyConfig",
    "HyperParameterTuningJobObjective",
    "ResourceLimits",
    "ParameterRanges.IntegerParameterRanges",
    "ParameterRanges.ContinuousParameterRanges",
    "ParameterRanges.CategoricalParameterRanges",
    "ParameterRanges.AutoParameters",
    "TrainingJobEarlyStoppingType",
    "TuningJobCompletionCriteria",
    "RandomSeed",
)
_MEMBERS_OF_A_DEFINITION = (
    "DefinitionName",
    "TuningObjective",
    "HyperParameterRanges",
    "StaticHyperParameters",
    "AlgorithmSpecification",
    "RoleArn",
    "InputDataConfig",
    "VpcConfig",
    "OutputDataConfig",
    "ResourceConfig",
    "HyperParameterTuningResourceConfig",
    "StoppingCondition",
    "EnableNetworkIsolation",
    "EnableInterContainerTrafficEncryption",
    "EnableManagedSpotTraining",
    "CheckpointConfig",
    "RetryStrategy",
    "Environment",
)
_DEFINITION_FORMS = ("TrainingJobDefinition", "TrainingJobDefinitions[]")
_OBSERVED = {"AlgorithmSpecification": ("O13", "O14"), "StaticHyperParameters": ("O13",)}
_MAPS = frozenset({"StaticHyperParameters", "Environment"})
"""Members that are judged where they were not given, too: their entries are the caller's."""
_NO_ENTRIES: dict[str, str] = {}


def _echo_of_config(member: str) -> Judge:
    path = f"{_CONFIG}.{member}"

    def judge(survey: Survey) -> Verdict:
        tally = Tally("tuning jobs")
        for view in made(survey):
            asked = at(view.known.create, path)
            if asked is not None:
                differ = differences(asked, at(view.answer, path), path, _extended(view))
                tally.clear(view.name, differ, view.description)
        return _as_created(tally, path)

    return judge


def _echo_of_definition(form: str, member: str) -> Judge:
    path, several = f"{form}.{member}", form.endswith("[]")

    def judge(survey: Survey) -> Verdict:
        tally = Tally("definitions")
        for view, asked, told in created_definitions(survey):
            given = _NO_ENTRIES if member in _MAPS and asked.get(member) is None else asked.get(member)
            if given is not None and several == ("TrainingJobDefinitions" in view.known.create):
                differ = differences(given, told.get(member), path, _extended(view))
                tally.clear(view.name, differ, view.description)
        return _as_created(tally, path)

    return judge


def _extended(view: View) -> frozenset[str]:
    return RANGES if autotuned(view.known.create) else frozenset()


def _as_created(tally: Tally, path: str) -> Verdict:
    return tally.verdict(
        "not-as-created",
        f"{path} comes back as it was given at creation",
        wrong=f"{path} is not described as it was given at creation",
        lacking=f"the suite made no tuning job with {path}",
    )


for _member in _MEMBERS_OF_CONFIG:
    known_law(
        f"{_CONFIG}.{_member}", operation=DESCRIBE, statement=f"{_member} of the config is told as it was asked for"
    )(_echo_of_config(_member))
for _form in _DEFINITION_FORMS:
    for _member in _MEMBERS_OF_A_DEFINITION:
        known_law(
            f"{_form}.{_member}",
            operation=DESCRIBE,
            statement=f"{_member} of a definition is told as it was asked for",
            observed=_OBSERVED.get(_member, ()),
        )(_echo_of_definition(_form, _member))


@known_law("definitions", operation=DESCRIBE, statement="a tuning job shows the definitions that it was created with")
def definitions_come_back(survey: Survey) -> Verdict:
    """Judge that the single definition is single, and that as many of several come back in the same order."""
    tally = Tally("tuning jobs")
    for view in made(survey):
        asked = [text(one, "DefinitionName") for one in entries(view.known.create, "TrainingJobDefinitions")]
        told = [text(one, "DefinitionName") for one in entries(view.answer, "TrainingJobDefinitions")]
        single = bool(mapping(view.known.create, "TrainingJobDefinition"))
        fits = asked == told and single == bool(mapping(view.answer, "TrainingJobDefinition"))
        tally.hold(fits, f"{view.name} was given {asked or 'one'}, shows {told or 'no list'}", view.description)
    return _as_created(tally, "each definition")


@known_law("Autotune", operation=DESCRIBE, statement="Autotune is told as it was asked for, and only then")
def autotune_comes_back(survey: Survey) -> Verdict:
    """Judge that Autotune is as given, and absent where it was not given."""
    tally = Tally("tuning jobs")
    for view in made(survey):
        asked, told = view.known.create.get("Autotune"), view.answer.get("Autotune")
        differ = differences(asked, told, "Autotune") if asked else ([f"Autotune is {told!r}"] if told else [])
        tally.clear(view.name, differ, view.description)
    return _as_created(tally, "Autotune")


@known_law("no-warm-start", operation=DESCRIBE, statement="a tuning job without a warm start shows no WarmStartConfig")
def no_warm_start(survey: Survey) -> Verdict:
    """Judge that WarmStartConfig is absent where it was not given."""
    tally = Tally("tuning jobs")
    for view in made(survey):
        if not view.known.create.get("WarmStartConfig"):
            told = view.answer.get("WarmStartConfig")
            tally.hold(not told, f"{view.name} shows {told!r}", view.description)
    return _as_created(tally, "the lack of a WarmStartConfig")


@known_law("compression-default", operation=DESCRIBE, statement="CompressionType, left out, is absent or None")
def compression_default(survey: Survey) -> Verdict:
    """Judge that a channel without compression shows none."""
    return channel_default(survey, "CompressionType", "None")


known_law("arn-of-the-tuning-job", operation=DESCRIBE, statement=ARN_STATEMENT)(
    lambda survey: arn_of_the_tuning_job(made(survey))
)
