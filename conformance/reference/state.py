"""The tuning jobs that there are, and the changes that Create, Stop and Delete make to them."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.refusals import in_use, not_found, validation
from conformance.worlds import WorldJob, WorldTrainingJob

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from conformance.worlds import World

_RUNNING = frozenset({"InProgress", "Stopping"})


class State:
    """Tuning jobs by name; the jobs are frozen, and the lock guards which ones there are."""

    def __init__(self, world: World, clock: Callable[[], float]) -> None:
        """Start from a world; `clock` gives epoch seconds."""
        self._lock = threading.Lock()
        self._jobs = {job.name: job for job in world.jobs}
        self._clock = clock

    def count_call(self) -> None:
        """Hear that a call is about to be answered; this state does not move by itself."""

    def jobs(self) -> tuple[WorldJob, ...]:
        """Give all tuning jobs, as they are now."""
        with self._lock:
            return tuple(self._jobs.values())

    def find(self, name: str) -> WorldJob | None:
        """Give the tuning job of that name, None where there is none."""
        with self._lock:
            return self._jobs.get(name)

    def find_training_job(self, wanted: Callable[[WorldTrainingJob], bool]) -> tuple[WorldJob, WorldTrainingJob] | None:
        """Give the first training job that is wanted, with the tuning job that launched it; None if there is none."""
        return next(((job, one) for job in self.jobs() for one in job.training_jobs if wanted(one)), None)

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
        """Stop a tuning job and what it runs, at once; raises a ValidationException where it has ended."""
        with self._lock:
            job = self._existing(name)
            if job.status not in _RUNNING:
                raise validation(f"The tuning job {name} can't be stopped: it is in status {job.status}")
            now = round(self._clock(), 3)
            launched = tuple(stopped(one, job, int(now)) for one in job.training_jobs)
            self._jobs[name] = replace(job, status="Stopped", modified=now, ended=now, training_jobs=launched)

    def delete(self, name: str) -> None:
        """Forget a tuning job; raises ResourceNotFound where there is none."""
        with self._lock:
            self._existing(name)
            del self._jobs[name]

    def _existing(self, name: str) -> WorldJob:
        if name not in self._jobs:
            raise missing(name)
        return self._jobs[name]


def missing(name: str) -> Exception:
    """Make the refusal that tells that there is no tuning job of that name."""
    return not_found(f"Amazon SageMaker can't find a tuning job with the name {name}")


def stopped(launched: WorldTrainingJob, job: WorldJob, now: int) -> WorldTrainingJob:
    """Return a training job as stopped now; as it is where it has ended before."""
    if launched.status not in _RUNNING:
        return launched
    return replace(launched, status="Stopped", ended=end_of(launched, job, now), objective_status="Failed")


def end_of(launched: WorldTrainingJob, job: WorldJob, now: int) -> float:
    """Return when a training job that ends now has ended: no later than it may run."""
    begun = launched.started or launched.created
    limit: int = job.definition_of(launched).get("StoppingCondition", {}).get("MaxRuntimeInSeconds", 86400)
    return max(begun, min(now, begun + limit))
