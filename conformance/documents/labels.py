"""Labelled lines below a member of the API Reference: `Type: ...`, `Length Constraints: ...`, `Required: Yes`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.documents.claims import Statement
from conformance.documents.prose import number

Labelled = tuple[str, Statement]
"""A path, from the member on, and what a label states of it."""

_SCALARS = {
    "string": "string", "integer": "integer", "long": "integer", "float": "float", "double": "float",
    "boolean": "boolean", "timestamp": "timestamp", "base64-encoded binary data object": "blob",
    "json value": "document",
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
_FACETS = {
    "Length Constraints": ("min_length", "max_length"),
    "Array Members": ("min_length", "max_length"),
    "Map Entries": ("min_length", "max_length"),
    "Valid Range": ("minimum", "maximum"),
}
_OF_THE_WHOLE = ("Array Members", "Map Entries", "Required")
"""Labels about a list or a map itself; the others are about what it holds in the end."""


def plain(text: str) -> str:
    """Return a line without Markdown: links as their text, no ticks, no stars, no anchors."""
    without = re.sub(r"<a [^<>]*>(?:</a>)?|`|\\(?=[^\w\s])", "", _LINK.sub(r"\1", text))
    return " ".join(without.split())


def is_label(text: str) -> bool:
    """Return whether a line is labelled, known label or not."""
    return _ALMOST.fullmatch(plain(text)) is not None


class Labels:
    """The labels below one member, read one after the other: the type comes first, and says what the others mean."""

    def __init__(self) -> None:
        self.types: dict[str, str] = {}
        """The type of the member (the empty path) and of what it holds, by path."""
        self.named: dict[str, str] = {}
        """The structures among them that have a name, and a page of their own."""

    def read(self, line: int, text: str) -> list[Labelled]:
        """Return what a line states, each with the path that it is about; nothing where it is no label."""
        match = _LABEL.fullmatch(plain(text))
        if match is None:
            return []
        name, rest = match["label"], match["rest"].strip()
        if name == "Type":
            self._type("", rest.rstrip("."))
            return [(path, Statement("type", kind, line)) for path, kind in self.types.items()]
        path = {"Key ": "{key}", "Value ": "{value}", None: ""}[match["part"]]
        if name not in _OF_THE_WHOLE:
            while self.types.get(path) == "list" and f"{path}[]" in self.types:
                path += "[]"
        # A pattern may hold ticks and brackets of its own: it is taken from the line as it is.
        raw = text.partition(":")[2].strip().removeprefix("`").removesuffix("`").strip()
        return [(path, statement) for statement in _stated(name, line, rest, raw)]

    def _type(self, path: str, words: str) -> None:
        words = re.sub(r" or \w+$", "", words)
        scalar = _SCALARS.get(words.lower()) or _SCALARS.get(words.lower().removesuffix("s"))
        if scalar:
            self.types[path] = scalar
        elif match := re.fullmatch(r"[Aa]rrays? of (.+)", words):
            self.types[path] = "list"
            self._type(f"{path}[]", match[1])
        elif match := re.fullmatch(r"\w+ to (.+?)s? map", words):
            self.types[path] = "map"
            self._type(f"{path}{{key}}", "String")
            self._type(f"{path}{{value}}", match[1])
        elif match := re.fullmatch(r"(\w+) objects?", words):
            self.types[path] = "structure"
            self.named[path] = match[1]


def _stated(name: str, line: int, rest: str, raw: str) -> Iterator[Statement]:
    if name == "Pattern":
        yield Statement("pattern", raw, line)
    elif name == "Valid Values":
        yield Statement("enum", tuple(word.strip() for word in rest.split("|")), line)
    elif name == "Required":
        if rest in {"Yes", "No"}:
            yield Statement("required", rest == "Yes", line)
    else:
        low, high = _FACETS[name]
        for bound, figure in _BOUND.findall(rest):
            for facet in {"Minimum": (low,), "Maximum": (high,), "Fixed": (low, high)}[bound]:
                yield Statement(facet, number(figure), line)
