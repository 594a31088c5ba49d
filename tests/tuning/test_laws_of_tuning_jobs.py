"""Each law passes on a state that keeps it, fails on states that break it, and is skipped where there is nothing."""

from __future__ import annotations

import pytest
from defects_of_tuning_jobs import (
    ALLOWED,
    CONFIG,
    DEFECTS,
    IMAGE,
    Defect,
    both,
    calls_best,
    counts,
    lists_an_item_less,
    put,
)
from small_state import METRIC, START, Draft, State, good_state

import conformance.checks.tuning  # noqa: F401 - registers the laws
from conformance.checks.law import laws
from conformance.checks.verdict import Outcome, Verdict
from conformance.session.snapshot import Snapshot


def evaluate(name: str, snapshot: Snapshot) -> Verdict:
    return laws()[name].evaluate(snapshot)


def outcome(name: str, state: State) -> Outcome:
    return evaluate(name, state.snapshot()).outcome


BAD = [(name, defect) for name, defects in DEFECTS.items() for defect in defects]


def test_every_law_has_a_defect() -> None:
    assert set(DEFECTS) == set(laws())


@pytest.mark.parametrize("name", DEFECTS)
def test_a_good_state_passes(name: str) -> None:
    verdict = evaluate(name, good_state().snapshot())
    assert (verdict.outcome, verdict.received) == (Outcome.PASSED, "")
    assert sum(verdict.rests_on.values()) > 0


@pytest.mark.parametrize(("name", "defect"), BAD, ids=[name for name, _ in BAD])
def test_a_defect_fails_and_is_explained(name: str, defect: Defect) -> None:
    verdict = evaluate(name, defect(good_state()).snapshot())
    assert verdict.outcome is Outcome.FAILED
    assert verdict.expected
    assert any(job in verdict.received for job in ("child", "parent", "groups", "running"))
    assert verdict.exchanges
    assert verdict.kind


@pytest.mark.parametrize(("name", "defect"), ALLOWED, ids=[name for name, _ in ALLOWED])
def test_what_is_allowed_passes(name: str, defect: Defect) -> None:
    assert outcome(name, defect(good_state())) is Outcome.PASSED


@pytest.mark.parametrize("name", DEFECTS)
def test_nothing_to_judge_is_skipped_with_a_reason(name: str) -> None:
    for snapshot in (Snapshot(()), State({"nobody": empty()}).snapshot(), State({"refused": rejected()}).snapshot()):
        verdict = evaluate(name, snapshot)
        assert verdict.outcome is Outcome.SKIPPED
        assert len(verdict.reason) > 20


def empty() -> Draft:
    draft = good_state().drafts["running"]
    draft.answer, draft.items, draft.known = {}, [], None
    return draft


def rejected() -> Draft:
    draft = good_state().drafts["child"]
    draft.status, draft.complete, draft.known = 400, False, None
    return draft


@pytest.mark.parametrize("name", DEFECTS)
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
    judged_in_order(name, state)
    for member in ("HyperParameterTuningJobConfig", "TrainingJobDefinition", "WarmStartConfig", "BestTrainingJob"):
        judged_in_order(name, good_state().put("child", member, odd))


def judged_in_order(name: str, state: State) -> None:
    """Judge a state; a verdict either rests on something or says why it is none."""
    verdict = evaluate(name, state.snapshot())
    assert verdict.outcome is not Outcome.ERROR
    assert verdict.reason or sum(verdict.rests_on.values()) > 0


@pytest.mark.parametrize("name", [each.name for each in laws().values() if each.compares])
def test_laws_that_compare_leave_moving_tuning_jobs_alone(name: str) -> None:
    moving = good_state().unknown().without("child", "parent", "groups")
    moving.put("running", "TrainingJobStatusCounters.InProgress", 7)
    moving.put("running", "ObjectiveStatusCounters.Succeeded", 7)
    moving.put("running", f"BestTrainingJob.{METRIC}.Value", 7.0)
    assert outcome(name, moving) is Outcome.SKIPPED


@pytest.mark.parametrize(("listed", "expected"), [(99, Outcome.PASSED), (100, Outcome.FAILED), (200, Outcome.FAILED)])
def test_a_listing_that_ends_with_a_full_page_was_cut_and_not_deleted_from(listed: int, expected: Outcome) -> None:
    state = good_state().unknown()
    child = state.drafts["child"]
    completed = child.items[0]
    child.items = [completed | {"TrainingJobName": f"child-{number:03}-0a1b2c3d"} for number in range(listed)]
    child.answer["TrainingJobStatusCounters"] = dict.fromkeys(child.answer["TrainingJobStatusCounters"], 0) | {
        "Completed": listed + 7
    }
    child.answer["ObjectiveStatusCounters"] = {"Succeeded": listed + 7, "Pending": 0, "Failed": 0}
    for name in ("status-counters-cover-the-listing", "objective-counters-cover-the-listing", "completed-counter"):
        assert outcome(name, state) is expected


def test_counters_may_exceed_the_listing_where_training_jobs_may_have_been_deleted() -> None:
    for name in ("completed-counter", "succeeded-objective-counter", "status-counters-cover-the-listing"):
        verdict = evaluate(name, lists_an_item_less(good_state().unknown()).snapshot())
        assert verdict.outcome is Outcome.PASSED
        assert any("deleted" in note for note in verdict.notes)


def test_counters_of_a_complete_listing_are_judged_on_any_state() -> None:
    swapped = both(counts("Completed", 1), counts("Stopped", 2))
    assert outcome("completed-counter", swapped(good_state().unknown())) is Outcome.FAILED


def test_a_retryable_error_may_lift_the_counters_above_the_limit() -> None:
    state = both(counts("RetryableError", 1), counts("NonRetryableError", 1))(good_state().unknown())
    verdict = evaluate("launches-within-the-limit", state.snapshot())
    assert verdict.outcome is Outcome.PASSED
    assert any("O10" in note for note in verdict.notes)


def test_a_stopped_training_job_may_win_and_the_verdict_says_so() -> None:
    stopped_wins = both(put("child", f"3.{METRIC}.Value", 0.9), calls_best(3))
    verdict = evaluate("best-training-job-has-won", stopped_wins(good_state()).snapshot())
    assert verdict.outcome is Outcome.PASSED
    assert any("O11" in note for note in verdict.notes)


def test_different_objectives_have_no_common_best() -> None:
    path = "TrainingJobDefinitions.0.TuningObjective.MetricName"
    state = good_state().without("child", "parent", "running").put("groups", path, "train:auc")
    assert outcome("best-training-job-has-won", state) is Outcome.SKIPPED


def test_an_absent_overall_best_is_no_accusation_of_a_live_service() -> None:
    state = good_state().unknown().put("child", "OverallBestTrainingJob", None)
    assert outcome("overall-best-spans-the-parents", state) is Outcome.SKIPPED


PARENTS = [name for name, law in laws().items() if "warm-start" in law.subject and name != "warm-start-comes-back"]


@pytest.mark.parametrize("name", [*PARENTS, "overall-best-spans-the-parents", "overall-best-is-of-the-family"])
def test_a_name_that_was_given_again_is_no_parent(name: str) -> None:
    """On an account the parent may have been deleted, and its name be that of a younger tuning job."""
    state = good_state().unknown()
    for path, value in (
        ("CreationTime", START + 86_400),
        ("HyperParameterTuningJobStatus", "InProgress"),
        (f"BestTrainingJob.{METRIC}.Value", 0.99),
        (IMAGE, "registry:5000/forests:1"),
        ("TrainingJobDefinition.InputDataConfig.0.ChannelName", "other"),
        ("TrainingJobDefinition.StaticHyperParameters", {}),
    ):
        state.put("parent", path, value)
    if name == "same-objective-as-parents":
        state.put("parent", f"{CONFIG}.HyperParameterTuningJobObjective.MetricName", "loss")
    state.put("child", "OverallBestTrainingJob.TuningJobName", "parent-of-the-parent")
    assert outcome(name, state) in ({Outcome.SKIPPED} if name in PARENTS else {Outcome.SKIPPED, Outcome.PASSED})


def test_training_jobs_without_a_name_are_not_taken_for_one() -> None:
    state = good_state()
    for name in ("child", "parent"):
        for place in range(len(state.drafts[name].items)):
            state.put(name, f"{place}.TrainingJobName", None).put(name, f"{place}.TuningJobName", None)
    assert outcome("lists-only-its-own-training-jobs", state) is Outcome.PASSED


def test_a_parent_that_is_gone_is_nobodys_fault() -> None:
    state = good_state().without("parent")
    for name in ("parents-have-ended", "identical-image", "same-objective-as-parents"):
        assert outcome(name, state) is Outcome.SKIPPED
