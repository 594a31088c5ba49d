"""Bytes to a target and back: one kept connection, bounded in time and size, that follows no redirect.

Everything that a run sends goes through here, what a client library sends as well: so the same bounds hold for all.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping

from urllib3 import HTTPConnectionPool, Retry, Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, IncompleteRead, NewConnectionError, ReadTimeoutError
from urllib3.util import parse_url

from conformance.wire.deadline import Deadline, DeadlinePools
from conformance.wire.exchange import Fault, HttpResponse
from conformance.wire.limits import Limits
from conformance.wire.unpacking import TooLargeError, TooLongError, UndecodableError, read_body

_NEVER_AGAIN = Retry(0, read=False)
_ADDRESS = re.compile(r"^HTTPS?Connection(?:Pool)?\(host=[^)]*\): ")
_SILENT = re.compile(r"Read timed out\. \(read timeout=([^)]+)\)")
"""What urllib3 puts around its messages: the address, which an exchange has anyway, and words of its own."""
_NEVER_ANSWERED = ("refused", "Name or service", "resolve", "unreachable", "No route")
_NO_HTTP = ("BadStatusLine", "LineTooLong", "got more than")
"""What http.client says of an answer that it can't read as HTTP: the last one counts headers."""


class Transport:
    """Sends HTTP requests to one target over one connection."""

    def __init__(self, limits: Limits) -> None:
        """Open nothing yet."""
        self._limits = limits
        self._timeout = Timeout(connect=limits.connect_s, read=limits.read_s)
        self._deadline = Deadline()
        self._pools = DeadlinePools(self._deadline)
        self._way: tuple[str, HTTPConnectionPool, str] | None = None
        """The address that was sent to last, its connections, and what the request line says of it."""

    def close(self) -> None:
        """Close the connection."""
        self._way = None
        self._pools.clear()

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | Iterator[bytes]
    ) -> tuple[HttpResponse | None, Fault | None]:
        """Send one request, in chunks where the body is an iterator; give the answer or the fault."""
        limits = self._limits
        started = time.perf_counter()
        self._deadline.start(limits.total_s)
        try:
            connections, target = self._way_to(url)
            # The pool itself, not a session on top: no cookies, no environment, and nothing that follows a redirect.
            answer = connections.urlopen(
                method,
                target,
                body=body,
                headers=headers,
                retries=_NEVER_AGAIN,
                redirect=False,
                assert_same_host=False,
                timeout=self._timeout,
                preload_content=False,
                decode_content=False,
                chunked=not isinstance(body, bytes),
            )
            coding = answer.headers.get("Content-Encoding", "")
            content = read_body(answer, coding, self._deadline, limits.max_body_bytes)
        except (HTTPError, OSError, ValueError) as error:
            self.close()
            return None, _fault(error)
        elapsed = time.perf_counter() - started
        return HttpResponse(answer.status, tuple(answer.headers.items()), content, elapsed), None

    def _way_to(self, url: str) -> tuple[HTTPConnectionPool, str]:
        if self._way is None or self._way[0] != url:
            self._way = (url, self._pools.connection_from_url(url), parse_url(url).request_uri)
        return self._way[1:]


def _fault(error: Exception) -> Fault:  # noqa: PLR0911 - one line a kind
    text = _innermost(error)
    if isinstance(error, TooLargeError):
        return Fault("too-large", text)
    if isinstance(error, TooLongError | ReadTimeoutError) or _timed_out(error):
        return Fault("timeout", text)
    if isinstance(error, IncompleteRead):
        return Fault("dropped", f"the answer ended early: {text}")
    if isinstance(error, UndecodableError):
        return Fault("not-http", text)
    if isinstance(error, HTTPError | OSError):
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
    if isinstance(error, NewConnectionError):
        return False
    return isinstance(error, TimeoutError | ConnectTimeoutError) or (
        inner is not None and inner is not error and _timed_out(inner)
    )


def _innermost(error: BaseException) -> str:
    inner = _inner(error)
    if inner is not None and inner is not error:
        return _innermost(inner)
    text = _ADDRESS.sub("", str(error)) or type(error).__name__
    return _SILENT.sub(r"no byte came for \1 s", text)
