"""A server over HTTP that breaks the contract in several places, in the same way every time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from conformance.mutation.mutant import on_outputs
from conformance.reference.server import ReferenceServer
from conformance.reference.service import Service
from conformance.worlds.loading import load_world
from conformance.worlds.model import World

DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"
ODD = "churn-57-in-all-statuses"
JOBS = frozenset({ODD, "one-hundred-and-one", "none-at-all", "failed", "clicks-parent"})


def small_world() -> World:
    """Return some jobs of the usual world: enough for most checks to have something to look at."""
    world = load_world("default")
    return replace(world, jobs=tuple(job for job in world.jobs if job.name in JOBS))


def _without_its_time_and_miscounted(answer: dict[str, Any]) -> None:
    answer.pop("CreationTime", None)
    counters = answer["TrainingJobStatusCounters"]
    if counters["Completed"]:
        answer["TrainingJobStatusCounters"] = {
            **counters,
            "Completed": counters["Completed"] - 1,
            "NonRetryableError": counters["NonRetryableError"] + 1,
        }


def _with_one_odd_status(answer: dict[str, Any]) -> None:
    # Of one tuning job alone: no counter is judged next to an unknown status.
    for summary in answer["TrainingJobSummaries"][:1]:
        if summary["TuningJobName"] == ODD:
            summary["TrainingJobStatus"] = "Odd"


_BREAKS = (on_outputs((DESCRIBE,), _without_its_time_and_miscounted), on_outputs((LIST,), _with_one_odd_status))


def broken(base: type[Service]) -> type[Service]:
    """Break answers of each operation: a member is not there, counters lie, a word is none of those listed."""
    for change in _BREAKS:
        base = change(base)
    return base


@contextmanager
def serving(folder: Path, *, host: str = "127.0.0.1") -> Iterator[Path]:
    """Serve for as long as the context lasts; give a file of targets that has it as `broken`."""
    with ReferenceServer(small_world(), host=host, service=broken(Service)) as server:
        path = folder / "targets.yaml"
        entry = f"{{endpoint_url: {server.endpoint_url}, state: existing}}"
        path.write_text(f"targets:\n  broken: {entry}\n", encoding="utf-8")
        yield path


if __name__ == "__main__":
    with serving(Path(sys.argv[1]), host=sys.argv[2] if len(sys.argv) > 2 else "127.0.0.1"):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()
