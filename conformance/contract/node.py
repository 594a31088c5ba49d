"""A node of an expanded shape: one for each path of an operation's input, output or paginator."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.contract.citation import Citation

Basis = Literal["documented", "protocol", "modelled", "observed", "inferred"]

_STEP = re.compile(r"\[\]|\{key\}|\{value\}|\.?([^.\[\]{}]+)")


@dataclass(frozen=True, slots=True)
class Node:
    """What the contract says about one path.

    `documented` holds the facets that the documents state, with the values in force at this path; `modelled` those
    that only the service model states, or states otherwise. Below a member that the documents don't know, `basis` is
    `modelled` and every facet is in `modelled`.
    """

    path: str
    """`A.B`, `A[]`, `A{key}` or `A{value}`; empty for the root."""
    name: str
    """The member's name; `[]`, `{key}` or `{value}` for what a list or map holds; empty for the root."""
    type: str
    basis: Literal["documented", "modelled"]
    documented: Mapping[str, Any]
    modelled: Mapping[str, Any]
    members: Mapping[str, Node]
    element: Node | None
    """What a list holds."""
    key: Node | None
    value: Node | None
    """What the keys and the values of a map are."""
    shape: str
    """The name of the shape; empty for one that is written out at the member."""
    observed: Mapping[str, tuple[str, ...]]
    """Facet to the observations that contradict it: breaking it is no failure of a `must`."""
    sources: Mapping[str, tuple[Citation, ...]]
    """Facet (also `present` and `type`) to where the documents state it."""
    editions: tuple[str, ...] | None
    """Every enum value that any edition of the documents or the model lists; None if none lists any."""
    where: str = field(compare=False)
    """`file:line` of the member in the contract."""
    places: Mapping[str, str] = field(compare=False)
    """Facet to the `file:line` where the contract states it."""

    def walk(self) -> Iterator[Node]:
        """Go through this node and all below it, parents first, in the order of the contract."""
        yield self
        for child in self.children():
            yield from child.walk()

    def children(self) -> Iterator[Node]:
        """Go through the nodes directly below."""
        yield from self.members.values()
        for child in (self.element, self.key, self.value):
            if child is not None:
                yield child

    def accepted_values(self) -> tuple[str, ...] | None:
        """Give every value that an edition of the documents or the model lists; None if there is no enum."""
        return self.editions

    def effective(self, facet: str) -> Any | None:
        """Give the documented value in force, else the modelled one, else None. `type` is the type of the node."""
        if facet == "type":
            return self.type
        if facet in self.documented:
            return self.documented[facet]
        return self.modelled.get(facet)

    def descend(self, path: str) -> Node | None:
        """Give the node at a path relative to this one, None where there is none."""
        node: Node | None = self
        position = 0
        while node is not None and position < len(path):
            step = _STEP.match(path, position)
            if step is None:
                return None
            position = step.end()
            node = node.child(step[1] or step[0])
        return node

    def child(self, name: str) -> Node | None:
        """Give the node one step below: a member's name, `[]`, `{key}` or `{value}`."""
        if name == "[]":
            return self.element
        if name == "{key}":
            return self.key
        if name == "{value}":
            return self.value
        return self.members.get(name)
