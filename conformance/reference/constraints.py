"""The constraints of an input, from its node tree, in the words of the service."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from conformance.reference.refusals import validation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.contract import Node


def check_input(node: Node, members: dict[str, Any]) -> None:
    """Raise one ValidationException that names every constraint that the members break."""
    broken = list(violations(node, members, ""))
    if broken:
        noun = "validation error" if len(broken) == 1 else "validation errors"
        raise validation(f"{len(broken)} {noun} detected: {'; '.join(broken)}")


def violations(node: Node, value: Any, place: str) -> Iterator[str]:
    """Go through the constraints that a value breaks, itself and everything in it, in the order of the contract."""
    yield from _own_violations(node, value, place)
    if node.type == "structure":
        for name, member in node.members.items():
            inner = _join(place, name[:1].lower() + name[1:])
            if name in value:
                yield from violations(member, value[name], inner)
            elif member.effective("required") is True:
                yield _absent(inner)
    elif node.type == "list" and node.element is not None:
        for number, item in enumerate(value, start=1):
            yield from _present(node.element, item, f"{place}.{number}.member")
    elif node.type == "map" and node.key is not None and node.value is not None:
        for name, entry in value.items():
            yield from violations(node.key, name, f"{place}.{name}.key")
            yield from _present(node.value, entry, f"{place}.{name}.value")


def _present(node: Node, value: Any, place: str) -> Iterator[str]:
    if value is None:
        yield _absent(place)
    else:
        yield from violations(node, value, place)


def _own_violations(node: Node, value: Any, place: str) -> Iterator[str]:
    for facet in _JUDGES:
        limits = [facets[facet] for facets in (node.documented, node.modelled) if facet in facets]
        # Where the documents and the model differ, only what both refuse is refused.
        if limits and all(breaks(facet, limit, value) for limit in limits):
            yield _told(value, place, _REQUIREMENTS[facet](limits[0]))
    accepted = node.accepted_values()
    if accepted is not None and value not in accepted:
        yield _told(value, place, f"satisfy enum value set: [{', '.join(accepted)}]")


def breaks(facet: str, limit: Any, value: Any) -> bool:
    """Tell whether a value of the right type breaks one facet; False for a facet that limits no single value."""
    return facet in _JUDGES and _JUDGES[facet](value, limit)


def _told(value: Any, place: str, requirement: str) -> str:
    return f"Value '{value}' at '{place}' failed to satisfy constraint: Member must {requirement}"


def _absent(place: str) -> str:
    return f"Value null at '{place}' failed to satisfy constraint: Member must not be null"


def _join(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # ASCII: `\d` in a contract means the ten digits, as it does where the contract comes from.
    return re.compile(pattern, re.ASCII)


_JUDGES: dict[str, Callable[[Any, Any], bool]] = {
    "min_length": lambda value, limit: len(value) < limit,
    "max_length": lambda value, limit: len(value) > limit,
    "minimum": lambda value, limit: value < limit,
    "maximum": lambda value, limit: value > limit,
    "pattern": lambda value, limit: _compiled(limit).fullmatch(value) is None,
}
"""Each facet, and when a value breaks it."""

_REQUIREMENTS: dict[str, Callable[[Any], str]] = {
    "min_length": lambda limit: f"have length greater than or equal to {limit}",
    "max_length": lambda limit: f"have length less than or equal to {limit}",
    "minimum": lambda limit: f"have value greater than or equal to {limit}",
    "maximum": lambda limit: f"have value less than or equal to {limit}",
    "pattern": lambda limit: f"satisfy regular expression pattern: {limit}",
}
