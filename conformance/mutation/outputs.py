"""Mutants of answers, derived from the contract: each output fact broken in every way that its facet allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from conformance.contract.model import WHOLE, Contract, Node, Operation
from conformance.contract.patterns import matches
from conformance.mutation.mutant import (
    DROP,
    Change,
    Facts,
    Kind,
    Members,
    Mutant,
    changed,
    editing,
    steps,
)
from conformance.mutation.mutant import values as values_at
from conformance.reference.http import Answer, Call
from conformance.reference.inputs import breaks

Ways = Iterator[tuple[str, Callable[[Any], Any]]]
"""Ways in which a value can be wrong, each with its name."""

_STRANGER = "NobodyListsThisWord"
_ENDS = ("!", " ", "\u00e9", "\u0001")
_BEGINNINGS = ("!", "-")
_WRONG_TYPES: Mapping[str, tuple[tuple[str, Callable[[Any], Any]], ...]] = {
    "string": (("number", len), ("list", lambda value: [value])),
    **dict.fromkeys(WHOLE, (("text", str), ("fraction", lambda value: value + 0.5))),
    **dict.fromkeys(("float", "double"), (("text", str),)),
    "iso8601": (("list", lambda value: [value]),),
    "blob": (("number", len), ("list", lambda value: [value])),
    "document": (),
    "boolean": (("text", lambda value: str(value).lower()), ("number", int)),
    "timestamp": (
        ("text", lambda seconds: datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")),
        ("milliseconds", lambda seconds: round(seconds * 1000)),
    ),
    "list": (("object", lambda value: {"member": value}), ("text", lambda _: "")),
    "map": (("list", lambda value: [{"Name": name, "Value": entry} for name, entry in value.items()]),),
    "structure": (("text", lambda _: ""), ("list", lambda value: [value])),
}
"""The ways in which a value of a type can be of another JSON type."""
_OTHERS: Mapping[str, Callable[[Any], Any]] = {
    "string": lambda text: f"{text[:-1]}{'0' if text[-1:] != '0' else '1'}",
    "integer": lambda value: value + 1 if value < 1 else value - 1,
    "float": lambda value: value + 1,
    "boolean": lambda value: not value,
}
"""Another value of the same type."""
_GIVEN = ("HyperParameterTuningJobConfig", "TrainingJobDefinition", "WarmStartConfig", "Autotune")
"""Members that come back as they were given at creation."""
_OK = 200
_OTHER_STATUSES = (201, 202)
_LONGEST = 1_000_000
"""Characters, items or entries up to which values are made too long."""


def broken(node: Node, value: Any) -> set[str]:
    """Return every facet that a value of the right type breaks, as the last part of a fact's id."""
    accepted = node.accepted_values()

    def is_broken(facet: str, bound: Any) -> bool:
        if facet == "format":
            return not isinstance(value, str)
        return value not in (accepted or bound) if facet == "enum" else breaks(facet, bound, value)

    return {
        facet + suffix
        for facets, suffix in ((node.documented, ""), (node.modelled, "/modelled"))
        for facet, bound in facets.items()
        if is_broken(facet, bound)
    }


def output_mutants(
    contract: Contract, answers: Mapping[str, Sequence[Members]], *, known: bool = True
) -> Iterator[Mutant]:
    """Yield the mutants of every output fact that the original's answers, by operation, exercise.

    `known` is whether checks know what the answers must say, so that a member that nothing requires is missed.
    """
    for name, operation in contract.operations.items():
        may_be_null = {
            f"{node.path}{end}" for node in operation.output.walk() if node.sparse for end in ("[]", "{value}")
        }
        may_be_null |= {node.path for node in operation.output.walk() if node.nullable}
        for node in operation.output.walk():
            seen = [
                value for answer in answers[name] for value in values_at(answer, steps(node.path)) if value is not None
            ]
            if node.path and seen:
                of_node = _of_node(contract, operation, node, seen, known=known)
                yield from (it for it in of_node if node.path not in may_be_null or not it.id.endswith("/type-null"))
        for status in _OTHER_STATUSES:
            yield Mutant(
                f"{name}/output/http_status/{status}",
                f"a call that succeeds answers HTTP {status}",
                (f"{name}/output//http_status",),
                (name,),
                Kind.ANSWER,
                _with_status(name, status),
                derived=True,
            )


def _of_node(
    contract: Contract, operation: Operation, node: Node, seen: Sequence[Any], *, known: bool
) -> Iterator[Mutant]:
    # The documented fact and the modelled one of the same facet are broken together, as far as there are both.
    facts = Facts(contract, operation.name, "output", node.path)

    def mutant(name: str, ids: tuple[str, ...], change: Callable[[Any], Any], words: str) -> Mutant:
        sees, make = (operation.name,), _at_path(operation.name, node.path, change)
        words = f"{node.path} {words}"
        return Mutant(f"{facts.prefix}{name}", words, ids, sees, Kind.ANSWER, make, derived=True, path=node.path)

    if known or node.effective("required"):
        yield mutant("left-out", facts.of("present", "required"), lambda _: DROP, "is left out")
    if node.name != "{key}":
        for way, change in (*_WRONG_TYPES[node.wire_type], ("null", lambda _: None)):
            yield mutant(f"type-{way}", facts.of("type"), change, f"has another type: {way}")
    if known and node.path.startswith(_GIVEN) and node.type in _OTHERS:
        words = "comes back with another value than it was given"
        yield mutant("altered", facts.of("present"), lambda value: _other(node, value), words)
    for row in _limits(node, facts, seen):
        yield mutant(*row)


def _limits(
    node: Node, facts: Facts, seen: Sequence[Any]
) -> Iterator[tuple[str, tuple[str, ...], Callable[[Any], Any], str]]:
    """Yield each way to break a limit of what was seen: its name, the facts, the change, and what it does."""
    done: set[tuple[str, Any]] = set()
    for facets, suffix in ((node.documented, ""), (node.modelled, "-modelled")):
        for facet, bound in facets.items():
            if (facet, repr(bound)) in done:
                continue
            done.add((facet, repr(bound)))
            for way, change in _ways(node, facet, bound):
                hit = {item for value in seen for item in broken(node, change(value))}
                ids = facts.known(iter(sorted(hit)))
                if ids and {facet, f"{facet}/modelled"} & hit:
                    name = f"{facet}{suffix}-{way}".replace("_", "-")
                    yield name, ids, change, f"breaks its {facet.replace('_', ' ')}: {way}"


def _ways(node: Node, facet: str, bound: Any) -> Ways:
    """Yield the ways in which a value can break a facet; one that can't be broken has none."""
    may_be_empty = node.type in {"list", "map"} and facet not in node.documented and not node.effective("required")
    match facet:
        case "enum":
            accepted = set(node.accepted_values() or ())
            yield "stranger", lambda _: _STRANGER
            if not {word.lower() for word in accepted} & accepted:
                yield "lower-case", lambda word: word.lower()
        case "min_length" if bound > may_be_empty:
            yield (
                "too-short",
                lambda value: dict(list(value.items())[: bound - 1]) if isinstance(value, dict) else value[: bound - 1],
            )
        case "max_length" if bound <= _LONGEST:
            yield "too-long", lambda value: _stretched(node, value, bound + 1)
        case "minimum":
            yield "below", lambda _: bound - 1
        case "maximum":
            yield "above", lambda _: bound + 1
        case "format":
            yield "number", lambda text: datetime.fromisoformat(text).timestamp()
        case "pattern":
            yield "broken", lambda text: _misspelt(node, bound, text)
            yield "trailing-newline", lambda text: f"{text}\n"


def _misspelt(node: Node, pattern: str, text: str) -> str:
    """Return the text with another first or last letter that breaks the pattern, and little else where possible."""
    candidates = (*(text[:-1] + end for end in _ENDS), *(beginning + text[1:] for beginning in _BEGINNINGS))
    fitting = [candidate for candidate in candidates if not matches(pattern, candidate)]
    return min(fitting, key=lambda item: len(broken(node, item)), default=text)


def _stretched(node: Node, value: Any, length: int) -> Any:
    if isinstance(value, list | tuple):
        return [value[index % len(value)] for index in range(length)] if value else value
    if isinstance(value, dict):
        last = next(reversed(value), None)
        more = {f"{last}{index}": value[last] for index in range(length)} if last is not None else {}
        return dict(list((value | more).items())[: max(length, len(value))])
    lengthened = (
        *(value + letter * (length - len(value)) for letter in (value[-1:] or "a", "a", "0")),
        *(value[:at] + value[at] * (length - len(value)) + value[at:] for at in (len(value) // 2,) if value),
        "a" * length,
    )
    return min((text for text in lengthened if len(text) >= length), key=lambda text: len(broken(node, text)))


def _other(node: Node, value: Any) -> Any:
    """Return another value: of an enum, another of its words where there is one."""
    return next((word for word in node.accepted_values() or () if word != value), None) or _OTHERS[node.type](value)


def _at_path(operation: str, path: str, change: Callable[[Any], Any]) -> Change:
    """Change the values at one path of every successful answer of an operation."""
    way = steps(path)
    return editing("perform", lambda output, name, _: changed(output, way, change) if name == operation else output)


def _with_status(operation: str, status: int) -> Change:
    """Answer calls of an operation that succeed with another status."""

    def answer(answer: Answer, call: Call) -> Answer:
        ours = answer.status == _OK and call.headers["x-amz-target"].endswith(f".{operation}")
        return replace(answer, status=status) if ours else answer

    return editing("answer", answer)
