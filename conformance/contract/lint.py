"""What a contract that loads can still have wrong: faults between its files, each with file and line.

Loading makes the checks of form directly, for speed and for better words. The schema is for editors, for other tools
and for people; lint checks the files against it, so that the two never disagree.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from conformance.contract.keys import ContractError
from conformance.contract.loading import packaged_root
from conformance.contract.model import Contract, Finding, Node, Operation, breaks, has_type
from conformance.errors import suggest
from conformance.inputs import load_file, schema_faults

SCHEMA_FILE = "contract.schema.json"

_KINDS = {
    "sources.yaml": "sources",
    "service.yaml": "service",
    "observations.yaml": "observations",
    "operations": "operation",
    "shapes": "shapes",
    "citations": "citations",
    "behaviours": "behaviours",
}


def schema_findings(root: Path, shown_root: str, shipped: Path | None = None) -> Iterator[Finding]:
    """Check each file below a contract's folder against the schema of its kind; a file of no kind is a finding too.

    `shipped` is the folder whose schema counts where the contract brings none of its own.
    """
    own = root / SCHEMA_FILE
    path = own if shipped is None or own.is_file() else shipped / SCHEMA_FILE
    try:
        schema = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        yield Finding(f"the schema can't be read: {error}", f"{shown_root}/{SCHEMA_FILE}:1", "restore the file")
        return
    for file in sorted((*root.rglob("*.yaml"), *root.rglob("*.yml"))):
        relative = file.relative_to(root)
        shown = f"{shown_root}/{relative.as_posix()}"
        kind = _KINDS.get(relative.parts[0])
        if kind is None:
            yield Finding(f"{relative.as_posix()} is no file of a contract", f"{shown}:1", "move it away")
            continue
        try:
            value, _ = load_file(file, shown, ContractError)
        except ContractError as error:
            yield Finding(error.problem, error.where, error.hint)
            continue
        for fault in schema_faults(value, {**schema, "$ref": f"#/$defs/{kind}"}):
            yield Finding(
                f"by the schema, {fault.problem}", fault.where, f"{fault.hint}; see $defs/{kind} in {SCHEMA_FILE}"
            )


def lint(contract: Contract, laws: Collection[str] | None = None, areas: Collection[str] = ()) -> tuple[Finding, ...]:
    """Return every fault of the contract.

    `laws` are the names that behaviours may give as their judge, each of which must judge one; None leaves laws out.
    `areas` are areas of checks, which behaviours may name in the place of a law, and need not.
    """
    findings = list(schema_findings(contract.root, contract.shown_root, packaged_root()))
    findings += _uncited(contract)
    for operation in contract.operations.values():
        for node in _nodes(operation):
            findings += _contradictions(node)
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


def _uncited(contract: Contract) -> Iterator[Finding]:
    for fact in contract.facts:
        if fact.basis == "documented" and not fact.sources:
            yield Finding(
                f"no document is cited for {fact.id}",
                fact.where,
                f"cite a line in citations/, or move `{fact.facet}` below `modelled` if only the model says so",
            )


def _contradictions(node: Node) -> Iterator[Finding]:
    """Find facets of one node that contradict each other; each facet is taken from where the contract states it."""

    def finding(facet: str, problem: str, hint: str) -> Finding:
        place = node.places.get(facet, node.where)
        return Finding(problem, place, hint)

    low, high = node.effective("minimum"), node.effective("maximum")
    if low is not None and high is not None and low > high:
        yield finding("minimum", f"the minimum {low} is above the maximum {high}", "swap or correct them")
    short, long = node.effective("min_length"), node.effective("max_length")
    if short is not None and long is not None and short > long:
        yield finding("min_length", f"the min_length {short} is above the max_length {long}", "swap or correct them")
    default = node.effective("default")
    if default is not None:
        fault = _outside(node, default)
        if fault:
            yield finding("default", f"the default {default!r} {fault}", "correct the default or the limit")
    for value in node.effective("enum") or ():
        fault = _outside(node, value, enum=False)
        if fault:
            yield finding("enum", f"the enum value {value!r} {fault}", "correct the enum or the limit")


_BROKEN = {
    "pattern": "does not match the pattern {!r}",
    "max_length": "is longer than the max_length",
    "min_length": "is shorter than the min_length",
    "minimum": "is outside of the range",
    "maximum": "is outside of the range",
}


def _outside(node: Node, value: Any, *, enum: bool = True) -> str:
    """Say which facet of its own node a value breaks; empty if it keeps them all."""
    if not has_type(node.type, value):
        return f"is no {node.type}"
    accepted = node.accepted_values()
    if enum and accepted is not None and value not in accepted:
        return "is not in the enum"
    bounds = ((facet, node.effective(facet)) for facet in _BROKEN)
    broken = ((facet, bound) for facet, bound in bounds if bound is not None and breaks(facet, bound, value))
    return next((_BROKEN[facet].format(bound) for facet, bound in broken), "")


def _unused_shapes(contract: Contract) -> Iterator[Finding]:
    used = {node.shape for operation in contract.operations.values() for node in _nodes(operation)}
    for shape in contract.shapes.values():
        if shape.name not in used:
            yield Finding(f"nothing uses the shape {shape.name!r}", shape.where, "use it, or remove it")


def _numbering(contract: Contract) -> Iterator[Finding]:
    numbers = Counter(behaviour.number for behaviour in contract.behaviours)
    promised = contract.service.behaviours
    last = max(numbers, default=0) if promised is None else promised
    for behaviour in contract.behaviours:
        problem = f"the number {behaviour.number} of the behaviour {behaviour.id!r} is"
        if numbers[behaviour.number] > 1:
            yield Finding(f"{problem} given twice", behaviour.where, f"the next free number is {max(numbers) + 1}")
        elif not 1 <= behaviour.number <= last:
            yield Finding(
                f"{problem} outside of 1 to {last}",
                behaviour.where,
                f"if it is one more than before, raise `behaviours: {last}` in {contract.shown_root}/service.yaml",
            )
    missing = [str(number) for number in range(1, last + 1) if number not in numbers]
    if missing:
        yield Finding(
            f"{len(missing)} of {last} behaviours are missing: {', '.join(missing)}",
            f"{contract.shown_root}/behaviours:1",
            "add them, or say with `not_observable` why nothing judges them",
        )


def _judges(contract: Contract, laws: Collection[str], areas: Collection[str]) -> Iterator[Finding]:
    named: set[str] = set()
    for behaviour in contract.behaviours:
        for law in behaviour.laws:
            named.add(law)
            if law not in laws and law not in areas:
                yield Finding(
                    f"the behaviour {behaviour.id!r} is judged by {law!r}, which is no law",
                    behaviour.where,
                    suggest(law, sorted({*laws, *areas})),
                )
    for law in sorted(set(laws) - named):
        yield Finding(
            f"no behaviour names the law {law!r}",
            f"{contract.shown_root}/behaviours:1",
            "name it under `judged_by` of the behaviour that it judges, or remove the law",
        )


def _prefixes(contract: Contract) -> Iterator[Finding]:
    ids = [fact.id for fact in contract.facts]
    for behaviour in contract.behaviours:
        for prefix in behaviour.facts:
            if not any(fact_id.startswith(prefix) for fact_id in ids):
                stems = dict.fromkeys(fact_id.rpartition("/")[0] + "/" for fact_id in ids)
                yield Finding(
                    f"no fact of the contract starts with {prefix!r}, which judges {behaviour.id!r}",
                    behaviour.where,
                    suggest(prefix, stems),
                )
