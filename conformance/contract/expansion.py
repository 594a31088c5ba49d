"""Expansion of shapes into trees of nodes, one node a path, each with the values in force at its path."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conformance.contract.citation import UNSET, Citation
from conformance.contract.errors import ContractError
from conformance.contract.facets import SCALARS
from conformance.contract.node import Node
from conformance.contract.shapes import Member, Shape, Traits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.contract.citations import CitationIndex

_MOST_PATHS = 20_000
"""Shapes that use each other on many levels multiply; a contract of an API stays far below this."""


@dataclass
class Expansion:
    """Expands shapes at the paths of one operation and direction, and keeps the paths that it made."""

    operation: str
    direction: str
    shapes: Mapping[str, Shape]
    cited: CitationIndex
    paths: list[str] = field(default_factory=list)

    def root(self, shape: Shape) -> Node:
        """Expand the shape of a whole input or output. Raises ContractError."""
        use = Member(shape.name, None, modelled=False, traits=Traits({}, {}, {}, {}), where=shape.where)
        return self._node("", "", use, modelled=False)

    def _node(self, path: str, name: str, use: Member, *, modelled: bool) -> Node:
        shape = use.inline or self.shapes[use.shape]
        traits = use.traits.over(shape.traits)
        modelled = modelled or use.modelled
        if len(self.paths) >= _MOST_PATHS:
            raise ContractError(
                f"the {self.direction} of {self.operation} has more than {_MOST_PATHS} paths",
                where=use.where,
                remedy="use fewer shapes inside one another",
            )
        self.paths.append(path)
        if modelled:
            kind, said = shape.type, {**traits.documented, **traits.modelled}
            documented: dict[str, Any] = {}
            sources: dict[str, tuple[Citation, ...]] = {}
            listed: list[Any] = [said.get("enum")]
        else:
            kind, documented, sources = self._in_force(path, shape.type, traits, use.where)
            said = dict(traits.modelled)
            listed = [documented.get("enum"), traits.documented.get("enum")]
            listed += [citation.value for citation in sources.get("enum", ()) if citation.value is not UNSET]
            listed.append(said.get("enum"))
        enums = [values for values in listed if values is not None]
        editions = tuple(dict.fromkeys(value for values in enums for value in values)) if enums else None
        prefix = f"{path}." if path else ""
        members = {
            member: self._node(prefix + member, member, member_use, modelled=modelled)
            for member, member_use in shape.members.items()
        }
        return Node(
            path=path,
            name=name,
            type=kind,
            basis="modelled" if modelled else "documented",
            documented=documented,
            modelled=said,
            members=members,
            element=self._part(path, "[]", shape.element, modelled=modelled),
            key=self._part(path, "{key}", shape.key, modelled=modelled),
            value=self._part(path, "{value}", shape.value, modelled=modelled),
            shape=shape.name,
            observed=traits.observed,
            sources=sources,
            editions=editions,
            where=use.where,
            places=traits.places,
        )

    def _part(self, path: str, name: str, use: Member | None, *, modelled: bool) -> Node | None:
        return None if use is None else self._node(path + name, name, use, modelled=modelled)

    def _in_force(
        self, path: str, kind: str, traits: Traits, where: str
    ) -> tuple[str, dict[str, Any], dict[str, tuple[Citation, ...]]]:
        """Give the type, the facets and the citations that hold at a path."""
        documented: dict[str, Any] = {}
        sources: dict[str, tuple[Citation, ...]] = {}
        if path:
            _, sources["present"] = self.cited.settle((self.operation, self.direction, path, "present"), stated=True)
            in_force, sources["type"] = self.cited.settle((self.operation, self.direction, path, "type"), kind)
            if in_force != kind and not (in_force in SCALARS and kind in SCALARS):
                raise ContractError(
                    f"the newest document says {in_force} at {path!r}, the shape {kind}",
                    where=sources["type"][0].where or where,
                    remedy="use a shape of the newest type, and give the older citations the `value` that they state",
                )
            kind = in_force
        for facet, stated in traits.documented.items():
            documented[facet], sources[facet] = self.cited.settle((self.operation, self.direction, path, facet), stated)
        return kind, documented, sources
