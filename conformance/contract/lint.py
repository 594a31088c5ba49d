"""What a contract that loads can still have wrong: its form by the schema, and faults between its files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from conformance.contract.asking import bare
from conformance.contract.examples import within
from conformance.contract.files import form_problems
from conformance.contract.model import SCALARS, Contract, Fact, Node, Operation, has_type
from conformance.contract.patterns import breaks
from conformance.errors import Problem, suggest


def lint(contract: Contract, laws: Collection[str] | None = None, areas: Collection[str] = ()) -> tuple[Problem, ...]:
    """Return every fault of the contract.

    `laws` are the names that behaviours may give as their judge, each of which must judge one; None leaves laws out.
    `areas` are areas of checks, which behaviours may name in the place of a law, and need not.
    """
    findings = list(form_problems(contract.root, contract.shown_root))
    findings += _uncited(contract)
    for operation in contract.operations.values():
        for node in _nodes(operation):
            findings += _contradictions(node)
        findings += _alternatives(contract, operation)
        findings += _narrowing(operation)
    findings += _unused_shapes(contract)
    findings += _numbering(contract)
    if laws is not None:
        findings += _judges(contract, laws, areas)
    findings += _prefixes(contract)
    return tuple(dict.fromkeys(findings))  # a shape that many paths share has its fault once


def _nodes(operation: Operation) -> Iterator[Node]:
    for tree in (operation.input, operation.output, operation.paginator, operation.client_options):
        if tree is not None:
            yield from tree.walk()


def _uncited(contract: Contract) -> Iterator[Problem]:
    for fact in contract.facts:
        if fact.basis == "documented" and not fact.sources:
            yield Problem(
                f"no document is cited for {fact.id}",
                fact.where,
                f"cite a line in citations/, or {_uncited_otherwise(fact)}",
            )


def _uncited_otherwise(fact: Fact) -> str:
    """Say what else may be done with a fact that no document is cited for."""
    if fact.facet == "required" and fact.value is False:
        return "leave it out"
    if fact.facet in {"present", "type"}:
        return "give the member `basis: modelled` if only the model has it"
    return f"move `{fact.facet}` below `modelled` if only the model says so"


def _contradictions(node: Node) -> Iterator[Problem]:
    """Find facets of one node that contradict each other; each facet is taken from where the contract states it."""

    def problem(facet: str, words: str, hint: str) -> Problem:
        return Problem(words, node.places.get(facet, node.where), hint)

    for least, most in (("minimum", "maximum"), ("min_length", "max_length")):
        low, high = node.effective(least), node.effective(most)
        if low is not None and high is not None and low > high:
            yield problem(least, f"the {least} {low} is above the {most} {high}", "swap or correct them")
    default = node.effective("default")
    if default is not None and (broken := _broken(node, default)):
        yield problem("default", f"the default {default!r} {broken}", "correct the default or the limit")
    if node.example is not None:
        for part, value in within(node, node.example):
            place = part.path.removeprefix(node.path).lstrip(".")
            if broken := "is missing" if value is None else _broken(part, value) or _no_union(part, value):
                words = f"{place} {broken}" if value is None else f"{_shown(value)} {broken}"
                yield problem("example", f"the example is not valid: {words}", "correct the example")
    for value in node.effective("enum") or ():
        if broken := _broken(node, value, enum=False):
            yield problem("enum", f"the enum value {value!r} {broken}", "correct the enum or the limit")


_SHOWN = 60
_LIMITS = {
    "pattern": "does not match the pattern {!r}",
    "max_length": "is longer than the max_length",
    "min_length": "is shorter than the min_length",
    "minimum": "is outside of the range",
    "maximum": "is outside of the range",
}


def _broken(node: Node, value: Any, *, enum: bool = True) -> str:
    """Say which facet of its own node a value breaks; empty if it keeps them all."""
    if not has_type(node.wire_type, value):
        return f"is no {node.wire_type}"
    accepted = node.accepted_values()
    if enum and accepted is not None and value not in accepted:
        return "is not in the enum"
    bounds = ((facet, node.effective(facet)) for facet in _LIMITS)
    broken = ((facet, bound) for facet, bound in bounds if bound is not None and breaks(facet, bound, value))
    return next((_LIMITS[facet].format(bound) for facet, bound in broken), "")


def _no_union(node: Node, value: Any) -> str:
    return "has not exactly one member" if node.effective("union") and len(value) != 1 else ""


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _alternatives(contract: Contract, operation: Operation) -> Iterator[Problem]:
    """Find groups of alternatives that nothing states, or that say nothing or contradict others."""
    grouped: set[str] = set()
    for group in operation.either:
        words = " and ".join(group.members)
        if group.basis == "documented" and not group.sources:
            hint = "add `sources:` with the line, or `basis: inferred`"
            yield Problem(f"no document is cited for the alternatives {words}", group.where, hint)
        for member in group.members:
            if operation.input.members[member].effective("required"):
                hint = "remove `required` of it, or the group"
                yield Problem(f"{member} is required, and no alternative to others", group.where, hint)
            if member in grouped:
                yield Problem(f"{member} is in two groups of alternatives", group.where, "put them into one group")
            grouped.add(member)
    for member, source in operation.names.items():
        if source.others and contract.operations[source.operation].listing is None:
            hint = f"add `listing:` to {source.operation}, or keep one path"
            yield Problem(f"nothing shows the several names that {member} takes", source.where, hint)


def _narrowing(operation: Operation) -> Iterator[Problem]:
    """Find filters that are stated twice, or that ask for what an item can't have."""
    listing, result = operation.listing, operation.pagination and operation.output.descend(operation.pagination.result)
    if listing is None or not result or result.element is None:
        return
    seen: dict[str, str] = {}
    for way in ("filters", "containing", "prefix", "after", "before"):
        for asked, path in getattr(listing, way).items():
            where = listing.places.get(asked, operation.where)
            if asked in seen:
                hint = "keep one of them"
                yield Problem(f"{asked} is under `{seen[asked]}` and under `{way}`", where, hint)
            seen[asked] = way
            node, item = operation.input.descend(bare(asked)), result.element.descend(path) if path else result.element
            if item is not None and item.type not in SCALARS:
                hint = "name a member that is a single value"
                yield Problem(f"{asked} is compared with {path}, which is a {item.type}", where, hint)
            words = node and item and (node.accepted_values(), item.accepted_values())
            if words and all(words) and not set(words[0] or ()) & set(words[1] or ()):
                hint = f"name the member of an item whose words are those of {asked}"
                yield Problem(f"{path} has none of the words of {asked}", where, hint)


def _unused_shapes(contract: Contract) -> Iterator[Problem]:
    used = {node.shape for operation in contract.operations.values() for node in _nodes(operation)}
    for shape in contract.shapes.values():
        if shape.name not in used:
            yield Problem(f"nothing uses the shape {shape.name!r}", shape.where, "use it, or remove it")


def _numbering(contract: Contract) -> Iterator[Problem]:
    numbers = Counter(behaviour.number for behaviour in contract.behaviours)
    promised = contract.service.behaviours
    last = max(numbers, default=0) if promised is None else promised
    for behaviour in contract.behaviours:
        problem = f"the number {behaviour.number} of the behaviour {behaviour.id!r} is"
        if numbers[behaviour.number] > 1:
            yield Problem(f"{problem} given twice", behaviour.where, f"the next free number is {max(numbers) + 1}")
        elif not 1 <= behaviour.number <= last:
            yield Problem(
                f"{problem} outside of 1 to {last}",
                behaviour.where,
                f"if it is one more than before, raise `behaviours: {last}` in {contract.shown_root}/service.yaml",
            )
    missing = [str(number) for number in range(1, last + 1) if number not in numbers]
    if missing and promised is not None:
        yield Problem(
            f"{len(missing)} of {last} behaviours are missing: {', '.join(missing)}",
            f"{contract.shown_root}/behaviours:1",
            "add them, or say with `not_observable` why nothing judges them",
        )


def _judges(contract: Contract, laws: Collection[str], areas: Collection[str]) -> Iterator[Problem]:
    named: set[str] = set()
    for behaviour in contract.behaviours:
        for law in behaviour.laws:
            named.add(law)
            if law not in laws and law not in areas:
                yield Problem(
                    f"the behaviour {behaviour.id!r} is judged by {law!r}, which is no law",
                    behaviour.where,
                    suggest(law, sorted({*laws, *areas})),
                )
    for law in sorted(set(laws) - named):
        yield Problem(
            f"no behaviour names the law {law!r}",
            f"{contract.shown_root}/behaviours:1",
            "name it under `judged_by` of the behaviour that it judges, or remove the law",
        )


def _prefixes(contract: Contract) -> Iterator[Problem]:
    ids = [fact.id for fact in contract.facts]
    for behaviour in contract.behaviours:
        for prefix in behaviour.facts:
            if not any(fact_id.startswith(prefix) for fact_id in ids):
                stems = dict.fromkeys(fact_id.rpartition("/")[0] + "/" for fact_id in ids)
                yield Problem(
                    f"no fact of the contract starts with {prefix!r}, which judges {behaviour.id!r}",
                    behaviour.where,
                    suggest(prefix, stems),
                )
