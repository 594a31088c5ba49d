"""Checks of the connection, over real sockets: servers that leave a body unread, or hang up without a word."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from raw_servers import RawServer, Received, always, reference

from conformance.checks.runner import Runner
from conformance.checks.verdict import Outcome, Verdict
from conformance.contract.loading import load
from conformance.session.session import Resource, TargetSession
from conformance.suite.catalogue import catalogue, select
from conformance.wire.client import Client, Protocol, Traffic, TransportOptions
from conformance.wire.exchange import CUT, DESYNCHRONIZED
from conformance.wire.limits import Limits
from conformance.wire.request import Request
from conformance.wire.signing import Credentials

DESCRIBE = "DescribeHyperParameterTuningJob"
CONNECTION = f"{DESCRIBE}/protocol/connection"
RIGHT = reference()


def reads_body_unless(leaves_unread: Callable[[Received], bool]) -> Callable[[socket.socket], bool]:
    """Serve a connection as HTTP/1.1 with keep-alive, but leave some bodies where they are."""

    def serve(connection: socket.socket) -> bool:
        stream = connection.makefile("rb")
        while line := stream.readline():
            head = line
            while line.strip():
                line = stream.readline()
                head += line
            request = Received(head, b"")
            if head.split(b" ")[0] not in {b"POST", b"GET", b"PUT", b"PATCH", b"DELETE"} or b"HTTP/1.1" not in head:
                always(400, b"<h1>Bad request</h1>", "text/html")(connection, request)
                return False
            if not leaves_unread(request):
                request = Received(head, _body(stream, request))
            elif request.headers.get("transfer-encoding"):
                request = Received(head, b"")
            RIGHT(connection, request)
        return False

    return serve


def _body(stream: object, request: Received) -> bytes:
    read: Callable[[int], bytes] = stream.read  # type: ignore[attr-defined]
    line: Callable[[], bytes] = stream.readline  # type: ignore[attr-defined]
    if "transfer-encoding" not in request.headers:
        return read(int(request.headers.get("content-length", "0")))
    body = b""
    while size := int(line(), 16):
        body += read(size)
        line()
    line()
    return body


def is_chunked(request: Received) -> bool:
    return "transfer-encoding" in request.headers


def is_no_post(request: Received) -> bool:
    return not request.head.startswith(b"POST")


@contextmanager
def session_at(server: RawServer) -> Iterator[tuple[TargetSession, Traffic]]:
    contract = load()
    service = contract.service
    protocol = Protocol(service.signing_name, service.target_prefix, service.content_type)
    traffic = Traffic()
    client = Client(
        server.url,
        protocol,
        Credentials("test", "test"),
        limits=Limits(read_s=5),
        transport_options=TransportOptions(traffic=traffic),
    )
    try:
        yield TargetSession(contract, client, (Resource("exactly-ten"),)), traffic
    finally:
        client.close()


def verdicts(server: RawServer, *patterns: str) -> tuple[dict[str, Verdict], Traffic]:
    with session_at(server) as (session, traffic):
        checks = select(catalogue(session.contract), patterns)
        runner = Runner(session, checks)
        return {check.id.removeprefix(f"{DESCRIBE}/protocol/"): runner.verdict(check) for check in checks}, traffic


def failures(found: dict[str, Verdict]) -> dict[str, str]:
    return {name: item.kind for name, item in found.items() if item.outcome in {Outcome.FAILED, Outcome.ERROR}}


@pytest.mark.parametrize(
    ("leaves_unread", "accused"),
    [(is_chunked, {"connection/after-chunked"}), (is_no_post, {"connection/after-get", "connection/after-delete"})],
    ids=["chunks", "methods"],
)
def test_a_request_whose_body_is_left_unread_is_named_and_nothing_else_is_accused(
    leaves_unread: Callable[[Received], bool], accused: set[str]
) -> None:
    with RawServer(RIGHT, on_connection=reads_body_unless(leaves_unread)) as server:
        found, _ = verdicts(server, f"{DESCRIBE}/protocol")
    assert {name: kind for name, kind in failures(found).items() if "transfer/" not in name} == dict.fromkeys(
        accused, DESYNCHRONIZED
    )


def test_a_server_that_reads_every_body_is_not_accused() -> None:
    with RawServer(RIGHT, on_connection=reads_body_unless(lambda _: False)) as server:
        found, traffic = verdicts(server, CONNECTION)
    assert failures(found) == {}
    assert {found[name].outcome for name in found if "unsigned" not in name} == {Outcome.PASSED}
    assert traffic.reconnected == 0


def hangs_up(connection: socket.socket, request: Received) -> bool:
    RIGHT(connection, request)
    return False


def test_a_connection_that_dies_without_a_word_is_a_recommendation_and_counted() -> None:
    with RawServer(hangs_up) as server:
        found, _ = verdicts(server, CONNECTION)
    assert failures(found) == {"connection/kept-after-answer": CUT, "connection/kept-after-error": CUT}
    assert found["connection/after-chunked"].notes == ("the server closed the connection",)


def test_an_answer_to_what_ought_to_be_rejected_is_none_of_the_operation() -> None:
    named = b'{"HyperParameterTuningJobName":null}'

    def takes_no_json(connection: socket.socket, request: Received) -> bool:
        return (RIGHT if request.body[:1] == b"{" else always(200, named))(connection, request)

    with RawServer(takes_no_json) as server:
        found, _ = verdicts(server, CONNECTION, f"{DESCRIBE}/response/HyperParameterTuningJobName")
    assert failures(found) == {}


def test_a_connection_that_is_closed_as_announced_keeps_the_rules() -> None:
    body, content_type = b'{"__type":"ResourceNotFound"}', "application/x-amz-json-1.1"
    with RawServer(always(400, body, content_type, "Connection: close")) as server, session_at(server) as (session, _):
        plain = Request.call(DESCRIBE, {"HyperParameterTuningJobName": "nobody"})
        fault = session.exchange(Request(DESCRIBE, plain.body, after=plain)).fault
    assert fault is not None
    assert fault.kind == "closed"


def test_an_answer_that_is_not_http_is_asked_for_again_on_a_fresh_connection() -> None:
    seen: list[Received] = []

    def derails_once(connection: socket.socket, request: Received) -> bool:
        seen.append(request)
        if len(seen) == 2:
            connection.sendall(b"0\r\n\r\nnonsense\r\n\r\n")
            return False
        return RIGHT(connection, request)

    with RawServer(derails_once) as server, session_at(server) as (session, traffic):
        exchanges = [
            session.exchange(Request.call(DESCRIBE, {"HyperParameterTuningJobName": name})) for name in ("one", "two")
        ]
    assert [exchange.error_code for exchange in exchanges] == ["ResourceNotFound"] * 2
    assert len(seen) == 3
    assert traffic.reconnected == 1
