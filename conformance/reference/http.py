"""Reading HTTP/1.1 requests off a connection, within limits."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping
    from io import BufferedIOBase


@dataclass(frozen=True)
class Call:
    """One HTTP request; header names are in lower case."""

    method: str
    target: str
    """The request target, path and query, as sent."""
    headers: Mapping[str, str]
    body: bytes
    spelled: frozenset[str] = frozenset()
    """The names of headers as they were sent; empty where they are not kept."""


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, but for what the connection adds."""

    status: int
    body: bytes
    request_id: str
    content_type: str
    date: float = 0.0
    """The time of its Date header in epoch seconds; it has none at 0."""
    more: tuple[tuple[str, str], ...] = ()
    """Further headers."""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Its headers, those without a value left out."""
        named = (
            ("x-amzn-RequestId", self.request_id),
            ("Content-Type", self.content_type),
            ("Content-Length", str(len(self.body))),
            ("Date", _date(int(self.date)) if self.date else ""),
            *self.more,
        )
        return tuple((name, value) for name, value in named if value)


@lru_cache(maxsize=2)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)


MAX_BODY_BYTES = 4 * 1024 * 1024
_MAX_LINE_BYTES = 65536
_MAX_HEADERS = 100
_MAX_DIGITS = 15
_BAD_REQUEST = 400
_TIMEOUT = 408
_TOO_LARGE = 413
_HEADERS_TOO_LARGE = 431
_DIGITS = {10: frozenset("0123456789"), 16: frozenset("0123456789abcdefABCDEF")}
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class UnreadableRequestError(Exception):
    """What came is no request that can be read; the connection can't go on after the answer."""

    def __init__(self, status: int, problem: str) -> None:
        """Keep the HTTP status to answer with."""
        super().__init__(problem)
        self.status = status
        self.problem = problem


class BoundedReader(io.RawIOBase):
    """Reads off a connection: a request may take so many seconds from its first byte, however slowly it drips."""

    def __init__(self, connection: socket.socket, *, idle_s: float, request_s: float) -> None:
        """Read nothing yet; `idle_s` is how long the first byte of a request may take."""
        self._connection = connection
        self._idle_s = idle_s
        self._request_s = request_s
        self._ends: float | None = None

    def begin(self) -> None:
        """Wait for another request."""
        self._wait(self._idle_s)
        self._ends = None

    def readable(self) -> bool:
        """Say that it can be read from."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what is there. Raises UnreadableRequestError when the request has taken too long, and TimeoutError."""
        if self._ends is None:
            received = self._connection.recv_into(buffer)
            self._ends = time.monotonic() + self._request_s
            return received
        late = UnreadableRequestError(_TIMEOUT, "the request takes too long")
        left = self._ends - time.monotonic()
        if left <= 0:
            raise late
        try:
            self._wait(left)
            return self._connection.recv_into(buffer)
        except TimeoutError as error:
            raise late from error

    def _wait(self, seconds: float) -> None:
        """Set how long the connection waits; each time that costs a call of the system."""
        if self._connection.gettimeout() != seconds:
            self._connection.settimeout(seconds)


def read_head(stream: BufferedIOBase) -> tuple[str, str, str, dict[str, str]] | None:
    """Read method, target, version and headers; None where the other side has closed the connection.

    Header names come back in lower case, a repeated header with its values joined by commas. Raises
    UnreadableRequestError.
    """
    line = _line(stream)
    if line in {"\r\n", "\n"}:
        line = _line(stream)  # an empty line before a request is allowed
    if not line:
        return None
    words = line.split()
    if len(words) != 3 or not words[2].startswith("HTTP/1."):  # noqa: PLR2004 - method, target and version
        raise UnreadableRequestError(_BAD_REQUEST, "the request line is not HTTP/1.1")
    method, target, version = words
    return method, target, version, _headers(stream)


def read_call(stream: BufferedIOBase, send: BufferedIOBase, head: tuple[str, str, str, dict[str, str]]) -> Call:
    """Read the body that follows a head, chunked or of known length. Raises UnreadableRequestError."""
    method, target, _, headers = head
    chunked = headers.get("transfer-encoding", "").lower()
    length = headers.get("content-length")
    if chunked and (chunked != "chunked" or length is not None):
        raise UnreadableRequestError(_BAD_REQUEST, "the length of the body is not clear")
    if headers.get("expect", "").lower() == "100-continue":
        send.write(_CONTINUE)
    if chunked:
        body = _chunks(stream)
    elif length is None:
        body = b""
    else:
        body = _exactly(stream, _number(length, 10))
    return Call(method, target, headers, body)


def keeps_alive(head: tuple[str, str, str, dict[str, str]]) -> bool:
    """Say whether the connection stays open after this exchange."""
    connection = head[3].get("connection", "").lower()
    return connection != "close" and (head[2] != "HTTP/1.0" or connection == "keep-alive")


def _headers(stream: BufferedIOBase) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(_MAX_HEADERS):
        line = _line(stream)
        if line in {"\r\n", "\n"}:
            return headers
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise UnreadableRequestError(_BAD_REQUEST, "a header has no name")
        key = name.lower()
        text = value.strip()
        headers[key] = f"{headers[key]},{text}" if key in headers else text
    raise UnreadableRequestError(_HEADERS_TOO_LARGE, "the request has too many headers")


def _chunks(stream: BufferedIOBase) -> bytes:
    body = bytearray()
    while True:
        size = _number(_line(stream).partition(";")[0].strip(), 16)
        if size == 0:
            break
        if len(body) + size > MAX_BODY_BYTES:
            raise UnreadableRequestError(_TOO_LARGE, "the body is too large")
        body += _exactly(stream, size)
        if _line(stream) != "\r\n":
            raise UnreadableRequestError(_BAD_REQUEST, "a chunk is not as long as it says")
    _headers(stream)  # trailers, which mean nothing here
    return bytes(body)


def _exactly(stream: BufferedIOBase, size: int) -> bytes:
    if size > MAX_BODY_BYTES:
        raise UnreadableRequestError(_TOO_LARGE, "the body is too large")
    body = stream.read(size)
    if len(body) < size:
        raise UnreadableRequestError(_BAD_REQUEST, "the body is shorter than it says")
    return body


def _number(text: str, base: int) -> int:
    # Python's own int() would take signs, spaces and underscores as well.
    if not text or not set(text) <= _DIGITS[base]:
        raise UnreadableRequestError(_BAD_REQUEST, "a length is not a number")
    digits = text.lstrip("0") or "0"
    if len(digits) > _MAX_DIGITS:  # int() itself gives up on thousands of them
        raise UnreadableRequestError(_TOO_LARGE, "the body is too large")
    return int(digits, base)


def _line(stream: BufferedIOBase) -> str:
    line = stream.readline(_MAX_LINE_BYTES + 1)
    if len(line) > _MAX_LINE_BYTES:
        raise UnreadableRequestError(_HEADERS_TOO_LARGE, "a line is too long")
    return line.decode("latin-1")
