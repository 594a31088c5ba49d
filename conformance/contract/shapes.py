"""Expansion of shapes into trees of nodes, one node a path, each with the values in force at its path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.contract.citations import CitationIndex
from conformance.contract.facets import FACETS, SCALARS, applicable, facet_value, known_type
from conformance.contract.keys import ContractError, closed, known, sub, subs, text, texts
from conformance.contract.model import UNSET, Citation, Member, Node, Shape, Traits
from conformance.inputs import Section

_PARTS = {"structure": ("members",), "list": ("member",), "map": ("key", "value")}
_TRAITS = ("modelled", "observed")
_MEMBER_ONLY = ("required",)


def parse_shape(name: str, written: Section, observations: Mapping[str, Any]) -> Shape:
    """Read one shape. Raises ContractError."""
    if "type" not in written:
        raise ContractError(f"the shape {name!r} has no type", where=written.at(), remedy="add `type:` to it")
    kind = known_type(written)
    parts = _PARTS.get(kind, ())
    what = f"a {kind} shape" if name else f"a {kind} member"
    closed(written, ("type", *parts, *FACETS, *_TRAITS), parts, what=what)
    for facet in _MEMBER_ONLY:
        if facet in written:
            raise ContractError(
                f"the shape {name!r} can't be {facet}", where=written.at(facet), remedy="state it at the member"
            )
    return _shape(name, kind, written, _traits(written, kind, observations), observations)


def _shape(name: str, kind: str, written: Section, traits: Traits, observations: Mapping[str, Any]) -> Shape:
    def part(key: str) -> Member | None:
        return _member(sub(written, key), observations, of_structure=False) if key in written else None

    members = {member: _member(uses, observations, of_structure=True) for member, uses in subs(sub(written, "members"))}
    return Shape(name, kind, traits, members, part("member"), part("key"), part("value"), written.at())


def _member(written: Section, observations: Mapping[str, Any], *, of_structure: bool) -> Member:
    modelled = text(written, "basis", "documented") == "modelled"
    if "basis" in written and not modelled:
        raise ContractError(
            "the only basis that a member can name is `modelled`",
            where=written.at("basis"),
            remedy="write `basis: modelled`, or leave it out for a documented member",
        )
    inline = None
    if "shape" in written:
        closed(written, ("shape", "basis", *FACETS, *_TRAITS), what="a member with a shape")
        shape, kind = text(written, "shape"), ""
    else:
        if "type" not in written:
            raise ContractError(
                "the member names neither a shape nor a type", where=written.at(), remedy="add `shape:` or `type:`"
            )
        shape, kind = "", known_type(written)
        parts = _PARTS.get(kind, ())
        closed(written, ("type", "basis", *parts, *FACETS, *_TRAITS), parts, what=f"a {kind} member")
        inline = _shape("", kind, written, Traits({}, {}, {}, {}), observations)
    if "required" in written and not of_structure:
        raise ContractError(
            "only members of structures can be required",
            where=written.at("required"),
            remedy="remove it, or use min_length on the list or map",
        )
    return Member(shape, inline, modelled, _traits(written, kind, observations), written.at())


def _traits(written: Section, kind: str, observations: Mapping[str, Any]) -> Traits:
    """Read the facets; `kind` is empty where the type is the shape's, and known only after all are read."""
    documented, places = _facets(written, kind)
    inner = sub(written, "modelled")
    closed(inner, FACETS, what="`modelled`")
    modelled, modelled_places = _facets(inner, kind)
    watched = sub(written, "observed")
    closed(watched, ("present", "type", *FACETS), what="`observed`")
    observed = {facet: texts(watched, facet) for facet in watched}
    for facet, ids in observed.items():
        for observation in ids:
            known(observation, observations, "observation", watched.at(facet))
    return Traits(documented, modelled, observed, {**modelled_places, **places})


def _facets(written: Section, kind: str) -> tuple[dict[str, Any], dict[str, str]]:
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    for facet in FACETS:
        if facet in written:
            values[facet] = facet_value(facet, written, facet)
            places[facet] = written.at(facet)
            if kind:
                applicable(facet, kind, places[facet])
    return values, places


def check_shapes(shapes: Mapping[str, Shape]) -> None:
    """Reject uses of shapes that don't exist, facets that don't fit the shape used, and recursion."""
    settled: set[str] = set()
    for name in shapes:
        _follow(shapes[name], shapes, (name,), settled)


def _follow(shape: Shape, shapes: Mapping[str, Shape], trail: tuple[str, ...], settled: set[str]) -> None:
    for use in shape.uses():
        if use.inline is not None:
            _follow(use.inline, shapes, trail, settled)
            continue
        known(use.shape, shapes, "shape", use.where)
        for facet in (*use.traits.documented, *use.traits.modelled):
            applicable(facet, shapes[use.shape].type, use.traits.places[facet])
        if use.shape in trail:
            loop = " -> ".join((*trail[trail.index(use.shape) :], use.shape))
            raise ContractError(
                f"shapes are recursive: {loop}", where=use.where, remedy="write the inner level out as its own shape"
            )
        if use.shape not in settled:
            _follow(shapes[use.shape], shapes, (*trail, use.shape), settled)
    if shape.name:
        settled.add(shape.name)


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
        """Return the type, the facets and the citations that hold at a path."""
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
