"""Metric values that JSON has no numeral for are words on the wire, never win, and don't upset an order."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan
from typing import Any

import pytest

from conformance.reference.inputs import DESCRIBE, LIST_TRAINING_JOBS
from conformance.reference.service import Service
from conformance.worlds.loading import load_world

NAME = "exactly-ten"
METRIC = "FinalHyperParameterTuningJobObjectiveMetric"


def perform(value: float, operation: str, **members: str) -> dict[str, Any]:
    """Return an answer about a tuning job whose first completed training job has another metric value."""
    world = load_world("default")
    job = world.job(NAME)
    first = next(item for item in job.training_jobs if item.status == "Completed")
    launched = tuple(replace(item, metric=value) if item is first else item for item in job.training_jobs)
    service = Service(replace(world, jobs=(replace(job, training_jobs=launched),)))
    return dict(service.perform(operation, {"HyperParameterTuningJobName": NAME, **members}))


def values(listed: dict[str, Any]) -> list[Any]:
    return [item[METRIC]["Value"] for item in listed["TrainingJobSummaries"] if METRIC in item]


@pytest.mark.parametrize(("value", "word"), [(nan, "NaN"), (inf, "Infinity"), (-inf, "-Infinity")])
def test_special_floats_are_written_as_words(value: float, word: str) -> None:
    assert word in values(perform(value, LIST_TRAINING_JOBS))


def test_not_a_number_neither_wins_nor_upsets_the_order() -> None:
    found = values(perform(nan, LIST_TRAINING_JOBS, SortBy="FinalObjectiveMetricValue", SortOrder="Descending"))
    assert found.pop() == "NaN"
    assert found == sorted(found, reverse=True)
    assert perform(nan, DESCRIBE)["BestTrainingJob"][METRIC]["Value"] != "NaN"
