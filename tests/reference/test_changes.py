"""Create, Stop, Delete and the listing of tuning jobs, as testers of client code use them."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from conformance.reference.creation import check_creation
from conformance.reference.inputs import Rejection
from conformance.worlds.loading import load_world

if TYPE_CHECKING:
    from reference.calling import Caller

WORLD = load_world("default")
CREATE = "CreateHyperParameterTuningJob"
STOP = "StopHyperParameterTuningJob"
DELETE = "DeleteHyperParameterTuningJob"
LIST = "ListHyperParameterTuningJobs"


def creation(of: str = "clicks-parent", name: str = "made-here") -> dict[str, Any]:
    return {**copy.deepcopy(dict(WORLD.job(of).create)), "HyperParameterTuningJobName": name}


def find(name: str) -> Any:
    return next((job for job in WORLD.jobs if job.name == name), None)


SHORT = {
    "config": "HyperParameterTuningJobConfig",
    "definition": "TrainingJobDefinition",
    "definitions": "TrainingJobDefinitions",
    "ranges": "HyperParameterTuningJobConfig.ParameterRanges",
    "resources": "TrainingJobDefinition.HyperParameterTuningResourceConfig",
    "source": "TrainingJobDefinition.InputDataConfig.0.DataSource.S3DataSource",
    "parent": "WarmStartConfig.ParentHyperParameterTuningJobs.0.HyperParameterTuningJobName",
}


def put(members: dict[str, Any], path: str, value: Any) -> None:
    """Set a value deep inside; `None` takes the member away."""
    head, dot, rest = path.partition(".")
    *way, last = f"{SHORT.get(head, head)}{dot}{rest}".split(".")
    inner: Any = members
    for step in way:
        inner = inner[int(step)] if step.isdigit() else inner.setdefault(step, {})
    if value is None:
        del inner[last]
    else:
        inner[last] = value


def test_a_created_job_is_in_progress_and_has_launched_nothing(own_caller: Caller) -> None:
    members = creation()
    created = own_caller.answer(CREATE, members)
    described = own_caller.describe("made-here")
    assert created == {"HyperParameterTuningJobArn": described["HyperParameterTuningJobArn"]}
    assert described["HyperParameterTuningJobStatus"] == "InProgress"
    assert set(described["TrainingJobStatusCounters"].values()) == {0}
    assert set(described["ObjectiveStatusCounters"].values()) == {0}
    assert described["HyperParameterTuningJobName"] == members["HyperParameterTuningJobName"]
    assert described["CreationTime"] == described["LastModifiedTime"]
    assert "HyperParameterTuningEndTime" not in described
    assert own_caller.list("made-here") == {"TrainingJobSummaries": []}


def test_tags_are_accepted_and_not_described(own_caller: Caller) -> None:
    own_caller.answer(CREATE, creation() | {"Tags": [{"Key": "team", "Value": "red"}]})
    assert "Tags" not in own_caller.describe("made-here")


def test_a_name_is_taken_once(own_caller: Caller) -> None:
    assert own_caller.rejection(CREATE, creation(name="x"))[:2] == (400, "ResourceInUse")
    own_caller.answer(CREATE, creation(name="X"))


def test_a_stopped_job_has_ended(own_caller: Caller) -> None:
    own_caller.answer(CREATE, creation())
    assert own_caller.answer(STOP, {"HyperParameterTuningJobName": "made-here"}) == {}
    described = own_caller.describe("made-here")
    assert described["HyperParameterTuningJobStatus"] == "Stopped"
    assert described["HyperParameterTuningEndTime"] == described["LastModifiedTime"]
    assert own_caller.rejection(STOP, {"HyperParameterTuningJobName": "made-here"})[1] == "ValidationException"


def test_stopping_a_live_job_stops_what_it_runs(own_caller: Caller) -> None:
    own_caller.answer(STOP, {"HyperParameterTuningJobName": "live"})
    described = own_caller.describe("live")
    assert described["TrainingJobStatusCounters"]["InProgress"] == 0
    assert described["TrainingJobStatusCounters"]["Stopped"] == 3
    assert described["ObjectiveStatusCounters"]["Pending"] == 0
    for item in own_caller.list("live", StatusEquals="Stopped")["TrainingJobSummaries"]:
        assert item["TrainingEndTime"] >= item.get("TrainingStartTime", item["CreationTime"])


def test_a_deleted_job_is_gone(own_caller: Caller) -> None:
    own_caller.answer(DELETE, {"HyperParameterTuningJobName": "x"})
    assert own_caller.rejection("DescribeHyperParameterTuningJob", {"HyperParameterTuningJobName": "x"})[1] == (
        "ResourceNotFound"
    )
    own_caller.answer(CREATE, creation(name="x"))


def test_a_best_job_of_a_deleted_parent_counts_no_more(own_caller: Caller) -> None:
    own_caller.answer(DELETE, {"HyperParameterTuningJobName": "clicks-parent"})
    overall = own_caller.describe("clicks-again")["OverallBestTrainingJob"]
    assert overall["TuningJobName"] == "clicks-again"


def test_every_job_of_the_world_can_be_created(own_caller: Caller) -> None:
    for number, job in enumerate(WORLD.jobs):
        own_caller.answer(CREATE, creation(job.name, f"again-{number}"))


@pytest.mark.parametrize(
    ("of", "path", "value", "received"),
    [
        ("x", "definition.RoleArn", None, "'trainingJobDefinition.roleArn' failed"),
        ("x", "definition.RoleArn", "me", "at 'trainingJobDefinition.roleArn'"),
        ("x", "config", None, "Value null at 'hyperParameterTuningJobConfig'"),
        ("x", "config.Strategy", "Guess", "enum value set: [Bayesian"),
        ("x", "config.ResourceLimits.MaxParallelTrainingJobs", 0, "greater than or equal to 1"),
        ("x", "definition.InputDataConfig", [], "at 'trainingJobDefinition.inputDataConfig'"),
        ("x", "definition.InputDataConfig.0.ChannelName", "a b", "inputDataConfig.1.member.channelName"),
        ("x", "definition.Environment", {"1": "a"}, "environment.1.key"),
        ("x", "definition.Environment", {"A": None}, "Value null at"),
        ("x", "Tags", [{"Key": "", "Value": ""}], "at 'tags.1.member.key'"),
        ("x", "definition", None, "either TrainingJobDefinition or"),
        ("x", "definitions", [WORLD.job("x").create["TrainingJobDefinition"]], "either TrainingJobDefinition"),
        ("two-algorithms", "definitions.0.DefinitionName", None, "DefinitionName of its own"),
        ("two-algorithms", "definitions.0.DefinitionName", "spot--groups", "DefinitionName of its own"),
        ("two-algorithms", "definitions.0.TuningObjective", None, "needs a TuningObjective"),
        ("two-algorithms", "ranges", {}, "belongs to the definitions"),
        ("x", "config.StrategyConfig", {}, "only be used with the Hyperband"),
        ("hyperband", "config.TrainingJobEarlyStoppingType", "Auto", "must be Off"),
        ("hyperband", "config.StrategyConfig", None, "can't be inferred"),
        ("hyperband", "config.StrategyConfig.HyperbandStrategyConfig.MaxResource", 20001, "equal to 20000"),
        ("grid", "ranges", WORLD.job("x").ranges_of({}), "Grid strategy"),
        ("x", "definition.StaticHyperParameters.eta", "1", "must not be named twice"),
        ("x", "definition.AlgorithmSpecification.AlgorithmName", "a", "either AlgorithmName"),
        ("x", "config.HyperParameterTuningJobObjective", None, "objective of the tuning job"),
        ("grid", "definition.AlgorithmSpecification.MetricDefinitions.0.Name", "z", "one of MetricDef"),
        ("x", "ranges.ContinuousParameterRanges.0.MinValue", "0", "requires a range that is greater than 0"),
        ("bayesian-until-converged", "ranges.ContinuousParameterRanges.0.MaxValue", "1.0", "within 0<=x<1.0"),
        ("x", "ranges.IntegerParameterRanges.0.MinValue", "1.5", "no numbers of its type"),
        ("x", "ranges.IntegerParameterRanges.0.MinValue", "99", "in order"),
        ("x", "definition.InputDataConfig.0.CompressionType", "Gzip", "CompressionType can only"),
        ("x", "definition.InputDataConfig.0.RecordWrapperType", "RecordIO", "RecordWrapperType can't"),
        ("x", "definition.InputDataConfig.0.DataSource", {}, "exactly one data source"),
        ("x", "source.S3DataType", "AugmentedManifestFile", "with Pipe input mode"),
        ("x", "source.InstanceGroupNames", ["g"], "an instance group that there is not"),
        ("x", "definition.ResourceConfig", None, "either ResourceConfig or"),
        ("clicks-parent", "definition.ResourceConfig.VolumeSizeInGB", None, "VolumeSizeInGB is required"),
        ("hyperband", "definition.ResourceConfig.VolumeKmsKeyId", "k", "local storage"),
        ("flexible-instances", "resources.InstanceCount", 1, "InstanceConfigs can't be combined"),
        ("one-instance-for-tuning", "resources.InstanceCount", None, "or InstanceType and InstanceCount"),
        ("one-instance-for-tuning", "resources.AllocationStrategy", "Prioritized", "AllocationStrategy can only"),
        ("x", "definition.StoppingCondition.MaxRuntimeInSeconds", 2419201, "less than or equal to 2419200"),
        ("x", "definition.StoppingCondition.MaxWaitTimeInSeconds", 7200, "EnableManagedSpotTraining"),
        ("spot-on-instance-groups", "definition.StoppingCondition.MaxWaitTimeInSeconds", 60, "not be less"),
        ("clicks-again", "parent", "no", "no parent"),
        ("clicks-again", "parent", "live", "can't be a parent"),
        ("clicks-again", "definition.StaticHyperParameters.more", "1", "number of static and tunable"),
        ("clicks-again", "definition.AlgorithmSpecification.TrainingImage", "other", "must be those of"),
        ("clicks-elsewhere", "config.HyperParameterTuningJobObjective.Type", "Maximize", "objective metric must"),
    ],
)
def test_a_creation_that_breaks_a_rule_is_rejected(
    caller: Caller, of: str, path: str, value: Any, received: str
) -> None:
    members = creation(of)
    put(members, path, value)
    status, code, message = caller.rejection(CREATE, members)
    assert (status, code) == (400, "ValidationException")
    assert received in message


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("definition.Environment", {"\ud800": "half a character"}),
        ("definition.Environment", {"A": 1}),
        ("definition.StaticHyperParameters", ["a"]),
        ("definition.EnableNetworkIsolation", "true"),
        ("definition.EnableNetworkIsolation", 1),
        ("definition.InputDataConfig", {}),
        ("definition.InputDataConfig", ["a"]),
        ("config.TuningJobCompletionCriteria", {"TargetObjectiveMetricValue": "high"}),
        ("config.TuningJobCompletionCriteria", {"TargetObjectiveMetricValue": float("inf")}),
    ],
)
def test_a_creation_with_a_wrong_json_type_is_rejected(caller: Caller, path: str, value: Any) -> None:
    members = creation("x")
    put(members, path, value)
    body = json.dumps(members).replace("Infinity", "1e400").encode()
    assert caller.rejection(CREATE, body)[:2] == (400, "SerializationException")


def test_caps_over_several_lists_and_definitions() -> None:
    members = creation("two-algorithms")
    for definition in members["TrainingJobDefinitions"]:
        definition["Environment"] = {f"V{number}": "" for number in range(25)}
    with pytest.raises(Rejection, match="environment variables"):
        check_creation(members, find)
    members = creation("x")
    ranges = members["HyperParameterTuningJobConfig"]["ParameterRanges"]
    ranges["CategoricalParameterRanges"] = [{"Name": f"c{number}", "Values": ["a"]} for number in range(28)]
    with pytest.raises(Rejection, match="over all ranges"):
        check_creation(members, find)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"NameContains": "hyperband"}, ["hyperband", "hyperband-by-epochs"]),
        ({"NameContains": "Hyperband"}, []),
        ({"StatusEquals": "InProgress", "SortBy": "Name"}, ["live", "live-and-young", "several-live"]),
        ({"StatusEquals": "DeleteFailed"}, ["delete-failed"]),
        ({"CreationTimeAfter": 1738500000}, ["live", "live-and-young", "several-live", "stopping"]),
        ({"CreationTimeBefore": 1709300000.5}, ["x"]),
        ({"LastModifiedTimeAfter": 1738238300, "StatusEquals": "Deleting"}, ["deleting"]),
        ({"LastModifiedTimeBefore": 1709300000}, ["x"]),
    ],
)
def test_tuning_jobs_are_listed(caller: Caller, query: dict[str, Any], expected: list[str]) -> None:
    summaries = caller.answer(LIST, query)["HyperParameterTuningJobSummaries"]
    assert [job["HyperParameterTuningJobName"] for job in summaries] == expected


def test_tuning_jobs_are_sorted_and_paged(caller: Caller) -> None:
    query: dict[str, Any] = {"SortBy": "CreationTime", "SortOrder": "Descending", "MaxResults": 15}
    created: list[float] = []
    while True:
        page = caller.answer(LIST, query)
        created += [job["CreationTime"] for job in page["HyperParameterTuningJobSummaries"]]
        if "NextToken" not in page:
            break
        query["NextToken"] = page["NextToken"]
    assert created == sorted((job.created for job in WORLD.jobs), reverse=True)


def test_a_token_of_one_listing_is_no_token_of_the_other(caller: Caller) -> None:
    token = caller.answer(LIST, {})["NextToken"]
    query = {"HyperParameterTuningJobName": "live", "NextToken": token}
    assert caller.rejection("ListTrainingJobsForHyperParameterTuningJob", query)[1] == "ValidationException"
