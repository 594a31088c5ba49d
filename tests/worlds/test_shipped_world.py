"""The world that ships has every kind of tuning job; a run on the reference server shows that it keeps the contract.

Here is what no behaviour of the contract says of it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from conformance.worlds.loading import load_world, world_names
from conformance.worlds.model import ENDED_TUNING_STATUSES, TRAINING_STATUSES, TUNING_STATUSES, World, WorldJob

WORLD = load_world("default")
LAUNCHES = [(job, launched) for job in WORLD.jobs for launched in job.training_jobs]

each_job = pytest.mark.parametrize("job", WORLD.jobs, ids=lambda job: job.name)


def config(job: WorldJob) -> Mapping[str, Any]:
    return dict(job.create["HyperParameterTuningJobConfig"])


def test_57_training_jobs_have_all_six_statuses() -> None:
    job = WORLD.job("churn-57-in-all-statuses")
    assert len(job.training_jobs) == 57
    assert {launched.status for launched in job.training_jobs} == TRAINING_STATUSES
    assert job.status in ENDED_TUNING_STATUSES


def test_57_training_jobs_have_metrics_or_none_and_ties() -> None:
    launched = WORLD.job("churn-57-in-all-statuses").training_jobs
    metrics = Counter(job.metric for job in launched)
    assert metrics[None] > 10
    assert max(count for metric, count in metrics.items() if metric is not None) > 4
    assert max(Counter(job.created for job in launched).values()) == 2
    assert [job.created for job in launched] != sorted(job.created for job in launched)


def test_there_are_listings_of_sizes_around_the_page_limits() -> None:
    assert {0, 10, 11, 57, 100, 101} <= {len(job.training_jobs) for job in WORLD.jobs}


def test_there_is_every_status_and_every_strategy() -> None:
    assert {job.status for job in WORLD.jobs} == TUNING_STATUSES
    assert {config(job)["Strategy"] for job in WORLD.jobs} == {"Bayesian", "Random", "Hyperband", "Grid"}


def test_there_are_names_of_every_length_and_form() -> None:
    assert {1, 32} <= {len(job.name) for job in WORLD.jobs}
    assert any("--" in job.name and job.name != job.name.lower() for job in WORLD.jobs)
    assert all(re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}", job.name) for job in WORLD.jobs)


def test_there_are_both_warm_starts_and_both_directions() -> None:
    starts = {job.create["WarmStartConfig"]["WarmStartType"] for job in WORLD.jobs if "WarmStartConfig" in job.create}
    assert starts == {"IdenticalDataAndAlgorithm", "TransferLearning"}
    assert {job.objective_of(item)["Type"] for job in WORLD.jobs for item in job.definitions} == {
        "Maximize",
        "Minimize",
    }


def test_there_are_negative_and_tiny_and_huge_metrics() -> None:
    metrics = [launched.metric for _, launched in LAUNCHES if launched.metric is not None]
    assert min(metrics) < 0
    assert max(metrics) > 1e11
    assert any(0 < metric < 1e-4 for metric in metrics)


def test_two_worlds_ship() -> None:
    assert world_names() == ("default", "empty")
    assert load_world("empty").jobs == ()


def test_a_world_survives_json() -> None:
    assert World.from_json(json.loads(json.dumps(WORLD.to_json()))) == WORLD


def test_a_world_is_the_same_every_time() -> None:
    assert load_world("default") == WORLD


def test_training_jobs_are_named_after_their_tuning_job() -> None:
    for job, launched in LAUNCHES:
        assert re.fullmatch(rf"{re.escape(job.name)}-\d{{3}}-[0-9a-f]{{8}}", launched.name)
    assert len({launched.name for _, launched in LAUNCHES}) == len(LAUNCHES)


@each_job
def test_an_ended_job_was_last_modified_then_and_its_training_jobs_have_whole_seconds(job: WorldJob) -> None:
    assert (job.ended is None) == (job.status in {"InProgress", "Stopping"})
    if job.status in ENDED_TUNING_STATUSES:
        assert job.ended == job.modified
        assert job.consumed_runtime == int((job.ended or 0) - job.created)
    for launched in job.training_jobs:
        moments = [job.created, launched.created, launched.started, launched.ended, job.ended]
        known = [moment for moment in moments if moment is not None]
        assert known == sorted(known)
        assert all(moment is None or moment == int(moment) for moment in moments[1:-1])


@each_job
def test_the_best_training_jobs_completed(job: WorldJob) -> None:
    scored = [launched for launched in job.training_jobs if launched.metric is not None]
    if any(launched.status == "Completed" for launched in scored):
        highest = job.objective_of(job.definitions[0])["Type"] == "Maximize"
        best = (max if highest else min)(launched.metric or 0.0 for launched in scored)
        assert {launched.status for launched in scored if launched.metric == best} == {"Completed"}


def test_training_jobs_are_pending_only_while_they_and_their_tuning_job_run() -> None:
    pending = [(job, launched) for job, launched in LAUNCHES if launched.objective_status == "Pending"]
    assert {job.status for job, _ in pending} == {"InProgress", "Stopping"}
    assert {launched.status for _, launched in pending} == {"InProgress", "Stopping"}


def test_training_jobs_are_stopped_only_where_something_stops_them() -> None:
    for job, launched in LAUNCHES:
        if launched.status == "Stopped":
            early = config(job).get("TrainingJobEarlyStoppingType", "Off") == "Auto"
            assert early or job.status in {"Stopped", "Stopping"}


@each_job
def test_every_definition_launched_a_training_job(job: WorldJob) -> None:
    names = {definition.get("DefinitionName") for definition in job.definitions}
    assert not job.training_jobs or {launched.definition_name for launched in job.training_jobs} == names


def test_a_grid_has_no_combination_twice() -> None:
    tuned = [json.dumps(launched.tuned) for launched in WORLD.job("grid").training_jobs]
    assert len(set(tuned)) == len(tuned) == 6
