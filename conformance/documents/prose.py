"""Sentences and labelled lines below a member: `default is`, `Type: ...`, `Pattern: ...`.

A sentence is read only where its meaning is plain from its words. What stays unread is argued in the test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.documents.claims import Statement, Value

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
    """Return the values that one sentence lists in full, none if it lists none."""
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
    """Return the value that the syntax draws for a word that the prose may shout: OFF is Off."""
    return next((value for value in listed if _folded(value) == _folded(word)), word)


def _folded(word: str) -> str:
    return word.replace("_", "").lower()


_LABELS_SCALARS = {
    "String": "string", "Integer": "integer", "Long": "integer", "Float": "float", "Double": "float",
    "Boolean": "boolean", "Timestamp": "timestamp",
}  # fmt: skip
_LINK = re.compile(r"\[([^\[\]]*)\]\([^)]{0,2000}\)")
"""A link of Markdown. What it may contain is bounded, so that a line of brackets takes no longer than it is long."""
_LABEL = re.compile(
    r"(?P<part>Key |Value )?"
    r"(?P<label>Type|Length Constraints|Array Members|Map Entries|Valid Range|Valid Values|Pattern|Required)"
    r": ?(?P<rest>.+)"
)
_ALMOST = re.compile(
    r"(?:[A-Z]\w+ ){0,3}(?:Type|Constraints|Members|Entries|Range|Values|Pattern|Required|Default): ?.+"
)
_BOUND = re.compile(r"(Minimum|Maximum|Fixed) (?:length|number|value) of (-?[\d,]+(?:\.\d+)?)")
_ARRAY = re.compile(r"Array of (\w+)(?: (object)s)?(?: or \w+)?")
_MAP = re.compile(r"(\w+) to (?:(array) of )?(\w+)(?: (object))?s? map")
_FACETS = {
    "Length Constraints": ("min_length", "max_length"),
    "Array Members": ("min_length", "max_length"),
    "Map Entries": ("min_length", "max_length"),
    "Valid Range": ("minimum", "maximum"),
}


def plain(text: str) -> str:
    """Return a line without Markdown: links as their text, no ticks, no stars, no anchors."""
    return re.sub(r"<a [^<>]*>(?:</a>)?|`|\\(?=[^\w\s])", "", _LINK.sub(r"\1", text)).strip()


def label(name: str, line: int, text: str) -> list[tuple[str, Statement]]:
    """Return what a labelled line states below the heading of `name`, with the path that each statement is about."""
    match = _LABEL.fullmatch(plain(text))
    if match is None:
        return []
    path = name + {"Key ": "{key}", "Value ": "{value}", None: ""}[match["part"]]
    rest = match["rest"].strip()
    # A pattern may hold ticks and brackets of its own: it is taken from the line as it is.
    raw = text.partition(":")[2].strip().strip("`").strip()
    return list(_labels_stated(path, match["label"], line, rest, raw))


def is_label(text: str) -> bool:
    """Return whether a line is labelled, known label or not."""
    return _ALMOST.fullmatch(plain(text)) is not None


def _labels_stated(path: str, name: str, line: int, rest: str, raw: str) -> Iterator[tuple[str, Statement]]:
    if name == "Type":
        yield from ((at, Statement("type", kind, line)) for at, kind in types(path, rest))
    elif name == "Pattern":
        yield path, Statement("pattern", raw, line)
    elif name == "Valid Values":
        yield path, Statement("enum", tuple(word.strip() for word in rest.split("|")), line)
    elif name == "Required":
        if rest in {"Yes", "No"}:
            yield path, Statement("required", rest == "Yes", line)
    else:
        low, high = _FACETS[name]
        for bound, figure in _BOUND.findall(rest):
            value = int(figure.replace(",", "").partition(".")[0])
            facets = {"Minimum": (low,), "Maximum": (high,), "Fixed": (low, high)}[bound]
            yield from ((path, Statement(facet, value, line)) for facet in facets)


def types(path: str, words: str) -> list[tuple[str, str]]:
    """Return the paths that the words of a type are about, each with its type; a list and a map name what they hold."""
    words = words.strip().rstrip(".")
    if words in _LABELS_SCALARS:
        return [(path, _LABELS_SCALARS[words])]
    if match := _ARRAY.fullmatch(words):
        held = "structure" if match[2] else _LABELS_SCALARS.get(match[1].removesuffix("s").title())
        return [(path, "list"), *([(path + "[]", held)] if held else [])]
    if match := _MAP.fullmatch(words):
        held = "list" if match[2] else "structure" if match[4] else _LABELS_SCALARS.get(match[3].title())
        return [(path, "map"), (path + "{key}", "string"), *([(path + "{value}", held)] if held else [])]
    return [(path, "structure")] if re.fullmatch(r"\w+ object", words) else []
