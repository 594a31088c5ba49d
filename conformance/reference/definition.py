"""The rules of one training job definition: its search, its algorithm, its data and its machines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Part = Mapping[str, Any]

_NUMERIC_RANGES = ("IntegerParameterRanges", "ContinuousParameterRanges")
_DEFAULT_RUNTIME_S = 86400
_LOCAL_STORAGE = ("ml.g4dn.", "ml.g5.", "ml.p4d.")
_EBS_ONLY = ("ml.c5.", "ml.p2.")


def ranged_names(ranges: Part) -> list[str]:
    """Give the names of the hyperparameters that are searched."""
    kinds = (*_NUMERIC_RANGES, "CategoricalParameterRanges")
    return [item["Name"] for kind in kinds for item in ranges.get(kind, ())]


def broken_in(definition: Part, config: Part) -> Iterator[str]:
    """Go through the rules that a definition breaks, inside the config of its tuning job."""
    yield from _search(definition, config)
    yield from _algorithm(definition, config)
    mode = definition["AlgorithmSpecification"]["TrainingInputMode"]
    for channel in definition.get("InputDataConfig", ()):
        yield from _channel(channel, channel.get("InputMode", mode))
    yield from _machines(definition)
    yield from _stopping(definition)


def _search(definition: Part, config: Part) -> Iterator[str]:
    ranges = definition.get("HyperParameterRanges", config.get("ParameterRanges", {}))
    names = ranged_names(ranges)
    if len(set(names)) < len(names) or set(names) & set(definition.get("StaticHyperParameters", ())):
        yield "A hyperparameter must not be named twice among the ranges and the static hyperparameters"
    if config["Strategy"] == "Grid" and any(ranges.get(kind) for kind in _NUMERIC_RANGES):
        yield "Only categorical hyperparameters can be used with the Grid strategy"
    for kind in _NUMERIC_RANGES:
        for item in ranges.get(kind, ()):
            yield from _range(item, whole=kind == "IntegerParameterRanges")


def _range(item: Part, *, whole: bool) -> Iterator[str]:
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


def _algorithm(definition: Part, config: Part) -> Iterator[str]:
    algorithm = definition["AlgorithmSpecification"]
    if ("AlgorithmName" in algorithm) == ("TrainingImage" in algorithm):
        yield "Specify either AlgorithmName or TrainingImage"
    objective = definition.get("TuningObjective", config.get("HyperParameterTuningJobObjective"))
    metrics = {metric["Name"] for metric in algorithm.get("MetricDefinitions", ())}
    if objective is None:
        yield "The objective of the tuning job is missing"
    elif metrics and objective["MetricName"] not in metrics:
        yield "The objective metric must be one of MetricDefinitions"


def _channel(channel: Part, mode: str) -> Iterator[str]:
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


def _machines(definition: Part) -> Iterator[str]:
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
    if "VolumeKmsKeyId" in block and any(one.get("InstanceType", "").startswith(_LOCAL_STORAGE) for one in members):
        yield "VolumeKmsKeyId can't be used with instance types that have local storage"
    groups = {group["InstanceGroupName"] for group in block.get("InstanceGroups", ())}
    for channel in definition.get("InputDataConfig", ()):
        named = channel["DataSource"].get("S3DataSource", {}).get("InstanceGroupNames", ())
        if not groups.issuperset(named):
            yield f"Channel {channel['ChannelName']} names an instance group that there is not"


def _stopping(definition: Part) -> Iterator[str]:
    condition = definition["StoppingCondition"]
    runtime = condition.get("MaxRuntimeInSeconds", _DEFAULT_RUNTIME_S)
    wait = condition.get("MaxWaitTimeInSeconds")
    if wait is None:
        return
    if not definition.get("EnableManagedSpotTraining", False):
        yield "MaxWaitTimeInSeconds can only be used with EnableManagedSpotTraining"
    if wait < runtime:
        yield "MaxWaitTimeInSeconds must not be less than MaxRuntimeInSeconds"
