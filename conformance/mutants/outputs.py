"""Mutants of answers, derived from the contract: each output fact broken in every way that its facet allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from conformance.mutants.exercised import shown
from conformance.mutants.mutant import Kind, Mutant, replacing
from conformance.mutants.paths import DROP, changed, steps
from conformance.mutants.values import broken, ways, wrong_types

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.contract import Contract, Node, Operation
    from conformance.mutants.mutant import Members
    from conformance.reference import Service
    from conformance.reference.exchange import Answer

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
    """Give the mutants of every output fact that the answers exercise."""
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
    """Give another value: of an enum, another of its words where there is one."""
    words = [one for one in node.accepted_values() or () if one != value]
    return words[0] if words else _OTHERS[node.type](value)


class _Facts:
    """The facts of one path."""

    def __init__(self, operation: str, path: str, known: set[str]) -> None:
        self._prefix = f"{operation}/output/{path}/"
        self._known = known

    def of(self, *facets: str) -> tuple[str, ...]:
        named = (f"{self._prefix}{facet}{basis}" for facet in facets for basis in ("", "/modelled"))
        return tuple(one for one in named if one in self._known)

    def broken_by(self, node: Node, facet: str, change: Callable[[Any], Any], seen: Sequence[Any]) -> tuple[str, ...]:
        """Give the facts that the changed values break; none where the facet itself is kept by every one of them."""
        hit = {one for value in seen for one in broken(node, change(value))}
        if not any(one.partition("/")[0] == facet for one in hit):
            return ()
        return tuple(one for one in (f"{self._prefix}{name}" for name in sorted(hit)) if one in self._known)


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

    def perform(_: Service, faithful: Callable[..., Members], name: str, members: Members) -> Any:
        output = faithful(name, members)
        return changed(output, way, change) if name == operation else output

    return replacing(perform=perform)


def _with_status(operation: str, status: int) -> Callable[[type[Service]], type[Service]]:
    def make(base: type[Service]) -> type[Service]:
        def perform(service: Any, faithful: Callable[..., Members], name: str, members: Members) -> Members:
            output = faithful(name, members)
            service.status_of_answer = status if name == operation else None
            return output

        def succeed(service: Any, faithful: Callable[..., Answer], output: Members) -> Answer:
            return service.write(service.status_of_answer, output) if service.status_of_answer else faithful(output)

        return replacing(perform=perform, succeed=succeed)(base)

    return make
