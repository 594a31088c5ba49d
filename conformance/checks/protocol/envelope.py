"""The envelope around answers: a table of rules on headers and bodies, each a law over all that a run has seen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from itertools import islice

from conformance.checks.attribution import fresh_token
from conformance.checks.check import Check, because
from conformance.checks.protocol.circumstances import (
    date_of,
    elsewhere,
    in_the_partition,
    in_the_region,
    names_resources,
    nothing_to_come,
    of_one_account,
    of_the_name,
    tells_times,
)
from conformance.checks.request.builder import Expect
from conformance.checks.request.cases import cases_in
from conformance.checks.verdict import Tally, Verdict, failed, passed, skipped
from conformance.contract.model import Contract, Operation, Service
from conformance.session.session import TargetSession
from conformance.wire.exchange import Exchange, Signing, bare_code, shown
from conformance.wire.request import Request

_SUCCESS = range(200, 300)
_CLIENT_ERRORS = range(400, 500)
_OF_HTTP = frozenset({405, 408, 411, 413, 414, 417, 421, 426, 431})
"""Statuses that a server of HTTP answers with by itself: what comes with them is documented nowhere."""
_LACKING = "the target gave no such answer"
_PAIR = 2
_TYPE, _LENGTH, _ID, _DATE = "Content-Type", "Content-Length", "x-amzn-RequestId", "Date"
_SINGLE = (_TYPE, _LENGTH, _ID, _DATE, "Server")
"""Headers that no answer has twice: their values can't be joined by commas (RFC 9110, section 5.3)."""
_SHOWN = 200
"""Characters of a body that are shown."""
_FEW = 5
"""Kinds of answers that are shown where more break a law."""
SLACK_S = 900.0
"""Seconds that a Date may be off: from there on AWS takes no signature that was made by it."""

Evaluate = Callable[[Service, Operation, tuple[Exchange, ...]], Verdict]
"""Evaluates answers of an operation."""


@dataclass(frozen=True)
class _Each:
    """A law that each answer keeps or breaks by itself; the verdict says on which kinds of answers it rests."""

    kind: str
    expected: str
    """With `{content_type}` where it speaks of the protocol's."""
    holds: Callable[[Exchange, Service], bool | None]
    """None for an answer that the law says nothing about."""
    tells: Callable[[Exchange], str]
    """Says of an answer that breaks the law what the law looked at."""

    def __call__(self, service: Service, _: Operation, exchanges: tuple[Exchange, ...]) -> Verdict:
        kinds: dict[str, Tally] = {}
        for exchange in exchanges:
            held = self.holds(exchange, service) if exchange.response is not None else None
            if held is not None:
                tally = kinds.setdefault(kind := _kind_of(exchange), Tally(kind))
                tally.hold(held, "" if held else self.tells(exchange), exchange)
        if not kinds:
            return skipped(_LACKING)
        rests_on = {name: kinds[name].seen for name in sorted(kinds)}
        broken = [tally for tally in kinds.values() if tally.broken]
        if not broken:
            return passed(rests_on)
        first = broken[:_FEW]
        return failed(
            self.kind,
            f"{sum(tally.broken for tally in broken)} of {sum(rests_on.values())} answers break this",
            expected=self.expected.format(content_type=service.content_type),
            received="; ".join(
                f"{tally.violations[0]} ({tally.broken} of {tally.seen} {tally.noun})" for tally in first
            ),
            exchanges=tuple(tally.exchanges[0] for tally in first),
            rests_on=rests_on,
        )


def _kind_of(exchange: Exchange) -> str:
    """Name the kind of an answer: answers, or errors by their code."""
    return "answers" if exchange.ok else exchange.error_code or f"answers with HTTP {exchange.status}"


def _header(exchange: Exchange, name: str) -> str | None:
    return exchange.response.header(name) if exchange.response else None


def _value_of(name: str) -> Callable[[Exchange], str]:
    """Return what says which value a header has, and how long the body is."""

    def show(exchange: Exchange) -> str:
        value, length = _header(exchange, name), len(exchange.response.body) if exchange.response else 0
        return f"HTTP {exchange.status} with {f'no {name}' if value is None else f'{name}: {value}'}, {length} bytes"

    return show


def _body(exchange: Exchange) -> str:
    body = exchange.response.body if exchange.response else b""
    return f"HTTP {exchange.status}: {body[:_SHOWN].decode('utf-8', 'replace')}{'…' if len(body) > _SHOWN else ''}"


def _has_content_type(exchange: Exchange, service: Service) -> bool:
    values = exchange.response.headers_named(_TYPE) if exchange.response else ()
    return {value.split(";", 1)[0].strip().lower() for value in values} == {service.content_type}


def _has_its_length(exchange: Exchange, _: Service) -> bool | None:
    length = _header(exchange, _LENGTH)
    if length is None or exchange.response is None or _header(exchange, "content-encoding"):
        return None
    return length.isdecimal() and int(length) == len(exchange.response.body)


_TYPE_FORM = re.compile(r"([^#:\s]+#)?\w+")
"""A shape's name, or its id with the namespace."""


def _has_type_form(exchange: Exchange, _: Service) -> bool:
    return _TYPE_FORM.fullmatch(str((exchange.answer or {}).get("__type", ""))) is not None


def _codes(exchange: Exchange) -> list[str]:
    """Return the codes that an error names: in its body, and in the header."""
    header = bare_code(_header(exchange, "x-amzn-errortype"))
    return [code for code in (exchange.error_code, header) if code]


def _names_one_code(exchange: Exchange, _: Service) -> bool | None:
    codes = _codes(exchange)
    return len(set(codes)) == 1 if codes else None


_OFTEN_WITHOUT_MESSAGE = frozenset({"SerializationException", "UnknownOperationException"})
"""Errors that were seen without a message (O33, O34)."""


def _has_message(exchange: Exchange, _: Service) -> bool | None:
    if exchange.error_code in _OFTEN_WITHOUT_MESSAGE:
        return None
    return any(isinstance((exchange.answer or {}).get(name), str) for name in ("message", "Message"))


def _repeated(exchange: Exchange) -> list[tuple[str, tuple[str, ...]]]:
    found = [(name, exchange.response.headers_named(name)) for name in _SINGLE] if exchange.response else []
    return [(name, values) for name, values in found if len(values) > 1]


def _show_repeated(exchange: Exchange) -> str:
    return ", ".join(f"{name} {len(values)} times: {', '.join(values)}" for name, values in _repeated(exchange))


def _is_dated_now(exchange: Exchange, _: Service) -> bool | None:
    date, at = date_of(exchange), exchange.response.at if exchange.response else 0.0
    return None if date is None or not at else abs(date - at) <= SLACK_S


def _show_date(exchange: Exchange) -> str:
    off = (date_of(exchange) or 0.0) - (exchange.response.at if exchange.response else 0.0)
    return f"Date: {_header(exchange, _DATE)}, {abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} the suite's clock"


def _has_status_of_code(exchange: Exchange, service: Service) -> bool | None:
    statuses = {error.code: error.http_status for error in service.common_errors.values()}
    known = statuses.get(exchange.error_code)
    return None if known is None else exchange.status in known


def _unique_ids(_: Service, __: Operation, exchanges: tuple[Exchange, ...]) -> Verdict:
    ids = [(found, exchange) for exchange in exchanges if (found := _header(exchange, _ID))]
    counts = Counter(found for found, _ in ids)
    tally = Tally("answers", needs=_PAIR)
    for found, exchange in dict(reversed(ids)).items():
        tally.hold(counts[found] == 1, f"{found} {counts[found]} times", exchange)
    lacking = "fewer than two answers carry a request id"
    tally.seen = len(ids)
    return tally.verdict("request-id-repeated", "another id for each request", lacking=lacking)


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


@dataclass(frozen=True)
class Rule:
    """A row of the table: one rule, its check and its law. What rests on the protocol is a must, all else a should."""

    place: str
    """Subject and case of the check id."""
    scope: Scope
    basis: str
    observed: tuple[str, ...]
    statement: str
    law: Evaluate
    shares: tuple[str, ...] = ()
    cites_protocol: bool = True
    applies: Callable[[Contract, Operation], bool] = lambda *_: True

    def check(self, contract: Contract, operation: Operation) -> Check:
        """Return the check: it looks at all that a run saw, and comes last."""
        return Check(
            f"{operation.name}/protocol/{self.place}",
            "must" if self.basis == "protocol" else "should",
            self.basis,
            self.statement,
            because(contract, observed=self.observed, protocol=self.cites_protocol),
            partial(_run, self, operation),
            request=f"a plain request, an unknown name, and an invalid one; and it looks at {self.scope.value}",
            accepts=self.statement,
            gathered=True,
            shares=self.shares,
        )


_JSON = _Each("no-json", "one JSON object", lambda item, _: item.answer is not None, shown)
_CONTENT_TYPE = _Each("content-type", "Content-Type: {content_type}", _has_content_type, _value_of(_TYPE))
_REQUEST_ID = _Each(
    "request-id", "x-amzn-RequestId with a value", lambda item, _: bool(_header(item, _ID)), _value_of(_ID)
)
_IS_JSON = ("answer-is-json",)

_ENVELOPE = (
    Rule("answer/json-object", Scope.ANSWERS, "protocol", (), "the body of an answer is one JSON object in UTF-8",
         _JSON, shares=_IS_JSON),
    Rule("answer/content-type", Scope.ANSWERS, "protocol", ("O1",), "an answer names the protocol's content type",
         _CONTENT_TYPE),
    Rule("answer/request-id", Scope.ANSWERS, "observed", ("O1",), "an answer carries x-amzn-RequestId", _REQUEST_ID),
    Rule("answer/request-id-unique", Scope.EVERYTHING, "observed", ("O1",),
         "every answer has a request id of its own", _unique_ids),
    Rule("answer/content-length", Scope.EVERYTHING, "protocol", (), "a Content-Length, where given, is the body's",
         _Each("content-length", "the length of the body", _has_its_length, _value_of(_LENGTH))),
    Rule("answer/single-headers", Scope.EVERYTHING, "inferred", (),
         "Content-Type, Content-Length, Date, Server and x-amzn-RequestId come once each",
         _Each("header-repeated", "each of these headers at most once", lambda item, _: not _repeated(item),
               _show_repeated)),
    Rule("answer/date", Scope.EVERYTHING, "observed", ("O1",), "an answer carries the Date of HTTP",
         _Each("no-date", "a Date of HTTP, in GMT", lambda item, _: date_of(item) is not None, _value_of(_DATE))),
    Rule("answer/date-is-now", Scope.EVERYTHING, "inferred", (),
         "Date is the time of the answer, within a quarter of an hour: clients set their clocks by it",
         _Each("date-off", f"a Date within {SLACK_S:.0f} s of now", _is_dated_now, _show_date)),
    Rule("error-body/json-object", Scope.ERRORS, "protocol", (), "the body of an error is one JSON object in UTF-8",
         _JSON, shares=_IS_JSON),
    Rule("error-body/type", Scope.ERRORS, "protocol", ("O32",),
         "an error names its code in __type, or in x-amzn-errortype",
         _Each("no-error-code", "an error code in __type or x-amzn-errortype", lambda item, _: bool(item.error_code),
               _body)),
    Rule("error-body/bare-type", Scope.ALL_ERRORS, "observed", ("O32",),
         "__type is the bare name of the error's shape",
         _Each("error-type-form", "__type with the bare name of the error",
               lambda item, _: (item.answer or {}).get("__type") == item.error_code != "", _body),
         applies=lambda contract, _: contract.service.json_version != "1.0"),
    Rule("error-body/type-form", Scope.ALL_ERRORS, "inferred", (),
         "__type is the name of the error's shape, or its id: a namespace, # and the name",
         _Each("error-type-form", "__type with Name or namespace#Name", _has_type_form, _body),
         applies=lambda contract, _: contract.service.json_version == "1.0"),
    Rule("error-body/one-code", Scope.ALL_ERRORS, "inferred", (),
         "an error names one code: clients read its body or x-amzn-errortype",
         _Each("several-codes", "the same code in the body and in x-amzn-errortype", _names_one_code,
               lambda item: f"HTTP {item.status}: {' in the body, '.join(_codes(item))} in x-amzn-errortype")),
    Rule("error-body/message", Scope.ALL_ERRORS, "observed", ("O32",), "an error has a message, a string",
         _Each("no-message", "message or Message, a string", _has_message, _body)),
    Rule("error-body/content-type", Scope.ALL_ERRORS, "observed", ("O32",),
         "an error names the protocol's content type", _CONTENT_TYPE),
    Rule("error-body/request-id", Scope.ALL_ERRORS, "observed", ("O32",), "an error carries x-amzn-RequestId",
         _REQUEST_ID),
)  # fmt: skip


_OF_ARNS = ("O16",)


def _says_nothing_of_arns(contract: Contract, operation: Operation) -> bool:
    """Return whether ARNs were seen to end in names, and no law of the contract's own says more precisely in which."""
    if not any(observation in contract.observations for observation in _OF_ARNS):
        return False
    named = (law for each in contract.behaviours if operation.name in each.operations for law in each.laws)
    return names_resources(operation) and not any("arn" in law.split("-") for law in named)


_CIRCUMSTANCES = (
    Rule("arn/region", Scope.HERE, "observed", _OF_ARNS, "ARNs name the region that the request was signed for",
         in_the_region, applies=lambda _, operation: names_resources(operation)),
    Rule("arn/partition", Scope.HERE, "observed", _OF_ARNS, "ARNs name the partition that their region belongs to",
         in_the_partition, applies=lambda _, operation: names_resources(operation)),
    Rule("arn/account", Scope.HERE, "observed", _OF_ARNS, "ARNs name one account", of_one_account,
         applies=lambda _, operation: names_resources(operation)),
    Rule("arn/name", Scope.HERE, "observed", _OF_ARNS, "ARNs end in the name of the resource", of_the_name,
         applies=_says_nothing_of_arns),
    Rule("answer/times-have-been", Scope.ANSWERS, "inferred", ("O1",),
         "what has happened by an answer is not later than the answer, by its own Date", nothing_to_come,
         applies=lambda _, operation: tells_times(operation)),
    Rule("error-body/status", Scope.ERRORS, "observed", ("O31", "O33", "O34"),
         "an error that any operation may answer with has the HTTP status of its code",
         _Each("error-status", "the HTTP status of the error's code", _has_status_of_code, shown),
         cites_protocol=False),
)  # fmt: skip

RULES: Mapping[str, Rule] = {rule.place: rule for rule in (*_ENVELOPE, *_CIRCUMSTANCES)}
"""Every rule by its place."""


def envelope_checks(contract: Contract, operation: Operation) -> Iterator[Check]:
    """Yield the checks of the envelope."""
    yield from (rule.check(contract, operation) for rule in _ENVELOPE if rule.applies(contract, operation))
    if names_resources(operation):
        yield Check(
            f"{operation.name}/protocol/arn/other-region",
            "should",
            "observed",
            "a resource is unknown in another region, or its ARN names that one",
            because(contract, observed=_OF_ARNS, protocol=True),
            partial(_elsewhere, operation),
            request=f"POST {operation.name}, signed for another region",
            accepts="an error, or ARNs in that region",
        )
    yield from (rule.check(contract, operation) for rule in _CIRCUMSTANCES if rule.applies(contract, operation))


def _elsewhere(operation: Operation, session: TargetSession) -> Verdict:
    if not session.owned:
        return skipped("a second region is asked only where the suite brought the state, or where it is built in")
    if not session.exists(operation):
        return skipped("there is no resource to ask for")
    plain = session.plain(operation)
    here = session.exchange(plain).request.region
    return elsewhere(
        session.contract.service, operation, session.exchange(replace(plain, signing=Signing.OTHER_REGION)), here
    )


def _run(rule: Rule, operation: Operation, session: TargetSession) -> Verdict:
    gathered = session.remembered(
        ("gathered", operation.name, rule.scope), lambda: _gathered(session, operation, rule.scope)
    )
    return rule.law(session.contract.service, operation, gathered)


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
    """Return whether what a request was answered with is within a scope."""
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
        asked = [session.about(operation, name) for name in (session.unknown_name(operation), "-")]
    else:
        rejected = (case for case in cases_in(session, operation) if case.expect is Expect.REFUSED)
        asked = [dict(case.members) for case in islice(rejected, 2)]
    for members in asked:
        session.exchange(Request.call(operation.name, members), ordinary=False)
