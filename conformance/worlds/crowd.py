"""A world of any size, in which all tuning jobs are alike: for working out beforehand what a run costs."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle, islice

from conformance.worlds.loading import load_world
from conformance.worlds.model import World, WorldJob


def crowd(jobs: int, training_jobs: int) -> World:
    """Give a world of so many ended tuning jobs with so many training jobs each, which are of every kind."""
    world = load_world("default")
    pattern = max(world.jobs, key=lambda job: len({(one.status, one.metric) for one in job.training_jobs}))
    members = tuple(_member(pattern, number, training_jobs) for number in range(jobs))
    return replace(world, name=f"{jobs} tuning jobs of {training_jobs} training jobs", jobs=members)


def _member(pattern: WorldJob, number: int, training_jobs: int) -> WorldJob:
    name = f"job-{number:05d}"
    launched = tuple(
        replace(one, name=f"{name}-{place:04d}")
        for place, one in enumerate(islice(cycle(pattern.training_jobs), training_jobs))
    )
    return replace(
        pattern, name=name, create={**pattern.create, "HyperParameterTuningJobName": name}, training_jobs=launched
    )
