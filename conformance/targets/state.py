"""The state of an open target: which tuning jobs are there, and what is known of them beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from conformance.targets.spec import Origin
from conformance.worlds import World, WorldJob


@dataclass(frozen=True)
class StateJob:
    """One tuning job at the target, or one that did not get in."""

    name: str
    known: WorldJob | None = None
    """What is known of it: its Create input for sure, the rest (status, times, training jobs) with `listed_known`."""
    listed_known: bool = False
    """Whether the target holds the whole job of the world, with its status, its times and its training jobs."""
    made: bool = False
    """Whether this run made it, so that it may be removed afterwards."""
    created: bool = True
    """Whether it is there at all."""
    problem: str = ""
    """Why it is not there, or why nothing is known of it."""

    def to_json(self) -> dict[str, Any]:
        """Give a JSON object that holds everything."""
        return {**vars(self), "known": self.known.to_json() if self.known else None}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Take back what `to_json` gave."""
        known = value["known"]
        return cls(**{**value, "known": WorldJob.from_json(known) if known else None})


@dataclass(frozen=True)
class State:
    """The tuning jobs of a target, in the order of the world or of the listing."""

    origin: Origin
    jobs: tuple[StateJob, ...] = ()
    notes: tuple[str, ...] = ()
    """What a reader of the report should know about how the state came about."""
    problem: str = ""
    """Why the state is unknown: what lists its jobs could not be read. Empty where it is known."""

    @property
    def present(self) -> tuple[StateJob, ...]:
        """The jobs that are there."""
        return tuple(job for job in self.jobs if job.created)

    @classmethod
    def of_world(cls, origin: Origin, world: World) -> Self:
        """Give the state of a target that holds a whole world."""
        return cls(origin, tuple(StateJob(job.name, known=job, listed_known=True) for job in world.jobs))

    def to_json(self) -> dict[str, Any]:
        """Give a JSON object that holds everything."""
        return {
            "origin": str(self.origin),
            "jobs": [job.to_json() for job in self.jobs],
            "notes": list(self.notes),
            **({"problem": self.problem} if self.problem else {}),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Take back what `to_json` gave."""
        jobs = tuple(StateJob.from_json(job) for job in value["jobs"])
        return cls(Origin(value["origin"]), jobs, tuple(value["notes"]), value.get("problem", ""))
