"""The rules of Create that no single member can break: those of the whole input, and of warm starts.

Rules of one definition are in `conformance.reference.definition`. A rule is a function that yields what is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.reference.definition import broken_in, ranged_names
from conformance.reference.refusals import validation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from conformance.worlds import WorldJob

    Input = Mapping[str, Any]
    Find = Callable[[str], WorldJob | None]

_MAX_RANGES = 30
_MAX_VARIABLES = 48
_EPOCH_KEYS = frozenset({"epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs"})
_EARLIEST_PARENT = 1538352000
"""2018-10-01: older tuning jobs are no parents."""


def check_creation(members: Input, find: Find) -> None:
    """Raise a ValidationException for the first rule that the input breaks; `find` looks up warm-start parents."""
    for problem in _problems(members, find):
        raise validation(problem)


def definitions_of(members: Input) -> list[Input]:
    """Give the one definition, or the several."""
    if "TrainingJobDefinition" in members:
        return [members["TrainingJobDefinition"]]
    return list(members.get("TrainingJobDefinitions", ()))


def _problems(members: Input, find: Find) -> Iterator[str]:
    yield from _which_definitions(members)
    yield from _strategy(members)
    yield from _totals(members)
    config = members["HyperParameterTuningJobConfig"]
    for definition in definitions_of(members):
        yield from broken_in(definition, config)
    yield from _warm_start(members, find)


def _which_definitions(members: Input) -> Iterator[str]:
    single, several = "TrainingJobDefinition" in members, "TrainingJobDefinitions" in members
    if single == several:
        yield "Specify either TrainingJobDefinition or TrainingJobDefinitions"
    if not several:
        return
    names = [definition.get("DefinitionName") for definition in definitions_of(members)]
    if None in names or len(set(names)) < len(names):
        yield "Each of TrainingJobDefinitions needs a DefinitionName of its own"
    if any("TuningObjective" not in definition for definition in definitions_of(members)):
        yield "Each of TrainingJobDefinitions needs a TuningObjective"
    for name in ("HyperParameterTuningJobObjective", "ParameterRanges"):
        if name in members["HyperParameterTuningJobConfig"]:
            yield f"{name} belongs to the definitions when TrainingJobDefinitions is used"


def _strategy(members: Input) -> Iterator[str]:
    config = members["HyperParameterTuningJobConfig"]
    settings = config.get("StrategyConfig")
    if config["Strategy"] != "Hyperband":
        if settings is not None:
            yield "StrategyConfig can only be used with the Hyperband strategy"
        return
    if config.get("TrainingJobEarlyStoppingType", "Off") != "Off":
        yield "TrainingJobEarlyStoppingType must be Off with the Hyperband strategy"
    most = (settings or {}).get("HyperbandStrategyConfig", {}).get("MaxResource")
    if most is None:
        for definition in definitions_of(members):
            if not _EPOCH_KEYS & set(definition.get("StaticHyperParameters", ())):
                yield "MaxResource is missing and can't be inferred from StaticHyperParameters"


def _totals(members: Input) -> Iterator[str]:
    """Judge the caps that hold for the sum over lists and over definitions."""
    config = members["HyperParameterTuningJobConfig"]
    definitions = definitions_of(members)
    blocks = [config.get("ParameterRanges", {}), *(item.get("HyperParameterRanges", {}) for item in definitions)]
    if any(len(ranged_names(ranges)) > _MAX_RANGES for ranges in blocks):
        yield f"The number of hyperparameters over all ranges must not exceed {_MAX_RANGES}"
    if sum(len(definition.get("Environment", {})) for definition in definitions) > _MAX_VARIABLES:
        yield f"The number of environment variables over all definitions must not exceed {_MAX_VARIABLES}"


def _warm_start(members: Input, find: Find) -> Iterator[str]:
    start = members.get("WarmStartConfig")
    if start is None:
        return
    for named in start["ParentHyperParameterTuningJobs"]:
        name = named.get("HyperParameterTuningJobName", "")
        parent = find(name)
        if parent is None:
            yield f"There is no parent tuning job with the name {name}"
        elif parent.status not in {"Completed", "Stopped"} or parent.created < _EARLIEST_PARENT:
            yield f"The tuning job {name} can't be a parent: it has to be completed or stopped, and not before 2018-10"
        else:
            yield from _kinship(members, parent.create, identical=start["WarmStartType"] == "IdenticalDataAndAlgorithm")


def _kinship(child: Input, parent: Input, *, identical: bool) -> Iterator[str]:
    """Judge what a tuning job has to have in common with the one that it starts from."""
    if _objectives(child) != _objectives(parent):
        yield "The objective metric must be the same as in the parent tuning jobs"
    if _parameter_counts(child) != _parameter_counts(parent):
        yield "The number of static and tunable hyperparameters must be the same as in the parent tuning jobs"
    if identical and _data_and_algorithm(child) != _data_and_algorithm(parent):
        yield "Input data and training image must be those of the parent tuning jobs for IdenticalDataAndAlgorithm"


def _objectives(members: Input) -> list[Any]:
    own = members["HyperParameterTuningJobConfig"].get("HyperParameterTuningJobObjective")
    return [definition.get("TuningObjective", own) for definition in definitions_of(members)]


def _parameter_counts(members: Input) -> list[int]:
    shared = members["HyperParameterTuningJobConfig"].get("ParameterRanges", {})
    return [
        len(definition.get("StaticHyperParameters", {}))
        + len(ranged_names(definition.get("HyperParameterRanges", shared)))
        for definition in definitions_of(members)
    ]


def _data_and_algorithm(members: Input) -> list[Any]:
    return [
        (
            definition.get("InputDataConfig"),
            definition["AlgorithmSpecification"].get("TrainingImage"),
            definition["AlgorithmSpecification"].get("AlgorithmName"),
        )
        for definition in definitions_of(members)
    ]
