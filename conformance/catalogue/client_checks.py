"""Checks through boto3: the calls as a user makes them, and the exceptions that its model names."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance.catalogue.check import Check, because, bound_by, of_behaviour
from conformance.catalogue.client_calls import ClientLab, ClientOutcome
from conformance.catalogue.lab import Lab
from conformance.contract import Contract, Operation
from conformance.laws import clients
from conformance.laws.verdict import Verdict, broke, failed, passed, skipped

_NO_CLIENT = "this run has no client library at hand"

Judge = Callable[[Lab, ClientLab], Verdict]


class ClientChecks:
    """The ground of all client checks of one operation."""

    def __init__(self, contract: Contract, operation: Operation) -> None:
        """Keep the contract, for its citations."""
        self._contract = contract
        self.operation = operation

    def check(
        self,
        check_id: tuple[str, str],
        statement: str,
        judge: Judge,
        *,
        facts: tuple[str, ...] = (),
        laws: tuple[str, ...] = (),
    ) -> Check:
        """Make one check from subject and case.

        `facts` are ids without the operation, `laws` the names by which behaviours call for it.
        """
        ids = tuple(f"{self.operation.name}/{fact}" for fact in facts)
        behaviours = bound_by(self._contract, self.operation.name, laws)
        cited = (*(place for one in behaviours for place in of_behaviour(one)), *because(self._contract, ids))
        places = tuple(dict.fromkeys(cited))

        def run(lab: Lab) -> Verdict:
            if lab.gone is not None:
                return broke(lab.gone.kind, lab.gone.detail)
            if lab.clients is None:
                return skipped(_NO_CLIENT)
            verdict = judge(lab, lab.clients)
            for fault in lab.clients.taken():
                lab.count(fault)
            return verdict

        return Check(
            "/".join((self.operation.name, "client", *check_id)),
            "must",
            "documented",
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
        """Give the plain call and the modelled exception."""
        present = tuple(f"error/{code}/present" for code in self.operation.errors)
        yield self.check(("boto3", "call"), "boto3 gives every member of the answer as its own type", self._call)
        words = "boto3 raises the modelled exception for a name that nothing has"
        yield self.check(("boto3", "unknown-name"), words, self._unknown, facts=present)

    def _call(self, lab: Lab, client: ClientLab) -> Verdict:
        if not lab.exists(self.operation):
            return skipped("the target has no resource to ask for")
        outcome = client.call(self.operation.name, lab.plain(self.operation).members)
        lab.saw(outcome.exchanges)
        if problem := unfinished(outcome, "the answer of the operation"):
            return problem
        raw = outcome.exchanges[-1].answer or {} if outcome.exchanges else {}
        return clients.parses(self.operation.output, raw, outcome.results[0], outcome.exchanges)

    def _unknown(self, lab: Lab, client: ClientLab) -> Verdict:
        outcome = client.call(self.operation.name, {self.operation.subject: lab.nobody})
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


def unfinished(outcome: ClientOutcome, expected: str) -> Verdict | None:
    """Judge a call that ended in an exception; None where it came to its end."""
    if not outcome.exception:
        return None
    return unanswered(outcome) or clients.raised(outcome.exception, outcome.message, expected, outcome.exchanges)


def unanswered(outcome: ClientOutcome) -> Verdict | None:
    """Judge a call that found no answer: the target broke; None where it had one, whatever it was."""
    if outcome.fault is not None:
        return broke(outcome.fault.kind, outcome.fault.detail, exchanges=outcome.exchanges[-1:])
    return None if outcome.exchanges else broke("no-answer", f"{outcome.exception}: {outcome.message}")
