"""Which facets of a member a value in an answer breaks: the judge's reading of JSON types, limits and timestamps."""

from __future__ import annotations

import base64
import json
import operator
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from conformance.contract.model import SPECIAL_FLOATS, Node, chosen
from conformance.contract.patterns import compiled, matches

_YEARS = (-62_135_596_800, 253_402_300_800)
"""Seconds from 1970 to the beginning of the year 1 and to the end of 9999: what clients have dates for."""
_ZERO_TIME = "0001-01-01T00:00:00Z"
"""What Go writes for a time that was never set."""
_SHOWN = 60

MODELLED = "/modelled"
"""What a facet is marked with where only the model states it."""


Look = Callable[[Any], str]
"""Looks at a value; gives what was received where it breaks the facet, the empty string where it does not."""


def looks(node: Node) -> tuple[tuple[str, Look], ...]:
    """Return the look of each facet of a member but its type: made once, used on every value."""
    found: list[tuple[str, Look]] = []
    accepted = node.accepted_values()
    for facets, suffix in ((node.documented, ""), (node.modelled, MODELLED)):
        for facet, bound in facets.items():
            if facet == "enum" and accepted is not None:
                found.append((facet + suffix, _one_of(frozenset(accepted))))
            elif facet == "min_length" and node.type in _COLLECTIONS and _may_be_empty(node, modelled=bool(suffix)):
                found.append((facet + suffix, _but_empty(_outside(facet, bound))))
            elif facet in _LIMITS:
                found.append((facet + suffix, _outside(facet, bound)))
    return tuple(found)


_COLLECTIONS = frozenset({"list", "map"})
_LIMITS = frozenset({"min_length", "max_length", "minimum", "maximum", "pattern", "union", "format"})


def _may_be_empty(node: Node, *, modelled: bool) -> bool:
    """Whether a list or a map may be empty in an answer though a page, or the model, gives it a least length.

    A page that says `one or more` of what the model lets be empty describes it. Of the model's own shapes, which
    requests share, an empty one is as good as one that is left out.
    """
    if modelled:
        return not node.effective("required")
    return node.modelled.get("min_length") == 0 and "min_length" not in node.observed


def _one_of(accepted: frozenset[Any]) -> Look:
    return lambda value: "" if value in accepted else _short(value)


def _but_empty(look: Look) -> Look:
    return lambda value: look(value) if value else ""


def _outside(facet: str, bound: Any) -> Look:
    """Return the look of a limit or a pattern."""
    if facet == "pattern":
        pattern = compiled(bound)
        if isinstance(pattern, re.Pattern):
            fullmatch = pattern.fullmatch
            return lambda value: "" if fullmatch(value) else _short(value)
        return lambda value: _short(value) if matches(bound, value) is False else ""
    if facet == "format":
        return lambda value: "" if is_iso8601(value) else _short(value)
    if facet == "union":
        return lambda value: "" if chosen(value) == 1 else f"{chosen(value)} members: {_short(value)}"
    is_outside = operator.lt if facet.startswith("min") else operator.gt
    if facet.endswith("length"):
        return lambda value: f"length {len(value)}: {_short(value)}" if is_outside(len(value), bound) else ""
    return lambda value: f"{value!r}" if is_number(value) and is_outside(value, bound) else ""


def type_problem(kind: str, value: Any) -> str:
    """Return what was received where it has another JSON type than this; empty where it has the type.

    `null` is of no type: what is absent is left out. A timestamp is a number of seconds that a client has a date for.
    """
    if _HAS_TYPE[kind](value) and (kind != "timestamp" or _YEARS[0] <= value < _YEARS[1]):
        return ""
    note = _time_note(value) if kind == "timestamp" else ""
    return f"{json_value(value)}{f' ({note})' if note else ''}"


def _time_note(value: Any) -> str:
    """Return what the value of a time is where a reader may not see it; empty where there is nothing to say."""
    if value == _ZERO_TIME:
        return "Go's zero time: it was never set"
    if is_number(value):
        return "milliseconds" if _YEARS[0] <= value / 1000 < _YEARS[1] else "no date that a client can read"
    try:
        naive = isinstance(value, str) and datetime.fromisoformat(value).tzinfo is None
    except ValueError:
        return ""
    return "a date without a time zone" if naive else ""


def json_kind(kind: str) -> str:
    """Say which JSON values a contract type has."""
    return {
        "integer": "number without a fraction",
        "long": "number without a fraction",
        "float": 'number, or one of "NaN", "Infinity", "-Infinity"',
        "double": 'number, or one of "NaN", "Infinity", "-Infinity"',
        "blob": "string in base64",
        "document": "value",
        "timestamp": "number of seconds since 1970 (not milliseconds, not text)",
        "iso8601": "string, a time in ISO 8601, or a number of seconds since 1970",
        "list": "array",
        "map": "object",
        "structure": "object",
    }.get(kind, kind)


def is_number(value: Any) -> bool:
    """Return whether a value of the wire is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_iso8601(value: Any) -> bool:
    """Return whether a value is a text with a time and its zone, as RFC 3339 writes both."""
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_whole(value: Any) -> bool:
    return is_number(value) and float(value).is_integer()


def _is_float(value: Any) -> bool:
    return is_number(value) or (isinstance(value, str) and value in SPECIAL_FLOATS)


def _is_base64(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        base64.b64decode(value, validate=True)
    except ValueError:
        return False
    return True


_HAS_TYPE: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": _is_whole,
    "long": _is_whole,
    "float": _is_float,
    "double": _is_float,
    "blob": _is_base64,
    "document": lambda value: value is not None,
    "boolean": lambda value: isinstance(value, bool),
    "timestamp": is_number,
    "iso8601": lambda value: isinstance(value, str) or is_number(value),
    "list": lambda value: isinstance(value, list),
    "map": lambda value: isinstance(value, dict),
    "structure": lambda value: isinstance(value, dict),
}


def json_value(value: Any) -> str:
    """Return the kind of a JSON value, and its JSON form, cut where it is long."""
    if value is None:
        return "null"
    kind = next(name for types, name in _KINDS if isinstance(value, types))
    return f"{kind} {_short(value)}"


_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "the boolean"),
    (str, "the string"),
    ((int, float), "the number"),
    (list, "the array"),
    (object, "the object"),
)


def with_article(noun: str) -> str:
    """Return a noun with its indefinite article."""
    return f"{'an' if noun[:1] in 'aeio' else 'a'} {noun}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
