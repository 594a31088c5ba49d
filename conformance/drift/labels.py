"""The labelled lines of the API Reference: what stands below a member's heading as `Type: ...`, `Pattern: ...`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.drift.claims import Statement

_SCALARS = {
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
    """Give a line without Markdown: links as their text, no ticks, no stars, no anchors."""
    return re.sub(r"<a [^<>]*>(?:</a>)?|`|\\(?=[^\w\s])", "", _LINK.sub(r"\1", text)).strip()


def label(name: str, line: int, text: str) -> list[tuple[str, Statement]]:
    """Give what a labelled line states below the heading of `name`, with the path that each statement is about."""
    match = _LABEL.fullmatch(plain(text))
    if match is None:
        return []
    path = name + {"Key ": "{key}", "Value ": "{value}", None: ""}[match["part"]]
    rest = match["rest"].strip()
    # A pattern may hold ticks and brackets of its own: it is taken from the line as it stands.
    raw = text.partition(":")[2].strip().strip("`").strip()
    return list(_stated(path, match["label"], line, rest, raw))


def is_label(text: str) -> bool:
    """Tell whether a line is labelled, known label or not."""
    return _ALMOST.fullmatch(plain(text)) is not None


def _stated(path: str, name: str, line: int, rest: str, raw: str) -> Iterator[tuple[str, Statement]]:
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
    """Give the paths that the words of a type tell of, each with its type: a list and a map tell what they hold."""
    words = words.strip().rstrip(".")
    if words in _SCALARS:
        return [(path, _SCALARS[words])]
    if match := _ARRAY.fullmatch(words):
        held = "structure" if match[2] else _SCALARS.get(match[1].removesuffix("s").title())
        return [(path, "list"), *([(path + "[]", held)] if held else [])]
    if match := _MAP.fullmatch(words):
        held = "list" if match[2] else "structure" if match[4] else _SCALARS.get(match[3].title())
        return [(path, "map"), (path + "{key}", "string"), *([(path + "{value}", held)] if held else [])]
    return [(path, "structure")] if re.fullmatch(r"\w+ object", words) else []
