"""Laws of a single request: accepted, rejected for the right reason, or either; and the top of its answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from conformance.checks.response.shapes import json_kind, json_value, with_article
from conformance.checks.verdict import Verdict, broke, failed, passed, skipped
from conformance.contract.model import Operation, Service
from conformance.session.listing import member
from conformance.wire.exchange import CLOSED, CUT, DESYNCHRONIZED, KILLED, NOT_FOLLOWED, Exchange, shown
from conformance.wire.limits import reads

WRONG_CODE = "wrong-code"
"""The kind of a rejection that names another code than those that fit, or none."""
CONTROL_REFUSED = "control-refused"
"""Kind of the failure of a rejection whose control, a valid request, is rejected as well."""
SERVER_ERROR = "server-error"
"""Kind of the failure of a request that is answered with a 5xx."""
BROKEN_ANSWER = "broken-answer"
"""Kind of the failure of a request whose answer is a success and breaks the contract."""
OF_REJECTIONS = frozenset({CONTROL_REFUSED, WRONG_CODE, "wrong-status"})
"""Kinds of failures of a request that was rejected, as its control may be for a reason of its own."""
_OF_OTHER_FAULTS = re.compile(
    r"AccessDenied|NotAuthorized|Unauthorized|Throttl|TooManyRequests|UnknownOperation|Signature|Token|Unrecognized|Expired"
)
"""Codes that say something else than that a request is invalid."""
_OF_STATE = re.compile(r"Already|Concurrent|Conflict|Duplicate|Exist|InProgress|InUse|Limit|NotFound|Quota|State")
"""Codes about what is there, or is not."""
_COMMON = frozenset({"ValidationException", "SerializationException"})
_NAMED = 4
"""Codes that an expectation names where others will do as well."""
_CLIENT_ERRORS = range(400, 500)
_ELSEWHERE = range(200, 400)
_SERVER_ERRORS = range(500, 600)
_BAD_REQUEST = 400


@dataclass(frozen=True)
class Rejection:
    """What a rejection must look like: HTTP statuses and error codes (empty: any 4xx, any code)."""

    statuses: frozenset[int] = frozenset()
    codes: frozenset[str] = frozenset()
    elsewhere: bool = False
    """Whether a redirect (3xx), or a page that is no answer of an operation, rejects as well."""
    others: bool = False
    """Whether a code that is not known for another fault will do: that the codes are all there are is not known."""

    @classmethod
    def of(cls, service: Service) -> Rejection:
        """Return what the rejection of a request looks like that breaks a constraint."""
        known = service.knows_rejections
        return cls(frozenset({_BAD_REQUEST} if known else ()), service.rejections, others=not known)

    def fits(self, operation: Operation, exchange: Exchange) -> bool:
        """Return whether the code of a rejection is one that this one has."""
        code = exchange.error_code
        if not self.codes:
            return bool(code or not self.statuses)
        other = self.others and code not in operation.not_found and _OF_OTHER_FAULTS.search(code or "-") is None
        return code in self.codes or (other and bool(code))

    def __str__(self) -> str:
        statuses = " or ".join(str(status) for status in sorted(self.statuses)) or "4xx"
        named = self.codes & _COMMON if self.others and len(self.codes) > _NAMED else self.codes
        codes = " or ".join(sorted(named or self.codes)) or "an error"
        return f"HTTP {statuses} with {codes}{', or such an error' if self.others else ''}"


def failed_by(exchange: Exchange, kind: str, reason: str, expected: str, *others: Exchange) -> Verdict:
    """Return a failure that an exchange shows by how it ended; `others` are shown next to it."""
    return failed(kind, reason, expected=expected, received=shown(exchange), exchanges=(exchange, *others))


def fault_of(exchange: Exchange, expected: str) -> Verdict | None:
    """Evaluate an exchange that has no usable answer; None where there is one.

    A dropped connection and a 5xx are failures of their own kind: the target met a request that it could not handle.
    Silence, or no HTTP at all, is an error: nothing was judged.
    """
    if exchange.response is None:
        fault = exchange.fault
        if fault is not None and fault.kind == KILLED:
            return failed_by(exchange, KILLED, "the server was gone after this request", expected)
        if fault is not None and fault.kind == "dropped":
            return failed_by(exchange, "dropped", "the target drops the connection", expected)
        return broke(fault.kind if fault else "no-answer", shown(exchange), exchanges=(exchange,))
    if exchange.status in _SERVER_ERRORS:
        return failed_by(exchange, SERVER_ERROR, "the target answers with a server error", expected)
    return None


def was_accepted(operation: Operation, exchange: Exchange) -> bool:
    """Return whether validation accepted the request: 2xx, or an error of the operation's own.

    Of one that changes what is there, an error about what is there is one of its own, too.
    """
    code = exchange.error_code
    of_state = code in operation.errors and not reads(operation.name) and _OF_STATE.search(code or "") is not None
    return exchange.ok or ((code in operation.not_found or of_state) and exchange.status in _CLIENT_ERRORS)


def unknown_state(operation: Operation, exchange: Exchange, *, exists: bool) -> Verdict | None:
    """Skip a rejection where what the request names may not be there, and no document says which error says so."""
    gone = not reads(operation.name) and bool(operation.subject or operation.names)
    sure = any(error.level == "must" for error in operation.not_found.values())
    if (exists and not gone) or sure or exchange.status not in _CLIENT_ERRORS:
        return None
    return skipped("nothing has that name, and which error says so is not documented", exchanges=(exchange,))


def maybe_invalid(service: Service, operation: Operation, exchange: Exchange) -> Verdict | None:
    """Skip a rejection of an invalid request, where what makes one valid is not all known."""
    of_requests = exchange.status in _CLIENT_ERRORS and exchange.error_code in service.rejections
    if service.knows_rejections or not of_requests or exchange.error_code in operation.not_found:
        return None
    reason = f"the request may be invalid in a way that the contract does not say: {shown(exchange)}"
    return skipped(reason, exchanges=(exchange,))


def lists_nothing(operation: Operation, exchange: Exchange) -> Verdict | None:
    """Skip an empty list of an unknown name, which is right as long as no document names an error for it."""
    pages = operation.pagination
    if pages is None or not exchange.ok or (exchange.answer or {}).get(pages.result):
        return None
    return skipped("that nothing is listed of an unknown name may be right", exchanges=(exchange,))


def evaluate_accepted(operation: Operation, exchange: Exchange, *, exists: bool) -> Verdict:
    """Evaluate a request that must be accepted: 2xx and an answer that keeps the contract at its top.

    Where nothing has the name (`exists` False) the documented not-found error shows as well that it was accepted.
    What lies deeper in the answer is judged by the response checks, on this very answer.
    """
    errors = " or ".join(operation.not_found)
    expected = f"HTTP 200 with the operation's answer{'' if exists else f', or {errors} since nothing has that name'}"
    if verdict := fault_of(exchange, expected):
        return verdict
    if not exchange.ok:
        if (not exists or not reads(operation.name)) and was_accepted(operation, exchange):
            return passed({"answers": 1})
        if verdict := unknown_state(operation, exchange, exists=exists):
            return verdict
        kind, reason = "no-answer-of-the-operation", "a valid request gets no answer of the operation"
        if exchange.status in _CLIENT_ERRORS:
            kind, reason = "refused", "a valid request is rejected"
        if exchange.unreadable:
            reason = "the answer to a valid request can't be read as JSON"
        return failed_by(exchange, kind, reason, expected)
    return _broken_at_its_top(operation, exchange, expected) or passed({"answers": 1})


def unless_of_its_meaning(verdict: Verdict) -> Verdict:
    """Return a verdict on an accepted request of made-up values: rejected, it may be for what they mean.

    Names of nothing that exists, for example. Only that it can't be read is never for that.
    """
    exchange = next(iter(verdict.exchanges), None)
    if verdict.kind != "refused" or exchange is None or _UNREAD.search(exchange.error_code):
        return verdict
    reason = f"rejected, which may be for what the made-up value means: {shown(exchange)}"
    return skipped(f"{reason}; an `example:` in the contract says one that fits", exchanges=verdict.exchanges)


def nothing_shown(exchange: Exchange, control: Exchange) -> Verdict:
    """Return the verdict on a rejection whose control, of made-up values, is rejected as well."""
    return skipped(f"its control, of made-up values, got {shown(control)}", exchanges=(exchange, control))


_UNREAD = re.compile("Serialization|Malformed|Unparseable")


def _broken_at_its_top(operation: Operation, exchange: Exchange, expected: str) -> Verdict | None:
    """Evaluate the top of an answer; None where it keeps the contract."""
    problems = "; ".join(problem.words for problem in problems_at_the_top(operation, exchange))
    if not problems:
        return None
    reason = "the answer to a valid request breaks the contract"
    return failed(BROKEN_ANSWER, reason, expected=expected, received=problems, exchanges=(exchange,))


_PYTHON = {"list": list, "map": dict, "structure": dict, "string": str}


@dataclass(frozen=True)
class TopProblem:
    """What is wrong with a top-level member of an answer.

    `facet` is the facet of the output that it breaks; empty where it breaks what the request asked for.
    """

    member: str
    facet: str
    words: str


def _echoes(operation: Operation) -> bool:
    """Return whether an answer has the very name that the request has.

    Where it need not name the resource, or where that has several names, it may be another one: the ARN, for example.
    """
    name, shown = (tree.members.get(operation.subject) for tree in (operation.input, operation.output))
    source = operation.names.get(operation.subject)
    if name is None or shown is None or name.type != shown.type:
        return False
    return bool(shown.effective("required")) and not (source and source.others)


def problems_at_the_top(operation: Operation, exchange: Exchange) -> Iterator[TopProblem]:
    """Return what breaks the contract at the top of an accepted answer."""
    asked = exchange.input
    answer, members = exchange.answer or {}, asked or {}
    result = operation.pagination.result if operation.pagination else ""
    for name, node in operation.output.members.items():
        kind = _PYTHON.get(node.wire_type)
        if name in answer and kind is not None and not isinstance(answer[name], kind):
            facet = "present" if answer[name] is None else "type"
            yield TopProblem(
                name, facet, f"{name} is {json_value(answer[name])}, not {with_article(json_kind(node.type))}"
            )
        elif name == result and name not in answer and node.effective("required"):
            yield TopProblem(name, "required", f"{name} is left out")
    subject = operation.subject
    if asked is not None and _echoes(operation) and answer.get(subject) != members.get(subject):
        received = f"{subject} is {json_value(answer[subject])}" if subject in answer else f"{subject} is left out"
        facet = "" if subject in answer else "required"
        yield TopProblem(subject, facet, f"{received}, the request has {json_value(members.get(subject))}")
    if operation.pagination is None:
        return
    items, limit = answer.get(result), members.get(operation.pagination.limit or "")
    if isinstance(items, list) and isinstance(limit, int) and 1 <= limit < len(items):
        yield TopProblem(operation.pagination.limit, "", f"{len(items)} items where at most {limit} were asked for")


def has_repeated_items(operation: Operation, page: Exchange) -> bool:
    """Return whether an item is on a page twice."""
    found = (page.answer or {}).get(operation.pagination.result) if operation.pagination else None
    items = found if isinstance(found, list) else []
    identity = operation.listing.identity if operation.listing else ""
    names = [name for item in items if isinstance(name := member(item, identity), str)]
    return len(set(names)) < len(names)


def evaluate_rejected(
    operation: Operation, exchange: Exchange, control: Exchange, rejection: Rejection, *, exists: bool = True
) -> Verdict:
    """Evaluate a request that must be rejected; a rejection proves nothing unless its control was accepted.

    `exists` is whether something has the name that the control has.
    """
    expected = str(rejection)
    if verdict := fault_of(exchange, expected):
        return verdict
    is_elsewhere = exchange.status in _ELSEWHERE and not exchange.ok
    rejected = exchange.status in _CLIENT_ERRORS or (rejection.elsewhere and is_elsewhere)
    if not rejected:
        kind = "accepted" if exchange.ok else "no-refusal"
        reason = "an invalid request is accepted" if exchange.ok else "an invalid request is not rejected"
        return failed_by(exchange, kind, reason, expected)
    statuses_fit = not rejection.statuses or exchange.status in rejection.statuses
    codes_fit = rejection.fits(operation, exchange)
    if not (statuses_fit and codes_fit):
        reason = "an invalid request is rejected with an error of another kind"
        if exchange.error_code in operation.not_found:
            reason = "a constraint is not enforced: the target went on to look the name up"
        elif exchange.unreadable:
            reason = "the error that rejects an invalid request can't be read as JSON"
        elif not exchange.error_code:
            reason = "an invalid request is rejected by an answer that names no error"
        elif codes_fit:
            reason = "an invalid request is rejected with another HTTP status"
        kind = WRONG_CODE if statuses_fit else "wrong-status"
        return failed_by(exchange, kind, reason, expected)
    if was_accepted(operation, control):
        return passed({"answers": 2})
    if control.response is None:
        return broke("control", f"its control got no answer: {shown(control)}", exchanges=(control,))
    return unknown_state(operation, control, exists=exists) or failed(
        CONTROL_REFUSED,
        "the valid request next to it is rejected as well, so the rejection proves nothing",
        expected=f"{expected}, while the valid request next to it is accepted",
        received=f"the valid one got {shown(control)}",
        exchanges=(exchange, control),
    )


def evaluate_either(operation: Operation, exchange: Exchange, control: Exchange, lenient: str) -> Verdict:
    """Evaluate a request whose outcome is unknown: accepted, or rejected with a 4xx; the verdict says which.

    A target that refuses the plain request as well has not shown that it looked at this one.
    """
    if verdict := fault_of(exchange, "accepted, or rejected with a 4xx"):
        return verdict
    if exchange.ok:
        accepted = passed({"answers": 1}, notes=(f"accepted ({lenient})",))
        return _broken_at_its_top(operation, exchange, "an answer that keeps the contract") or accepted
    if exchange.status in _CLIENT_ERRORS and not was_accepted(operation, control):
        return skipped(
            f"its control, a plain request, got {shown(control)}: the rejection shows nothing",
            exchanges=(exchange, control),
        )
    if exchange.status in _CLIENT_ERRORS:
        code = exchange.error_code or "no error code"
        return passed({"answers": 1}, notes=(f"rejected: HTTP {exchange.status} {code} ({lenient})",))
    return failed_by(
        exchange, "no-aws-answer", "a request is neither accepted nor rejected", "accepted, or rejected with a 4xx"
    )


def evaluate_like_control(exchange: Exchange, control: Exchange) -> Verdict:
    """Evaluate a request that must end just as its control does: the same status and the same error code."""
    expected = f"as its control: {shown(control)}"
    if verdict := fault_of(exchange, expected):
        return verdict
    if control.response is None:
        return skipped(f"its control got no answer: {shown(control)}", exchanges=(control,))
    if (exchange.status, exchange.error_code) != (control.status, control.error_code):
        reason = "two requests that differ in nothing that counts end differently"
        return failed_by(exchange, "unlike-control", reason, expected, control)
    return passed({"answers": 2})


_ON_ONE_CONNECTION = "the answer to the second of two requests on one connection"


def evaluate_following(operation: Operation, exchange: Exchange, before: Exchange, control: Exchange) -> Verdict:
    """Check that a request leaves no bytes behind: the one sent `before` on the same connection.

    A server reads the whole body, or closes the connection (RFC 9112, section 9.3). Otherwise it takes the rest of the
    body for the next request, and `exchange` does not end as its `control` on a connection of its own.
    """
    kind = exchange.fault.kind if exchange.fault else ""
    if kind in {CLOSED, CUT}:
        return passed({"answers": 1}, notes=("the server closed the connection",))
    if kind == NOT_FOLLOWED or not was_accepted(operation, control):
        what = exchange if kind == NOT_FOLLOWED else control
        return skipped(f"there is nothing to compare with: {shown(what)}", exchanges=(what,))
    other_end = (exchange.status, exchange.error_code) != (control.status, control.error_code)
    if other_end and exchange.response is not None and not reads(operation.name):
        # What the first request changed, the second one finds.
        if was_accepted(operation, exchange):
            return passed({"answers": 2})
        if verdict := unknown_state(operation, exchange, exists=True):
            return verdict
    if kind == DESYNCHRONIZED or (exchange.response is not None and other_end):
        return failed(
            DESYNCHRONIZED,
            "the request left bytes behind on its connection: what follows is not the answer to the next one",
            expected=f"{_ON_ONE_CONNECTION}: {shown(control)}; or a closed connection",
            received=shown(exchange),
            exchanges=(before, exchange),
        )
    return fault_of(exchange, _ON_ONE_CONNECTION) or passed({"answers": 2})


def evaluate_kept(exchange: Exchange, before: Exchange) -> Verdict:
    """Check that a connection stays open behind the answer to the request `before`, unless that one says otherwise."""
    kind = exchange.fault.kind if exchange.fault else ""
    if kind == CUT:
        return failed(
            CUT,
            "the connection is closed behind an answer that does not say so: every client has to send twice",
            expected=f"{_ON_ONE_CONNECTION}, or Connection: close in the first answer",
            received=shown(exchange),
            exchanges=(before, exchange),
        )
    if kind == CLOSED:
        return passed({"answers": 1}, notes=("the answer says that the connection is closed",))
    if kind in {NOT_FOLLOWED, DESYNCHRONIZED}:
        return skipped(f"the second request was not answered: {shown(exchange)}", exchanges=(before, exchange))
    return fault_of(exchange, _ON_ONE_CONNECTION) or passed({"answers": 2})
