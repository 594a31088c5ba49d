"""Bytes to a target and back: one kept connection, bounded in time and size, that follows no redirect.

Everything that a run sends goes through here, what a client library sends as well: so the same bounds hold for all.
"""

from __future__ import annotations

import math
import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from http.client import BadStatusLine, IncompleteRead, LineTooLong, RemoteDisconnected, UnknownProtocol

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError, InvalidHeader, ReadTimeoutError

from conformance.wire.connection import Connection, OtherProtocolError
from conformance.wire.deadline import Deadline
from conformance.wire.exchange import CLOSED, CUT, DESYNCHRONIZED, Fault, Headers, HttpResponse
from conformance.wire.limits import Limits
from conformance.wire.unpacking import TooLargeError, UndecodableError, read_body

_MOST_HEADER_BYTES = 16_384
"""Letters of all headers of one answer: Node.js, and with it the AWS SDK for JavaScript, takes no more either."""
_ADDRESS = re.compile(r"^\w+\(host=[^)]*\): ")
_SILENT = re.compile(r"Read timed out\. \(read timeout=([^)]+)\)")
"""What urllib3 puts around its messages: the address, which an exchange has anyway, and words of its own."""
_NEVER_ANSWERED = ("refused", "Name or service", "resolve", "unreachable", "No route")
_TOO_MANY_HEADERS = "got more than"
"""What http.client says of headers that it counts, in an exception of no kind of its own."""


class Transport:
    """Sends HTTP requests to one target over one connection."""

    def __init__(
        self, limits: Limits, *, on_exchange: Callable[[float], None] = lambda _: None, ca_bundle: str = ""
    ) -> None:
        """Open nothing yet. `on_exchange` hears the seconds of each exchange, whatever came of it.

        `ca_bundle` is a file or a folder with the certificates of trusted authorities; empty for certifi's.
        """
        self._verify: bool | str = ca_bundle or True
        self._on_exchange = on_exchange
        self._limits = limits
        self._deadline = Deadline()
        self._connection = Connection(self._deadline)
        self.reused = False
        """Whether the last request went over a connection that others had used before."""

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def send(  # noqa: PLR0913 - the parts of a request, and two of its circumstances by name
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | Iterator[bytes],
        *,
        follows: bool = False,
        within_s: float = math.inf,
    ) -> tuple[HttpResponse | None, Fault | None]:
        """Send one request, in chunks where the body is an iterator; give the answer or the fault.

        `within_s` seconds bound the answer beside the limits. With `follows` only an answer on the connection of the
        request before counts: where the server has closed that one, or sends something else on it, the fault says so.
        """
        started = time.perf_counter()
        opened, self._connection.was_cut = self._connection.opened, False
        if not follows:
            self._connection.surplus = b""
        response, fault = self._exchange(method, url, headers, body, min(self._limits.total_s, within_s))
        if self._connection.surplus:
            self._connection.close()
        self.reused = self._connection.opened == opened
        self._on_exchange(time.perf_counter() - started)
        return self._followed(response, fault) if follows else (response, fault)

    def _followed(self, response: HttpResponse | None, fault: Fault | None) -> tuple[HttpResponse | None, Fault | None]:
        if surplus := self._connection.surplus:
            words = f"bytes that belong to no answer came behind the answer: {surplus.decode('latin-1')!r}"
            return None, Fault(DESYNCHRONIZED, words)
        if self._connection.was_cut or (self.reused and fault is not None and fault.kind == "dropped"):
            return None, Fault(CUT, "the server closed the connection, and its answer did not say that it would")
        if not self.reused:
            return None, Fault(CLOSED, "the server closed the connection, as its answer said")
        if fault is not None and fault.kind == "not-http":
            return None, Fault(DESYNCHRONIZED, fault.detail)
        return response, fault

    def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | Iterator[bytes], seconds: float
    ) -> tuple[HttpResponse | None, Fault | None]:
        prepared = requests.PreparedRequest()
        prepared.method, prepared.url = method, url
        prepared.headers = CaseInsensitiveDict(headers)
        prepared.body = body  # type: ignore[assignment]  # the adapter sends an iterator in chunks
        limits, started = self._limits, time.perf_counter()
        patience = (min(limits.connect_s, seconds), min(limits.read_s, seconds))
        self._deadline.start(seconds)
        try:
            # The adapter itself, not a Session: no cookies, no environment, and nothing that could follow a redirect.
            answer = self._connection.send(prepared, stream=True, timeout=patience, verify=self._verify)
            headers_of_answer = _bounded(tuple(answer.raw.headers.items()))
            coding = answer.headers.get("Content-Encoding", "")
            content = read_body(answer.raw, coding, self._deadline, limits.max_body_bytes)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            self._connection.close()
            fault = _fault(error)
            if fault.kind == "timeout" and self._deadline.left_s <= 0:
                fault = Fault("timeout", f"the answer took longer than its limit of {limits.total_s:g} s in all")
            return None, fault
        elapsed = time.perf_counter() - started
        return HttpResponse(answer.status_code, headers_of_answer, content, elapsed, time.time()), None


def _bounded(headers: Headers) -> Headers:
    if sum(len(name) + len(value) for name, value in headers) > _MOST_HEADER_BYTES:
        raise TooLargeError(f"the headers are larger than {_MOST_HEADER_BYTES} bytes together")
    return headers


def _fault(error: Exception) -> Fault:
    inner = _innermost(error)
    text = _words(inner)
    if isinstance(inner, ssl.SSLCertVerificationError):
        return Fault("unreachable", f"the certificate is not trusted: {inner.verify_message}")
    if isinstance(error, TooLargeError):
        return Fault("too-large", text)
    if isinstance(error, requests.Timeout | ReadTimeoutError) or _timed_out(error):
        return Fault("timeout", text)
    if isinstance(error, UndecodableError) or _is_no_http(inner):
        return Fault("not-http", text)
    if isinstance(error, requests.ConnectionError | HTTPError | OSError):
        return Fault("unreachable" if any(word in text for word in _NEVER_ANSWERED) else "dropped", text)
    return Fault("not-http", text)


def _is_no_http(inner: BaseException) -> bool:
    """Whether what came could not be read as HTTP; a connection that closed without a word is something else."""
    if isinstance(inner, RemoteDisconnected):
        return False
    kinds = BadStatusLine | LineTooLong | UnknownProtocol | OtherProtocolError | InvalidHeader
    return isinstance(inner, kinds) or str(inner).startswith(_TOO_MANY_HEADERS)


def _words(inner: BaseException) -> str:
    """Say what went wrong; libraries tell some of it in the language of their own insides."""
    match inner:
        case RemoteDisconnected():
            return str(inner)
        case BadStatusLine():
            return f"what came is no status line of HTTP/1.1: {str(inner).strip()!r}"
        case UnknownProtocol():
            return f"the answer is in another version of HTTP: {inner!s}"
        case IncompleteRead(expected=None):
            return "the answer ended early, or in a chunk without a size"
        case IncompleteRead():
            return f"the answer ended early: {inner.expected} more bytes were promised"
    text = _ADDRESS.sub("", str(inner)) or type(inner).__name__
    return _SILENT.sub(r"no byte came for \1 s", text)


def _inner(error: BaseException) -> BaseException | None:
    reason = getattr(error, "reason", None)
    if isinstance(reason, BaseException):
        return reason
    return next((one for one in error.args if isinstance(one, BaseException)), None)


def _innermost(error: BaseException) -> BaseException:
    inner = _inner(error)
    return error if inner is None or inner is error else _innermost(inner)


def _timed_out(error: BaseException) -> bool:
    inner = _inner(error)
    return isinstance(error, TimeoutError) or (inner is not None and inner is not error and _timed_out(inner))
