"""boto3 at servers that answer what it can't read: a failure that explains itself, and no fault of the suite."""

from __future__ import annotations

import json

import pytest

from clients.at_hand import DESCRIBE, LIST, boto3_at, contract, sender
from conformance.checks.runner import Runner
from conformance.checks.verdict import Outcome, Verdict
from conformance.clients.boto3_checks import boto3_checks
from conformance.session.session import Resource, TargetSession
from conformance.wire.exchange import Headers

NAME = "churn-57-in-all-statuses"


def verdict(operation: str, case: str, status: int, body: bytes, headers: Headers = ()) -> Verdict:
    """Judge one check where boto3 alone is answered so."""
    session = TargetSession(contract(), sender(), (Resource(NAME),), clients=boto3_at(status, body, headers))
    checks = tuple(boto3_checks(contract(), contract().operations[operation]))
    check = next(item for item in checks if item.id.endswith(f"/{case}"))
    return Runner(session, checks).verdict(check)


@pytest.mark.parametrize("operation", [DESCRIBE, LIST])
@pytest.mark.parametrize(
    "body", [b"[1]", b'"text"', b"null", b"<html>", b'{"__type": ["x"]}', b'{"__type": {"a": 1}}', b"\xff"]
)
@pytest.mark.parametrize("case", ["unknown-name", "client-error"])
def test_an_error_that_is_none_fails_the_checks_of_exceptions(operation: str, case: str, body: bytes) -> None:
    judged = verdict(operation, case, 400, body)
    assert judged.outcome is Outcome.FAILED, judged
    assert judged.exchanges, "what the server answered is shown"


def test_what_the_client_raised_stands_in_the_failure() -> None:
    judged = verdict(DESCRIBE, "unknown-name", 400, b"[1]")
    assert judged.expected == "client.exceptions.ResourceNotFound"
    assert judged.received.startswith("AttributeError")
    assert judged.exchanges[0].body == [1]


@pytest.mark.parametrize(
    ("content", "status", "received"),
    [
        ({"__type": "ResourceNotFound", "message": "gone"}, 400, Outcome.PASSED),
        ({"__type": "x#ResourceNotFound", "Message": "gone"}, 400, Outcome.PASSED),
        ({"__type": "ResourceNotFound"}, 404, Outcome.PASSED),
        ({"message": "no code"}, 400, Outcome.FAILED),
    ],
)
def test_an_exception_tells_what_the_service_reported(content: dict[str, str], status: int, received: Outcome) -> None:
    assert verdict(DESCRIBE, "client-error", status, json.dumps(content).encode()).outcome is received


@pytest.mark.parametrize(("code", "outcome"), [("ResourceNotFound", Outcome.PASSED), (5, Outcome.FAILED)])
def test_the_code_that_a_service_had_in_another_protocol_comes_next_to_that_of_the_answer(
    code: object, outcome: Outcome
) -> None:
    headers = (("x-amzn-query-error", "Aws.Former.NonExistentJob;Sender"),)
    body = json.dumps({"__type": code, "message": "gone"}).encode()
    assert verdict(DESCRIBE, "client-error", 400, body, headers).outcome is outcome


def test_an_answer_to_nobodys_name_is_no_exception() -> None:
    assert verdict(DESCRIBE, "unknown-name", 200, b"{}").outcome is Outcome.FAILED
    assert verdict(DESCRIBE, "client-error", 200, b"{}").outcome is Outcome.SKIPPED


TIMES: tuple[object, ...] = ("soon", [], {}, True)


@pytest.mark.parametrize(
    "content",
    [[], {"TrainingJobSummaries": 1}, *({"TrainingJobSummaries": [{"CreationTime": time}]} for time in TIMES)],
)
def test_an_answer_that_the_client_cannot_read_never_breaks_the_suite(content: object) -> None:
    judged = verdict(LIST, "call", 200, json.dumps(content).encode())
    assert judged.kind != "suite-error", judged.reason
    assert judged.outcome is not Outcome.PASSED
