"""Names that nothing has: a target that has one of them after all, in whatever case, may answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conformance.checks.check import Check
from conformance.checks.error import error_checks
from conformance.checks.runner import Runner
from conformance.checks.verdict import Outcome, Verdict
from conformance.clients.boto3_checks import needs_name
from conformance.clients.boto3_client import ClientOutcome
from conformance.contract.loading import load
from conformance.mutation.servers import InProcess
from conformance.reference.service import Service
from conformance.session.session import Resource, TargetSession
from conformance.wire.exchange import Exchange, Fault
from conformance.wire.request import Request
from conformance.worlds.loading import load_world

DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"
NAME = "HyperParameterTuningJobName"
CONTRACT = load()
HERS = "churn-57-in-all-statuses"


class InAnyCase:
    """Takes names in any case, has somebody's tuning job `q`, and answers names as they were given at creation."""

    def __init__(self, other: str) -> None:
        self._original = InProcess(CONTRACT, Service(load_world("default"), contract=CONTRACT))
        self._other = other

    def send(self, request: Request) -> Exchange:
        if b'"q"' not in request.body.lower():
            return self._original.send(request)
        exchange = self._original.send(Request.call(request.operation, {**request.members, NAME: HERS}))
        assert exchange.response is not None
        body = exchange.response.body.replace(HERS.encode(), self._other.encode())
        return replace(exchange, response=replace(exchange.response, body=body))


def verdict(operation: str, case: str, other: str) -> Verdict:
    checks: tuple[Check, ...] = tuple(error_checks(CONTRACT, CONTRACT.operations[operation], ()))
    check = next(item for item in checks if item.id.endswith(f"/{case}"))
    return Runner(TargetSession(CONTRACT, InAnyCase(other), (Resource(HERS),)), (check,)).verdict(check)


@pytest.mark.parametrize("operation", [DESCRIBE, LIST])
@pytest.mark.parametrize(
    ("other", "outcome"),
    [("Q", Outcome.SKIPPED), ("q", Outcome.SKIPPED), ("another", Outcome.FAILED)],
    ids=["that-very-name", "in-another-case", "of-somebody-else"],
)
def test_a_resource_of_that_name_is_no_fault(operation: str, other: str, outcome: Outcome) -> None:
    assert verdict(operation, "one-character", other).outcome is outcome


def test_a_call_that_found_no_answer_shows_nothing_about_names() -> None:
    unanswered = ClientOutcome(exception="HTTPClientError", fault=Fault("timeout", "no answer within 5 s"))
    assert needs_name(unanswered, "answered", "an answer").outcome is Outcome.ERROR
    rejected, answered = ClientOutcome(exception="ParamValidationError"), ClientOutcome(results=({},))
    assert needs_name(rejected, "answered", "an answer").outcome is Outcome.PASSED
    assert needs_name(answered, "answered", "an answer").outcome is Outcome.FAILED
