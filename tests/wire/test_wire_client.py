"""The client of a target: what goes over the wire, what comes back, and what is never sent."""

from __future__ import annotations

import gzip
import socket
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from raw_servers import JSON, Behaviour, RawServer, Received, always, redirects_to, sends_more
from wire_client import KEYS, OPERATION, client_of

from conformance.wire.client import Traffic, TransportOptions
from conformance.wire.exchange import HttpRequest, Signing
from conformance.wire.limits import NO_SUCH_OPERATION
from conformance.wire.request import OutgoingRequest, Request

CREATE = "CreateHyperParameterTuningJob"
OUTGOING = OutgoingRequest(OPERATION, "POST", "", {"X-Amz-Target": f"SageMaker.{OPERATION}"}, b"{}", client="boto3")
SHOWN = HttpRequest("POST", "", (), b"{}")


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
def test_an_unusual_request_goes_out_as_it_is(
    request_: Request, header: str, value: str | None, agreeable: RawServer
) -> None:
    with client_of(agreeable) as client:
        assert client.send(request_).ok
    (request,) = agreeable.received
    assert request.headers.get(header) == value
    assert request.head.startswith(request_.method.encode() + b" / ")


def test_no_secret_is_in_an_exchange(agreeable: RawServer) -> None:
    with client_of(agreeable) as client:
        exchange = client.call(OPERATION, {})
    assert (KEYS.session_token or "").encode() in agreeable.received[0].head
    assert "canary" not in repr(exchange) + repr(KEYS)
    names = {name.lower() for name, _ in exchange.request.headers}
    assert not names & {"authorization", "x-amz-security-token", "cookie"}


@pytest.mark.parametrize(
    ("operation", "target"),
    [(CREATE, None), (OPERATION, "SageMaker.DeleteHyperParameterTuningJob"), (OPERATION, f"Other.Stop{OPERATION}")],
    ids=["operation", "target", "other-prefix"],
)
def test_what_is_not_allowed_is_never_sent(operation: str, target: str | None, agreeable: RawServer) -> None:
    with client_of(agreeable, allowed=frozenset({OPERATION})) as client:
        fault = client.send(Request(operation, b"{}", target=target)).fault
    assert fault is not None
    assert fault.kind == "refused-by-client"
    assert OPERATION in fault.detail
    assert agreeable.connections == 0


@pytest.mark.parametrize("target", ["SageMaker.DeleteHyperParameterTuningJob", "", f"Other.{OPERATION}s"])
def test_what_a_library_made_must_name_its_operation_exactly(target: str, agreeable: RawServer) -> None:
    with client_of(agreeable, allowed=frozenset({OPERATION})) as client:
        fault = client.relay(replace(OUTGOING, url=agreeable.url, headers={"X-Amz-Target": target}), SHOWN).fault
    assert fault is not None
    assert fault.kind == "refused-by-client"
    assert agreeable.connections == 0


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
        assert all(client.call(OPERATION, {}).ok for _ in range(3))
    assert waited == [pytest.approx(100, abs=10), pytest.approx(200, abs=10)]  # this sleep does not pass the time


def rejecting(times: int, status: int, code: str) -> Behaviour:
    """Answer so many requests with an error, and all others well."""
    left = [times]

    def answer(connection: socket.socket, request: Received) -> bool:
        left[0] -= 1
        error = always(status, f'{{"__type":"{code}","message":"not now"}}'.encode())
        return (error if left[0] >= 0 else always(200, b"{}"))(connection, request)

    return answer


@pytest.mark.parametrize("code", ["ThrottlingException", "TooManyRequestsException", "a.b#Throttling"])
def test_a_throttled_request_is_sent_again_after_growing_pauses(code: str) -> None:
    waited: list[float] = []
    with RawServer(rejecting(3, 400, code)) as server, client_of(server, sleep=waited.append) as client:
        assert client.call(OPERATION, {}).ok
    assert waited == sorted(waited)
    assert len(waited) == 3
    assert len({request.body for request in server.received}) == 1


def test_throttling_without_end_is_a_fault_and_no_answer() -> None:
    waited: list[float] = []
    throttling = rejecting(100, 400, "ThrottlingException")
    with RawServer(throttling) as server, client_of(server, sleep=waited.append) as client:
        exchange = client.call(OPERATION, {})
    assert exchange.response is None
    assert exchange.fault is not None
    assert exchange.fault.kind == "throttled"
    assert len(waited) == 5
    assert sum(waited) < 10


def test_a_library_is_throttled_as_all_are() -> None:
    waited: list[float] = []
    options = TransportOptions(traffic=Traffic())
    with (
        RawServer(rejecting(2, 400, "ThrottlingException")) as server,
        client_of(server, sleep=waited.append, transport_options=options) as client,
    ):
        assert client.relay(replace(OUTGOING, url=f"{server.url}/"), SHOWN).ok
    assert (len(waited), options.traffic.throttled, options.traffic.sent) == (2, 2, 3)


def test_credentials_that_end_are_a_fault_of_signed_requests_alone() -> None:
    options = TransportOptions(refusals=frozenset({"ExpiredTokenException"}))
    with (
        RawServer(rejecting(9, 400, "ExpiredTokenException")) as server,
        client_of(server, transport_options=options) as client,
    ):
        ended = client.relay(replace(OUTGOING, url=f"{server.url}/"), SHOWN)
        unsigned = client.send(Request(OPERATION, b"{}", signing=Signing.NONE))
    assert ended.fault is not None
    assert ended.fault.kind == "credentials"
    assert unsigned.error_code == "ExpiredTokenException"


@pytest.mark.parametrize(
    ("live", "failures", "status", "sent"),
    [(True, 1, 200, 2), (True, 3, 200, 4), (True, 4, 500, 4), (False, 3, 200, 4), (False, 4, 500, 4)],
)
def test_a_target_is_asked_again_after_an_internal_failure(
    *, live: bool, failures: int, status: int, sent: int
) -> None:
    options = TransportOptions(at_times_broken=live)
    waited: list[float] = []
    with (
        RawServer(rejecting(failures, 500, "InternalFailure")) as server,
        client_of(server, sleep=waited.append, transport_options=options) as client,
    ):
        assert client.call(OPERATION, {}).status == status
    traffic = options.traffic
    assert (len(server.received), traffic.sent, traffic.throttled) == (sent, sent, 0)
    assert traffic.recovered == (status == 200)
    assert bool(waited) is live


def test_a_target_that_stays_broken_is_asked_again_just_once_after_a_while() -> None:
    with RawServer(rejecting(1_000, 500, "InternalFailure")) as server, client_of(server) as client:
        sent = [(client.call(OPERATION, {"Name": f"{number}"}), len(server.received))[1] for number in range(12)]
    assert (sent[0], sent[11] - sent[10]) == (4, 2)


def test_what_does_not_only_read_is_not_sent_again_after_an_internal_failure() -> None:
    with RawServer(rejecting(1, 500, "InternalFailure")) as server, client_of(server) as client:
        assert client.call(CREATE, {}).status == 500
    assert len(server.received) == 1


def test_one_connection_serves_many_requests(agreeable: RawServer) -> None:
    with client_of(agreeable) as client:
        assert all(client.call(OPERATION, {"N": number}).ok for number in range(20))
    assert agreeable.connections == 1


def test_a_kept_connection_that_was_dropped_costs_one_more_request() -> None:
    def hangs_up(connection: socket.socket, request: Received) -> bool:
        always(200, b"{}")(connection, request)
        return False  # without having said `Connection: close`

    with RawServer(hangs_up) as server, client_of(server) as client:
        assert all(client.call(OPERATION, {"N": number}).ok for number in range(4))
    assert server.connections == 4


def test_more_bytes_than_promised_do_not_reach_the_next_answer() -> None:
    with RawServer(sends_more) as server, client_of(server) as client:
        first, second = client.call(OPERATION, {"N": 1}), client.call(OPERATION, {"N": 2})
    assert first.answer == {}
    assert second.response is None or second.answer == {}


def test_a_redirect_is_an_answer_like_any_other() -> None:
    with RawServer(always(200, b"{}")) as elsewhere, RawServer(redirects_to(elsewhere.url)) as server:
        with client_of(server) as client:
            exchange = client.call(OPERATION, {})
        assert elsewhere.connections == 0
    assert exchange.status == 307
    assert not exchange.ok


def test_cookies_are_not_kept_and_headers_that_come_twice_are() -> None:
    odd = always(200, b"{}", JSON, "Set-Cookie: a=b", "X-Odd: 1", "X-Odd: 2")
    with RawServer(odd) as server, client_of(server) as client:
        responses = [client.call(OPERATION, {}).response for _ in range(2)]
    assert "cookie" not in server.received[1].headers
    assert responses[0] is not None
    assert responses[0].headers_named("x-odd") == ("1", "2")


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


def test_a_port_where_nothing_listens_is_unreachable() -> None:
    with RawServer(always(200, b"{}")) as server:
        pass
    with client_of(server) as client:
        fault = client.call(OPERATION, {}).fault
    assert fault is not None
    assert fault.kind == "unreachable"
    assert "host=" not in fault.detail
    assert "refused" in fault.detail
