"""What a check sends, a value that can be compared, kept and printed; and the request that goes out for it, signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from conformance.wire.encoding import NotJsonError, dump, parse
from conformance.wire.exchange import Fault, Headers, HttpResponse, Signing

_LARGE = 65_536
"""Bytes of a body that every server reads: one may answer before the end of a larger one."""


class HeaderCase(StrEnum):
    """How the names of headers are spelled: as they are documented, or as a method of `str` changes them."""

    DOCUMENTED = "documented"
    LOWER = "lower"
    UPPER = "upper"
    SWAPPED = "swapcase"

    def spell(self, name: str) -> str:
        """Return the name of a header in this spelling."""
        return name if self is HeaderCase.DOCUMENTED else str(getattr(name, self.value)())


@dataclass(frozen=True)
class Request:
    """One HTTP request of an operation.

    `target` is the value of X-Amz-Target: None for the operation's own, the empty string for no such header.
    `content_type` likewise: None for the protocol's own, the empty string for none. `chunked` sends the body in chunks
    without a Content-Length.
    """

    operation: str
    body: bytes
    method: str = "POST"
    target: str | None = None
    content_type: str | None = None
    signing: Signing = Signing.VALID
    chunked: bool = False
    extra_headers: Headers = ()
    after: Request | None = None
    """The request that is sent just before this one on the same connection, which is theirs alone."""
    header_case: HeaderCase = HeaderCase.DOCUMENTED

    @property
    def may_derail(self) -> bool:
        """Whether a server may answer without reading the whole body, or break on it, so that a connection derails."""
        usual = self == Request(self.operation, self.body) and self.body[:1] == b"{" and self.body[-1:] == b"}"
        return not usual or len(self.body) > _LARGE

    @classmethod
    def call(cls, operation: str, members: Mapping[str, Any]) -> Request:
        """Return the well-formed request that carries these members."""
        return cls(operation, dump(members))

    @property
    def is_object(self) -> bool:
        """Whether the body is one JSON object."""
        try:
            return isinstance(parse(self.body), dict)
        except NotJsonError:
            return False

    @property
    def members(self) -> dict[str, Any]:
        """The members of the body, which must be a JSON object."""
        value = parse(self.body)
        if not isinstance(value, dict):
            raise TypeError("the body of this request is no JSON object")
        return value

    def with_header(self, name: str, value: str) -> Request:
        """Return the same request with one more header."""
        return replace(self, extra_headers=(*self.extra_headers, (name, value)))

    def lacking(self, *names: str) -> Request:
        """Return the same request without these members."""
        return replace(self, body=dump({name: value for name, value in self.members.items() if name not in names}))


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
    """Answers in the place of the network: a recording that is replayed, for one."""

    def carry(self, outgoing: OutgoingRequest) -> TransportResult:
        """Return what comes of a request. Raises UnansweredError where that is unknown."""
        ...


class Recorder(Protocol):
    """Is given every request and what came of it, secrets taken out of both."""

    def take(self, outgoing: OutgoingRequest, response: HttpResponse | None, fault: Fault | None) -> None:
        """Keep one exchange."""
        ...


class UnansweredError(BaseException):
    """It is unknown what the target would have answered: the check that wanted the answer can't be judged.

    It is no Exception on purpose. What catches the errors of a target or of a client library must not take it for one
    of them: the check that asked is left at once, and nothing half known is remembered.
    """
