"""The contract that a command is about: one in a folder, that of a service, or the one that comes along."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from conformance.contract.model import Contract
from conformance.errors import UserError
from conformance.suite.settings import Settings


def contract_of(folder: str | None, service: str | None, operations: Iterable[str] = ()) -> Contract:
    """Load the contract in a folder, that of a service, or (both None) the one that comes along. Raises UserError."""
    if folder and service:
        raise UserError("--contract and --service name two contracts", hint="keep one of them")
    if service:
        from conformance.drafting.cache import service_contract  # noqa: PLC0415 - other contracts do without it

        return service_contract(service, operations)
    from conformance.contract.loading import load  # noqa: PLC0415 - --help does without it

    return load(Path(folder) if folder else None)


def chosen_contract(settings: Settings) -> Contract:
    """Load the contract that the settings of a run name. Raises UserError."""
    return contract_of(settings.contract, settings.service, settings.operation)
