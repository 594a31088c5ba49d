"""Metric values that JSON has no numeral for are words on the wire, never win, and don't upset an order."""

from __future__ import annotations

import json
from dataclasses import replace
from math import inf, nan

import pytest
import requests

from conformance.reference.server import ReferenceServer
from conformance.worlds.loading import load_world
from conformance.worlds.model import World

NAME = "exactly-ten"


def world_with(*values: float) -> World:
    """Return the shipped world, where the first training jobs of one tuning job have other metric values."""
    world = load_world("default")
    ten = next(job for job in world.jobs if job.name == NAME)
    completed = [job.name for job in ten.training_jobs if job.status == "Completed"]
    other = dict(zip(completed, values, strict=False))
    launched = tuple(replace(job, metric=other.get(job.name, job.metric)) for job in ten.training_jobs)
    jobs = tuple(replace(job, training_jobs=launched) if job is ten else job for job in world.jobs)
    return replace(world, jobs=jobs)


def asked(server: ReferenceServer, operation: str, **members: str) -> bytes:
    headers = {"X-Amz-Target": f"SageMaker.{operation}", "Content-Type": "application/x-amz-json-1.1"}
    body = json.dumps({"HyperParameterTuningJobName": NAME, **members})
    return requests.post(server.endpoint_url, data=body, headers=headers, timeout=10).content


@pytest.mark.parametrize(("value", "word"), [(nan, "NaN"), (inf, "Infinity"), (-inf, "-Infinity")])
def test_special_floats_are_written_as_words(value: float, word: str) -> None:
    with ReferenceServer(world_with(value)) as server:
        listed = asked(server, "ListTrainingJobsForHyperParameterTuningJob")
    assert f'"Value":"{word}"'.encode() in listed


def test_not_a_number_neither_wins_nor_upsets_the_order() -> None:
    with ReferenceServer(world_with(nan)) as server:
        best = json.loads(asked(server, "DescribeHyperParameterTuningJob"))["BestTrainingJob"]
        members = {"SortBy": "FinalObjectiveMetricValue", "SortOrder": "Descending"}
        listed = json.loads(asked(server, "ListTrainingJobsForHyperParameterTuningJob", **members))
    values = [job["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] for job in listed["TrainingJobSummaries"]]
    assert values.pop() == "NaN"
    assert values == sorted(values, reverse=True)
    assert best["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] != "NaN"
