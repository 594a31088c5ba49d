"""Order, filter and pages of the two listings."""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from conformance.worlds import WorldJob, WorldTrainingJob

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Item = TypeVar("Item", WorldJob, WorldTrainingJob)

TRAINING_JOB_KEYS: dict[str, Callable[[Any], Any]] = {
    "Name": attrgetter("name"),
    "CreationTime": attrgetter("created"),
    "Status": attrgetter("status"),
    "FinalObjectiveMetricValue": lambda job: None if job.metric is None else (not math.isnan(job.metric), job.metric),
}
TUNING_JOB_KEYS: dict[str, Callable[[Any], Any]] = {
    "Name": attrgetter("name"),
    "CreationTime": attrgetter("created"),
    "Status": attrgetter("status"),
}


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some items of a listing, and where the next page starts; None after the last."""

    items: tuple[Item, ...]
    next_offset: int | None


def in_order(items: Sequence[Item], key: Callable[[Any], Any], *, descending: bool) -> list[Item]:
    """Sort by a key, leaving out items that have none; equals stand in the order of their names, in both directions."""
    by_name = sorted((item for item in items if key(item) is not None), key=attrgetter("name"))
    return sorted(by_name, key=key, reverse=descending)


def page_of(items: Sequence[Item], offset: int, size: int) -> Page[Item]:
    """Cut one page out of a listing."""
    end = offset + size
    return Page(tuple(items[offset:end]), end if end < len(items) else None)


def with_status(items: Sequence[Item], status: str | None) -> list[Item]:
    """Keep the items in that status; all, where none is asked for."""
    return [item for item in items if status is None or item.status == status]


def tuning_jobs_within(jobs: Sequence[WorldJob], query: Mapping[str, Any]) -> list[WorldJob]:
    """Keep the tuning jobs that a query's name part and times let through; the bounds themselves are outside."""
    part = query.get("NameContains", "")
    return [
        job
        for job in jobs
        if part in job.name
        and query.get("CreationTimeAfter", float("-inf")) < job.created < query.get("CreationTimeBefore", float("inf"))
        and query.get("LastModifiedTimeAfter", float("-inf")) < job.modified
        and job.modified < query.get("LastModifiedTimeBefore", float("inf"))
    ]
