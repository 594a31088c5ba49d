"""The operations on tuning jobs by which a state comes in or is found, and which of them a target may be sent."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from conformance.targets.spec import Origin, TargetSpec
from conformance.wire.read_only import reads
from conformance.worlds import WorldJob

SERVICE: Final = "sagemaker"
"""The name under which botocore knows the service."""

CREATE: Final = "CreateHyperParameterTuningJob"
STOP: Final = "StopHyperParameterTuningJob"
DELETE: Final = "DeleteHyperParameterTuningJob"
LIST: Final = "ListHyperParameterTuningJobs"

NAME: Final = "HyperParameterTuningJobName"
SUMMARIES: Final = "HyperParameterTuningJobSummaries"

IN_USE: Final = "ResourceInUse"
"""The code of a Create whose name somebody has."""


def allowed_operations(spec: TargetSpec, operations: Collection[str]) -> frozenset[str]:
    """Return what may be sent to a target at all: the operations under test, and the listing.

    Where the state is somebody else's, only those of them that read. What makes and removes tuning jobs is added only
    where the suite makes the state itself.
    """
    tested = frozenset(operations) | {LIST}
    if spec.read_only:
        return frozenset(filter(reads, tested))
    return tested | {CREATE, STOP, DELETE} if spec.state.origin is Origin.CREATE else tested


def parents_of(job: WorldJob) -> tuple[str, ...]:
    """Give the names of the tuning jobs that a job warm-starts from, which must be there before it is made."""
    parents = job.create.get("WarmStartConfig", {}).get("ParentHyperParameterTuningJobs", ())
    return tuple(str(parent.get(NAME)) for parent in parents)
