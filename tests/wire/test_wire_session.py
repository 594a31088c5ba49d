"""The HTTP session, byte by byte: what goes over the wire, what comes back, and the bounds that hold."""

from __future__ import annotations

import gzip
import socket
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from raw_servers import (
    JSON,
    Behaviour,
    RawServer,
    Received,
    always,
    closes_at_once,
    never_answers,
    never_ends,
    promises_more,
    redirects_to,
    response,
    sends_more,
)

from conformance.wire.client import Client, Protocol, Traffic, TransportOptions
from conformance.wire.exchange import HttpRequest, Signing
from conformance.wire.limits import NO_SUCH_OPERATION, Limits
from conformance.wire.request import OutgoingRequest, Request
from conformance.wire.signing import Credentials

PROTOCOL = Protocol("sagemaker", "SageMaker", JSON)
KEYS = Credentials("AKIDEXAMPLE", "canary-of-a-secret-key", "canary-of-a-session-token")
OPERATION = "DescribeHyperParameterTuningJob"
SHORT = Limits(connect_s=2, read_s=0.2, total_s=0.5, max_body_bytes=100_000)
"""For servers that never come to an end."""
PATIENT = replace(SHORT, connect_s=20, read_s=20, total_s=20)
"""For servers that answer: nothing hangs on how fast they do."""


@contextmanager
def client_of(server: RawServer, credentials: Credentials | None = KEYS, **settings: Any) -> Iterator[Client]:
    client = Client(server.url, PROTOCOL, credentials, **settings)
    try:
        yield client
    finally:
        client.close()


@pytest.fixture
def agreeable() -> Iterator[RawServer]:
    """Yield a server that answers everything with a small object."""
    with RawServer(always(200, b'{"A":1}')) as server:
        yield server


def test_a_call_is_one_signed_post_with_the_protocols_headers(agreeable: RawServer) -> None:
    with client_of(agreeable) as client:
        exchange = client.call(OPERATION, {"Name": "a"})
    assert exchange.ok
    assert exchange.answer == {"A": 1}
    (request,) = agreeable.received
    assert request.head.startswith(b"POST / HTTP/1.1\r\n")
    assert request.body == b'{"Name":"a"}'
    headers = request.headers
    assert headers["x-amz-target"] == f"SageMaker.{OPERATION}"
    assert headers["content-type"] == JSON
    assert headers["content-length"] == "12"
    assert headers["accept-encoding"] == "identity"
    assert headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
    assert "/us-east-1/sagemaker/aws4_request" in headers["authorization"]


def test_without_credentials_nothing_is_signed(agreeable: RawServer) -> None:
    with client_of(agreeable, credentials=None) as client:
        assert client.call(OPERATION, {}).ok
    assert "authorization" not in agreeable.received[0].headers


def test_a_chunked_body_goes_out_in_chunks_and_without_a_length(agreeable: RawServer) -> None:
    with client_of(agreeable) as client:
        assert client.send(Request(OPERATION, b'{"Name":"abcdefgh"}', chunked=True)).ok
    (request,) = agreeable.received
    assert request.headers["transfer-encoding"] == "chunked"
    assert "content-length" not in request.headers
    assert request.body == b'10\r\n{"Name":"abcdefg\r\n3\r\nh"}\r\n0\r\n\r\n'


@pytest.mark.parametrize(
    ("request_", "header", "value"),
    [
        (Request(OPERATION, b"{}", target="SageMaker.Other"), "x-amz-target", "SageMaker.Other"),
        (Request(OPERATION, b"{}", target=""), "x-amz-target", None),
        (Request(OPERATION, b"{}", content_type="text/plain"), "content-type", "text/plain"),
        (Request(OPERATION, b"{}", content_type=""), "content-type", None),
        (Request(OPERATION, b"{}", extra_headers=(("X-Odd", "1"),)), "x-odd", "1"),
        (Request(OPERATION, b"", method="GET"), "content-length", "0"),
    ],
    ids=["target", "no-target", "content-type", "no-content-type", "extra", "empty-get"],
)
def test_a_bent_request_goes_out_as_it_is(
    request_: Request, header: str, value: str | None, agreeable: RawServer
) -> None:
    with client_of(agreeable) as client:
        assert client.send(request_).ok
    (request,) = agreeable.received
    assert request.headers.get(header) == value
    assert request.head.startswith(request_.method.encode() + b" / ")


def test_one_connection_serves_many_requests(agreeable: RawServer) -> None:
    with client_of(agreeable) as client:
        assert all(client.call(OPERATION, {"N": number}).ok for number in range(20))
    assert agreeable.connections == 1


def test_no_secret_is_in_an_exchange(agreeable: RawServer) -> None:
    with client_of(agreeable) as client:
        exchange = client.call(OPERATION, {})
    assert KEYS.session_token
    assert KEYS.session_token.encode() in agreeable.received[0].head
    assert "canary" not in repr(exchange) + repr(KEYS)
    names = {name.lower() for name, _ in exchange.request.headers}
    assert not names & {"authorization", "x-amz-security-token", "cookie"}


@pytest.mark.parametrize(
    "request_",
    [
        Request.call("CreateHyperParameterTuningJob", {}),
        Request(OPERATION, b"{}", target="SageMaker.DeleteHyperParameterTuningJob"),
        Request(OPERATION, b"{}", target="Other.StopHyperParameterTuningJob"),
    ],
    ids=["operation", "target", "other-prefix"],
)
def test_what_is_not_allowed_is_never_sent(request_: Request, agreeable: RawServer) -> None:
    with client_of(agreeable, allowed=frozenset({OPERATION})) as client:
        exchange = client.send(request_)
    assert exchange.fault is not None
    assert exchange.fault.kind == "refused-by-client"
    assert OPERATION in exchange.fault.detail
    assert agreeable.connections == 0


@pytest.mark.parametrize("target", ["SageMaker.DeleteHyperParameterTuningJob", "", f"Other.{OPERATION}s"])
def test_what_a_library_made_is_held_to_the_same(target: str, agreeable: RawServer) -> None:
    shown = HttpRequest("POST", agreeable.url, (), b"{}")
    headers = {"X-Amz-Target": target}
    with client_of(agreeable, allowed=frozenset({OPERATION})) as client:
        exchange = client.relay(
            OutgoingRequest(OPERATION, "POST", agreeable.url, headers, b"{}", client="boto3"), shown
        )
    assert exchange.fault is not None
    assert exchange.fault.kind == "refused-by-client"
    assert agreeable.connections == 0


def test_a_library_is_throttled_and_its_credentials_end_as_for_all() -> None:
    waited: list[float] = []
    outgoing = OutgoingRequest(OPERATION, "POST", "", {"X-Amz-Target": f"SageMaker.{OPERATION}"}, b"{}", client="boto3")
    traffic = Traffic()
    with (
        RawServer(throttled(2, "ThrottlingException")) as server,
        client_of(server, sleep=waited.append, transport_options=TransportOptions(traffic=traffic)) as client,
    ):
        assert client.relay(replace(outgoing, url=f"{server.url}/"), HttpRequest("POST", server.url, (), b"{}")).ok
    assert (len(waited), traffic.throttled, traffic.sent) == (2, 2, 3)
    transport_options = TransportOptions(refusals=frozenset({"ExpiredTokenException"}))
    with (
        RawServer(always(400, b'{"__type":"ExpiredTokenException","message":"over"}')) as server,
        client_of(server, transport_options=transport_options) as client,
    ):
        ended = client.relay(replace(outgoing, url=f"{server.url}/"), HttpRequest("POST", server.url, (), b"{}"))
        unsigned = client.send(Request(OPERATION, b"{}", signing=Signing.NONE))
    assert ended.fault is not None
    assert ended.fault.kind == "credentials"
    assert unsigned.error_code == "ExpiredTokenException"


@pytest.mark.parametrize("target", ["", f"SageMaker.{NO_SUCH_OPERATION}", OPERATION, f"Other.{OPERATION}"])
def test_a_target_that_reaches_nothing_may_be_sent(target: str, agreeable: RawServer) -> None:
    with client_of(agreeable, allowed=frozenset({OPERATION})) as client:
        assert client.send(Request(OPERATION, b"{}", target=target)).ok


def test_a_budget_ends_the_sending(agreeable: RawServer) -> None:
    with client_of(agreeable, budget=2) as client:
        kinds = [exchange.fault and exchange.fault.kind for exchange in (client.call(OPERATION, {}) for _ in range(4))]
    assert kinds == [None, None, "budget", "budget"]
    assert len(agreeable.received) == 2


def test_the_pace_is_kept_by_waiting(agreeable: RawServer) -> None:
    waited: list[float] = []
    with client_of(agreeable, requests_per_second=0.01, sleep=waited.append) as client:
        for _ in range(3):
            assert client.call(OPERATION, {}).ok
    assert len(waited) == 2
    assert waited[0] == pytest.approx(100, abs=10)
    assert waited[1] == pytest.approx(200, abs=10)  # the injected sleep does not pass the time


def throttled(times: int, code: str) -> Behaviour:
    left = [times]

    def answer(connection: socket.socket, request: Received) -> bool:
        left[0] -= 1
        busy = always(400, f'{{"__type":"{code}","message":"slow down"}}'.encode())
        return (busy if left[0] >= 0 else always(200, b"{}"))(connection, request)

    return answer


@pytest.mark.parametrize("code", ["ThrottlingException", "TooManyRequestsException", "a.b#Throttling"])
def test_a_throttled_request_is_sent_again_after_growing_pauses(code: str) -> None:
    waited: list[float] = []
    with RawServer(throttled(3, code)) as server, client_of(server, sleep=waited.append) as client:
        assert client.call(OPERATION, {}).ok
    assert waited == sorted(waited)
    assert len(waited) == 3
    assert len({request.body for request in server.received}) == 1


def failing(times: int) -> Behaviour:
    left = [times]

    def answer(connection: socket.socket, request: Received) -> bool:
        left[0] -= 1
        broken = always(500, b'{"__type":"InternalFailure"}')
        return (broken if left[0] >= 0 else always(200, b"{}"))(connection, request)

    return answer


@pytest.mark.parametrize(
    ("live", "failures", "status", "sent"),
    [(True, 1, 200, 2), (True, 3, 200, 4), (True, 4, 500, 4), (False, 3, 200, 4), (False, 4, 500, 4)],
)
def test_a_target_is_asked_again_after_an_internal_failure(
    *, live: bool, failures: int, status: int, sent: int
) -> None:
    transport_options = TransportOptions(at_times_broken=live)
    waited: list[float] = []
    with (
        RawServer(failing(failures)) as server,
        client_of(server, sleep=waited.append, transport_options=transport_options) as client,
    ):
        assert client.call(OPERATION, {}).status == status
    assert (len(server.received), transport_options.traffic.sent, transport_options.traffic.throttled) == (
        sent,
        sent,
        0,
    )
    assert transport_options.traffic.recovered == (status == 200)
    assert bool(waited) is live


def test_a_target_that_stays_broken_is_asked_again_just_once_after_a_while() -> None:
    with RawServer(failing(1_000)) as server, client_of(server) as client:
        sent = [(client.call(OPERATION, {"Name": f"{number}"}), len(server.received))[1] for number in range(12)]
    assert (sent[0], sent[11] - sent[10]) == (4, 2)


def test_what_does_not_only_read_is_not_sent_again_after_an_internal_failure() -> None:
    with RawServer(failing(1)) as server, client_of(server) as client:
        assert client.call("CreateHyperParameterTuningJob", {}).status == 500
    assert len(server.received) == 1


def test_throttling_without_end_is_a_fault_and_no_answer() -> None:
    waited: list[float] = []
    with RawServer(throttled(100, "ThrottlingException")) as server, client_of(server, sleep=waited.append) as client:
        exchange = client.call(OPERATION, {})
    assert exchange.response is None
    assert exchange.fault is not None
    assert exchange.fault.kind == "throttled"
    assert len(waited) == 5
    assert sum(waited) < 10


def test_a_kept_connection_that_was_dropped_costs_one_more_request() -> None:
    def hangs_up(connection: socket.socket, request: Received) -> bool:
        always(200, b"{}")(connection, request)
        return False  # without having said `Connection: close`

    with RawServer(hangs_up) as server, client_of(server) as client:
        assert all(client.call(OPERATION, {"N": number}).ok for number in range(4))
    assert server.connections == 4


@pytest.mark.parametrize(
    ("behaviour", "on_connection", "kind"),
    [
        (never_answers, lambda _: True, "timeout"),
        (never_answers, closes_at_once, "dropped"),
        (never_ends, lambda _: True, "too-large"),
        (promises_more, lambda _: True, "dropped"),
    ],
    ids=["never-answers", "closes-at-once", "never-ends", "promises-more"],
)
def test_a_defect_is_a_fault_within_its_limits(behaviour: Behaviour, on_connection: Any, kind: str) -> None:
    limits = SHORT if kind == "timeout" else PATIENT
    with RawServer(behaviour, on_connection) as server, client_of(server, limits=limits) as client:
        exchange = client.call(OPERATION, {})
        # A dropped connection may have been an old one: it is tried once more, and not for ever.
        assert server.connections == (2 if kind == "dropped" else 1)
    assert exchange.response is None
    assert exchange.fault is not None
    assert exchange.fault.kind == kind
    assert "host=" not in exchange.fault.detail


def test_a_body_that_drips_is_cut_off_at_the_limit_in_all() -> None:
    def drips(connection: socket.socket, request: Received) -> bool:  # noqa: ARG001 - a behaviour's signature
        connection.sendall(response(200, b"", length=10_000))
        connection.settimeout(0.05)
        while True:
            connection.sendall(b" ")
            try:
                if not connection.recv(1):
                    return False
            except TimeoutError:
                continue

    with RawServer(drips) as server, client_of(server, limits=SHORT) as client:
        exchange = client.call(OPERATION, {})
    assert exchange.fault is not None
    assert exchange.fault.kind == "timeout"


def test_more_bytes_than_promised_do_not_reach_the_next_answer() -> None:
    with RawServer(sends_more) as server, client_of(server, limits=PATIENT) as client:
        first, second = client.call(OPERATION, {"N": 1}), client.call(OPERATION, {"N": 2})
    assert first.answer == {}
    assert second.response is None or second.answer == {}


def test_what_is_no_http_is_a_fault_of_its_own() -> None:
    def speaks_otherwise(connection: socket.socket, request: Received) -> bool:  # noqa: ARG001 - as above
        connection.sendall(b"220 mail.example.com ESMTP\r\n\r\n")
        return False

    with RawServer(speaks_otherwise) as server, client_of(server, limits=PATIENT) as client:
        exchange = client.call(OPERATION, {})
    assert exchange.fault is not None
    assert exchange.fault.kind == "not-http"


def test_a_redirect_is_an_answer_like_any_other() -> None:
    with RawServer(always(200, b"{}")) as elsewhere, RawServer(redirects_to(elsewhere.url)) as server:
        with client_of(server) as client:
            exchange = client.call(OPERATION, {})
        assert elsewhere.connections == 0
    assert exchange.status == 307
    assert not exchange.ok


def test_cookies_are_not_kept() -> None:
    with RawServer(always(200, b"{}", JSON, "Set-Cookie: a=b")) as server, client_of(server) as client:
        for _ in range(2):
            client.call(OPERATION, {})
    assert "cookie" not in server.received[1].headers


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch, agreeable: RawServer) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with client_of(agreeable) as client:
        assert client.call(OPERATION, {}).ok


@pytest.mark.parametrize(
    ("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)], ids=["gzip", "deflate"]
)
def test_a_compressed_answer_is_unpacked(coding: str, pack: Any) -> None:
    encoding = f"Content-Encoding: {coding}"
    with RawServer(always(200, pack(b'{"A":1}'), JSON, encoding)) as server, client_of(server) as client:
        assert client.call(OPERATION, {}).answer == {"A": 1}


def test_a_compressed_bomb_does_not_go_off() -> None:
    bomb = gzip.compress(b" " * 20_000_000)
    assert len(bomb) < SHORT.max_body_bytes
    with (
        RawServer(always(200, bomb, JSON, "Content-Encoding: gzip")) as server,
        client_of(server, limits=Limits(max_body_bytes=SHORT.max_body_bytes)) as client,
    ):
        exchange = client.call(OPERATION, {})
    assert exchange.fault is not None
    assert exchange.fault.kind == "too-large"


def test_a_body_that_is_not_packed_as_it_says_is_a_fault() -> None:
    with RawServer(always(200, b"{}", JSON, "Content-Encoding: gzip")) as server, client_of(server) as client:
        exchange = client.call(OPERATION, {})
    assert exchange.fault is not None
    assert exchange.fault.kind == "not-http"


def test_headers_that_stand_twice_are_both_kept() -> None:
    with RawServer(always(200, b"{}", JSON, "X-Odd: 1", "X-Odd: 2")) as server, client_of(server) as client:
        exchange = client.call(OPERATION, {})
    assert exchange.response is not None
    assert [value for name, value in exchange.response.headers if name == "X-Odd"] == ["1", "2"]


def test_nobody_there_is_unreachable() -> None:
    with RawServer(always(200, b"{}")) as server:
        url = server.url
    client = Client(url, PROTOCOL, KEYS, limits=PATIENT)
    exchange = client.call(OPERATION, {})
    assert exchange.fault is not None
    assert exchange.fault.kind == "unreachable"
    assert "host=" not in exchange.fault.detail
    assert "refused" in exchange.fault.detail
