"""From the truth of a world to what goes over the wire: summaries, counters, best training jobs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from conformance.wire.signing import partition_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.worlds.model import WorldJob, WorldTrainingJob

_COUNTED_STATUSES = ("Completed", "InProgress", "Stopped")
_OBJECTIVE_STATUSES = ("Succeeded", "Pending", "Failed")
_RANGES = ("IntegerParameterRanges", "ContinuousParameterRanges", "CategoricalParameterRanges")
_OBJECTIVE_METRIC = "ObjectiveMetric"
_RUN_AS_DEFINED = (
    "AlgorithmSpecification",
    "RoleArn",
    "InputDataConfig",
    "VpcConfig",
    "EnableNetworkIsolation",
    "EnableInterContainerTrafficEncryption",
    "EnableManagedSpotTraining",
    "CheckpointConfig",
    "RetryStrategy",
    "Environment",
)
"""Members of a definition that each of its training jobs has as they are."""
_DEFAULT_RUNTIME_S = 86400

Candidate = tuple["WorldJob", "WorldTrainingJob"]


class Renderer:
    """Writes tuning jobs and training jobs of one account in one region."""

    def __init__(self, region: str, account: str) -> None:
        """Keep what ARNs are made of."""
        self._prefix = f"arn:{partition_of(region) or 'aws'}:sagemaker:{region}:{account}"

    def tuning_job_arn(self, name: str) -> str:
        """Return the ARN of a tuning job."""
        return f"{self._prefix}:hyper-parameter-tuning-job/{name}"

    def training_job_arn(self, launched: WorldTrainingJob) -> str:
        """Return the ARN of a training job, which has its name in lower case."""
        return launched.arn or f"{self._prefix}:training-job/{launched.name.lower()}"

    def description(self, job: WorldJob, parents: Iterable[WorldJob]) -> dict[str, Any]:
        """Return all of Describe's answer."""
        best = best_of([job])
        overall = best_of([job, *parents]) if spans_parents(job) else None
        completion = job.completion_details
        runtime = job.consumed_runtime
        return _present(
            {
                "HyperParameterTuningJobName": job.name,
                "HyperParameterTuningJobArn": self.tuning_job_arn(job.name),
                "HyperParameterTuningJobConfig": described_config(job),
                **self.definitions(job),
                "HyperParameterTuningJobStatus": job.status,
                "CreationTime": job.created,
                "HyperParameterTuningEndTime": job.ended,
                "LastModifiedTime": job.modified,
                "TrainingJobStatusCounters": status_counters(job.training_jobs),
                "ObjectiveStatusCounters": objective_counters(job.training_jobs),
                "BestTrainingJob": best and self.summary(*best),
                "OverallBestTrainingJob": overall and self.summary(*overall),
                "WarmStartConfig": job.create.get("WarmStartConfig"),
                "FailureReason": job.failure_reason,
                "TuningJobCompletionDetails": completion,
                "ConsumedResources": None if runtime is None else {"RuntimeInSeconds": runtime},
                "Autotune": job.create.get("Autotune"),
            }
        )

    def definitions(self, job: WorldJob) -> dict[str, Any]:
        """Return the one definition, or the several, as they are described."""
        described = [self.definition(job, definition) for definition in job.definitions]
        single = "TrainingJobDefinition" in job.create
        return {"TrainingJobDefinition": described[0]} if single else {"TrainingJobDefinitions": described}

    def definition(self, job: WorldJob, definition: Mapping[str, Any]) -> dict[str, Any]:
        """Return a definition with what the service adds: its own hyperparameter and metric, forms, defaults."""
        metric = job.objective_of(definition).get("MetricName", "")
        static = {**definition.get("StaticHyperParameters", {}), "_tuning_objective_metric": metric}
        described = {
            **definition,
            "StaticHyperParameters": static,
            "AlgorithmSpecification": self.algorithm(definition.get("AlgorithmSpecification", {}), metric),
        }
        if "HyperParameterRanges" in definition:
            described["HyperParameterRanges"] = _every_kind(definition["HyperParameterRanges"])
        return described

    def algorithm(self, given: Mapping[str, Any], objective: str) -> dict[str, Any]:
        """Return an algorithm: by its ARN where it was named, and with the objective under the service's own name."""
        name, metrics = given.get("AlgorithmName"), list(given.get("MetricDefinitions", ()))
        expressions = {metric["Name"]: metric["Regex"] for metric in metrics}
        if objective in expressions and _OBJECTIVE_METRIC not in expressions:
            metrics.append({"Name": _OBJECTIVE_METRIC, "Regex": expressions[objective]})
        described = {"TrainingImage": "", **given, "MetricDefinitions": metrics}
        if name is not None and not name.startswith("arn:"):
            described["AlgorithmName"] = f"{self._prefix}:algorithm/{name}"
        return described

    def summary(self, job: WorldJob, launched: WorldTrainingJob) -> dict[str, Any]:
        """Return one training job as List and the best jobs of Describe have it."""
        return _present(
            {
                "TrainingJobDefinitionName": launched.definition_name,
                "TrainingJobName": launched.name,
                "TrainingJobArn": self.training_job_arn(launched),
                "TuningJobName": job.name,
                "CreationTime": launched.created,
                "TrainingStartTime": launched.started,
                "TrainingEndTime": launched.ended,
                "TrainingJobStatus": launched.status,
                "TunedHyperParameters": launched.tuned,
                "FailureReason": launched.failure_reason,
                "FinalHyperParameterTuningJobObjectiveMetric": self.metric(job, launched),
                "ObjectiveStatus": launched.objective_status,
            }
        )

    def training_job(self, job: WorldJob, launched: WorldTrainingJob) -> dict[str, Any]:
        """Return the answer of DescribeTrainingJob: the definition as it runs, and what became of it.

        No document covers it; the members are those of the service model.
        """
        definition = self.definition(job, job.definition_of(launched))
        output, seconds = definition["OutputDataConfig"], None
        if launched.started is not None and launched.ended is not None:
            seconds = int(launched.ended - launched.started)
        ended = launched.ended or launched.started or launched.created
        value = None if launched.metric is None else _float(launched.metric)
        final = {"MetricName": job.objective_for(launched).get("MetricName"), "Value": value, "Timestamp": ended}
        artifacts = f"{output['S3OutputPath'].rstrip('/')}/{launched.name}/output/model.tar.gz"
        return _present(
            {
                "TrainingJobName": launched.name,
                "TrainingJobArn": self.training_job_arn(launched),
                "TuningJobArn": self.tuning_job_arn(job.name),
                "ModelArtifacts": {"S3ModelArtifacts": artifacts},
                "TrainingJobStatus": launched.status,
                "SecondaryStatus": _secondary_status(launched),
                "FailureReason": launched.failure_reason,
                "HyperParameters": {**definition["StaticHyperParameters"], **launched.tuned},
                **{name: definition.get(name) for name in _RUN_AS_DEFINED},
                "StoppingCondition": {"MaxRuntimeInSeconds": _DEFAULT_RUNTIME_S, **definition["StoppingCondition"]},
                "OutputDataConfig": {"KmsKeyId": "", **output},
                "ResourceConfig": _resources(definition),
                "CreationTime": launched.created,
                "TrainingStartTime": launched.started,
                "TrainingEndTime": launched.ended,
                "LastModifiedTime": ended,
                "SecondaryStatusTransitions": _transitions(launched),
                "FinalMetricDataList": None if value is None else [final],
                "TrainingTimeInSeconds": seconds,
                "BillableTimeInSeconds": seconds,
            }
        )

    def metric(self, job: WorldJob, launched: WorldTrainingJob) -> dict[str, Any] | None:
        """Return the final metric of a training job; None where it has none."""
        if launched.metric is None:
            return None
        objective = job.objective_for(launched)
        return {"Type": objective["Type"], "MetricName": objective["MetricName"], "Value": _float(launched.metric)}

    def tuning_job_summary(self, job: WorldJob) -> dict[str, Any]:
        """Return one tuning job as the listing of tuning jobs has it."""
        config = job.create["HyperParameterTuningJobConfig"]
        return _present(
            {
                "HyperParameterTuningJobName": job.name,
                "HyperParameterTuningJobArn": self.tuning_job_arn(job.name),
                "HyperParameterTuningJobStatus": job.status,
                "Strategy": config["Strategy"],
                "CreationTime": job.created,
                "HyperParameterTuningEndTime": job.ended,
                "LastModifiedTime": job.modified,
                "TrainingJobStatusCounters": status_counters(job.training_jobs),
                "ObjectiveStatusCounters": objective_counters(job.training_jobs),
                "ResourceLimits": config.get("ResourceLimits"),
            }
        )


def described_config(job: WorldJob) -> dict[str, Any]:
    """Return the config of a tuning job with what the service fills in; with several definitions nothing (O6)."""
    given: dict[str, Any] = job.create["HyperParameterTuningJobConfig"]
    if "TrainingJobDefinition" not in job.create:
        return given
    described = {"TrainingJobEarlyStoppingType": "Off", **given}
    ranges = described["ParameterRanges"] = _every_kind(given.get("ParameterRanges", {}))
    if given["Strategy"] == "Grid":
        combinations = math.prod(len(item["Values"]) for item in ranges["CategoricalParameterRanges"])
        described["ResourceLimits"] = {"MaxNumberOfTrainingJobs": combinations, **given.get("ResourceLimits", {})}
    return described


def _every_kind(ranges: Mapping[str, Any]) -> dict[str, Any]:
    """Return ranges with a list of every kind, those without items too."""
    return {kind: [] for kind in _RANGES} | dict(ranges)


def _resources(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a training job runs on; of several instance configs that tuning may choose from, the first."""
    plain: dict[str, Any] | None = definition.get("ResourceConfig")
    if plain is not None:
        return plain
    flexible = definition["HyperParameterTuningResourceConfig"]
    chosen: dict[str, Any] = next(iter(flexible.get("InstanceConfigs", ())), {})
    members = {"VolumeSizeInGB": 0, **flexible, **chosen}
    return {name: members[name] for name in members if name not in {"InstanceConfigs", "AllocationStrategy"}}


def _secondary_status(launched: WorldTrainingJob) -> str:
    if launched.status == "InProgress":
        return "Starting" if launched.started is None else "Training"
    return launched.status if launched.status != "Deleting" else "Stopped"


def _transitions(launched: WorldTrainingJob) -> list[dict[str, Any]]:
    """Return the stages of a training job: starting, training, and how it ended."""
    stages = [("Starting", launched.created, launched.started), ("Training", launched.started, launched.ended)]
    last = _secondary_status(launched)
    stages += [(last, launched.ended, launched.ended)] if launched.ended is not None else []
    return [
        _present({"Status": status, "StartTime": begun, "EndTime": ended, "StatusMessage": f"{status} training job"})
        for status, begun, ended in stages
        if begun is not None
    ]


def status_counters(launched: Iterable[WorldTrainingJob]) -> dict[str, int]:
    """Count training jobs by status; the failed ones by whether they can be retried."""
    counters = dict.fromkeys(("Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped"), 0)
    for job in launched:
        if job.status in _COUNTED_STATUSES:
            counters[job.status] += 1
        elif job.status == "Failed":
            counters["RetryableError" if job.retryable else "NonRetryableError"] += 1
    return counters


def objective_counters(launched: Iterable[WorldTrainingJob]) -> dict[str, int]:
    """Count training jobs by the status of their objective."""
    counters = dict.fromkeys(_OBJECTIVE_STATUSES, 0)
    for job in launched:
        counters[job.objective_status] += 1
    return counters


def _float(value: float) -> float | str:
    """Return a float as the protocol writes it: what JSON has no numeral for is a word."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def spans_parents(job: WorldJob) -> bool:
    """Say whether the job has an overall best training job: only where it goes on with what its parents did."""
    start: Mapping[str, Any] = job.create.get("WarmStartConfig") or {}
    return start.get("WarmStartType") == "IdenticalDataAndAlgorithm"


def best_of(jobs: Iterable[WorldJob]) -> Candidate | None:
    """Find the completed training job with the best metric; of equals, the one that was created first."""
    candidates = [
        (job, launched)
        for job in jobs
        for launched in job.training_jobs
        if launched.status == "Completed" and launched.metric is not None and not math.isnan(launched.metric)
    ]
    return min(candidates, key=_rank, default=None)


def _rank(candidate: Candidate) -> tuple[float, float, str]:
    job, launched = candidate
    highest_wins = job.objective_for(launched)["Type"] == "Maximize"
    metric = launched.metric or 0.0
    return (-metric if highest_wins else metric, launched.created, launched.name)


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
