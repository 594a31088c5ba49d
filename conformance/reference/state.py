"""A state that moves: after every N calls each tuning job that is under way takes one step, the same ones each time.

A step is the next of these that applies to a tuning job: what is Stopping has Stopped; the training jobs that run
complete; the next ones start, as many as may run in parallel; the tuning job completes.
"""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.inputs import in_use, not_found, validation
from conformance.worlds.model import RUNNING_STATUSES, WorldJob, WorldTrainingJob
from conformance.worlds.schedule import metric_between, training_job_name, tuned_values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from conformance.worlds.model import World


class State:
    """Tuning jobs by name; the jobs are frozen, and the lock guards which ones there are.

    With `every` N they take a step after every N calls, a stop is the first half of a step, and only what has ended can
    be deleted. With 0 nothing moves by itself, and a stop is done at once.
    """

    def __init__(self, world: World, clock: Callable[[], float], every: int = 0) -> None:
        """Start from a world; `clock` gives epoch seconds."""
        self._lock = threading.Lock()
        self._jobs = {job.name: job for job in world.jobs}
        self._clock = clock
        self._every = every
        self._calls = 0

    def count_call(self) -> None:
        """Count a call that is about to be answered, and take a step where it follows so many others."""
        if not self._every:
            return
        with self._lock:
            if self._calls and self._calls % self._every == 0:
                for name, job in self._jobs.items():
                    if job.status in RUNNING_STATUSES:
                        self._jobs[name] = _next(job, self._now(job))
            self._calls += 1

    def jobs(self) -> tuple[WorldJob, ...]:
        """Return all tuning jobs, as they are now."""
        with self._lock:
            return tuple(self._jobs.values())

    def find(self, name: str) -> WorldJob | None:
        """Return the tuning job of that name, None where there is none."""
        with self._lock:
            return self._jobs.get(name)

    def find_training_job(self, wanted: Callable[[WorldTrainingJob], bool]) -> tuple[WorldJob, WorldTrainingJob] | None:
        """Return the first training job that is wanted, with the tuning job that launched it; None if there is none."""
        return next(((job, each) for job in self.jobs() for each in job.training_jobs if wanted(each)), None)

    def create(self, members: Mapping[str, Any]) -> WorldJob:
        """Add a tuning job that has launched nothing yet; raises ResourceInUse where the name is taken."""
        name = members["HyperParameterTuningJobName"]
        now = round(self._clock(), 3)
        job = WorldJob(name=name, create=dict(members), status="InProgress", created=now, modified=now)
        with self._lock:
            if name in self._jobs:
                raise in_use(f"Hyper parameter tuning job names must be unique; there is one called {name} already")
            self._jobs[name] = job
        return job

    def stop(self, name: str) -> None:
        """Stop a tuning job and what it runs; raises a ValidationException where it has ended."""
        with self._lock:
            job = self._existing(name)
            if job.status not in RUNNING_STATUSES:
                raise validation(f"The tuning job {name} can't be stopped: it is in status {job.status}")
            self._jobs[name] = _stopping(job, self._now(job)) if self._every else _stopped(job, self._now(job))

    def delete(self, name: str) -> None:
        """Forget a tuning job; raises ResourceNotFound where there is none."""
        with self._lock:
            job = self._existing(name)
            if self._every and job.status in RUNNING_STATUSES:
                raise validation(f"The tuning job {name} can't be deleted: it is in status {job.status}")
            del self._jobs[name]

    def _existing(self, name: str) -> WorldJob:
        if name not in self._jobs:
            raise missing(name)
        return self._jobs[name]

    def _now(self, job: WorldJob) -> float:
        return max(round(self._clock(), 3), job.modified)


def missing(name: str) -> Exception:
    """Return the rejection of a name that no tuning job has."""
    return not_found(f"Amazon SageMaker can't find a tuning job with the name {name}")


_METRICS = (0.5, 0.9)


def _next(job: WorldJob, now: float) -> WorldJob:
    """Return a tuning job after its next step."""
    limits = job.create.get("HyperParameterTuningJobConfig", {}).get("ResourceLimits", {})
    consumed = min(int(now - job.created), limits.get("MaxRuntimeInSeconds", math.inf))
    moved = replace(job, modified=now, consumed_runtime=int(consumed))
    launched = job.training_jobs
    if job.status == "Stopping":
        return _stopped(moved, now)
    if any(each.status in RUNNING_STATUSES for each in launched):
        return replace(moved, training_jobs=tuple(_ended(each, job, now) for each in launched))
    room = _planned(job, limits) - len(launched)
    if room > 0 and job.definitions:
        several = range(len(launched) + 1, len(launched) + 1 + min(room, limits.get("MaxParallelTrainingJobs", 1)))
        return replace(moved, training_jobs=(*launched, *(_started(job, number, now) for number in several)))
    return replace(moved, status="Completed", ended=now)


def _stopping(job: WorldJob, now: float) -> WorldJob:
    """Return a tuning job that begins to stop, with what it runs."""
    launched = tuple(
        replace(each, status="Stopping") if each.status == "InProgress" else each for each in job.training_jobs
    )
    return replace(job, status="Stopping", modified=now, training_jobs=launched)


def _stopped(job: WorldJob, now: float) -> WorldJob:
    """Return a tuning job that has stopped, with what it ran."""
    launched = tuple(_stopped_one(each, job, now) for each in job.training_jobs)
    return replace(job, status="Stopped", modified=now, ended=now, training_jobs=launched)


def _planned(job: WorldJob, limits: Mapping[str, Any]) -> int:
    """Return how many training jobs a tuning job launches; a grid without a limit tries each combination once."""
    if "MaxNumberOfTrainingJobs" in limits:
        return int(limits["MaxNumberOfTrainingJobs"])
    ranges = job.ranges_of(job.definitions[0]) if job.definitions else {}
    return math.prod(len(item["Values"]) for item in ranges.get("CategoricalParameterRanges", ()))


def _started(job: WorldJob, number: int, now: float) -> WorldTrainingJob:
    definition = job.definitions[(number - 1) % len(job.definitions)]
    name = training_job_name(job.name, number)
    grid = job.create["HyperParameterTuningJobConfig"]["Strategy"] == "Grid"
    begun = max(math.floor(now), math.ceil(job.created))
    return WorldTrainingJob(
        name=name,
        status="InProgress",
        created=begun,
        started=begun,
        objective_status="Pending",
        tuned=tuned_values(name, number, job.ranges_of(definition), grid=grid),
        definition_name=definition.get("DefinitionName"),
    )


def _ended(launched: WorldTrainingJob, job: WorldJob, now: float) -> WorldTrainingJob:
    """Return a training job that ran as completed, one that was stopping as stopped, and any other as it is."""
    if launched.status != "InProgress":
        return _stopped_one(launched, job, now)
    begun = replace(launched, started=launched.started or launched.created)
    metric, ended = metric_between(*_METRICS, launched.name), _end_of(begun, job, now)
    return replace(begun, status="Completed", ended=ended, metric=metric, objective_status="Succeeded")


def _stopped_one(launched: WorldTrainingJob, job: WorldJob, now: float) -> WorldTrainingJob:
    """Return a training job as stopped now; as it is where it has ended before."""
    if launched.status not in RUNNING_STATUSES:
        return launched
    return replace(launched, status="Stopped", ended=_end_of(launched, job, now), objective_status="Failed")


def _end_of(launched: WorldTrainingJob, job: WorldJob, now: float) -> float:
    """Return when a training job that ends now has ended: no later than it may run."""
    begun = launched.started or launched.created
    limit: int = job.definition_of(launched).get("StoppingCondition", {}).get("MaxRuntimeInSeconds", 86400)
    return max(begun, min(int(now), begun + limit))
