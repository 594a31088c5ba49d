"""How a value breaks a facet: the ways that each facet allows, and which facets a value breaks."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from conformance.reference.constraints import breaks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from conformance.contract import Node

_STRANGER = "NobodyListsThisWord"
_PATTERN_BREAKERS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("broken", lambda text: f"{text[:-1]}!"),
    ("broken", lambda text: f"{text[:-1]} "),
    ("broken", lambda text: f"!{text[1:]}"),
    ("broken", lambda text: f"-{text[1:]}"),
    ("broken", lambda text: f"{text[:-1]}\u00e9"),
    ("broken", lambda text: f"{text[:-1]}\u0001"),
)


def broken(node: Node, value: Any) -> tuple[str, ...]:
    """Give every facet that a value of the right type breaks, as the last part of a fact's id."""
    accepted = node.accepted_values()
    return tuple(
        facet + suffix
        for facets, suffix in ((node.documented, ""), (node.modelled, "/modelled"))
        for facet, bound in facets.items()
        if (value not in (accepted or bound) if facet == "enum" else breaks(facet, bound, value))
    )


def wrong_types(kind: str) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Give the ways in which a value of a type can be of another JSON type, each with its name."""
    yield from _WRONG_TYPES[kind]
    yield "null", lambda _: None


def ways(node: Node, facet: str, bound: Any) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Give the ways in which a value can break a facet, each with its name. A way that fails on a value leaves it."""
    yield from _WAYS[facet](node, bound) if facet in _WAYS else ()


def _out_of_enum(node: Node, _: Any) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    accepted = set(node.accepted_values() or ())
    yield "stranger", lambda _: _STRANGER
    if not {word.lower() for word in accepted} & accepted:
        yield "lower-case", lambda word: word.lower()


def _too_short(_: Node, bound: int) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    if bound > 0:
        yield "too-short", lambda value: _cut(value, bound - 1)


def _too_long(node: Node, bound: int) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    yield "too-long", lambda value: _stretched(node, value, bound + 1)


def _cut(value: Any, length: int) -> Any:
    if isinstance(value, dict):
        return dict(list(value.items())[:length])
    return value[:length]


def _stretched(node: Node, value: Any, length: int) -> Any:
    if isinstance(value, list | tuple):
        return [value[index % len(value)] for index in range(length)] if value else value
    if isinstance(value, dict):
        last = next(reversed(value), None)
        more = {f"{last}{index}": value[last] for index in range(length)} if last is not None else {}
        return dict(list((value | more).items())[: max(length, len(value))])
    lengthened = (
        *(value + letter * (length - len(value)) for letter in (value[-1:] or "a", "a", "0")),
        *(value[:at] + value[at] * (length - len(value)) + value[at:] for at in (len(value) // 2,) if value),
        "a" * length,
    )
    return min((text for text in lengthened if len(text) >= length), key=lambda text: len(broken(node, text)))


def _below(_: Node, bound: float) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    yield "below", lambda _: bound - 1


def _above(_: Node, bound: float) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    yield "above", lambda _: bound + 1


def _off_pattern(node: Node, bound: str) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    def misspelt(text: str) -> str:
        candidates = [change(text) for _, change in _PATTERN_BREAKERS]
        fitting = [one for one in candidates if re.fullmatch(bound, one) is None]
        return min(fitting, key=lambda one: len(broken(node, one)), default=text)

    yield "broken", misspelt
    yield "trailing-newline", lambda text: f"{text}\n"


_WAYS: Mapping[str, Callable[[Node, Any], Iterator[tuple[str, Callable[[Any], Any]]]]] = {
    "enum": _out_of_enum,
    "min_length": _too_short,
    "max_length": _too_long,
    "minimum": _below,
    "maximum": _above,
    "pattern": _off_pattern,
}


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_WRONG_TYPES: Mapping[str, tuple[tuple[str, Callable[[Any], Any]], ...]] = {
    "string": (("number", len), ("list", lambda value: [value])),
    "integer": (("text", str), ("fraction", lambda value: value + 0.5)),
    "float": (("text", str),),
    "boolean": (("text", lambda value: str(value).lower()), ("number", int)),
    "timestamp": (("text", _date), ("milliseconds", lambda value: round(value * 1000))),
    "list": (("object", lambda value: {"member": value}), ("text", lambda _: "")),
    "map": (("list", lambda value: [{"Name": name, "Value": entry} for name, entry in value.items()]),),
    "structure": (("text", lambda _: ""), ("list", lambda value: [value])),
}
