"""Checks of answers: every output fact, on every answer that the run saw; and the envelope they came in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from enum import Enum
from functools import partial
from itertools import islice
from typing import Any

from conformance.cases.members import request_cases
from conformance.cases.model import Expect
from conformance.catalogue.check import Because, Check, because, of_fact
from conformance.catalogue.lab import Lab
from conformance.catalogue.request_checks import about_the_pages, about_the_subject, fresh_token
from conformance.contract import Contract, Fact, Operation, Service
from conformance.laws import circumstances, envelope
from conformance.laws.answers import Sightings, expectation, judge_fact, judgeable, observe
from conformance.laws.reads import Paths, concerns, innermost
from conformance.laws.verdict import Outcome, Verdict, failed, passed, skipped
from conformance.wire.exchange import KILLED, Exchange
from conformance.wire.request import Request, Signing

_SUCCESS = range(200, 300)
_CLIENT_ERRORS = range(400, 500)
_DERAILING = frozenset({"present", "type", "required", "enum"})
"""Facets without which a value can't be compared with others: a text that is too long still can."""
_STEP = re.compile(r"\[\](?=\.)|\.")
"""Where a path goes on from a member to one inside it."""
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
            yield Check(
                id=_answer_check_id(operation, fact),
                level=fact.level,
                basis=fact.basis,
                statement=statement_of(fact),
                because=(*of_fact(fact), *(Because(f"observations:{one}") for one in fact.observed)),
                run=partial(_judge_fact, operation, fact),
                facts=(fact.id,),
                request="nothing of its own: it looks at every answer of the run",
                accepts=expectation(fact),
                gathered=True,
            )


def sightings(lab: Lab, operation: Operation) -> Sightings:
    """Give what all answers so far show, walked anew only when answers have come in since."""
    answers = lab.answers(operation.name)
    return lab.cached(("sightings", operation.name, len(answers)), lambda: observe(operation, answers))


def following(
    lab: Lab, verdict: Verdict, read: Callable[[], Paths], related: Callable[[Paths], Iterable[str]] = lambda _: ()
) -> Verdict:
    """Return a failure with the checks about the members that it reads whose answers break the contract there.

    A relation between values says nothing of its own where one of them is not what the contract has there, or not what
    was put in, or where the pages that it came on are not the list. `related` names further checks, by what is read;
    what the failure follows from already comes first.
    """
    if verdict.outcome is not Outcome.FAILED:
        return verdict
    found: dict[str, None] = {}
    names = frozenset(name for one in lab.contract.operations.values() for name in _names_of(one))
    paths = innermost(read())
    for name, operation in lab.contract.operations.items():
        reads = [path for where, path in paths if where == name]
        of_others = bool(reads) and lab.remembered(("of others", name), partial(_are_of_others, lab, operation))
        if of_others:
            found |= dict.fromkeys(about_the_subject(lab.contract, operation))
        seen = lab.remembered(("surveyed", name), partial(_seen_in_the_survey, lab, operation))
        for fact in lab.contract.facts_of(name, "output") if reads else ():
            # A name is read by every law that says which resource it found wrong; its form matters to few of them.
            matters = fact.facet in _DERAILING or fact.path.rpartition(".")[2] not in names
            read_here = matters and judgeable(fact) and any(concerns(fact.path, one) for one in reads)
            if read_here and judge_fact(fact, seen).outcome is Outcome.FAILED:
                found[_answer_check_id(operation, fact)] = None
    for operation in lab.contract.operations.values():
        found |= dict.fromkeys(about_the_pages(operation, verdict))
    for name, path in sorted(paths):
        around = [path[:end] for end in (*(step.start() for step in _STEP.finditer(path)), len(path))]
        found |= {f"{name}/consistency/echo/{one}": None for one in reversed(around)}
        found[f"{name}/consistency/echo/{path}.*"] = None
    return replace(verdict, follows=(*verdict.follows, *found, *related(paths)))


def _names_of(operation: Operation) -> Iterator[str]:
    """Return the members that tell which resource, or which item of it, an answer is about."""
    yield operation.subject
    if operation.listing is not None:
        yield operation.listing.identity.rpartition(".")[2]


def _seen_in_the_survey(lab: Lab, operation: Operation) -> Sightings:
    return observe(operation, lab.surveyed())


def _are_of_others(lab: Lab, operation: Operation) -> bool:
    """Tell whether there are answers that tell of another resource than the one that was asked for."""
    subject, known = operation.subject, lab.names(operation.subject)
    answers = (one for one in lab.surveyed() if one.operation == operation.name and one.answer is not None)
    named = (((one.input or {}).get(subject), (one.answer or {}).get(subject)) for one in answers)
    return any(shown != asked and shown in known for asked, shown in named)


def _answer_check_id(operation: Operation, fact: Fact) -> str:
    return f"{operation.name}/response/{fact.path}/{'modelled-' if fact.basis == 'modelled' else ''}{fact.facet}"


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
        gathered=True,
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
        gathered=True,
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


class Scope(Enum):
    """Which of the answers that a run saw a law of the envelope is about."""

    ANSWERS = "every answer of the run"
    """Successes of calls: POST, with the target and the content type of the operation and an object as body."""
    HERE = "every answer of the run, those of other regions aside"
    ERRORS = "every error that a call of the run was answered with"
    """4xx of calls, whatever their body was. What HTTP itself answers, before the service, is left out."""
    ALL_ERRORS = "every error of the run, those of unknown operations of the service among them"
    """What names another service, or none, is left out: a server of several services answers it in no one's name."""
    EVERYTHING = "every answer and every error of the run, whatever was sent"


_OF_ARNS = ("O16",)
_OF_HTTP = frozenset({405, 408, 411, 413, 414, 417, 421, 426, 431})
"""Statuses that a server of HTTP answers with by itself: what comes with them is documented nowhere."""

_ENVELOPES: tuple[tuple[str, str, Scope, str, str, tuple[str, ...], str], ...] = (
    # subject and case, law, scope, level, basis, observations, statement
    ("answer/json-object", "json_object", Scope.ANSWERS, "must", "protocol", (),
     "the body of an answer is one JSON object in UTF-8"),
    ("answer/content-type", "content_type", Scope.ANSWERS, "must", "protocol", ("O1",),
     "an answer names the protocol's content type"),
    ("answer/request-id", "request_id", Scope.ANSWERS, "should", "observed", ("O1",),
     "an answer carries x-amzn-RequestId"),
    ("answer/request-id-unique", "unique_ids", Scope.EVERYTHING, "should", "observed", ("O1",),
     "every answer has a request id of its own"),
    ("answer/content-length", "content_length", Scope.EVERYTHING, "must", "protocol", (),
     "a Content-Length, where given, is the body's"),
    ("answer/single-headers", "single_headers", Scope.EVERYTHING, "should", "inferred", (),
     "Content-Type, Content-Length, Date, Server and x-amzn-RequestId come once each"),
    ("answer/date", "date", Scope.EVERYTHING, "should", "observed", ("O1",), "an answer carries the Date of HTTP"),
    ("answer/date-is-now", "date_now", Scope.EVERYTHING, "should", "inferred", (),
     "Date is the time of the answer, within a quarter of an hour: clients set their clocks by it"),
    ("error-body/json-object", "json_object", Scope.ERRORS, "must", "protocol", (),
     "the body of an error is one JSON object in UTF-8"),
    ("error-body/type", "error_type", Scope.ERRORS, "must", "protocol", ("O32",),
     "an error names its code in __type, or in x-amzn-errortype"),
    ("error-body/bare-type", "bare_type", Scope.ALL_ERRORS, "should", "observed", ("O32",),
     "__type is the bare name of the error's shape"),
    ("error-body/message", "error_message", Scope.ALL_ERRORS, "should", "observed", ("O32",),
     "an error has a message, a string"),
    ("error-body/content-type", "content_type", Scope.ALL_ERRORS, "should", "observed", ("O32",),
     "an error names the protocol's content type"),
    ("error-body/request-id", "request_id", Scope.ALL_ERRORS, "should", "observed", ("O32",),
     "an error carries x-amzn-RequestId"),
)  # fmt: skip


def envelope_checks(contract: Contract, operation: Operation) -> Iterator[Check]:
    """Give the checks of the envelope: like those of facts they look at all that the run saw."""

    def check(place: str, scope: Scope, run: Callable[[tuple[Exchange, ...]], Verdict], **claim: Any) -> Check:
        return Check(
            id=f"{operation.name}/protocol/{place}",
            run=lambda lab: run(_gathered(lab, operation, scope)),
            request=f"a plain request, an unknown name, and an invalid one; and it looks at {scope.value}",
            accepts=claim["statement"],
            gathered=True,
            **claim,
        )

    kind = contract.service.content_type
    for place, law, scope, level, basis, observed, statement in _ENVELOPES:
        places = because(contract, observed=observed, protocol=True)
        judge = partial(_judge_envelope, envelope.LAWS[law], kind)
        yield check(place, scope, judge, level=level, basis=basis, statement=statement, because=places)
    yield from _circumstances(contract, operation, check)
    statuses = {one.code: one.http_status for one in contract.service.common_errors.values()}
    yield check(
        "error-body/status",
        Scope.ERRORS,
        partial(envelope.error_status, statuses=statuses),
        level="should",
        basis="observed",
        statement="an error that any operation may answer with has the HTTP status of its code",
        because=because(contract, observed=("O31", "O33", "O34")),
    )


def _circumstances(contract: Contract, operation: Operation, check: Callable[..., Check]) -> Iterator[Check]:
    """Give the checks of ARNs and times: those of the operation's answers whose names say that they are such."""
    rows: list[tuple[str, Callable[[Operation, tuple[Exchange, ...]], Verdict], str]] = []
    if circumstances.names_resources(operation):
        rows = [
            ("arn/region", circumstances.in_the_region, "ARNs name the region that the request was signed for"),
            ("arn/partition", circumstances.in_the_partition, "ARNs name the partition that their region belongs to"),
            ("arn/account", circumstances.of_one_account, "ARNs name one account"),
        ]
        named = (
            law for behaviour in contract.behaviours if operation.name in behaviour.operations for law in behaviour.laws
        )
        if not any("arn" in law.split("-") for law in named):  # laws of the contract's own say it more precisely
            rows.append(("arn/name", circumstances.of_the_name, "ARNs end in the name of the resource"))
        statement = "a resource is unknown in another region, or its ARN names that one"
        yield Check(
            f"{operation.name}/protocol/arn/other-region",
            "should",
            "observed",
            statement,
            because(contract, observed=_OF_ARNS, protocol=True),
            partial(_elsewhere, operation),
            request=f"POST {operation.name}, signed for another region",
            accepts="an error, or ARNs in that region",
        )
    for place, law, statement in rows:
        places = because(contract, observed=_OF_ARNS, protocol=True)
        judge = partial(law, operation)
        yield check(place, Scope.HERE, judge, level="should", basis="observed", statement=statement, because=places)
    if circumstances.tells_times(operation):
        yield check(
            "answer/times-have-been",
            Scope.ANSWERS,
            partial(circumstances.nothing_to_come, operation),
            level="should",
            basis="inferred",
            statement="what has happened by an answer is not later than the answer, by its own Date",
            because=because(contract, observed=("O1",), protocol=True),
        )


def _elsewhere(operation: Operation, lab: Lab) -> Verdict:
    if not lab.owned:
        return skipped("a second region is asked only where the suite brought the state, or where it is built in")
    if not lab.exists(operation):
        return skipped("there is no resource to ask for")
    plain = lab.plain(operation)
    here = lab.exchange(plain).request.region
    return circumstances.elsewhere(operation, lab.exchange(replace(plain, signing=Signing.OTHER_REGION)), here)


def _judge_envelope(law: envelope.Judge, content_type: str, exchanges: tuple[Exchange, ...]) -> Verdict:
    return law(exchanges, content_type)


def _gathered(lab: Lab, operation: Operation, scope: Scope) -> tuple[Exchange, ...]:
    """Give what the run saw of an operation, of a scope; some of it is asked for here where no check has."""
    lab.exchange(lab.plain(operation))
    _ask_for_errors(lab, operation)
    if operation.listing is not None and (later := fresh_token(lab, operation, {})) is not None:
        lab.exchange(Request.call(operation.name, later))
    seen = lab.answered(operation.name, partial(_is_within, scope, lab.contract.service))
    if scope is Scope.EVERYTHING:
        return seen
    if scope in {Scope.ANSWERS, Scope.HERE}:
        # Where nothing exists, a success shows only what is wrong with it.
        exists = lab.exists(operation)
        return tuple(one for one in seen if one.status in _SUCCESS and (exists or not one.ok))
    return tuple(one for one in seen if one.status in _CLIENT_ERRORS and one.status not in _OF_HTTP)


def _is_within(scope: Scope, service: Service, request: Request) -> bool:
    """Tell whether what a request was answered with is within a scope."""
    if request.after is not None:
        return False  # what another request may have left on the connection is reported by the check of that request
    if scope is Scope.EVERYTHING:
        return True
    named = request.content_type is None or request.content_type.startswith(service.content_type)
    spoken = request.method == "POST" and named and not request.chunked
    if scope is Scope.ALL_ERRORS:
        return spoken and (request.target is None or request.target.startswith(f"{service.target_prefix}."))
    if scope is Scope.HERE and request.signing is Signing.OTHER_REGION:
        return False
    return spoken and request.target is None and (scope is Scope.ERRORS or request.is_object)


def _ask_for_errors(lab: Lab, operation: Operation) -> None:
    """Have an unknown name and an invalid one rejected; of an operation that names nothing, two other constraints."""
    if operation.subject:
        asked = [{operation.subject: lab.nobody}, {operation.subject: "-"}]
    else:
        refused = (case for case in request_cases(lab.contract, operation) if case.expect is Expect.REFUSED)
        asked = [dict(case.members) for case in islice(refused, 2)]
    for members in asked:
        lab.exchange(Request.call(operation.name, members), ordinary=False)
