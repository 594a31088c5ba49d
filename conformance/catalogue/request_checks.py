"""Checks of requests and of the protocol's envelope: a case is sent, its control beside it, and a law judges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from conformance.cases.envelope import ProtocolCase
from conformance.cases.members import request_cases
from conformance.cases.model import Expect, Members, Placeholder, RequestCase
from conformance.cases.protocol import plainest, protocol_cases
from conformance.catalogue.check import Check, because
from conformance.catalogue.lab import Lab
from conformance.contract import Contract, Operation
from conformance.laws.requests import (
    Refusal,
    judge_accepted,
    judge_either,
    judge_like,
    judge_refused,
)
from conformance.laws.verdict import Verdict, skipped
from conformance.wire.encoding import dump
from conformance.wire.request import Request

_SKETCH = "conformance-sketch"
_SHOWN = 200
_TOKENS = (Placeholder.TOKEN, Placeholder.BROKEN_TOKEN)


def request_checks(contract: Contract, operation: Operation) -> Iterator[Check]:
    """Give one check for each request case of an operation."""
    for case in request_cases(contract, operation):
        facts = contract.stated(case.facts)
        yield Check(
            id=f"{operation.name}/request/{case.subject}/{case.name}",
            level=case.level,
            basis=case.basis,
            statement=case.statement,
            because=because(contract, facts, case.observed),
            run=partial(_run_request, operation, case),
            facts=facts,
            request=_sketch(operation, case.members),
            accepts=_accepts(case.expect, Refusal(), operation),
        )


def _run_request(operation: Operation, case: RequestCase, lab: Lab) -> Verdict:
    control = _resolve(lab, operation, case.control)
    members = None if control is None else _resolve(lab, operation, case.members, control)
    if members is None:
        return skipped(
            "on this target no listing of this query is longer than a page, so that there is no token to send"
        )
    exchange = lab.exchange(Request.call(operation.name, members))
    match case.expect:
        case Expect.ACCEPTED:
            return judge_accepted(operation, exchange, exists=_exists(lab, operation, members))
        case Expect.EITHER:
            return judge_either(operation, exchange, lab.exchange(lab.plain(operation)), "nobody has shown which")
        case Expect.LIKE_CONTROL:
            return judge_like(exchange, lab.exchange(Request.call(operation.name, control or {})))
        case Expect.REFUSED:
            return judge_refused(
                operation, exchange, lab.exchange(Request.call(operation.name, control or {})), Refusal()
            )


def _exists(lab: Lab, operation: Operation, members: dict[str, Any]) -> bool:
    return not operation.subject or str(members.get(operation.subject)) in lab.names(operation.subject)


def _resolve(
    lab: Lab, operation: Operation, members: Members, control: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any] | None:
    """Put values in the place of placeholders, those of the control where it has them; None where there is no token.

    No token could be had for a query that is broken: it is that of the control.
    """
    resolved: dict[str, Any] = {}
    for name, value in sorted(members, key=lambda pair: pair[1] in _TOKENS):
        if isinstance(value, Placeholder) and name in control:
            resolved[name] = control[name]
        elif value is Placeholder.EXISTING:
            resolved[name] = lab.existing(operation) or lab.nobody
        elif value in _TOKENS:
            token = fresh_token(lab, operation, resolved)
            if token is None:
                return None
            resolved |= token
        else:
            resolved[name] = value
        if value is Placeholder.BROKEN_TOKEN:
            resolved[name] += "\n"
    return resolved


def fresh_token(lab: Lab, operation: Operation, members: dict[str, Any]) -> dict[str, Any] | None:
    """Give the members of a request for the second page of a query: its token, and the resource that has one."""
    telling = lab.paging_subject(operation) if operation.listing is not None else None
    pagination = operation.pagination
    if pagination is None or telling is None:
        return None
    query = {**members, **telling.members}
    # Pages of one item are the surest to leave something over, whatever the query.
    for sizes in ({}, {pagination.limit: 1}):
        first = lab.exchange(Request.call(operation.name, sizes | query))
        token = (first.answer or {}).get(pagination.output_token)
        if isinstance(token, str):
            return {**telling.members, pagination.input_token: token}
    return None


def protocol_checks(contract: Contract, operation: Operation) -> Iterator[Check]:
    """Give one check for each bent envelope of an operation."""
    sketch = Request.call(operation.name, plainest(operation, _SKETCH))
    for index, case in enumerate(protocol_cases(contract, operation, sketch)):
        yield Check(
            id=f"{operation.name}/protocol/{case.subject}/{case.name}",
            level=case.level,
            basis=case.basis,
            statement=case.statement,
            because=because(contract, case.facts, case.observed, protocol=True),
            run=partial(_run_protocol, operation, index),
            facts=case.facts,
            request=_sketch_protocol(case),
            accepts=_accepts(case.expect, _refusal(case), operation),
        )


def _run_protocol(operation: Operation, index: int, lab: Lab) -> Verdict:
    plain = lab.plain(operation)
    cases = lab.cached((operation.name, plain), lambda: protocol_cases(lab.contract, operation, plain))
    case = cases[index]
    if case.needs_auth and not lab.auth:
        return skipped("the target declares that it verifies no signatures (capabilities: auth)", kind="not-asked")
    exchange = lab.exchange(case.request)
    match case.expect:
        case Expect.ACCEPTED:
            return judge_accepted(operation, exchange, exists=lab.exists(operation))
        case Expect.EITHER | Expect.LIKE_CONTROL:
            return judge_either(operation, exchange, lab.exchange(plain), case.lenient)
        case Expect.REFUSED:
            return judge_refused(operation, exchange, lab.exchange(plain), _refusal(case))


def _refusal(case: ProtocolCase) -> Refusal:
    return Refusal(case.statuses, case.codes, case.elsewhere)


def _accepts(expect: Expect, refusal: Refusal, operation: Operation) -> str:
    match expect:
        case Expect.ACCEPTED:
            return (
                f"HTTP 200 with the answer of {operation.name}; for a name nobody has, {' or '.join(operation.errors)}"
            )
        case Expect.REFUSED:
            return f"{refusal}, while the same request without the fault is let through"
        case Expect.EITHER:
            return "HTTP 200 with the operation's answer, or a refusal with a 4xx; never a 5xx"
        case Expect.LIKE_CONTROL:
            return "the same status and error code as its control"


def _sketch(operation: Operation, members: Members) -> str:
    plain = {name: repr(value) if isinstance(value, Placeholder) else value for name, value in members}
    return _cut(f"POST {operation.name} {dump(plain).decode()}")


def _sketch_protocol(case: ProtocolCase) -> str:
    request = case.request
    target = operation_target(request)
    kind = "" if request.content_type is None else f" Content-Type: {request.content_type or '(left out)'}"
    return _cut(f"{request.method} {target}{kind} {request.body[:_SHOWN].decode('utf-8', 'backslashreplace')}")


def operation_target(request: Request) -> str:
    """Say where a request is aimed, as people read it."""
    return request.operation if request.target is None else f"X-Amz-Target: {request.target or '(left out)'}"


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
