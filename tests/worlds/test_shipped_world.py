"""The world that ships has every kind of tuning job, and no job in it contradicts what is known about such jobs."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from conformance.worlds.loading import load_world, world_names
from conformance.worlds.model import ENDED_TUNING_STATUSES, TRAINING_STATUSES, TUNING_STATUSES, World, WorldJob

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WORLD = load_world("default")
LAUNCHES = [(job, launched) for job in WORLD.jobs for launched in job.training_jobs]
DEFINITIONS = [(job, definition) for job in WORLD.jobs for definition in job.definitions]

each_job = pytest.mark.parametrize("job", WORLD.jobs, ids=lambda job: job.name)
each_definition = pytest.mark.parametrize(
    ("job", "definition"), DEFINITIONS, ids=[f"{j.name}-{d.get('DefinitionName', '')}" for j, d in DEFINITIONS]
)


def config(job: WorldJob) -> Mapping[str, Any]:
    return dict(job.create["HyperParameterTuningJobConfig"])


def ranged_names(ranges: Mapping[str, Any]) -> set[str]:
    kinds = ("IntegerParameterRanges", "ContinuousParameterRanges", "CategoricalParameterRanges")
    return {item["Name"] for kind in kinds for item in ranges.get(kind, ())}


def channels(definition: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Each channel with its effective input mode."""
    for channel in definition["InputDataConfig"]:
        yield channel, channel.get("InputMode", definition["AlgorithmSpecification"]["TrainingInputMode"])


class TestWhatIsThere:
    def test_57_training_jobs_in_all_six_statuses(self) -> None:
        job = WORLD.job("churn-57-in-all-statuses")
        assert len(job.training_jobs) == 57
        assert {launched.status for launched in job.training_jobs} == TRAINING_STATUSES
        assert job.status in ENDED_TUNING_STATUSES

    def test_57_training_jobs_with_and_without_metrics_and_with_ties(self) -> None:
        launched = WORLD.job("churn-57-in-all-statuses").training_jobs
        metrics = Counter(job.metric for job in launched)
        assert metrics[None] > 10
        assert max(count for metric, count in metrics.items() if metric is not None) > 4
        assert max(Counter(job.created for job in launched).values()) == 2
        assert [job.created for job in launched] != sorted(job.created for job in launched)

    def test_the_sizes_around_the_page_limits(self) -> None:
        assert {0, 10, 11, 57, 100, 101} <= {len(job.training_jobs) for job in WORLD.jobs}

    def test_every_status_and_every_strategy(self) -> None:
        assert {job.status for job in WORLD.jobs} == TUNING_STATUSES
        assert {config(job)["Strategy"] for job in WORLD.jobs} == {"Bayesian", "Random", "Hyperband", "Grid"}

    def test_names_of_every_length_and_form(self) -> None:
        assert {1, 32} <= {len(job.name) for job in WORLD.jobs}
        assert any("--" in job.name and job.name != job.name.lower() for job in WORLD.jobs)
        assert all(re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}", job.name) for job in WORLD.jobs)

    def test_both_warm_starts_and_both_directions(self) -> None:
        starts = {
            job.create["WarmStartConfig"]["WarmStartType"] for job in WORLD.jobs if "WarmStartConfig" in job.create
        }
        assert starts == {"IdenticalDataAndAlgorithm", "TransferLearning"}
        assert {job.objective_of(item)["Type"] for job, item in DEFINITIONS} == {"Maximize", "Minimize"}

    def test_negative_and_tiny_and_huge_metrics(self) -> None:
        metrics = [launched.metric for _, launched in LAUNCHES if launched.metric is not None]
        assert min(metrics) < 0
        assert max(metrics) > 1e11
        assert any(0 < metric < 1e-4 for metric in metrics)

    def test_the_worlds_that_ship(self) -> None:
        assert world_names() == ("default", "empty")
        assert load_world("empty").jobs == ()


class TestForm:
    def test_survives_json(self) -> None:
        assert World.from_json(json.loads(json.dumps(WORLD.to_json()))) == WORLD

    def test_is_the_same_every_time(self) -> None:
        assert load_world("default") == WORLD

    def test_training_jobs_are_named_after_their_tuning_job(self) -> None:
        for job, launched in LAUNCHES:
            assert re.fullmatch(rf"{re.escape(job.name)}-\d{{3}}-[0-9a-f]{{8}}", launched.name)
        assert len({launched.name for _, launched in LAUNCHES}) == len(LAUNCHES)


class TestTimes:
    @each_job
    def test_of_a_tuning_job(self, job: WorldJob) -> None:
        assert job.created <= job.modified
        assert (job.ended is None) == (job.status in {"InProgress", "Stopping"})
        if job.ended is not None:
            assert job.created <= job.ended <= job.modified
        if job.status in ENDED_TUNING_STATUSES:
            assert job.ended == job.modified
            assert job.consumed_runtime == int((job.ended or 0) - job.created)
            assert job.consumed_runtime <= config(job)["ResourceLimits"].get("MaxRuntimeInSeconds", 2**31)
        converged = (job.completion_details or {}).get("ConvergenceDetectedTime")
        assert converged is None or job.created <= converged <= (job.ended or 0)

    @each_job
    def test_of_its_training_jobs(self, job: WorldJob) -> None:
        for launched in job.training_jobs:
            moments = [job.created, launched.created, launched.started, launched.ended, job.ended]
            known = [moment for moment in moments if moment is not None]
            assert known == sorted(known)
            assert all(moment is None or moment == int(moment) for moment in moments[1:-1])

    @each_job
    def test_limits_are_kept(self, job: WorldJob) -> None:
        for launched in job.training_jobs:
            condition = {"MaxRuntimeInSeconds": 86400} | job.definition_of(launched)["StoppingCondition"]
            if launched.ended is not None:
                assert launched.ended - (launched.started or launched.created) <= condition["MaxRuntimeInSeconds"]
                assert launched.ended - launched.created <= condition.get("MaxWaitTimeInSeconds", 30 * 86400)

    @each_job
    def test_no_more_run_at_once_than_may(self, job: WorldJob) -> None:
        limit = config(job)["ResourceLimits"]["MaxParallelTrainingJobs"]
        spans = [(launched.created, launched.ended or float("inf")) for launched in job.training_jobs]
        for moment, _ in spans:
            assert sum(start <= moment < end for start, end in spans) <= limit


class TestTrainingJobs:
    @each_job
    def test_no_more_than_allowed(self, job: WorldJob) -> None:
        limits = config(job)["ResourceLimits"]
        assert len(job.training_jobs) <= limits.get("MaxNumberOfTrainingJobs", 10**6)

    @each_job
    def test_the_best_ones_completed(self, job: WorldJob) -> None:
        scored = [launched for launched in job.training_jobs if launched.metric is not None]
        if any(launched.status == "Completed" for launched in scored):
            highest = job.objective_of(job.definitions[0])["Type"] == "Maximize"
            best = (max if highest else min)(launched.metric or 0.0 for launched in scored)
            assert {launched.status for launched in scored if launched.metric == best} == {"Completed"}

    def test_pending_only_while_it_runs(self) -> None:
        pending = [(job, launched) for job, launched in LAUNCHES if launched.objective_status == "Pending"]
        assert pending
        assert {job.status for job, _ in pending} == {"InProgress", "Stopping"}
        assert {launched.status for _, launched in pending} == {"InProgress", "Stopping"}

    def test_tuned_are_exactly_the_ranged_and_inside(self) -> None:
        for job, launched in LAUNCHES:
            ranges = job.ranges_of(job.definition_of(launched))
            assert set(launched.tuned) == ranged_names(ranges)
            for item in ranges.get("IntegerParameterRanges", ()):
                assert int(item["MinValue"]) <= int(launched.tuned[item["Name"]]) <= int(item["MaxValue"])
            for item in ranges.get("ContinuousParameterRanges", ()):
                assert float(item["MinValue"]) <= float(launched.tuned[item["Name"]]) <= float(item["MaxValue"])
            for item in ranges.get("CategoricalParameterRanges", ()):
                assert launched.tuned[item["Name"]] in item["Values"]

    def test_stopped_ones_only_where_something_stops_them(self) -> None:
        for job, launched in LAUNCHES:
            if launched.status == "Stopped":
                early = config(job).get("TrainingJobEarlyStoppingType", "Off") == "Auto"
                assert early or job.status in {"Stopped", "Stopping"}

    @each_job
    def test_every_definition_launched_one(self, job: WorldJob) -> None:
        names = {definition.get("DefinitionName") for definition in job.definitions}
        if job.training_jobs:
            assert {launched.definition_name for launched in job.training_jobs} == names

    def test_a_grid_has_no_combination_twice(self) -> None:
        tuned = [json.dumps(launched.tuned) for launched in WORLD.job("grid").training_jobs]
        assert len(set(tuned)) == len(tuned) == 6


class TestConfig:
    @each_job
    def test_strategy(self, job: WorldJob) -> None:
        if config(job)["Strategy"] == "Hyperband":
            assert config(job).get("TrainingJobEarlyStoppingType", "Off") == "Off"
            hyperband = config(job)["StrategyConfig"]["HyperbandStrategyConfig"]
            static = job.definitions[0]["StaticHyperParameters"]
            assert hyperband.get("MaxResource", int(static.get("epochs", "0"))) in range(1, 20001)
        else:
            assert "StrategyConfig" not in config(job)
        if config(job)["Strategy"] == "Grid":
            ranges = config(job)["ParameterRanges"]
            assert not ranges["IntegerParameterRanges"]
            assert not ranges["ContinuousParameterRanges"]

    @each_job
    def test_several_definitions_leave_nothing_else_in_the_config(self, job: WorldJob) -> None:
        assert ("TrainingJobDefinition" in job.create) != ("TrainingJobDefinitions" in job.create)
        if "TrainingJobDefinitions" in job.create:
            assert set(config(job)) - {"TrainingJobEarlyStoppingType"} == {"Strategy", "ResourceLimits"}

    @each_definition
    def test_scales_fit_their_ranges(self, job: WorldJob, definition: Mapping[str, Any]) -> None:
        ranges = job.ranges_of(definition)
        for kind in ("IntegerParameterRanges", "ContinuousParameterRanges"):
            for item in ranges.get(kind, ()):
                low, high = float(item["MinValue"]), float(item["MaxValue"])
                assert low <= high
                assert item.get("ScalingType") != "Logarithmic" or low > 0
                assert item.get("ScalingType") != "ReverseLogarithmic" or 0 <= low <= high < 1

    @each_job
    def test_autotune_chose_the_ranges_of_what_it_was_offered(self, job: WorldJob) -> None:
        offered = [job.ranges_of(definition).get("AutoParameters", []) for definition in job.definitions]
        assert any(offered) == ("Autotune" in job.create)
        for definition, auto in zip(job.definitions, offered, strict=True):
            assert {item["Name"] for item in auto} <= ranged_names(job.ranges_of(definition))

    @each_job
    def test_warm_starts(self, job: WorldJob) -> None:
        start = job.create.get("WarmStartConfig", {})
        for named in start.get("ParentHyperParameterTuningJobs", ()):
            parent = WORLD.job(named["HyperParameterTuningJobName"])
            (mine,), (theirs,) = job.definitions, parent.definitions
            assert parent.status in {"Completed", "Stopped"}
            assert 1538352000 <= parent.created < (parent.ended or 0) <= job.created
            assert job.objective_of(mine) == parent.objective_of(theirs)
            counts = [
                len(each["StaticHyperParameters"]) + len(ranged_names(owner.ranges_of(each)))
                for owner, each in ((job, mine), (parent, theirs))
            ]
            assert counts[0] == counts[1]
            if start["WarmStartType"] == "IdenticalDataAndAlgorithm":
                assert mine["InputDataConfig"] == theirs["InputDataConfig"]
                assert mine["AlgorithmSpecification"] == theirs["AlgorithmSpecification"]


class TestDefinitions:
    @each_definition
    def test_static_and_tuned_are_disjoint(self, job: WorldJob, definition: Mapping[str, Any]) -> None:
        assert not set(definition["StaticHyperParameters"]) & ranged_names(job.ranges_of(definition))

    @each_definition
    def test_the_objective_is_among_the_metrics(self, job: WorldJob, definition: Mapping[str, Any]) -> None:
        metrics = definition["AlgorithmSpecification"].get("MetricDefinitions", [])
        names = {metric["Name"] for metric in metrics}
        assert not names or job.objective_of(definition)["MetricName"] in names
        assert all(re.compile(metric["Regex"]).groups == 1 for metric in metrics)

    @each_definition
    def test_algorithm_or_image(self, job: WorldJob, definition: Mapping[str, Any]) -> None:
        algorithm = definition["AlgorithmSpecification"]
        assert ("AlgorithmName" in algorithm) != ("TrainingImage" in algorithm), job.name

    @each_definition
    def test_channels(self, job: WorldJob, definition: Mapping[str, Any]) -> None:
        groups = definition.get("ResourceConfig", {}).get("InstanceGroups", [])
        for channel, mode in channels(definition):
            source = channel["DataSource"].get("S3DataSource", {})
            assert len(channel["DataSource"]) == 1, job.name
            assert source.get("S3DataType") != "AugmentedManifestFile" or mode == "Pipe"
            assert bool(source.get("AttributeNames")) == (source.get("S3DataType") == "AugmentedManifestFile")
            assert channel.get("CompressionType", "None") == "None" or mode == "Pipe"
            assert channel.get("RecordWrapperType", "None") == "None" or mode != "File"
            assert set(source.get("InstanceGroupNames", [])) <= {group["InstanceGroupName"] for group in groups}

    @each_definition
    def test_resources(self, job: WorldJob, definition: Mapping[str, Any]) -> None:
        plain, tuning = definition.get("ResourceConfig"), definition.get("HyperParameterTuningResourceConfig")
        assert (plain is None) != (tuning is None), job.name
        block = plain or tuning or {}
        assert not block.get("InstanceType", "").startswith(("ml.c5", "ml.p2")) or "VolumeSizeInGB" in block
        members = itertools.chain([block], *(block.get(kind, []) for kind in ("InstanceGroups", "InstanceConfigs")))
        types = [member.get("InstanceType", "") for member in members]
        local = any(name.startswith(("ml.g4dn", "ml.g5", "ml.p4d")) for name in types)
        assert not local or "VolumeKmsKeyId" not in block
        assert "alias/" not in block.get("VolumeKmsKeyId", "")
        if tuning and "InstanceConfigs" in tuning:
            assert not {"InstanceType", "InstanceCount", "VolumeSizeInGB"} & set(tuning)
        elif tuning:
            assert {"InstanceType", "InstanceCount"} <= set(tuning)
            assert "AllocationStrategy" not in tuning

    @each_definition
    def test_spot(self, job: WorldJob, definition: Mapping[str, Any]) -> None:
        condition = {"MaxRuntimeInSeconds": 86400} | definition["StoppingCondition"]
        spot = definition["EnableManagedSpotTraining"]
        assert spot == ("MaxWaitTimeInSeconds" in condition) == ("CheckpointConfig" in definition), job.name
        assert condition["MaxRuntimeInSeconds"] <= 28 * 86400
        assert condition.get("MaxWaitTimeInSeconds", 10**9) >= condition["MaxRuntimeInSeconds"]
