"""Availability: whether a target has an operation at all, and what becomes of its checks where it has not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from itertools import islice

from conformance.checks.attribution import resolve
from conformance.checks.check import Check, because
from conformance.checks.request.cases import cases_in
from conformance.checks.request.laws import failed_by, was_accepted
from conformance.checks.verdict import Outcome, Verdict, broke, failed, passed, skipped
from conformance.contract.model import Contract, Operation
from conformance.session.session import TargetSession
from conformance.wire.exchange import Exchange, shown
from conformance.wire.limits import NO_SUCH_OPERATION
from conformance.wire.request import Request

DENIED = "denied"
"""The kind of a verdict on a request that the caller may not send."""

_CODES = frozenset({"AccessDenied", "AccessDeniedException"})


def denied(contract: Contract, exchanges: Iterable[Exchange]) -> Verdict | None:
    """Return the skip of a check whose request the caller may not send; None where no exchange was denied."""
    exchange = next((item for item in exchanges if item.error_code in _CODES), None)
    if exchange is None:
        return None
    action = action_of(contract, exchange.operation)
    reason = f"the caller may not call it: {exchange.error_code}; it takes the IAM action {action}"
    return skipped(reason, exchanges=(exchange,), kind=DENIED)


def needed(contract: Contract) -> str:
    """Say which IAM actions the whole contract takes."""
    actions = ", ".join(action_of(contract, name) for name in contract.operations)
    return f"allow {actions} to the caller"


def action_of(contract: Contract, operation: str) -> str:
    """Return the IAM action of an operation: the service's name for signatures, and the operation's own."""
    return f"{contract.service.signing_name}:{operation}"


_UNKNOWN = frozenset(
    {
        "UnknownOperationException",
        "UnknownOperation",
        "InvalidAction",
        "NotImplemented",
        "NotImplementedException",
        "NotYetImplemented",
        "NotYetImplementedException",
        "UnsupportedOperation",
        "Unsupported",
    }
)
_NOT_YET = re.compile(r"\bnot (?:yet |been |currently )*(?:implemented|emulated)\b", re.IGNORECASE)
"""Words by which a server error says that the operation is not there."""
_SERVER_ERRORS = range(500, 600)
_NOT_IMPLEMENTED = 501
_TRIED = 3
"""How many resources an operation is asked about before it counts as lacking."""
_NOT_KNOWN, _BROKEN, _NO_AWS, _ALIKE, _UNREADABLE = (
    "operation-unknown", "operation-broken", "no-aws-answer", "answers-alike", "unreadable",
)  # fmt: skip
"""Kinds of findings on one operation."""
_IN_PART = "plain-broken"
"""The kind of a finding on an operation that is there, and ends in a server error for its plain request."""
_NOT_SENT = "refused-by-client"
_WHOLE = {
    _NO_AWS: "this is no AWS JSON endpoint",
    _ALIKE: "this is no AWS JSON endpoint: it answers everything alike, whatever it is asked",
}
"""What kinds of findings come to where they hold for every operation."""
_NOT_SERVED = frozenset({_NOT_KNOWN, _BROKEN, _NO_AWS})

_IN_XML = tuple(map(re.compile, (r"<Message>([^<]+)</Message>", r"<Code>([\w.]+)</Code>", r"<(\w+Exception)\b")))
"""The message or the code of an error in XML, as emulators of several services answer whatever they do not know."""
_MESSAGES = frozenset({"error", "errormessage", "detail"})
"""Members, in any case, in which emulators say what they do not know."""
_LOOKED_AT = 2_000
_SHOWN = 300
"""Characters of a message of the target that are shown."""
_STANDS_FOR_ALL = "reported here for every selected check: none of them could be judged"


def availability_id(operation: str) -> str:
    """Return the id of the check that an operation is there."""
    return f"{operation}/protocol/operation/available"


def availability_check(contract: Contract, operation: Operation) -> Check:
    """Return the check that the target has the operation."""
    return Check(
        availability_id(operation.name),
        "must",
        "documented",
        f"the target has {operation.name}",
        because(contract, (f"{operation.name}/output//http_status",), protocol=True),
        lambda session: evaluate_availability(session, operation),
        facts=(f"{operation.name}/output//http_status",),
        request=f"POST {operation.name} with a name that may not exist",
        accepts="HTTP 200 with a JSON object, or an AWS JSON error that is not about the operation",
    )


def evaluate_availability(session: TargetSession, operation: Operation) -> Verdict:
    """Evaluate whether anything here knows the operation, by the plainest request and by two that mean nothing."""
    return session.cached(("available", operation.name), lambda: _evaluate_availability(session, operation))


def _evaluate_availability(session: TargetSession, operation: Operation) -> Verdict:
    exchange = _probe(session, operation)
    verdict = _judge(operation, exchange)
    if verdict.outcome is not Outcome.PASSED:
        return verdict
    plain = session.exchange(session.plain(operation))
    if not session.contract.service.knows_rejections and plain.status in _SERVER_ERRORS:
        reason = f"{operation.name} ends in a server error for a plain request, and answers others"
        return failed_by(plain, _IN_PART, reason, _expected(operation))
    if not (others := _answers_alike(session, operation, exchange)):
        return denied(session.contract, (exchange,)) or verdict
    return failed(
        _ALIKE,
        "the target answers everything alike, whatever it is asked",
        expected=f"another answer to {operation.name} than to an unknown operation, or to a body without JSON",
        received=f"{shown(exchange)} to each of them",
        exchanges=(exchange, *others),
    )


def _answers_alike(session: TargetSession, operation: Operation, exchange: Exchange) -> tuple[Exchange, ...]:
    """Return the answers to nonsense where they end as the well-formed request does; none where one ends otherwise."""
    plain = session.plain(operation)
    others = tuple(
        session.exchange(request, ordinary=False)
        for request in (
            replace(plain, target=f"{session.contract.service.target_prefix}.{NO_SUCH_OPERATION}"),
            replace(plain, body=b"this is not JSON"),
        )
    )
    ending = (exchange.status, exchange.error_code)
    return others if all((other.status, other.error_code) == ending for other in others) else ()


def _probe(session: TargetSession, operation: Operation) -> Exchange:
    """Return the answer that shows the operation, else the first one.

    One broken answer is no missing operation: other resources, and a name that nothing has, show which it is.
    """
    subject = operation.subject
    if not subject:
        return _served(session, operation) or session.exchange(session.plain(operation))
    unknown = session.unknown_name(operation)

    def asked(name: str) -> Exchange:
        return session.exchange(Request.call(operation.name, session.about(operation, name)), ordinary=name != unknown)

    first, *others = session.names_of(operation, subject)[:_TRIED] or (session.existing(operation) or unknown,)
    exchange = asked(first)
    if exchange.response is None or _lack(operation, exchange)[0] in {"", _NOT_KNOWN}:
        return exchange
    for other in map(asked, others):
        if other.response is not None and not _lack(operation, other)[0]:
            return other
    if exchange.status in _SERVER_ERRORS and was_accepted(operation, other := asked(unknown)):
        return other
    return exchange


def _served(session: TargetSession, operation: Operation) -> Exchange | None:
    """Return an answer that shows an operation whose plain request, which may lack what it needs, ends in an error."""
    if session.exchange(session.plain(operation)).status not in _SERVER_ERRORS:
        return None
    alone = (resolve(session, operation, case.members) for case in cases_in(session, operation) if case.name == "alone")
    sent = (members for members in alone if members is not None)
    exchanges = (session.exchange(Request.call(operation.name, members)) for members in islice(sent, _TRIED))
    return next((item for item in exchanges if item.response is not None and not _lack(operation, item)[0]), None)


def _judge(operation: Operation, exchange: Exchange) -> Verdict:
    if exchange.response is None:
        fault = exchange.fault
        if fault is not None and fault.kind == _NOT_SENT:
            return skipped(f"not sent: {fault.detail}", exchanges=(exchange,), kind=_NOT_SENT)
        return broke(fault.kind if fault else "no-answer", shown(exchange), exchanges=(exchange,))
    kind, reason = _lack(operation, exchange)
    expected = _expected(operation)
    if exchange.answer is not None and not exchange.ok and not exchange.error_code:
        expected += ", whose code is in __type"
    return failed_by(exchange, kind, reason, expected) if kind else passed({"answers": 1})


def _expected(operation: Operation) -> str:
    return f"an answer of {operation.name}, or one of its errors"


def _lack(operation: Operation, exchange: Exchange) -> tuple[str, str]:
    """Return the kind and the words of how an answer shows that the operation is not there; empty where it is there."""
    not_implemented = exchange.status == _NOT_IMPLEMENTED
    if not_implemented and not _said(exchange):
        return _NO_AWS, f"what answers {operation.name} is no AWS JSON endpoint"
    said_so = exchange.status in _SERVER_ERRORS and _NOT_YET.search(_said(exchange)) is not None
    if not_implemented or said_so or exchange.error_code in _UNKNOWN:
        return _NOT_KNOWN, f"the target does not know {operation.name}"
    if exchange.status in _SERVER_ERRORS:
        return _BROKEN, f"only server errors come from {operation.name}"
    if exchange.unreadable:
        return _UNREADABLE, f"the answers of {operation.name} can't be read: {exchange.unreadable}"
    if exchange.answer is None or not (exchange.ok or exchange.error_code):
        return _NO_AWS, f"what answers {operation.name} is no AWS JSON endpoint"
    return "", ""


def _said(exchange: Exchange) -> str:
    """Return the words of an error in one of the forms that services and emulators of AWS have; empty for others."""
    if exchange.error_message or exchange.error_code or exchange.response is None:
        return exchange.error_message or exchange.error_code
    if exchange.status >= HTTPStatus.BAD_REQUEST and exchange.answer:
        words = (value for name, value in exchange.answer.items() if name.lower() in _MESSAGES)
        return next((word for word in words if isinstance(word, str)), "")
    text = exchange.response.body[:_LOOKED_AT].decode("utf-8", "replace")
    return next((found.group(1) for form in _IN_XML if (found := form.search(text))), "")


@dataclass(frozen=True)
class _Blocked:
    """A missing operation: the id of the check that reports it, its verdict, and that of all others."""

    reporter: str
    finding: Verdict
    behind: Verdict


class Availability:
    """Which checks are blocked because the target lacks an operation, and the one check that reports it.

    The finding belongs to the check that the operation is there. Where that one was not selected, the first selected
    check that counts reports it instead: a run that could judge nothing must not end as if nothing had been wrong.
    """

    def __init__(self, session: TargetSession, selected: Sequence[Check]) -> None:
        """Ask nothing yet."""
        self._session = session
        self._selected = selected
        self._blocked: dict[str, _Blocked | None] = {}

    def blocked_by(self, check: Check) -> Verdict | None:
        """Return the verdict of a check that can't be run for want of its operation; None where it can."""
        if check.operation not in self._blocked:
            self._blocked[check.operation] = self._look(self._session.contract.operations[check.operation])
        blocked = self._blocked[check.operation]
        if blocked is None:
            return None
        return blocked.finding if check.id == blocked.reporter else blocked.behind

    def _look(self, operation: Operation) -> _Blocked | None:
        session = self._session
        verdict = evaluate_availability(session, operation)
        if verdict.outcome is Outcome.PASSED or verdict.kind == _IN_PART:
            return None
        others = [evaluate_availability(session, item) for item in session.contract.operations.values()]
        whole = _is_whole(verdict, others)
        reporter = self._reporter(None if whole else operation.name)
        of_all = self._of_all(verdict) if whole and verdict.outcome is Outcome.FAILED else verdict
        behind = skipped(f"{_words(of_all, whole=whole)}: see {reporter.id}", kind="behind")
        if whole and verdict.kind == DENIED:
            verdict = broke(DENIED, f"{verdict.reason}; {needed(session.contract)}", exchanges=verdict.exchanges)
        elif whole:
            verdict = self._of_all(others[0])
        if whole and verdict.outcome is Outcome.FAILED and reporter.level != "must":  # of one, the run is partly judged
            verdict = broke(verdict.kind, verdict.reason, exchanges=verdict.exchanges)
        if reporter.id != availability_id(reporter.operation):
            verdict = replace(verdict, notes=(_STANDS_FOR_ALL,))
        return _Blocked(reporter.id, verdict, behind)

    def _of_all(self, verdict: Verdict) -> Verdict:
        """Say of the whole endpoint what holds for each of its operations."""
        session = self._session
        said = "".join(map(_said, verdict.exchanges[:1]))
        if verdict.kind in _NOT_SERVED and said:
            what = f"has none of the {len(session.contract.operations)} operations" if session.has_state else ""
            what = what or f"does not serve {session.contract.service.service}"
            return replace(verdict, kind="service-unknown", reason=f"the target {what}: {said[:_SHOWN]}")
        if verdict.kind == _BROKEN:
            number = len(session.contract.operations)
            return replace(verdict, reason=f"only server errors come from all {number} operations")
        reason = _WHOLE.get(verdict.kind)
        return replace(verdict, kind="no-aws-endpoint", reason=reason) if reason else verdict

    def _reporter(self, operation: str | None) -> Check:
        """Return the selected check that reports the finding on an operation, or (None) on the whole endpoint."""
        of_it = [check for check in self._selected if operation in (None, check.operation)]
        own = [check for check in of_it if check.id == availability_id(check.operation)]
        counting = [check for check in of_it if check.level == "must"]
        return next(iter(own or counting or of_it))


def _is_whole(verdict: Verdict, of_operations: Sequence[Verdict]) -> bool:
    """Return whether no operation at all is served, so that one finding covers the endpoint."""
    kinds = {item.kind for item in of_operations}
    if _NOT_KNOWN in kinds:
        # Of a single operation, that it is unknown says nothing about the service.
        return len(of_operations) > 1 and kinds == {_NOT_KNOWN}
    return _IN_PART not in kinds and all(item.outcome is verdict.outcome for item in of_operations)


def _words(verdict: Verdict, *, whole: bool) -> str:
    if verdict.kind == _NOT_SENT:
        return verdict.reason
    if verdict.kind == DENIED:
        return "the caller may call nothing of this" if whole else verdict.reason
    if verdict.outcome is Outcome.ERROR:
        return "the target gave no answer" if whole else "the target gave no answer for the operation"
    if verdict.kind == _UNREADABLE:
        return "no answer can be read" if whole else "no answer of the operation can be read"
    if verdict.kind == _BROKEN or (whole and verdict.kind == "service-unknown"):
        return verdict.reason
    return "no AWS JSON endpoint at all" if whole else "the target does not have the operation"
