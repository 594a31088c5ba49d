"""boto3 at servers that answer what it can't read: a failure that explains itself, and no fault of the suite."""

from __future__ import annotations

import json

import pytest

from clients.at_hand import DESCRIBE, LIST, boto3_at, contract, sender
from conformance.catalogue.client_checks import ClientChecks
from conformance.catalogue.lab import Lab, Resource
from conformance.catalogue.runner import Runner
from conformance.laws.verdict import Outcome, Verdict

NAME = "churn-57-in-all-statuses"


def verdict(operation: str, case: str, status: int, body: bytes) -> Verdict:
    """Judge one check where boto3 alone is answered so."""
    lab = Lab(contract(), sender(), (Resource(NAME),), clients=boto3_at(status, body))
    checks = tuple(ClientChecks(contract(), contract().operations[operation]).calls())
    check = next(one for one in checks if one.id.endswith(f"/{case}"))
    return Runner(lab, checks).verdict(check)


@pytest.mark.parametrize("operation", [DESCRIBE, LIST])
TIMES = ("soon", [], {}, True)


@pytest.mark.parametrize(
    "content", [[], {"TrainingJobSummaries": 1}, *({"TrainingJobSummaries": [{"CreationTime": one}]} for one in TIMES)]
)
def test_an_answer_that_the_client_cannot_read_never_breaks_the_suite(content: object) -> None:
    judged = verdict(LIST, "call", 200, json.dumps(content).encode())
    assert judged.kind != "suite-error", judged.reason
    assert judged.outcome is not Outcome.PASSED
