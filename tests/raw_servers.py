"""Servers on loopback that a test scripts byte by byte, the defects that they may have, and what they were asked."""

from __future__ import annotations

import contextlib
import itertools
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Self

from conformance.reference.http import Call
from conformance.reference.service import Service
from conformance.worlds.loading import load_world
from conformance.worlds.model import World

PATIENCE_S = 20.0
"""Seconds after which a test gives up on the other side."""

JSON = "application/x-amz-json-1.1"


@dataclass(frozen=True)
class Received:
    """One request as it came over the wire."""

    head: bytes
    """The request line and the headers, with the empty line that ends them."""
    body: bytes
    """The body as it stood on the wire: chunks are not put together."""

    @property
    def headers(self) -> Mapping[str, str]:
        lines = self.head.decode("latin-1").split("\r\n")[1:-2]
        return {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    @property
    def operation(self) -> str:
        return self.headers.get("x-amz-target", "").rpartition(".")[2]


Behaviour = Callable[[socket.socket, Received], bool]
"""Answers one request; says whether the connection stays open."""


@dataclass
class RawServer:
    """Listens on a free port and lets a behaviour answer each request that comes."""

    behaviour: Behaviour
    on_connection: Callable[[socket.socket], bool] = lambda _: True
    """Called before anything is read; False closes the connection."""
    tls: ssl.SSLContext | None = None
    """With which certificate and key it speaks TLS; None for plain HTTP."""
    received: list[Received] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._listening.getsockname()[1])
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def operations(self) -> list[str]:
        """The operations that it was asked for, in order."""
        return [request.operation for request in self.received]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def listen_no_more(self) -> None:
        """Take no new connection."""
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def close(self) -> None:
        """Listen no more, and drop every connection."""
        self.listen_no_more()
        with self._guard:
            connections = list(self._open)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self.connections += 1
                with self._guard:
                    self._open.add(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, contextlib.suppress(OSError):
            if self.on_connection(connection):
                self._converse(self.tls.wrap_socket(connection, server_side=True) if self.tls else connection)
        with self._guard:
            self._open.discard(connection)

    def _converse(self, connection: socket.socket) -> None:
        with connection:
            while (request := read_request(connection)) is not None:
                self.received.append(request)
                if not self.behaviour(connection, request):
                    break


def read_request(connection: socket.socket) -> Received | None:
    """Read one request off a connection; None where the other side has closed it."""
    stream = connection.makefile("rb", buffering=0)
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = stream.read(1)
        if not byte:
            return None
        head += byte
    headers = Received(head, b"").headers
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while not body.endswith(b"0\r\n\r\n"):
            body += stream.read(1) or b"0\r\n\r\n"
        return Received(head, body)
    length, body = int(headers.get("content-length", "0")), b""
    while len(body) < length and (part := stream.read(length - len(body))):
        body += part
    return Received(head, body)


def response(
    status: int, body: bytes, content_type: str = JSON, *headers: str, length: int | None = None, request_id: str = "1"
) -> bytes:
    """Write an HTTP answer; `length` says something else than the body's own."""
    lines = (
        f"HTTP/1.1 {status} Whatever",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body) if length is None else length}",
        f"x-amzn-RequestId: {request_id}",
        f"Date: {formatdate(usegmt=True)}",
        *headers,
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def always(status: int, body: bytes, content_type: str = JSON, *headers: str) -> Behaviour:
    """Return the same answer to everything."""

    def answer(connection: socket.socket, _: Received) -> bool:
        connection.sendall(response(status, body, content_type, *headers))
        return True

    return answer


def reference(world: World | None = None) -> Behaviour:
    """Answer as the reference server does, without asking for signatures."""
    service = Service(world or load_world("default"))

    def answer(connection: socket.socket, request: Received) -> bool:
        method, target, _ = request.head.decode("latin-1").split("\r\n")[0].split()
        answered = service.answer(Call(method, target, request.headers, request.body))
        head = response(answered.status, answered.body, answered.content_type, request_id=answered.request_id)
        connection.sendall(head)
        return True

    return answer


def never_answers(connection: socket.socket, _: Received) -> bool:
    """Read, and wait until the other side goes away."""
    connection.recv(1)
    return False


def closes_at_once(_: socket.socket) -> bool:
    """Close a connection as soon as it comes."""
    return False


def never_ends(connection: socket.socket, _: Received) -> bool:
    """Send a body without an end."""
    connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\nConnection: close\r\n\r\n".encode())
    while True:
        connection.sendall(b" " * 65536)


def sends_more(connection: socket.socket, _: Received) -> bool:
    """Send a longer body than it promises."""
    connection.sendall(response(200, b"{} and more", length=2))
    return True


def redirects_to(url: str) -> Behaviour:
    """Send everybody elsewhere."""
    return always(307, b"", "text/plain", f"Location: {url}/")


@contextmanager
def dying_after(requests: int) -> Iterator[RawServer]:
    """Yield a server that answers well so many times and then is gone."""
    left, right = itertools.count(requests - 1, -1), reference()

    def answer(connection: socket.socket, request: Received) -> bool:
        if next(left) >= 0:
            return right(connection, request)
        server.close()
        return False

    with RawServer(answer) as server:
        yield server
