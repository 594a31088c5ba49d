"""The check that an operation answers for every resource, not just for the one that most checks ask about."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from itertools import islice
from typing import Any

from conformance.checks.check import Because, Check, because, of_fact
from conformance.checks.protocol.envelope import (
    LAWS,
    Evaluate,
    elsewhere,
    error_status,
    in_the_partition,
    in_the_region,
    names_resources,
    nothing_to_come,
    of_one_account,
    of_the_name,
    status,
    tells_times,
)
from conformance.checks.registry import Paths, concerns, innermost
from conformance.checks.request.cases import request_cases
from conformance.checks.request.checks import Causes, about_the_pages, about_the_subject, every_resource_id, fresh_token
from conformance.checks.request.laws import fault_of
from conformance.checks.request.values import Expect
from conformance.checks.response.laws import Sightings, expectation, judge_fact, judgeable, observe
from conformance.checks.verdict import Outcome, Tally, Verdict, failed, passed, skipped
from conformance.contract.model import Contract, Fact, Operation, Service
from conformance.session.session import TargetSession
from conformance.wire.exchange import KILLED, Exchange, shown
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
    """Yield one check for each output fact of an operation that an answer can break."""
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
                because=(*of_fact(fact), *(Because(f"observations:{item}") for item in fact.observed)),
                run=partial(_judge_fact, operation, fact),
                facts=(fact.id,),
                request="nothing of its own: it looks at every answer of the run",
                accepts=expectation(fact),
                gathered=True,
            )


def observed_values(session: TargetSession, operation: Operation) -> Sightings:
    """Return what all answers so far show, walked anew only when answers have come in since."""
    answers = session.answers(operation.name)
    return session.cached(("sightings", operation.name, len(answers)), lambda: observe(operation, answers))


def following(
    session: TargetSession,
    verdict: Verdict,
    read: Callable[[], Paths],
    related: Callable[[Paths], Iterable[str]] = lambda _: (),
) -> Verdict:
    """Return a failure with the checks about the members that it reads whose answers break the contract there.

    A relation between values says nothing of its own where one of them is not what the contract has there, or not what
    was put in, or where the pages that it came on are not the list. `related` names further checks, by what is read;
    what the failure follows from already comes first.
    """
    if verdict.outcome is not Outcome.FAILED:
        return verdict
    found: dict[str, None] = {}
    names = frozenset(name for item in session.contract.operations.values() for name in _names_of(item))
    paths = innermost(read())
    for name, operation in session.contract.operations.items():
        reads = [path for where, path in paths if where == name]
        of_others = bool(reads) and session.remembered(("of others", name), partial(_are_of_others, session, operation))
        if of_others:
            found |= dict.fromkeys(about_the_subject(session.contract, operation))
        seen = session.remembered(("surveyed", name), partial(_seen_in_the_survey, session, operation))
        for fact in session.contract.facts_of(name, "output") if reads else ():
            # A name is read by every law that says which resource it found wrong; its form matters to few of them.
            matters = fact.facet in _DERAILING or fact.path.rpartition(".")[2] not in names
            read_here = matters and judgeable(fact) and any(concerns(fact.path, item) for item in reads)
            if read_here and judge_fact(fact, seen).outcome is Outcome.FAILED:
                found[_answer_check_id(operation, fact)] = None
    for operation in session.contract.operations.values():
        found |= dict.fromkeys(about_the_pages(operation, verdict))
    for name, path in sorted(paths):
        around = [path[:end] for end in (*(step.start() for step in _STEP.finditer(path)), len(path))]
        found |= {f"{name}/consistency/echo/{item}": None for item in reversed(around)}
        found[f"{name}/consistency/echo/{path}.*"] = None
    return replace(verdict, follows=(*verdict.follows, *found, *related(paths)))


def _names_of(operation: Operation) -> Iterator[str]:
    """Return the members that tell which resource, or which item of it, an answer is about."""
    yield operation.subject
    if operation.listing is not None:
        yield operation.listing.identity.rpartition(".")[2]


def _seen_in_the_survey(session: TargetSession, operation: Operation) -> Sightings:
    return observe(operation, session.observed_exchanges())


def _are_of_others(session: TargetSession, operation: Operation) -> bool:
    """Tell whether there are answers that tell of another resource than the one that was asked for."""
    subject, known = operation.subject, session.names(operation.subject)
    answers = (
        item for item in session.observed_exchanges() if item.operation == operation.name and item.answer is not None
    )
    named = (((answer.input or {}).get(subject), (answer.answer or {}).get(subject)) for answer in answers)
    return any(shown != asked and shown in known for asked, shown in named)


def _answer_check_id(operation: Operation, fact: Fact) -> str:
    return f"{operation.name}/response/{fact.path}/{'modelled-' if fact.basis == 'modelled' else ''}{fact.facet}"


def _judge_fact(operation: Operation, fact: Fact, session: TargetSession) -> Verdict:
    return judge_fact(fact, observed_values(session, operation))


def _status_check(operation: Operation, fact: Fact) -> Check:
    return Check(
        id=f"{operation.name}/response/http/status",
        level=fact.level,
        basis=fact.basis,
        statement=f"a call that succeeds answers HTTP {fact.value}",
        because=of_fact(fact),
        run=lambda session: status(session.answers(operation.name), int(fact.value)),
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


def _survived(operation: Operation, session: TargetSession) -> Verdict:
    crashes = [crash for crash in session.crashes if crash.operation == operation.name and crash.answered]
    if not crashes:
        answers = len(session.answers(operation.name))
        return passed({"answers": answers}) if answers else skipped("the target answered no request of the operation")
    return failed(
        KILLED,
        "the server was gone after it had answered",
        expected="a server that goes on answering",
        received="; ".join(f"gone after {crash.request}, sent by {crash.check}" for crash in crashes),
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
    """Yield the checks of the envelope: like those of facts they look at all that the run saw."""

    def check(place: str, scope: Scope, run: Callable[[tuple[Exchange, ...]], Verdict], **claim: Any) -> Check:
        return Check(
            id=f"{operation.name}/protocol/{place}",
            run=lambda session: run(_gathered(session, operation, scope)),
            request=f"a plain request, an unknown name, and an invalid one; and it looks at {scope.value}",
            accepts=claim["statement"],
            gathered=True,
            **claim,
        )

    kind = contract.service.content_type
    for place, law, scope, level, basis, observed, statement in _ENVELOPES:
        places = because(contract, observed=observed, protocol=True)
        evaluate = partial(_judge_envelope, LAWS[law], kind)
        yield check(place, scope, evaluate, level=level, basis=basis, statement=statement, because=places)
    yield from _circumstances(contract, operation, check)
    statuses = {error.code: error.http_status for error in contract.service.common_errors.values()}
    yield check(
        "error-body/status",
        Scope.ERRORS,
        partial(error_status, statuses=statuses),
        level="should",
        basis="observed",
        statement="an error that any operation may answer with has the HTTP status of its code",
        because=because(contract, observed=("O31", "O33", "O34")),
    )


def _circumstances(contract: Contract, operation: Operation, check: Callable[..., Check]) -> Iterator[Check]:
    """Yield the checks of ARNs and times: those of the operation's answers whose names say that they are such."""
    rows: list[tuple[str, Callable[[Operation, tuple[Exchange, ...]], Verdict], str]] = []
    if names_resources(operation):
        rows = [
            ("arn/region", in_the_region, "ARNs name the region that the request was signed for"),
            ("arn/partition", in_the_partition, "ARNs name the partition that their region belongs to"),
            ("arn/account", of_one_account, "ARNs name one account"),
        ]
        named = (
            law for behaviour in contract.behaviours if operation.name in behaviour.operations for law in behaviour.laws
        )
        if not any("arn" in law.split("-") for law in named):  # laws of the contract's own say it more precisely
            rows.append(("arn/name", of_the_name, "ARNs end in the name of the resource"))
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
        evaluate = partial(law, operation)
        yield check(place, Scope.HERE, evaluate, level="should", basis="observed", statement=statement, because=places)
    if tells_times(operation):
        yield check(
            "answer/times-have-been",
            Scope.ANSWERS,
            partial(nothing_to_come, operation),
            level="should",
            basis="inferred",
            statement="what has happened by an answer is not later than the answer, by its own Date",
            because=because(contract, observed=("O1",), protocol=True),
        )


def _elsewhere(operation: Operation, session: TargetSession) -> Verdict:
    if not session.owned:
        return skipped("a second region is asked only where the suite brought the state, or where it is built in")
    if not session.exists(operation):
        return skipped("there is no resource to ask for")
    plain = session.plain(operation)
    here = session.exchange(plain).request.region
    return elsewhere(operation, session.exchange(replace(plain, signing=Signing.OTHER_REGION)), here)


def _judge_envelope(law: Evaluate, content_type: str, exchanges: tuple[Exchange, ...]) -> Verdict:
    return law(exchanges, content_type)


def _gathered(session: TargetSession, operation: Operation, scope: Scope) -> tuple[Exchange, ...]:
    """Return what the run saw of an operation, of a scope; some of it is asked for here where no check has."""
    session.exchange(session.plain(operation))
    _ask_for_errors(session, operation)
    if operation.listing is not None and (later := fresh_token(session, operation, {})) is not None:
        session.exchange(Request.call(operation.name, later))
    seen = session.answered(operation.name, partial(_is_within, scope, session.contract.service))
    if scope is Scope.EVERYTHING:
        return seen
    if scope in {Scope.ANSWERS, Scope.HERE}:
        # Where nothing exists, a success shows only what is wrong with it.
        exists = session.exists(operation)
        return tuple(item for item in seen if item.status in _SUCCESS and (exists or not item.ok))
    return tuple(item for item in seen if item.status in _CLIENT_ERRORS and item.status not in _OF_HTTP)


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


def _ask_for_errors(session: TargetSession, operation: Operation) -> None:
    """Have an unknown name and an invalid one rejected; of an operation that names nothing, two other constraints."""
    if operation.subject:
        asked = [{operation.subject: session.nobody}, {operation.subject: "-"}]
    else:
        rejected = (case for case in request_cases(session.contract, operation) if case.expect is Expect.REFUSED)
        asked = [dict(case.members) for case in islice(rejected, 2)]
    for members in asked:
        session.exchange(Request.call(operation.name, members), ordinary=False)


@dataclass(frozen=True)
class Served:
    """What an operation said of one resource: every page of it, or the one answer.

    `vouched` is whether the resource must be there: the suite made it, or another operation knows it.
    """

    name: str
    exchanges: tuple[Exchange, ...]
    vouched: bool


def every_resource(operation: Operation, seen: Iterable[Served]) -> Verdict:
    """Judge that each resource is answered for, to the last page; one that nobody vouches for may have been deleted."""
    tally = Tally("resources")
    result = operation.pagination.result if operation.pagination else ""
    for served in seen:
        last = served.exchanges[-1]
        if last.response is None and (verdict := fault_of(last, "an answer")):
            return verdict
        if last.error_code in operation.errors and not served.vouched:
            continue
        whole = last.ok and (not result or isinstance((last.answer or {}).get(result), list))
        page = f", page {len(served.exchanges)}" if len(served.exchanges) > 1 else ""
        tally.hold(whole, f"{served.name}{page}: {shown(last)}{_why(last)}", last)
    return tally.verdict(
        "resource-not-served",
        f"HTTP 2xx with a JSON object{f' that has {result}' if result else ''}, for each resource",
        wrong=f"{operation.name} does not answer for every resource",
        lacking="the state has no resource",
    )


def _why(exchange: Exchange) -> str:
    return " (not a JSON object)" if exchange.status in _SUCCESS and exchange.answer is None else ""


def resource_checks(contract: Contract, operation: Operation) -> Iterator[Check]:
    """Yield the one check; none for an operation that names no resource."""
    if not operation.subject:
        return
    fact = contract.fact(f"{operation.name}/output//http_status")
    # Its requests have the name alone: they show that it is taken, and that nothing else is required.
    sent = [
        item.id
        for item in contract.facts_of(operation.name, "input")
        if (item.path == operation.subject and item.facet == "present") or (item.facet == "required" and not item.value)
    ]
    yield Check(
        every_resource_id(operation),
        fact.level,
        fact.basis,
        f"{operation.name} succeeds for every resource of the state",
        of_fact(fact),
        partial(_every_resource, operation),
        compares=True,
        facts=(fact.id, *sent),
        request="nothing of its own: it looks at every resource that the run knows",
        accepts=f"HTTP {fact.value} with an answer that can be read, for each of them and to the last page",
    )


def _every_resource(operation: Operation, session: TargetSession) -> Verdict:
    seen = []
    for resource in session.snapshot.resources:
        pages: tuple[Exchange, ...] = (resource.description,)
        vouched = resource.listing is not None
        if operation.listing is not None:
            pages = session.walk(operation, {operation.subject: resource.name}).listing.pages
            vouched = resource.description.ok
        seen.append(Served(resource.name, pages, vouched=resource.known is not None or vouched))
    verdict = Causes(session.contract, operation).of_pages(every_resource(operation, seen), session)
    token = operation.pagination.input_token if operation.pagination else ""
    if any(token in (exchange.input or {}) for exchange in verdict.exchanges):
        # The first page was answered: it is the way to the next one that is broken.
        return replace(verdict, see=(f"{operation.name}/pagination/token/leads-to-the-end", *verdict.see))
    return verdict
