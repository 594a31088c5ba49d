"""Checks of responses: each output fact on every answer of the run, and that every resource is answered for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from conformance.checks.attribution import RequestAttribution, every_resource_id
from conformance.checks.check import Because, Check, because, citations
from conformance.checks.request.laws import fault_of
from conformance.checks.response.laws import (
    ObservedValues,
    Value,
    evaluate_fact,
    expectation,
    fact_id,
    is_exercisable,
    observe,
    values_in,
)
from conformance.checks.verdict import Tally, Verdict, failed, passed, skipped
from conformance.contract.model import Contract, Fact, Operation
from conformance.session.session import TargetSession
from conformance.wire.exchange import KILLED, Exchange, shown
from conformance.wire.limits import reads

LAWS = frozenset({"response-checks"})
"""The name by which behaviours call for all of these checks."""
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


_NOTHING_SENT = "nothing of its own: it looks at every answer of the run"


def answer_checks(contract: Contract, operation: Operation) -> Iterator[Check]:
    """Yield one check for each output fact of an operation that an answer can break, and that the server survives."""
    for fact in contract.facts_of(operation.name, "output"):
        if fact.facet == "http_status":
            yield Check(
                id=f"{operation.name}/response/http/status",
                level=fact.level,
                basis=fact.basis,
                statement=f"a call that succeeds answers HTTP {fact.value}",
                because=citations(fact.sources),
                run=partial(_run_status, operation, int(fact.value)),
                facts=(fact.id,),
                request=_NOTHING_SENT,
                accepts=f"HTTP {fact.value}, not another 2xx",
                gathered=True,
            )
            yield Check(
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
        elif is_exercisable(fact):
            yield Check(
                id=fact_id(fact),
                level=fact.level,
                basis=fact.basis,
                statement=_statement(operation, fact),
                because=(*citations(fact.sources), *(Because(f"observations:{item}") for item in fact.observed)),
                run=partial(_run_fact, operation, fact),
                facts=(fact.id,),
                request=_NOTHING_SENT,
                accepts=expectation(fact) + (", or null" if _is_nullable(operation, fact) else ""),
                gathered=True,
            )


def _statement(operation: Operation, fact: Fact) -> str:
    if _is_nullable(operation, fact):
        return f"{fact.path} is a member of the answer: left out where it has no value, or null, as its page has it"
    return _STATEMENTS.get(fact.facet, "{path}: {facet} is {value}").format_map(vars(fact))


def _is_nullable(operation: Operation, fact: Fact) -> bool:
    node = operation.output.descend(fact.path)
    return fact.facet == "present" and node is not None and node.nullable


def observed_values(session: TargetSession, operation: Operation) -> ObservedValues:
    """Return what all answers so far show, walked again only when answers have come in since."""
    answers = session.answers(operation.name)
    return session.cached(
        ("observed values", operation.name, len(answers)),
        lambda: observe(operation, answers, partial(_put_in, session)),
    )


def _put_in(session: TargetSession) -> frozenset[Value]:
    """Return the values that the run has put into the target, valid or not."""
    asked = session.asked

    def values() -> Iterator[Value]:
        for request, exchange in asked.items():
            if exchange.ok and not reads(request.operation) and request.is_object:
                yield from values_in("", request.members)

    return session.cached(("values put in", len(asked)), lambda: frozenset(values()))


def _run_fact(operation: Operation, fact: Fact, session: TargetSession) -> Verdict:
    return evaluate_fact(fact, observed_values(session, operation))


def _run_status(operation: Operation, wanted: int, session: TargetSession) -> Verdict:
    """Check that every success has the documented status, not just some 2xx."""
    tally = Tally("answers")
    for exchange in session.answers(operation.name):
        tally.hold(exchange.status == wanted, f"HTTP {exchange.status}", exchange)
    return tally.verdict("other-status", f"HTTP {wanted}", lacking="the target gave no such answer")


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


@dataclass(frozen=True)
class Served:
    """What an operation said of one resource: every page of it, or the one answer.

    `must_exist` is whether the resource must be there: the suite made it, or another operation knows it.
    """

    name: str
    exchanges: tuple[Exchange, ...]
    must_exist: bool


def every_resource(operation: Operation, seen: Iterable[Served]) -> Verdict:
    """Check that each resource is answered for, to the last page; one that need not exist may have been deleted."""
    tally = Tally("resources")
    result = operation.pagination.result if operation.pagination else ""
    for served in seen:
        last = served.exchanges[-1]
        if last.response is None and (verdict := fault_of(last, "an answer")):
            return verdict
        if last.error_code in operation.not_found and not served.must_exist:
            continue
        whole = last.ok and (not result or isinstance((last.answer or {}).get(result), list))
        why = " (not a JSON object)" if last.status in _SUCCESS and last.answer is None else ""
        page = f", page {len(served.exchanges)}" if len(served.exchanges) > 1 else ""
        tally.hold(whole, f"{served.name}{page}: {shown(last)}{why}", last)
    return tally.verdict(
        "resource-not-served",
        f"HTTP 2xx with a JSON object{f' that has {result}' if result else ''}, for each resource",
        wrong=f"{operation.name} does not answer for every resource",
        lacking="the state has no resource",
    )


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
        citations(fact.sources),
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
        must_exist = resource.listing is not None
        if operation.listing is not None:
            pages = session.walk(operation, {operation.subject: resource.name}).listing.pages
            must_exist = resource.description.ok
        seen.append(Served(resource.name, pages, must_exist=resource.known is not None or must_exist))
    verdict = RequestAttribution(session, operation).of_pages(every_resource(operation, seen))
    token = operation.pagination.input_token if operation.pagination else ""
    if any(token in (exchange.input or {}) for exchange in verdict.exchanges):
        # The first page was answered: it is the way to the next one that is broken.
        return replace(verdict, see=(f"{operation.name}/pagination/token/leads-to-the-end", *verdict.see))
    return verdict
