"""Checks through boto3: the calls as a user makes them, and the exceptions that its model names."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance.checks.check import Check, Unfit, because, bound_by, of_behaviour
from conformance.checks.verdict import Verdict, broke, failed, passed, skipped
from conformance.clients.boto3_session import Boto3Client, ClientOutcome
from conformance.clients.laws import parses, raised, tells_error
from conformance.contract.model import Contract, Operation
from conformance.session.session import TargetSession

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
        outcome = client.call(self.operation.name, {self.operation.subject: session.unknown_name})
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
        outcome = client.call(self.operation.name, {self.operation.subject: session.unknown_name})
        if outcome.exchanges and outcome.exchanges[-1].ok:
            return skipped("the target knows the name that nothing should have")
        return unanswered(outcome) or tells_error(outcome.exception, outcome.error_response, outcome.exchanges)

    def _nameless(self, session: TargetSession, client: Boto3Client) -> Verdict:  # noqa: ARG002 - one signature for all judges
        return needs_name(client.call(self.operation.name, {}), "the call is answered without a name", "an answer")


def needs_name(outcome: ClientOutcome, reason: str, received: str) -> Verdict:
    """Evaluate a call without a name: the client refuses it, or the service does."""
    if problem := unanswered(outcome):
        return problem
    if outcome.exception and not any(exchange.ok for exchange in outcome.exchanges):
        return passed({"calls": 1})
    expected = "an error of the client or of the service"
    return failed("name-not-needed", reason, expected=expected, received=received, exchanges=outcome.exchanges[:1])


def unfinished(outcome: ClientOutcome, expected: str) -> Verdict | None:
    """Evaluate a call that ended in an exception; None where it came to its end."""
    if not outcome.exception:
        return None
    return unanswered(outcome) or raised(outcome.exception, outcome.message, expected, outcome.exchanges)


def unanswered(outcome: ClientOutcome) -> Verdict | None:
    """Evaluate a call without an answer: the target broke. None where it had one, or where the client sent nothing."""
    if outcome.fault is None:
        return None
    return broke(outcome.fault.kind, outcome.fault.detail, exchanges=outcome.exchanges[-1:])
