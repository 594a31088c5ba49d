"""One exchange with a malicious server: a fault or an answer, in bounded time."""

from __future__ import annotations

import socket
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hostile_servers import ANSWERED, ENDLESS, FAULTY, HINTS, bomb, drips, out_of_order, packed
from raw_servers import JSON, Behaviour, RawServer, Received, always, response
from tls_servers import PrivateAuthority

from conformance.wire.client import Client, Protocol, TransportOptions
from conformance.wire.encoding import NotJsonError, parse, weight
from conformance.wire.limits import Limits
from conformance.wire.signing import Credentials

PROTOCOL = Protocol("sagemaker", "SageMaker", JSON)
KEYS = Credentials("AKIDEXAMPLE", "canary-of-a-secret-key")
OPERATION = "DescribeHyperParameterTuningJob"
SHORT = Limits(connect_s=5, read_s=2, total_s=0.7, max_body_bytes=1_000_000)
ROOMY = Limits(connect_s=5, read_s=20, total_s=20, max_body_bytes=3_000_000)
TIGHT = replace(ROOMY, max_body_bytes=1_000_000)


@contextmanager
def client_of(server: RawServer, limits: Limits, ca_bundle: str = "") -> Iterator[Client]:
    client = Client(server.url, PROTOCOL, KEYS, limits=limits, transport_options=TransportOptions(ca_bundle=ca_bundle))
    try:
        yield client
    finally:
        client.close()


@pytest.mark.parametrize("defect", FAULTY)
def test_an_answer_that_is_malicious_is_a_fault_within_its_limits(defect: str) -> None:
    behaviour, kind = FAULTY[defect]
    limits = SHORT if kind == "timeout" else ROOMY
    with RawServer(behaviour) as server, client_of(server, limits) as client:
        exchange = client.call(OPERATION, {})
        assert len(server.received) <= 2
    assert exchange.response is None
    assert exchange.fault is not None
    assert exchange.fault.kind == kind, exchange.fault
    assert len(exchange.fault.detail) < 500


@pytest.mark.parametrize("defect", ANSWERED)
def test_a_body_that_is_malicious_is_an_answer_that_says_what_is_wrong(defect: str) -> None:
    behaviour, problem = ANSWERED[defect]
    with RawServer(behaviour) as server, client_of(server, ROOMY) as client:
        exchange = client.call(OPERATION, {})
    assert exchange.response is not None, exchange.fault
    assert exchange.status == 200
    assert problem in exchange.body_problem
    assert bool(problem) == bool(exchange.body_problem)
    assert len(exchange.body_problem) < 500
    assert exchange.ok is not bool(problem)


@pytest.mark.parametrize("size", [20_000_000, 200_000_000])
def test_a_bomb_takes_no_more_memory_than_a_body_may_have(size: int) -> None:
    body = bomb(size)
    with RawServer(packed(body)) as server, client_of(server, TIGHT) as client:
        tracemalloc.start()
        try:
            before, _ = tracemalloc.get_traced_memory()
            exchange = client.call(OPERATION, {})
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert exchange.fault is not None
    assert exchange.fault.kind == "too-large"
    assert peak - before < len(body) + 2 * TIGHT.max_body_bytes


def test_a_packed_body_up_to_the_limit_is_read() -> None:
    with RawServer(packed(bomb(900_000))) as server, client_of(server, ROOMY) as client:
        exchange = client.call(OPERATION, {})
    assert exchange.ok
    assert exchange.answer is not None
    assert len(exchange.answer["A"]) > 800_000


def test_answers_that_come_late_are_taken_for_what_came_and_the_run_goes_on() -> None:
    with RawServer(out_of_order()) as server, client_of(server, ROOMY) as client:
        exchanges = [client.call(OPERATION, {"HyperParameterTuningJobName": name}) for name in ("a", "b", "c")]
    assert all(exchange.fault is None for exchange in exchanges)
    assert [exchange.error_code for exchange in exchanges] == ["ValidationException", *["ResourceNotFound"] * 2]


def test_after_a_fault_the_next_request_has_a_connection_of_its_own() -> None:
    behaviour, _ = FAULTY["body-without-end"]
    calls = [behaviour, always(200, b'{"A":2}')]

    def answer(connection: socket.socket, request: Received) -> bool:
        return calls.pop(0)(connection, request)

    with RawServer(answer) as server:
        with client_of(server, ROOMY) as client:
            assert client.call(OPERATION, {}).fault is not None
            assert client.call(OPERATION, {}).answer == {"A": 2}
        assert server.connections == 2


def test_a_body_of_half_a_million_values_is_not_parsed() -> None:
    with pytest.raises(NotJsonError, match="500,000 values"):
        parse(b"[" + b"[]," * 500_000 + b"0]")
    assert parse(b'"' + b"," * 1_000 + b'"') == "," * 1_000


def test_weight_grows_with_length_and_with_values() -> None:
    assert weight(b"") == 0
    assert weight(b'"' + b"a" * 998 + b'"') == 2_000
    assert weight(b"[[],[],[],[]]") > 10 * len(b"[[],[],[],[]]")


@pytest.mark.parametrize(
    ("defect", "words"),
    [
        ("body-without-head", "no status line of HTTP/1.1: '{\"A\":1}'"),
        ("another-version", "another version of HTTP: HTTP/3"),
        ("switches-protocols", "HTTP 101, and no other"),
        ("two-lengths", "multiple unmatching values (2, 7)"),
        ("length-larger", "the answer ended early: 993 more bytes were promised"),
        ("chunk-that-is-no-number", "the answer ended early, or in a chunk without a size"),
        ("headers-of-megabytes", "the headers are larger than 16384 bytes together"),
        ("hints-for-ever", "the answer took longer than its limit of 0.7 s in all"),
        ("packed-in-brotli", "the content encoding 'br', and none was asked for"),
    ],
)
def test_a_fault_says_what_came(defect: str, words: str) -> None:
    behaviour, kind = FAULTY[defect]
    limits = SHORT if kind == "timeout" else ROOMY
    with RawServer(behaviour) as server, client_of(server, limits) as client:
        exchange = client.call(OPERATION, {})
    assert exchange.fault is not None
    assert words in exchange.fault.detail


def test_an_interim_answer_is_never_taken_for_the_answer_nor_for_that_of_the_next_request() -> None:
    numbers = iter(range(10))

    def answer(connection: socket.socket, request: Received) -> bool:  # noqa: ARG001 - a behaviour's signature
        connection.sendall(HINTS + response(200, b'{"A":%d}' % next(numbers)))
        return True

    with RawServer(answer) as server, client_of(server, ROOMY) as client:
        answers = [client.call(OPERATION, {}).answer for _ in range(3)]
    assert answers == [{"A": 0}, {"A": 1}, {"A": 2}]


@pytest.mark.parametrize(
    ("behaviour", "kind", "words"),
    [
        (always(200, b"{}"), "", ""),
        (drips(ENDLESS + b"X-Slow: ", b"a"), "timeout", "longer than its limit of 0.7 s in all"),
    ],
    ids=["well-behaved", "headers-byte-by-byte"],
)
def test_the_bounds_hold_over_tls(
    behaviour: Behaviour,
    kind: str,
    words: str,
    private_authority: PrivateAuthority,
) -> None:
    limits, bundle = SHORT if kind else ROOMY, str(private_authority.bundle)
    with RawServer(behaviour, tls=private_authority.server()) as server, client_of(server, limits, bundle) as client:
        exchange = client.call(OPERATION, {})
    assert (exchange.fault.kind if exchange.fault else "") == kind
    assert words in (exchange.fault.detail if exchange.fault else "")
