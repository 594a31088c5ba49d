"""Shapes of a drafted contract: parts of its trees that are alike share one definition, under the model's name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from conformance.contract.model import FACETS
from conformance.drafting.trees import USE_FACETS, Part
from conformance.drafting.yaml_text import Mapping, flow

_ENDS = {"[]": "member", "{key}": "key", "{value}": "value"}
_SHAPE_FACETS = tuple(facet for facet in FACETS if facet not in USE_FACETS)

_Key = tuple[str, Hashable]
"""The model's name of a shape, and all that a definition says."""


@dataclass
class ShapeTable:
    """The definitions that trees need, by name, in the order in which they are first used.

    A shape of the model that pages describe differently from one path to another has several definitions. The one that
    most paths use has the name of the model, the others the name of their parent in addition.
    """

    definitions: dict[str, Mapping] = field(default_factory=dict)
    used_by: dict[str, set[str]] = field(default_factory=dict)
    """Name of a definition to the groups (such as requests and answers) that use it."""
    _names: dict[_Key, str] = field(default_factory=dict)
    _uses: Counter[_Key] = field(default_factory=Counter)
    _documented: dict[_Key, _Key] = field(default_factory=dict)
    """What a definition says whoever states it, to the definition of which pages state some."""
    _parts: dict[_Key, Part] = field(default_factory=dict)
    """The first part of each definition, one that pages describe before others."""
    _enclosing: list[tuple[str, str]] = field(default_factory=list)
    """The model's name and the name of each definition that is being written, outer ones first."""

    def count(self, trees: Iterable[Part]) -> None:
        """Count how often each definition is used, before the first is written."""
        parts = [part for tree in trees for part in tree.walk() if _may_be_defined(part)]
        for part in sorted(parts, key=lambda part: not part.is_documented):
            if part.is_documented:
                self._documented.setdefault(_key(part, merged=True), _key(part))
            key = self._key(part)
            self._uses[key] += 1
            self._parts.setdefault(key, part)

    def define_message(self, part: Part, fallback: str, group: str) -> str:
        """Write the definition of a whole message, by the model's name or, where that means another, by `fallback`."""
        key = _key(part)
        if key not in self._names:
            taken = {*self._names.values(), *self.definitions}
            self._names[key] = part.shape if part.shape and part.shape not in taken else fallback
        return self.define(part, self._names[key], group)

    def define(self, part: Part, name: str, group: str) -> str:
        """Write a definition, and all that it needs; return its name."""
        seen = self.used_by.setdefault(name, set())
        if group in seen:
            return name
        seen.add(group)
        written = self.definitions.setdefault(name, {})
        merged = bool(part.name) and not part.is_documented
        # Filled after it has its place: what it needs comes after it.
        self._enclosing.append((part.shape, name))
        members = {item.name: self._use(item, name, group, inside=merged) for item in part.parts.values()}
        self._enclosing.pop()
        written |= {"type": part.type, **_traits(part, _SHAPE_FACETS, merged=merged)}
        if part.type == "structure":
            written["members"] = members
        return name

    def _key(self, part: Part) -> _Key:
        key = _key(part, merged=not part.is_documented)
        return key if part.is_documented else self._documented.get(key, key)

    def _name(self, part: Part, parent: str) -> str:
        key = self._key(part)
        if key not in self._names:
            name = part.shape or (part.name if part.name not in _ENDS else f"{parent}Item")
            variants = [item for item in self._uses if item[0] == key[0]]
            if max(variants, key=self._uses.__getitem__) != key:
                name = f"{name}Of{parent}"
            taken = {*self._names.values(), *self.definitions}
            number = 2
            while name in taken:
                name, number = f"{name.rstrip('0123456789')}{number}", number + 1
            self._names[key] = name
        return self._names[key]

    def _use(self, part: Part, parent: str, group: str, *, inside: bool) -> Mapping:
        """Return how a member, or what a list or a map has, is written; `inside` one that only the model knows."""
        merged = inside or not part.is_documented
        found: Mapping = {}
        own: Mapping = {}
        if part.recursive:
            enclosing = (name for shape, name in reversed(self._enclosing) if shape == part.shape)
            found["shape"] = next(enclosing, part.shape)
        elif _may_be_defined(part) and (part.type == "structure" or self._uses[self._key(part)] > 1):
            found["shape"] = self.define(self._parts[self._key(part)], self._name(part, parent), group)
        else:
            found["type"] = part.type
            for end, item in part.parts.items():
                found[_ENDS[end]] = self._use(item, parent, group, inside=merged)
            own = _traits(part, _SHAPE_FACETS, merged=merged)
        traits = _traits(part, USE_FACETS, merged=merged)
        if modelled := {**traits.pop("modelled", {}), **own.pop("modelled", {})}:
            own["modelled"] = modelled
        found |= traits | own
        if part.nullable:
            found["nullable"] = True
        if part.example is not None:
            found["example"] = part.example
        if merged and not inside:
            found["basis"] = "modelled"
        return found


def _may_be_defined(part: Part) -> bool:
    """Return whether a part may be a shape of its own: a structure, or a scalar with constraints."""
    if part.recursive or not part.name or part.type in {"list", "map"}:
        return False
    if part.type == "structure":
        return True
    own = _traits(part, _SHAPE_FACETS, merged=False)
    return bool(part.shape) and ("enum" in own or len(flow(own)) > _SHORT)


_SHORT = 60
"""Characters of constraints that are as easily read in their place as below another name."""


def _key(part: Part, *, merged: bool = False) -> _Key:
    return part.shape or part.name, _signature(part, merged=merged)


def _signature(part: Part, *, merged: bool) -> Hashable:
    """Return all that a definition says of a part; `merged`, whoever states it."""
    if part.recursive:
        return part.shape
    if merged not in part.signatures:
        inside = tuple(
            (
                (name, merged or item.is_documented, item.nullable, _facets(item, USE_FACETS, merged)),
                _signature(item, merged=merged),
            )
            for name, item in part.parts.items()
        )
        part.signatures[merged] = part.type, _facets(part, _SHAPE_FACETS, merged), inside
    return part.signatures[merged]


def _facets(part: Part, names: Iterable[str], merged: bool) -> Hashable:  # noqa: FBT001 - private
    if merged:
        return tuple(part.effective(name) for name in names)
    return tuple((part.documented.get(name), part.modelled.get(name)) for name in names)


def _traits(part: Part, names: Iterable[str], *, merged: bool) -> Mapping:
    """Return the facets of a part as they are written, with the model's own below `modelled`."""

    def chosen(source: dict[str, Any]) -> Mapping:
        found = {name: source[name] for name in names if name in source}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}

    if merged:
        return chosen({**part.modelled, **part.documented})
    found = chosen(part.documented)
    if modelled := chosen(part.modelled):
        found["modelled"] = modelled
    return found


def files_of(table: ShapeTable) -> Iterator[tuple[str, dict[str, Mapping]]]:
    """Yield the name of each file of shapes with its definitions: those of one group, and those that several share."""
    files: dict[str, dict[str, Mapping]] = {}
    for name, written in table.definitions.items():
        users = table.used_by[name]
        files.setdefault(next(iter(users)) if len(users) == 1 else "shared", {})[name] = written
    yield from files.items()
