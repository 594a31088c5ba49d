"""The judgement on what was saved: a row for each check, as in the record of a run, and what was left out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance import report
from conformance.checks.request.laws import Rejection
from conformance.checks.request.values import request_violations, violations
from conformance.checks.response.laws import expectation
from conformance.contract.model import Contract, Fact, Node, Operation
from conformance.errors import ExitCode
from conformance.suite.rows import judged_row
from conformance.suite.saved import Answer, Content, Form, as_wire
from conformance.suite.saved_checks import Asked, Offline, error_code, exchange_of, plain_members

_FACETS = ("type", "required", "enum", "min_length", "max_length", "pattern", "minimum", "maximum")
_SHOWN = 80


@dataclass(frozen=True)
class Requested:
    """What there is to say of a request.

    `results` has a row for each fact that it exercises, under the fact's own id. `broken` are the facts that it breaks;
    `unsettled` says that it is unknown how it ought to end, `notes` what a reader should know as well.
    """

    results: tuple[report.Result, ...]
    broken: tuple[str, ...]
    unsettled: bool
    notes: tuple[str, ...]
    must_be_answered: str


def evaluate_request(contract: Contract, operation: Operation, members: Mapping[str, Any]) -> Requested:
    """Hold a request's members against the input of an operation.

    A limit is broken only where documents and model agree that the value is outside it.
    """
    reader = _RequestReader(contract, operation)
    rows: dict[str, report.Result] = {}
    for row in reader.of(members):  # the entries of a list share their facts: one that breaks a fact counts
        if row.id not in rows or row.outcome is report.Outcome.FAILED:
            rows[row.id] = row
    results = tuple(rows.values())
    broken = tuple(result.id for result in results if result.outcome is report.Outcome.FAILED)
    unsettled = bool(broken) and set(broken) <= reader.unsettled
    return Requested(results, broken, unsettled, tuple(reader.notes), _answer(operation, broken, unsettled=unsettled))


def _answer(operation: Operation, broken: tuple[str, ...], *, unsettled: bool) -> str:
    if unsettled:
        return f"either the operation's answer, or {Rejection()}: it is unknown which"
    if broken:
        return f"{Rejection()}"
    errors = " or ".join(f"{code} (HTTP {status})" for code, status in operation.errors.items())
    missing = f", or {errors} where nothing has that name" if errors else ""
    return f"HTTP {operation.http_status} with the operation's answer{missing}"


class _RequestReader:
    """Compares a request with the tree of the input."""

    def __init__(self, contract: Contract, operation: Operation) -> None:
        self._operation = operation
        self._facts: dict[tuple[str, str], Fact] = {}
        for fact in contract.facts_of(operation.name, "input"):
            known = self._facts.get((fact.path, fact.facet))
            if known is None or known.basis == "modelled":
                self._facts[fact.path, fact.facet] = fact
        self.unsettled: set[str] = set()
        self.notes: list[str] = []

    def of(self, members: Mapping[str, Any]) -> Iterator[report.Result]:
        """Yield a row for each fact that the request exercises."""
        yield from self._structure(self._operation.input, members, root=True)

    def _structure(self, node: Node, members: Mapping[str, Any], *, root: bool = False) -> Iterator[report.Result]:
        missing = {name for name, facet in request_violations(node, members) if facet == "required"}
        for name, member in node.members.items():
            if member.effective("required"):
                received = "null" if name in members else "left out"
                yield from self._row(member, "required", name in missing, received)
            if members.get(name) is not None:
                yield from self._value(member, members[name])
        unknown = [name for name in members if name not in node.members]
        if unknown:
            where = "the request" if root else node.path
            self.notes.append(f"{where} has members that the contract does not know: {', '.join(map(repr, unknown))}")

    def _value(self, node: Node, value: Any) -> Iterator[report.Result]:
        broken = violations(node, value)
        if node.type == "integer" and isinstance(value, float):
            self._cut(node, value)
        for facet in _FACETS:
            stated = facet == "type" or facet in node.documented or facet in node.modelled
            if facet != "required" and stated and ("type" not in broken or facet == "type"):
                yield from self._row(node, facet, facet in broken, _received(value))
        if "type" in broken:
            return
        if node.type == "structure":
            yield from self._structure(node, value)
        elif node.type == "list" and node.element is not None:
            for entry in value:
                yield from self._value(node.element, entry)
        elif node.type == "map" and node.key is not None and node.value is not None:
            for key, entry in value.items():
                yield from self._value(node.key, key)
                yield from self._value(node.value, entry)

    def _cut(self, node: Node, value: float) -> None:
        """Keep that a fraction where a whole number should be may be cut off instead, as it was seen to be."""
        fact = self._facts.get((node.path, "type"))
        if fact is not None:
            self.unsettled.add(fact.id)
            self.notes.append(f"{node.path}: {value!r} may be refused, or cut to {int(value)} (observed, O35)")

    def _row(self, node: Node, facet: str, breaks: bool, received: str) -> Iterator[report.Result]:  # noqa: FBT001 - a row of a table
        fact = self._facts.get((node.path, facet))
        if fact is None:
            return
        outcome = report.Outcome.FAILED if breaks else report.Outcome.PASSED
        level = report.Level(fact.level)
        yield replace(
            report.bare_result(fact.id, level, fact.basis, outcome),
            area="request",
            kind=f"request-{facet}" if breaks else "",
            reason=f"the request breaks {facet} of {node.path}" if breaks else "",
            expected=_expected(fact),
            received=received,
            statement=f"{fact.path}: {facet}",
            because=tuple(report.Because(source.id, source.line) for source in fact.sources),
            rests_on={"values": 1},
            facts=(fact.id,),
        )


def _expected(fact: Fact) -> str:
    return f"{fact.path} in every request" if fact.facet == "required" else expectation(fact)


def _received(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


_JUDGED = frozenset({report.Outcome.PASSED, report.Outcome.FAILED})
_NO_REQUEST = "add the request with --request"
_BROKEN_REQUEST = "the request is not valid"


@dataclass(frozen=True)
class CheckResult:
    """What one saved answer, one saved request, or both together come to.

    `answer` and `request` name the files, None where there is none. `must_be_answered` says what a conforming server
    answers to the request. `foreign` says that what should be an answer has none of its members. `left_out` says what
    could not be judged, `unknown` are members that the contract lacks.
    """

    operation: str
    answer: str | None
    request: str | None
    form: Form | None
    why: str
    is_error: bool
    foreign: bool
    results: tuple[report.Result, ...]
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    must_be_answered: str = ""

    def selected(self, levels: Collection[str]) -> CheckResult:
        """Return the judgement with the rows of these levels; () is all."""
        kept = tuple(result for result in self.results if result.level.value in (levels or [result.level.value]))
        return replace(self, results=kept)

    @property
    def counts(self) -> Counter[report.Outcome]:
        """How many rows there are of each outcome."""
        return Counter(result.outcome for result in self.results)

    def against(self, *, strict: bool) -> int:
        """Count the rows that alone make it non-conforming."""
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
    asked = None if request is None else plain_members(request.members)
    requested = None if asked is None else evaluate_request(contract, operation, asked)
    if answer is None:
        if requested is None or request is None:
            raise ValueError("there is neither an answer nor a request")
        return CheckResult(
            operation.name, None, request.file, None, "", is_error=False, foreign=False,
            results=requested.results, notes=requested.notes, must_be_answered=requested.must_be_answered,
        )  # fmt: skip
    wire = as_wire(operation, answer.members, form, layout=answer.layout)
    return _of_answer(contract, operation, wire, answer.file, asked, requested, request.file if request else None)


def _of_answer(  # noqa: PLR0913, PLR0917 - as above
    contract: Contract,
    operation: Operation,
    answer: Answer,
    file: str,
    asked: Mapping[str, Any] | None,
    requested: Requested | None,
    request: str | None,
) -> CheckResult:
    exchange = exchange_of(operation, answer, asked)
    # What an invalid request asks for, no answer can be measured by.
    measured = exchange_of(operation, answer, None if requested is None or requested.broken else asked)
    lacking = _NO_REQUEST if requested is None else _BROKEN_REQUEST
    offline = Offline(contract, operation, answer, measured, lacking)
    judged = list(offline.verdicts())
    if answer.is_error:
        judged += error_code(contract, operation, answer, exchange)
    if requested is not None:
        asked_exchange = Asked(contract, operation, answer, exchange, requested.broken, requested.unsettled)
        judged.append(asked_exchange.ending())
        judged += [(offline.checks[check_id], ask()) for check_id, ask in asked_exchange.judges()]
    results = report.sort_results(judged_row(check, verdict) for check, verdict in judged)
    return CheckResult(
        operation.name,
        file,
        request,
        answer.form,
        answer.why,
        answer.is_error,
        not answer.is_error and not operation.output.members.keys() & answer.body.keys(),
        results,
        left_out=tuple(_left_out(results, offline)),
        notes=tuple(_of_request(requested)),
        unknown=tuple(sorted(offline.unknown)),
        must_be_answered=requested.must_be_answered if requested else "",
    )


def _of_request(requested: Requested | None) -> Iterable[str]:
    if requested is None:
        return
    for result in requested.results:
        if result.outcome is report.Outcome.FAILED:
            yield f"the request breaks {result.id}: {result.received}"
    yield from requested.notes


def _left_out(results: Iterable[report.Result], offline: Offline) -> Iterable[str]:
    skipped = Counter(result.area for result in results if result.outcome is report.Outcome.SKIPPED)
    if skipped["response"]:
        yield f"{skipped['response']:,} facts about members that this answer does not have"
    others = sum(count for area, count in skipped.items() if area != "response")
    if others:
        yield f"{others:,} rules and laws that have nothing to go by in this answer"
    yield from offline.left_out
    judged = {result.id for result in results}
    rest = sum(check not in judged for check in offline.checks)
    yield f"{rest:,} checks of a run in all, most of which send requests of their own: conformance run"
