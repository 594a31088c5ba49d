"""The check that what has ended is told in the same way twice: the plain request that is sent twice in any case."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from conformance.catalogue.check import Check, because
from conformance.catalogue.lab import Lab
from conformance.contract import Contract, Operation
from conformance.laws.listing import Reader
from conformance.laws.repeats import same_again
from conformance.laws.survey import View
from conformance.laws.verdict import Verdict, skipped
from conformance.wire.exchange import Exchange
from conformance.wire.request import Request

_STATEMENT = "asked twice about a resource that has ended, the target says the same"


def repeat_checks(contract: Contract, operation: Operation) -> Iterator[Check]:
    """Give the one check; none for an operation about resources of which nobody can tell whether they have ended."""
    describing = next((one for one in contract.operations.values() if one.settled is not None), None)
    if describing is None or describing.settled is None or operation.subject != describing.subject:
        return
    ended = contract.stated([f"{describing.name}/output/{describing.settled.path}/enum"])
    yield Check(
        f"{operation.name}/protocol/answer/repeated",
        "should",
        "inferred",  # no document promises it: it is read into the words for what has ended
        _STATEMENT,
        because(contract, ended, ("O7",)),
        partial(_repeated, operation),
        compares=True,
        request="a plain request about a resource that has ended, sent twice",
        accepts="answers that differ in the order of members, texts of tokens and places of equal sort keys, if at all",
    )


def _repeated(operation: Operation, lab: Lab) -> Verdict:
    asked = lab.cached(("repeated", operation.name), lambda: _asked(operation, lab))
    if asked is None:
        return skipped("the target has no resource that has ended and answers this operation")
    plain, view = asked
    reader = Reader.of(operation) if operation.listing is not None else None
    return same_again(*_answers(lab, plain, view), reader)


def _asked(operation: Operation, lab: Lab) -> tuple[Request, View] | None:
    """Give the request that other checks have sent twice, and what is known of its resource, if that has ended."""
    view = lab.survey.by_name.get(lab.existing(operation) or "")
    return (lab.plain(operation), view) if view is not None and view.settled else None


def _answers(lab: Lab, plain: Request, view: View) -> tuple[Exchange, Exchange]:
    """Give the two answers that the run has had; others when it is asked again.

    Where nobody but the suite has the resource in hand, nothing can have changed in between: the first two stand.
    """
    first: Exchange = lab.cached(("once", plain), lambda: lab.exchange(plain))
    second: Exchange = lab.cached(("again", plain), lambda: lab.send_again(plain))
    now = lab.exchange(plain) if view.known is None else first
    return (first, second) if now is first else (now, lab.send_again(plain))
