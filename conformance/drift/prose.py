"""Prose: sentences that state a default, a limit, an option or a list of values, read by their fixed turns of phrase.

A sentence is read only where its meaning is plain from its words. What stays unread is argued in the test.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.drift.claims import Statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.drift.claims import Value

Prose = tuple[tuple[int, str], ...]

_SECONDS_A_DAY = 86_400
_SCALARS = {"string", "integer", "float", "boolean", "timestamp"}

_LENGTHS = ("min_length", "max_length")
_BOUNDS = {
    "string": _LENGTHS, "list": _LENGTHS, "map": _LENGTHS,
    "integer": ("minimum", "maximum"), "float": ("minimum", "maximum"),
}  # fmt: skip
"""The facets that newer pages list as `min` and `max` below a member of a type."""

_DEFAULT = re.compile(r"\bdefault(?:(?: value| directory)? is|s to) `*(\d+ days?|[^\s`),]+)")
_MAXIMUM = re.compile(r"\bmaximum value is (\d+ days|[\d,]+)")
_CONSTRAINT = re.compile(r"[*-] +(?:(min|max)(?=: `*-?\d+`*$)|pattern): `*(?P<value>.+?)`*")
_OPTIONAL = re.compile(r"\(optional\)", re.IGNORECASE)
_ONE_OR_MORE = re.compile(r"A list of one or more ")

_VALID = re.compile(r"Valid values are (\w+) and (\w+)\.")
_SERIES = re.compile(r": ((?:\w+, ){2,}or \w+)\.")
_EITHER = re.compile(r"\beither in (\w+) \([^)]*\) or (\w+) \([^)]*\)")
_ONLY = re.compile(r"Set \w+ to (\w+) if ")
_QUOTED_VALUE = re.compile(r"\bthe value ``(\w+)``")
_NARROWED = re.compile(r"Choose from ")
_INSTANCE = re.compile(r"\bml\.\w+\.\w+")
_HEADING = re.compile(
    r"(?:following(?: values)?(?: \([^)]*\))?|Possible values|for the training job):$|^The training input mode "
)
_CHOSEN = re.compile(r"(?:If you choose|\bspecify) (\w+)[,.]")
_ITEM = re.compile(r"(?:[*\u2022]\s+)?`*(\w+)`*(?:| mode|: .*)")


def statements(prose: Prose, kind: str, listed: tuple[str, ...]) -> Iterator[Statement]:
    """Read what the prose below a member says; `kind` is its type, `listed` the values that the syntax draws for it."""
    for line, text in prose:
        yield from _sentence(line, text, kind, listed)
    yield from _spread(prose, listed)


def _sentence(line: int, text: str, kind: str, listed: tuple[str, ...]) -> Iterator[Statement]:
    if match := _DEFAULT.search(text):
        yield _stated("default", match[1].rstrip("."), line, kind, listed)
    if match := _MAXIMUM.search(text):
        yield _stated("maximum", match[1], line, kind, listed)
    if (match := _CONSTRAINT.fullmatch(text)) and kind in _BOUNDS:
        facet = _BOUNDS[kind][match[1] == "max"] if match[1] else "pattern"
        yield Statement(facet, int(match["value"]) if match[1] else match["value"], line)
    if kind in _SCALARS and _OPTIONAL.search(text):  # on a structure the note is about something inside it
        yield Statement("required", value=False, line=line)
    if _ONE_OR_MORE.match(text):
        yield Statement("min_length", 1, line, ("one or more",))
    words = _enumerated(text)
    if words:
        yield Statement("enum", words, line)


def _enumerated(text: str) -> tuple[str, ...]:
    """Give the values that one sentence lists in full, none if it lists none."""
    if match := _VALID.search(text) or _EITHER.search(text) or _ONLY.match(text):
        return match.groups()
    if match := _SERIES.search(text):
        return tuple(match[1].replace("or ", "").split(", "))
    if _NARROWED.search(text):
        return tuple(_INSTANCE.findall(text))
    return tuple(_QUOTED_VALUE.findall(text))


def _spread(prose: Prose, listed: tuple[str, ...]) -> Iterator[Statement]:
    """Read a list of values that spreads over several lines: a heading and items, or a sentence for each choice."""
    heads = [line for line, text in prose if _HEADING.search(text)]
    if heads:
        items = [(line, match[1]) for line, text in prose if line > heads[0] and (match := _ITEM.fullmatch(text))]
        lines = (heads[0], *(line for line, _ in items))
    else:
        items = [(line, match[1]) for line, text in prose if (match := _CHOSEN.search(text)) and match[1] in listed]
        lines = tuple(line for line, _ in items)
    if len(items) <= 1:  # one word is an example, not a list
        return
    words = tuple(word for _, word in items)
    wire = tuple(wire_word(word, listed) for word in words)
    yield Statement("enum", wire, lines[0], () if wire == words else words, lines[1:])


def _stated(facet: str, words: str, line: int, kind: str, listed: tuple[str, ...]) -> Statement:
    number = words.replace(",", "").split()[0]
    value: Value = wire_word(words, listed)
    if kind in {"integer", "float"} and number.isdigit():
        value = int(number) * (_SECONDS_A_DAY if "day" in words else 1)
    return Statement(facet, value, line, () if str(value) == words else (words,))


def wire_word(word: str, listed: tuple[str, ...]) -> str:
    """Give the value that the syntax draws for a word that the prose may shout: OFF is Off."""
    return next((value for value in listed if _folded(value) == _folded(word)), word)


def _folded(word: str) -> str:
    return word.replace("_", "").lower()
