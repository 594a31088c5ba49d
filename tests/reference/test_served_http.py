"""HTTP as it is spoken on the socket: connections that stay, bodies in chunks, limits, a clean end."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests

from conformance.errors import UserError
from conformance.reference import server
from conformance.reference.foreground import serve
from conformance.reference.http import MAX_BODY_BYTES
from conformance.reference.server import ReferenceServer
from conformance.reference.service import Service
from conformance.worlds.loading import load_world

if TYPE_CHECKING:
    from reference.calling import Caller

BODY = b'{"HyperParameterTuningJobName":"x"}'
DESCRIBE = "DescribeHyperParameterTuningJob"
TARGET = {"X-Amz-Target": f"SageMaker.{DESCRIBE}"}
HEAD = b"POST / HTTP/1.1\r\nHost: h\r\nX-Amz-Target: SageMaker.DescribeHyperParameterTuningJob\r\n"
WHOLE = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY


def connect(endpoint_url: str) -> socket.socket:
    address = urlsplit(endpoint_url)
    return socket.create_connection((address.hostname or "", address.port or 0), timeout=10)


def talk(endpoint_url: str, *parts: bytes) -> bytes:
    """Send bytes, close our side, and give all that comes back."""
    with connect(endpoint_url) as connection:
        for part in parts:
            connection.sendall(part)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_body_in_chunks_is_read(caller: Caller) -> None:
    parts = iter([BODY[:5], BODY[5:6], BODY[6:]])
    response = caller.session.post(f"{caller.endpoint_url}/", data=parts, headers=TARGET, timeout=10)
    assert response.json()["HyperParameterTuningJobName"] == "x"


def test_many_requests_are_served_on_one_connection(caller: Caller) -> None:
    assert talk(caller.endpoint_url, WHOLE * 3).count(b"HTTP/1.1 200 OK") == 3


def test_a_connection_is_closed_where_the_client_asks_for_it(caller: Caller) -> None:
    request = HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY
    answer = talk(caller.endpoint_url, request * 2)
    assert answer.count(b"HTTP/1.1 200 OK") == 1
    assert b"Connection: close\r\n" in answer


def test_expect_continue_is_answered_before_the_body(caller: Caller) -> None:
    request = HEAD + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(BODY)
    assert talk(caller.endpoint_url, request, BODY).startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"POST / SMTP/1.1\r\n\r\n", 400),
        (HEAD + b": no name\r\n\r\n", 400),
        (HEAD + b"no colon\r\n\r\n", 400),
        (HEAD + b"Content-Length: -1\r\n\r\n", 400),
        (HEAD + b"Content-Length: 1_0\r\n\r\n", 400),
        (HEAD + b"Content-Length: 99\r\n\r\nshort", 400),
        (HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", 400),
        (HEAD + b"Transfer-Encoding: gzip\r\n\r\n", 400),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n", 400),
        (HEAD + b"Content-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1), 413),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffff\r\n", 413),
        (HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", 413),
        (HEAD + b"Content-Length: " + b"1" * 16 + b"\r\n\r\n", 413),
        (HEAD + b"X-Long: " + b"a" * 70000 + b"\r\n\r\n", 431),
        (HEAD + b"X-Many: 1\r\n" * 120 + b"\r\n", 431),
    ],
    ids=lambda value: repr(value)[-40:],
)
def test_malformed_http_is_rejected(caller: Caller, request_bytes: bytes, status: int) -> None:
    answer = talk(caller.endpoint_url, request_bytes)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b'"__type":"MalformedHttpRequestException"' in answer


def test_zeros_in_front_of_a_length_mean_nothing(caller: Caller) -> None:
    answer = talk(caller.endpoint_url, HEAD + b"Content-Length: " + b"0" * 5000 + b"2\r\n\r\n{}")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"ValidationException" in answer


@pytest.mark.parametrize("begun", [HEAD + b"X-Slow: ", HEAD + b"Content-Length: 4000000\r\n\r\n", b"P"])
def test_a_request_that_drips_for_ever_is_given_up(
    begun: bytes, reference_server: ReferenceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_REQUEST_S", 0.2)
    with connect(reference_server.endpoint_url) as connection:
        connection.settimeout(0.05)
        connection.sendall(begun)
        answer = b""
        while not answer.startswith(b"HTTP/1.1 408 "):
            connection.sendall(b"a")
            try:
                answer += connection.recv(64)
            except TimeoutError:
                continue


def test_a_body_beyond_the_limit_is_rejected_and_not_dropped(caller: Caller) -> None:
    response = caller.post(DESCRIBE, b" " * (MAX_BODY_BYTES + 1))
    assert response.status_code == 413


def test_several_clients_are_served_at_once(reference_server: ReferenceServer) -> None:
    def client(_: int) -> list[int]:
        with requests.Session() as session:
            url = reference_server.endpoint_url
            return [session.post(url, data=BODY, headers=TARGET, timeout=10).status_code for _ in range(20)]

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(client, range(8))) == [[200] * 20] * 8


def test_a_stopped_server_answers_nothing_on_open_connections_either() -> None:
    ReferenceServer(load_world("empty")).stop()  # one that was never started
    server = ReferenceServer(load_world("empty")).start()
    with connect(server.endpoint_url) as connection:
        connection.sendall(WHOLE)
        assert connection.recv(65536).startswith(b"HTTP/1.1 400 Bad Request")
        server.stop()
        assert connection.recv(65536) == b""
    with pytest.raises(ConnectionRefusedError):
        connect(server.endpoint_url)


class BrokenService(Service):
    """Has a bug in the middle of an operation."""

    def describe(self, members: dict[str, Any]) -> dict[str, Any]:
        raise ZeroDivisionError(members)


def test_a_bug_of_the_server_is_an_internal_failure() -> None:
    with ReferenceServer(load_world("default"), service=BrokenService) as server:
        response = requests.post(server.endpoint_url, data=BODY, headers=TARGET, timeout=10)
    assert response.status_code == 500
    assert response.json()["__type"] == "InternalFailure"
    assert "ZeroDivision" not in response.text


PROGRAM = """
from conformance.reference import serve
from conformance.worlds import load_world
serve(load_world("empty"))
"""


@pytest.mark.slow
@pytest.mark.parametrize("signal_name", ["SIGINT", "SIGTERM"])
def test_the_foreground_server_ends_quietly_on_a_signal(signal_name: str) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    line = program.stdout.readline()
    assert line.startswith("serving world empty at http://127.0.0.1:")
    url = line.split()[4]
    assert requests.get(url, timeout=10).status_code == 405
    program.send_signal(getattr(signal, signal_name))
    _, errors = program.communicate(timeout=10)
    assert (program.returncode, errors) == (0, "")


def test_a_port_that_is_taken_is_an_error() -> None:
    with ReferenceServer(load_world("empty")) as server:
        port = int(server.endpoint_url.rpartition(":")[2])
        with pytest.raises(UserError) as caught:
            serve(load_world("empty"), port=port)
    assert caught.value.where == f"127.0.0.1:{port}"
