"""Checks of requests and of the protocol's envelope: a case is sent, its control beside it, and a law judges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

from conformance.checks.check import Check, because
from conformance.checks.protocol.cases import ProtocolCase, protocol_cases
from conformance.checks.request.cases import request_cases
from conformance.checks.request.laws import (
    BROKEN_ANSWER,
    CONTROL_REFUSED,
    WRONG_CODE,
    Rejection,
    has_repeated_items,
    judge_accepted,
    judge_either,
    judge_like,
    judge_refused,
    let_through,
    problems_at_the_top,
)
from conformance.checks.request.values import Expect, Members, Placeholder, RequestCase
from conformance.checks.verdict import Outcome, Verdict, skipped
from conformance.contract.model import Contract, Operation
from conformance.session.session import TargetSession, plainest
from conformance.wire.encoding import dump
from conformance.wire.exchange import Exchange
from conformance.wire.request import Request

_SKETCH = "conformance-sketch"
_SHOWN = 200
_PLAIN: Members = ()
_CLIENT_ERRORS = range(400, 500)
_OF_REJECTIONS = frozenset({CONTROL_REFUSED, WRONG_CODE, "wrong-status"})
"""Kinds of failures of a request that was rejected, as its control may be for a reason of its own."""
_VALID = frozenset({Expect.ACCEPTED, Expect.LIKE_CONTROL})
_TOKENS = (Placeholder.TOKEN, Placeholder.BROKEN_TOKEN)


def request_checks(contract: Contract, operation: Operation) -> Iterator[Check]:
    """Yield one check for each request case of an operation."""
    causes = Causes(contract, operation)
    for case in request_cases(contract, operation):
        facts = contract.stated(case.facts)
        yield Check(
            id=f"{operation.name}/request/{case.subject}/{case.name}",
            level=case.level,
            basis=case.basis,
            statement=case.statement,
            because=because(contract, facts, case.observed),
            run=partial(_run_request, operation, case, causes),
            facts=facts,
            request=_sketch(operation, case.members),
            accepts=_accepts(case.expect, Rejection(), operation),
        )


class Causes:
    """Where to look for the cause of a request's failure: in checks of simpler requests, and of the answer.

    A request that fails as a simpler one fails, which it consists of, is about that one; and an answer that breaks the
    contract as the answer to the plain request does is not about the request at all.
    """

    def __init__(self, contract: Contract, operation: Operation) -> None:
        """Look nothing up yet: most requests do not fail."""
        self._contract = contract
        self._operation = operation

    def of(self, verdict: Verdict, members: Members, session: TargetSession) -> Verdict:
        """Return a verdict with the checks that its failure may be behind.

        `members` are those of the valid request that failed: the one that was judged, or the control of it.
        """
        if verdict.kind == BROKEN_ANSWER:
            return replace(
                verdict,
                see=(*self._about_the_answer(verdict.exchanges[0], session), *self._about_nobody(verdict, session)),
            )
        if verdict.outcome is not Outcome.FAILED:
            return verdict
        if unreadable := self._no_error_can_be_read(verdict, session):
            return replace(verdict, see=(f"{self._operation.name}/protocol/error-body/{unreadable}",))
        simpler = self._simpler(members, strictly=verdict.kind != CONTROL_REFUSED)
        return replace(verdict, see=(*self._about_the_plain(session), *simpler))

    def of_control(self, verdict: Verdict, members: Members, control: Exchange, session: TargetSession) -> Verdict:
        """Return a verdict on a request that must be rejected: where its control is as well, that is the fault."""
        if unreadable := self._no_error_can_be_read(verdict, session):
            return replace(verdict, see=(f"{self._operation.name}/protocol/error-body/{unreadable}",))
        if verdict.kind not in _OF_REJECTIONS or let_through(self._operation, control):
            return verdict
        return replace(verdict, see=self.of(replace(verdict, kind=CONTROL_REFUSED), members, session).see)

    def of_pages(self, verdict: Verdict, session: TargetSession) -> Verdict:
        """Return a verdict on listings: where a page could not be had or read, that is the fault."""
        if verdict.outcome is not Outcome.FAILED:
            return verdict
        for exchange in verdict.exchanges:
            if not exchange.ok:
                return replace(
                    verdict, see=(*self._about_the_plain(session), *self._simpler(self._sent(exchange, session)))
                )
            if any(problem.facet for problem in problems_at_the_top(self._operation, exchange)):
                return replace(verdict, see=tuple(self._about_the_answer(exchange, session)))
        return verdict

    def _about_nobody(self, verdict: Verdict, session: TargetSession) -> Iterator[str]:
        """Find the checks that an unknown name is rejected, where the answer is one to such a name."""
        if not _exists(session, self._operation, verdict.exchanges[0].input or {}):
            yield from (f"{self._operation.name}/error/{code}/*" for code in self._operation.errors)

    def _no_error_can_be_read(self, verdict: Verdict, session: TargetSession) -> str:
        """Return the rule of errors that a failure shows broken, on a target whose plainest error breaks it as well.

        That is the one on their JSON, or the one on their code; empty where neither is broken. A rejection that has no
        code to read breaks it by itself: that rule is about every error of the run.
        """
        if verdict.outcome is not Outcome.FAILED or not verdict.exchanges or not self._operation.subject:
            return ""
        rejected = verdict.exchanges[0]
        if verdict.kind == WRONG_CODE and rejected.error_code == "":
            return "json-object" if rejected.answer is None else "type"
        plainest_error = Request.call(self._operation.name, {self._operation.subject: session.nobody})
        shown = (verdict.exchanges[0], session.exchange(plainest_error, ordinary=False))
        if any(item.status not in _CLIENT_ERRORS for item in shown):
            return ""
        if all(item.answer is None for item in shown):
            return "json-object"
        return "" if any(item.error_code or item.answer is None for item in shown) else "type"

    def _sent(self, exchange: Exchange, session: TargetSession) -> Members:
        """Return the members of a request as cases have them: with placeholders for what the state gives."""
        members, subject = dict(exchange.input or {}), self._operation.subject
        if members.get(subject) in session.names(subject):
            members[subject] = Placeholder.EXISTING
        if self._operation.pagination and self._operation.pagination.input_token in members:
            members[self._operation.pagination.input_token] = Placeholder.TOKEN
        return tuple(members.items())

    def _about_the_plain(self, session: TargetSession) -> Iterator[str]:
        """Find the checks of the plain request, where that fails: of the member that is missed in it, then of it."""
        operation = self._operation
        if let_through(operation, session.exchange(session.plain(operation))):
            return
        for case in request_cases(self._contract, operation):
            if case.expect is Expect.ACCEPTED and case.name == "alone":
                members = _resolve(session, operation, case.members)
                if members is not None and let_through(
                    operation, session.exchange(Request.call(operation.name, members))
                ):
                    yield f"{operation.name}/request/{case.subject}/left-out"
        yield every_resource_id(operation)

    def _simpler(self, members: Members, *, strictly: bool = False) -> Iterator[str]:
        """Find the checks of valid requests that have some of these members and no others."""
        sent = dict(members)
        for case in request_cases(self._contract, self._operation):
            part = dict(case.members)
            some = all(name in sent and sent[name] == value for name, value in part.items())
            if case.expect is Expect.ACCEPTED and some and not (strictly and len(part) == len(sent)):
                yield f"{self._operation.name}/request/{case.subject}/{case.name}"

    def _about_the_answer(self, exchange: Exchange, session: TargetSession) -> Iterator[str]:
        """Find the checks of an answer that breaks the contract as answers to plain requests do."""
        plain = (session.exchange(session.plain(self._operation)), *session.observed_exchanges())
        answers = (item for item in plain if item.operation == self._operation.name and item.ok)
        known = {
            (item.member, item.facet) for answer in answers for item in problems_at_the_top(self._operation, answer)
        }
        problems = tuple(problems_at_the_top(self._operation, exchange))
        too_many = self._operation.pagination is not None and any(
            item.member == self._operation.pagination.limit for item in problems
        )
        if too_many or has_repeated_items(self._operation, exchange):
            yield f"{self._operation.name}/pagination/default/*"
        if any((item.member, item.facet) not in known for item in problems):
            return
        for problem in problems:
            yield from about_the_subject(self._contract, self._operation) if not problem.facet else ()
            for basis in ("", "modelled-") if problem.facet else ():
                yield f"{self._operation.name}/response/{problem.member}/{basis}{problem.facet}"
        yield every_resource_id(self._operation)


def about_the_subject(contract: Contract, operation: Operation) -> Iterator[str]:
    """Find the rules by which an answer names what the request names."""
    mentioned = (f"answer.{operation.subject}", f"request.{operation.subject}")
    for behaviour in contract.behaviours:
        for rule in behaviour.rules:
            if rule.operation == operation.name and all(words in rule.require for words in mentioned):
                yield f"{rule.operation}/consistency/{rule.subject}/{behaviour.id}"


def about_the_pages(operation: Operation, verdict: Verdict) -> Iterator[str]:
    """Find the checks that pages put together are the list, where a failure shows one of several pages."""
    pagination = operation.pagination
    if pagination is None:
        return
    shown = (item for item in verdict.exchanges if item.operation == operation.name and item.ok)
    for page in shown:
        several = pagination.input_token in (page.input or {}) or pagination.output_token in (page.answer or {})
        if several or has_repeated_items(operation, page):
            yield f"{operation.name}/pagination/default/*"
            return


def every_resource_id(operation: Operation) -> str:
    """Return the id of the check that an operation succeeds for every resource of the state."""
    return f"{operation.name}/request/{operation.subject}/every-resource"


def _run_request(operation: Operation, case: RequestCase, causes: Causes, session: TargetSession) -> Verdict:
    control = _resolve(session, operation, case.control)
    members = None if control is None else _resolve(session, operation, case.members, control)
    if members is None:
        return skipped(
            "on this target no listing of this query is longer than a page, so that there is no token to send"
        )
    exchange = session.exchange(Request.call(operation.name, members), ordinary=case.expect in _VALID)
    match case.expect:
        case Expect.ACCEPTED:
            verdict = judge_accepted(operation, exchange, exists=_exists(session, operation, members))
            return causes.of(verdict, case.members, session)
        case Expect.EITHER:
            verdict = judge_either(
                operation, exchange, session.exchange(session.plain(operation)), "nobody has shown which"
            )
            return causes.of(verdict, case.members, session)
        case Expect.LIKE_CONTROL:
            return judge_like(exchange, session.exchange(Request.call(operation.name, control or {})))
        case Expect.REFUSED:
            valid = session.exchange(Request.call(operation.name, control or {}))
            return causes.of_control(
                judge_refused(operation, exchange, valid, Rejection()), case.control, valid, session
            )


def _exists(session: TargetSession, operation: Operation, members: Mapping[str, Any]) -> bool:
    return not operation.subject or str(members.get(operation.subject)) in session.names(operation.subject)


def _resolve(
    session: TargetSession, operation: Operation, members: Members, control: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any] | None:
    """Put values in the place of placeholders, those of the control where it has them; None where there is no token.

    No token could be had for a query that is broken: it is that of the control.
    """
    resolved: dict[str, Any] = {}
    for name, value in sorted(members, key=lambda pair: pair[1] in _TOKENS):
        if isinstance(value, Placeholder) and name in control:
            resolved[name] = control[name]
        elif value is Placeholder.EXISTING:
            resolved[name] = session.existing(operation) or session.nobody
        elif value in _TOKENS:
            token = fresh_token(session, operation, resolved)
            if token is None:
                return None
            resolved |= token
        else:
            resolved[name] = value
        if value is Placeholder.BROKEN_TOKEN:
            resolved[name] += "\n"
    return resolved


def fresh_token(session: TargetSession, operation: Operation, members: dict[str, Any]) -> dict[str, Any] | None:
    """Return the members of a request for the second page of a query: its token, and the resource that has one."""
    representative = session.paging_subject(operation) if operation.listing is not None else None
    pagination = operation.pagination
    if pagination is None or representative is None:
        return None
    query = {**members, **representative.members}
    # Pages of one item are the surest to leave something over, whatever the query.
    for sizes in ({}, {pagination.limit: 1}):
        first = session.exchange(Request.call(operation.name, sizes | query))
        token = (first.answer or {}).get(pagination.output_token)
        if isinstance(token, str):
            return {**representative.members, pagination.input_token: token}
    return None


def protocol_checks(contract: Contract, operation: Operation) -> Iterator[Check]:
    """Yield one check for each bent envelope of an operation."""
    sketch = Request.call(operation.name, plainest(operation, _SKETCH))
    causes = Causes(contract, operation)
    for index, case in enumerate(protocol_cases(contract, operation, sketch)):
        yield Check(
            id=f"{operation.name}/protocol/{case.subject}/{case.name}",
            level=case.level,
            basis=case.basis,
            statement=case.statement,
            because=because(contract, case.facts, case.observed, protocol=True),
            run=partial(_run_protocol, operation, index, causes),
            facts=case.facts,
            request=_sketch_protocol(case),
            accepts=_accepts(case.expect, _refusal(case), operation),
        )


def _run_protocol(operation: Operation, index: int, causes: Causes, session: TargetSession) -> Verdict:
    plain = session.plain(operation)
    cases = session.cached((operation.name, plain), lambda: protocol_cases(session.contract, operation, plain))
    case = cases[index]
    if case.needs_auth and not session.auth:
        return skipped("the target declares that it verifies no signatures (capabilities: auth)", kind="not-asked")
    exchange = session.exchange(case.request, ordinary=case.expect in _VALID)
    match case.expect:
        case Expect.ACCEPTED:
            return causes.of(judge_accepted(operation, exchange, exists=session.exists(operation)), _PLAIN, session)
        case Expect.EITHER | Expect.LIKE_CONTROL:
            return causes.of(judge_either(operation, exchange, session.exchange(plain), case.lenient), _PLAIN, session)
        case Expect.REFUSED:
            valid = session.exchange(plain)
            verdict = judge_refused(operation, exchange, valid, _refusal(case))
            return causes.of_control(verdict, _PLAIN, valid, session)


def _refusal(case: ProtocolCase) -> Rejection:
    return Rejection(case.statuses, case.codes, case.elsewhere)


def _accepts(expect: Expect, rejection: Rejection, operation: Operation) -> str:
    match expect:
        case Expect.ACCEPTED:
            return (
                f"HTTP 200 with the answer of {operation.name}; for a name nobody has, {' or '.join(operation.errors)}"
            )
        case Expect.REFUSED:
            return f"{rejection}, while the same request without the fault is let through"
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
