"""The contract that a command is about: one in a folder, that of a service, or the one that comes along."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from conformance.contract.model import Contract
from conformance.errors import UserError
from conformance.suite.settings import Settings
from conformance.targets.spec import TargetSpec


def contract_of(
    folder: str | None, service: str | None, operations: Iterable[str] = (), *, writing: bool = False
) -> Contract:
    """Load the contract in a folder, that of a service, or (both None) the one that comes along. Raises UserError.

    Where it is drafted, `writing` adds what makes and deletes the resources that it is about.
    """
    if folder and service:
        raise UserError("--contract and --service name two contracts", hint="keep one of them")
    if service:
        from conformance.drafting.cache import service_contract  # noqa: PLC0415 - other contracts do without it

        return service_contract(service, operations, writing=writing)
    from conformance.contract.loading import load  # noqa: PLC0415 - --help does without it

    return load(Path(folder) if folder else None)


def chosen_contract(settings: Settings, spec: TargetSpec | None = None) -> Contract:
    """Load the contract that the settings of a run name, for their target or another one. Raises UserError."""
    writing = settings.may_write if spec is None else spec.is_written_to
    if settings.service and spec is None and not settings.replay and not settings.contract:
        writing = settings.resolved_target().is_written_to
    return contract_of(settings.contract, settings.service, settings.operation, writing=writing)
