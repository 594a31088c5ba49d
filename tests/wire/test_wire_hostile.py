"""One exchange with a malicious server: a fault or an answer, in bounded time."""

from __future__ import annotations

import itertools
import socket
import tracemalloc
from dataclasses import replace

import pytest
from hostile_servers import ANSWERED, ENDLESS, FAULTY, HINTS, bomb, drips, out_of_order, packed
from raw_servers import Behaviour, RawServer, Received, always, closes_at_once, never_answers, response
from tls_servers import PrivateAuthority
from wire_client import OPERATION, client_of

from conformance.wire.client import TransportOptions
from conformance.wire.encoding import weight
from conformance.wire.exchange import Exchange
from conformance.wire.limits import Limits

SHORT = Limits(connect_s=5, read_s=2, total_s=0.7, max_body_bytes=1_000_000)
ROOMY = Limits(connect_s=5, read_s=20, total_s=20, max_body_bytes=3_000_000)
TIGHT = replace(ROOMY, max_body_bytes=1_000_000)

WORDS = {
    "body-without-head": "no status line of HTTP/1.1: '{\"A\":1}'",
    "another-version": "another version of HTTP: HTTP/3",
    "switches-protocols": "HTTP 101, and no other",
    "two-lengths": "multiple unmatching values (2, 7)",
    "length-larger": "the answer ended early: 993 more bytes were promised",
    "chunk-that-is-no-number": "the answer ended early, or in a chunk without a size",
    "headers-of-megabytes": "the headers are larger than 16384 bytes together",
    "hints-for-ever": "the answer took longer than its limit of 0.7 s in all",
    "packed-in-brotli": "the content encoding 'br', and none was asked for",
}
"""What is said of some faults."""


def exchange_with(server: RawServer, limits: Limits = ROOMY) -> Exchange:
    with server, client_of(server, limits=limits) as client:
        return client.call(OPERATION, {})


@pytest.mark.parametrize("defect", FAULTY)
def test_a_malicious_answer_is_a_fault_within_its_limits(defect: str) -> None:
    behaviour, kind = FAULTY[defect]
    server = RawServer(behaviour)
    exchange = exchange_with(server, SHORT if kind == "timeout" else ROOMY)
    assert len(server.received) <= 2
    assert exchange.response is None
    assert exchange.fault is not None
    assert exchange.fault.kind == kind, exchange.fault
    assert WORDS.get(defect, "") in exchange.fault.detail
    assert "host=" not in exchange.fault.detail
    assert len(exchange.fault.detail) < 500


def test_a_server_that_never_answers_is_asked_once_and_one_that_closes_at_once_twice() -> None:
    silent, closing = RawServer(never_answers), RawServer(never_answers, closes_at_once)
    faults = [exchange_with(silent, replace(ROOMY, read_s=0.2)).fault, exchange_with(closing).fault]
    assert [fault.kind for fault in faults if fault is not None] == ["timeout", "dropped"]
    assert (silent.connections, closing.connections) == (1, 2)


@pytest.mark.parametrize("defect", ANSWERED)
def test_a_malicious_body_is_an_answer_that_says_what_is_wrong(defect: str) -> None:
    behaviour, problem = ANSWERED[defect]
    exchange = exchange_with(RawServer(behaviour))
    assert exchange.response is not None, exchange.fault
    assert exchange.status == 200
    assert problem in exchange.body_problem
    assert bool(problem) == bool(exchange.body_problem)
    assert len(exchange.body_problem) < 500
    assert exchange.ok is not bool(problem)


@pytest.mark.parametrize("size", [20_000_000, 200_000_000])
def test_a_bomb_takes_no_more_memory_than_a_body_may_have(size: int) -> None:
    body = bomb(size)
    with RawServer(packed(body)) as server, client_of(server, limits=TIGHT) as client:
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
    exchange = exchange_with(RawServer(packed(bomb(900_000))))
    assert exchange.ok
    assert len((exchange.answer or {})["A"]) > 800_000


def test_answers_that_come_late_are_taken_for_what_came_and_the_run_goes_on() -> None:
    with RawServer(out_of_order()) as server, client_of(server, limits=ROOMY) as client:
        exchanges = [client.call(OPERATION, {"HyperParameterTuningJobName": name}) for name in ("a", "b", "c")]
    assert all(exchange.fault is None for exchange in exchanges)
    assert [exchange.error_code for exchange in exchanges] == ["ValidationException", *["ResourceNotFound"] * 2]


def test_after_a_fault_the_next_request_has_a_connection_of_its_own() -> None:
    calls = [FAULTY["body-without-end"][0], always(200, b'{"A":2}')]

    def answer(connection: socket.socket, request: Received) -> bool:
        return calls.pop(0)(connection, request)

    with RawServer(answer) as server:
        with client_of(server, limits=ROOMY) as client:
            assert client.call(OPERATION, {}).fault is not None
            assert client.call(OPERATION, {}).answer == {"A": 2}
        assert server.connections == 2


def test_an_interim_answer_is_never_taken_for_the_answer_nor_for_that_of_the_next_request() -> None:
    numbers = itertools.count()

    def answer(connection: socket.socket, _: Received) -> bool:
        connection.sendall(HINTS + response(200, b'{"A":%d}' % next(numbers)))
        return True

    with RawServer(answer) as server, client_of(server, limits=ROOMY) as client:
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
    behaviour: Behaviour, kind: str, words: str, private_authority: PrivateAuthority
) -> None:
    options = TransportOptions(ca_bundle=str(private_authority.bundle))
    with (
        RawServer(behaviour, tls=private_authority.server()) as server,
        client_of(server, limits=SHORT if kind else ROOMY, transport_options=options) as client,
    ):
        fault = client.call(OPERATION, {}).fault
    assert (fault.kind if fault else "") == kind
    assert words in (fault.detail if fault else "")


def test_weight_grows_with_length_and_with_values() -> None:
    assert weight(b"") == 0
    assert weight(b'"' + b"a" * 998 + b'"') == 2_000
    assert weight(b"[[],[],[],[]]") > 10 * len(b"[[],[],[],[]]")
