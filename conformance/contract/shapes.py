"""Shapes as the contract writes them: types with members and facets, before they are expanded into paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.contract import fields
from conformance.contract.errors import ContractError, suggest
from conformance.contract.facets import FACETS, applicable, facet_value, known_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.contract.yaml_source import Section

_PARTS = {"structure": ("members",), "list": ("member",), "map": ("key", "value")}
_TRAITS = ("modelled", "observed")
_MEMBER_ONLY = ("required",)


@dataclass(frozen=True, slots=True)
class Traits:
    """The facets that a shape or a member states, and the lines where it does."""

    documented: Mapping[str, Any]
    modelled: Mapping[str, Any]
    observed: Mapping[str, tuple[str, ...]]
    places: Mapping[str, str]

    def over(self, below: Traits) -> Traits:
        """Lay the facets of a member over those of its shape."""
        if not (self.documented or self.modelled or self.observed):
            return below
        return Traits(
            {**below.documented, **self.documented},
            {**below.modelled, **self.modelled},
            {**below.observed, **self.observed},
            {**below.places, **self.places},
        )


@dataclass(frozen=True, slots=True)
class Member:
    """A use of a shape: a member of a structure, or what a list or map holds."""

    shape: str
    """The shape's name, empty if `inline` holds it."""
    inline: Shape | None
    modelled: bool
    """Whether only the service model knows it."""
    traits: Traits
    where: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A type with its facets; `members` of a structure, `element` of a list, `key` and `value` of a map."""

    name: str
    type: str
    traits: Traits
    members: Mapping[str, Member]
    element: Member | None
    key: Member | None
    value: Member | None
    where: str

    def uses(self) -> tuple[Member, ...]:
        """Give every use of another shape."""
        parts = (*self.members.values(), self.element, self.key, self.value)
        return tuple(part for part in parts if part is not None)


def parse_shape(name: str, written: Section, observations: Mapping[str, Any]) -> Shape:
    """Read one shape. Raises ContractError."""
    if "type" not in written:
        raise ContractError(f"the shape {name!r} has no type", where=written.at(), remedy="add `type:` to it")
    kind = known_type(written)
    parts = _PARTS.get(kind, ())
    what = f"a {kind} shape" if name else f"a {kind} member"
    fields.closed(written, ("type", *parts, *FACETS, *_TRAITS), parts, what=what)
    for facet in _MEMBER_ONLY:
        if facet in written:
            raise ContractError(
                f"the shape {name!r} can't be {facet}", where=written.at(facet), remedy="state it at the member"
            )
    return _shape(name, kind, written, _traits(written, kind, observations), observations)


def _shape(name: str, kind: str, written: Section, traits: Traits, observations: Mapping[str, Any]) -> Shape:
    def part(key: str) -> Member | None:
        return _member(fields.sub(written, key), observations, of_structure=False) if key in written else None

    members = {
        member: _member(uses, observations, of_structure=True)
        for member, uses in fields.subs(fields.sub(written, "members"))
    }
    return Shape(name, kind, traits, members, part("member"), part("key"), part("value"), written.at())


def _member(written: Section, observations: Mapping[str, Any], *, of_structure: bool) -> Member:
    modelled = fields.text(written, "basis", "documented") == "modelled"
    if "basis" in written and not modelled:
        raise ContractError(
            "the only basis that a member can name is `modelled`",
            where=written.at("basis"),
            remedy="write `basis: modelled`, or leave it out for a documented member",
        )
    inline = None
    if "shape" in written:
        fields.closed(written, ("shape", "basis", *FACETS, *_TRAITS), what="a member with a shape")
        shape, kind = fields.text(written, "shape"), ""
    else:
        if "type" not in written:
            raise ContractError(
                "the member names neither a shape nor a type", where=written.at(), remedy="add `shape:` or `type:`"
            )
        shape, kind = "", known_type(written)
        parts = _PARTS.get(kind, ())
        fields.closed(written, ("type", "basis", *parts, *FACETS, *_TRAITS), parts, what=f"a {kind} member")
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
    inner = fields.sub(written, "modelled")
    fields.closed(inner, FACETS, what="`modelled`")
    modelled, modelled_places = _facets(inner, kind)
    watched = fields.sub(written, "observed")
    fields.closed(watched, ("present", "type", *FACETS), what="`observed`")
    observed = {facet: fields.texts(watched, facet) for facet in watched}
    for facet, ids in observed.items():
        for observation in ids:
            if observation not in observations:
                raise ContractError(
                    f"there is no observation {observation!r}",
                    where=watched.at(facet),
                    remedy=suggest(observation, observations),
                )
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
    """Refuse uses of shapes that don't exist, facets that don't fit the shape used, and recursion."""
    settled: set[str] = set()
    for name in shapes:
        _follow(shapes[name], shapes, (name,), settled)


def _follow(shape: Shape, shapes: Mapping[str, Shape], trail: tuple[str, ...], settled: set[str]) -> None:
    for use in shape.uses():
        if use.inline is not None:
            _follow(use.inline, shapes, trail, settled)
            continue
        if use.shape not in shapes:
            raise ContractError(f"there is no shape {use.shape!r}", where=use.where, remedy=suggest(use.shape, shapes))
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
