"""From the truth of a world to what goes over the wire: summaries, counters, best training jobs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.worlds import WorldJob, WorldTrainingJob

_COUNTED_STATUSES = ("Completed", "InProgress", "Stopped")
_OBJECTIVE_STATUSES = ("Succeeded", "Pending", "Failed")
_ECHOED = ("TrainingJobDefinition", "TrainingJobDefinitions")

Candidate = tuple["WorldJob", "WorldTrainingJob"]


class Renderer:
    """Writes tuning jobs and training jobs of one account in one region."""

    def __init__(self, region: str, account: str) -> None:
        """Keep what ARNs are made of."""
        self._prefix = f"arn:aws:sagemaker:{region}:{account}"

    def tuning_job_arn(self, name: str) -> str:
        """Give the ARN of a tuning job."""
        return f"{self._prefix}:hyper-parameter-tuning-job/{name}"

    def training_job_arn(self, launched: WorldTrainingJob) -> str:
        """Give the ARN of a training job, which has its name in lower case."""
        return launched.arn or f"{self._prefix}:training-job/{launched.name.lower()}"

    def description(self, job: WorldJob, parents: Iterable[WorldJob]) -> dict[str, Any]:
        """Give all of Describe's answer."""
        best = best_of([job])
        overall = best_of([job, *parents]) if spans_parents(job) else None
        completion = job.completion_details
        runtime = job.consumed_runtime
        return _present(
            {
                "HyperParameterTuningJobName": job.name,
                "HyperParameterTuningJobArn": self.tuning_job_arn(job.name),
                "HyperParameterTuningJobConfig": job.create["HyperParameterTuningJobConfig"],
                **{name: job.create[name] for name in _ECHOED if name in job.create},
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

    def summary(self, job: WorldJob, launched: WorldTrainingJob) -> dict[str, Any]:
        """Give one training job as List and the best jobs of Describe tell it."""
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

    def metric(self, job: WorldJob, launched: WorldTrainingJob) -> dict[str, Any] | None:
        """Give the final metric of a training job; None where it has none."""
        if launched.metric is None:
            return None
        objective = job.objective_for(launched)
        return {"Type": objective["Type"], "MetricName": objective["MetricName"], "Value": _float(launched.metric)}

    def tuning_job_summary(self, job: WorldJob) -> dict[str, Any]:
        """Give one tuning job as the listing of tuning jobs tells it."""
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
    """Give a float as the protocol writes it: what JSON has no numeral for is a word."""
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
