"""The flat list of facts of an operation: one atomic claim each, documented and modelled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.contract.citations import CitationIndex
from conformance.contract.facets import FACETS, same_value
from conformance.contract.model import UNSET, Citation, Direction, Fact, Node, Operation

MODEL_SOURCE = "botocore"


_BY_MODEL = (Citation(MODEL_SOURCE, None),)


_BY_PROTOCOL = (Citation("protocol", None),)
"""The status of a success is the protocol's own where no document states it."""


def facts_of_operation(operation: Operation, cited: CitationIndex) -> Iterator[Fact]:
    """Yield every fact of an operation: input, paginator, output, errors."""
    name = operation.name
    yield from _facts_of_tree(name, "input", operation.input)
    if operation.client_options is not None:
        yield from _facts_of_tree(name, "input", operation.client_options)
    if operation.paginator is not None:
        yield from _facts_of_tree(name, "paginator", operation.paginator)
    status = cited.settle((name, "output", "", "http_status"), operation.http_status)
    yield _stated(operation, "output", "", "http_status", (status[0], status[1] or _BY_PROTOCOL))
    yield from _facts_of_tree(name, "output", operation.output)
    for code, stated in operation.errors.items():
        present = cited.settle((name, "error", code, "present"), stated=True)
        yield _stated(operation, "error", code, "present", present)
        status = cited.settle((name, "error", code, "http_status"), stated)
        yield _stated(operation, "error", code, "http_status", status)


def _facts_of_tree(operation: str, direction: Direction, tree: Node) -> Iterator[Fact]:
    nodes = tree.walk()
    next(nodes)  # the root is the message itself, which no document claims to be present
    for node in nodes:
        for facet, value, modelled in _claims(node):
            yield Fact(
                f"{operation}/{direction}/{node.path}/{facet}" + ("/modelled" if modelled else ""),
                operation,
                direction,
                node.path,
                facet,
                value,
                "modelled" if modelled else "documented",
                "should" if modelled else "must",
                _BY_MODEL if modelled else node.sources.get(facet, ()),
                node.observed.get(facet, ()),
                node.places.get(facet, node.where),
            )


def _claims(node: Node) -> Iterator[tuple[str, Any, bool]]:
    """Yield facet, value, and whether only the model says so; the model's own only where the newest page differs."""
    modelled = node.basis == "modelled"
    yield "present", True, modelled
    yield "type", node.type, modelled
    for facet in FACETS:
        if facet in node.documented:
            yield facet, node.documented[facet], modelled
    for facet in FACETS:
        value = node.modelled.get(facet, UNSET)
        if value is not UNSET and not same_value(value, node.documented.get(facet, UNSET)):
            yield facet, value, True


def _stated(
    operation: Operation, direction: Direction, path: str, facet: str, settled: tuple[Any, tuple[Citation, ...]]
) -> Fact:
    """Make a fact that belongs to no member, from its value in force and its citations."""
    value, sources = settled
    return Fact(
        id=f"{operation.name}/{direction}/{path}/{facet}",
        operation=operation.name,
        direction=direction,
        path=path,
        facet=facet,
        value=value,
        basis="protocol" if sources == _BY_PROTOCOL else "documented",
        level="must",
        sources=sources,
        where=operation.where,
    )
