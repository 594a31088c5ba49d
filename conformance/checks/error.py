"""Checks of the operation's own errors: a name that nothing has, in every shape that a lookup could stumble over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.checks.attribution import RequestAttribution, resolve
from conformance.checks.check import Check, because, bound_by
from conformance.checks.request.builder import Builder, Expect, Members, Placeholder, RequestCase
from conformance.checks.request.laws import (
    Rejection,
    evaluate_rejected,
    failed_by,
    fault_of,
    lists_nothing,
    maybe_invalid,
)
from conformance.checks.request.values import violations
from conformance.checks.verdict import Outcome, Verdict, passed, skipped
from conformance.contract.examples import names_arn
from conformance.contract.model import Contract, Operation
from conformance.contract.resources import makes_anew
from conformance.session.session import TargetSession
from conformance.wire.encoding import dump
from conformance.wire.exchange import shown
from conformance.wire.limits import reads
from conformance.wire.request import Request

LAWS = frozenset({"error-checks"})
"""The name by which behaviours call for all of these checks."""
_BROKEN_CONSTRAINT = "ValidationException"
_SHORT = frozenset({"required", "enum", "minimum", "maximum"})
"""Facets that are broken in a few letters."""
_NAMES = (
    ("plain", "a name that nothing has", ""),
    ("one-character", "a name of one character that nothing has", "Q"),
    ("longest", "a name of the longest kind that nothing has", "conformance-nobody-has-this-name"),
)
_NEAR = (("prefix", "an existing name cut short"), ("longer", "an existing name with a letter more"))


def error_checks(contract: Contract, operation: Operation, cases: Iterable[RequestCase]) -> Iterator[Check]:
    """Yield the checks of the operation's errors; where it has none, of a constraint that a case breaks."""
    shared = tuple(behaviour.id for behaviour in bound_by(contract, operation.name, LAWS))
    return (replace(check, shares=shared) for check in _checks(contract, operation, cases))


def _checks(contract: Contract, operation: Operation, cases: Iterable[RequestCase]) -> Iterator[Check]:
    # What puts a rule has no unknown rule.
    if not operation.not_found or not operation.subject or makes_anew(contract, operation):
        yield from _common(contract, operation, cases)
        return
    for code, error in operation.not_found.items():
        basis = "documented" if error.level == "must" else "modelled" if error.modelled else "inferred"
        present, http_status = (
            contract.stated([f"{operation.name}/error/{code}/{facet}"]) for facet in ("present", "http_status")
        )
        for case, statement, words, evaluate in _named(operation, code):
            yield Check(
                f"{operation.name}/error/{code}/{case}",
                error.level,
                basis,
                statement,
                because(contract, present),
                evaluate,
                facts=present,
                request=f"POST {operation.name} with {words}",
                accepts=f"an error with the code {code}",
            )
        if error.http_status is None:
            continue
        yield Check(
            f"{operation.name}/error/{code}/http-status",
            error.level,
            basis,
            f"{code} comes with HTTP {error.http_status}",
            because(contract, http_status),
            partial(_status, operation, code, error.http_status),
            facts=http_status,
            request=f"POST {operation.name} with a name that nothing has",
            accepts=f"HTTP {error.http_status}",
        )


def _named(operation: Operation, code: str) -> Iterator[tuple[str, str, str, Callable[[TargetSession], Verdict]]]:
    """Yield each request with a name that nothing has: case, statement, the name in words, and its evaluation."""
    node = operation.input.members[operation.subject]
    for case, words, name in _NAMES:
        if name and (violations(node, name) or names_arn(node)):
            continue
        yield case, f"{words} is answered with {code}", words, partial(_unknown, operation, name, code)
    valid = _optional(operation)
    if valid:
        statement = f"a name that nothing has is answered with {code} whatever comes with it"
        evaluate = partial(_with_others, operation, valid, code)
        yield "beside-others", statement, "a name that nothing has, and all other members", evaluate
    for case, words in _NEAR if reads(operation.name) else ():  # what has such a name by chance is left alone
        yield case, f"names are exact: {words} is answered with {code}", words, partial(_near, operation, case, code)


def _common(contract: Contract, operation: Operation, cases: Iterable[RequestCase]) -> Iterator[Check]:
    """Yield the checks of the error of the whole service that any operation with a constraint can be made to answer."""
    common = contract.service.common_errors.get(_BROKEN_CONSTRAINT)
    rejected = (case for case in cases if case.expect is Expect.REFUSED and not case.problem)
    case = next((item for item in rejected if item.breaks is not None and item.breaks[1] in _SHORT), None)
    if common is None or case is None or not contract.service.knows_rejections:
        return
    plain = {name: repr(value) if isinstance(value, Placeholder) else value for name, value in case.members}
    for name, words, statuses in (
        ("code", f"a broken constraint is answered with {common.code}", frozenset[int]()),
        ("http-status", f"{common.code} comes with HTTP {common.http_status[0]}", frozenset(common.http_status)),
    ):
        yield Check(
            f"{operation.name}/error/{common.code}/{name}",
            "should",  # a wrong type in its place rejects as well
            "inferred",
            words,
            because(contract, protocol=True),
            partial(_rejected, operation, case.members, Rejection(statuses, frozenset({common.code}))),
            request=f"POST {operation.name} {dump(plain).decode()}, and the same without it",
            accepts=str(Rejection(statuses, frozenset({common.code}))),
        )


def _rejected(operation: Operation, members: Members, rejection: Rejection, session: TargetSession) -> Verdict:
    request = Request.call(operation.name, resolve(session, operation, members) or {})
    exchange, valid = session.exchange(request, ordinary=False), session.exchange(session.plain(operation))
    return evaluate_rejected(operation, exchange, valid, rejection, exists=session.exists(operation))


def _unknown(operation: Operation, name: str, code: str, session: TargetSession) -> Verdict:
    if name in session.snapshot.by_name:
        return skipped(f"the target has a resource named {name}")
    return _evaluate(session, operation, name or session.unknown_name(operation), code)


def _optional(operation: Operation) -> dict[str, Any]:
    """Return a valid value of every member that may be left out, but for a token, which would be of another listing.

    Of alternatives that exclude each other comes the one that the plainest request has, too.
    """
    builder = Builder(operation)
    plain = {name for name, _ in builder.base}
    optional = (node for node in builder.optional if not builder.is_token(node) and builder.can_be_had(node))
    others = (node for node in optional if not builder.excluded_by(node) & plain)
    return {node.name: value for node in others if not isinstance(value := builder.good(node), Placeholder)}


def _with_others(operation: Operation, valid: Mapping[str, Any], code: str, session: TargetSession) -> Verdict:
    return _evaluate(session, operation, session.unknown_name(operation), code, valid)


def _evaluate(
    session: TargetSession, operation: Operation, name: str, code: str, members: Mapping[str, Any] | None = None
) -> Verdict:
    """Evaluate the answer to a name, next to other members; the control is a name that exists, next to the same."""
    others, rejection = dict(members or {}), Rejection(frozenset(), frozenset({code, *operation.not_found}))
    exchange = session.exchange(Request.call(operation.name, session.about(operation, name) | others), ordinary=False)
    if exchange.ok and name != session.unknown_name(operation) and _is_there(session, name):
        return skipped(f"the target has a resource named {name} after all", exchanges=(exchange,))
    stated = operation.not_found[code].level == "must"
    if verdict := maybe_invalid(session.contract.service, operation, exchange) or (
        None if stated else lists_nothing(operation, exchange)
    ):
        return verdict
    if session.exists(operation):
        control = Request.call(
            operation.name,
            session.about(operation, session.existing(operation) or session.unknown_name(operation)) | others,
        )
        valid = session.exchange(control)
        of_state = not reads(operation.name) or not session.contract.service.knows_rejections
        if of_state and not valid.ok and valid.error_code and valid.error_code not in operation.not_found:
            reason = f"{operation.name} of what exists is rejected, too, for the state that it is in: {shown(valid)}"
            return skipped(reason, exchanges=(exchange, valid))
        sent = ((operation.subject, Placeholder.EXISTING), *others.items())
        verdict = evaluate_rejected(operation, exchange, valid, rejection)
        return RequestAttribution(session, operation).of_control(verdict, sent, valid)
    # Nothing exists that could be the control: an invalid name must then be answered otherwise than an unknown one.
    invalid = session.exchange(Request.call(operation.name, session.about(operation, "-")), ordinary=False)
    verdict = evaluate_rejected(operation, exchange, exchange, rejection)
    if verdict.outcome is Outcome.PASSED and invalid.error_code == exchange.error_code:
        return skipped(
            "the target answers everything with this error, and has no resource to ask for",
            exchanges=(exchange, invalid),
        )
    plain = session.exchange(session.plain(operation), ordinary=False)
    return RequestAttribution(session, operation).of_control(verdict, (), plain)


def _is_there(session: TargetSession, name: str) -> bool:
    """Ask for the resource itself: a target whose resources are not all known may have one of that very name.

    Where names are taken in any case, the description has the name as it was given at creation.
    """
    if session.describing is None:
        return False
    subject = session.describing.subject
    description = session.exchange(Request.call(session.describing.name, {subject: name}), ordinary=False)
    received = (description.answer or {}).get(subject)
    return description.ok and isinstance(received, str) and received.casefold() == name.casefold()


def _near(operation: Operation, case: str, code: str, session: TargetSession) -> Verdict:
    names = session.names_of(operation, operation.subject)
    cut = (name[:-1].rstrip("-") if case == "prefix" else f"{name}x" for name in names)
    node = operation.input.members[operation.subject]
    fitting = [name for name in cut if name and not violations(node, name) and name not in names]
    if not fitting:
        return skipped("the target has no resource whose name could be changed so that nothing has it")
    return _evaluate(session, operation, fitting[0], code)


def _status(operation: Operation, code: str, status: int, session: TargetSession) -> Verdict:
    members = session.about(operation, session.unknown_name(operation))
    exchange = session.exchange(Request.call(operation.name, members), ordinary=False)
    expected = f"HTTP {status} {code}"
    if verdict := fault_of(exchange, expected):
        return verdict
    if exchange.error_code != code:
        return skipped(f"the target did not answer with {code} but {shown(exchange)}")
    if exchange.status != status:
        return failed_by(exchange, "wrong-status", "the code comes with another status", expected)
    return passed({"answers": 1})
