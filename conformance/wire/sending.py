"""A request on its way, as everything between a client and the network sees it, and what may stand in that place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from conformance.wire.exchange import Fault, Headers, HttpResponse
from conformance.wire.request import Signing

RAW = "raw"
"""The client that a request comes from where the suite made it itself, byte by byte."""
FOLLOWING = "raw-following"
"""The client of the suite's own request that has to follow another on one connection."""


@dataclass(frozen=True)
class OutgoingRequest:
    """One HTTP request as it goes out, signature and all: its headers never reach a report or a recording as they are.

    `client` names the library that made it, RAW for the suite's own requests. A request that goes `alone` gets a
    connection of its own; one with another `after` which it is sent shares that one's.
    """

    operation: str
    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes
    chunked: bool = False
    signing: Signing = Signing.VALID
    client: str = RAW
    alone: bool = False
    after: OutgoingRequest | None = None


class TransportResult(NamedTuple):
    """What came of a sending: an answer or a fault; and the headers that went out, where those were others."""

    response: HttpResponse | None
    fault: Fault | None
    sent: Headers | None = None


class Transport(Protocol):
    """Stands in the place of the network: a recording that is played again, for one."""

    def carry(self, outgoing: OutgoingRequest) -> TransportResult:
        """Return what comes of a request. Raises UnansweredError where nobody can know."""
        ...


class Recorder(Protocol):
    """Hears of every request and of what came of it, secrets taken out of both."""

    def take(self, outgoing: OutgoingRequest, response: HttpResponse | None, fault: Fault | None) -> None:
        """Keep one exchange."""
        ...


class UnansweredError(BaseException):
    """Nobody can know what the target would have answered: whoever wanted the answer can't be judged.

    It is no Exception on purpose. What catches the errors of a target or of a client library must not take it for one
    of them: the check that asked is left at once, and nothing half known is remembered.
    """
