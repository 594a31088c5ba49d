"""Typed access to the keys of a contract file, and its facets: their values, and the types that have them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, Final

from conformance.errors import UserError, suggest
from conformance.inputs import Entries, Section


class ContractError(UserError):
    """The contract can't be used: nothing is judged against a contract whose structure is broken."""


def section(value: Any, where: str, what: str) -> Section:
    """Insist that a value is a mapping. Raises ContractError."""
    if isinstance(value, Section):
        return value
    raise ContractError(f"{what} must be a mapping", where=where, hint="write `key: value` lines there")


def closed(mapping: Section, allowed: Collection[str], required: Collection[str] = (), *, what: str) -> None:
    """Reject keys that have no meaning here, and demand those that must be there. Raises ContractError."""
    for key in mapping:
        if key not in allowed:
            raise ContractError(f"{what} has no key {key!r}", where=mapping.at(key), hint=suggest(key, sorted(allowed)))
    for key in required:
        if key not in mapping:
            raise ContractError(f"{what} lacks the key {key!r}", where=mapping.at(), hint=f"add `{key}:` to it")


def text(mapping: Section, key: str, default: str | None = None) -> str:
    """Return a text that is not empty; `default` where the key is absent and that is allowed."""
    if key not in mapping and default is not None:
        return default
    value = mapping.get(key)
    if isinstance(value, str) and value.strip():
        return value
    raise wrong_type(mapping, key, "text")


def whole(mapping: Section, key: str) -> int:
    """Return a whole number that is not negative."""
    value = mapping.get(key)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise wrong_type(mapping, key, "a whole number that is not negative")


def texts(mapping: Section, key: str) -> tuple[str, ...]:
    """Return a list of texts, empty where the key is absent."""
    value = mapping.get(key, ())
    if key in mapping and not isinstance(value, Entries):
        raise wrong_type(mapping, key, "a list of texts")
    for index, entry in enumerate(value):
        if not isinstance(entry, str) or not entry:
            raise ContractError(
                f"entry {index + 1} of {key!r} must be text", where=value.at(index), hint="write it in quotes"
            )
    return tuple(value)


def sub(mapping: Section, key: str) -> Section:
    """Return a mapping below a key, empty where the key is absent."""
    if key not in mapping:
        return Section(mapping.file, mapping.line)
    value = mapping[key]
    if isinstance(value, Section):
        return value
    raise wrong_type(mapping, key, "a mapping")


def subs(mapping: Section) -> Iterator[tuple[str, Section]]:
    """Go through a mapping whose every value must be a mapping."""
    for key in mapping:
        yield key, sub(mapping, key)


def text_map(mapping: Section, key: str) -> dict[str, str]:
    """Return a mapping of texts below a key, empty where the key is absent."""
    inner = sub(mapping, key)
    return {name: text(inner, name) for name in inner}


def wrong_type(mapping: Section, key: str, expected: str) -> ContractError:
    """Say that the value of a key is of the wrong type."""
    return ContractError(
        f"{key!r} must be {expected}, not {shown(mapping.get(key))}",
        where=mapping.at(key),
        hint=f"write {expected} there" + (" (quote it)" if expected == "text" else ""),
    )


def shown(value: Any) -> str:
    """Show a value in an error, by its kind where it is a collection."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value!r}"


def choice(mapping: Section, key: str, choices: Collection[str]) -> str:
    """Return a text that is one of the choices."""
    return known(text(mapping, key), choices, key, mapping.at(key))


def known(name: str, choices: Collection[str], what: str, where: str) -> str:
    """Return a name that is one of the choices. Raises ContractError, which suggests the one that was meant."""
    if name in choices:
        return name
    raise ContractError(f"there is no {what} {name!r}", where=where, hint=suggest(name, choices))


def names(mapping: Section, key: str, choices: Collection[str], what: str) -> tuple[str, ...]:
    """Return a list of texts each of which is one of the choices."""
    return tuple(known(name, choices, what, mapping[key].at(index)) for index, name in enumerate(texts(mapping, key)))


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
            f"the {facet} must be {fault}, not {shown(value)}", where=holder.at(key), hint=f"write {fault} there"
        )
    if facet == "pattern":
        try:
            re.compile(value)
        except (re.error, OverflowError, RecursionError) as error:
            raise ContractError(
                f"the pattern {value!r} does not compile: {error}",
                where=holder.at(key),
                hint="fix the regular expression; in YAML, single quotes keep backslashes as they are",
            ) from error
    return tuple(value) if facet == "enum" else value


def applicable(facet: str, kind: str, where: str) -> None:
    """Insist that a facet makes sense on a type. Raises ContractError."""
    if kind not in _APPLIES[facet]:
        fitting = [name for name, kinds in _APPLIES.items() if kind in kinds]
        raise ContractError(
            f"the facet {facet!r} has no meaning on the type {kind!r}",
            where=where,
            hint=f"remove it; on that type there are: {', '.join(fitting)}",
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
    raise ContractError(f"there is no type {shown(value)}", where=mapping.at("type"), hint=suggest(str(value), TYPES))
