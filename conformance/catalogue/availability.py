"""Whether a target has an operation at all: one finding where it lacks it, and everything behind it is put aside."""

from __future__ import annotations

from conformance.catalogue.check import Check, because
from conformance.catalogue.lab import Lab
from conformance.contract import Contract, Operation
from conformance.laws.requests import let_through, shown
from conformance.laws.verdict import Outcome, Verdict, broke, failed, passed, skipped
from conformance.wire.exchange import Exchange
from conformance.wire.request import Request

_UNKNOWN = frozenset(
    {
        "UnknownOperationException",
        "UnknownOperation",
        "InvalidAction",
        "NotImplemented",
        "NotImplementedException",
        "UnsupportedOperation",
    }
)
_SERVER_ERRORS = range(500, 600)


def availability_id(operation: str) -> str:
    """Give the id of the check that an operation is there."""
    return f"{operation}/protocol/operation/available"


def availability_check(contract: Contract, operation: Operation) -> Check:
    """Give the check that the target has the operation."""
    return Check(
        availability_id(operation.name),
        "must",
        "documented",
        f"the target has {operation.name}",
        because(contract, (f"{operation.name}/output//http_status",), protocol=True),
        lambda lab: judge_available(lab, operation),
        facts=(f"{operation.name}/output//http_status",),
        request=f"POST {operation.name} with a name, which may be nobody's",
        accepts="HTTP 200 with a JSON object, or an AWS JSON error that is not about the operation",
    )


def judge_available(lab: Lab, operation: Operation) -> Verdict:
    """Judge by the plainest request whether anything here knows the operation."""
    first = next(iter(lab.contract.operations.values()))
    exchange = _probe(lab, operation)
    verdict = _judge(operation, exchange)
    if (
        verdict.kind == "no-aws-endpoint"
        and operation.name != first.name
        and _judge(first, _probe(lab, first)).kind == verdict.kind
    ):
        return skipped(f"no AWS JSON endpoint at all: see {availability_id(first.name)}", kind="behind")
    return verdict


def _probe(lab: Lab, operation: Operation) -> Exchange:
    names = [view.name for view in lab.survey.views if view.description.ok]
    exchange = lab.exchange(Request.call(operation.name, {operation.subject: names[0] if names else lab.nobody}))
    if exchange.status in _SERVER_ERRORS:
        # One broken resource is no missing operation: a name that nothing has tells the two apart.
        other = lab.exchange(Request.call(operation.name, {operation.subject: lab.nobody}))
        return other if let_through(operation, other) else exchange
    return exchange


def _judge(operation: Operation, exchange: Exchange) -> Verdict:  # noqa: PLR0911 - one return a way of not being there
    expected = f"an answer of {operation.name}, or one of its errors"
    if exchange.response is None:
        fault = exchange.fault
        return broke(fault.kind if fault else "no-answer", shown(exchange), exchanges=(exchange,))
    if exchange.error_code in _UNKNOWN:
        return failed(
            "operation-unknown",
            f"the target does not know {operation.name}",
            expected=expected,
            received=shown(exchange),
            exchanges=(exchange,),
        )
    if exchange.answer is None:
        if exchange.status in _SERVER_ERRORS:
            return failed(
                "operation-unknown",
                f"the target can't serve {operation.name}",
                expected=expected,
                received=shown(exchange),
                exchanges=(exchange,),
            )
        return failed(
            "no-aws-endpoint",
            "this is no AWS JSON endpoint",
            expected=expected,
            received=shown(exchange),
            exchanges=(exchange,),
        )
    if exchange.status in _SERVER_ERRORS:
        return failed(
            "operation-unknown",
            f"the target answers every {operation.name} with a server error",
            expected=expected,
            received=shown(exchange),
            exchanges=(exchange,),
        )
    if not exchange.ok and not exchange.error_code:
        return failed(
            "no-aws-endpoint",
            "this is no AWS JSON endpoint",
            expected=expected,
            received=shown(exchange),
            exchanges=(exchange,),
        )
    return passed({"answers": 1})


def behind(lab: Lab, check: Check) -> Verdict | None:
    """Put a check aside whose operation the target lacks; None where it is there (or the check asks just that)."""
    own = availability_id(check.operation)
    if check.id == own:
        return None
    operation = lab.contract.operations[check.operation]
    verdict = lab.cached(("available", check.operation), lambda: judge_available(lab, operation))
    if verdict.outcome is Outcome.FAILED or verdict.kind == "behind":
        return skipped(f"the target does not have the operation: see {own}", kind="behind")
    if verdict.outcome is Outcome.ERROR:
        return broke(verdict.kind, verdict.reason)
    return None
