"""A connection that keeps a deadline: however slowly a server drips, no read goes on after it.

A read timeout bounds the silence between two bytes, not the answer: a header line that comes byte by byte would hold a
run for hours. The socket itself therefore looks at the clock before it reads.
"""

from __future__ import annotations

import socket
import time
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import PoolManager
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


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


class _Socket(socket.socket):
    """A connected socket that stops reading at the deadline."""

    deadline: Deadline

    def recv_into(self, *arguments: Any, **named: Any) -> int:
        """Read what is there, unless the deadline has passed; wait no longer than until then."""
        left = self.deadline.left_s
        if left <= 0:
            raise TimeoutError("the answer took longer than its limit in all")
        patience = self.gettimeout()
        if patience is not None and patience <= left:
            return super().recv_into(*arguments, **named)
        self.settimeout(left)
        try:
            return super().recv_into(*arguments, **named)
        finally:
            self.settimeout(patience)


class DeadlineAdapter(HTTPAdapter):
    """The transport of one client: a single kept connection whose reading ends at the deadline.

    Over TLS the deadline is kept between reads of the body only: the socket there is the TLS library's own.
    """

    def __init__(self, deadline: Deadline) -> None:
        """Make the kinds of connections that know this deadline."""

        class Connection(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                plain = super()._new_conn()  # type: ignore[no-untyped-call, unused-ignore]
                timeout = plain.gettimeout()
                watched = _Socket(plain.family, plain.type, plain.proto, fileno=plain.detach())
                watched.settimeout(timeout)
                watched.deadline = deadline
                return watched

        class Pool(HTTPConnectionPool):
            ConnectionCls = Connection

        self._pools = {"http": Pool, "https": HTTPSConnectionPool}
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:  # noqa: FBT001, FBT002 - the signature of requests
        """Make the pool of connections."""
        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools
