"""Output facts, judged on every answer that the run saw: one walk over each distinct answer for all facts."""

from __future__ import annotations

import marshal
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.checks.response.shapes import MODELLED, Look, json_kind, looks, type_problem
from conformance.checks.verdict import Verdict, failed, passed, skipped
from conformance.contract.model import Fact, Node, Operation
from conformance.wire.exchange import Exchange

_SHOWN = 3
_PRESENT = "present"
_PLAIN = 2
"""The version of marshal without references: equal values come out as equal bytes, wherever they are."""
_MEMBER = re.compile(r"\w+(?=\W*$)")
"""The last member that a path names: `Tags[].Key` leads to Key, and `Names[]` to Names."""
_OF_ANY_BASIS = frozenset({_PRESENT, "type"})
"""Facets that a member has once, whoever states it."""


@dataclass
class PathValues:
    """What the answers showed of one path: how often it was there or left out, and what broke which facet."""

    seen: int = 0
    missing: int = 0
    missing_in: Exchange | None = None
    broken: dict[str, list[tuple[str, Exchange]]] = field(default_factory=dict)
    """Facet to what was received, and where."""
    newer_values: set[str] = field(default_factory=set)
    wire_type: str = ""

    def note(self, facet: str, received: str, exchange: Exchange) -> None:
        """Note a value that breaks a facet."""
        self.broken.setdefault(facet, []).append((received, exchange))


@dataclass(frozen=True)
class ObservedValues:
    """All paths of an operation's output over a set of answers, and the members that the contract does not know."""

    paths: Mapping[str, PathValues]
    unknown: frozenset[str]
    answers: int


Value = tuple[str, bytes]
"""A value with the name of the member that has it."""


def values_in(name: str, value: Any) -> Iterator[Value]:
    """Yield a value and all that is inside it, each with the name of the innermost member around it, in small letters.

    What is inside a map has the name of its key, and that of the map.
    """
    yield name.lower(), marshal.dumps(value, _PLAIN)
    if isinstance(value, dict):
        for key, entry in value.items():
            yield name.lower(), marshal.dumps(key, _PLAIN)
            yield name.lower(), marshal.dumps(entry, _PLAIN)
            yield from values_in(key, entry)
    elif isinstance(value, list):
        for entry in value:
            yield from values_in(name, entry)


def observe(
    operation: Operation, exchanges: Iterable[Exchange], put_in: Callable[[], Collection[Value]] = frozenset
) -> ObservedValues:
    """Walk every distinct accepted answer once and note what each path shows.

    What breaks a facet and was `put_in` by a request says nothing of the answer: that the target took it is the fault.
    """
    walk = _Walk(operation, put_in)
    bodies: set[bytes] = set()
    for exchange in exchanges:
        if exchange.operation != operation.name or not exchange.ok or exchange.response is None:
            continue
        if exchange.response.body not in bodies:
            bodies.add(exchange.response.body)
            walk.structure(operation.output, exchange.answer or {}, exchange)
    return ObservedValues(walk.observed_values, frozenset(walk.unknown), len(bodies))


class _Walk:
    """Goes through answers. An entry of a list that was seen before, on another page, is not looked at again."""

    def __init__(self, operation: Operation, put_in: Callable[[], Collection[Value]]) -> None:
        nodes = tuple(operation.output.walk())
        self._put_in = put_in
        self.observed_values = {node.path: PathValues(wire_type=node.wire_type) for node in nodes}
        self.unknown: set[str] = set()
        self._looks: dict[str, tuple[tuple[str, Look], ...]] = {node.path: looks(node) for node in nodes}
        self._entries: set[tuple[str, bytes]] = set()

    def structure(self, node: Node, value: Mapping[str, Any], exchange: Exchange) -> None:
        for name, member in node.members.items():
            if name in value:
                self._value(member, value[name], exchange)
            else:
                values_here = self.observed_values[member.path]
                values_here.missing += 1
                values_here.missing_in = values_here.missing_in or exchange
        prefix = f"{node.path}." if node.path else ""
        self.unknown.update(prefix + name for name in value if name not in node.members)

    def _value(self, node: Node, value: Any, exchange: Exchange, *, sparse: bool = False) -> None:
        values_here = self.observed_values[node.path]
        if value is None and (sparse or node.nullable):
            values_here.seen += 1
            return
        problem = type_problem(node.wire_type, value)
        broken = {"type": problem} if problem else {}
        if not problem:
            broken = {facet: received for facet, look in self._looks[node.path] if (received := look(value))}
        if broken and value is not None and self._was_put_in(node, value):
            return
        values_here.seen += 1
        if value is None:
            # What is absent is left out: null is no value, and not an absence either.
            values_here.note(_PRESENT, "null", exchange)
        for facet, received in broken.items():
            values_here.note(facet, received, exchange)
        if problem:
            return
        if "enum" in node.documented and value not in node.documented["enum"]:
            values_here.newer_values.add(str(value))
        if not node.recursive:
            self._below(node, value, exchange)

    def _below(self, node: Node, value: Any, exchange: Exchange) -> None:
        if node.type == "structure":
            self.structure(node, value, exchange)
        elif node.type == "list" and node.element is not None:
            for entry in value:
                if node.element.type != "structure" or self._is_new(node.path, entry):
                    self._value(node.element, entry, exchange, sparse=node.sparse)
        elif node.type == "map" and node.key is not None and node.value is not None:
            for key, entry in value.items():
                self._value(node.key, key, exchange)
                self._value(node.value, entry, exchange, sparse=node.sparse)

    def _was_put_in(self, node: Node, value: Any) -> bool:
        named = _MEMBER.search(re.sub(r"\{\w+\}", "", node.path))
        return named is not None and (named[0].lower(), marshal.dumps(value, _PLAIN)) in self._put_in()

    def _is_new(self, path: str, entry: Any) -> bool:
        key = (path, marshal.dumps(entry, _PLAIN))
        known = key in self._entries
        self._entries.add(key)
        return not known


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
    broken = values_here.broken.get(key, [])
    if not broken:
        newer = ", ".join(sorted(values_here.newer_values)) if fact.facet == "enum" else ""
        return passed(rests_on, notes=(f"newer than this document, but known elsewhere: {newer}",) if newer else ())
    words = "; ".join(dict.fromkeys(text for text, _ in broken[:_SHOWN]))
    if fact.observed:
        return passed(rests_on, notes=(f"the target follows the observation {', '.join(fact.observed)}: {words}",))
    return failed(
        f"answer-{fact.facet}",
        f"{len(broken)} of {values_here.seen} values of {fact.path} break this",
        expected=expectation(fact, values_here.wire_type),
        received=words,
        rests_on=rests_on,
        exchanges=(broken[0][1],),
    )


def _evaluate_required(fact: Fact, values_here: PathValues, rests_on: dict[str, int]) -> Verdict:
    structures = values_here.seen + values_here.missing
    rests_on = rests_on | {"structures": structures}
    if not structures:
        return skipped(f"no answer has the structure that {fact.path} belongs to")
    if values_here.missing_in is None:
        return passed(rests_on)
    return failed(
        "missing",
        f"{values_here.missing} of {structures} structures lack {fact.path}",
        expected=expectation(fact),
        received=f"{fact.path} left out",
        rests_on=rests_on,
        exchanges=(values_here.missing_in,),
    )


def expectation(fact: Fact, wire_type: str = "") -> str:
    """Say in words what a fact demands of a value; `wire_type` is the type on the wire, where it may be another."""
    value = fact.value
    words = {
        "present": "left out, or a value that is not null",
        "type": f"JSON {json_kind(wire_type or str(value))}",
        "enum": f"one of {', '.join(map(str, value))}" if isinstance(value, list | tuple) else "",
        "required": "the member in every such structure",
        "min_length": f"at least {value} long",
        "max_length": f"at most {value} long",
        "pattern": f"a full match of {value}",
        "minimum": f"at least {value}",
        "maximum": f"at most {value}",
        "union": "exactly one of its members",
        "format": "a time in ISO 8601, with its zone",
    }
    return f"{fact.path}: {words.get(fact.facet, fact.facet)}"
