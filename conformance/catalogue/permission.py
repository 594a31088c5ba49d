"""Whether the caller may call an operation: a denial says something about the caller, and nothing about the target."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.contract import Contract
from conformance.laws.verdict import Verdict, skipped
from conformance.wire.exchange import Exchange

DENIED = "denied"
"""The kind of a verdict on a request that the caller may not send."""

_CODES = frozenset({"AccessDenied", "AccessDeniedException"})


def denied(contract: Contract, exchanges: Iterable[Exchange]) -> Verdict | None:
    """Give the skip of a check whose request the caller may not send; None where no exchange was denied."""
    exchange = next((one for one in exchanges if one.error_code in _CODES), None)
    if exchange is None:
        return None
    action = action_of(contract, exchange.operation)
    reason = f"the caller may not call it: {exchange.error_code}; it takes the IAM action {action}"
    return skipped(reason, exchanges=(exchange,), kind=DENIED)


def needed(contract: Contract) -> str:
    """Say which IAM actions the whole contract takes."""
    actions = ", ".join(action_of(contract, name) for name in contract.operations)
    return f"allow {actions} to the caller"


def action_of(contract: Contract, operation: str) -> str:
    """Give the IAM action of an operation: the service's name for signatures, and the operation's own."""
    return f"{contract.service.signing_name}:{operation}"
