"""The rules of Create that no single member can break: those of a definition, of the whole input, and of warm starts.

A rule is a function that yields what is wrong.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from conformance.reference.inputs import validation
from conformance.worlds.model import WorldJob

Input = Mapping[str, Any]
Find = Callable[[str], WorldJob | None]

_NUMERIC_RANGES = ("IntegerParameterRanges", "ContinuousParameterRanges")
_DEFAULT_RUNTIME_S = 86400
_LOCAL_STORAGE = ("ml.g4dn.", "ml.g5.", "ml.p4d.")
_EBS_ONLY = ("ml.c5.", "ml.p2.")


def _ranged_names(ranges: Input) -> list[str]:
    """Return the names of the hyperparameters that are searched."""
    kinds = (*_NUMERIC_RANGES, "CategoricalParameterRanges")
    return [item["Name"] for kind in kinds for item in ranges.get(kind, ())]


def _definition(definition: Input, config: Input) -> Iterator[str]:
    """Yield the rules that a definition breaks, inside the config of its tuning job."""
    yield from _search(definition, config)
    yield from _algorithm(definition, config)
    mode = definition["AlgorithmSpecification"]["TrainingInputMode"]
    for channel in definition.get("InputDataConfig", ()):
        yield from _channel(channel, channel.get("InputMode", mode))
    yield from _machines(definition)
    yield from _stopping(definition)


def _search(definition: Input, config: Input) -> Iterator[str]:
    ranges = definition.get("HyperParameterRanges", config.get("ParameterRanges", {}))
    names = _ranged_names(ranges)
    if len(set(names)) < len(names) or set(names) & set(definition.get("StaticHyperParameters", ())):
        yield "A hyperparameter must not be named twice among the ranges and the static hyperparameters"
    if config["Strategy"] == "Grid" and any(ranges.get(kind) for kind in _NUMERIC_RANGES):
        yield "Only categorical hyperparameters can be used with the Grid strategy"
    for kind in _NUMERIC_RANGES:
        for item in ranges.get(kind, ()):
            yield from _range(item, whole=kind == "IntegerParameterRanges")


def _range(item: Input, *, whole: bool) -> Iterator[str]:
    try:
        low, high = ((int if whole else float)(item[bound]) for bound in ("MinValue", "MaxValue"))
    except ValueError:
        yield f"The bounds of {item['Name']} are no numbers of its type"
        return
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        yield f"The bounds of {item['Name']} are not in order"
    scaling = item.get("ScalingType")
    if scaling == "Logarithmic" and low <= 0:
        yield f"Logarithmic scaling of {item['Name']} requires a range that is greater than 0"
    if scaling == "ReverseLogarithmic" and not (low >= 0 and high < 1):
        yield f"ReverseLogarithmic scaling of {item['Name']} requires a range within 0<=x<1.0"


def _algorithm(definition: Input, config: Input) -> Iterator[str]:
    algorithm = definition["AlgorithmSpecification"]
    if ("AlgorithmName" in algorithm) == ("TrainingImage" in algorithm):
        yield "Specify either AlgorithmName or TrainingImage"
    objective = definition.get("TuningObjective", config.get("HyperParameterTuningJobObjective"))
    metrics = {metric["Name"] for metric in algorithm.get("MetricDefinitions", ())}
    if objective is None:
        yield "The objective of the tuning job is missing"
    elif metrics and objective["MetricName"] not in metrics:
        yield "The objective metric must be one of MetricDefinitions"


def _channel(channel: Input, mode: str) -> Iterator[str]:
    name = channel["ChannelName"]
    source = channel["DataSource"].get("S3DataSource", {})
    if len(channel["DataSource"]) != 1:
        yield f"Channel {name} needs exactly one data source"
    if source.get("S3DataType") == "AugmentedManifestFile":
        if mode != "Pipe":
            yield f"Channel {name}: AugmentedManifestFile can only be used with Pipe input mode"
    elif source.get("AttributeNames"):
        yield f"Channel {name}: AttributeNames can only be used with AugmentedManifestFile"
    if channel.get("CompressionType", "None") != "None" and mode != "Pipe":
        yield f"Channel {name}: CompressionType can only be used with Pipe input mode"
    if channel.get("RecordWrapperType", "None") != "None" and mode == "File":
        yield f"Channel {name}: RecordWrapperType can't be used with File input mode"


def _machines(definition: Input) -> Iterator[str]:
    plain, tuning = definition.get("ResourceConfig"), definition.get("HyperParameterTuningResourceConfig")
    if (plain is None) == (tuning is None):
        yield "Specify either ResourceConfig or HyperParameterTuningResourceConfig"
        return
    block = plain if plain is not None else tuning or {}
    configs = block.get("InstanceConfigs")
    single = {"InstanceType", "InstanceCount"} & set(block)
    if configs and (single or "VolumeSizeInGB" in block):
        yield "InstanceConfigs can't be combined with InstanceType, InstanceCount or VolumeSizeInGB"
    if tuning is not None and not configs and len(single) < 2:  # noqa: PLR2004 - type and count
        yield "HyperParameterTuningResourceConfig needs InstanceConfigs, or InstanceType and InstanceCount"
    if "AllocationStrategy" in block and not configs:
        yield "AllocationStrategy can only be used with InstanceConfigs"
    if block.get("InstanceType", "").startswith(_EBS_ONLY) and "VolumeSizeInGB" not in block:
        yield f"VolumeSizeInGB is required with {block['InstanceType']}"
    members = [block, *block.get("InstanceGroups", ()), *(configs or ())]
    if "VolumeKmsKeyId" in block and any(
        member.get("InstanceType", "").startswith(_LOCAL_STORAGE) for member in members
    ):
        yield "VolumeKmsKeyId can't be used with instance types that have local storage"
    groups = {group["InstanceGroupName"] for group in block.get("InstanceGroups", ())}
    for channel in definition.get("InputDataConfig", ()):
        named = channel["DataSource"].get("S3DataSource", {}).get("InstanceGroupNames", ())
        if not groups.issuperset(named):
            yield f"Channel {channel['ChannelName']} names an instance group that there is not"


def _stopping(definition: Input) -> Iterator[str]:
    condition = definition["StoppingCondition"]
    runtime = condition.get("MaxRuntimeInSeconds", _DEFAULT_RUNTIME_S)
    wait = condition.get("MaxWaitTimeInSeconds")
    if wait is None:
        return
    if not definition.get("EnableManagedSpotTraining", False):
        yield "MaxWaitTimeInSeconds can only be used with EnableManagedSpotTraining"
    if wait < runtime:
        yield "MaxWaitTimeInSeconds must not be less than MaxRuntimeInSeconds"


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
    """Return the one definition, or the several."""
    if "TrainingJobDefinition" in members:
        return [members["TrainingJobDefinition"]]
    return list(members.get("TrainingJobDefinitions", ()))


def _problems(members: Input, find: Find) -> Iterator[str]:
    yield from _which_definitions(members)
    yield from _strategy(members)
    yield from _totals(members)
    config = members["HyperParameterTuningJobConfig"]
    for definition in definitions_of(members):
        yield from _definition(definition, config)
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
    """Check the caps that hold for the sum over lists and over definitions."""
    config = members["HyperParameterTuningJobConfig"]
    definitions = definitions_of(members)
    blocks = [config.get("ParameterRanges", {}), *(item.get("HyperParameterRanges", {}) for item in definitions)]
    if any(len(_ranged_names(ranges)) > _MAX_RANGES for ranges in blocks):
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
    """Check what a tuning job has to have in common with the one that it starts from."""
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
        + len(_ranged_names(definition.get("HyperParameterRanges", shared)))
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
