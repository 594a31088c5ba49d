"""DescribeTrainingJob and ListTags, as clients call them after a tuning job: the service model covers them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from conformance.worlds.loading import load_world

if TYPE_CHECKING:
    from reference.calling import Caller

WORLD = load_world("default")
MODEL = botocore.session.get_session().get_service_model("sagemaker")
MANY = "churn-57-in-all-statuses"


def kept_by_the_model(operation: str, answer: dict[str, Any]) -> str:
    shape = MODEL.operation_model(operation).output_shape
    assert set(answer) <= set(shape.members)
    return str(ParamValidator().validate(answer, shape).generate_report())


@pytest.mark.parametrize("job", WORLD.jobs, ids=lambda job: job.name)
def test_every_launched_training_job_is_described_as_the_model_has_it(caller: Caller, job: Any) -> None:
    for launched in job.training_jobs[:12]:
        described = caller.answer("DescribeTrainingJob", {"TrainingJobName": launched.name})
        assert kept_by_the_model("DescribeTrainingJob", described) == ""
        assert described["TrainingJobStatus"] == launched.status
        assert described["TuningJobArn"].endswith(f"/{job.name}")
        assert ("FinalMetricDataList" in described) == (launched.metric is not None)
        assert ("FailureReason" in described) == (launched.status == "Failed")


def test_a_training_job_agrees_with_its_summary_and_its_definition(caller: Caller) -> None:
    definition = caller.describe(MANY)["TrainingJobDefinition"]
    for item in caller.list(MANY, MaxResults=100)["TrainingJobSummaries"]:
        described = caller.answer("DescribeTrainingJob", {"TrainingJobName": item["TrainingJobName"]})
        both = set(item) & set(described)
        assert {"TrainingJobArn", "CreationTime", "TrainingJobStatus"} <= both
        assert {name: described[name] for name in both} == {name: item[name] for name in both}
        assert described["HyperParameters"] == definition["StaticHyperParameters"] | item["TunedHyperParameters"]
        assert described["AlgorithmSpecification"] == definition["AlgorithmSpecification"]


def test_a_training_job_runs_on_one_of_the_instances_that_tuning_may_choose_from(caller: Caller) -> None:
    name = caller.list("flexible-instances")["TrainingJobSummaries"][0]["TrainingJobName"]
    resources = caller.answer("DescribeTrainingJob", {"TrainingJobName": name})["ResourceConfig"]
    assert (resources["InstanceType"], resources["VolumeSizeInGB"]) == ("ml.m5.xlarge", 30)


def test_an_unknown_training_job_is_not_found(caller: Caller) -> None:
    status, code, message = caller.rejection("DescribeTrainingJob", {"TrainingJobName": "nobody"})
    assert (status, code) == (400, "ResourceNotFound")
    assert "nobody" in message
    assert caller.rejection("DescribeTrainingJob", {})[:2] == (400, "ValidationException")


def test_tags_are_those_of_the_creation(own_caller: Caller) -> None:
    created = dict(WORLD.job("x").create) | {
        "HyperParameterTuningJobName": "tagged",
        "Tags": [{"Key": "team", "Value": "red"}],
    }
    arn = own_caller.answer("CreateHyperParameterTuningJob", created)["HyperParameterTuningJobArn"]
    tags = own_caller.answer("ListTags", {"ResourceArn": arn})
    assert kept_by_the_model("ListTags", tags) == ""
    assert tags == {"Tags": [{"Key": "team", "Value": "red"}]}
    launched = own_caller.list("x")["TrainingJobSummaries"][0]["TrainingJobArn"]
    assert own_caller.answer("ListTags", {"ResourceArn": launched}) == {"Tags": []}
    assert own_caller.rejection("ListTags", {"ResourceArn": f"{arn}-other"})[:2] == (400, "ResourceNotFound")
    assert own_caller.rejection("ListTags", {"ResourceArn": "team"})[:2] == (400, "ValidationException")
