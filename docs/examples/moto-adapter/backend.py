"""Converts a world to moto's models, with the states that Create can't make."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.sagemaker.models import FakeTrainingJob, HyperParameterTuningJob, SageMakerModelBackend, sagemaker_backends

COUNTED = ("Completed", "InProgress", "Stopped")
OBJECTIVES = ("Succeeded", "Pending", "Failed")


def load(world: dict[str, Any]) -> int:
    """Replace what moto holds by the jobs of a world; return the number of tuning jobs."""
    backend = sagemaker_backends[DEFAULT_ACCOUNT_ID][world["region"]]
    backend.hyper_parameter_tuning_jobs.clear()
    backend.training_jobs.clear()
    jobs = {job["name"]: job for job in world["jobs"]}
    for job in jobs.values():
        _load_job(backend, job, jobs)
    return len(jobs)


def _load_job(backend: SageMakerModelBackend, job: dict[str, Any], jobs: dict[str, dict[str, Any]]) -> None:
    create = job["create"]
    account, region = backend.account_id, backend.region_name
    made = HyperParameterTuningJob(
        hyper_parameter_tuning_job_name=job["name"],
        hyper_parameter_tuning_job_config=create["HyperParameterTuningJobConfig"],
        region_name=region,
        account_id=account,
        training_job_definition=create.get("TrainingJobDefinition"),
        training_job_definitions=create.get("TrainingJobDefinitions"),
        warm_start_config=create.get("WarmStartConfig"),
        tags=create.get("Tags"),
        autotune=create.get("Autotune"),
    )
    launched = job["training_jobs"]
    made.hyper_parameter_tuning_job_status = job["status"]
    made.creation_time = _time(job["created"])
    made.last_modified_time = _time(job["modified"])
    made.hyper_parameter_tuning_end_time = _time(job.get("ended"))
    made.failure_reason = job.get("failure_reason")
    made.training_job_status_counters = _status_counters(launched)
    made.objective_status_counters = {
        status: sum(item["objective_status"] == status for item in launched) for status in OBJECTIVES
    }
    runtime = job.get("consumed_runtime")
    made.consumed_resources = None if runtime is None else {"RuntimeInSeconds": runtime}
    made.tuning_job_completion_details = _completion(job.get("completion_details"))
    # moto does not link training jobs to tuning jobs: list_training_jobs.py reads this.
    made.launched = [_summary(job, item, account, region) for item in launched]
    made.best_training_job = _best([job], account, region)
    warm_start = create.get("WarmStartConfig") or {}
    parents = [jobs[it["HyperParameterTuningJobName"]] for it in warm_start.get("ParentHyperParameterTuningJobs", ())
               if it["HyperParameterTuningJobName"] in jobs]  # fmt: skip
    same = warm_start.get("WarmStartType") == "IdenticalDataAndAlgorithm"
    made.OverallBestTrainingJob = _best([job, *parents], account, region) if same else None
    backend.hyper_parameter_tuning_jobs[job["name"]] = made
    for item in launched:
        _load_training_job(backend, job, item)


def _load_training_job(backend: SageMakerModelBackend, job: dict[str, Any], launched: dict[str, Any]) -> None:
    """Create the training job for moto's DescribeTrainingJob and ListTrainingJobs."""
    definition = _definition(job, launched)
    made = FakeTrainingJob(
        account_id=backend.account_id,
        region_name=backend.region_name,
        training_job_name=launched["name"],
        hyper_parameters={**definition.get("StaticHyperParameters", {}), **launched["tuned"]},
        algorithm_specification=dict(definition["AlgorithmSpecification"]),
        role_arn=definition["RoleArn"],
        input_data_config=definition.get("InputDataConfig", []),
        output_data_config=definition["OutputDataConfig"],
        resource_config=definition.get("ResourceConfig"),
        vpc_config=definition.get("VpcConfig"),
        stopping_condition=definition["StoppingCondition"],
        tags=[],
        enable_network_isolation=definition.get("EnableNetworkIsolation", False),
        enable_inter_container_traffic_encryption=definition.get("EnableInterContainerTrafficEncryption", False),
        enable_managed_spot_training=definition.get("EnableManagedSpotTraining", False),
        checkpoint_config=definition.get("CheckpointConfig"),
        debug_hook_config=None,
        debug_rule_configurations=None,
        tensor_board_output_config=None,
        experiment_config=None,
    )
    made.training_job_status = made.secondary_status = launched["status"]
    made.creation_time = _time(launched["created"])
    made.training_start_time = _time(launched.get("started"))
    made.training_end_time = _time(launched.get("ended"))
    made.last_modified_time = made.training_end_time or made.training_start_time or made.creation_time
    backend.training_jobs[launched["name"]] = made


def _summary(job: dict[str, Any], launched: dict[str, Any], account: str, region: str) -> dict[str, Any]:
    """Return the summary of a training job, as listings and best training jobs show it, without empty members."""
    prefix = f"arn:aws:sagemaker:{region}:{account}"
    members = {
        "TrainingJobDefinitionName": launched.get("definition_name"),
        "TrainingJobName": launched["name"],
        "TrainingJobArn": launched.get("arn") or f"{prefix}:training-job/{launched['name'].lower()}",
        "TuningJobName": job["name"],
        "CreationTime": _time(launched["created"]),
        "TrainingStartTime": _time(launched.get("started")),
        "TrainingEndTime": _time(launched.get("ended")),
        "TrainingJobStatus": launched["status"],
        "TunedHyperParameters": launched["tuned"],
        "FailureReason": launched.get("failure_reason"),
        "FinalHyperParameterTuningJobObjectiveMetric": _metric(job, launched),
        "ObjectiveStatus": launched["objective_status"],
    }
    return {name: value for name, value in members.items() if value is not None}


def _metric(job: dict[str, Any], launched: dict[str, Any]) -> dict[str, Any] | None:
    if launched.get("metric") is None:
        return None
    objective = _objective(job, launched)
    return {"Type": objective["Type"], "MetricName": objective["MetricName"], "Value": launched["metric"]}


def _best(jobs: list[dict[str, Any]], account: str, region: str) -> dict[str, Any] | None:
    """Return the completed training job with the best metric, the first of equals; None if none has a metric."""
    best: tuple[float, float, str] | None = None
    summary: dict[str, Any] | None = None
    for job in jobs:
        for item in job["training_jobs"]:
            if item["status"] != "Completed" or item.get("metric") is None:
                continue
            sign = -1 if _objective(job, item)["Type"] == "Maximize" else 1
            rank = (sign * item["metric"], item["created"], item["name"])
            if best is None or rank < best:
                best, summary = rank, _summary(job, item, account, region)
    return summary


def _definition(job: dict[str, Any], launched: dict[str, Any]) -> dict[str, Any]:
    create = job["create"]
    several: list[dict[str, Any]] = create.get("TrainingJobDefinitions") or [create["TrainingJobDefinition"]]
    named = (item for item in several if item.get("DefinitionName") == launched.get("definition_name"))
    return next(named, several[0])


def _objective(job: dict[str, Any], launched: dict[str, Any]) -> dict[str, Any]:
    own: dict[str, Any] | None = _definition(job, launched).get("TuningObjective")
    shared: dict[str, Any] = job["create"]["HyperParameterTuningJobConfig"].get("HyperParameterTuningJobObjective", {})
    return own or shared


def _status_counters(launched: list[dict[str, Any]]) -> dict[str, int]:
    failed = [item for item in launched if item["status"] == "Failed"]
    retryable = sum(bool(item.get("retryable")) for item in failed)
    counters = {status: sum(item["status"] == status for item in launched) for status in COUNTED}
    return {**counters, "RetryableError": retryable, "NonRetryableError": len(failed) - retryable}


def _completion(details: dict[str, Any] | None) -> dict[str, Any] | None:
    if details is None:
        return None
    return {name: _time(value) if name.endswith("Time") else value for name, value in details.items()}


def _time(seconds: float | None) -> datetime | None:
    """Return a time as moto stores it: UTC without a time zone."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
