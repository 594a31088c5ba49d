"""A first version of ListTrainingJobsForHyperParameterTuningJob, which moto lacks.

It pages, filters and sorts. It validates little of its input: the suite reports what is missing.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import AWSValidationException, ResourceNotFound
from moto.sagemaker.responses import SageMakerResponse

METRIC = "FinalHyperParameterTuningJobObjectiveMetric"
KEYS = {
    "Name": lambda item: item["TrainingJobName"],
    "CreationTime": lambda item: item["CreationTime"],
    "Status": lambda item: item["TrainingJobStatus"],
    "FinalObjectiveMetricValue": lambda item: item[METRIC]["Value"],
}
QUERY = ("HyperParameterTuningJobName", "StatusEquals", "SortBy", "SortOrder")
"""The members that a token is bound to."""
MOST = 100


def list_training_jobs(self: SageMakerResponse) -> ActionResult:
    """Answer the operation from the training jobs that backend.py stores with each tuning job."""
    query = {name: self._get_param(name) for name in QUERY}
    name = query["HyperParameterTuningJobName"]
    if not name:
        raise AWSValidationException("HyperParameterTuningJobName is required")
    tuning_job = self.sagemaker_backend.hyper_parameter_tuning_jobs.get(name)
    if tuning_job is None:
        raise ResourceNotFound(message=f"Could not find hyper parameter tuning job '{name}'.")
    size = self._get_param("MaxResults") or 10
    if not 1 <= size <= MOST:
        raise AWSValidationException(f"MaxResults must be between 1 and {MOST}")
    jobs = _in_order(getattr(tuning_job, "launched", []), query)
    offset = _offset(self._get_param("NextToken"), query)
    answer: dict[str, Any] = {"TrainingJobSummaries": jobs[offset : offset + size]}
    if offset + size < len(jobs):
        answer["NextToken"] = _token(offset + size, query)
    return ActionResult(answer)


def _in_order(jobs: list[dict[str, Any]], query: dict[str, Any]) -> list[dict[str, Any]]:
    by = query["SortBy"] or "Name"
    kept = [job for job in jobs if query["StatusEquals"] in (None, job["TrainingJobStatus"])]
    if by == "FinalObjectiveMetricValue":
        kept = [item for item in kept if METRIC in item]
    if by not in KEYS:
        raise AWSValidationException(f"SortBy is one of {', '.join(KEYS)}")
    kept.sort(key=KEYS["Name"])
    return sorted(kept, key=KEYS[by], reverse=query["SortOrder"] == "Descending")


def _token(offset: int, query: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps([offset, query]).encode()).decode()


def _offset(token: str | None, query: dict[str, Any]) -> int:
    """Return the offset in a token; raise if it is of another query."""
    if token is None:
        return 0
    try:
        offset, of = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, TypeError):
        raise AWSValidationException("NextToken is not one of ours") from None
    if of != query or not isinstance(offset, int):
        raise AWSValidationException("NextToken belongs to another query")
    return offset


def install() -> None:
    """Add the operation to moto, which calls the method of its name."""
    SageMakerResponse.list_training_jobs_for_hyper_parameter_tuning_job = list_training_jobs
