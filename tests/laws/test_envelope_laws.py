"""The laws of the envelope: what they demand of a header, and which answers they say nothing about."""

from __future__ import annotations

import pytest

from conformance.checks.protocol.envelope import RULES
from conformance.checks.verdict import Outcome, Verdict
from conformance.contract.loading import load
from conformance.wire.exchange import Exchange
from laws.exchanges import answered as ended
from laws.exchanges import silence

JSON = "application/x-amz-json-1.1"
PASSED, FAILED, SKIPPED, ERROR = Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED, Outcome.ERROR


def answered(body: bytes = b"{}", status: int = 200, **headers: str) -> Exchange:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return ended(body, status, named)


CONTRACT = load()
OPERATION = next(iter(CONTRACT.operations.values()))


def verdict_of(place: str, *exchanges: Exchange) -> Verdict:
    return RULES[place].law(CONTRACT.service, OPERATION, exchanges)


def judged(place: str, *exchanges: Exchange) -> Outcome:
    return verdict_of(place, *exchanges).outcome


@pytest.mark.parametrize(
    ("length", "outcome"),
    [("2", PASSED), ("02", PASSED), ("3", FAILED), ("two", FAILED), ("", FAILED), ("-2", FAILED)],
)
def test_a_length_is_the_bodys_however_many_digits_it_has(length: str, outcome: Outcome) -> None:
    assert judged("answer/content-length", answered(content_length=length)) is outcome


def test_a_length_is_not_asked_for_and_not_compared_with_what_was_unpacked() -> None:
    assert judged("answer/content-length", answered()) is SKIPPED
    assert judged("answer/content-length", answered(content_length="9", content_encoding="gzip")) is SKIPPED


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [(JSON, PASSED), (f"{JSON.upper()}; charset=utf-8", PASSED), ("application/json", FAILED), ("", FAILED)],
)
def test_a_content_type_is_the_protocols_with_any_parameter(kind: str, outcome: Outcome) -> None:
    assert judged("answer/content-type", answered(content_type=kind)) is outcome


def test_ids_differ_from_answer_to_answer() -> None:
    item, other = answered(x_amzn_RequestId="a"), answered(x_amzn_RequestId="b")
    assert judged("answer/request-id-unique", item, other) is PASSED
    assert judged("answer/request-id-unique", item, item) is FAILED
    assert judged("answer/request-id-unique", item, answered()) is SKIPPED


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
    assert judged("error-body/bare-type", answered(body, 400)) is bare
    assert judged("error-body/message", answered(body, 400)) is message


@pytest.mark.parametrize("place", RULES)
def test_silence_is_no_failure(place: str) -> None:
    assert judged(place, silence()) in {ERROR, SKIPPED}
    assert judged(place) is SKIPPED


def test_every_kind_of_error_is_looked_at_and_named() -> None:
    good = answered(b'{"__type":"ResourceNotFound"}', 400, content_type=JSON)
    other = answered(b'{"__type":"SerializationException"}', 400, content_type="text/html")
    verdict = verdict_of("answer/content-type", good, good, other)
    assert verdict.outcome is FAILED
    assert verdict.rests_on == {"ResourceNotFound": 2, "SerializationException": 1}
    assert "(1 of 1 SerializationException)" in verdict.received
    assert verdict.exchanges == (other,)


def test_two_content_types_are_none() -> None:
    twice = ended(headers=(("Content-Type", JSON), ("content-type", "text/html")))
    assert judged("answer/content-type", twice) is FAILED
    assert judged("answer/single-headers", twice) is FAILED
    assert judged("answer/single-headers", answered(content_type=JSON, server="any")) is PASSED


@pytest.mark.parametrize("code", ["SerializationException", "UnknownOperationException"])
def test_errors_that_were_seen_without_a_message_need_none(code: str) -> None:
    assert judged("error-body/message", answered(f'{{"__type":"{code}"}}'.encode(), 400)) is SKIPPED


NOW = 1_700_000_000.0
DATE = "Tue, 14 Nov 2023 22:13:20 GMT"


@pytest.mark.parametrize(
    ("date", "form", "is_now"),
    [
        (DATE, PASSED, PASSED),
        ("Tue, 14 Nov 2023 22:20:00 GMT", PASSED, PASSED),
        ("Tue, 14 Nov 2023 23:13:20 GMT", PASSED, FAILED),
        ("Mon, 13 Nov 2023 22:13:20 GMT", PASSED, FAILED),
        ("Tue, 14 Nov 2023 22:13:20 +0100", FAILED, SKIPPED),
        ("2023-11-14T22:13:20Z", FAILED, SKIPPED),
        ("1700000000", FAILED, SKIPPED),
        ("", FAILED, SKIPPED),
    ],
)
def test_a_date_is_that_of_http_and_of_now(date: str, form: Outcome, is_now: Outcome) -> None:
    exchange = ended(headers=(("Date", date),), at=NOW)
    assert judged("answer/date", exchange) is form
    assert judged("answer/date-is-now", exchange) is is_now


def test_a_date_is_not_judged_where_the_time_of_the_answer_is_unknown() -> None:
    assert judged("answer/date-is-now", answered(date=DATE)) is SKIPPED


@pytest.mark.parametrize(
    ("name", "form"),
    [("Wrong", PASSED), ("com.example.v1#Wrong", PASSED), ("Wrong:http://example.com/", FAILED), ("", FAILED)],
)
def test_in_the_older_version_the_namespace_of_an_error_is_as_good_as_none(name: str, form: Outcome) -> None:
    assert judged("error-body/type-form", answered(f'{{"__type":"{name}"}}'.encode(), 400)) is form


@pytest.mark.parametrize(("header", "outcome"), [("a#Wrong:http://x/", PASSED), ("Other", FAILED), ("", PASSED)])
def test_body_and_header_name_one_code(header: str, outcome: Outcome) -> None:
    exchange = answered(b'{"__type":"Wrong"}', 400, x_amzn_errortype=header)
    assert judged("error-body/one-code", exchange) is outcome
    assert judged("error-body/one-code", answered(b"{}", 400)) is SKIPPED


def test_an_error_has_the_status_of_its_code() -> None:
    known, unknown = b'{"__type":"ValidationException"}', b'{"__type":"Other"}'
    assert judged("error-body/status", answered(known, 400)) is PASSED
    assert judged("error-body/status", answered(known, 422)) is FAILED
    assert judged("error-body/status", answered(unknown, 418)) is SKIPPED
