"""Attribution: from the failure of one check to the checks whose failures, closer to the cause, may explain it.

A request that fails as a simpler request fails is about that one. A law fails because of the members that it reads: it
is run once more on answers that note what is asked of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

from conformance.checks.check import rule_id, rules_of
from conformance.checks.law import laws
from conformance.checks.request.builder import Expect, Members, Placeholder, RequestCase
from conformance.checks.request.cases import cases_in
from conformance.checks.request.laws import (
    BROKEN_ANSWER,
    CONTROL_REFUSED,
    OF_REJECTIONS,
    WRONG_CODE,
    has_repeated_items,
    problems_at_the_top,
    was_accepted,
)
from conformance.checks.response.laws import ObservedValues, evaluate_fact, fact_id, is_exercisable, observe
from conformance.checks.verdict import Outcome, Verdict
from conformance.contract.model import Contract, Operation
from conformance.session.session import TargetSession
from conformance.session.snapshot import ResourceSnapshot, Snapshot
from conformance.wire.exchange import Exchange
from conformance.wire.request import Request

_CLIENT_ERRORS = range(400, 500)
_DERAILING = frozenset({"present", "type", "required", "enum"})
"""Facets without which a value can't be compared with others: a text that is too long still can."""
_STEP = re.compile(r"\[\](?=\.)|\.")
"""Where a path goes on from a member to one inside it."""
_NAME = re.compile(r"\b[A-Z]\w+")
_LITERAL = re.compile(r"'[^']*'|`[^`]*`")


def every_resource_id(operation: Operation) -> str:
    """Return the id of the check that an operation succeeds for every resource of the state."""
    return f"{operation.name}/request/{operation.subject}/every-resource"


class RequestAttribution:
    """Where to look for the cause of a request's failure: in checks of simpler requests, and of the answer.

    A request that fails as a simpler one fails, which it consists of, is about that one; and an answer that breaks the
    contract as the answer to the plain request does is not about the request at all.
    """

    def __init__(self, session: TargetSession, operation: Operation) -> None:
        """Look nothing up yet: most requests do not fail."""
        self._session = session
        self._operation = operation

    def of(self, verdict: Verdict, members: Members) -> Verdict:
        """Return a verdict with the checks that its failure may be behind.

        `members` are those of the valid request that failed: the one that was judged, or the control of it.
        """
        if verdict.kind == BROKEN_ANSWER:
            answer = verdict.exchanges[0]
            return replace(verdict, see=(*self._about_the_answer(answer), *self._about_an_unknown_name(answer)))
        if verdict.outcome is not Outcome.FAILED:
            return verdict
        if unreadable := self._no_error_can_be_read(verdict):
            return replace(verdict, see=(unreadable,))
        simpler = self._simpler(members, strictly=verdict.kind != CONTROL_REFUSED)
        return replace(verdict, see=(*self._about_the_plain(), *simpler))

    def of_control(self, verdict: Verdict, members: Members, control: Exchange) -> Verdict:
        """Return a verdict on a request that must be rejected: where its control is as well, that is the fault."""
        if unreadable := self._no_error_can_be_read(verdict):
            return replace(verdict, see=(unreadable,))
        if verdict.kind not in OF_REJECTIONS or was_accepted(self._operation, control):
            return verdict
        return replace(verdict, see=self.of(replace(verdict, kind=CONTROL_REFUSED), members).see)

    def of_pages(self, verdict: Verdict) -> Verdict:
        """Return a verdict on listings: where a page could not be had or read, that is the fault."""
        if verdict.outcome is not Outcome.FAILED:
            return verdict
        for exchange in verdict.exchanges:
            if not exchange.ok:
                return replace(verdict, see=(*self._about_the_plain(), *self._simpler(self._sent(exchange))))
            if any(problem.facet for problem in problems_at_the_top(self._operation, exchange)):
                return replace(verdict, see=tuple(self._about_the_answer(exchange)))
        return verdict

    def _about_an_unknown_name(self, exchange: Exchange) -> Iterator[str]:
        """Find the checks that an unknown name is rejected, where the answer is one to such a name."""
        if not exists(self._session, self._operation, exchange.input or {}):
            yield from (f"{self._operation.name}/error/{code}/*" for code in self._operation.not_found)

    def _no_error_can_be_read(self, verdict: Verdict) -> str:
        """Return the check of errors that a failure shows broken, on a target whose plainest error breaks it as well.

        That is the one on their JSON, or the one on their code; empty where neither is broken. A rejection that has no
        code to read breaks it by itself: that rule is about every error of the run.
        """
        if verdict.outcome is not Outcome.FAILED or not verdict.exchanges or not self._operation.subject:
            return ""
        rejected, rules = verdict.exchanges[0], f"{self._operation.name}/protocol/error-body"
        if verdict.kind == WRONG_CODE and not rejected.error_code:
            return f"{rules}/json-object" if rejected.answer is None else f"{rules}/type"
        unknown = self._session.about(self._operation, self._session.unknown_name(self._operation))
        plainest_error = Request.call(self._operation.name, unknown)
        shown = (rejected, self._session.exchange(plainest_error, ordinary=False))
        if any(item.status not in _CLIENT_ERRORS for item in shown):
            return ""
        if all(item.answer is None for item in shown):
            return f"{rules}/json-object"
        return "" if any(item.error_code or item.answer is None for item in shown) else f"{rules}/type"

    def _sent(self, exchange: Exchange) -> Members:
        """Return the members of a request as cases have them: with placeholders for what the state gives."""
        members, subject = dict(exchange.input or {}), self._operation.subject
        if members.get(subject) in self._session.names(subject):
            members[subject] = Placeholder.EXISTING
        if self._operation.pagination and self._operation.pagination.input_token in members:
            members[self._operation.pagination.input_token] = Placeholder.TOKEN
        return tuple(members.items())

    def _valid(self) -> tuple[RequestCase, ...]:
        """Return the cases that must be accepted, made once for all failures."""
        every = cases_in(self._session, self._operation)
        return tuple(case for case in every if case.expect is Expect.ACCEPTED)

    def _about_the_plain(self) -> Iterator[str]:
        """Find the checks of the plain request, where that fails: of the member that is missed in it, then of it."""
        session, operation = self._session, self._operation
        if was_accepted(operation, session.exchange(session.plain(operation))):
            return
        for case in self._valid():
            members = resolve(session, operation, case.members) if case.name == "alone" else None
            if members is not None and was_accepted(operation, session.exchange(Request.call(operation.name, members))):
                yield f"{operation.name}/request/{case.subject}/left-out"
        yield every_resource_id(operation)

    def _simpler(self, members: Members, *, strictly: bool = False) -> Iterator[str]:
        """Find the checks of valid requests that have some of these members and no others."""
        sent = dict(members)
        for case in self._valid():
            some = all(name in sent and sent[name] == value for name, value in case.members)
            if some and not (strictly and len(case.members) == len(sent)):
                yield f"{self._operation.name}/request/{case.subject}/{case.name}"

    def _about_the_answer(self, exchange: Exchange) -> Iterator[str]:
        """Find the checks of an answer that breaks the contract as answers to plain requests do."""
        session, operation = self._session, self._operation
        plain = (session.exchange(session.plain(operation)), *session.observed_exchanges())
        answers = (item for item in plain if item.operation == operation.name and item.ok)
        known = {(item.member, item.facet) for answer in answers for item in problems_at_the_top(operation, answer)}
        problems = tuple(problems_at_the_top(operation, exchange))
        limit = operation.pagination.limit if operation.pagination else None
        if any(item.member == limit for item in problems) or has_repeated_items(operation, exchange):
            yield f"{operation.name}/pagination/default/*"
        if any((item.member, item.facet) not in known for item in problems):
            return
        for problem in problems:
            if problem.facet:
                for basis in ("", "modelled-"):
                    yield f"{operation.name}/response/{problem.member}/{basis}{problem.facet}"
            else:
                yield from about_the_subject(session.contract, operation)
        yield every_resource_id(operation)


def about_the_subject(contract: Contract, operation: Operation) -> Iterator[str]:
    """Find the rules by which an answer names what the request names."""
    mentioned = (f"answer.{operation.subject}", f"request.{operation.subject}")
    for behaviour, rule in rules_of(contract, operation):
        if all(words in rule.require for words in mentioned):
            yield rule_id(behaviour, rule)


def about_the_pages(operation: Operation, verdict: Verdict) -> Iterator[str]:
    """Find the checks that pages put together are the list, where a failure shows one of several pages."""
    pagination = operation.pagination
    if pagination is None:
        return
    shown = (item for item in verdict.exchanges if item.operation == operation.name and item.ok)
    for page in shown:
        several = pagination.input_token in (page.input or {}) or pagination.output_token in (page.answer or {})
        if several or has_repeated_items(operation, page):
            yield f"{operation.name}/pagination/default/*"
            return


Paths = frozenset[tuple[str, str]]
"""Members as pairs of an operation and the path in its output."""


def paths_read(evaluate: Callable[[Snapshot], object], snapshot: Snapshot, results: Mapping[str, str]) -> Paths:
    """Return the members that a judgement of a snapshot reads; `results` names the list of items of each operation."""
    notes: set[tuple[str, str]] = set()
    evaluate(Snapshot(tuple(_noting_view(resource, results, notes) for resource in snapshot.resources)))
    return frozenset(notes)


def paths_read_in(evaluate: Callable[[tuple[Exchange, ...]], object], exchanges: Iterable[Exchange]) -> Paths:
    """Return the members that a judgement of answers reads."""
    notes: set[tuple[str, str]] = set()
    evaluate(tuple(_noting(exchange, notes) for exchange in exchanges))
    return frozenset(notes)


def innermost(paths: Paths) -> Paths:
    """Leave out members of which only members inside them are read."""
    return frozenset(
        (operation, path)
        for operation, path in paths
        if not any(operation == other and _inside(deeper, path) for other, deeper in paths)
    )


def concerns(path: str, read: str) -> bool:
    """Return whether the value at a path is seen where another path is read: it is that one, around it or inside it."""
    return path == read or _inside(path, read) or _inside(read, path)


def _inside(path: str, outer: str) -> bool:
    return path.startswith((f"{outer}.", f"{outer}[", f"{outer}{{"))


class _Noting(dict[str, Any]):
    """An object of an answer that notes the members that are asked for."""

    def __init__(self, members: Mapping[str, Any], place: tuple[str, str], notes: set[tuple[str, str]]) -> None:
        self._prefix = f"{place[1]}." if place[1] else ""
        self._operation, self._notes = place[0], notes
        super().__init__(
            (name, _copied(value, (place[0], f"{self._prefix}{name}"), notes)) for name, value in members.items()
        )

    def get(self, name: str, default: Any = None) -> Any:
        self._notes.add((self._operation, f"{self._prefix}{name}"))
        return super().get(name, default)

    def __getitem__(self, name: str) -> Any:
        self._notes.add((self._operation, f"{self._prefix}{name}"))
        return super().__getitem__(name)


def _copied(value: Any, place: tuple[str, str], notes: set[tuple[str, str]]) -> Any:
    if isinstance(value, dict):
        return _Noting(value, place, notes)
    if isinstance(value, list):
        return [_copied(entry, (place[0], f"{place[1]}[]"), notes) for entry in value]
    return value


def _noting(exchange: Exchange, notes: set[tuple[str, str]]) -> Exchange:
    copy = replace(exchange)
    if exchange.answer is not None:
        copy.__dict__["answer"] = _Noting(exchange.answer, (exchange.operation, ""), notes)
    return copy


def _noting_view(
    resource: ResourceSnapshot, results: Mapping[str, str], notes: set[tuple[str, str]]
) -> ResourceSnapshot:
    listing = resource.listing
    if listing is not None:
        operation = listing.pages[0].operation if listing.pages else ""
        place = (operation, f"{results.get(operation, '')}[]")
        listing = replace(listing, items=tuple(_Noting(item, place, notes) for item in listing.items))
    return replace(resource, description=_noting(resource.description, notes), listing=listing)


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
        seen = session.remembered(("surveyed", name), partial(_observed_in_snapshot, session, operation))
        for fact in session.contract.facts_of(name, "output") if reads else ():
            # A name is read by every law that says which resource it found wrong; its form matters to few of them.
            matters = fact.facet in _DERAILING or fact.path.rpartition(".")[2] not in names
            read_here = matters and is_exercisable(fact) and any(concerns(fact.path, item) for item in reads)
            if read_here and evaluate_fact(fact, seen).outcome is Outcome.FAILED:
                found[fact_id(fact)] = None
    for operation in session.contract.operations.values():
        found |= dict.fromkeys(about_the_pages(operation, verdict))
    for name, path in sorted(paths):
        around = [path[:end] for end in (*(step.start() for step in _STEP.finditer(path)), len(path))]
        found |= {f"{name}/consistency/echo/{item}": None for item in reversed(around)}
        found[f"{name}/consistency/echo/{path}.*"] = None
    return replace(verdict, follows=(*verdict.follows, *found, *related(paths)))


def _names_of(operation: Operation) -> Iterator[str]:
    """Return the members that name the resource, or the item of it, that an answer is about."""
    yield operation.subject
    if operation.listing is not None:
        yield operation.listing.identity.rpartition(".")[2]


def _observed_in_snapshot(session: TargetSession, operation: Operation) -> ObservedValues:
    return observe(operation, session.observed_exchanges())


def _are_of_others(session: TargetSession, operation: Operation) -> bool:
    """Return whether there are answers about another resource than the one that was asked for."""
    subject, known = operation.subject, session.names(operation.subject)
    answers = (
        item for item in session.observed_exchanges() if item.operation == operation.name and item.answer is not None
    )
    named = (((answer.input or {}).get(subject), (answer.answer or {}).get(subject)) for answer in answers)
    return any(shown != asked and shown in known for asked, shown in named)


def related_claims(contract: Contract, paths: Paths) -> Iterator[str]:
    """Yield the ids of the checks about nothing but what a law reads: laws on certain members, rules on one answer."""

    def read(operation: str, shown: Iterable[str]) -> bool:
        return any(where == operation and concerns(path, item) for where, item in paths for path in shown)

    every = (*laws().values(), *laws(of_world=True).values())
    yield from (law.check_id for law in every if read(law.operation, law.shows))
    yield from (law.check_id for law in every if read(law.operation, [fact.split("/")[1] for fact in law.facts]))
    names = {name for _, path in paths for name in _NAME.findall(path)}
    for behaviour, rule in rules_of(contract):
        expressions = (rule.when, rule.require, *(expression for _, expression in rule.bindings))
        named = {name for item in expressions for name in _NAME.findall(_LITERAL.sub("", item))}
        if named and named <= names:
            yield rule_id(behaviour, rule)


_TOKENS = (Placeholder.TOKEN, Placeholder.BROKEN_TOKEN)


def exists(session: TargetSession, operation: Operation, members: Mapping[str, Any]) -> bool:
    """Return whether a request names resources that exist, as far as it names any."""
    others = (name for name in operation.names if name in members)
    named = dict.fromkeys((*filter(None, [operation.subject]), *others))
    return all(str(members.get(name)) in session.names_of(operation, name) for name in named)


def resolve(
    session: TargetSession, operation: Operation, members: Members, control: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any] | None:
    """Put values in the place of placeholders, those of the control where it has them; None where there is no token.

    No token could be had for a query that is broken: it is that of the control.
    """
    resolved: dict[str, Any] = {}
    for name, value in sorted(members, key=lambda pair: pair[1] in _TOKENS):
        if isinstance(value, Placeholder) and name in control:
            resolved[name] = control[name]
        elif value is Placeholder.EXISTING:
            resolved[name] = (
                session.existing(operation) or session.unknown_name(operation)
                if name == operation.subject or name not in operation.names
                else session.named(operation, name)
            )
        elif value in _TOKENS:
            token = fresh_token(session, operation, resolved)
            if token is None:
                return None
            resolved |= token
        else:
            resolved[name] = value
        if value is Placeholder.BROKEN_TOKEN:
            resolved[name] += "\n"
    return resolved


def fresh_token(session: TargetSession, operation: Operation, members: dict[str, Any]) -> dict[str, Any] | None:
    """Return the members of a request for the second page of a query: its token, and the resource that has one."""
    representative = session.representative_listing(operation) if operation.listing is not None else None
    pagination = operation.pagination
    if pagination is None or representative is None:
        return None
    query = {**members, **representative.members}
    # Pages of one item are the surest to leave something over, whatever the query.
    for sizes in ({}, {pagination.limit: 1}) if pagination.limit else ({},):
        first = session.exchange(Request.call(operation.name, sizes | query))
        token = (first.answer or {}).get(pagination.output_token)
        if isinstance(token, str) and token:
            return {**representative.members, pagination.input_token: token}
    return None
