"""Which facets of a member a value in an answer breaks: the judge's reading of JSON types, limits and timestamps."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from conformance.contract import Node

_EARLIEST = 1_483_228_800  # 2017-01-01: the service is of that year
_LATEST = 4_102_444_800  # 2100-01-01
_SHOWN = 60

SPECIAL_FLOATS = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}
"""The texts that stand for floats which JSON has no numbers for, and how Python writes them."""
MODELLED = "/modelled"
"""What a facet is marked with where only the model states it."""


Look = Callable[[Any], str]
"""Looks at a value; gives what was received where it breaks the facet, the empty string where it does not."""


def looks(node: Node) -> tuple[tuple[str, Look], ...]:
    """Give the look of each facet of a member but its type: made once, used on every value."""
    found: list[tuple[str, Look]] = []
    accepted = node.accepted_values()
    for facets, suffix in ((node.documented, ""), (node.modelled, MODELLED)):
        for facet, bound in facets.items():
            if facet == "enum" and accepted is not None:
                found.append((facet + suffix, _one_of(frozenset(accepted))))
            elif facet in _LIMITS:
                found.append((facet + suffix, _LIMITS[facet](bound)))
    return tuple(found)


def type_problem(kind: str, value: Any) -> str:
    """Say what is wrong with the JSON type of a value; empty where it has the type.

    `null` is of no type: what is absent is left out. A timestamp is in seconds and of this century.
    """
    if not _HAS_TYPE[kind](value):
        return f"{_json_name(value)} {_short(value)}".strip()
    if kind == "timestamp" and not _EARLIEST <= value <= _LATEST:
        unit = "milliseconds" if _EARLIEST <= value / 1000 <= _LATEST else "no plausible time"
        return f"the number {value!r} ({unit})"
    return ""


def json_kind(kind: str) -> str:
    """Say which JSON values a contract type has."""
    return {
        "integer": "number without a fraction",
        "float": 'number, or one of "NaN", "Infinity", "-Infinity"',
        "timestamp": "number of seconds since 1970 (not milliseconds, not text)",
        "list": "array",
        "map": "object",
        "structure": "object",
    }.get(kind, kind)


def is_number(value: Any) -> bool:
    """Tell whether a value of the wire is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


_HAS_TYPE: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: is_number(value) and float(value).is_integer(),
    "float": lambda value: is_number(value) or (isinstance(value, str) and value in SPECIAL_FLOATS),
    "boolean": lambda value: isinstance(value, bool),
    "timestamp": is_number,
    "list": lambda value: isinstance(value, list),
    "map": lambda value: isinstance(value, dict),
    "structure": lambda value: isinstance(value, dict),
}


def _one_of(accepted: frozenset[Any]) -> Look:
    return lambda value: "" if value in accepted else _short(value)


def _too_short(bound: int) -> Look:
    return lambda value: f"length {len(value)}: {_short(value)}" if len(value) < bound else ""


def _too_long(bound: int) -> Look:
    return lambda value: f"length {len(value)}: {_short(value)}" if len(value) > bound else ""


def _too_small(bound: float) -> Look:
    return lambda value: f"{value!r}" if is_number(value) and value < bound else ""


def _too_large(bound: float) -> Look:
    return lambda value: f"{value!r}" if is_number(value) and value > bound else ""


def _no_match(pattern: str) -> Look:
    compiled = re.compile(pattern)
    return lambda value: "" if compiled.fullmatch(value) else _short(value)


_LIMITS: dict[str, Callable[[Any], Look]] = {
    "min_length": _too_short,
    "max_length": _too_long,
    "minimum": _too_small,
    "maximum": _too_large,
    "pattern": _no_match,
}


def _json_name(value: Any) -> str:
    if value is None:
        return "null"
    names = {
        bool: "the boolean",
        str: "the string",
        int: "the number",
        float: "the number",
        list: "an array",
        dict: "an object",
    }
    return names[type(value)]


def _short(value: Any) -> str:
    if value is None:
        return ""
    text = repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
