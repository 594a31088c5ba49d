"""Walks over listings while items come and go: nothing is repeated, and nothing that was there throughout is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from conformance.reference.inputs import CREATE, DELETE, LIST_TRAINING_JOBS, LIST_TUNING_JOBS
from conformance.reference.service import Service
from conformance.worlds.loading import load_world
from conformance.worlds.model import WorldJob

WORLD = load_world("default")
MANY = "churn-57-in-all-statuses"
DIRECTIONS = ("Ascending", "Descending")
CHANGES = 12
"""Pages after which nothing changes any more: what is inserted ahead of a walk again and again never lets it end."""
Change = Callable[[Service, int, str], None]


def walked(service: Service, operation: str, query: dict[str, Any], change: Change) -> Iterator[str]:
    """Go through the names on page after page; something changes after each page."""
    result, name = (
        ("TrainingJobSummaries", "TrainingJobName")
        if operation == LIST_TRAINING_JOBS
        else ("HyperParameterTuningJobSummaries", "HyperParameterTuningJobName")
    )
    token: dict[str, str] = {}
    for number in range(200):
        page = service.perform(operation, {**query, **token})
        names = [item[name] for item in page[result]]
        yield from names
        if "NextToken" not in page:
            return
        token = {"NextToken": page["NextToken"]}
        if number < CHANGES:
            change(service, number, names[-1])
    raise AssertionError("the walk does not end")


def put(service: Service, job: WorldJob) -> None:
    service.state._jobs[job.name] = job  # noqa: SLF001 - no operation changes what a tuning job has launched


def tuning_jobs_come_and_go(service: Service, number: int, last: str) -> None:
    """Delete the item that the token points at on every other page, and create jobs at both ends of the alphabet."""
    if number % 2:
        service.perform(DELETE, {"HyperParameterTuningJobName": last})
    for prefix in "0az":
        created = {**WORLD.job("x").create, "HyperParameterTuningJobName": f"{prefix}-new-{number}"}
        service.perform(CREATE, created)


@pytest.mark.parametrize(("key", "direction"), [*product(("Name", "Status", "CreationTime"), DIRECTIONS)])
@pytest.mark.parametrize("size", [1, 7])
def test_tuning_jobs_that_come_and_go_shift_no_page(key: str, direction: str, size: int) -> None:
    service = Service(WORLD, clock=lambda: 1.0 if direction == "Ascending" else 4e9)  # new ones are behind the walk
    query = {"SortBy": key, "SortOrder": direction, "MaxResults": size}
    before = {job.name for job in WORLD.jobs}
    names = list(walked(service, LIST_TUNING_JOBS, query, tuning_jobs_come_and_go))
    throughout = before & {job.name for job in service.state.jobs()}
    assert len(names) == len(set(names))
    assert throughout <= set(names)


def training_jobs_come_and_go(service: Service, number: int, last: str) -> None:
    def changed(job: WorldJob) -> WorldJob:
        kept = [each for each in job.training_jobs if number % 2 or each.name != last]
        first = kept[0]
        later = [
            replace(first, name=f"{MANY}-{place}-new-{number}", created=first.created + shift, metric=metric)
            for place, shift, metric in (("000", -9, -1e9), ("999", 1e6, 1e9))
        ]
        return replace(job, training_jobs=(*kept, *later))

    put(service, changed(next(job for job in service.state.jobs() if job.name == MANY)))


@pytest.mark.parametrize(
    ("key", "direction"), [*product(("Name", "Status", "CreationTime", "FinalObjectiveMetricValue"), DIRECTIONS)]
)
def test_training_jobs_that_come_and_go_shift_no_page(key: str, direction: str) -> None:
    service = Service(WORLD)
    query = {"HyperParameterTuningJobName": MANY, "SortBy": key, "SortOrder": direction, "MaxResults": 4}
    known = {each.name: each for each in WORLD.job(MANY).training_jobs}
    names = list(walked(service, LIST_TRAINING_JOBS, query, training_jobs_come_and_go))
    throughout = {each.name for job in service.state.jobs() for each in job.training_jobs} & set(known)
    wanted = {name for name in throughout if key != "FinalObjectiveMetricValue" or known[name].metric is not None}
    assert len(names) == len(set(names))
    assert wanted <= set(names)


def test_an_item_that_moves_ahead_of_the_walk_is_found_by_its_key() -> None:
    service = Service(WORLD)
    query = {"SortBy": "Status", "SortOrder": "Ascending", "MaxResults": 1}
    first = service.perform(LIST_TUNING_JOBS, query)
    (moved,) = first["HyperParameterTuningJobSummaries"]
    put(service, replace(WORLD.job(moved["HyperParameterTuningJobName"]), status="Stopping"))
    second = service.perform(LIST_TUNING_JOBS, query | {"NextToken": first["NextToken"]})
    unmoved = Service(WORLD).perform(LIST_TUNING_JOBS, query | {"NextToken": first["NextToken"]})
    assert second["HyperParameterTuningJobSummaries"] == unmoved["HyperParameterTuningJobSummaries"]


def test_tokens_are_opaque_and_the_same_each_time() -> None:
    query = {"HyperParameterTuningJobName": MANY, "MaxResults": 2}
    each, other = (Service(WORLD).perform(LIST_TRAINING_JOBS, query)["NextToken"] for _ in range(2))
    assert each == other
    assert "churn" not in each
