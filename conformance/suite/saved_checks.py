"""A saved answer and its request: replayed to the ordinary checks; and its outcome, filter, order and bound."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from conformance.checks.check import Check, because, bound_by, of_behaviour, rule_id, rules_of
from conformance.checks.law import laws
from conformance.checks.listing import pages
from conformance.checks.listing.filters import admits_only, having
from conformance.checks.listing.order import keyless_left_out, sorted_by
from conformance.checks.protocol.envelope import RULES
from conformance.checks.request.laws import INVALID, Rejection, evaluate_accepted, evaluate_rejected
from conformance.checks.response.checks import observed_values
from conformance.checks.verdict import Outcome, Verdict, failed, passed, skipped
from conformance.contract.model import Contract, Operation, Rule
from conformance.session.listing import Reader, Walked, member
from conformance.session.session import SNAPSHOT, TargetSession
from conformance.session.snapshot import ResourceSnapshot, Snapshot
from conformance.suite.catalogue import catalogue
from conformance.suite.saved import Answer, Form
from conformance.wire.encoding import dump
from conformance.wire.exchange import Exchange, Fault, HttpRequest, HttpResponse, Listing, shown
from conformance.wire.request import Request

_OK, _BAD_REQUEST = 200, 400


def exchange_of(operation: Operation, answer: Answer, request: Mapping[str, Any] | None) -> Exchange:
    """Return the exchange of an answer; where no status was saved it has that of a success, or of a rejection."""
    status = answer.status or (_BAD_REQUEST if answer.is_error else _OK)
    return Exchange(
        operation.name,
        HttpRequest("POST", "", (), b"" if request is None else dump(request)),
        HttpResponse(status, answer.headers, dump(answer.body), 0.0),
    )


def snapshot_of(operation: Operation, exchange: Exchange) -> Snapshot:
    """Return the snapshot of the resource that an answer describes, or whose items it lists.

    A page of a listing is taken for the whole: a law that needs all of it needs the description as well.
    """
    answer = exchange.answer or {}
    asked = (exchange.input or {}).get(operation.subject)
    if operation.pagination is not None:
        listed = answer.get(operation.pagination.result)
        items = tuple(item for item in listed if isinstance(item, dict)) if isinstance(listed, list) else ()
        unknown = _not_saved("", "description")
        return Snapshot(
            (ResourceSnapshot(str(asked), unknown, Listing((exchange,), items, complete=True), settled=False),)
        )
    stated = asked if asked is not None else answer.get(operation.subject)
    ended = operation.settled is not None and member(answer, operation.settled.path) in operation.settled.values
    return Snapshot((ResourceSnapshot(str(stated), exchange, None, settled=ended),))


_SAVED = "nothing: it looks at one saved answer (conformance validate)"


def own_checks(contract: Contract) -> Iterator[Check]:
    """Yield all of them, for people who look one up."""
    for operation in contract.operations.values():
        yield accepted_check(contract, operation)
        yield rejected_check(contract, operation)
        yield code_check(contract, operation)


def accepted_check(contract: Contract, operation: Operation) -> Check:
    """Return the check that a valid request was accepted."""
    status = f"{operation.name}/output//http_status"
    return Check(
        f"{operation.name}/request/answered/let-through",
        "must",
        "documented",
        "a valid request is accepted",
        because(contract, (status,)),
        _offline,
        facts=(status,),
        request=_SAVED,
        accepts=f"HTTP {operation.http_status} with the operation's answer to what was asked, or an error of its own",
    )


def rejected_check(contract: Contract, operation: Operation, broken: tuple[str, ...] = ()) -> Check:
    """Return the check that a request was rejected that breaks these facts."""
    return Check(
        f"{operation.name}/request/answered/refused",
        "must",
        "documented",
        "an invalid request is refused for what is wrong with it",
        because(contract, broken, protocol=not broken),
        _offline,
        facts=broken,
        request=_SAVED,
        accepts=str(Rejection()),
    )


def code_check(contract: Contract, operation: Operation) -> Check:
    """Return the check that an error is one that anybody knows."""
    facts = tuple(f"{operation.name}/error/{code}/present" for code in operation.errors)
    behaviours = bound_by(contract, operation.name, ("error-checks",))
    places = (*because(contract, facts), *(place for each in behaviours for place in of_behaviour(each)))
    return Check(
        f"{operation.name}/error/answered/code",
        "should",
        "inferred",
        "an error is one of the operation's own, or one that is common to the service",
        tuple(dict.fromkeys(places)),
        _offline,
        facts=facts,
        request=_SAVED,
        accepts=f"one of {', '.join((*operation.errors, *contract.service.common_errors))}",
    )


def status_check(contract: Contract, operation: Operation, code: str) -> Check:
    """Return the check that the code of an error comes with its status."""
    own = code in operation.errors
    wanted = " or ".join(map(str, statuses(contract, operation, code)))
    return Check(
        f"{operation.name}/error/{code}/http-status",
        "must" if own else "should",
        "documented" if own else "protocol",
        f"{code} comes with HTTP {wanted}",
        because(contract, (f"{operation.name}/error/{code}/http_status",) if own else (), protocol=not own),
        _offline,
        request=_SAVED,
        accepts=f"HTTP {wanted}",
    )


def statuses(contract: Contract, operation: Operation, code: str) -> tuple[int, ...]:
    """Return the HTTP statuses that a known code may come with."""
    if code in operation.errors:
        return (operation.errors[code],)
    return contract.service.common_errors[code].http_status


def _offline(_: object) -> Verdict:
    return skipped("it is judged on a saved answer only")


class SavedSession(TargetSession):
    """A session at a target of which one exchange was saved: whatever else a check asks for has no answer."""

    def __init__(self, contract: Contract, operation: Operation, exchange: Exchange) -> None:
        """Take the exchange for all that the target shows."""
        super().__init__(contract, _NothingElse(), ())
        self._exchange = exchange
        self.saw((exchange,))
        self.remembered(SNAPSHOT, lambda: snapshot_of(operation, exchange))

    def observed_exchanges(self) -> Iterator[Exchange]:
        """Yield the saved exchange."""
        yield self._exchange


class _NothingElse:
    """The target of a saved exchange: what was not saved is not answered."""

    def send(self, request: Request) -> Exchange:
        return _not_saved(request.operation, "an answer")


def _not_saved(operation: str, what: str) -> Exchange:
    fault = Fault("not-saved", f"no {what.removeprefix('an ')} was saved")
    return Exchange(operation, HttpRequest("POST", "", (), b""), None, fault)


Evaluate = Callable[[], Verdict]

_OF_REQUEST = re.compile(r"\brequest\b")
_OF_HEADERS = ("content-type", "request-id")


class Offline:
    """The checks of one operation that can be judged on one answer, by id, and what has to be left out."""

    def __init__(
        self, contract: Contract, operation: Operation, answer: Answer, exchange: Exchange, lacking: str
    ) -> None:
        """Evaluate nothing yet; `lacking` says why what was asked is not known, where it is not."""
        self._lacking = lacking
        self._contract = contract
        self._operation = operation
        self._answer = answer
        self._exchange = exchange
        self._asked = exchange.input is not None
        self._session = SavedSession(contract, operation, exchange)
        self.checks: Mapping[str, Check] = {
            check.id: check for check in catalogue(contract) if check.operation == operation.name
        }
        self.left_out: list[str] = []
        """What could not be judged, and why, a line each."""

    @property
    def unknown(self) -> frozenset[str]:
        """The members of the answer that the contract does not know."""
        return observed_values(self._session, self._operation).unknown

    def verdicts(self) -> Iterator[tuple[Check, Verdict]]:
        """Yield each check with its verdict: the ordinary ones, in a session that knows this exchange alone."""
        yield from self._envelope()
        if self._exchange.ok:
            for check in (*self._facts(), *self._rules(), *self._laws()):
                # Other checks, which a failure may come from, are not run.
                yield check, replace(check.run(self._session), see=(), follows=())

    def _facts(self) -> Iterator[Check]:
        for check in self.checks.values():
            # One without a fact is about a whole run.
            facet = self._contract.fact(check.facts[0]).facet if check.area == "response" and check.facts else ""
            if facet and (self._answer.status or facet != "http_status"):
                yield check

    def _rules(self) -> Iterator[Check]:
        asking = 0
        for behaviour, rule in rules_of(self._contract, self._operation):
            if _asks(rule) and not self._asked:
                asking += 1
            else:
                yield self.checks[rule_id(behaviour, rule)]
        if asking:
            self.left_out.append(f"{_count(asking, 'rule')} about what was asked: {self._lacking}")

    def _laws(self) -> Iterator[Check]:
        ours = [law for law in laws().values() if law.check_id in self.checks]
        alone = [law for law in ours if not law.compares]
        if alone and self._operation.pagination is not None and not self._asked:
            self.left_out.append(
                f"{_count(len(alone), 'law')} on the items of the resource that was asked for: {self._lacking}"
            )
        else:
            yield from (self.checks[law.check_id] for law in alone)
        if len(alone) < len(ours):
            self.left_out.append(f"{_count(len(ours) - len(alone), 'law')} that lay several answers side by side")

    def _envelope(self) -> Iterator[tuple[Check, Verdict]]:
        error = self._answer.is_error
        cases = ["json-object", *(["message"] if error else [])]
        cases += ["type", "bare-type"] if error and not self._answer.rebuilt else []
        cases += _OF_HEADERS if self._answer.headers else ()
        for place in (f"{'error-body' if error else 'answer'}/{case}" for case in cases):
            verdict = RULES[place].law(self._contract.service, self._operation, (self._exchange,))
            yield self.checks[f"{self._operation.name}/protocol/{place}"], verdict
        missing = [
            *(["the HTTP status"] if not self._answer.status else []),
            *(["the headers"] if not self._answer.headers else []),
        ]
        if missing:
            self.left_out.append(f"{' and '.join(missing)}: not saved with the body")
        if self._answer.rebuilt:
            self.left_out.append("the form of __type: the client does not show it")


def _asks(rule: Rule) -> bool:
    expressions = (rule.when, rule.require, *(expression for _, expression in rule.bindings))
    return any(_OF_REQUEST.search(expression) for expression in expressions)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def members_without(members: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return a request's members but for some."""
    return {name: value for name, value in members.items() if name not in names}


_UNPROVEN = "whether its valid neighbour is accepted takes a server to see"


@dataclass(frozen=True)
class Asked:
    """An answer and its request. `broken` are the ids of the facts that the request breaks."""

    contract: Contract
    operation: Operation
    answer: Answer
    exchange: Exchange
    broken: tuple[str, ...]
    unsettled: bool
    """Whether it is unknown how the request ought to end."""

    def ending(self) -> tuple[Check, Verdict]:
        """Evaluate that a valid request was accepted, and an invalid one rejected for the right reason."""
        if self.broken:
            return rejected_check(self.contract, self.operation, self.broken), self._refused()
        return accepted_check(self.contract, self.operation), self._let_through()

    def _let_through(self) -> Verdict:
        operation, exchange = self.operation, self._unbounded()
        code = exchange.error_code
        if code and self.unsettled:
            return skipped("it is unknown how such a request ought to end")
        common = self.contract.service.common_errors
        if code in common and code not in INVALID and exchange.status < _SERVER_ERROR:
            return skipped(f"it was refused for another reason than its members: {shown(exchange)}")
        if code in INVALID and self._has_token():
            return skipped("it is unknown how a made-up token ought to be rejected")
        return evaluate_accepted(operation, exchange, exists=False)

    def _refused(self) -> Verdict:
        # The law comes to its control only where all else holds: the rejection itself shows that there was none.
        verdict = evaluate_rejected(self.operation, self.exchange, self.exchange, Rejection())
        if verdict.kind == "control-refused":
            return passed({"answers": 1}, notes=(_UNPROVEN,))
        if self.unsettled and verdict.outcome is Outcome.FAILED:
            return skipped("it is unknown how such a request ought to end")
        return verdict

    def _unbounded(self) -> Exchange:
        """Return the exchange without the bound on items where the client put several pages together."""
        pagination = self.operation.pagination
        if self.answer.form is not Form.CLI or pagination is None or self.exchange.input is None:
            return self.exchange
        members = members_without(self.exchange.input, pagination.limit)
        return replace(self.exchange, request=replace(self.exchange.request, body=dump(members)))

    def _has_token(self) -> bool:
        pagination = self.operation.pagination
        return pagination is not None and pagination.input_token in (self.exchange.input or {})

    def judges(self) -> Iterator[tuple[str, Evaluate]]:
        """Yield the ids of checks of the catalogue about a listing, with what judges them on this one page."""
        operation, asked = self.operation, self.exchange.input or {}
        if operation.listing is None or operation.pagination is None or not self.exchange.ok or self.broken:
            return
        reader, spec = Reader.of(operation), operation.listing
        found = (self.exchange.answer or {}).get(operation.pagination.result)
        items = tuple(item for item in found if isinstance(item, dict)) if isinstance(found, list) else ()
        name = str(asked.get(operation.subject, operation.name))
        walk = Walked(name, Listing((self.exchange,), items, complete=True), len(items))
        for name_of_filter in spec.filters:
            if isinstance(value := asked.get(name_of_filter), str):
                evaluate = partial(admits_only, reader, having(reader, name_of_filter, value), walk, None)
                yield f"{operation.name}/filter/{value}/only", evaluate
        key, direction = asked.get(spec.sort_by), asked.get(spec.sort_order)
        if isinstance(key, str) and key in spec.keys:
            falling = direction == spec.descending
            if direction is not None:
                yield (
                    f"{operation.name}/order/{key}/{direction}",
                    lambda: sorted_by(reader, key, walk, items, descending=falling),
                )
            if key in spec.omits_items_without_key:
                way = direction or spec.ascending
                yield (
                    f"{operation.name}/filter/{key}/omits-items-without-it-{way}",
                    lambda: keyless_left_out(reader, key, items, walk),
                )
        default = operation.input.members[operation.pagination.limit].effective("default")
        if isinstance(default, int) and operation.pagination.limit not in asked and self.answer.form is not Form.CLI:
            yield (
                f"{operation.name}/pagination/page-size/default-at-most",
                lambda: pages.default_page_size(reader, [(self.exchange, len(items))], default, exact=False),
            )


_SERVER_ERROR = 500


def error_code(
    contract: Contract, operation: Operation, answer: Answer, exchange: Exchange
) -> Iterator[tuple[Check, Verdict]]:
    """Evaluate the code of an error, and its status where that was saved."""
    code, common = exchange.error_code, contract.service.common_errors
    if not code and not answer.rebuilt:  # that there is none is reported by the rule on its body
        return
    check, known = code_check(contract, operation), (*operation.errors, *common)
    if code not in known:
        received = f"the code {code!r}" if code else "no code"
        yield check, failed("unknown-code", "an unknown error", expected=check.accepts, received=received)
        return
    yield check, passed({"answers": 1})
    if not answer.status:
        return
    check = status_check(contract, operation, code)
    if answer.status in statuses(contract, operation, code):
        yield check, passed({"answers": 1})
    else:
        reason = "the code comes with another status"
        yield check, failed("wrong-status", reason, expected=check.accepts, received=shown(exchange))


def plain_members(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a request that say something: null is the same as leaving a member out."""
    return {name: member for name, member in value.items() if member is not None}
