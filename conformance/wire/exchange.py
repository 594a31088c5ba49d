"""One request and its answer, as bytes and parsed; and a listing, the pages that follow one another by token."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from conformance.wire.encoding import NotJsonError, parse

Headers = tuple[tuple[str, str], ...]

_OK = range(200, 300)
_ENDS = "it ends after"
"""What is said of a body that ends too early."""


def header(headers: Headers, name: str) -> str | None:
    """Return the first header of that name, whatever its case; None where there is none."""
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)


def bare_code(raw: object) -> str:
    """Return the code in what an error is named by, without namespace and URI; empty where that is no text."""
    return raw.split(":", 1)[0].rpartition("#")[2] if isinstance(raw, str) else ""


@dataclass(frozen=True)
class HttpRequest:
    """What was sent. The headers carry no signature, token or other secret: they are kept for reports."""

    method: str
    url: str
    headers: Headers
    body: bytes
    region: str = ""
    """The region that it was signed for; empty where it is unsigned, or where a client library signed it."""


@dataclass(frozen=True)
class HttpResponse:
    """What came back: status, headers, the decoded body, and the time it took in seconds."""

    status: int
    headers: Headers
    body: bytes
    elapsed_s: float
    at: float = 0.0
    """When it came, in epoch seconds by the clock of this machine; 0 where that is unknown."""

    def header(self, name: str) -> str | None:
        """Return the first header of that name, whatever its case."""
        return header(self.headers, name)

    def headers_named(self, name: str) -> tuple[str, ...]:
        """Return the values of all headers of that name, whatever its case, in their order."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)


CLOSED, CUT, DESYNCHRONIZED, NOT_FOLLOWED = "closed", "cut", "desynchronized", "not-followed"
"""Kinds of faults of a request that has to follow another on its connection.

The server closed the connection and its answer said so, or closed it without a word; something else than an answer came
on it; the request before it found no answer.
"""
RUN_TIME = "run-time"
"""The kind of the fault of a request for which a run has no time left."""
KILLED = "killed"
"""The kind of the fault of a request that was met by a closed connection, after which no server was there."""


@dataclass(frozen=True)
class Fault:
    """Why there is no answer.

    `kind` is `unreachable`, `dropped`, `timeout`, `too-large`, `not-http`, `refused-by-client`, or one of those above.
    """

    kind: str
    detail: str


@dataclass(frozen=True)
class Exchange:
    """One request of an operation and its answer, or the fault in its place."""

    operation: str
    request: HttpRequest
    response: HttpResponse | None
    fault: Fault | None = None
    may_be_empty: bool = False
    """Whether the operation may have nothing to answer: an empty body of a success is the empty object then."""

    @cached_property
    def _parsed(self) -> tuple[Any, str]:
        if self.response is None:
            return None, self.fault.detail if self.fault else "no answer"
        if self.may_be_empty and self.status in _OK and not self.response.body:
            return {}, ""
        try:
            return parse(self.response.body), ""
        except NotJsonError as error:
            return None, str(error)

    @cached_property
    def input(self) -> dict[str, Any] | None:
        """The request's members, or None where its body is no JSON object."""
        try:
            value = parse(self.request.body)
        except NotJsonError:
            return None
        return value if isinstance(value, dict) else None

    @property
    def status(self) -> int:
        """The HTTP status; 0 where there was no answer."""
        return self.response.status if self.response else 0

    @property
    def body(self) -> Any:
        """The parsed body, whatever it is; None where it is not JSON."""
        return self._parsed[0]

    @property
    def body_problem(self) -> str:
        """Why the body can't be read as JSON; empty where it can."""
        return self._parsed[1]

    @cached_property
    def unreadable(self) -> str:
        """Why a body that begins as JSON can't be read as such, and where; empty for every other."""
        body = self.response.body if self.response else b""
        if not self.body_problem or body.lstrip()[:1] not in {b"{", b"["}:
            return ""
        length = self.response.header("Content-Length") if self.response else None
        is_short = _ENDS in self.body_problem and length == str(len(body)) and not body.isascii()
        return self.body_problem + (" (a Content-Length in characters instead of bytes cuts it so)" if is_short else "")

    @cached_property
    def answer(self) -> dict[str, Any] | None:
        """The parsed body where it is a JSON object."""
        value = self._parsed[0]
        return value if isinstance(value, dict) else None

    @cached_property
    def ok(self) -> bool:
        """Whether the target accepted the request: 2xx with a JSON object."""
        return self.status in _OK and self.answer is not None

    @property
    def accepted(self) -> bool:
        """Whether the target accepted a request that may be answered by nothing: 2xx with a JSON object or no body."""
        return self.ok or (self.status in _OK and self.response is not None and not self.response.body.strip())

    @cached_property
    def error_code(self) -> str:
        """The bare error code, without namespace or URI; empty where the answer names none."""
        if self.response is None or self.status in _OK:
            return ""
        answer = self.answer or {}
        return bare_code(answer.get("__type") or answer.get("code") or self.response.header("x-amzn-errortype"))

    @property
    def error_message(self) -> str:
        """The message of an error answer; empty where there is none."""
        answer = self.answer or {}
        for name in ("message", "Message"):
            if isinstance(answer.get(name), str):
                return str(answer[name])
        return ""


@dataclass(frozen=True)
class Listing:
    """The pages of one query, in order, each asked for with the token of the one before."""

    pages: tuple[Exchange, ...]
    items: tuple[dict[str, Any], ...]
    complete: bool
    """Whether the last page came without a token."""
    problem: str = ""
    """Why the walk ended early: a rejection, a repeated token, too many pages, an answer without the list."""
    left_off: bool = False
    """Whether the walk was given up because of its length alone: what came was in order."""


_SHOWN = 160
"""Characters of a body or a message that a line on an exchange has."""


def shown(exchange: Exchange) -> str:
    """Say in a line what came back."""
    if exchange.response is None:
        return f"no answer ({exchange.fault.kind}: {exchange.fault.detail})" if exchange.fault else "no answer"
    text = f"HTTP {exchange.status}"
    if exchange.error_code:
        return f"{text} {exchange.error_code}: {exchange.error_message[:_SHOWN]}".rstrip(": ")
    body = exchange.response.body[:_SHOWN].decode("utf-8", "replace")
    kind = exchange.response.header("content-type") or "no content type"
    kind += f", {exchange.unreadable}" if exchange.unreadable else ""
    return f"{text}, {kind}: {body}{'…' if len(exchange.response.body) > _SHOWN else ''}"


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
