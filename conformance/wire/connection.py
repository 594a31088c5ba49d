"""The one connection of a client: it keeps a deadline, and passes over what a server sends before its answer.

A read timeout bounds the silence between two bytes, not the answer: a header line that comes byte by byte would hold a
run for hours. The socket itself therefore looks at the clock before it reads.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

from conformance.wire.deadline import Deadline

_SHOWN = 60
"""Bytes that are kept of what nobody asked for."""
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
                raise OtherProtocolError("the answer is HTTP 101, and nobody asked for another protocol")
            self.headers = None  # type: ignore[assignment]  # so that reading begins anew
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
