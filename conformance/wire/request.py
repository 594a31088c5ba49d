"""What a check sends, before it is signed: a value that can be compared, kept and printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from conformance.wire.encoding import NotJsonError, dump, parse
from conformance.wire.exchange import Headers

NO_SUCH_OPERATION = "NoSuchOperation"
"""The name of an operation that no service has: what a request may aim at beside its own operation."""


_LARGE = 65_536
"""Bytes of a body that every server reads: one may answer before the end of a larger one."""


class Signing(StrEnum):
    """How a request is signed."""

    VALID = "valid"
    NONE = "none"
    WRONG_SECRET = "wrong-secret"  # noqa: S105 - a way of signing, not a secret
    UNKNOWN_KEY = "unknown-key"
    GARBLED = "garbled"
    EXPIRED = "expired"
    """An hour old."""
    FUTURE = "future"
    """An hour ahead."""
    OTHER_DATE = "other-date"
    """Scoped to another day than X-Amz-Date names."""
    OTHER_REGION = "other-region"


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

    def having(self, **members: Any) -> Request:
        """Return the same request with these members set."""
        return replace(self, body=dump(self.members | members))

    def lacking(self, *names: str) -> Request:
        """Return the same request without these members."""
        return replace(self, body=dump({name: value for name, value in self.members.items() if name not in names}))
