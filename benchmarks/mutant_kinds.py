"""Mutants by the kind of defect that they are, and a sample of them that is the same every time.

The first half of the kinds is what an OpenAPI document has words for: one value, one constraint, one status, one
header. The second half relates several members, several answers, or an answer to what was created. A mutant counts as a
defect that shows on the wire with these operations, unless the documents allow it, it breaks a client and no server, or
it shows only on a server that verifies signatures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conformance.contract.model import Contract
from conformance.mutation.mutant import Kind, Mutant
from conformance.mutation.running import faults


@dataclass(frozen=True)
class DefectKind:
    """A kind of defect; `stated`: a document has words for it."""

    name: str
    stated: bool


_CREATED = "what was created comes back"
_ERRORS = "errors: code, status, form"
_STATED: Mapping[str, str] = {
    "errors": _ERRORS,
    "errors-of-the-listing": _ERRORS,
    "protocol": "envelope of the protocol",
}
"""Written mutants that an OpenAPI document has words for, by their group."""
_RELATED: Mapping[str, str] = {
    "pages": "pages and tokens",
    "tokens": "pages and tokens",
    "order": "order",
    "filters": "filters",
    "counters": "counters",
    "best": "best training jobs",
    "times": "times",
    "training-jobs": "summaries of training jobs",
    "repeats": "answers that change from one time to the next",
    "retold": "answers that change with the query",
    "definitions": _CREATED,
    "ranges": _CREATED,
    "warm-starts": _CREATED,
    "created": _CREATED,
    "texts": "texts that are escaped, cut or rewritten",
}
"""The other written mutants."""
_OF_ANSWERS: Mapping[str, str] = {
    "type": "answers: JSON type",
    "enum": "answers: word outside the enum",
    "min": "answers: too short or too small",
    "minimum": "answers: too short or too small",
    "max": "answers: too long or too large",
    "maximum": "answers: too long or too large",
    "pattern": "answers: pattern",
    "201": "answers: status",
    "202": "answers: status",
}
"""Derived mutants of answers, by the first word of their way."""
_OF_REQUESTS: Mapping[str, str] = {
    "required": "requests: what may be left out",
    "unknown": "requests: what may be left out",
    "type": "requests: JSON type",
    "min": "requests: limits",
    "minimum": "requests: limits",
    "max": "requests: limits",
    "maximum": "requests: limits",
    "pattern": "requests: pattern",
    "enum": "requests: enum",
}
"""Derived mutants of requests, likewise."""


def kind_of(contract: Contract, mutant: Mutant) -> DefectKind:
    """Return the kind of a mutant. Raises KeyError for a group that is new: say here what kind it is of."""
    group, *rest = mutant.id.split("/")
    if mutant.derived:
        return _derived(contract, mutant, rest[0], rest[-1])
    stated = group in _STATED
    return DefectKind((_STATED if stated else _RELATED)[group], stated)


def _derived(contract: Contract, mutant: Mutant, direction: str, way: str) -> DefectKind:
    facet = way.partition("-")[0]
    if facet == "default":
        return DefectKind("requests: default", stated=False)
    if way == "altered":
        return DefectKind(_CREATED, stated=False)
    if way == "left-out":
        required = any("/required" in fact and contract.fact(fact).value for fact in mutant.breaks)
        return DefectKind(f"answers: {'required' if required else 'optional'} member left out", required)
    if direction == "error":
        return DefectKind(_ERRORS, stated=True)
    if "-beside-" in way:
        return DefectKind("requests: what is checked alone only", stated=True)
    return DefectKind((_OF_REQUESTS if direction == "input" else _OF_ANSWERS)[facet], stated=True)


def by_kind(contract: Contract, mutants: Sequence[Mutant]) -> dict[DefectKind, list[Mutant]]:
    """Return the defects that show on the wire, by kind: those that a document has words for first."""
    found: dict[DefectKind, list[Mutant]] = {}
    for mutant in faults(mutants):
        if not mutant.signed and mutant.kind is not Kind.CLIENT:
            found.setdefault(kind_of(contract, mutant), []).append(mutant)
    return {kind: found[kind] for kind in sorted(found, key=lambda item: (not item.stated, item.name))}


def spread(mutants: Sequence[Mutant], number: int) -> list[Mutant]:
    """Return so many mutants, evenly spread from the first to the last; all of them where there are no more."""
    if number >= len(mutants):
        return list(mutants)
    step = (len(mutants) - 1) / max(1, number - 1)
    return [mutants[round(index * step)] for index in range(number)]
