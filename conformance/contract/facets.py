"""The facets that the contract knows, what values they take, and on which types they make sense."""

from __future__ import annotations

import re
from typing import Any, Final

from conformance.contract.keys import ContractError, shown
from conformance.errors import suggest
from conformance.inputs import Entries, Section

TYPES: Final = ("string", "integer", "float", "boolean", "timestamp", "list", "map", "structure")
SCALARS: Final = ("string", "integer", "float", "boolean", "timestamp")
FACETS: Final = (
    "required", "default", "enum", "min_length", "max_length", "pattern", "minimum", "maximum",
)  # fmt: skip
CITABLE: Final = ("present", "type", *FACETS, "http_status")

WIRE_NUMBER: Final = "number"
"""The type that drawn JSON gives to integers, floats and timestamps alike: it never wins over one that says more."""

_SIZED = ("string", "list", "map")
_NUMBERS = ("integer", "float")
_APPLIES: Final = {
    "required": TYPES,
    "default": SCALARS,
    "enum": ("string",),
    "min_length": _SIZED,
    "max_length": _SIZED,
    "pattern": ("string",),
    "minimum": _NUMBERS,
    "maximum": _NUMBERS,
}


def facet_value(facet: str, holder: Section, key: str) -> Any:
    """Return the checked value of the facet in `holder` under `key`. Raises ContractError."""
    value = holder[key]
    fault = _fault(facet, value)
    if fault:
        raise ContractError(
            f"the {facet} must be {fault}, not {shown(value)}", where=holder.at(key), remedy=f"write {fault} there"
        )
    if facet == "pattern":
        try:
            re.compile(value)
        except (re.error, OverflowError, RecursionError) as error:
            raise ContractError(
                f"the pattern {value!r} does not compile: {error}",
                where=holder.at(key),
                remedy="fix the regular expression; in YAML, single quotes keep backslashes as they are",
            ) from error
    return tuple(value) if facet == "enum" else value


def applicable(facet: str, kind: str, where: str) -> None:
    """Insist that a facet makes sense on a type. Raises ContractError."""
    if kind not in _APPLIES[facet]:
        fitting = [name for name, kinds in _APPLIES.items() if kind in kinds]
        raise ContractError(
            f"the facet {facet!r} has no meaning on the type {kind!r}",
            where=where,
            remedy=f"remove it; on that type there are: {', '.join(fitting)}",
        )


def same_value(item: Any, other: Any) -> bool:
    """Whether two values of a facet say the same; the order in which a page lists an enum says nothing."""
    if isinstance(item, list | tuple) and isinstance(other, list | tuple):
        return set(item) == set(other)
    return type(item) is type(other) and bool(item == other)


def _fault(facet: str, value: Any) -> str:
    """Name what the value should have been; empty if it is that."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    match facet:
        case "min_length" | "max_length" | "http_status":
            sound, expected = whole and value >= 0, "a whole number that is not negative"
        case "minimum" | "maximum":
            sound, expected = whole or isinstance(value, float), "a number"
        case "required" | "present":
            sound, expected = isinstance(value, bool), "true or false"
        case "enum":
            texts = isinstance(value, Entries) and value and all(isinstance(entry, str) for entry in value)
            sound, expected = texts and len(set(value)) == len(value), "a list of different texts"
        case "default":
            sound, expected = isinstance(value, str | int | float), "a scalar"
        case "type":
            sound, expected = value in (*TYPES, WIRE_NUMBER), f"one of {', '.join(TYPES)}"
        case _:
            sound, expected = isinstance(value, str), "text"
    return "" if sound else expected


def known_type(mapping: Section) -> str:
    """Return the type that a shape names. Raises ContractError for one that does not exist."""
    value = mapping.get("type")
    if isinstance(value, str) and value in TYPES:
        return value
    raise ContractError(f"there is no type {shown(value)}", where=mapping.at("type"), remedy=suggest(str(value), TYPES))
