"""What a server sends back of a caller's secrets is redacted, in whatever way it is written, and nothing else is."""

from __future__ import annotations

import base64
import json
import re
import socket
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from raw_servers import JSON, RawServer, Received, response
from wire_client import OPERATION, client_of

from conformance.wire.exchange import Fault, HttpResponse
from conformance.wire.redaction import Redactor
from conformance.wire.signing import Credentials

KEYS = Credentials("AKIACANARYCANARY0003", "Canary/Secret+Key=5f0c", "Canary-Token/with+all=Of-it==")
SECRETS = (KEYS.access_key, KEYS.secret_key, KEYS.session_token or "")
SIGNATURE = "0123456789abcdef" * 4
AUTHORIZATION = f"AWS4-HMAC-SHA256 Credential={KEYS.access_key}/20260101/x, SignedHeaders=host, Signature={SIGNATURE}"
WAYS: dict[str, Callable[[str], str]] = {
    "as-it-is": lambda text: text,
    "as-json": lambda text: json.dumps(text)[1:-1],
    "slashes-escaped": lambda text: text.replace("/", r"\/"),
    "in-a-url": lambda text: quote(text, safe=""),
    "in-a-form": quote_plus,
    "small-hex-digits": lambda text: re.sub("%..", lambda found: found[0].lower(), quote(text, safe="")),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64-after-one": lambda text: base64.b64encode(b"x" + text.encode() + b"yz").decode(),
    "base64-after-two": lambda text: base64.b64encode(b"xy" + text.encode() + b"z").decode(),
    "base64-of-urls": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
}


def redactor() -> Redactor:
    found = Redactor.of(KEYS)
    assert found is not None
    return found


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("secret", [*SECRETS, SIGNATURE], ids=["access-key", "secret-key", "token", "signature"])
def test_a_secret_is_redacted_at_its_own_length(secret: str, way: str) -> None:
    written = WAYS[way](secret)
    body = f'{{"message":"you sent {written} to us"}}'.encode()
    answer = HttpResponse(400, (("X-Echo", f"was {written}"),), body, 0.1)
    received = redactor().response(answer, AUTHORIZATION)
    assert len(received.body) == len(body)
    assert len(received.headers[0][1]) == len(answer.headers[0][1])
    # At the ends of base64 letters hold bits of what is next to it: no more than those is left of the secret.
    left = received.body.decode().removeprefix('{"message":"you sent ').removesuffix(' to us"}')
    assert len(left.replace("*", "")) <= (8 if way.startswith("base64") else 0)
    assert "***" in received.headers[0][1]
    assert "***" in redactor().fault(Fault("not-http", f"Invalid header value {written}"), AUTHORIZATION).detail


def test_an_answer_without_secrets_is_the_same_object() -> None:
    answer = HttpResponse(200, (("Content-Type", JSON), ("X-Odd", "\u20ac")), b'{"A":"AKIACANARY"}', 0.1)
    assert redactor().response(answer, AUTHORIZATION) is answer


@pytest.mark.parametrize("keys", [None, Credentials("test", "test"), Credentials("test", "test", "token")])
def test_words_that_anybody_may_say_are_no_secrets(keys: Credentials | None) -> None:
    assert Redactor.of(keys) is None


def test_a_client_hands_out_nothing_that_a_server_echoes() -> None:
    def echoes(connection: object, request: Received) -> bool:
        body = json.dumps({"__type": "ValidationException", "message": request.head.decode("latin-1")}).encode()
        connection.sendall(response(400, body, JSON, f"X-Echo: {request.headers['authorization']}"))  # type: ignore[attr-defined]
        return True

    with RawServer(echoes) as server, client_of(server, KEYS) as client:
        exchange = client.call(OPERATION, {})
        sent = server.received[0].headers
    signature = sent["authorization"].rpartition("=")[2]
    assert sent["x-amz-security-token"] == KEYS.session_token
    for secret in (*SECRETS, signature):
        assert secret not in repr(exchange)
    assert exchange.error_code == "ValidationException"
    assert exchange.response is not None
    assert int(exchange.response.header("content-length") or 0) == len(exchange.response.body)


def test_the_signature_of_an_earlier_request_and_the_name_of_a_header_are_redacted() -> None:
    item = redactor()
    item.response(HttpResponse(200, (), b"{}", 0.1), AUTHORIZATION)
    later = AUTHORIZATION.replace(SIGNATURE, "f" * 64)
    answer = HttpResponse(400, ((f"X-{KEYS.secret_key}", "a"),), f"before it: ab{SIGNATURE.upper()}".encode(), 0.1)
    received = item.response(answer, later)
    assert received.body == b"before it: ab" + b"*" * 64
    assert received.headers == ((f"X-{'*' * len(KEYS.secret_key)}", "a"),)
    digest = HttpResponse(200, (), b"a" * 64, 0.1)
    assert item.response(digest, later) is digest


@pytest.mark.parametrize("before", [0, 10, 30, 40, 55, 180])
@pytest.mark.parametrize("line", ["{}\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Encoding: {}\r\n\r\n", "HTTP/9 {}\r\n\r\n"])
def test_what_is_cut_was_redacted_before(line: str, before: int) -> None:
    def answer(connection: socket.socket, _: Received) -> bool:
        connection.sendall(line.format("x" * before + KEYS.secret_key).encode())
        return False

    with RawServer(answer) as server, client_of(server, KEYS) as client:
        fault = client.call(OPERATION, {}).fault
    assert fault is not None
    assert KEYS.secret_key[:6] not in fault.detail


def test_a_log_is_without_secrets_wherever_its_pieces_end() -> None:
    secret = f"hunter{2}-hunter2"
    item = Redactor.of_a_process({"DB_PASSWORD": secret, "PIN_TOKEN": "1234", "MODE": "fast"}, KEYS)
    assert item.log(f"fast 1234 {secret} {KEYS.secret_key}".encode()) == b"fast **** " + b"*" * 15 + b" " + b"*" * 22
    assert [item.unfinished(f"at {secret[:size]}".encode()) for size in (1, 7, 14)] == [1, 7, 14]
    assert item.unfinished(b"nothing here.") == 0
