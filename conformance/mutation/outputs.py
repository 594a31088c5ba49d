"""Mutants of answers, derived from the contract: each output fact broken in every way that its facet allows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from conformance.mutation.mutant import DROP, LIST, Kind, Members, Mutant, changed, replacing, steps, values
from conformance.reference.inputs import DESCRIBE, breaks
from conformance.reference.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.contract.model import Contract, Node, Operation
    from conformance.reference.http import Answer
    from conformance.worlds.model import World


_NAME = "HyperParameterTuningJobName"


def answers(contract: Contract, world: World) -> dict[str, list[Members]]:
    """Return the faithful answers of both operations for every tuning job: descriptions, and pages of default size."""
    service = Service(world, contract=contract)
    described = [service.perform(DESCRIBE, {_NAME: job.name}) for job in world.jobs]
    listed = [service.perform(LIST, {_NAME: job.name}) for job in world.jobs]
    return {DESCRIBE: described, LIST: listed}


def shown(answered: Sequence[Members], path: str) -> list[Any]:
    """Return every value that the answers have at a path."""
    way = steps(path)
    return [value for answer in answered for value in values(answer, way)]


_STRANGER = "NobodyListsThisWord"
_PATTERN_BREAKERS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("broken", lambda text: f"{text[:-1]}!"),
    ("broken", lambda text: f"{text[:-1]} "),
    ("broken", lambda text: f"!{text[1:]}"),
    ("broken", lambda text: f"-{text[1:]}"),
    ("broken", lambda text: f"{text[:-1]}\u00e9"),
    ("broken", lambda text: f"{text[:-1]}\u0001"),
)


def broken(node: Node, value: Any) -> tuple[str, ...]:
    """Return every facet that a value of the right type breaks, as the last part of a fact's id."""
    accepted = node.accepted_values()
    return tuple(
        facet + suffix
        for facets, suffix in ((node.documented, ""), (node.modelled, "/modelled"))
        for facet, bound in facets.items()
        if (value not in (accepted or bound) if facet == "enum" else breaks(facet, bound, value))
    )


def wrong_types(kind: str) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Yield the ways in which a value of a type can be of another JSON type, each with its name."""
    yield from _WRONG_TYPES[kind]
    yield "null", lambda _: None


def ways(node: Node, facet: str, bound: Any) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Yield the ways in which a value can break a facet, each with its name. A way that fails on a value leaves it."""
    yield from _WAYS[facet](node, bound) if facet in _WAYS else ()


def _out_of_enum(node: Node, _: Any) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    accepted = set(node.accepted_values() or ())
    yield "stranger", lambda _: _STRANGER
    if not {word.lower() for word in accepted} & accepted:
        yield "lower-case", lambda word: word.lower()


def _too_short(_: Node, bound: int) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    if bound > 0:
        yield "too-short", lambda value: _cut(value, bound - 1)


def _too_long(node: Node, bound: int) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    yield "too-long", lambda value: _stretched(node, value, bound + 1)


def _cut(value: Any, length: int) -> Any:
    if isinstance(value, dict):
        return dict(list(value.items())[:length])
    return value[:length]


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


def _below(_: Node, bound: float) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    yield "below", lambda _: bound - 1


def _above(_: Node, bound: float) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    yield "above", lambda _: bound + 1


def _off_pattern(node: Node, bound: str) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    def misspelt(text: str) -> str:
        candidates = [change(text) for _, change in _PATTERN_BREAKERS]
        fitting = [candidate for candidate in candidates if re.fullmatch(bound, candidate) is None]
        return min(fitting, key=lambda item: len(broken(node, item)), default=text)

    yield "broken", misspelt
    yield "trailing-newline", lambda text: f"{text}\n"


_WAYS: Mapping[str, Callable[[Node, Any], Iterator[tuple[str, Callable[[Any], Any]]]]] = {
    "enum": _out_of_enum,
    "min_length": _too_short,
    "max_length": _too_long,
    "minimum": _below,
    "maximum": _above,
    "pattern": _off_pattern,
}


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_WRONG_TYPES: Mapping[str, tuple[tuple[str, Callable[[Any], Any]], ...]] = {
    "string": (("number", len), ("list", lambda value: [value])),
    "integer": (("text", str), ("fraction", lambda value: value + 0.5)),
    "float": (("text", str),),
    "boolean": (("text", lambda value: str(value).lower()), ("number", int)),
    "timestamp": (("text", _date), ("milliseconds", lambda value: round(value * 1000))),
    "list": (("object", lambda value: {"member": value}), ("text", lambda _: "")),
    "map": (("list", lambda value: [{"Name": name, "Value": entry} for name, entry in value.items()]),),
    "structure": (("text", lambda _: ""), ("list", lambda value: [value])),
}


_CREATED = 201
_ACCEPTED = 202
_CREATED_MEMBERS = (
    "HyperParameterTuningJobConfig",
    "TrainingJobDefinition",
    "WarmStartConfig",
    "Autotune",
)
"""Members that come back as they were given at creation."""
_OTHERS: Mapping[str, Callable[[Any], Any]] = {
    "string": lambda text: f"{text[:-1]}{'0' if text[-1:] != '0' else '1'}",
    "integer": lambda value: value + 1 if value < 1 else value - 1,
    "float": lambda value: value + 1,
    "boolean": lambda value: not value,
}
"""Another value of the same type."""


def output_mutants(contract: Contract, answered: Mapping[str, Sequence[Members]]) -> Iterator[Mutant]:
    """Yield the mutants of every output fact that the answers exercise."""
    for operation in contract.operations.values():
        for node in operation.output.walk():
            if node.path:
                yield from _of_node(contract, operation, node, shown(answered[operation.name], node.path))
        for status in (_CREATED, _ACCEPTED):
            yield Mutant(
                f"{operation.name}/output/http_status/{status}",
                f"a call that succeeds answers HTTP {status}",
                (f"{operation.name}/output//http_status",),
                (operation.name,),
                Kind.ANSWER,
                _with_status(operation.name, status),
                derived=True,
            )


def _of_node(contract: Contract, operation: Operation, node: Node, seen: Sequence[Any]) -> Iterator[Mutant]:
    if not seen:
        return
    known = {fact.id for fact in contract.facts_of(operation.name, "output")}
    # The documented fact and the modelled one of the same facet are broken together, as far as there are both.
    facts = _Facts(operation.name, node.path, known)
    yield _mutant(operation, node, "left-out", facts.of("present", "required"), lambda _: DROP, "is left out")
    if node.name != "{key}":
        for way, change in wrong_types(node.type):
            yield _mutant(operation, node, f"type-{way}", facts.of("type"), change, f"is told as {way}")
    if node.path.startswith(_CREATED_MEMBERS) and node.type in _OTHERS:
        words = "comes back with another value than it was given"
        yield _mutant(operation, node, "altered", facts.of("present"), lambda value: _other(node, value), words)
    done: set[tuple[str, Any]] = set()
    for facets, suffix in ((node.documented, ""), (node.modelled, "-modelled")):
        for facet, bound in facets.items():
            if (facet, repr(bound)) in done or facet in {"required", "default"}:
                continue
            done.add((facet, repr(bound)))
            for way, change in ways(node, facet, bound):
                ids = facts.broken_by(node, facet, change, seen)
                if ids:
                    name = f"{facet}{suffix}-{way}".replace("_", "-")
                    yield _mutant(operation, node, name, ids, change, f"breaks its {facet.replace('_', ' ')}: {way}")


def _other(node: Node, value: Any) -> Any:
    """Return another value: of an enum, another of its words where there is one."""
    words = [item for item in node.accepted_values() or () if item != value]
    return words[0] if words else _OTHERS[node.type](value)


class _Facts:
    """The facts of one path."""

    def __init__(self, operation: str, path: str, known: set[str]) -> None:
        self._prefix = f"{operation}/output/{path}/"
        self._known = known

    def of(self, *facets: str) -> tuple[str, ...]:
        named = (f"{self._prefix}{facet}{basis}" for facet in facets for basis in ("", "/modelled"))
        return tuple(item for item in named if item in self._known)

    def broken_by(self, node: Node, facet: str, change: Callable[[Any], Any], seen: Sequence[Any]) -> tuple[str, ...]:
        """Return the facts that the changed values break; none where the facet itself is kept by every one of them."""
        hit = {item for value in seen for item in broken(node, change(value))}
        if not any(item.partition("/")[0] == facet for item in hit):
            return ()
        return tuple(item for item in (f"{self._prefix}{name}" for name in sorted(hit)) if item in self._known)


def _mutant(  # noqa: PLR0913, PLR0917 - the parts of a mutant
    operation: Operation, node: Node, name: str, facts: tuple[str, ...], change: Callable[[Any], Any], words: str
) -> Mutant:
    return Mutant(
        f"{operation.name}/output/{node.path}/{name}",
        f"{node.path} {words}",
        facts,
        (operation.name,),
        Kind.ANSWER,
        at_path(operation.name, node.path, change),
        derived=True,
        path=node.path,
    )


def at_path(operation: str, path: str, change: Callable[[Any], Any]) -> Callable[[type[Service]], type[Service]]:
    """Change the values at one path of every accepted answer of an operation."""
    way = steps(path)

    def perform(_: Service, original: Callable[..., Members], name: str, members: Members) -> Any:
        output = original(name, members)
        return changed(output, way, change) if name == operation else output

    return replacing(perform=perform)


def _with_status(operation: str, status: int) -> Callable[[type[Service]], type[Service]]:
    def make(base: type[Service]) -> type[Service]:
        def perform(service: Any, original: Callable[..., Members], name: str, members: Members) -> Members:
            output = original(name, members)
            service.status_of_answer = status if name == operation else None
            return output

        def succeed(service: Any, original: Callable[..., Answer], output: Members) -> Answer:
            return service.write(service.status_of_answer, output) if service.status_of_answer else original(output)

        return replacing(perform=perform, succeed=succeed)(base)

    return make
