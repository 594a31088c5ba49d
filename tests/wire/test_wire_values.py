"""JSON on the wire, requests as values, and what an exchange says of itself."""

from __future__ import annotations

import itertools

import pytest

from conformance.wire.encoding import NotJsonError, dump, parse
from conformance.wire.exchange import Exchange, Fault, Headers, HttpRequest, HttpResponse
from conformance.wire.request import Request

REQUEST = HttpRequest("POST", "http://127.0.0.1/", (), b'{"Name":"a"}')


def answered(status: int, body: bytes, headers: Headers = ()) -> Exchange:
    return Exchange("Describe", REQUEST, HttpResponse(status, headers, body, 0.1))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"{} x", "not JSON"),
        (b'{"a":1,"a":2}', "'a' is there twice"),
        (b'{"a":NaN}', "NaN"),
        (b'{"a":-Infinity}', "-Infinity"),
        (b'{"a":"\xff"}', 'not UTF-8 (byte 6: 0xff behind \'{"a":"\')'),
        (b'{"a":"\xc3', "not UTF-8 (it ends after 7 bytes, inside a character)"),
        (b'{"a":"\xc3\xbc', 'not JSON: it ends after 8 bytes, inside a string, behind \'{"a":"\xfc\''),
        (b'{"a":[1,2', "not JSON: it ends after 9 bytes, behind '{\"a\":[1,2'"),
        (b'{"a":1}}', "not JSON: Extra data"),
        (b'{"a" 1}', "not JSON: Expecting ':' delimiter"),
        (b"[" * 100_000 + b"]" * 100_000, "nests deeper"),
        (b'{"a":' + b"9" * 100_000 + b"}", "larger than any"),
        (b'{"a":1e400}', "larger than any"),
        (b'{"a":1e400000}', "larger than any"),
        (b"[" + b"[]," * 500_000 + b"0]", "more than 500,000 values"),
        (b'{"a":"\xc0\xaf"}', "not UTF-8"),
        ('{"a":1}'.encode("utf-16"), "not UTF-8"),
        (b"{}{}", "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b'{"' + b"a" * 1_000_000 + b'":1,"' + b"a" * 1_000_000 + b'":2}', "is there twice"),
    ],
    ids=itertools.count(),
)
def test_what_is_not_one_json_text_is_rejected_with_the_reason(body: bytes, words: str) -> None:
    with pytest.raises(NotJsonError) as raised:
        parse(body)
    assert words in str(raised.value)
    assert len(str(raised.value)) < 500


@pytest.mark.parametrize(
    "body",
    [
        b'{"A":1e-400000}', b'{"A":0.' + b"9" * 1_000_000 + b"}", b'{"A":"\\ud800","\\udfff":1}',
        b'"' + b"," * 1_000 + b'"',
    ],
    ids=["tiny-exponent", "million-digits", "lone-surrogates", "commas-in-a-string"],
)  # fmt: skip
def test_what_is_odd_but_json_is_read(body: bytes) -> None:
    assert parse(body)


def test_json_is_written_compact_in_utf8_and_in_order() -> None:
    assert dump({"b": "é", "a": [1, 1.5, None]}) == '{"b":"é","a":[1,1.5,null]}'.encode()
    assert parse(dump({"b": 1})) == {"b": 1}


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b'{"__type":"ValidationException"}', (), "ValidationException"),
        (b'{"__type":"com.amazonaws.x#ValidationException"}', (), "ValidationException"),
        (b'{"__type":"ValidationException:http://internal.example/"}', (), "ValidationException"),
        (b'{"code":"ValidationException"}', (), "ValidationException"),
        (b"{}", (("X-Amzn-ErrorType", "ValidationException:http://internal/"),), "ValidationException"),
        (b"<html>", (("x-amzn-errortype", "ValidationException"),), "ValidationException"),
        (b'{"__type":7}', (), ""),
        (b"{}", (), ""),
        (b"[]", (), ""),
    ],
)
def test_the_code_of_an_error_is_bare_wherever_it_stands(body: bytes, headers: Headers, code: str) -> None:
    assert answered(400, body, headers).error_code == code


def test_an_answer_has_no_error_code() -> None:
    assert answered(200, b'{"__type":"ValidationException"}').error_code == ""


@pytest.mark.parametrize(
    ("status", "body", "ok"),
    [
        (200, b"{}", True),
        (299, b"{}", True),
        (200, b"[]", False),
        (200, b"", False),
        (307, b"{}", False),
        (400, b"{}", False),
    ],
)
def test_only_a_2xx_with_an_object_accepts_a_request(status: int, body: bytes, ok: bool) -> None:  # noqa: FBT001 - a row
    assert answered(status, body).ok is ok


def test_an_exchange_without_an_answer_says_why() -> None:
    exchange = Exchange("Describe", REQUEST, None, Fault("timeout", "no byte came for 1 s"))
    assert (exchange.status, exchange.answer, exchange.ok, exchange.error_code) == (0, None, False, "")
    assert exchange.body_problem == "no byte came for 1 s"
    assert exchange.input == {"Name": "a"}


def test_requests_are_compared_by_what_they_send() -> None:
    plain = Request.call("Describe", {"Name": "a"})
    assert Request.call("Describe", {"Name": "a", "Limit": 1}).lacking("Limit") == plain
    assert len({plain, Request.call("Describe", {"Name": "a"})}) == 1
    with pytest.raises(TypeError):
        _ = Request("Describe", b"[]").members


@pytest.mark.parametrize(
    ("body", "length", "words"),
    [
        (
            '{"a":"\u00fc\u00fc'.encode(),
            "10",
            'it ends after 10 bytes, inside a string, behind \'{"a":"\u00fc\u00fc\' (a Content-Length',
        ),
        (b'{"a":"uu', "8", "it ends after 8 bytes, inside a string"),
        (b"<html>", "6", ""),
        (b'{"a":1}', "7", ""),
    ],
    ids=["in-characters", "cut", "page", "whole"],
)
def test_a_body_that_is_cut_says_where_it_ends_and_what_may_have_cut_it(body: bytes, length: str, words: str) -> None:
    problem = answered(200, body, (("Content-Length", length),)).unreadable
    assert words in problem
    assert bool(words) == bool(problem)
    assert ("in characters" in problem) is (length == "10")
