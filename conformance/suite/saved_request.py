"""A saved request, compared with the input of its operation: which facts it breaks, and what it must be answered."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance import report
from conformance.checks.request.laws import Rejection
from conformance.checks.request.values import breaks_union, request_violations, violations
from conformance.checks.response.laws import expectation
from conformance.contract.examples import held
from conformance.contract.model import Contract, Fact, Node, Operation

_FACETS = ("type", "required", "enum", "min_length", "max_length", "pattern", "minimum", "maximum", "union")
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
    return Requested(
        results, broken, unsettled, tuple(reader.notes), _answer(contract, operation, broken, unsettled=unsettled)
    )


def _answer(contract: Contract, operation: Operation, broken: tuple[str, ...], *, unsettled: bool) -> str:
    rejection = Rejection.of(contract.service)
    if unsettled:
        return f"either the operation's answer, or {rejection}: it is unknown which"
    if broken:
        return str(rejection)
    errors = " or ".join(f"{code} (HTTP {error.http_status})" for code, error in operation.not_found.items())
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
        for group in self._operation.either:
            given = [name for name in group.members if members.get(name) is not None]
            if not given or (group.exactly and len(given) > 1):
                words = f"{'exactly' if group.exactly else 'at least'} one of {', '.join(group.members)} must be given"
                self.notes.append(f"{words}, and {', '.join(given) or 'none'} is")

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
        broken = violations(node, value) | breaks_union(node, value)
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
        elif node.type in {"list", "map"}:
            for part, entry in held(node, value):
                yield from self._value(part, entry)

    def _cut(self, node: Node, value: float) -> None:
        """Keep that a fraction where a whole number should be may be cut off instead, as it was seen to be."""
        fact = self._facts.get((node.path, "type"))
        if fact is not None:
            self.unsettled.add(fact.id)
            self.notes.append(f"{node.path}: {value!r} may be rejected, or cut to {int(value)} (observed, O35)")

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
