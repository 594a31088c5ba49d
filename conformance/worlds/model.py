"""What a world is made of: frozen values, with a lossless form in JSON.

How the statuses hang together, so that one answer never contradicts another:

- A training job has an objective status. `Succeeded` goes with a metric, `Failed` goes without one, and `Pending` is a
  training job that has not ended, of a tuning job that has not ended either. A training job that is still running or
  stopping when its tuning job has ended was not used by it, which is what `Failed` means.
- A `Stopped` training job may have a metric; a `Failed` one has none, and it alone has a failure reason.
- A failed training job is `retryable` or not; the two error counters split the failed training jobs by that.
- The status counters each count the training jobs of the status that bears their name. `Stopping` and `Deleting` have
  no counter. The objective counters count every training job.
- Every time is in epoch seconds: milliseconds matter for tuning jobs, training jobs have whole seconds. A tuning job
  that is Completed, Failed or Stopped was last modified when it ended; a deletion modifies it later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Self

import msgspec

ENDED_TUNING_STATUSES = frozenset({"Completed", "Failed", "Stopped"})
TUNING_STATUSES = ENDED_TUNING_STATUSES | {"InProgress", "Stopping", "Deleting", "DeleteFailed"}
RUNNING_STATUSES = frozenset({"InProgress", "Stopping"})
TRAINING_STATUSES = RUNNING_STATUSES | {"Completed", "Failed", "Stopped", "Deleting"}
OBJECTIVE_STATUSES = frozenset({"Succeeded", "Pending", "Failed"})


@dataclass(frozen=True)
class WorldTrainingJob:
    """One training job that a tuning job launched."""

    name: str
    status: str
    created: float
    objective_status: str
    tuned: Mapping[str, str] = field(default_factory=dict)
    started: float | None = None
    ended: float | None = None
    metric: float | None = None
    """The final value of the objective, as a double that a 32-bit float can hold."""
    definition_name: str | None = None
    failure_reason: str | None = None
    retryable: bool = False
    arn: str | None = None
    """Its ARN where it is not the usual one."""

    def to_json(self) -> dict[str, Any]:
        """Return the members that have a value, under the names of this class."""
        return _members(self) | {"tuned": dict(self.tuned)}


@dataclass(frozen=True)
class WorldJob:
    """One tuning job: what was asked for, and what became of it."""

    name: str
    create: Mapping[str, Any]
    """The input of CreateHyperParameterTuningJob that makes this job, as it goes over the wire."""
    status: str
    created: float
    modified: float
    ended: float | None = None
    failure_reason: str | None = None
    completion_details: Mapping[str, Any] | None = None
    """TuningJobCompletionDetails as it goes over the wire."""
    consumed_runtime: int | None = None
    """Seconds of wall clock used so far."""
    training_jobs: tuple[WorldTrainingJob, ...] = ()

    @property
    def _config(self) -> Mapping[str, Any]:
        config: Mapping[str, Any] = self.create.get("HyperParameterTuningJobConfig", {})
        return config

    @cached_property
    def definitions(self) -> tuple[Mapping[str, Any], ...]:
        """The one definition, or the several."""
        if "TrainingJobDefinition" in self.create:
            return (self.create["TrainingJobDefinition"],)
        return tuple(self.create.get("TrainingJobDefinitions", ()))

    def definition_of(self, training_job: WorldTrainingJob) -> Mapping[str, Any]:
        """Return the definition that launched a training job of this job; empty where there is none."""
        named = (item for item in self.definitions if item.get("DefinitionName") == training_job.definition_name)
        return next(named, self.definitions[0] if self.definitions else {})

    def objective_of(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the objective of a definition: its own, or that of the whole job, or none."""
        return definition.get("TuningObjective") or self._config.get("HyperParameterTuningJobObjective") or {}

    @cached_property
    def _objectives(self) -> Mapping[str | None, Mapping[str, Any]]:
        return {definition.get("DefinitionName"): self.objective_of(definition) for definition in self.definitions}

    def objective_for(self, training_job: WorldTrainingJob) -> Mapping[str, Any]:
        """Return the objective of a training job of this job, that of the definition that launched it."""
        objective = self._objectives.get(training_job.definition_name)
        return objective if objective is not None else self.objective_of(self.definition_of(training_job))

    def ranges_of(self, definition: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the ranges that hold for a definition: its own, or those of the whole job; empty where neither is."""
        return definition.get("HyperParameterRanges") or self._config.get("ParameterRanges") or {}

    def to_json(self) -> dict[str, Any]:
        """Return the members that have a value, under the names of this class."""
        return _members(self) | {"training_jobs": [job.to_json() for job in self.training_jobs]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Take back what `to_json` gave. Raises ValueError."""
        return msgspec.convert(value, cls)


@dataclass(frozen=True)
class World:
    """A prepared state: the tuning jobs of one account in one region."""

    name: str
    jobs: tuple[WorldJob, ...] = ()
    account: str = "123456789012"
    region: str = "us-east-1"

    def job(self, name: str) -> WorldJob:
        """Return the tuning job of that name; raises KeyError where there is none."""
        for job in self.jobs:
            if job.name == name:
                return job
        raise KeyError(name)

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object that holds the whole world."""
        return _members(self) | {"jobs": [job.to_json() for job in self.jobs]}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Take back what `to_json` gave. Raises ValueError."""
        return msgspec.convert(value, cls)


def _members(value: World | WorldJob | WorldTrainingJob) -> dict[str, Any]:
    named = ((member.name, getattr(value, member.name)) for member in fields(value))
    return {name: content for name, content in named if content is not None}
