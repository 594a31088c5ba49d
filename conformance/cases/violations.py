"""Which constraints of a member a value breaks: the judge's own reading of the contract, shared with no server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from conformance.contract import Node


def violations(node: Node, value: Any) -> frozenset[str]:
    """Give the facets of this member that the value breaks; empty for a valid value.

    A limit counts only where documents and model agree that the value is outside it. A value of the wrong JSON type
    breaks `type` and nothing else, since no constraint can be asked of it.
    """
    if not _has_type(node.type, value):
        return frozenset({"type"})
    broken = {facet for facet in ("enum", *_LIMITS, "pattern") if _breaks(node, facet, value)}
    return frozenset(broken)


def request_violations(root: Node, members: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """Give (member, facet) for everything that a request's members break; unknown members break nothing."""
    found = {
        (name, facet)
        for name, value in members.items()
        if name in root.members and value is not None
        for facet in violations(root.members[name], value)
    }
    found |= {
        (name, "required")
        for name, node in root.members.items()
        if node.effective("required") and members.get(name) is None
    }
    return frozenset(found)


_LIMITS = ("min_length", "max_length", "minimum", "maximum")


def _has_type(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    expected: dict[str, type | tuple[type, ...]] = {
        "string": str,
        "integer": int,
        "float": (int, float),
        "timestamp": (int, float),
        "list": list,
        "map": dict,
        "structure": dict,
    }
    return kind in expected and isinstance(value, expected[kind])


def _breaks(node: Node, facet: str, value: Any) -> bool:
    if facet == "enum":
        accepted = node.accepted_values()
        return accepted is not None and value not in accepted
    bounds = [source[facet] for source in (node.documented, node.modelled) if facet in source]
    return bool(bounds) and all(_outside(facet, bound, value) for bound in bounds)


def _outside(facet: str, bound: Any, value: Any) -> bool:
    match facet:
        case "min_length":
            return bool(len(value) < bound)
        case "max_length":
            return bool(len(value) > bound)
        case "minimum":
            return bool(value < bound)
        case "maximum":
            return bool(value > bound)
        case _:
            return re.fullmatch(bound, value) is None
