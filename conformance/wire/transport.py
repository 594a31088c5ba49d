"""Bytes to a target and back: one kept connection, bounded in time and size, that follows no redirect.

Everything that a run sends goes through here, what a client library sends as well: so the same bounds hold for all.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError, IncompleteRead, ReadTimeoutError

from conformance.wire.deadline import Deadline, DeadlineAdapter
from conformance.wire.exchange import Fault, HttpResponse
from conformance.wire.limits import Limits
from conformance.wire.unpacking import TooLargeError, TooLongError, UndecodableError, read_body

_ADDRESS = re.compile(r"^\w*(?:Connection|Pool)\(host=[^)]*\): ")
_SILENT = re.compile(r"Read timed out\. \(read timeout=([^)]+)\)")
"""What urllib3 puts around its messages: the address, which an exchange has anyway, and words of its own."""
_NEVER_ANSWERED = ("refused", "Name or service", "resolve", "unreachable", "No route")
_NO_HTTP = ("BadStatusLine", "LineTooLong", "got more than")
"""What http.client says of an answer that it can't read as HTTP: the last one counts headers."""


class Transport:
    """Sends HTTP requests to one target over one connection."""

    def __init__(self, limits: Limits, *, on_exchange: Callable[[float], None] = lambda _: None) -> None:
        """Open nothing yet. `on_exchange` hears the seconds of each exchange, whatever came of it."""
        self._on_exchange = on_exchange
        self._limits = limits
        self._deadline = Deadline()
        self._adapter = DeadlineAdapter(self._deadline)

    def close(self) -> None:
        """Close the connection."""
        self._adapter.close()

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | Iterator[bytes]
    ) -> tuple[HttpResponse | None, Fault | None]:
        """Send one request, in chunks where the body is an iterator; give the answer or the fault."""
        started = time.perf_counter()
        response, fault = self._exchange(method, url, headers, body, started)
        self._on_exchange(time.perf_counter() - started)
        return response, fault

    def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | Iterator[bytes], started: float
    ) -> tuple[HttpResponse | None, Fault | None]:
        prepared = requests.PreparedRequest()
        prepared.method, prepared.url = method, url
        prepared.headers = CaseInsensitiveDict(headers)
        prepared.body = body  # type: ignore[assignment]  # the adapter sends an iterator in chunks
        limits = self._limits
        self._deadline.start(limits.total_s)
        try:
            # The adapter itself, not a Session: no cookies, no environment, and nothing that could follow a redirect.
            answer = self._adapter.send(prepared, stream=True, timeout=(limits.connect_s, limits.read_s))
            coding = answer.headers.get("Content-Encoding", "")
            content = read_body(answer.raw, coding, self._deadline, limits.max_body_bytes)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            self._adapter.close()
            return None, _fault(error)
        elapsed = time.perf_counter() - started
        return HttpResponse(answer.status_code, tuple(answer.raw.headers.items()), content, elapsed), None


def _fault(error: Exception) -> Fault:  # noqa: PLR0911 - one line a kind
    text = _innermost(error)
    if isinstance(error, TooLargeError):
        return Fault("too-large", text)
    if isinstance(error, TooLongError | requests.Timeout | ReadTimeoutError | TimeoutError) or _timed_out(error):
        return Fault("timeout", text)
    if isinstance(error, IncompleteRead | requests.exceptions.ChunkedEncodingError):
        return Fault("dropped", f"the answer ended early: {text}")
    if isinstance(error, UndecodableError):
        return Fault("not-http", text)
    if isinstance(error, requests.ConnectionError | HTTPError | OSError):
        if any(word in text for word in _NEVER_ANSWERED):
            return Fault("unreachable", text)
        return Fault("not-http" if any(word in repr(error) for word in _NO_HTTP) else "dropped", text)
    return Fault("not-http", text)


def _inner(error: BaseException) -> BaseException | None:
    reason = getattr(error, "reason", None)
    if isinstance(reason, BaseException):
        return reason
    return next((one for one in error.args if isinstance(one, BaseException)), None)


def _timed_out(error: BaseException) -> bool:
    inner = _inner(error)
    return isinstance(error, TimeoutError) or (inner is not None and inner is not error and _timed_out(inner))


def _innermost(error: BaseException) -> str:
    inner = _inner(error)
    if inner is not None and inner is not error:
        return _innermost(inner)
    text = _ADDRESS.sub("", str(error)) or type(error).__name__
    return _SILENT.sub(r"no byte came for \1 s", text)
