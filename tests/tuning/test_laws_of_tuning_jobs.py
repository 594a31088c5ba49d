"""Each law passes on a state that keeps it, fails on states that break it, and is skipped where there is nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from small_survey import METRIC, START, Draft, State, good_state

import conformance.tuning  # noqa: F401 - registers the laws
from conformance.laws.registry import laws
from conformance.laws.survey import Survey
from conformance.laws.verdict import Outcome, Verdict

Vice = Callable[[State], State]
WARM = "WarmStartConfig.ParentHyperParameterTuningJobs.0.HyperParameterTuningJobName"
LIMIT = "HyperParameterTuningJobConfig.ResourceLimits"
CONFIG = "HyperParameterTuningJobConfig"
IMAGE = "TrainingJobDefinition.AlgorithmSpecification.TrainingImage"


def put(name: str, path: str, value: object) -> Vice:
    """Name a vice: the target says something else at one path."""
    return lambda state: state.put(name, path, value)


def both(*vices: Vice) -> Vice:
    def all_of_them(state: State) -> State:
        for vice in vices:
            state = vice(state)
        return state

    return all_of_them


def shares_a_training_job(state: State) -> State:
    state.drafts["groups"].items.append(dict(state.drafts["parent"].items[0], TuningJobName=None))
    del state.drafts["groups"].items[-1]["TuningJobName"]
    return state


def lists_an_item_less(state: State) -> State:
    del state.drafts["child"].items[1]
    return state


def counts(counter: str, number: int) -> Vice:
    return put("child", f"TrainingJobStatusCounters.{counter}", number)


def classifies(counter: str, number: int) -> Vice:
    return put("child", f"ObjectiveStatusCounters.{counter}", number)


def has_a_newer_word(member: str) -> Vice:
    return put("child", f"0.{member}", "Newer")


def calls_best(index: int) -> Vice:
    def other_best(state: State) -> State:
        return state.put("child", "BestTrainingJob", dict(state.drafts["child"].items[index]))

    return other_best


def tells_no_metric(state: State) -> State:
    for draft in state.drafts.values():
        for told in (
            *draft.items,
            draft.answer.get("BestTrainingJob", {}),
            draft.answer.get("OverallBestTrainingJob", {}),
        ):
            told.pop(METRIC, None)
    return state


VICES: dict[str, list[Vice]] = {
    "lists-only-its-own-training-jobs": [shares_a_training_job, put("child", "0.TuningJobName", "parent")],
    "names-its-tuning-job": [
        put("child", "0.TuningJobName", "parent"),
        put("child", "0.TuningJobName", 7),
    ],
    "best-names-its-tuning-job": [put("child", "BestTrainingJob.TuningJobName", "Child")],
    "best-training-job-arn-ends-with-its-name": [
        put("child", "BestTrainingJob.TrainingJobArn", "arn:aws:sagemaker:training-job/other")
    ],
    "overall-best-is-of-the-family": [put("child", "OverallBestTrainingJob.TuningJobName", "groups")],
    "overall-best-metric-is-the-objective": [
        put("child", f"OverallBestTrainingJob.{METRIC}.MetricName", "train:auc"),
        put("child", f"OverallBestTrainingJob.{METRIC}.Type", "Minimize"),
    ],
    "overall-best-training-job-arn-ends-with-its-name": [
        put("child", "OverallBestTrainingJob.TrainingJobArn", "arn:aws:sagemaker:training-job/other")
    ],
    "best-training-job-could-win": [
        put("child", "BestTrainingJob.TrainingJobStatus", "Failed"),
        put("child", "OverallBestTrainingJob.TrainingJobStatus", "InProgress"),
    ],
    "best-objective-has-not-failed": [
        put("child", "BestTrainingJob.ObjectiveStatus", "Failed"),
        put("child", "OverallBestTrainingJob.ObjectiveStatus", "Pending"),
    ],
    "best-definition-name-is-known": [put("groups", "BestTrainingJob.TrainingJobDefinitionName", "middle")],
    "best-tuned-are-the-ranged": [put("child", "BestTrainingJob.TunedHyperParameters", {})],
    "best-metric-is-the-objective": [put("child", f"BestTrainingJob.{METRIC}.MetricName", "train:auc")],
    "training-job-arn-ends-with-its-name": [put("child", "0.TrainingJobArn", "arn:aws:sagemaker:training-job/other")],
    "definition-name-is-known": [put("groups", "0.TrainingJobDefinitionName", "middle")],
    "launched-from-the-definition": [
        put("child", "0.TunedHyperParameters.rounds", "1"),
        both(
            put("child", "TrainingJobDefinition.DefinitionName", "a"), put("child", "0.TrainingJobDefinitionName", "b")
        ),
    ],
    "every-definition-is-launched": [put("groups", "1.TrainingJobDefinitionName", "left")],
    "one-definition-or-several": [
        put("groups", "TrainingJobDefinition", {"DefinitionName": "left"}),
        put("groups", f"{CONFIG}.ParameterRanges", {"AutoParameters": []}),
    ],
    "tuning-job-precedes-its-training-jobs": [put("child", "0.CreationTime", int(START) - 1)],
    "tuning-end-time": [
        put("child", "HyperParameterTuningEndTime", START - 1),
        put("child", "HyperParameterTuningEndTime", None),
        put("running", "HyperParameterTuningEndTime", START + 1),
    ],
    "ended-when-last-modified": [put("child", "LastModifiedTime", START + 901)],
    "consumed-runtime-is-plausible": [
        put("child", "ConsumedResources.RuntimeInSeconds", -1),
        put("child", "ConsumedResources.RuntimeInSeconds", 1000),
    ],
    "tuning-runtime-within-the-limit": [put("child", "HyperParameterTuningEndTime", START + 36_001 + 2 * 86_400)],
    "training-runtime-within-the-limit": [put("child", "0.TrainingEndTime", int(START) + 3700 + 2 * 86_400)],
    "spot-wait-within-the-limit": [put("child", "0.TrainingEndTime", int(START) + 7300 + 2 * 86_400)],
    "thirty-days-in-all": [put("child", "0.TrainingEndTime", int(START) + 31 * 86_400)],
    "tuned-are-the-ranged": [
        put("child", "0.TunedHyperParameters.eta", None),
        put("child", "0.TunedHyperParameters.rounds", "1"),
        put("groups", "0.TunedHyperParameters", {}),
    ],
    "static-are-not-tuned": [
        put("child", "0.TunedHyperParameters.rounds", "1"),
        put("child", "TrainingJobDefinition.StaticHyperParameters.eta", "0.2"),
    ],
    "search-stays-in-the-ranges": [
        put("child", "0.TunedHyperParameters.depth", "11"),
        put("child", "0.TunedHyperParameters.eta", "0.05"),
        put("groups", "0.TunedHyperParameters.booster", "forest"),
    ],
    "integers-in-range": [
        put("child", "0.TunedHyperParameters.depth", value) for value in ("0", "11", "2.5", "three", "1e400", "")
    ],
    "floats-in-range": [
        put("child", "0.TunedHyperParameters.eta", value) for value in ("0.0999", "0.51", "NaN", "1e400", "-1e-400")
    ],
    "categories-from-the-list": [put("child", "0.TunedHyperParameters.booster", "Tree")],
    "metric-is-the-objective": [
        put("child", f"0.{METRIC}.MetricName", "train:auc"),
        put("child", f"0.{METRIC}.Type", "Minimize"),
        put("groups", f"1.{METRIC}.MetricName", "train:auc"),
    ],
    "pending-objective-is-still-running": [
        put("child", "0.ObjectiveStatus", "Pending"),
        put("running", "1.TrainingJobStatus", "Completed"),
    ],
    "failed-objective-is-never-best": [calls_best(2)],
    "status-counters-cover-the-listing": [counts("Completed", 5), counts("NonRetryableError", 0)],
    "completed-counter": [counts("Completed", 1), counts("Completed", 3), lists_an_item_less],
    "in-progress-counter": [
        counts("InProgress", 1),
        put("running", "TrainingJobStatusCounters.InProgress", 0),
    ],
    "error-counters": [counts("NonRetryableError", 0), counts("RetryableError", 1)],
    "stopped-counter": [counts("Stopped", 0), counts("Stopped", 2)],
    "objective-counters-cover-the-listing": [classifies("Succeeded", 2), classifies("Pending", 1)],
    "succeeded-objective-counter": [classifies("Succeeded", 2), classifies("Succeeded", 4)],
    "pending-objective-counter": [
        classifies("Pending", 1),
        put("running", "ObjectiveStatusCounters.Pending", 0),
    ],
    "failed-objective-counter": [classifies("Failed", 0), classifies("Failed", 2)],
    "launches-within-the-limit": [put("child", f"{LIMIT}.MaxNumberOfTrainingJobs", 3)],
    "best-training-job-has-won": [
        calls_best(0),
        calls_best(2),
        put("child", "BestTrainingJob", None),
        put("child", "BestTrainingJob.TrainingJobStatus", "Failed"),
    ],
    "best-follows-the-direction": [
        calls_best(0),
        put("child", f"{CONFIG}.HyperParameterTuningJobObjective.Type", "Minimize"),
    ],
    "best-training-job-as-listed": [
        put("child", "BestTrainingJob.TrainingJobName", "other"),
        put("child", "BestTrainingJob.TunedHyperParameters.depth", "4"),
        put("child", "BestTrainingJob.CreationTime", 1),
    ],
    "overall-best-spans-the-parents": [
        put("child", f"OverallBestTrainingJob.{METRIC}.Value", 0.75),
        put("child", "OverallBestTrainingJob", None),
    ],
    "warm-start-parents-came-earlier": [put("parent", "CreationTime", START + 1), put("child", WARM, "child")],
    "warm-start-comes-back": [
        put("child", "WarmStartConfig", None),
        put("child", "WarmStartConfig.WarmStartType", "TransferLearning"),
        put("child", WARM, "groups"),
    ],
    "parents-since-october-2018": [put("parent", "CreationTime", 1_538_000_000)],
    "parents-have-ended": [
        put("parent", "HyperParameterTuningJobStatus", status) for status in ("Failed", "InProgress")
    ],
    "identical-input-data": [
        put("child", "TrainingJobDefinition.InputDataConfig.0.DataSource.S3DataSource.S3Uri", "s3://bucket/test"),
        put("child", "TrainingJobDefinition.InputDataConfig.0.ChannelName", "test"),
    ],
    "identical-image": [put("child", IMAGE, "registry:5000/forests:1")],
    "same-number-of-hyperparameters": [put("child", "TrainingJobDefinition.StaticHyperParameters", {})],
    "same-objective-as-parents": [put("child", f"{CONFIG}.HyperParameterTuningJobObjective.MetricName", "train:auc")],
    "early-stopping-defaults-to-off": [put("child", f"{CONFIG}.TrainingJobEarlyStoppingType", "Auto")],
    "training-runtime-defaults-to-a-day": [
        put("groups", "TrainingJobDefinitions.0.StoppingCondition.MaxRuntimeInSeconds", 3600)
    ],
    "checkpoint-path-default": [put("groups", "TrainingJobDefinitions.0.CheckpointConfig.LocalPath", "/opt")],
}

# What may differ without anybody being wrong.
ALLOWED: list[tuple[str, Vice]] = [
    ("training-job-arn-ends-with-its-name", put("child", "0.TrainingJobArn", "arn:x/child-001-0a1b2c3d")),
    ("best-names-its-tuning-job", put("child", "BestTrainingJob.TuningJobName", None)),
    ("overall-best-is-of-the-family", put("child", "OverallBestTrainingJob.TuningJobName", "child")),
    (
        "overall-best-is-of-the-family",
        both(
            put("parent", "WarmStartConfig.ParentHyperParameterTuningJobs", [{"HyperParameterTuningJobName": "gone"}]),
            put("child", "OverallBestTrainingJob.TuningJobName", "long-gone"),
            put("groups", "OverallBestTrainingJob", {"TuningJobName": "groups"}),
        ),
    ),
    ("best-training-job-could-win", put("child", "BestTrainingJob.TrainingJobStatus", "Stopped")),
    ("ended-when-last-modified", put("child", "LastModifiedTime", START + 900.001)),
    ("best-metric-is-the-objective", put("child", f"BestTrainingJob.{METRIC}.Type", None)),
    ("tuning-job-precedes-its-training-jobs", put("child", "0.CreationTime", int(START))),
    (
        "tuned-are-the-ranged",
        both(put("child", "Autotune", {"Mode": "Enabled"}), put("child", "0.TunedHyperParameters", {})),
    ),
    ("integers-in-range", put("child", "0.TunedHyperParameters.depth", "10.0")),
    ("floats-in-range", put("child", "0.TunedHyperParameters.eta", "0.50000000000000011")),
    ("floats-in-range", put("child", "0.TunedHyperParameters.eta", "1e-1")),
    ("best-training-job-as-listed", put("child", f"BestTrainingJob.{METRIC}.Type", None)),
    ("identical-image", put("child", IMAGE, "registry:5000/trees:2")),
    ("identical-image", put("child", IMAGE, "registry:5000/trees@sha256:00")),
    ("same-number-of-hyperparameters", put("child", "TrainingJobDefinition.StaticHyperParameters._own", "x")),
    ("early-stopping-defaults-to-off", put("child", f"{CONFIG}.TrainingJobEarlyStoppingType", "Off")),
    (
        "training-runtime-defaults-to-a-day",
        put("groups", "TrainingJobDefinitions.0.StoppingCondition.MaxRuntimeInSeconds", 86400),
    ),
    (
        "checkpoint-path-default",
        put("groups", "TrainingJobDefinitions.0.CheckpointConfig.LocalPath", "/opt/ml/checkpoints/"),
    ),
    ("parents-have-ended", put("parent", "HyperParameterTuningJobStatus", "Stopped")),
    # A summary may leave its metric out; the listed one tells it.
    ("best-training-job-has-won", put("child", f"BestTrainingJob.{METRIC}", None)),
    ("best-follows-the-direction", put("child", f"BestTrainingJob.{METRIC}", None)),
    ("best-training-job-as-listed", put("child", f"BestTrainingJob.{METRIC}", None)),
    ("best-training-job-has-won", tells_no_metric),
    # The one place tells times in whole seconds, the other more finely.
    ("best-training-job-as-listed", put("child", "BestTrainingJob.CreationTime", int(START) + 120.75)),
    # Ranges that the service was to choose by itself.
    (
        "tuned-are-the-ranged",
        both(
            put("child", f"{CONFIG}.ParameterRanges.AutoParameters", [{"Name": "rounds", "ValueHint": "10"}]),
            put("child", "0.TunedHyperParameters.rounds", "11"),
        ),
    ),
    # A parent's metric in another direction can't be compared.
    (
        "overall-best-spans-the-parents",
        both(
            put("parent", f"{CONFIG}.HyperParameterTuningJobObjective.Type", "Minimize"),
            put("child", f"OverallBestTrainingJob.{METRIC}.Value", 0.75),
        ),
    ),
    # Counters that are newer than the contract count nobody knows what.
    ("status-counters-cover-the-listing", counts("Total", 4)),
    ("completed-counter", both(counts("Archived", 1), counts("Completed", 1))),
    ("launches-within-the-limit", counts("Total", 4)),
    # So it is with a word that is newer: it may have a counter, and need not.
    ("status-counters-cover-the-listing", both(has_a_newer_word("TrainingJobStatus"), counts("Completed", 1))),
    ("status-counters-cover-the-listing", has_a_newer_word("TrainingJobStatus")),
    ("completed-counter", has_a_newer_word("TrainingJobStatus")),
    ("error-counters", both(has_a_newer_word("TrainingJobStatus"), counts("NonRetryableError", 2))),
    ("objective-counters-cover-the-listing", both(has_a_newer_word("ObjectiveStatus"), classifies("Succeeded", 2))),
    ("succeeded-objective-counter", has_a_newer_word("ObjectiveStatus")),
]


def judge(name: str, survey: Survey) -> Verdict:
    return laws()[name].judge(survey)


BAD = [(name, vice) for name, vices in VICES.items() for vice in vices]


def test_every_law_has_a_vice() -> None:
    assert set(VICES) == set(laws())


@pytest.mark.parametrize("name", VICES)
def test_a_good_state_passes(name: str) -> None:
    verdict = judge(name, good_state().survey())
    assert (verdict.outcome, verdict.received) == (Outcome.PASSED, "")
    assert sum(verdict.rests_on.values()) > 0


@pytest.mark.parametrize(("name", "vice"), BAD, ids=[name for name, _ in BAD])
def test_a_vice_fails_and_is_explained(name: str, vice: Vice) -> None:
    verdict = judge(name, vice(good_state()).survey())
    assert verdict.outcome is Outcome.FAILED
    assert verdict.expected
    assert any(job in verdict.received for job in ("child", "parent", "groups", "running"))
    assert verdict.exchanges
    assert verdict.kind


@pytest.mark.parametrize(("name", "vice"), ALLOWED, ids=[name for name, _ in ALLOWED])
def test_what_is_allowed_passes(name: str, vice: Vice) -> None:
    assert judge(name, vice(good_state()).survey()).outcome is Outcome.PASSED


@pytest.mark.parametrize("name", VICES)
def test_nothing_to_judge_is_skipped_with_a_reason(name: str) -> None:
    for survey in (Survey(()), State({"nobody": empty()}).survey(), State({"refused": refused()}).survey()):
        verdict = judge(name, survey)
        assert verdict.outcome is Outcome.SKIPPED
        assert len(verdict.reason) > 20


def empty() -> Draft:
    draft = good_state().drafts["running"]
    draft.answer, draft.items, draft.known = {}, [], None
    return draft


def refused() -> Draft:
    draft = good_state().drafts["child"]
    draft.status, draft.complete, draft.known = 400, False, None
    return draft


@pytest.mark.parametrize("name", VICES)
@pytest.mark.parametrize("odd", [None, True, "odd", 7, [], {}, [[1]]], ids=repr)
def test_odd_types_never_break_a_law(name: str, odd: object) -> None:
    state = good_state()
    for draft in state.drafts.values():
        members = list(draft.answer)
        for index, member in enumerate(members):
            if index % 2:
                draft.answer[member] = odd
        for item in draft.items:
            for member in item:
                item[member] = odd
    judge(name, state.survey())
    for member in ("HyperParameterTuningJobConfig", "TrainingJobDefinition", "WarmStartConfig", "BestTrainingJob"):
        judge(name, good_state().put("child", member, odd).survey())


@pytest.mark.parametrize("name", [one.name for one in laws().values() if one.compares])
def test_laws_that_compare_leave_moving_tuning_jobs_alone(name: str) -> None:
    moving = good_state().unknown().without("child", "parent", "groups")
    moving.put("running", "TrainingJobStatusCounters.InProgress", 7)
    moving.put("running", "ObjectiveStatusCounters.Succeeded", 7)
    moving.put("running", f"BestTrainingJob.{METRIC}.Value", 7.0)
    assert judge(name, moving.survey()).outcome is Outcome.SKIPPED


def test_counters_may_exceed_the_listing_where_training_jobs_may_have_been_deleted() -> None:
    for name in ("completed-counter", "succeeded-objective-counter", "status-counters-cover-the-listing"):
        verdict = judge(name, lists_an_item_less(good_state().unknown()).survey())
        assert verdict.outcome is Outcome.PASSED
        assert any("deleted" in note for note in verdict.notes)


def test_counters_of_a_complete_listing_are_judged_on_any_state() -> None:
    swapped = both(counts("Completed", 1), counts("Stopped", 2))
    assert judge("completed-counter", swapped(good_state().unknown()).survey()).outcome is Outcome.FAILED


def test_a_retryable_error_may_lift_the_counters_above_the_limit() -> None:
    state = both(counts("RetryableError", 1), counts("NonRetryableError", 1))(good_state().unknown())
    verdict = judge("launches-within-the-limit", state.survey())
    assert verdict.outcome is Outcome.PASSED
    assert any("O10" in note for note in verdict.notes)


def test_training_jobs_that_the_service_may_have_stopped_need_not_count_as_stopped() -> None:
    state = both(counts("Stopped", 0), put("child", f"{CONFIG}.TrainingJobEarlyStoppingType", "Auto"))
    assert judge("stopped-counter", state(good_state().unknown()).survey()).outcome is Outcome.PASSED


def test_a_stopped_training_job_may_win_and_the_verdict_says_so() -> None:
    stopped_wins = both(put("child", f"3.{METRIC}.Value", 0.9), calls_best(3))
    verdict = judge("best-training-job-has-won", stopped_wins(good_state()).survey())
    assert verdict.outcome is Outcome.PASSED
    assert any("O11" in note for note in verdict.notes)
    completed_wins = put("child", f"3.{METRIC}.Value", 0.9)
    assert judge("best-training-job-has-won", completed_wins(good_state()).survey()).outcome is Outcome.PASSED


def test_ties_may_be_broken_in_any_way() -> None:
    tie = put("child", f"0.{METRIC}.Value", 0.75)
    for index in (0, 1):
        state = both(tie, calls_best(index))(good_state())
        assert judge("best-training-job-has-won", state.survey()).outcome is Outcome.PASSED
        assert judge("best-follows-the-direction", state.survey()).outcome is Outcome.PASSED


def test_no_best_where_only_stopped_training_jobs_have_a_metric() -> None:
    def only_stopped(state: State) -> State:
        state.drafts["child"].items[:2] = []
        return state.put("child", "BestTrainingJob", None)

    assert judge("best-training-job-has-won", only_stopped(good_state()).survey()).outcome is Outcome.PASSED


def test_different_objectives_have_no_common_best() -> None:
    path = "TrainingJobDefinitions.0.TuningObjective.MetricName"
    state = good_state().without("child", "parent", "running").put("groups", path, "train:auc")
    assert judge("best-training-job-has-won", state.survey()).outcome is Outcome.SKIPPED


def test_an_absent_overall_best_is_no_accusation_of_a_live_service() -> None:
    state = good_state().unknown().put("child", "OverallBestTrainingJob", None)
    assert judge("overall-best-spans-the-parents", state.survey()).outcome is Outcome.SKIPPED


PARENTS = [name for name, law in laws().items() if "warm-start" in law.subject and name != "warm-start-comes-back"]


@pytest.mark.parametrize("name", [*PARENTS, "overall-best-spans-the-parents", "overall-best-is-of-the-family"])
def test_a_name_that_was_given_again_is_no_parent(name: str) -> None:
    """On an account the parent may have been deleted, and its name be that of a younger tuning job."""

    def taken_by_another(state: State) -> State:
        state.put("parent", "CreationTime", START + 86_400).put("parent", "HyperParameterTuningJobStatus", "InProgress")
        state.put("parent", f"BestTrainingJob.{METRIC}.Value", 0.99).put("parent", IMAGE, "registry:5000/forests:1")
        if name == "same-objective-as-parents":
            state.put("parent", f"{CONFIG}.HyperParameterTuningJobObjective.MetricName", "loss")
        state.put("parent", "TrainingJobDefinition.InputDataConfig.0.ChannelName", "other")
        state.put("parent", "TrainingJobDefinition.StaticHyperParameters", {})
        return state.put("child", "OverallBestTrainingJob.TuningJobName", "parent-of-the-parent")

    assert judge(name, taken_by_another(good_state().unknown()).survey()).outcome is not Outcome.FAILED
    if name in PARENTS:
        assert judge(name, taken_by_another(good_state().unknown()).survey()).outcome is Outcome.SKIPPED


def test_a_child_that_is_older_than_its_parent_is_told_where_nobody_else_was_at_it() -> None:
    older = put("parent", "CreationTime", START + 1)
    assert judge("warm-start-parents-came-earlier", older(good_state()).survey()).outcome is Outcome.FAILED


def test_training_jobs_without_a_name_are_not_taken_for_one() -> None:
    state = good_state()
    for name in ("child", "parent"):
        for place in range(len(state.drafts[name].items)):
            state.put(name, f"{place}.TrainingJobName", None).put(name, f"{place}.TuningJobName", None)
    assert judge("lists-only-its-own-training-jobs", state.survey()).outcome is Outcome.PASSED


def test_a_parent_that_is_gone_is_nobodys_fault() -> None:
    state = good_state().without("parent")
    for name in ("parents-have-ended", "identical-image", "same-objective-as-parents"):
        assert judge(name, state.survey()).outcome is Outcome.SKIPPED
