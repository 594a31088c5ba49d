"""The reference server itself: real HTTP on loopback, in this process.

Answers go out in one write each, and without Nagle's delay: header and body in two writes cost 40 ms an exchange.
"""

from __future__ import annotations

import io
import socket
import socketserver
import threading
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Self

from conformance.reference.http import (
    Answer,
    BoundedReader,
    Call,
    UnreadableRequestError,
    keeps_alive,
    read_call,
    read_head,
)
from conformance.reference.inputs import Rejection
from conformance.reference.service import Service
from conformance.reference.stages import Stages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Any

    from conformance.contract.model import Contract
    from conformance.worlds.model import World

_IDLE_S = 60.0
"""Seconds of silence after which a connection is closed."""
_REQUEST_S = 60.0
"""Seconds that a request may take from its first byte to its last."""
_DRAIN_S = 1.0
"""Seconds of silence, and reads at most, for what follows a request that can't be read."""
_DRAIN_ALL_S = 5.0
_DRAIN_READS = 1024
_ALLOW = "Allow: POST\r\n"
"""What HTTP itself asks of an answer that rejects a method (RFC 9110, section 15.5.6)."""
_CLOSE = "Connection: close\r\n"
_POLL_S = 0.02
"""Seconds that a stop may wait for the accepting thread to notice."""


class ReferenceServer:
    """A server of the operations, for the length of a `with` block or between `start` and `stop`.

    `port` 0 takes a free one. With `credentials` (access key to secret key) requests have to be signed. `service` makes
    the service from a world, and is where a variant of it comes in. Raises OSError where the port is taken.
    """

    def __init__(  # noqa: PLR0913 - each is one setting of a server
        self,
        world: World,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        credentials: Mapping[str, str] | None = None,
        contract: Contract | None = None,
        service: Callable[..., Stages] = Service,
        on_exchange: Callable[[Call | None, Answer], None] | None = None,
    ) -> None:
        """Bind the port; nothing is answered before `start`. `on_exchange` is called with each request and its answer.

        The calls come from several threads; the request is None where it could not be read.
        """
        self.service = service(world, contract=contract, credentials=credentials)
        self._listener = _Listener((host, port), self.service, on_exchange)
        self._thread: threading.Thread | None = None

    @property
    def endpoint_url(self) -> str:
        """The URL to send requests to, without a slash at its end."""
        host, port = self._listener.server_address[:2]
        name = host.decode() if isinstance(host, (bytes, bytearray)) else str(host)
        return f"http://{f'[{name}]' if ':' in name else name}:{port}"

    def start(self) -> Self:
        """Answer from now on, in threads of its own."""
        target = self._listener.serve_forever
        self._thread = threading.Thread(target=target, args=(_POLL_S,), name="reference-server", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Close the port and every connection; nothing is answered any more when this returns."""
        if self._thread is not None:
            self._listener.shutdown()
            self._thread.join()
            self._thread = None
        self._listener.server_close()
        self._listener.drop_connections()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Listener(socketserver.ThreadingTCPServer):
    """Accepts connections, a thread each."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(
        self,
        address: tuple[str, int],
        service: Stages,
        on_exchange: Callable[[Call | None, Answer], None] | None,
    ) -> None:
        self.service = service
        self.on_exchange = on_exchange or (lambda *_: None)
        self._connections: set[socket.socket] = set()
        self._guard = threading.Lock()
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, _Connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._connections.discard(request)
        super().shutdown_request(request)

    def drop_connections(self) -> None:
        with self._guard:
            connections = list(self._connections)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # closed already, from the other side

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that went away in the middle is no news."""


class _Connection(socketserver.StreamRequestHandler):
    """Reads requests off one connection and writes the answers, one after the other."""

    disable_nagle_algorithm = True
    timeout = _IDLE_S
    server: _Listener

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self._reader = BoundedReader(self.connection, idle_s=_IDLE_S, request_s=_REQUEST_S)
        self.rfile = io.BufferedReader(self._reader)

    def handle(self) -> None:
        try:
            while self._exchange():
                pass
        except (ConnectionError, TimeoutError):
            return  # the other side has gone; the connection is closed by whoever called

    def _exchange(self) -> bool:
        """Serve one request; says whether there may be another."""
        service = self.server.service
        self._reader.begin()
        try:
            head = read_head(self.rfile)
            if head is None:
                return False
            call = read_call(self.rfile, self.wfile, head)
        except UnreadableRequestError as error:
            rejection = Rejection("MalformedHttpRequestException", error.problem, status=error.status)
            answer = service.reject(rejection)
            self.server.on_exchange(None, answer)
            self._send(answer, keep=False, body=True)
            self._drain()
            return False
        keep = keeps_alive(head)
        answer = service.answer(call)
        self.server.on_exchange(call, answer)
        self._send(answer, keep=keep, body=call.method != "HEAD")
        return keep

    def _drain(self) -> None:
        """Take in what is still under way: closing on unread bytes would cost the other side the answer."""
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(_DRAIN_S)
        ends = time.monotonic() + _DRAIN_ALL_S
        for _ in range(_DRAIN_READS):
            if not self.connection.recv(65536) or time.monotonic() > ends:
                return

    def _send(self, answer: Answer, *, keep: bool, body: bool) -> None:
        status = HTTPStatus(answer.status)
        lines = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
        lines += f"{_ALLOW if status is HTTPStatus.METHOD_NOT_ALLOWED else ''}{'' if keep else _CLOSE}"
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\n{lines}\r\n"
        self.wfile.write(head.encode("latin-1") + (answer.body if body else b""))
