"""The state of a target as the suite knows it, what may be sent to it, and what a client has to offer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, Self

from conformance.targets.spec import Origin, TargetSpec
from conformance.wire.exchange import Exchange
from conformance.wire.limits import reads
from conformance.wire.signing import Credentials
from conformance.worlds.model import World, WorldJob

CREATE: Final = "CreateHyperParameterTuningJob"
STOP: Final = "StopHyperParameterTuningJob"
DELETE: Final = "DeleteHyperParameterTuningJob"
LIST: Final = "ListHyperParameterTuningJobs"

NAME: Final = "HyperParameterTuningJobName"
SUMMARIES: Final = "HyperParameterTuningJobSummaries"

IN_USE: Final = "ResourceInUse"
"""The code of a Create whose name is taken."""


def allowed_operations(spec: TargetSpec, operations: Collection[str]) -> frozenset[str]:
    """Return what may be sent to a target at all: the operations under test, and the listing.

    Where the state is not the suite's own, only those of them that read. What makes and removes tuning jobs is added
    only where the suite makes the state itself.
    """
    tested = frozenset(operations)
    if about_tuning_jobs(operations):
        tested |= {LIST}
    if spec.read_only:
        return frozenset(filter(reads, tested))
    if not about_tuning_jobs(operations):
        return tested
    return tested | {CREATE, STOP, DELETE} if spec.state.origin is Origin.CREATE else tested


def about_tuning_jobs(operations: Collection[str]) -> bool:
    """Whether operations are about tuning jobs, so that these are the state: those of a world, or those found."""
    return any("HyperParameterTuningJob" in name for name in operations)


def parents_of(job: WorldJob) -> tuple[str, ...]:
    """Return the names of the tuning jobs that a job warm-starts from, which must be there before it is made."""
    parents = job.create.get("WarmStartConfig", {}).get("ParentHyperParameterTuningJobs", ())
    return tuple(str(parent.get(NAME)) for parent in parents)


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
        """Return a JSON object that holds everything."""
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
    made: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    """What else this run has made: by the listing that shows it, the names of each."""
    tag: str = ""
    """A part of the names of what this run makes; empty where nothing of an earlier run can be there."""

    @property
    def present(self) -> tuple[StateJob, ...]:
        """The jobs that are there."""
        return tuple(job for job in self.jobs if job.created)

    @classmethod
    def of_world(cls, origin: Origin, world: World) -> Self:
        """Return the state of a target that holds a whole world."""
        return cls(origin, tuple(StateJob(job.name, known=job, listed_known=True) for job in world.jobs))

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object that holds everything."""
        return {
            "origin": str(self.origin),
            "jobs": [job.to_json() for job in self.jobs],
            "notes": list(self.notes),
            **({"problem": self.problem} if self.problem else {}),
            **({"made": {name: list(found) for name, found in self.made.items()}} if self.made else {}),
            **({"tag": self.tag} if self.tag else {}),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Take back what `to_json` gave."""
        jobs = tuple(StateJob.from_json(job) for job in value["jobs"])
        made = {name: tuple(found) for name, found in value.get("made", {}).items()}
        notes, problem, tag = tuple(value["notes"]), value.get("problem", ""), value.get("tag", "")
        return cls(Origin(value["origin"]), jobs, notes, problem, made, tag)


class Caller(Protocol):
    """Sends well-formed requests; whatever the target does comes back as an exchange."""

    def call(self, operation: str, members: dict[str, Any]) -> Exchange:
        """Send the request that carries these members."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


@dataclass(frozen=True)
class Access:
    """How an open target is reached: all that a client is made of."""

    endpoint_url: str
    region: str
    credentials: Credentials | None = field(repr=False)
    """None where requests go unsigned."""
    allowed: frozenset[str]
    """The operations that may be sent; a client rejects every other."""
    spec: TargetSpec
    """For the limits, the budget and the pace."""


CallerFactory = Callable[[Access], Caller]
