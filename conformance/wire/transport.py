"""Bytes to a target and back: one kept connection, bounded in time and size, that follows no redirect.

The unpacking is done here and not by the HTTP library: a compressed bomb must not expand by more than one piece before
its size is looked at, whatever version of the library is installed.

A read timeout bounds the silence between two bytes, not the answer: a header line that comes byte by byte would hold a
run for hours. The socket itself therefore looks at the clock before it reads.

Everything that a run sends goes through here, what a client library sends as well: so the same bounds hold for all.
"""

from __future__ import annotations

import contextlib
import math
import re
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from http.client import (
    BadStatusLine,
    HTTPException,
    HTTPResponse,
    IncompleteRead,
    LineTooLong,
    RemoteDisconnected,
    UnknownProtocol,
)
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, InvalidHeader, ReadTimeoutError
from urllib3.util.ssl_ import create_urllib3_context

from conformance.wire.exchange import CLOSED, CUT, DESYNCHRONIZED, Fault, HttpResponse
from conformance.wire.limits import Limits


class Deadline:
    """The moment, on the monotonic clock, at which reading ends; shared by all connections of one client."""

    def __init__(self) -> None:
        """Set none."""
        self.at = float("inf")

    def start(self, seconds: float) -> None:
        """Let reading end so many seconds from now."""
        self.at = time.monotonic() + seconds

    @property
    def left_s(self) -> float:
        """How many seconds are left; negative once it has passed."""
        return self.at - time.monotonic()

    def check(self) -> None:
        """Raise TimeoutError once it has passed."""
        if self.left_s <= 0:
            raise TimeoutError("the deadline has passed")


_PIECE = 65536
_WINDOW = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
_PLAIN = frozenset({"", "identity"})


class TooLargeError(ValueError):
    """The body went over its limit."""


class UndecodableError(ValueError):
    """The body is not packed as its headers say, or in a way that was not asked for."""


def read_body(raw: Any, coding: str, deadline: Deadline, most: int) -> bytes:
    """Read a body to its end and give it unpacked; `raw` is urllib3's answer, `coding` its Content-Encoding.

    Raises one of the errors above, or whatever the connection raises.
    """
    packed = _bounded(_read(raw, deadline), most)
    content = b"".join(_bounded(_unpacked(packed, coding.strip().lower()), most))
    raw.release_conn()
    return content


def _read(raw: Any, deadline: Deadline) -> Iterator[bytes]:
    while piece := raw.read1(_PIECE, decode_content=False):
        yield piece
        deadline.check()


def _bounded(pieces: Iterator[bytes], most: int) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > most:
            raise TooLargeError(f"the body is larger than {most} bytes")
        yield piece


def _unpacked(pieces: Iterator[bytes], coding: str) -> Iterator[bytes]:
    if coding in _PLAIN:
        yield from pieces
        return
    if coding not in _WINDOW:
        raise UndecodableError(f"the answer has the content encoding {coding!r}, and none was asked for")
    unpacker = zlib.decompressobj(_WINDOW[coding])
    try:
        for piece in pieces:
            rest = piece
            while rest and not unpacker.eof:
                yield unpacker.decompress(rest, _PIECE)
                rest = unpacker.unconsumed_tail
    except zlib.error as error:
        raise UndecodableError(f"the body can't be decoded: {error}") from error
    if not unpacker.eof:
        raise UndecodableError(f"the body can't be decoded: the {coding} stream ends early")


_SHOWN = 60
"""Bytes that are kept of what was not asked for."""
_SHORTEST_S = 0.001
"""Seconds that a read waits at least: with none it would not wait at all, and fail in another way."""


class OtherProtocolError(HTTPException):
    """What follows on the connection is no HTTP."""


class Connection(HTTPAdapter):
    """The transport of one client: a single kept connection whose reading ends at the deadline."""

    def __init__(self, deadline: Deadline) -> None:
        """Make the kinds of connections that know this deadline."""
        self.opened = 0
        """How many connections were opened so far."""
        self.was_cut = False
        """Whether the server closed the kept connection without saying so in its answer."""
        self.surplus = b""
        """The first bytes that came on the kept connection after an answer and belong to none."""
        plain: type[_Socket] = type("Socket", (_Socket,), {"deadline": deadline})
        adapter = self

        class Kept(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                adapter.opened += 1

            @property
            def is_connected(self) -> bool:
                """Whether the connection can take another request; what came unasked on it is noted."""
                connected = super().is_connected
                if not connected and self.sock is not None:
                    adapter.surplus = adapter.surplus or _waiting(self.sock)
                    adapter.was_cut = not adapter.surplus
                return connected

        class Answer(_Answer):
            def note_surplus(self, surplus: bytes) -> None:
                adapter.surplus = adapter.surplus or surplus

        class Plain(Kept):
            response_class = Answer

            def _new_conn(self) -> socket.socket:
                connected = super()._new_conn()  # type: ignore[no-untyped-call, unused-ignore]
                timeout = connected.gettimeout()
                watched = plain(connected.family, connected.type, connected.proto, fileno=connected.detach())
                watched.settimeout(timeout)
                return watched

        class Secure(Kept, HTTPSConnection):
            response_class = Answer

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class SecurePool(HTTPSConnectionPool):
            ConnectionCls = Secure

        self._pools = {"http": PlainPool, "https": SecurePool}
        self._context = create_urllib3_context()
        self._context.sslsocket_class = type("TlsSocket", (_TlsSocket,), {"deadline": deadline})
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:  # noqa: FBT001, FBT002 - the signature of requests
        """Make the pool of connections."""
        self.poolmanager = PoolManager(
            num_pools=connections, maxsize=maxsize, block=block, ssl_context=self._context, **kwargs
        )
        self.poolmanager.pool_classes_by_scheme = self._pools


def _waiting(connected: socket.socket) -> bytes:
    """Return the bytes that wait on a connection which is given up; none where the other side has closed it."""
    try:
        connected.settimeout(0)
        return connected.recv(_SHOWN)
    except OSError:
        return b""


class _Answer(HTTPResponse):
    """An answer, behind any number of interim ones: a server may send them unasked (RFC 9110, section 15.2)."""

    def __init__(self, sock: socket.socket, *arguments: Any, **named: Any) -> None:
        super().__init__(sock, *arguments, **named)
        self._socket = sock

    def note_surplus(self, surplus: bytes) -> None:
        """Take note of the bytes that came behind the end of the answer."""

    def _close_conn(self) -> None:
        """End the answer; what the reader has taken in beyond its end would be lost without a trace."""
        if not self.will_close and self.fp is not None:
            patience = self._socket.gettimeout()
            try:
                self._socket.settimeout(0)
                self.note_surplus(self.fp.peek(1)[:_SHOWN])
            except (OSError, ValueError):
                pass  # nothing waits there
            finally:
                with contextlib.suppress(OSError):
                    self._socket.settimeout(patience)
        super()._close_conn()  # type: ignore[misc]  # the one place where http.client lets go of its reader

    def begin(self) -> None:
        """Read up to the body of the final answer."""
        super().begin()
        while self.status < HTTPStatus.OK:
            if self.status == HTTPStatus.SWITCHING_PROTOCOLS:
                raise OtherProtocolError("the answer is HTTP 101, and no other protocol was asked for")
            self.headers = None  # type: ignore[assignment]  # so that reading begins again
            super().begin()


class _Watched:
    """A connected socket that stops reading at the deadline."""

    deadline: Deadline

    def recv_into(self, *arguments: Any, **named: Any) -> int:
        """Read what is there, unless the deadline has passed; wait no longer than until then."""
        connected: Any = super()
        self.deadline.check()
        left = max(self.deadline.left_s, _SHORTEST_S)
        patience = connected.gettimeout()
        if patience is not None and patience <= left:
            return int(connected.recv_into(*arguments, **named))
        connected.settimeout(left)
        try:
            return int(connected.recv_into(*arguments, **named))
        finally:
            connected.settimeout(patience)


class _Socket(_Watched, socket.socket):
    """One without encryption."""


class _TlsSocket(_Watched, ssl.SSLSocket):
    """One that speaks TLS; its handshake is bounded by the seconds to connect."""


_MOST_HEADER_BYTES = 16_384
"""Letters of all headers of one answer: Node.js, and with it the AWS SDK for JavaScript, takes no more either."""
_ADDRESS = re.compile(r"^\w+\(host=[^)]*\): ")
_SILENT = re.compile(r"Read timed out\. \(read timeout=([^)]+)\)")
"""What urllib3 puts around its messages: the address, which an exchange has anyway, and words of its own."""
_NEVER_ANSWERED = ("refused", "Name or service", "resolve", "unreachable", "No route")
_TOO_MANY_HEADERS = "got more than"
"""What http.client says of headers that it counts, in an exception of no kind of its own."""


class HttpTransport:
    """Sends HTTP requests to one target over one connection."""

    def __init__(
        self, limits: Limits, *, on_exchange: Callable[[float], None] = lambda _: None, ca_bundle: str = ""
    ) -> None:
        """Open nothing yet. `on_exchange` is called with the seconds of each exchange, whatever came of it.

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
        """Send one request, in chunks where the body is an iterator; return the answer or the fault.

        `within_s` seconds bound the answer, as the limits do. With `follows` only an answer on the connection of the
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
            headers_of_answer = tuple(answer.raw.headers.items())
            if sum(len(name) + len(value) for name, value in headers_of_answer) > _MOST_HEADER_BYTES:
                raise TooLargeError(f"the headers are larger than {_MOST_HEADER_BYTES} bytes together")
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
    """Say what went wrong; libraries say some of it in terms of their own insides."""
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
    return next((arg for arg in error.args if isinstance(arg, BaseException)), None)


def _innermost(error: BaseException) -> BaseException:
    inner = _inner(error)
    return error if inner is None or inner is error else _innermost(inner)


def _timed_out(error: BaseException) -> bool:
    inner = _inner(error)
    return isinstance(error, TimeoutError) or (inner is not None and inner is not error and _timed_out(inner))
