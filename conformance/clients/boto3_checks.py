"""Checks through boto3: the calls as a user makes them, and the exceptions that its model names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.checks.check import Check, Unfit, because, bound_by, of_behaviour
from conformance.checks.response.shapes import SPECIAL_FLOATS, is_number
from conformance.checks.verdict import Tally, Verdict, broke, failed, passed, skipped
from conformance.clients.boto3_session import Boto3Client, ClientOutcome
from conformance.contract.model import Contract, Node, Operation
from conformance.session.listing import Difference
from conformance.session.session import TargetSession
from conformance.wire.exchange import Exchange

CLOSE_S = 0.001
"""Seconds by which a time may differ for being written in another way."""


def raised(exception: str, message: str, expected: str, exchanges: tuple[Exchange, ...]) -> Verdict:
    """Judge a call that ended in an exception where an answer was due."""
    return failed(
        "client-raised",
        "the client raised instead of returning",
        expected=expected,
        received=f"{exception}: {message}",
        exchanges=exchanges[:1],
    )


def parses(node: Node, raw: Mapping[str, Any], result: Mapping[str, Any], exchanges: tuple[Exchange, ...]) -> Verdict:
    """Judge that the client gives every member of the wire answer that the contract knows, with its value."""
    tally = Tally("members")
    Comparison(tally, exchanges, as_python).members(node, raw, result)
    return tally.verdict(
        "client-differs",
        "every member of the wire answer, as the client's own type",
        lacking="the answer has no members",
    )


Same = Callable[[str, Any, Any], bool]
"""Tells whether a client's value of a type is the value on the wire: type, wire, client."""


@dataclass(frozen=True)
class Comparison:
    """What a client gives, held against the wire; `same` is how values are compared, and `exchanges` show them.

    `due` are the paths of the members that any client has to know; None for all that are documented.
    """

    tally: Tally
    exchanges: tuple[Exchange, ...]
    same: Same
    due: Collection[str] | None = None

    def members(self, node: Node, raw: Mapping[str, Any], result: Mapping[str, Any]) -> None:
        """Compare the members of a structure, all the way down."""
        for name, member in node.members.items():
            if raw.get(name) is None:
                continue
            if name not in result and not self._is_due(member):
                continue  # the installed client may be older than the model, or than the newest document
            self._value(member, raw[name], result.get(name))

    def _is_due(self, member: Node) -> bool:
        return member.basis != "modelled" and (self.due is None or member.path in self.due)

    def _value(self, node: Node, raw: Any, value: Any) -> None:
        if node.type == "structure" and isinstance(value, Mapping) and isinstance(raw, Mapping):
            self.members(node, raw, value)
        elif node.type == "list" and isinstance(value, list) and isinstance(raw, list):
            told = f"{node.path}: {len(value)} of {len(raw)} entries"
            self.tally.hold(len(value) == len(raw), told, *self.exchanges)
            if node.element is not None:
                for entry, given in zip(raw, value, strict=False):
                    self._value(node.element, entry, given)
        else:
            told = f"{node.path}: {value!r} for {raw!r} on the wire"
            self.tally.hold(self.same(node.type, raw, value), told, *self.exchanges)


def as_python(kind: str, wire: Any, value: Any) -> bool:
    """Tell whether a value is the wire's as Python has it: a time as a datetime, everything else as it is."""
    if kind == "timestamp":
        return isinstance(value, dt.datetime) and is_number(wire) and abs(value.timestamp() - wire) < CLOSE_S
    if kind == "float" and isinstance(wire, str):
        return isinstance(value, float) and wire in SPECIAL_FLOATS and str(value) == SPECIAL_FLOATS[wire]
    return bool(value == wire) and isinstance(value, bool) == isinstance(wire, bool)


def tells_error(exception: str, told: Mapping[str, Any] | None, exchanges: tuple[Exchange, ...]) -> Verdict:
    """Judge that an exception is an error of the service, with the code, the message and the status of the answer."""
    if told is None or not exchanges:
        return failed(
            "no-client-error",
            "the exception is no ClientError",
            expected="a ClientError",
            received=exception or "no exception",
            exchanges=exchanges[-1:],
        )
    exchange = exchanges[-1]
    wanted = {
        "Error.Code": exchange.error_code,
        "Error.Message": exchange.error_message,
        "ResponseMetadata.HTTPStatusCode": exchange.status,
    }
    tally = Tally("members")
    for path, value in wanted.items():
        outer, _, name = path.partition(".")
        given = (told.get(outer) or {}).get(name)
        tally.hold(given == value, f"{path} is {given!r}, and {value!r} on the wire", exchange)
    return tally.verdict("error-differs", "the error as the service told it", lacking="nothing was told")


def requests_carry(exchanges: Sequence[Exchange], wanted: Mapping[str, Any], lacking: Sequence[str] = ()) -> Verdict:
    """Judge that every request of a client carries these members, and none of those."""
    tally = Tally("requests")
    for exchange in exchanges:
        members = exchange.input or {}
        wrong = [f"{name} is {members.get(name)!r}" for name, value in wanted.items() if members.get(name) != value]
        wrong += [f"{name} is sent" for name in lacking if name in members]
        tally.hold(not wrong, "; ".join(wrong), exchange)
    told = ", ".join(f"{name} {value!r}" for name, value in wanted.items())
    return tally.verdict(
        "other-request",
        f"every request with {told or 'none of ' + ', '.join(lacking)}",
        lacking="the client sent nothing",
    )


def same_items(wanted: Sequence[str], got: Sequence[str], what: str, exchanges: tuple[Exchange, ...]) -> Verdict:
    """Judge that a client hands out just these items in this order."""
    rests_on = {"items": len(wanted)}
    if tuple(wanted) == tuple(got):
        return passed(rests_on)
    difference = Difference.between(wanted, got)
    return failed(
        "other-items",
        f"{what} are not the items of the listing",
        expected=f"{len(wanted)} items in the listing's order",
        received=str(difference) or "the same items in another order",
        rests_on=rests_on,
        exchanges=exchanges[:2],
    )


_NO_CLIENT = "this run has no client library at hand"

Evaluate = Callable[[TargetSession, Boto3Client], Verdict]


class ClientChecks:
    """The ground of all client checks of one operation."""

    def __init__(self, contract: Contract, operation: Operation) -> None:
        """Keep the contract, for its citations."""
        self._contract = contract
        self.operation = operation

    def check(  # noqa: PLR0913 - the parts of a check, each by its name
        self,
        check_id: tuple[str, str],
        statement: str,
        evaluate: Evaluate,
        *,
        facts: tuple[str, ...] = (),
        laws: tuple[str, ...] = (),
        cites: tuple[str, ...] = (),
        should: bool = False,
    ) -> Check:
        """Make one check from subject and case.

        `facts` are ids without the operation, `laws` the names by which behaviours call for it. `cites` are facts that
        it leans on without judging them; one that goes further than they do is a `should`.
        """
        stated = self._contract.stated
        ids, leant = (stated(f"{self.operation.name}/{fact}" for fact in item) for item in (facts, cites))
        behaviours = bound_by(self._contract, self.operation.name, laws)
        cited = (
            *(place for item in behaviours for place in of_behaviour(item)),
            *because(self._contract, (*ids, *leant)),
        )
        places = tuple(dict.fromkeys(cited))

        def run(session: TargetSession) -> Verdict:
            if session.gone is not None:
                return broke(session.gone.kind, session.gone.detail)
            if session.clients is None:
                return skipped(_NO_CLIENT)
            try:
                verdict = evaluate(session, session.clients)
            except Unfit as unfit:
                verdict = unfit.verdict
            for fault in session.clients.taken():
                session.count(fault)
            return verdict

        return Check(
            "/".join((self.operation.name, "client", *check_id)),
            "should" if should else "must",
            "inferred" if should else "documented",
            statement,
            places or because(self._contract, protocol=True),
            run,
            compares=True,
            facts=ids,
            behaviours=tuple(behaviour.id for behaviour in behaviours),
            request=f"boto3: {self.operation.name}",
            accepts=statement,
        )

    def calls(self) -> Iterator[Check]:
        """Yield the plain call, and what is raised."""
        members = self.operation.output.members.items()
        types = tuple(f"output/{name}/type" for name, node in members if node.basis == "documented")
        words = "boto3 gives every member of the answer as its own type"
        yield self.check(("boto3", "call"), words, self._call, cites=types)
        if not self.operation.subject:
            return
        present = tuple(f"error/{code}/present" for code in self.operation.errors)
        words = "boto3 raises the modelled exception for a name that nothing has"
        yield self.check(("boto3", "unknown-name"), words, self._unknown, facts=present)
        words = "the exception is a ClientError, which tells code, message and status as the service did"
        yield self.check(("boto3", "client-error"), words, self._client_error, cites=present, should=True)
        required = (f"input/{self.operation.subject}/required",)
        yield self.check(("boto3", "name-left-out"), "the name must be given", self._nameless, facts=required)

    def _call(self, session: TargetSession, client: Boto3Client) -> Verdict:
        if not session.exists(self.operation):
            return skipped("the target has no resource to ask for")
        outcome = client.call(self.operation.name, session.plain(self.operation).members)
        session.saw(outcome.exchanges)
        if problem := unfinished(outcome, "the answer of the operation"):
            return problem
        raw = outcome.exchanges[-1].answer or {} if outcome.exchanges else {}
        return parses(self.operation.output, raw, outcome.results[0], outcome.exchanges)

    def _unknown(self, session: TargetSession, client: Boto3Client) -> Verdict:
        outcome = client.call(self.operation.name, {self.operation.subject: session.nobody})
        expected = " or ".join(f"client.exceptions.{code}" for code in self.operation.errors)
        if outcome.modelled:
            return passed({"calls": 1})
        if problem := unanswered(outcome):
            return problem
        return failed(
            "other-exception",
            "another outcome than the modelled exception",
            expected=expected,
            received=f"{outcome.exception}: {outcome.message}" if outcome.exception else "an answer",
            exchanges=outcome.exchanges[:1],
        )

    def _client_error(self, session: TargetSession, client: Boto3Client) -> Verdict:
        outcome = client.call(self.operation.name, {self.operation.subject: session.nobody})
        if outcome.exchanges and outcome.exchanges[-1].ok:
            return skipped("the target knows the name that nothing should have")
        return unanswered(outcome) or tells_error(outcome.exception, outcome.told, outcome.exchanges)

    def _nameless(self, session: TargetSession, client: Boto3Client) -> Verdict:  # noqa: ARG002 - one signature for all judges
        return needs_name(client.call(self.operation.name, {}), "the call is answered without a name", "an answer")


def needs_name(outcome: ClientOutcome, reason: str, received: str) -> Verdict:
    """Judge a call without a name: the client refuses it, or the service does."""
    if problem := unanswered(outcome):
        return problem
    if outcome.exception and not any(exchange.ok for exchange in outcome.exchanges):
        return passed({"calls": 1})
    expected = "an error of the client or of the service"
    return failed("name-not-needed", reason, expected=expected, received=received, exchanges=outcome.exchanges[:1])


def unfinished(outcome: ClientOutcome, expected: str) -> Verdict | None:
    """Judge a call that ended in an exception; None where it came to its end."""
    if not outcome.exception:
        return None
    return unanswered(outcome) or raised(outcome.exception, outcome.message, expected, outcome.exchanges)


def unanswered(outcome: ClientOutcome) -> Verdict | None:
    """Judge a call that found no answer: the target broke. None where it had one, or where the client sent nothing."""
    if outcome.fault is None:
        return None
    return broke(outcome.fault.kind, outcome.fault.detail, exchanges=outcome.exchanges[-1:])
