"""Checks of requests and of the protocol's envelope: a case is sent, and its control, and a law evaluates both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import partial
from typing import Any
from zlib import crc32

from conformance.checks.attribution import RequestAttribution, exists, resolve
from conformance.checks.check import Check, because, citations
from conformance.checks.protocol.cases import ProtocolCase, protocol_cases
from conformance.checks.request.builder import Builder, Expect, Members, Placeholder, RequestCase
from conformance.checks.request.cases import BESIDE_OTHERS, cases_in
from conformance.checks.request.laws import (
    BROKEN_ANSWER,
    OF_REJECTIONS,
    SERVER_ERROR,
    WRONG_CODE,
    Rejection,
    evaluate_accepted,
    evaluate_either,
    evaluate_like_control,
    evaluate_rejected,
    fault_of,
    nothing_shown,
    problems_at_the_top,
    unless_of_its_meaning,
    was_accepted,
)
from conformance.checks.verdict import Verdict, passed, skipped
from conformance.contract.model import Contract, Operation
from conformance.contract.resources import kind_of
from conformance.session.session import TargetSession, plainest
from conformance.wire.encoding import dump
from conformance.wire.exchange import Exchange, shown
from conformance.wire.limits import reads
from conformance.wire.request import Request

LAWS = frozenset({"request-checks", "protocol-checks"})
"""The names by which behaviours call for all of the checks here."""
_SKETCH = "conformance-sketch"
_SHOWN = 200
_TELLING = 4
"""Letters of a member's name by which a message names it."""
_WORD, _STRANGER = "enum-", "enum-not-stranger"
"""How the names of cases of listed words begin, and the case of a word that is not listed."""
_ALONE = "alone"
"""The name of the case of a member with its plainest value."""
_PLAIN: Members = ()
_VALID = frozenset({Expect.ACCEPTED, Expect.LIKE_CONTROL})


def request_checks(contract: Contract, operation: Operation, cases: Iterable[RequestCase]) -> Iterator[Check]:
    """Yield one check for each request case of an operation."""
    for case in cases:
        facts = contract.stated(case.facts)
        # That a page lists a word does not say that it goes without what other words and members need.
        goes_further = case.expect is Expect.ACCEPTED and case.level == "must" and not contract.service.knows_rejections
        yield Check(
            id=f"{operation.name}/request/{case.subject}/{case.name}",
            level="should" if goes_further else case.level,
            basis="inferred" if goes_further else case.basis,
            statement=case.statement,
            because=(*citations(case.cites), *because(contract, facts, case.observed, protocol=case.protocol)),
            run=partial(_unless_plain_breaks, partial(_run_request, operation, case), operation),
            facts=facts,
            request=_sketch(operation, case.members),
            accepts=_accepts(case.expect, Rejection.of(contract.service), operation),
        )


def _unless_plain_breaks(
    run: Callable[[TargetSession], Verdict], operation: Operation, session: TargetSession
) -> Verdict:
    """Return a verdict; a server error shows nothing where the plain request ends in one: availability reports that.

    So does one that ends in it a second time, after what it has changed.
    """
    verdict = run(session)
    if verdict.kind != SERVER_ERROR or not _is_inferred(session):
        return verdict
    plain = session.exchange(session.plain(operation))
    plain = _a_second_time(operation, session) if plain.ok and not reads(operation.name) else plain
    return nothing_shown(verdict.exchanges[0], plain) if fault_of(plain, "") else verdict


def _run_request(operation: Operation, case: RequestCase, session: TargetSession) -> Verdict:
    if case.problem:
        return skipped(case.problem, kind="not-made")
    causes = RequestAttribution(session, operation)
    members, control = _sent(operation, case, session)
    if members is None:
        return skipped(
            "on this target no listing of this query is longer than a page, so that there is no token to send"
        )
    exchange = session.exchange(Request.call(operation.name, members), ordinary=case.expect in _VALID)
    match case.expect:
        case Expect.ACCEPTED:
            known = exists(session, operation, members) or _is_of_no_name(operation, case, exchange, session)
            verdict = evaluate_accepted(operation, exchange, exists=known)
            verdict = _unless_once_only(_unless_reported(verdict, operation, session), operation, session)
            unsure = case.made or (verdict.kind == "refused" and _may_need_more(operation, case, exchange, session))
            return unless_of_its_meaning(verdict) if unsure else causes.of(verdict, case.members)
        case Expect.EITHER:
            verdict = evaluate_either(
                operation, exchange, session.exchange(session.plain(operation)), "it is unknown which"
            )
            return causes.of(_unless_reported(verdict, operation, session), case.members)
        case Expect.LIKE_CONTROL:
            return evaluate_like_control(exchange, session.exchange(Request.call(operation.name, control or {})))
        case Expect.REFUSED:
            return _rejected(operation, case, exchange, control or {}, session)


def _rejected(
    operation: Operation, case: RequestCase, exchange: Exchange, control: Mapping[str, Any], session: TargetSession
) -> Verdict:
    """Evaluate a request that must be rejected, next to its control."""
    valid = session.exchange(Request.call(operation.name, control))
    known = exists(session, operation, control)
    verdict = evaluate_rejected(operation, exchange, valid, Rejection.of(session.contract.service), exists=known)
    inferred = _is_inferred(session)
    if inferred and verdict.kind == WRONG_CODE and _is_about_the_token(operation, case, exchange):
        return skipped("rejected for its token, which is none, or goes with another query", exchanges=(exchange, valid))
    unsure = (case.made or inferred) and verdict.kind in OF_REJECTIONS
    if unsure and not _is_served(operation, valid):
        fewer = _next_to_fewer(operation, case, session)
        return nothing_shown(exchange, valid) if fewer is None else _run_request(operation, fewer, session)
    return RequestAttribution(session, operation).of_control(verdict, case.control, valid)


def _next_to_fewer(operation: Operation, case: RequestCase, session: TargetSession) -> RequestCase | None:
    """Return a case without those of all other members that are rejected alone; None where that changes nothing."""
    if not case.name.endswith(BESIDE_OTHERS):
        return None
    plain = {name for name, _ in Builder(operation).base}
    others = [name for name, _ in case.control if name not in plain | {case.subject}]
    alone = {name: _alone(operation, name, session) for name in others}
    gone = {name for name, exchange in alone.items() if exchange is not None and not _is_served(operation, exchange)}
    members, control = (tuple(pair for pair in pairs if pair[0] not in gone) for pairs in (case.members, case.control))
    return replace(case, members=members, control=control) if gone and len(gone) < len(others) else None


def _is_about_the_token(operation: Operation, case: RequestCase, exchange: Exchange) -> bool:
    token = operation.pagination.input_token if operation.pagination else ""
    is_sent = Placeholder.TOKEN in dict(case.members).values() or case.subject == token
    return is_sent and "Token" in exchange.error_code


def _sent(
    operation: Operation, case: RequestCase, session: TargetSession
) -> tuple[dict[str, Any] | None, Mapping[str, Any] | None]:
    """Return the members of the request of a case, and of its control; None where no token can be had."""
    control = resolve(session, operation, case.control)
    members = None if control is None else resolve(session, operation, case.members, control)
    return None if members is None else _with_a_free_name(session, operation, case, members), control


def _with_a_free_name(
    session: TargetSession, operation: Operation, case: RequestCase, members: dict[str, Any]
) -> dict[str, Any]:
    """Return the members of a request that must not create what it asks for, with a name that nothing has.

    That something has the name of its valid neighbour, which did create it, would be a reason to reject it as well.
    """
    kind = session.cached(("kind", operation.name), lambda: kind_of(session.contract, operation))
    own = kind.own if kind is not None else ""
    if kind is None or own not in members or case.breaks is None or case.breaks[0] == own:
        return members
    return members | {own: kind.name("invalid", crc32(f"{case.subject}/{case.name}".encode()))}


def _is_inferred(session: TargetSession) -> bool:
    """Whether a contract says of invalid requests only what names suggest: then it may lack what makes one valid."""
    return not session.contract.service.knows_rejections


def _unless_reported(verdict: Verdict, operation: Operation, session: TargetSession) -> Verdict:
    """Return a verdict on an answer, but for what has checks of its own, of another level.

    Those are what only the model requires, and that a page holds no more than was asked for.
    """
    if verdict.kind != BROKEN_ANSWER or not _is_inferred(session):
        return verdict
    limit = operation.pagination.limit if operation.pagination and operation.listing else None
    modelled = {name for name, node in operation.output.members.items() if "required" in node.modelled}
    for problem in problems_at_the_top(operation, verdict.exchanges[0]):
        if not (problem.member in modelled if problem.facet == "required" else problem.member == limit):
            return verdict
    return passed({"answers": 1})


def _a_second_time(operation: Operation, session: TargetSession) -> Exchange:
    """Return what becomes of a plain request that is repeated, though others may have put back what it took before."""

    def repeated() -> Exchange:
        again = session.send_again(session.plain(operation))
        return session.send_again(session.plain(operation)) if again.ok else again

    return session.cached(("again", operation.name), repeated)


def _unless_once_only(verdict: Verdict, operation: Operation, session: TargetSession) -> Verdict:
    """Return a verdict on a valid request; one that is rejected in the words in which a repetition is was understood.

    A name that the first such request took is an example: many services have no code of its own for that.
    """
    if verdict.kind != "refused" or reads(operation.name):
        return verdict
    if not session.exchange(session.plain(operation)).ok:
        return verdict
    again = _a_second_time(operation, session)
    ends = {(item.status, item.error_code, item.error_message) for item in (verdict.exchanges[0], again)}
    return (
        passed({"answers": 2}, notes=(f"rejected as the plain request is a second time: {shown(again)}",))
        if len(ends) == 1
        else verdict
    )


def _is_served(operation: Operation, exchange: Exchange) -> bool:
    """Whether a request was accepted; an error about what is there shows it where a request names or changes that."""
    about_state = bool(operation.subject) or not reads(operation.name)
    return exchange.ok or (about_state and was_accepted(operation, exchange))


def _may_need_more(operation: Operation, case: RequestCase, exchange: Exchange, session: TargetSession) -> bool:
    """Whether a rejected request may lack members that no constraint of the contract names.

    Members may need or exclude each other, so that a member alone or a pair shows nothing; nor does a value of a member
    that is rejected with the plainest value too, or where the plain request is rejected. The rejection may name them.
    """
    if not _is_inferred(session):
        return False

    if _is_unknown(operation, case, exchange, session):
        return False
    given = exchange.input or {}
    if _names_any(exchange.error_message.lower(), operation.input.members.keys() - given.keys()):
        return True

    def is_served(control: Exchange) -> bool:
        about_state = reads(operation.name) and was_accepted(operation, exchange)
        return control.ok or (not about_state and was_accepted(operation, control))

    is_plain_served = is_served(session.exchange(session.plain(operation)))
    if case.name in {_ALONE, "pair", "null"} or case.name.startswith(_WORD) or not is_plain_served:
        return True
    alone = _alone(operation, case.subject, session)
    return alone is not None and not is_served(alone)


def _alone(operation: Operation, name: str, session: TargetSession) -> Exchange | None:
    """Return what became of the plainest value of a member; None where there is none."""
    case = next((each for each in cases_in(session, operation) if each.subject == name and each.name == _ALONE), None)
    members = None if case is None else resolve(session, operation, case.members)
    return None if members is None else session.exchange(Request.call(operation.name, members))


def _is_of_no_name(operation: Operation, case: RequestCase, exchange: Exchange, session: TargetSession) -> bool:
    """Whether a rejection is not about what nothing has: another value next to it is looked up, or served."""
    if was_accepted(operation, exchange) or not _is_inferred(session):
        return False
    is_made_up = case.subject not in {operation.subject, *operation.names} and case.name != _ALONE
    alone = _alone(operation, case.subject, session) if is_made_up else None
    is_looked_up = alone is not None and was_accepted(operation, alone)
    return is_looked_up or _is_unknown(operation, case, exchange, session)


def _is_unknown(operation: Operation, case: RequestCase, rejected: Exchange, session: TargetSession) -> bool:
    """Whether a server does not know what it rejects: a word, just as one that is not listed; a member, of any type.

    It serves other requests about it. A member that needs or excludes others is rejected in words that name these.
    """
    about = [each for each in cases_in(session, operation) if each.subject == case.subject and each != case]

    def ended(other: RequestCase) -> Exchange:
        members, _ = _sent(operation, other, session)
        return session.exchange(Request.call(operation.name, members or {}), ordinary=other.expect in _VALID)

    def is_like(other: RequestCase) -> bool:
        exchange = ended(other)
        said = exchange.error_message
        if case.name.startswith(_WORD):
            word, stranger = (str(dict(each.members)[case.subject]) for each in (case, other))
            said = said.replace(stranger, word) if stranger in said else ""
        same = (exchange.status, exchange.error_code, said)
        return same == (rejected.status, rejected.error_code, rejected.error_message)

    if case.name.startswith(_WORD):
        found = any(each.name == _STRANGER and is_like(each) for each in about)
    else:
        of_types = [each for each in about if each.breaks == (case.subject, "type")]
        said, own = rejected.error_message.lower(), case.subject.lower()
        others = operation.input.members.keys() - {case.subject}
        about_it = case.name == _ALONE and own in said and not _names_any(said.replace(own, ""), others)
        found = about_it and bool(of_types) and all(map(is_like, of_types))
    valid = (each for each in about if each.expect is Expect.ACCEPTED and not each.made)
    return found and any(was_accepted(operation, ended(each)) for each in valid)


def _names_any(said: str, members: AbstractSet[str]) -> bool:
    return any(len(name) >= _TELLING and name.lower() in said for name in members)


def protocol_checks(contract: Contract, operation: Operation) -> Iterator[Check]:
    """Yield one check for each bent envelope of an operation."""
    sketch = Request.call(operation.name, plainest(operation, _SKETCH))
    for index, case in enumerate(protocol_cases(contract, operation, sketch)):
        yield Check(
            id=f"{operation.name}/protocol/{case.subject}/{case.name}",
            level=case.level,
            basis=case.basis,
            statement=case.statement,
            because=because(contract, observed=case.observed, protocol=True),
            run=partial(_unless_plain_breaks, partial(_run_protocol, operation, index), operation),
            shares=case.shares,
            request=_sketch_protocol(case),
            accepts=_accepts(case.expect, _refusal(case), operation),
        )


def _run_protocol(operation: Operation, index: int, session: TargetSession) -> Verdict:
    causes = RequestAttribution(session, operation)
    plain = session.plain(operation)
    cases = session.cached((operation.name, plain), lambda: protocol_cases(session.contract, operation, plain))
    case = cases[index]
    if case.needs_auth and not session.auth:
        return skipped("the target declares that it verifies no signatures (capabilities: auth)", kind="not-asked")
    exchange = session.exchange(case.request, ordinary=case.expect in _VALID)
    match case.expect:
        case Expect.ACCEPTED:
            verdict = evaluate_accepted(operation, exchange, exists=session.exists(operation))
            verdict = _unless_once_only(_unless_reported(verdict, operation, session), operation, session)
            control = session.exchange(plain)
            if verdict.kind == "refused" and _is_inferred(session) and not control.ok:
                return nothing_shown(exchange, control)
            return causes.of(verdict, _PLAIN)
        case Expect.EITHER | Expect.LIKE_CONTROL:
            verdict = evaluate_either(operation, exchange, session.exchange(plain), case.lenient)
            return causes.of(_unless_reported(verdict, operation, session), _PLAIN)
        case Expect.REFUSED:
            valid = session.exchange(plain)
            verdict = evaluate_rejected(operation, exchange, valid, _refusal(case), exists=session.exists(operation))
            if verdict.kind in OF_REJECTIONS and _is_inferred(session) and not _is_served(operation, valid):
                return nothing_shown(exchange, valid)
            return causes.of_control(verdict, _PLAIN, valid)


def _refusal(case: ProtocolCase) -> Rejection:
    return Rejection(case.statuses, case.codes, case.elsewhere, others=case.others)


def _accepts(expect: Expect, rejection: Rejection, operation: Operation) -> str:
    match expect:
        case Expect.ACCEPTED:
            errors = " or ".join(operation.not_found)
            return f"HTTP 200 with the answer of {operation.name}; for a name that nothing has, {errors}"
        case Expect.REFUSED:
            return f"{rejection}, while the same request without the fault is accepted"
        case Expect.EITHER:
            return "HTTP 200 with the operation's answer, or a refusal with a 4xx; never a 5xx"
        case Expect.LIKE_CONTROL:
            return "the same status and error code as its control"


def _sketch(operation: Operation, members: Members) -> str:
    plain = {name: repr(value) if isinstance(value, Placeholder) else value for name, value in members}
    return _cut(f"POST {operation.name} {dump(plain).decode()}")


def _sketch_protocol(case: ProtocolCase) -> str:
    request = case.request
    target = request.operation if request.target is None else f"X-Amz-Target: {request.target or '(left out)'}"
    kind = "" if request.content_type is None else f" Content-Type: {request.content_type or '(left out)'}"
    return _cut(f"{request.method} {target}{kind} {request.body[:_SHOWN].decode('utf-8', 'backslashreplace')}")


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
