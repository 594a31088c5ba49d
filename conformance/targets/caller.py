"""What this room needs from a client: one call, one exchange; and what a client needs to know of a target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from conformance.targets.spec import TargetSpec
from conformance.wire.exchange import Exchange
from conformance.wire.signing import Credentials


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
    """The operations that may be sent; a client refuses every other."""
    spec: TargetSpec
    """For the limits, the budget and the pace."""


CallerFactory = Callable[[Access], Caller]
