"""What was put in comes out: each member that is lost or altered is a finding of its own."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest
from small_state import METRIC, START, State, good_state

from conformance.checks.law import laws
from conformance.checks.tuning.created import differences
from conformance.checks.verdict import Outcome
from conformance.session.snapshot import Snapshot

LAWS = laws(of_world=True)
CONFIG = "HyperParameterTuningJobConfig"
ECHOES = [name for name in LAWS if name.startswith((CONFIG, "TrainingJobDefinition"))]
ITEMS = [name for name in LAWS if name.startswith("TrainingJobSummaries")]


def outcome(name: str, state: State) -> Outcome:
    return LAWS[name].evaluate(state.snapshot()).outcome


def created_with(name: str, value: Any) -> State:
    """Return a tuning job that was created with a value at the path that a law is about, and shows it."""
    state = good_state().without("parent", "child", "running")
    draft = state.drafts["groups"]
    assert draft.known is not None
    create = dict(draft.known.create)
    if name.startswith("TrainingJobDefinition."):
        del create["TrainingJobDefinitions"], draft.answer["TrainingJobDefinitions"]
        create["TrainingJobDefinition"] = {}
    put(create, name, value)
    put(draft.answer, name, copy.deepcopy(value))
    draft.known = replace(draft.known, create=create)
    return state


def put(target: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.replace("[]", ".0").split(".")
    for step in way:
        target = target[int(step)] if isinstance(target, list) else target.setdefault(step, {})
    target[last] = value


def test_every_law_has_a_statement_and_one_subject() -> None:
    assert all(law.statement for law in LAWS.values())
    assert {law.subject for law in LAWS.values()} == {"echo"}


@pytest.mark.parametrize("name", LAWS)
def test_a_good_state_keeps_every_law_that_it_exercises(name: str) -> None:
    verdict = LAWS[name].evaluate(good_state().snapshot())
    assert (verdict.outcome, verdict.received) in {(Outcome.PASSED, ""), (Outcome.SKIPPED, "")}


@pytest.mark.parametrize("name", LAWS)
def test_without_a_known_world_every_law_is_skipped(name: str) -> None:
    for snapshot in (Snapshot(()), good_state().unknown().snapshot()):
        verdict = LAWS[name].evaluate(snapshot)
        assert verdict.outcome is Outcome.SKIPPED
        assert verdict.reason


@pytest.mark.parametrize("value", ["text", 7, 1.5, True, ["a", {"B": "c"}], {"A": {"B": [1, 2]}}], ids=repr)
@pytest.mark.parametrize("name", ECHOES)
def test_what_was_asked_for_comes_back(name: str, value: Any) -> None:
    state = created_with(name, value)
    assert outcome(name, state) is Outcome.PASSED
    put(state.drafts["groups"].answer, name, "other")
    assert outcome(name, state) is Outcome.FAILED
    put(state.drafts["groups"].answer, name, None)
    assert outcome(name, state) is Outcome.FAILED


def test_a_lost_member_is_a_finding_of_its_own() -> None:
    state = good_state()
    del state.drafts["child"].answer["TrainingJobDefinition"]["InputDataConfig"]
    found = {name for name in LAWS if outcome(name, state) is Outcome.FAILED}
    assert found == {"TrainingJobDefinition.InputDataConfig"}


DEFECTS: list[tuple[str, str, str, Any]] = [
    ("definitions", "groups", "TrainingJobDefinitions", []),
    ("definitions", "child", "TrainingJobDefinition", None),
    ("definitions", "child", "TrainingJobDefinitions", [{"DefinitionName": "extra"}]),
    ("Autotune", "child", "Autotune", {"Mode": "Enabled"}),
    ("no-warm-start", "parent", "WarmStartConfig", {"WarmStartType": "TransferLearning"}),
    ("compression-default", "child", "TrainingJobDefinition.InputDataConfig.0.CompressionType", "Gzip"),
    ("arn-of-the-tuning-job", "child", "HyperParameterTuningJobArn", "arn:aws:sagemaker:x/other"),
    ("HyperParameterTuningJobStatus", "child", "HyperParameterTuningJobStatus", "Stopped"),
    ("CreationTime", "child", "CreationTime", START * 1000),
    ("CreationTime", "child", "CreationTime", None),
    ("LastModifiedTime", "child", "LastModifiedTime", START),
    ("HyperParameterTuningEndTime", "running", "HyperParameterTuningEndTime", START),
    ("FailureReason", "child", "FailureReason", "none"),
    ("TuningJobCompletionDetails", "child", "TuningJobCompletionDetails", {"ConvergenceDetectedTime": START}),
    ("ConsumedResources.RuntimeInSeconds", "child", "ConsumedResources.RuntimeInSeconds", 901),
    ("counters", "child", "TrainingJobStatusCounters.Completed", 3),
    ("counters", "child", "TrainingJobStatusCounters.InProgress", 1),
    ("counters", "child", "ObjectiveStatusCounters.Pending", "0"),
    ("counters", "child", "ObjectiveStatusCounters.Succeeded", None),
    ("counters", "running", "TrainingJobStatusCounters.InProgress", None),
    ("BestTrainingJob", "child", "BestTrainingJob", None),
    ("BestTrainingJob", "child", "BestTrainingJob.TrainingJobName", "child-001-0a1b2c3d"),
    ("BestTrainingJob-members", "child", "BestTrainingJob.TrainingEndTime", None),
    ("BestTrainingJob-members", "child", f"BestTrainingJob.{METRIC}.Value", 0.5),
    ("BestTrainingJob-members", "groups", "BestTrainingJob.TrainingJobDefinitionName", "left"),
    ("training-jobs", "child", "0.TrainingJobName", "child-002-0a1b2c3d"),
    ("TrainingJobSummaries[].TrainingJobStatus", "child", "0.TrainingJobStatus", "Stopped"),
    ("TrainingJobSummaries[].CreationTime", "child", "0.CreationTime", 1),
    ("TrainingJobSummaries[].TrainingStartTime", "child", "0.TrainingStartTime", None),
    ("TrainingJobSummaries[].TrainingEndTime", "running", "1.TrainingEndTime", 1),
    ("TrainingJobSummaries[].TunedHyperParameters", "child", "0.TunedHyperParameters.extra", "1"),
    ("TrainingJobSummaries[].TunedHyperParameters", "child", "0.TunedHyperParameters.eta", None),
    ("TrainingJobSummaries[].FailureReason", "child", "2.FailureReason", None),
    (f"TrainingJobSummaries[].{METRIC}.Value", "child", f"0.{METRIC}.Value", 0.500000001),
    (f"TrainingJobSummaries[].{METRIC}.Value", "child", f"2.{METRIC}", {"Value": 0.0}),
    ("TrainingJobSummaries[].ObjectiveStatus", "child", "0.ObjectiveStatus", "Failed"),
    ("TrainingJobSummaries[].TrainingJobDefinitionName", "groups", "0.TrainingJobDefinitionName", "right"),
]


@pytest.mark.parametrize(("name", "job", "path", "value"), DEFECTS, ids=[name for name, *_ in DEFECTS])
def test_what_became_of_a_tuning_job_is_reported(name: str, job: str, path: str, value: Any) -> None:
    verdict = LAWS[name].evaluate(good_state().put(job, path, value).snapshot())
    assert verdict.outcome is Outcome.FAILED
    assert job in verdict.received


def test_every_law_is_broken_by_some_defect() -> None:
    assert {name for name, *_ in DEFECTS} | set(ECHOES) == set(LAWS)


def test_a_target_that_was_filled_through_create_decides_the_rest_itself() -> None:
    state = good_state().put("child", "HyperParameterTuningJobStatus", "Stopped").put("child", "0.CreationTime", 1)
    for draft in state.drafts.values():
        draft.listed_known = False
    assert not [name for name in LAWS if outcome(name, state) is Outcome.FAILED]
    assert outcome("HyperParameterTuningJobStatus", state) is Outcome.SKIPPED
    assert outcome(f"{CONFIG}.Strategy", state) is Outcome.PASSED


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("counters", "ObjectiveStatusCounters.Pending", None),
        ("counters", "TrainingJobStatusCounters.InProgress", None),
        ("TuningJobCompletionDetails", "TuningJobCompletionDetails", {"NumberOfTrainingJobsObjectiveNotImproving": 0}),
    ],
)
def test_a_count_of_nothing_may_be_left_out_or_sent(name: str, path: str, value: Any) -> None:
    assert outcome(name, good_state().put("child", path, value)) is Outcome.PASSED


def test_times_may_be_kept_in_whole_seconds() -> None:
    state = good_state().put("child", "CreationTime", int(START))
    assert outcome("CreationTime", state) is Outcome.PASSED


@pytest.mark.parametrize(
    ("asked", "received", "found"),
    [
        ({"A": 1}, {"A": 1.0, "B": 2}, []),
        ({"A": None}, {}, []),
        ({"A": []}, {}, []),
        ({}, None, []),
        ({"A": [{"B": 1}]}, {"A": [{"B": 1, "C": 2}]}, []),
        ({"A": True}, {"A": 1}, ["X.A is 1, given was True"]),
        ({"A": 1}, {"A": "1"}, ["X.A is '1', given was 1"]),
        ({"A": {"B": 1}}, {"A": {}}, ["X.A.B is missing, given was 1"]),
        ({"A": [1, 2]}, {"A": [1]}, ["X.A is [1], given was [1, 2]"]),
        ({"A": [1, 2]}, {"A": [2, 1]}, ["X.A[0] is 2, given was 1", "X.A[1] is 1, given was 2"]),
        ({"A": [1]}, {"A": "1"}, ["X.A is '1', given was [1]"]),
        ({"A": ""}, {}, []),
        ({}, {"A": ""}, []),
        ({"A": "a"}, {"A": ""}, ["X.A is '', given was 'a'"]),
    ],
)
def test_differences(asked: Any, received: Any, found: list[str]) -> None:
    assert differences(asked, received, "X") == found


METRICS = [{"Name": "a", "Regex": "a=(.*)"}, {"Name": "b", "Regex": "b=(.*)"}]
OWN = {"Name": "ObjectiveMetric", "Regex": "a=(.*)"}
ALGORITHMS = "arn:aws:sagemaker:us-east-1:123456789012:algorithm"
RIGHT: list[tuple[str, Any, Any]] = [
    ("MetricDefinitions", METRICS, [OWN, *METRICS]),
    ("MetricDefinitions", METRICS, [*reversed(METRICS)]),
    ("StaticHyperParameters", {"a": "1"}, {"a": "1", "_own": "2"}),
    ("StaticHyperParameters", {}, None),
    ("Environment", {"A": ""}, {"A": ""}),
    ("AlgorithmName", "a", f"{ALGORITHMS}/a"),
    ("KmsKeyId", "alias/a", "arn:aws:kms:us-east-1:123456789012:alias/a"),
    ("Subnets", ["subnet-1", "subnet-2"], ["subnet-2", "subnet-1"]),
]
WRONG: list[tuple[str, Any, Any]] = [
    ("MetricDefinitions", METRICS, [OWN, METRICS[0]]),
    ("MetricDefinitions", METRICS, [*METRICS, METRICS[0]]),
    ("MetricDefinitions", METRICS, [METRICS[0], {"Name": "b", "Regex": "a=(.*)"}]),
    ("MetricDefinitions", METRICS, None),
    ("StaticHyperParameters", {"a": "1"}, {"a": "1", "own": "2"}),
    ("StaticHyperParameters", {"_own": "1"}, {"_own": "2"}),
    ("StaticHyperParameters", {"a": ""}, {}),
    ("StaticHyperParameters", {}, [1]),
    ("StaticHyperParameters", {"AlgorithmName": "a"}, {"AlgorithmName": f"{ALGORITHMS}/a"}),
    ("Environment", {"A": ""}, {"A": "", "_B": "1"}),
    ("AlgorithmName", "a", f"{ALGORITHMS}/ba"),
    ("AlgorithmName", "a", "algorithm/a"),
    ("AlgorithmName", "a", "A"),
    ("AlgorithmName", f"{ALGORITHMS}/a", "a"),
    ("KmsKeyId", "alias/a", "arn:aws:kms:us-east-1:123456789012:alias/aa"),
    ("SecurityGroupIds", ["sg-1", "sg-2"], ["sg-1", "sg-1"]),
    ("RoleArn", "a", "arn:aws:iam::123456789012:role/a"),
]


@pytest.mark.parametrize(("member", "asked", "received"), RIGHT)
def test_what_may_be_added_or_return_in_another_form(member: str, asked: Any, received: Any) -> None:
    assert differences(asked, received, member) == differences({member: asked}, {member: received}, "X") == []


@pytest.mark.parametrize(("member", "asked", "received"), WRONG)
def test_what_may_not(member: str, asked: Any, received: Any) -> None:
    assert differences(asked, received, member)
    assert differences({member: asked}, {member: received}, "X")


def test_only_autotune_adds_ranges() -> None:
    path = f"{CONFIG}.ParameterRanges.IntegerParameterRanges"
    asked = [{"Name": "depth", "MinValue": "1", "MaxValue": "2"}]
    state = created_with(path, asked).put("groups", path, [{"Name": "own"}, *asked])
    assert outcome(path, state) is Outcome.FAILED
    known = state.drafts["groups"].known
    assert known is not None
    state.drafts["groups"].known = replace(known, create={**known.create, "Autotune": {"Mode": "Enabled"}})
    assert outcome(path, state) is Outcome.PASSED


@pytest.mark.parametrize("name", ["StaticHyperParameters", "Environment"])
def test_an_entry_that_nobody_gave_is_found_where_none_was_given(name: str) -> None:
    path = f"TrainingJobDefinitions[].{name}"
    state = created_with(path, None)
    put(state.drafts["groups"].answer, path, {"_own": "1"})
    assert outcome(path, state) is (Outcome.FAILED if name == "Environment" else Outcome.PASSED)
    put(state.drafts["groups"].answer, path, {"own": "1"})
    assert outcome(path, state) is Outcome.FAILED
