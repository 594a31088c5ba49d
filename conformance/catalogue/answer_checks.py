"""Checks of answers: every output fact, on every answer that the run saw; and the envelope they came in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

from conformance.cases.members import request_cases
from conformance.cases.model import Expect
from conformance.catalogue.check import Because, Check, because, of_fact
from conformance.catalogue.lab import Lab
from conformance.catalogue.request_checks import fresh_token
from conformance.contract import Contract, Fact, Operation
from conformance.laws import envelope
from conformance.laws.answers import Sightings, expectation, judge_fact, judgeable, observe
from conformance.laws.verdict import Verdict, failed, passed, skipped
from conformance.wire.exchange import KILLED, Exchange
from conformance.wire.request import Request

_SUCCESS = range(200, 300)
_STATEMENTS: dict[str, str] = {
    "present": "{path} is a member of the answer: left out where it has no value, never null",
    "type": "{path} is a {value}",
    "enum": "{path} is one of its listed words",
    "required": "{path} is always there",
    "min_length": "{path} has a length of at least {value}",
    "max_length": "{path} has a length of at most {value}",
    "pattern": "{path} matches its pattern from end to end",
    "minimum": "{path} is at least {value}",
    "maximum": "{path} is at most {value}",
}


def statement_of(fact: Fact) -> str:
    """Say an output fact in a sentence."""
    words = _STATEMENTS.get(fact.facet, "{path}: {facet} is {value}")
    return words.format(path=fact.path, facet=fact.facet, value=fact.value)


def answer_checks(contract: Contract, operation: Operation) -> Iterator[Check]:
    """Give one check for each output fact of an operation that an answer can break."""
    for fact in contract.facts_of(operation.name, "output"):
        if fact.facet == "http_status":
            yield _status_check(operation, fact)
            yield _survival_check(contract, operation)
        elif judgeable(fact):
            name = f"modelled-{fact.facet}" if fact.basis == "modelled" else fact.facet
            yield Check(
                id=f"{operation.name}/response/{fact.path}/{name}",
                level=fact.level,
                basis=fact.basis,
                statement=statement_of(fact),
                because=(*of_fact(fact), *(Because(f"observations:{one}") for one in fact.observed)),
                run=partial(_judge_fact, operation, fact),
                facts=(fact.id,),
                request="nothing of its own: it looks at every answer of the run",
                accepts=expectation(fact),
            )


def sightings(lab: Lab, operation: Operation) -> Sightings:
    """Give what all answers so far show, walked anew only when answers have come in since."""
    answers = lab.answers(operation.name)
    return lab.cached(("sightings", operation.name, len(answers)), lambda: observe(operation, answers))


def _judge_fact(operation: Operation, fact: Fact, lab: Lab) -> Verdict:
    return judge_fact(fact, sightings(lab, operation))


def _status_check(operation: Operation, fact: Fact) -> Check:
    return Check(
        id=f"{operation.name}/response/http/status",
        level=fact.level,
        basis=fact.basis,
        statement=f"a call that succeeds answers HTTP {fact.value}",
        because=of_fact(fact),
        run=lambda lab: envelope.status(lab.answers(operation.name), int(fact.value)),
        facts=(fact.id,),
        request="nothing of its own: it looks at every answer of the run",
        accepts=f"HTTP {fact.value}, not another 2xx",
    )


def _survival_check(contract: Contract, operation: Operation) -> Check:
    return Check(
        id=f"{operation.name}/response/http/survives",
        level="must",
        basis="protocol",
        statement="the server is still there after every request that it has answered",
        because=because(contract, protocol=True),
        run=partial(_survived, operation),
        request="nothing of its own: it looks at the whole run",
        accepts="a server that goes on answering",
    )


def _survived(operation: Operation, lab: Lab) -> Verdict:
    crashes = [one for one in lab.crashes if one.operation == operation.name and one.answered]
    if not crashes:
        answers = len(lab.answers(operation.name))
        return passed({"answers": answers}) if answers else skipped("the target answered no request of the operation")
    return failed(
        KILLED,
        "the server was gone after it had answered",
        expected="a server that goes on answering",
        received="; ".join(f"gone after {one.request}, sent by {one.check}" for one in crashes),
        rests_on={"answers": len(crashes)},
    )


_ENVELOPES: tuple[tuple[str, str, str, str, str, tuple[str, ...], str], ...] = (
    # subject, case, law, level, basis, observations, statement
    (
        "answer",
        "json-object",
        "json_object",
        "must",
        "protocol",
        (),
        "the body of an answer is one JSON object in UTF-8",
    ),
    (
        "answer",
        "content-type",
        "content_type",
        "must",
        "protocol",
        ("O1",),
        "an answer names the protocol's content type",
    ),
    ("answer", "request-id", "request_id", "should", "observed", ("O1",), "an answer carries x-amzn-RequestId"),
    (
        "answer",
        "request-id-unique",
        "unique_ids",
        "should",
        "observed",
        ("O1",),
        "every answer has a request id of its own",
    ),
    (
        "answer",
        "content-length",
        "content_length",
        "must",
        "protocol",
        (),
        "a Content-Length, where given, is the body's",
    ),
)
_ERROR_ENVELOPES: tuple[tuple[str, str, str, str, str, tuple[str, ...], str], ...] = (
    (
        "error-body",
        "json-object",
        "json_object",
        "must",
        "protocol",
        (),
        "the body of an error is one JSON object in UTF-8",
    ),
    (
        "error-body",
        "type",
        "error_type",
        "must",
        "protocol",
        ("O32",),
        "an error names its code in __type, or in x-amzn-errortype",
    ),
    (
        "error-body",
        "bare-type",
        "bare_type",
        "should",
        "observed",
        ("O32",),
        "__type is the bare name of the error's shape",
    ),
    ("error-body", "message", "error_message", "should", "observed", ("O32",), "an error has a message, a string"),
    (
        "error-body",
        "content-type",
        "content_type",
        "should",
        "observed",
        ("O32",),
        "an error names the protocol's content type",
    ),
    ("error-body", "request-id", "request_id", "should", "observed", ("O32",), "an error carries x-amzn-RequestId"),
)


_EVERYWHERE = frozenset({"content_type", "request_id", "content_length"})
"""The laws on the headers of an answer, which later pages and other resources may have otherwise."""


def envelope_checks(contract: Contract, operation: Operation) -> Iterator[Check]:
    """Give the checks of the envelope that answers and errors come in."""
    for rows, few, asked in (
        (_ENVELOPES, _two_answers, "a plain request, sent twice"),
        (_ERROR_ENVELOPES, _two_errors, "an unknown name, and an invalid one"),
    ):
        for subject, case, law, level, basis, observed, statement in rows:
            everywhere = few is _two_answers and law in _EVERYWHERE
            yield Check(
                id=f"{operation.name}/protocol/{subject}/{case}",
                level=level,
                basis=basis,
                statement=statement,
                because=because(contract, observed=observed, protocol=True),
                run=partial(_judge_envelope, operation, envelope.LAWS[law], _surveyed if everywhere else few),
                request=f"{asked}; and it looks at the answers on every resource" if everywhere else asked,
                accepts=statement,
            )


def _judge_envelope(
    operation: Operation,
    law: envelope.Judge,
    exchanges: Callable[[Lab, Operation], tuple[Exchange, ...]],
    lab: Lab,
) -> Verdict:
    return law(exchanges(lab, operation), lab.contract.service.content_type)


def _two_answers(lab: Lab, operation: Operation) -> tuple[Exchange, ...]:
    plain = lab.plain(operation)
    if not lab.exists(operation):
        return _unreadable(lab, operation)
    return (lab.exchange(plain), lab.cached(("again", plain), lambda: lab.send_again(plain)))


def _surveyed(lab: Lab, operation: Operation) -> tuple[Exchange, ...]:
    """Give the two, what the operation answered on every resource, to the last page, and a page from the middle."""
    seen: list[Exchange] = []
    if operation.listing is not None:
        seen = [page for one in lab.inventories(operation) if one.listing is not None for page in one.listing.pages]
        later = fresh_token(lab, operation, {})
        seen += [] if later is None else [lab.exchange(Request.call(operation.name, later))]
    elif operation is lab.describing:
        seen = [view.description for view in lab.survey.views]
    return (*_two_answers(lab, operation), *(one for one in seen if one.ok))


def _unreadable(lab: Lab, operation: Operation) -> tuple[Exchange, ...]:
    """Give what came with a success for a resource and can't be read as one: it is why no resource seems to exist."""
    if not operation.subject:
        return ()
    asked = (lab.exchange(Request.call(operation.name, {operation.subject: view.name})) for view in lab.survey.views)
    return tuple(one for one in asked if one.status in _SUCCESS and not one.ok)


def _two_errors(lab: Lab, operation: Operation) -> tuple[Exchange, ...]:
    if operation.subject:
        asked = [{operation.subject: lab.nobody}, {operation.subject: "-"}]
    else:
        refused = (case for case in request_cases(lab.contract, operation) if case.expect is Expect.REFUSED)
        asked = [dict(case.members) for case in islice(refused, 2)]
    exchanges = [lab.exchange(Request.call(operation.name, members)) for members in asked]
    return tuple(one for one in exchanges if not one.ok)
