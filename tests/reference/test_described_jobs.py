"""What Describe returns on the default world: every member of the contract, and nothing that contradicts it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest

from conformance.contract.loading import load
from conformance.mutation.mutant import steps, values
from conformance.reference.inputs import CREATE
from conformance.worlds.loading import load_world
from reference.calling import Caller

if TYPE_CHECKING:
    from conformance.reference.server import ReferenceServer

CONTRACT = load()
WORLD = load_world("default")
DESCRIBED = CONTRACT.operations["DescribeHyperParameterTuningJob"].output
LISTED = CONTRACT.operations["ListTrainingJobsForHyperParameterTuningJob"].output

# A best training job has completed, and a failure reason goes with a failure: no answer can show these two.
IMPOSSIBLE = {"BestTrainingJob.FailureReason", "OverallBestTrainingJob.FailureReason"}


Shown = dict[str, set[str]]
"""What answers show, by path: each value, as text."""


@pytest.fixture(scope="module")
def shown(reference_server: ReferenceServer) -> tuple[Shown, Shown]:
    """Return what all descriptions show, and all listings."""
    caller = Caller(reference_server.endpoint_url)
    described = [caller.describe(job.name) for job in WORLD.jobs]
    listed = [caller.list(job.name, MaxResults=100) for job in WORLD.jobs]
    return tuple(  # type: ignore[return-value]  # there are two
        {node.path: {str(value) for answer in answers for value in values(answer, steps(node.path))}
         for node in output.walk()}
        for output, answers in ((DESCRIBED, described), (LISTED, listed))
    )  # fmt: skip


def test_every_path_is_exercised(shown: tuple[Shown, Shown]) -> None:
    assert {path for path, found in shown[0].items() if not found} == IMPOSSIBLE
    assert {path for path, found in shown[1].items() if not found} == set()


def test_every_small_enum_is_exercised_to_its_last_word(shown: tuple[Shown, Shown]) -> None:
    unused: dict[str, set[str]] = {}
    for output, found in zip((DESCRIBED, LISTED), shown, strict=True):
        for node in output.walk():
            if node.accepted_values() is not None and "InstanceType" not in node.path:
                shape = node.shape or node.name
                unused[shape] = unused.get(shape, set(node.accepted_values() or ())) - found[node.path]
    assert {shape: words for shape, words in unused.items() if words} == {}


CONFIG = "HyperParameterTuningJobConfig"


@pytest.mark.parametrize("name", [job.name for job in WORLD.jobs[::8]])
def test_the_objective_is_a_static_hyperparameter_of_the_service(caller: Caller, name: str) -> None:
    described = caller.describe(name)
    own = described[CONFIG].get("HyperParameterTuningJobObjective")
    several = described.get("TrainingJobDefinitions") or [described["TrainingJobDefinition"]]
    for definition in several:
        objective = definition.get("TuningObjective", own)["MetricName"]
        assert definition["StaticHyperParameters"]["_tuning_objective_metric"] == objective
        metrics = {each["Name"]: each["Regex"] for each in definition["AlgorithmSpecification"]["MetricDefinitions"]}
        assert metrics.get("ObjectiveMetric") == metrics.get(objective)


def test_an_algorithm_that_was_named_is_described_by_its_arn(own_caller: Caller) -> None:
    created = {**copy.deepcopy(WORLD.job("augmented-manifest-piped").create), "HyperParameterTuningJobName": "named"}
    created["TrainingJobDefinition"]["AlgorithmSpecification"]["AlgorithmName"] = "stream-classifier"
    own_caller.answer(CREATE, created)
    algorithm = own_caller.describe("named")["TrainingJobDefinition"]["AlgorithmSpecification"]
    assert algorithm["AlgorithmName"] == "arn:aws:sagemaker:us-east-1:123456789012:algorithm/stream-classifier"
    assert algorithm["TrainingImage"] == ""


def test_counters_of_57_training_jobs(caller: Caller) -> None:
    described = caller.describe("churn-57-in-all-statuses")
    assert described["TrainingJobStatusCounters"] == {
        "Completed": 38,
        "InProgress": 3,
        "RetryableError": 2,
        "NonRetryableError": 5,
        "Stopped": 5,
    }
    assert described["ObjectiveStatusCounters"] == {"Succeeded": 38, "Pending": 0, "Failed": 19}


@pytest.mark.parametrize(
    ("name", "best", "overall"),
    [
        ("churn-57-in-all-statuses", 0.9117, None),
        ("live", 3.2e-05, None),
        ("random-until-target", -0.5, None),
        ("none-at-all", None, None),
        ("failed", None, None),
        ("clicks-parent", 0.125, None),
        ("clicks-again", 0.25, 0.125),
        ("clicks-once-more", 0.0625, 0.0625),
        ("clicks-in-vain", None, 0.125),
        ("clicks-elsewhere", 0.4375, None),
    ],
)
def test_the_best_training_jobs_are_the_completed_ones_with_the_best_metric(
    caller: Caller, name: str, best: float | None, overall: float | None
) -> None:
    described = caller.describe(name)
    for member, expected in (("BestTrainingJob", best), ("OverallBestTrainingJob", overall)):
        assert (member in described) == (expected is not None)
        if expected is not None:
            metric = described[member]["FinalHyperParameterTuningJobObjectiveMetric"]
            assert metric["Value"] == pytest.approx(expected)
            assert described[member]["TrainingJobStatus"] == "Completed"
    if name == "clicks-again":
        assert described["OverallBestTrainingJob"]["TuningJobName"] == "clicks-parent"


def test_several_definitions_are_named_in_the_best_one(caller: Caller) -> None:
    described = caller.describe("two-algorithms")
    names = {definition["DefinitionName"] for definition in described["TrainingJobDefinitions"]}
    assert described["BestTrainingJob"]["TrainingJobDefinitionName"] in names
    config = caller.describe("Definitions--on-every-resource")[CONFIG]
    assert set(config) == {"Strategy", "ResourceLimits"}


def test_times_are_epoch_seconds(caller: Caller) -> None:
    described = caller.describe("x")
    assert described["CreationTime"] == 1709276400.1
    assert described["BestTrainingJob"]["TrainingStartTime"] % 1 == 0
    assert described["HyperParameterTuningEndTime"] == described["LastModifiedTime"]


def test_nothing_is_null_and_empty_lists_stay(caller: Caller) -> None:
    text = caller.post("DescribeHyperParameterTuningJob", {"HyperParameterTuningJobName": "grid"}).text
    assert "null" not in text
    assert '"IntegerParameterRanges":[]' in text
    assert ", " not in text


def test_an_arn_has_the_training_jobs_name_in_lower_case(caller: Caller) -> None:
    item = caller.list("MixedCase--and---Inner-Hyphens9")["TrainingJobSummaries"][0]
    assert item["TrainingJobName"].startswith("MixedCase--and---Inner-Hyphens9-001-")
    assert item["TrainingJobArn"].endswith(f":training-job/{item['TrainingJobName'].lower()}")
