"""Reading of `behaviours/*.yaml`: claims about more than one member or exchange, and who judges them.

JMESPath gives null for a member that does not exist, so that a typo would make a rule that never applies. Each
expression is therefore followed through the nodes of the operation, as far as what it gives can be known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions

from conformance.contract.citations import cited_by_behaviour
from conformance.contract.files import ContractError, known, known_names
from conformance.contract.model import Behaviour, Node, Observation, Operation, Rule, Source
from conformance.errors import suggest
from conformance.inputs import Entries, Section

EXTRA_FUNCTIONS = ("matches", "compiles", "number")
"""Functions that rules have in addition to those of JMESPath."""

_FUNCTIONS = frozenset((*Functions.FUNCTION_TABLE, *EXTRA_FUNCTIONS))
_SAME_KIND = frozenset(("sort_by", "sort", "reverse", "not_null"))


@dataclass(frozen=True)
class _Items:
    """A list whose entries may be any of the kinds."""

    kinds: tuple[Any, ...]


@dataclass(frozen=True)
class _Record:
    """An object that an expression made, or the scope of a rule."""

    members: Mapping[str, tuple[Any, ...]]


class _Anything:
    """A value of which nothing is known: whatever is asked of it may be there."""


_ANYTHING = (_Anything(),)

Kinds = tuple[Any, ...]
"""What a value may be: nodes, items, records, anything; empty for null."""


def _check_rule(rule: Rule, written: Section, operation: Operation) -> None:
    """Reject an expression that does not compile, or that names what does not exist. Raises ContractError."""
    scope: dict[str, Kinds] = {"request": (operation.input,), "answer": (operation.output,)}
    for name, expression in rule.bindings:
        where = written["for"].at(name)
        if name in scope:
            raise ContractError(
                f"the name {name!r} is bound already", where=where, hint="choose another name for this binding"
            )
        bound = _Walk(expression, where).kinds(_compiled(expression, where), (_Record(dict(scope)),))
        scope[name] = tuple(_entries(bound, or_itself=True))
    for key in ("when", "require", "show"):
        if key in written:
            expression, where = written[key], written.at(key)
            _Walk(expression, where).kinds(_compiled(expression, where), (_Record(scope),))


def _compiled(expression: str, where: str) -> Any:
    try:
        return jmespath.compile(expression).parsed
    except JMESPathError as error:
        reason = str(error).splitlines()[0]
        raise ContractError(
            f"the expression {expression!r} is no JMESPath: {reason}",
            where=where,
            hint="fix the expression; literals are written in single quotes or backticks",
        ) from error


@dataclass(frozen=True)
class _Walk:
    """Follows one expression; `where` is for errors."""

    expression: str
    where: str

    def kinds(self, part: Mapping[str, Any], current: Kinds) -> Kinds:
        """Return what a part of the expression may be, evaluated on the current value."""
        children = part.get("children", ())
        match part["type"]:
            case "field":
                return self.field(part["value"], current)
            case "subexpression" | "index_expression" | "pipe":
                for child in children:
                    current = self.kinds(child, current)
                return current
            case "projection" | "value_projection" | "filter_projection":
                return self.projection(part["type"], children, current)
            case "function_expression":
                return self.function(part["value"], children, current)
            case "current" | "identity":
                return current
            case _:
                return self.made(part, children, current)

    def made(self, part: Mapping[str, Any], children: list[Any], current: Kinds) -> Kinds:
        """Return what lists, objects and logic make of their parts; comparisons and literals have no members."""
        if part["type"] == "multi_select_dict":
            return (_Record({pair["value"]: self.kinds(pair["children"][0], current) for pair in children}),)
        parts = () if part["type"] == "slice" else self.parts(children, current)  # a slice has numbers for children
        match part["type"]:
            case "index":
                return tuple(_entries(current))
            case "or_expression" | "and_expression":
                return parts
            case "slice":
                held = tuple(_entries(current))
            case "flatten":
                held = tuple(_entries(tuple(_entries(parts)), or_itself=True))
            case "multi_select_list":
                held = parts
            case _:
                return _ANYTHING
        return (_Items(held),)

    def parts(self, children: list[Any], current: Kinds) -> Kinds:
        """Return what any of several parts may be."""
        return tuple(kind for child in children for kind in self.kinds(child, current))

    def projection(self, kind: str, children: list[Any], current: Kinds) -> Kinds:
        """Follow `[*]`, `[?...]` and `*`: the right side sees each entry of the left one."""
        left = self.kinds(children[0], current)
        entries = tuple(_values(left)) if kind == "value_projection" else tuple(_entries(left))
        if kind == "filter_projection":
            self.kinds(children[2], entries)
        return (_Items(self.kinds(children[1], entries)),)

    def function(self, name: str, arguments: list[Any], current: Kinds) -> Kinds:
        """Follow the arguments of a call; those behind `&` see the entries of the list next to them."""
        if name not in _FUNCTIONS:
            raise ContractError(
                f"there is no function {name!r} in the expression {self.expression!r}",
                where=self.where,
                hint=suggest(name, sorted(_FUNCTIONS)),
            )
        plain = [self.kinds(argument, current) for argument in arguments if argument["type"] != "expref"]
        entries = tuple(entry for kinds in plain for entry in _entries(kinds))
        behind = [self.kinds(part["children"][0], entries) for part in arguments if part["type"] == "expref"]
        if name == "map" and behind:
            return (_Items(behind[0]),)
        if name in {"max_by", "min_by"}:
            return entries
        return tuple(kind for kinds in plain for kind in kinds) if name in _SAME_KIND else _ANYTHING

    def field(self, name: str, current: Kinds) -> Kinds:
        """Return the member of that name; it is an error if nothing that the current value may be can have it."""
        found: list[Any] = []
        known: list[str] = []
        held = not current
        for kind in current:
            if isinstance(kind, _Anything):
                return _ANYTHING
            if isinstance(kind, Node) and kind.type == "map":
                held = True
                found.append(kind.value)
            elif isinstance(kind, Node) and name in kind.members:
                found.append(kind.members[name])
            elif isinstance(kind, Node):
                known.extend(kind.members)
            elif isinstance(kind, _Record):
                held = held or name in kind.members
                found.extend(kind.members.get(name, ()))
                known.extend(kind.members)
        if found or held:
            return tuple(found)
        lists = any(isinstance(kind, _Items) or (isinstance(kind, Node) and kind.type == "list") for kind in current)
        raise ContractError(
            f"the expression {self.expression!r} names {name!r}, which does not exist there",
            where=self.where,
            hint="write `[]` after the list, to look into its entries" if lists else suggest(name, known),
        )


def _entries(kinds: Kinds, *, or_itself: bool = False) -> Iterator[Any]:
    """Go through what lists may hold; what is no list gives nothing, or itself."""
    for kind in kinds:
        if isinstance(kind, _Anything):
            yield kind
        elif isinstance(kind, _Items):
            yield from kind.kinds
        elif isinstance(kind, Node) and kind.type == "list":
            if kind.element is not None:
                yield kind.element
        elif or_itself:
            yield kind


def _values(kinds: Kinds) -> Iterator[Any]:
    for kind in kinds:
        if isinstance(kind, _Anything):
            yield kind
        elif isinstance(kind, Node):
            yield from (kind.value,) if kind.value is not None else kind.members.values()
        elif isinstance(kind, _Record):
            for member in kind.members.values():
                yield from member


def read_behaviours(
    written: Entries,
    sources: Mapping[str, Source],
    operations: Mapping[str, Operation],
    observations: Mapping[str, Observation],
) -> Iterator[Behaviour]:
    """Read one file. Raises ContractError."""
    for entry in written:
        judges = entry["judged_by"]
        yield Behaviour(
            entry["id"],
            entry["number"],
            known_names(entry, "operations", operations, "operation"),
            entry["statement"],
            tuple(cited_by_behaviour(item, sources) for item in entry["sources"]),
            entry["basis"],
            "must" if entry["basis"] in {"documented", "protocol"} else "should",
            known_names(entry, "observed", observations, "observation"),
            tuple(_rules(_listed(judges.get("rule")), operations)),
            _listed(judges.get("law")),
            _listed(judges.get("facts")),
            judges.get("not_observable", ""),
            entry.at(),
        )


def _listed(value: Any) -> tuple[Any, ...]:
    """Return the entries of a list, a single value, or nothing."""
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list) else (value,)


def _rules(written: Sequence[Section], operations: Mapping[str, Operation]) -> Iterator[Rule]:
    """Yield the rules: one an operation, so that each makes a check with an id of its own."""
    taken: set[str] = set()
    for entry in written:
        operation = known(entry["operation"], operations, "operation", entry.at("operation"))
        if operation in taken:
            raise ContractError(
                f"a second rule about {operation}",
                where=entry.at(),
                hint="keep one rule for each operation, and make another behaviour of the rest",
            )
        taken.add(operation)
        bindings = tuple(entry.get("for", {}).items())
        parts = {key: entry.get(key, "") for key in ("subject", "when", "require", "expected", "show")}
        rule = Rule(operation, bindings=bindings, **parts)
        _check_rule(rule, entry, operations[operation])
        yield rule
