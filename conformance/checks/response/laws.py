"""Output facts, judged on every answer that the run saw: one walk over each distinct answer for all facts."""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.checks.response.shapes import MODELLED, Look, json_kind, looks, type_problem
from conformance.checks.verdict import Tally, Verdict, failed, passed, skipped
from conformance.contract.model import Fact, Node, Operation
from conformance.wire.exchange import Exchange

_SHOWN = 3
_PRESENT = "present"
_OF_ANY_BASIS = frozenset({_PRESENT, "type"})
"""Facets that a member has once, whoever states it."""


@dataclass
class PathValues:
    """What the answers showed of one path: how often it stood or was left out, and what broke which facet."""

    seen: int = 0
    missing: int = 0
    missing_in: Exchange | None = None
    broken: dict[str, list[tuple[str, Exchange]]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    newer_values: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class ObservedValues:
    """All paths of an operation's output over a set of answers, and the members that the contract does not know."""

    paths: Mapping[str, PathValues]
    unknown: frozenset[str]
    answers: int


def observe(operation: Operation, exchanges: Iterable[Exchange]) -> ObservedValues:
    """Walk every distinct accepted answer once and note what each path shows."""
    walk = _Walk(operation)
    bodies: set[bytes] = set()
    for exchange in exchanges:
        if exchange.operation != operation.name or not exchange.ok or exchange.response is None:
            continue
        if exchange.response.body not in bodies:
            bodies.add(exchange.response.body)
            walk.answer(operation, exchange)
    return ObservedValues(walk.observed_values, frozenset(walk.unknown), len(bodies))


class _Walk:
    """Goes through answers. An entry of a list that was seen before, on another page, is not looked at again."""

    def __init__(self, operation: Operation) -> None:
        self.observed_values = {node.path: PathValues() for node in operation.output.walk()}
        self.unknown: set[str] = set()
        self._looks: dict[str, tuple[tuple[str, Look], ...]] = {
            node.path: looks(node) for node in operation.output.walk()
        }
        self._entries: set[tuple[str, bytes]] = set()
        self._exchange: Exchange | None = None

    def answer(self, operation: Operation, exchange: Exchange) -> None:
        self._exchange = exchange
        self.structure(operation.output, exchange.answer or {})

    def value(self, node: Node, value: Any) -> None:
        values_here = self.observed_values[node.path]
        values_here.seen += 1
        if value is None:
            # What is absent is left out: null is no value, and not an absence either.
            self._note(values_here, _PRESENT, "null")
        problem = type_problem(node.type, value)
        if problem:
            self._note(values_here, "type", problem)
            return
        for facet, look in self._looks[node.path]:
            if words := look(value):
                self._note(values_here, facet, words)
        if "enum" in node.documented and value not in node.documented["enum"]:
            values_here.newer_values.add(str(value))
        self._below(node, value)

    def _below(self, node: Node, value: Any) -> None:
        if node.type == "structure":
            self.structure(node, value)
        elif node.type == "list" and node.element is not None:
            for entry in value:
                if node.element.type != "structure" or self._is_new(node.path, entry):
                    self.value(node.element, entry)
        elif node.type == "map" and node.key is not None and node.value is not None:
            for key, entry in value.items():
                self.value(node.key, key)
                self.value(node.value, entry)

    def _is_new(self, path: str, entry: Any) -> bool:
        # Version 2 has no references, so that equal entries come out as equal bytes, whatever page they are on.
        key = (path, marshal.dumps(entry, 2))
        known = key in self._entries
        self._entries.add(key)
        return not known

    def _note(self, values_here: PathValues, facet: str, words: str) -> None:
        values_here.counts[facet] = values_here.counts.get(facet, 0) + 1
        examples = values_here.broken.setdefault(facet, [])
        if len(examples) < _SHOWN and self._exchange is not None:
            examples.append((words, self._exchange))

    def structure(self, node: Node, value: Mapping[str, Any]) -> None:
        for name, member in node.members.items():
            if name in value:
                self.value(member, value[name])
            else:
                values_here = self.observed_values[member.path]
                values_here.missing += 1
                values_here.missing_in = values_here.missing_in or self._exchange
        prefix = f"{node.path}." if node.path else ""
        self.unknown.update(prefix + name for name in value if name not in node.members)


def is_exercisable(fact: Fact) -> bool:
    """Return whether an answer can break this output fact at all.

    That a member may be left out is a permission; a default is what the service fills in at creation, and is judged by
    the laws on resources that the suite made.
    """
    return not (fact.facet == "default" or (fact.facet == "required" and fact.value is False))


def fact_id(fact: Fact) -> str:
    """Return the id of the check of an output fact."""
    return f"{fact.operation}/response/{fact.path}/{'modelled-' if fact.basis == 'modelled' else ''}{fact.facet}"


def evaluate_fact(fact: Fact, observed_values: ObservedValues) -> Verdict:
    """Evaluate one output fact; `skipped` where no answer exercised it."""
    values_here = observed_values.paths[fact.path]
    rests_on = {"answers": observed_values.answers, "values": values_here.seen}
    if fact.facet == "required":
        return _evaluate_required(fact, values_here, rests_on)
    if not values_here.seen:
        return skipped(f"none of {observed_values.answers} answers has {fact.path}")
    key = fact.facet + (MODELLED if fact.basis == "modelled" and fact.facet not in _OF_ANY_BASIS else "")
    examples = values_here.broken.get(key, [])
    if not examples:
        return passed(rests_on, notes=_notes(fact, values_here))
    words = "; ".join(dict.fromkeys(text for text, _ in examples))
    if fact.observed:
        return passed(rests_on, notes=(f"the target follows the observation {', '.join(fact.observed)}: {words}",))
    count = values_here.counts[key]
    return failed(
        f"answer-{fact.facet}",
        f"{count} of {values_here.seen} values of {fact.path} break this",
        expected=expectation(fact),
        received=words,
        rests_on=rests_on,
        exchanges=tuple(dict.fromkeys(exchange for _, exchange in examples))[:1],
    )


def _evaluate_required(fact: Fact, values_here: PathValues, rests_on: dict[str, int]) -> Verdict:
    rests_on = rests_on | {"structures": values_here.seen + values_here.missing}
    if not rests_on["structures"]:
        return skipped(f"no answer has the structure that {fact.path} belongs to")
    if not values_here.missing:
        return passed(rests_on)
    return failed(
        "missing",
        f"{values_here.missing} of {rests_on['structures']} structures lack {fact.path}",
        expected=expectation(fact),
        received=f"{fact.path} left out",
        rests_on=rests_on,
        exchanges=(values_here.missing_in,) if values_here.missing_in else (),
    )


def _notes(fact: Fact, values_here: PathValues) -> tuple[str, ...]:
    if fact.facet == "enum" and values_here.newer_values:
        return (f"newer than this document, but known elsewhere: {', '.join(sorted(values_here.newer_values))}",)
    return ()


def expectation(fact: Fact) -> str:
    """Say in words what a fact demands of a value."""
    value = fact.value
    words = {
        "present": "left out, or a value that is not null",
        "type": f"JSON {json_kind(str(value))}",
        "enum": f"one of {', '.join(map(str, value))}" if isinstance(value, list | tuple) else "",
        "required": "the member in every such structure",
        "min_length": f"at least {value} long",
        "max_length": f"at most {value} long",
        "pattern": f"a full match of {value}",
        "minimum": f"at least {value}",
        "maximum": f"at most {value}",
    }
    return f"{fact.path}: {words.get(fact.facet, fact.facet)}"


def evaluate_status(exchanges: tuple[Exchange, ...], wanted: int) -> Verdict:
    """Check that every success has the documented status, not just some 2xx."""
    tally = Tally("answers")
    for exchange in exchanges:
        tally.hold(exchange.status == wanted, f"HTTP {exchange.status}", exchange)
    return tally.verdict("other-status", f"HTTP {wanted}", lacking="the target gave no such answer")
