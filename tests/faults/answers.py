"""Values in answers that break a fact, at every depth: types, null, times, words, lengths, patterns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from faults.fault import DESCRIBE, LIST, Faults, Members, on_answer
from faults.paths import change, leave_out

_DEFINITION = "TrainingJobDefinition"
_CONFIG = "HyperParameterTuningJobConfig"
_ITEM = "TrainingJobSummaries[]"
_METRIC = "FinalHyperParameterTuningJobObjectiveMetric"

describe = Faults("values of descriptions", DESCRIBE, ("response",), within=DESCRIBE)
listing = Faults("values of listings", LIST, ("response",), within=LIST)


def _iso(seconds: Any) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat()


def _null(_: Any) -> None:
    return None


def _milliseconds(seconds: Any) -> int:
    return int(seconds * 1000)


def _microseconds(seconds: Any) -> int:
    return int(seconds * 1_000_000)


Row = tuple[str, str, str, Callable[[Any], Any]]
_ROWS_OF_DESCRIBE: tuple[Row, ...] = (
    ("creation-in-milliseconds", "CreationTime", "type", _milliseconds),
    ("creation-in-microseconds", "CreationTime", "type", _microseconds),
    ("creation-as-text", "CreationTime", "type", _iso),
    ("creation-as-digits", "CreationTime", "type", str),
    ("creation-null", "CreationTime", "type", _null),
    ("end-in-milliseconds", "HyperParameterTuningEndTime", "type", _milliseconds),
    ("modification-as-text", "LastModifiedTime", "type", _iso),
    ("status-in-capitals", "HyperParameterTuningJobStatus", "enum", str.upper),
    ("status-of-no-list", "HyperParameterTuningJobStatus", "enum", lambda _: "Finished"),
    ("arn-too-long", "HyperParameterTuningJobArn", "max_length", lambda it: it + "a" * 300),
    ("arn-of-another-service", "HyperParameterTuningJobArn", "pattern", lambda it: it.replace("sagemaker", "s3")),
    (
        "arn-with-a-short-account",
        "HyperParameterTuningJobArn",
        "pattern",
        lambda it: it.replace("123456789012", "1234"),
    ),
    ("name-too-long", "HyperParameterTuningJobName", "max_length", lambda it: it + "a" * 32),
    ("counter-as-text", "TrainingJobStatusCounters.Completed", "type", str),
    ("counter-with-a-fraction", "TrainingJobStatusCounters.Stopped", "type", lambda it: it + 0.5),
    ("counter-below-zero", "ObjectiveStatusCounters.Failed", "modelled-minimum", lambda it: -it - 1),
    ("counters-as-a-list", "ObjectiveStatusCounters", "type", lambda it: list(it.values())),
    ("counters-null", "TrainingJobStatusCounters", "type", _null),
    ("config-as-text", _CONFIG, "type", str),
    ("strategy-of-no-list", f"{_CONFIG}.Strategy", "enum", lambda _: "Genetic"),
    ("limit-as-text", f"{_CONFIG}.ResourceLimits.MaxNumberOfTrainingJobs", "type", str),
    ("limit-zero", f"{_CONFIG}.ResourceLimits.MaxParallelTrainingJobs", "modelled-minimum", lambda _: 0),
    ("bound-as-number", f"{_CONFIG}.ParameterRanges.IntegerParameterRanges[].MinValue", "type", float),
    (
        "scaling-in-small-letters",
        f"{_CONFIG}.ParameterRanges.ContinuousParameterRanges[].ScalingType",
        "enum",
        str.lower,
    ),
    (
        "categories-in-one-text",
        f"{_CONFIG}.ParameterRanges.CategoricalParameterRanges[].Values",
        "type",
        ",".join,
    ),
    ("direction-of-no-list", f"{_CONFIG}.HyperParameterTuningJobObjective.Type", "enum", lambda _: "Maximise"),
    ("early-stopping-as-boolean", f"{_CONFIG}.TrainingJobEarlyStoppingType", "type", lambda it: it != "Off"),
    ("static-values-as-numbers", f"{_DEFINITION}.StaticHyperParameters{{value}}", "type", lambda _: 7),
    ("environment-as-a-list", f"{_DEFINITION}.Environment", "type", list),
    ("isolation-as-text", f"{_DEFINITION}.EnableNetworkIsolation", "type", lambda it: str(it).lower()),
    ("spot-as-number", f"{_DEFINITION}.EnableManagedSpotTraining", "type", int),
    ("role-cut-short", f"{_DEFINITION}.RoleArn", "modelled-min_length", lambda _: "arn:aws:iam"),
    ("role-of-no-pattern", f"{_DEFINITION}.RoleArn", "modelled-pattern", lambda it: it.replace(":iam:", ":s3:")),
    ("channels-as-one-object", f"{_DEFINITION}.InputDataConfig", "type", lambda it: it[0]),
    ("channel-null", f"{_DEFINITION}.InputDataConfig[]", "type", _null),
    (
        "data-type-of-no-list",
        f"{_DEFINITION}.InputDataConfig[].DataSource.S3DataSource.S3DataType",
        "enum",
        lambda _: "S3Folder",
    ),
    ("input-mode-of-no-list", f"{_DEFINITION}.AlgorithmSpecification.TrainingInputMode", "enum", lambda _: "Stream"),
    ("instance-type-of-no-list", f"{_DEFINITION}.ResourceConfig.InstanceType", "enum", lambda _: "ml.none.large"),
    ("instances-as-text", f"{_DEFINITION}.ResourceConfig.InstanceCount", "type", str),
    ("runtime-as-text", f"{_DEFINITION}.StoppingCondition.MaxRuntimeInSeconds", "type", lambda it: f"{it} s"),
    ("subnets-in-one-text", f"{_DEFINITION}.VpcConfig.Subnets", "type", ",".join),
    ("group-of-several-null", "TrainingJobDefinitions[].VpcConfig.SecurityGroupIds[]", "type", _null),
    (
        "several-as-an-object",
        "TrainingJobDefinitions",
        "type",
        lambda it: {item["DefinitionName"]: item for item in it},
    ),
    ("best-as-a-name", "BestTrainingJob", "type", lambda it: it["TrainingJobName"]),
    ("best-in-milliseconds", "BestTrainingJob.TrainingEndTime", "type", _milliseconds),
    ("best-metric-as-text", f"BestTrainingJob.{_METRIC}.Value", "type", str),
    ("best-metric-null", f"BestTrainingJob.{_METRIC}.Value", "type", _null),
    ("best-tuned-as-numbers", "BestTrainingJob.TunedHyperParameters{value}", "type", lambda _: 0.1),
    ("overall-best-null", "OverallBestTrainingJob", "type", _null),
    ("warm-start-type-of-no-list", "WarmStartConfig.WarmStartType", "enum", lambda _: "Warm"),
    ("parents-as-names", "WarmStartConfig.ParentHyperParameterTuningJobs[]", "type", str),
    ("failure-too-long", "FailureReason", "max_length", lambda it: it + "." * 1024),
    ("consumed-as-text", "ConsumedResources.RuntimeInSeconds", "type", str),
)
_ROWS_OF_LIST: tuple[Row, ...] = (
    ("items-null", "TrainingJobSummaries", "type", _null),
    ("items-as-an-object", "TrainingJobSummaries", "type", lambda it: dict(enumerate(it))),
    ("creation-in-milliseconds", f"{_ITEM}.CreationTime", "type", _milliseconds),
    ("creation-as-text", f"{_ITEM}.CreationTime", "type", _iso),
    ("start-null", f"{_ITEM}.TrainingStartTime", "type", _null),
    ("end-as-digits", f"{_ITEM}.TrainingEndTime", "type", str),
    ("status-in-small-letters", f"{_ITEM}.TrainingJobStatus", "enum", str.lower),
    ("objective-status-of-no-list", f"{_ITEM}.ObjectiveStatus", "enum", lambda _: "Done"),
    ("metric-as-text", f"{_ITEM}.{_METRIC}.Value", "type", str),
    ("metric-bare", f"{_ITEM}.{_METRIC}", "type", lambda it: it["Value"]),
    ("tuned-as-numbers", f"{_ITEM}.TunedHyperParameters{{value}}", "type", lambda _: 3),
    ("tuned-null", f"{_ITEM}.TunedHyperParameters", "type", _null),
    ("name-too-long", f"{_ITEM}.TrainingJobName", "modelled-max_length", lambda it: it + "a" * 63),
    ("name-with-underscores", f"{_ITEM}.TrainingJobName", "modelled-pattern", lambda it: it.replace("-", "_")),
    (
        "arn-of-no-training-job",
        f"{_ITEM}.TrainingJobArn",
        "modelled-pattern",
        lambda it: it.replace("training-job/", "job/"),
    ),
    ("failure-too-long", f"{_ITEM}.FailureReason", "modelled-max_length", lambda it: it + "." * 1024),
    ("failure-empty-object", f"{_ITEM}.FailureReason", "type", lambda _: {}),
    ("token-as-number", "NextToken", "type", lambda _: 10),
    ("token-too-long", "NextToken", "max_length", lambda it: it + "=" * 8192),
)


def _spoiling(path: str, to: Callable[[Any], Any]) -> Callable[[Members, Members], None]:
    return lambda _, answer: change(answer, path, to)


def _without(path: str) -> Callable[[Members, Members], None]:
    return lambda _, answer: leave_out(answer, path)


for _faults, _rows in ((describe, _ROWS_OF_DESCRIBE), (listing, _ROWS_OF_LIST)):
    _operation = _faults.operation
    for _fault, _path, _facet, _to in _rows:
        _fact = f"{_operation}/output/{_path}/{_facet.removeprefix('modelled-')}"
        _fact += "/modelled" if _facet.startswith("modelled-") else ""
        _faults.add(_fault, _fact, (f"response/{_path}/{_facet}",), on_answer(_operation, _spoiling(_path, _to)))

for _faults, _path in (
    (describe, "HyperParameterTuningJobName"),
    (describe, "HyperParameterTuningJobArn"),
    (describe, "HyperParameterTuningJobStatus"),
    (describe, "CreationTime"),
    (describe, "TrainingJobStatusCounters"),
    (describe, "ObjectiveStatusCounters"),
    (describe, _CONFIG),
    (describe, f"{_CONFIG}.Strategy"),
    (describe, f"{_CONFIG}.ResourceLimits"),
    (describe, f"{_DEFINITION}.RoleArn"),
    (describe, f"{_DEFINITION}.OutputDataConfig.S3OutputPath"),
    (describe, f"{_DEFINITION}.InputDataConfig[].ChannelName"),
    (describe, f"BestTrainingJob.{_METRIC}.Value"),
    (listing, "TrainingJobSummaries"),
    (listing, f"{_ITEM}.TrainingJobName"),
    (listing, f"{_ITEM}.TrainingJobArn"),
    (listing, f"{_ITEM}.TrainingJobStatus"),
    (listing, f"{_ITEM}.CreationTime"),
    (listing, f"{_ITEM}.TunedHyperParameters"),
    (listing, f"{_ITEM}.{_METRIC}.MetricName"),
):
    _faults.add(
        f"{_path}-left-out",
        f"{_faults.operation}/output/{_path}/required/modelled",
        (f"response/{_path}/modelled-required",),
        on_answer(_faults.operation, _without(_path)),
    )

GROUPS = (describe, listing)
