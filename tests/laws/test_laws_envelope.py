"""The laws of the envelope: what they demand of a header, and which answers they say nothing about."""

from __future__ import annotations

import pytest

from conformance.laws.envelope import LAWS
from conformance.laws.verdict import Outcome
from conformance.wire.exchange import Exchange, Fault, HttpRequest, HttpResponse

JSON = "application/x-amz-json-1.1"
PASSED, FAILED, SKIPPED, ERROR = Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED, Outcome.ERROR


def answered(body: bytes = b"{}", status: int = 200, **headers: str) -> Exchange:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Exchange("any", HttpRequest("POST", "http://127.0.0.1/", (), b"{}"), HttpResponse(status, named, body, 0.0))


def judged(law: str, *exchanges: Exchange) -> Outcome:
    return LAWS[law](exchanges, JSON).outcome


@pytest.mark.parametrize(
    ("length", "outcome"),
    [("2", PASSED), ("02", PASSED), ("3", FAILED), ("two", FAILED), ("", FAILED), ("-2", FAILED)],
)
def test_a_length_is_the_bodys_however_many_digits_it_has(length: str, outcome: Outcome) -> None:
    assert judged("content_length", answered(content_length=length)) is outcome


def test_a_length_is_not_asked_for_and_not_compared_with_what_was_unpacked() -> None:
    assert judged("content_length", answered()) is SKIPPED
    assert judged("content_length", answered(content_length="9", content_encoding="gzip")) is SKIPPED


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [(JSON, PASSED), (f"{JSON.upper()}; charset=utf-8", PASSED), ("application/json", FAILED), ("", FAILED)],
)
def test_a_content_type_is_the_protocols_with_any_parameter(kind: str, outcome: Outcome) -> None:
    assert judged("content_type", answered(content_type=kind)) is outcome


def test_ids_differ_from_answer_to_answer() -> None:
    one, other = answered(x_amzn_RequestId="a"), answered(x_amzn_RequestId="b")
    assert judged("unique_ids", one, other) is PASSED
    assert judged("unique_ids", one, one) is FAILED
    assert judged("unique_ids", one, answered()) is SKIPPED


@pytest.mark.parametrize(
    ("body", "bare", "message"),
    [
        (b'{"__type":"ValidationException","message":"no"}', PASSED, PASSED),
        (b'{"__type":"x#ValidationException","Message":""}', FAILED, PASSED),
        (b'{"code":"ValidationException","message":7}', FAILED, FAILED),
        (b"no", FAILED, FAILED),
    ],
)
def test_an_error_has_a_bare_type_and_a_message(body: bytes, bare: Outcome, message: Outcome) -> None:
    assert judged("bare_type", answered(body, 400)) is bare
    assert judged("error_message", answered(body, 400)) is message


@pytest.mark.parametrize("law", LAWS)
def test_silence_is_no_failure(law: str) -> None:
    silent = Exchange("any", HttpRequest("POST", "http://127.0.0.1/", (), b"{}"), None, Fault("timeout", "no answer"))
    assert judged(law, silent) in {ERROR, SKIPPED}
    assert judged(law) is SKIPPED
