"""Malicious servers: answers without end or without shape, each a behaviour of a raw server."""

from __future__ import annotations

import gzip
import itertools
import json
import socket
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from raw_servers import JSON, Behaviour, Received, always, reference, response

_PIECE = b"a" * 65536


def drips(prefix: bytes, drop: bytes) -> Behaviour:
    """Send a prefix, and then one drop after the other until the other side goes away."""

    def answer(connection: socket.socket, _: Received) -> bool:
        connection.sendall(prefix)
        connection.settimeout(0.05)
        while True:
            connection.sendall(drop)
            try:
                if not connection.recv(1):
                    return False
            except TimeoutError:
                continue

    return answer


def floods(prefix: bytes, piece: bytes) -> Behaviour:
    """Send a prefix, and then one piece after the other, as fast as they go."""

    def answer(connection: socket.socket, _: Received) -> bool:
        connection.sendall(prefix)
        while True:
            connection.sendall(piece)

    return answer


def says(prefix: bytes) -> Behaviour:
    """Send these very bytes and close."""

    def answer(connection: socket.socket, _: Received) -> bool:
        connection.sendall(prefix)
        return False

    return answer


def long_string(size: int) -> Behaviour:
    """Answer with an object whose one member is a string of so many bytes, and a true Content-Length."""
    head, tail = b'{"A":"', b'"}'

    def answer(connection: socket.socket, _: Received) -> bool:
        connection.sendall(response(200, head, length=len(head) + size + len(tail)))
        for _piece in range(size // len(_PIECE)):
            connection.sendall(_PIECE)
        connection.sendall(b"a" * (size % len(_PIECE)) + tail)
        return True

    return answer


def bomb(size: int, window: int = 16 + zlib.MAX_WBITS) -> bytes:
    """Return a JSON object with a string of so many bytes, packed by gzip: about a thousandth of it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    parts = [packer.compress(b'{"A":"')]
    parts += [packer.compress(_PIECE) for _ in range(size // len(_PIECE))]
    return b"".join((*parts, packer.compress(b'"}'), packer.flush()))


def packed(body: bytes, coding: str = "gzip") -> Behaviour:
    """Return the same packed body to everything."""
    return always(200, body, JSON, f"Content-Encoding: {coding}")


def shapeless(body: bytes) -> Behaviour:
    """Return the same body to everything, with status 200."""
    return always(200, body)


def with_length(said: str | None, body: bytes = b'{"A":1}') -> Behaviour:
    """Answer with whatever Content-Length; None for none, and the end of the connection instead."""
    length = "" if said is None else f"Content-Length: {said}\r\n"
    return says(f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\n{length}\r\n".encode() + body)


ENDLESS = f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\n".encode()
CHUNKED = ENDLESS + b"Transfer-Encoding: chunked\r\n\r\n"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"
NESTED = b'{"A":' + b"[" * 10_000 + b"]" * 10_000 + b"}"

FAULTY: dict[str, tuple[Behaviour, str]] = {
    "headers-byte-by-byte": (drips(ENDLESS + b"X-Slow: ", b"a"), "timeout"),
    "body-byte-by-byte": (drips(response(200, b"", length=10_000), b" "), "timeout"),
    "body-without-end": (floods(ENDLESS + b"\r\n", _PIECE), "too-large"),
    "chunks-without-end": (
        floods(CHUNKED, b"10000\r\n" + _PIECE + b"\r\n"),
        "too-large",
    ),
    "chunk-that-is-no-number": (says(CHUNKED + b"zz\r\n{}\r\n"), "dropped"),
    "chunk-larger-than-anything": (says(CHUNKED + b"f" * 20 + b"\r\n{}\r\n"), "dropped"),
    "chunk-size-without-end": (floods(CHUNKED, b"0" * 65536), "not-http"),
    "chunk-extension-without-end": (floods(CHUNKED + b"2;", _PIECE), "not-http"),
    "chunk-extension-byte-by-byte": (drips(CHUNKED + b"2;", b"x"), "timeout"),
    "chunks-of-one-byte-without-end": (floods(CHUNKED, b"1\r\n \r\n" * 10_000), "timeout"),
    "trailers-without-end": (floods(CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-T: 1\r\n" * 1000), "timeout"),
    "header-without-end": (floods(ENDLESS + b"X-Long: ", _PIECE), "not-http"),
    "headers-without-end": (floods(ENDLESS, b"X-Many: 1\r\n" * 1000), "not-http"),
    "ten-thousand-headers": (
        always(200, b"{}", JSON, *(f"X-{number}: 1" for number in range(10_000))),
        "not-http",
    ),
    "headers-of-megabytes": (always(200, b"{}", JSON, *("X-Long: " + "a" * 65_000 for _ in range(90))), "too-large"),
    "continue-for-ever": (floods(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), "timeout"),
    "hints-for-ever": (floods(b"", HINTS * 100), "timeout"),
    "switches-protocols": (drips(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: tls\r\n\r\n", b"a"), "not-http"),
    "another-version": (says(b"HTTP/3 200 OK\r\nContent-Length: 2\r\n\r\n{}"), "not-http"),
    "body-without-head": (says(b'{"A":1}'), "not-http"),
    "two-lengths": (says(ENDLESS + b"Content-Length: 2\r\nContent-Length: 7\r\n\r\n{}     "), "not-http"),
    "tls-without-being-asked": (says(b"\x15\x03\x01\x00\x02\x02\x46"), "not-http"),
    "length-larger": (with_length("1000"), "dropped"),
    "closes-in-the-status": (says(b"HTTP/1."), "not-http"),
    "long-string": (long_string(200_000_000), "too-large"),
    "bomb": (packed(bomb(200_000_000)), "too-large"),
    "bomb-in-a-bomb": (
        always(200, gzip.compress(bomb(200_000_000)), JSON, "Content-Encoding: gzip, gzip"),
        "not-http",
    ),
    "packed-cut-short": (packed(bomb(1_000)[:-12]), "not-http"),
    "bomb-of-another-kind": (packed(bomb(200_000_000, zlib.MAX_WBITS), "deflate"), "too-large"),
    "packed-in-brotli": (packed(b"\x1b\xff\xff\xff" * 1000, "br"), "not-http"),
    "packed-by-nothing-without-end": (
        floods(ENDLESS + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"")[:10], b"\0\0\0\xff\xff" * 10_000),
        "too-large",
    ),
    "packed-in-an-odd-way": (always(200, b"{}", JSON, "Content-Encoding: \x7fodd"), "not-http"),
}
"""Behaviours that end in a fault, and its kind."""

ANSWERED: dict[str, tuple[Behaviour, str]] = {
    "length-smaller": (with_length("2", b"{} and more"), ""),
    "length-negative": (with_length("-5"), ""),
    "length-missing": (with_length(None), ""),
    "length-no-number": (with_length("many"), ""),
    "hints-first": (says(HINTS * 3 + response(200, b'{"A":1}')), ""),
    "closes-in-the-headers": (says(b"HTTP/1.1 200 OK\r\nContent-Le"), "not JSON"),
    "nested": (shapeless(NESTED), "nests deeper"),
    "many-small-values": (shapeless(b"[" + b"{}," * 400_000 + b"0]"), "more than 500,000 values"),
    "broken-utf8": (shapeless(b'{"A":"\xc3\x28"}'), "not UTF-8"),
    "nan": (shapeless(b'{"A":NaN}'), "NaN is not JSON"),
    "huge-number": (shapeless(b'{"A":' + b"9" * 100_000 + b"}"), "larger than any"),
    "lone-surrogates": (shapeless(b'{"A":"\\ud800","\\udfff":1}'), ""),
    "duplicate-keys": (shapeless(b'{"A":1,"A":2}'), "is there twice"),
    "empty": (shapeless(b""), "not JSON"),
}
"""Behaviours that give an answer, and what is said of its body; the empty string where it can be read."""


@dataclass
class Paging:
    """The reference server, but that its listing carries tokens, or items, of the test's own."""

    token: Callable[[int], Any]
    """Gives the token of a page by the number of requests so far."""
    items: bool = True
    """Whether pages carry their items."""
    _right: Behaviour = field(default_factory=reference)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def __call__(self, connection: socket.socket, request: Received) -> bool:
        if not request.operation.startswith("ListTrainingJobs") or b'"HyperParameterTuningJobName"' not in request.body:
            return self._right(connection, request)
        number = next(self._numbers)
        items = [{"TrainingJobName": f"job-{number}"}] if self.items else []
        page = {"TrainingJobSummaries": items, "NextToken": self.token(number)}
        connection.sendall(response(200, json.dumps(page).encode(), request_id=f"{number}"))
        return True


LONG = "x" * 1_000_000
TOKENS: dict[str, Callable[[], Paging]] = {
    "tokens-never-end": lambda: Paging(lambda number: f"token-{number}"),
    "tokens-never-end-and-no-items": lambda: Paging(lambda number: f"token-{number}", items=False),
    "tokens-repeat": lambda: Paging(lambda number: f"token-{number % 3}"),
    "tokens-of-a-megabyte": lambda: Paging(lambda number: f"{number}{LONG}"),
    "tokens-of-sixty-kilobytes": lambda: Paging(lambda number: f"{number}{LONG[:60_000]}"),
}


def out_of_order() -> Behaviour:
    """Answer each request with the answer that the one before was due; the first waits for none and gets an error."""
    waiting = [response(400, b'{"__type":"ValidationException","message":"none yet"}')]
    right = reference()

    class Keeping:
        """Keeps what is sent through it."""

        def sendall(self, data: bytes) -> None:
            waiting.append(data)

    def answer(connection: socket.socket, request: Received) -> bool:
        right(Keeping(), request)  # type: ignore[arg-type]  # all that a behaviour does with a connection here
        connection.sendall(waiting.pop(0))
        return True

    return answer


def to_libraries(behaviour: Behaviour) -> Behaviour:
    """Be malicious to client libraries only; answer everything else rightly."""
    right = reference()

    def answer(connection: socket.socket, request: Received) -> bool:
        by_library = "boto" in request.headers.get("user-agent", "").lower()
        return (behaviour if by_library else right)(connection, request)

    return answer


def redirecting_libraries(url: str) -> Behaviour:
    """Send client libraries elsewhere, each time with another status that says so."""
    statuses = itertools.cycle((301, 302, 303, 307, 308))

    def answer(connection: socket.socket, _: Received) -> bool:
        connection.sendall(response(next(statuses), b"", "text/plain", f"Location: {url}/"))
        return True

    return to_libraries(answer)
