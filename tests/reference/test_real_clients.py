"""The server with real clients: boto3 and the AWS CLI."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from conformance.reference.server import ReferenceServer

pytestmark = pytest.mark.slow

MANY = "churn-57-in-all-statuses"


def test_boto3_reads_a_description(client: Any) -> None:
    described = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="bayesian-until-converged")
    assert described["CreationTime"].isoformat() == "2024-07-01T09:15:00.010000+00:00"
    assert described["TuningJobCompletionDetails"]["NumberOfTrainingJobsObjectiveNotImproving"] == 4
    assert described["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] == pytest.approx(0.9005)


def test_boto3_raises_the_modelled_exceptions(client: Any) -> None:
    with pytest.raises(client.exceptions.ResourceNotFound, match="nobody"):
        client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="nobody")
    with pytest.raises(ClientError) as caught:
        client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="no_name")
    assert caught.value.response["Error"]["Code"] == "ValidationException"
    assert "failed to satisfy constraint" in caught.value.response["Error"]["Message"]
    assert caught.value.response["ResponseMetadata"]["RequestId"]


def test_the_paginator_resumes_without_gap_or_overlap(client: Any) -> None:
    paginator = client.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job")
    query = {"HyperParameterTuningJobName": MANY, "SortBy": "CreationTime", "SortOrder": "Descending"}
    whole = paginator.paginate(**query).build_full_result()
    first = paginator.paginate(**query, PaginationConfig={"MaxItems": 23, "PageSize": 7}).build_full_result()
    rest = paginator.paginate(
        **query, PaginationConfig={"PageSize": 7, "StartingToken": first["NextToken"]}
    ).build_full_result()
    assert len(whole["TrainingJobSummaries"]) == 57
    assert first["TrainingJobSummaries"] + rest["TrainingJobSummaries"] == whole["TrainingJobSummaries"]


@pytest.mark.skipif(shutil.which("aws") is None, reason="the AWS CLI is not installed")
def test_the_aws_cli_pages_and_filters(reference_server: ReferenceServer) -> None:
    command = ["aws", "sagemaker", "list-training-jobs-for-hyper-parameter-tuning-job", "--max-items", "12"]
    command += ["--hyper-parameter-tuning-job-name", MANY, "--status-equals", "Completed", "--page-size", "5"]
    keys = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
    done = subprocess.run(
        [*command, "--endpoint-url", reference_server.endpoint_url, "--output", "json"],
        env={**os.environ, **keys},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    listed = json.loads(done.stdout)
    assert len(listed["TrainingJobSummaries"]) == 12
    assert listed["NextToken"]
