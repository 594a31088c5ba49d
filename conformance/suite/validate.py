"""A saved answer, its request, or both: evaluated by the ordinary checks of a run, as far as they show.

A saved answer is replayed to the checks in a session that knows its exchange alone. How it must end after what was
asked, which code an error has, and what was asked of a listing, is evaluated here by the laws of those checks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance import report
from conformance.checks.check import Because, Check, because, bound_by, of_behaviour, rule_id, rules_of
from conformance.checks.law import laws
from conformance.checks.listing import pages
from conformance.checks.listing.filters import admits_only, having
from conformance.checks.listing.order import keyless_left_out
from conformance.checks.listing.walks import sorted_by
from conformance.checks.protocol.envelope import RULES
from conformance.checks.request.laws import Rejection, evaluate_accepted, evaluate_rejected
from conformance.checks.response.checks import observed_values
from conformance.checks.verdict import Outcome, Verdict, failed, passed, skipped
from conformance.contract.asking import values_at
from conformance.contract.model import Contract, Operation, Rule
from conformance.errors import ExitCode
from conformance.session.listing import Reader, Walked, member
from conformance.session.session import SNAPSHOT, TargetSession
from conformance.session.snapshot import ResourceSnapshot, Snapshot
from conformance.suite.catalogue import catalogue
from conformance.suite.results import result_of
from conformance.suite.saved import Answer, Content, Form, as_wire
from conformance.suite.saved_request import Requested, evaluate_request
from conformance.wire.encoding import dump
from conformance.wire.exchange import Exchange, Fault, HttpRequest, HttpResponse, Listing, shown
from conformance.wire.request import Request

_OK, _BAD_REQUEST, _SERVER_ERROR = 200, 400, 500
_JUDGED = frozenset({report.Outcome.PASSED, report.Outcome.FAILED})
_NO_REQUEST = "add the request with --request"
_BROKEN_REQUEST = "the request is not valid"
_SAVED = "nothing: it looks at one saved answer (conformance validate)"
_UNPROVEN = "whether its valid neighbour is accepted takes a server to see"
_UNKNOWN_END = "it is unknown how such a request ought to end"
_OF_REQUEST = re.compile(r"\brequest\b")
_OF_HEADERS = ("content-type", "request-id")


@dataclass(frozen=True)
class AnswerRead:
    """The saved answer, and how it was read."""

    file: str
    form: Form
    known_by: str
    """How the form was known."""
    is_error: bool


@dataclass(frozen=True)
class CheckResult:
    """What one saved answer, one saved request, or both together come to.

    `request` names the file of the request. `must_be_answered` says what a conforming server answers to it. `foreign`
    says that what should be an answer has none of its members. `left_out` says what could not be judged, `unknown` are
    members that the contract lacks.
    """

    operation: str
    answer: AnswerRead | None
    request: str | None
    results: tuple[report.Result, ...]
    foreign: bool = False
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    must_be_answered: str = ""

    def selected(self, levels: Collection[str]) -> CheckResult:
        """Return it with the results of these levels; () is all."""
        kept = tuple(result for result in self.results if not levels or result.level.value in levels)
        return replace(self, results=kept)

    @property
    def counts(self) -> Counter[report.Outcome]:
        """How many results there are of each outcome."""
        return Counter(result.outcome for result in self.results)

    def against(self, *, strict: bool) -> int:
        """Count the results that alone make it non-conforming."""
        return sum(report.counts_against(result, strict=strict) for result in self.results)

    def code(self, *, strict: bool) -> ExitCode:
        """Return what the command exits with, as a run does."""
        if self.against(strict=strict):
            return ExitCode.DOES_NOT_CONFORM
        judged = not self.foreign and any(result.outcome in _JUDGED for result in self.results)
        return ExitCode.CONFORMS if judged else ExitCode.PARTLY_JUDGED


def evaluate(
    contract: Contract,
    operation: Operation,
    *,
    answer: Content | None = None,
    request: Content | None = None,
    form: Form | None = None,
) -> CheckResult:
    """Evaluate an answer, a request, or an answer to a request; the form of an answer is detected unless given."""
    asked = requested = None
    if request is not None:
        # null is the same as leaving a member out
        asked = {name: value for name, value in request.members.items() if value is not None}
        requested = evaluate_request(contract, operation, asked)
    name = request.file if request else None
    must = requested.must_be_answered if requested else ""
    if answer is None:
        if requested is None:
            raise ValueError("there is neither an answer nor a request")
        return CheckResult(operation.name, None, name, requested.results, notes=requested.notes, must_be_answered=must)
    read = as_wire(operation, answer.members, form, layout=answer.layout)
    saved = _SavedExchange(contract, operation, read, asked, requested)
    results = report.sort_results(result_of(check, verdict) for check, verdict in saved.verdicts())
    return CheckResult(
        operation.name,
        AnswerRead(answer.file, read.form, read.why, read.is_error),
        name,
        results,
        foreign=not read.is_error and not operation.output.members.keys() & read.body.keys(),
        left_out=tuple(saved.not_judged(results)),
        notes=tuple(_notes(requested)) if requested else (),
        unknown=tuple(sorted(saved.unknown)),
        must_be_answered=must,
    )


def _notes(requested: Requested) -> Iterator[str]:
    for result in requested.results:
        if result.outcome is report.Outcome.FAILED:
            yield f"the request breaks {result.id}: {result.received}"
    yield from requested.notes


class _SavedSession(TargetSession):
    """A session at a target of which one exchange was saved: whatever else a check asks for has no answer."""

    def __init__(self, contract: Contract, operation: Operation, exchange: Exchange) -> None:
        """Take the exchange for all that the target shows."""
        super().__init__(contract, _NothingElse(), ())
        self._exchange = exchange
        self.saw((exchange,))
        self.remembered(SNAPSHOT, lambda: _snapshot_of(operation, exchange))

    def observed_exchanges(self) -> Iterator[Exchange]:
        """Yield the saved exchange."""
        yield self._exchange


class _NothingElse:
    """The target of a saved exchange: what was not saved is not answered."""

    def send(self, request: Request) -> Exchange:
        return _not_saved(request.operation, "answer")


def _not_saved(operation: str, what: str) -> Exchange:
    return Exchange(operation, HttpRequest("POST", "", (), b""), None, Fault("not-saved", f"no {what} was saved"))


def _snapshot_of(operation: Operation, exchange: Exchange) -> Snapshot:
    """Return the snapshot of the resource that an answer describes, or whose items it lists.

    A page of a listing is taken for the whole: a law that needs all of it needs the description as well.
    """
    answer = exchange.answer or {}
    asked = (exchange.input or {}).get(operation.subject)
    if operation.pagination is not None:
        listing = Listing((exchange,), _items(operation, exchange), complete=True)
        return Snapshot((ResourceSnapshot(str(asked), _not_saved("", "description"), listing, settled=False),))
    stated = asked if asked is not None else answer.get(operation.subject)
    ended = operation.settled is not None and member(answer, operation.settled.path) in operation.settled.values
    return Snapshot((ResourceSnapshot(str(stated), exchange, None, settled=ended),))


def _items(operation: Operation, exchange: Exchange) -> tuple[dict[str, Any], ...]:
    found = (exchange.answer or {}).get(operation.pagination.result) if operation.pagination else None
    return tuple(item for item in found if isinstance(item, dict)) if isinstance(found, list) else ()


def _exchange_of(operation: Operation, answer: Answer, request: Mapping[str, Any] | None) -> Exchange:
    """Return the exchange of an answer; where no status was saved it has that of a success, or of a rejection."""
    status = answer.status or (_BAD_REQUEST if answer.is_error else _OK)
    return Exchange(
        operation.name,
        HttpRequest("POST", "", (), b"" if request is None else dump(request)),
        HttpResponse(status, answer.headers, dump(answer.body), 0.0),
    )


class _SavedExchange:
    """An answer, with its request where that was saved as well, and the checks that can be judged on them."""

    def __init__(
        self,
        contract: Contract,
        operation: Operation,
        answer: Answer,
        asked: Mapping[str, Any] | None,
        requested: Requested | None,
    ) -> None:
        """Evaluate nothing yet."""
        self._contract = contract
        self._operation = operation
        self._answer = answer
        self._requested = requested
        self._exchange = _exchange_of(operation, answer, asked)
        self._broken = requested.broken if requested else ()
        # What an invalid request asks for, no answer can be measured by.
        self._is_measured = requested is not None and not self._broken
        measured = self._exchange if self._is_measured else _exchange_of(operation, answer, None)
        self._session = _SavedSession(contract, operation, measured)
        self._lacking = _NO_REQUEST if requested is None else _BROKEN_REQUEST
        self._left_out: list[str] = []
        self._checks = {check.id: check for check in catalogue(contract) if check.operation == operation.name}

    @property
    def unknown(self) -> frozenset[str]:
        """The members of the answer that the contract does not know."""
        return observed_values(self._session, self._operation).unknown

    def verdicts(self) -> Iterator[tuple[Check, Verdict]]:
        """Yield each check that can be judged with its verdict."""
        yield from self._envelope()
        if self._exchange.ok:
            for check in (*self._facts(), *self._rules(), *self._laws()):
                # Other checks, which a failure may come from, are not run.
                yield check, replace(check.run(self._session), see=(), follows=())
        if self._answer.is_error:
            yield from self._error_code()
        if self._requested is not None:
            yield self._ending(unsettled=self._requested.unsettled)
        if self._is_measured and self._exchange.ok:
            yield from ((self._checks[f"{self._operation.name}/{path}"], verdict) for path, verdict in self._listing())

    def not_judged(self, results: Collection[report.Result]) -> Iterator[str]:
        """Yield what could not be judged, and why, a line each, when all else is."""
        skipped_in = Counter(result.area for result in results if result.outcome is report.Outcome.SKIPPED)
        if skipped_in["response"]:
            yield f"{skipped_in['response']:,} facts about members that this answer does not have"
        others = skipped_in.total() - skipped_in["response"]
        if others:
            yield f"{others:,} rules and laws that have nothing to go by in this answer"
        yield from self._left_out
        rest = len(self._checks.keys() - {result.id for result in results})
        yield f"{rest:,} checks of a run in all, most of which send requests of their own: conformance run"

    def _facts(self) -> Iterator[Check]:
        for check in self._checks.values():
            # One without a fact is about a whole run.
            facet = self._contract.fact(check.facts[0]).facet if check.area == "response" and check.facts else ""
            if facet and (self._answer.status or facet != "http_status"):
                yield check

    def _rules(self) -> Iterator[Check]:
        asking = 0
        for behaviour, rule in rules_of(self._contract, self._operation):
            if _asks(rule) and not self._is_measured:
                asking += 1
            else:
                yield self._checks[rule_id(behaviour, rule)]
        if asking:
            self._left_out.append(f"{_count(asking, 'rule')} about what was asked: {self._lacking}")

    def _laws(self) -> Iterator[Check]:
        ours = [law for law in laws().values() if law.check_id in self._checks]
        alone = [law for law in ours if not law.compares]
        if alone and self._operation.pagination is not None and not self._is_measured:
            self._left_out.append(
                f"{_count(len(alone), 'law')} on the items of the resource that was asked for: {self._lacking}"
            )
        else:
            yield from (self._checks[law.check_id] for law in alone)
        if len(alone) < len(ours):
            self._left_out.append(f"{_count(len(ours) - len(alone), 'law')} that lay several answers side by side")

    def _envelope(self) -> Iterator[tuple[Check, Verdict]]:
        answer = self._answer
        cases = ["json-object", *(["message"] if answer.is_error else [])]
        cases += ["type", "bare-type"] if answer.is_error and not answer.rebuilt else []
        cases += _OF_HEADERS if answer.headers else ()
        for case in cases:
            place = f"{'error-body' if answer.is_error else 'answer'}/{case}"
            # The check itself would ask for further answers, and leaves out what no client sends.
            verdict = RULES[place].law(self._contract.service, self._operation, (self._exchange,))
            if (check := self._checks.get(f"{self._operation.name}/protocol/{place}")) is not None:
                yield check, verdict
        missing = [] if answer.status else ["the HTTP status"]
        missing += [] if answer.headers else ["the headers"]
        if missing:
            self._left_out.append(f"{' and '.join(missing)}: not saved with the body")
        if answer.rebuilt:
            self._left_out.append("the form of __type: the client does not show it")

    def _error_code(self) -> Iterator[tuple[Check, Verdict]]:
        """Evaluate the code of an error, and its status where that was saved."""
        code, common = self._exchange.error_code, self._contract.service.common_errors
        if not code and not self._answer.rebuilt:  # that there is none is reported by the rule on its body
            return
        check = _code_check(self._contract, self._operation)
        if code not in self._operation.errors and code not in common:
            received = f"the code {code!r}" if code else "no code"
            yield check, failed("unknown-code", "an unknown error", expected=check.accepts, received=received)
            return
        yield check, passed({"answers": 1})
        if self._answer.status:
            own = self._operation.errors.get(code)
            known = (own.http_status,) if own is not None and own.http_status is not None else ()
            statuses = common[code].http_status if own is None else known or (self._answer.status,)
            check = _status_check(self._contract, self._operation, code, statuses)
            verdict = passed({"answers": 1})
            if self._answer.status not in statuses:
                reason = "the code comes with another status"
                received = shown(self._exchange)
                verdict = failed("wrong-status", reason, expected=check.accepts, received=received)
            yield check, verdict

    def _ending(self, *, unsettled: bool) -> tuple[Check, Verdict]:
        """Evaluate that a valid request was accepted, and an invalid one rejected for the right reason."""
        if not self._broken:
            return _accepted_check(self._contract, self._operation), self._accepted(unsettled=unsettled)
        # The law comes to its control only where all else holds: the rejection itself shows that there was none.
        verdict = evaluate_rejected(
            self._operation, self._exchange, self._exchange, Rejection.of(self._contract.service)
        )
        if verdict.kind == "control-refused":
            verdict = passed({"answers": 1}, notes=(_UNPROVEN,))
        elif unsettled and verdict.outcome is Outcome.FAILED:
            verdict = skipped(_UNKNOWN_END)
        return _rejected_check(self._contract, self._operation, self._broken), verdict

    def _accepted(self, *, unsettled: bool) -> Verdict:
        exchange, pagination, asked = self._exchange, self._operation.pagination, self._exchange.input or {}
        code = exchange.error_code
        if code and unsettled:
            return skipped(_UNKNOWN_END)
        if (
            code in self._contract.service.common_errors
            and code not in self._contract.service.rejections
            and exchange.status < _SERVER_ERROR
        ):
            return skipped(f"it was rejected for another reason than its members: {shown(exchange)}")
        if code in self._contract.service.rejections and pagination is not None and pagination.input_token in asked:
            return skipped("it is unknown how a made-up token ought to be rejected")
        if self._answer.form is Form.CLI and pagination is not None:
            # The client puts several pages together: the bound on items is not theirs.
            unbounded = {name: value for name, value in asked.items() if name != pagination.limit}
            exchange = replace(exchange, request=replace(exchange.request, body=dump(unbounded)))
        return evaluate_accepted(self._operation, exchange, exists=False)

    def _listing(self) -> Iterator[tuple[str, Verdict]]:
        """Yield the verdicts on one page of a listing, by what was asked of it, each with the path of its check."""
        operation, asked = self._operation, self._exchange.input or {}
        spec, pagination = operation.listing, operation.pagination
        if spec is None or pagination is None:
            return
        reader, items = Reader.of(operation), _items(operation, self._exchange)
        listing = Listing((self._exchange,), items, complete=True)
        walk = Walked(str(asked.get(operation.subject, operation.name)), listing, len(items))
        for name in spec.filters:
            values = values_at(asked, name)
            if len(values) == 1 and isinstance(value := values[0], str):
                yield f"filter/{value}/only", admits_only(reader, having(reader, name, value), walk, None)
        key, direction = asked.get(spec.sort_by), asked.get(spec.sort_order)
        if isinstance(key, str) and key in spec.keys:
            if direction is not None:
                falling = direction == spec.descending
                yield f"order/{key}/{direction}", sorted_by(reader, key, walk, items, descending=falling)
            if key in spec.omits_items_without_key:
                way = direction or spec.ascending
                yield f"filter/{key}/omits-items-without-it-{way}", keyless_left_out(reader, key, items, walk)
        default = operation.input.members[pagination.limit].effective("default")
        if isinstance(default, int) and pagination.limit not in asked and self._answer.form is not Form.CLI:
            page = [(self._exchange, len(items))]
            yield "pagination/page-size/default-at-most", pages.default_page_size(reader, page, default, exact=False)


def _asks(rule: Rule) -> bool:
    expressions = (rule.when, rule.require, *(expression for _, expression in rule.bindings))
    return any(_OF_REQUEST.search(expression) for expression in expressions)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def own_checks(contract: Contract) -> Iterator[Check]:
    """Yield the checks that a saved answer has and a run has not, for people who look one up."""
    for operation in contract.operations.values():
        yield _accepted_check(contract, operation)
        yield _rejected_check(contract, operation, ())
        yield _code_check(contract, operation)


def _accepted_check(contract: Contract, operation: Operation) -> Check:
    status = (f"{operation.name}/output//http_status",)
    statement = "a valid request is accepted"
    accepts = f"HTTP {operation.http_status} with the operation's answer to what was asked, or an error of its own"
    return _check(operation, "request/answered/let-through", "documented", statement, because(contract, status),
                  accepts, status)  # fmt: skip


def _rejected_check(contract: Contract, operation: Operation, broken: tuple[str, ...]) -> Check:
    statement = "an invalid request is rejected for what is wrong with it"
    places = because(contract, broken, protocol=not broken)
    return _check(operation, "request/answered/refused", "documented", statement, places,
                  str(Rejection.of(contract.service)), broken)  # fmt: skip


def _code_check(contract: Contract, operation: Operation) -> Check:
    facts = contract.stated(f"{operation.name}/error/{code}/present" for code in operation.errors)
    behaviours = bound_by(contract, operation.name, ("error-checks",))
    places = (*because(contract, facts), *(place for each in behaviours for place in of_behaviour(each)))
    statement = "an error is one of the operation's own, or one that is common to the service"
    accepts = f"one of {', '.join((*operation.errors, *contract.service.common_errors))}"
    return _check(operation, "error/answered/code", "inferred", statement, places, accepts, facts)


def _status_check(contract: Contract, operation: Operation, code: str, statuses: Iterable[int]) -> Check:
    own = code in operation.errors
    wanted = f"HTTP {' or '.join(map(str, statuses))}"
    facts = contract.stated([f"{operation.name}/error/{code}/http_status"] if own else [])
    places = because(contract, facts, protocol=not own)
    check = _check(operation, f"error/{code}/http-status", "documented" if own else "protocol",
                   f"{code} comes with {wanted}", places, wanted)  # fmt: skip
    return check if facts and contract.fact(facts[0]).level == "must" else replace(check, level="should")


def _check(  # noqa: PLR0913, PLR0917 - what these checks differ in
    operation: Operation,
    path: str,
    basis: str,
    statement: str,
    places: Iterable[Because],
    accepts: str,
    facts: tuple[str, ...] = (),
) -> Check:
    level = "should" if basis == "inferred" else "must"
    return Check(
        f"{operation.name}/{path}", level, basis, statement, tuple(dict.fromkeys(places)), _offline, facts=facts,
        request=_SAVED, accepts=accepts,
    )  # fmt: skip


def _offline(_: object) -> Verdict:
    return skipped("it is judged on a saved answer only")
