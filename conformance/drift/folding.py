"""Folding: a member that came or went is one finding, not one for each thing said of it and of what it holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from conformance.drift.finding import Finding, Kind

_CONTAINERS = ("structure", "list", "map")
_SHOWN = 6


def folded(findings: Iterable[Finding]) -> list[Finding]:
    """Leave the finding that a member came or went, and what it tells; drop those about its facets and below it.

    Below a member that holds something else than before (a list where a structure was) nothing can be compared.
    """
    every = list(findings)
    tops = [
        one
        for one in every
        if (one.facet == "present" and one.kind is not Kind.CHANGED and not (one.ours and one.theirs))
        or (one.facet == "type" and one.kind is Kind.CHANGED and {one.ours, one.theirs} & set(_CONTAINERS))
    ]
    kept = [one for one in every if not any(_covers(top, one) for top in tops if top is not one)]
    return [_telling(one, every) if one.kind is Kind.NEW and one.facet == "present" else one for one in kept]


def _covers(top: Finding, one: Finding) -> bool:
    if (top.direction, top.operation) != (one.direction, one.operation):
        return False
    if one.path == top.path:
        # A member whose type changed keeps its other facets; one that came or went has none of its own.
        return top.facet == "present" and one.facet != "present"
    return below(one.path, top.path)


def below(path: str, top: str) -> bool:
    """Tell whether a path leads through another one."""
    return path.startswith(top) and path[len(top) :][:1] in {".", "[", "{"}


def _telling(member: Finding, every: Iterable[Finding]) -> Finding:
    """Say of a new member what else is said of it."""
    own = [
        one for one in every if one.direction == member.direction and one.path == member.path and one.facet != "present"
    ]
    own.sort(key=lambda one: one.facet != "type")
    parts = [_in_words(one.facet, one.theirs) for one in own]
    held = {one.path for one in every if one.direction == member.direction and below(one.path, member.path)}
    if held:
        parts.append(f"with {len(held)} path{'' if len(held) == 1 else 's'} below it")
    told = ", ".join(dict.fromkeys(part for part in parts if part))
    return replace(member, detail="; ".join(one for one in (told, member.detail) if one))


def _in_words(facet: str, value: Any) -> str:
    if facet == "type":
        return "" if value == "number" else f"an {value}" if value == "integer" else f"a {value}"
    if facet == "required":
        return "required" if value else "optional"
    return f"{facet} {in_words(value)}"


def in_words(value: Any) -> str:
    """Give a value as people read it, a long list of words cut."""
    if isinstance(value, list | tuple):
        words = [str(word) for word in value]
        more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
        return ", ".join(words[:_SHOWN]) + more
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
