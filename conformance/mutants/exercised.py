"""What the unbroken server answers on a world: the values that it shows at each path, for mutants to bend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.mutants.mutant import LIST, Members
from conformance.mutants.paths import steps, values
from conformance.reference import Service
from conformance.reference.inputs import DESCRIBE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.contract import Contract
    from conformance.worlds import World

_NAME = "HyperParameterTuningJobName"


def answers(contract: Contract, world: World) -> dict[str, list[Members]]:
    """Give the faithful answers of both operations for every tuning job: descriptions, and pages of default size."""
    service = Service(world, contract=contract)
    described = [service.perform(DESCRIBE, {_NAME: job.name}) for job in world.jobs]
    listed = [service.perform(LIST, {_NAME: job.name}) for job in world.jobs]
    return {DESCRIBE: described, LIST: listed}


def shown(answered: Sequence[Members], path: str) -> list[Any]:
    """Give every value that the answers have at a path."""
    way = steps(path)
    return [value for answer in answered for value in values(answer, way)]
