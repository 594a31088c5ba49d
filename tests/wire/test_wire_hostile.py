"""One exchange with a server that means harm: a fault or an answer, in bounded time, whatever comes."""

from __future__ import annotations

import socket
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hostile_servers import ANSWERED, FAULTY, bomb, out_of_order, packed
from raw_servers import JSON, RawServer, Received, always

from conformance.wire.encoding import NotJsonError, parse, weight
from conformance.wire.limits import Limits
from conformance.wire.session import Client, Protocol
from conformance.wire.signing import Credentials

PROTOCOL = Protocol("sagemaker", "SageMaker", JSON)
KEYS = Credentials("AKIDEXAMPLE", "canary-of-a-secret-key")
OPERATION = "DescribeHyperParameterTuningJob"
SHORT = Limits(connect_s=5, read_s=2, total_s=0.7, max_body_bytes=1_000_000)
ROOMY = Limits(connect_s=5, read_s=20, total_s=20, max_body_bytes=3_000_000)


@contextmanager
def client_of(server: RawServer, limits: Limits) -> Iterator[Client]:
    client = Client(server.url, PROTOCOL, KEYS, limits=limits)
    try:
        yield client
    finally:
        client.close()


@pytest.mark.parametrize("vice", FAULTY)
def test_an_answer_that_means_harm_is_a_fault_in_bounded_time(vice: str) -> None:
    behaviour, kind = FAULTY[vice]
    limits = SHORT if kind == "timeout" else ROOMY
    started = time.monotonic()
    with RawServer(behaviour) as server, client_of(server, limits) as client:
        exchange = client.call(OPERATION, {})
        assert len(server.received) <= 2
    assert time.monotonic() - started < 15
    assert exchange.response is None
    assert exchange.fault is not None
    assert exchange.fault.kind == kind, exchange.fault
    assert len(exchange.fault.detail) < 500


@pytest.mark.parametrize("vice", ANSWERED)
def test_a_body_that_means_harm_is_an_answer_that_says_what_is_wrong(vice: str) -> None:
    behaviour, problem = ANSWERED[vice]
    with RawServer(behaviour) as server, client_of(server, ROOMY) as client:
        exchange = client.call(OPERATION, {})
    assert exchange.response is not None, exchange.fault
    assert exchange.status == 200
    assert problem in exchange.body_problem
    assert bool(problem) == bool(exchange.body_problem)
    assert exchange.ok is not bool(problem)


@pytest.mark.parametrize("size", [20_000_000, 200_000_000])
def test_a_bomb_takes_no_more_memory_than_a_body_may_have(size: int) -> None:
    body = bomb(size)
    with RawServer(packed(body)) as server, client_of(server, SHORT) as client:
        tracemalloc.start()
        try:
            before, _ = tracemalloc.get_traced_memory()
            exchange = client.call(OPERATION, {})
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert exchange.fault is not None
    assert exchange.fault.kind == "too-large"
    assert peak - before < len(body) + 2 * SHORT.max_body_bytes


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
