"""Typed access to the keys of a contract file: a wrong key or a wrong type of value is an error with its line.

The values are built from the parser's events rather than by a constructor, for three reasons: every value keeps its
line, duplicate keys are refused, and the words `Off`, `No` or `Yes` stay strings (in YAML 1.1 they are booleans, in a
contract they are members of enums). Anchors and tags are refused, so that a reader sees each value where it counts.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from conformance.contract.errors import ContractError, suggest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator


try:
    from yaml import CSafeLoader as _Parser
except ImportError:  # PyYAML without libyaml: slower, same events
    from yaml import SafeLoader as _Parser  # type: ignore[assignment]

_WORDS: dict[str, bool | None] = {
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    "null": None, "Null": None, "NULL": None, "~": None, "": None,
}  # fmt: skip
_INTEGER = re.compile(r"[-+]?[0-9]{1,300}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NUMERIC_START = frozenset("+-.0123456789")


_DEEPEST = 200
"""Levels of nesting: the time that the parser takes grows with the square of them."""


class Section(dict[str, Any]):
    """A mapping of a YAML file: `line` is its own line, `lines` the line of each key (1 is the first)."""

    __slots__ = ("file", "line", "lines")

    def __init__(self, file: str, line: int) -> None:
        """Start an empty mapping that begins on that line."""
        super().__init__()
        self.file = file
        self.line = line
        self.lines: dict[str, int] = {}

    def at(self, key: str | None = None) -> str:
        """Return `file:line` of a key, or of the mapping itself."""
        return f"{self.file}:{self.line if key is None else self.lines.get(key, self.line)}"


class Entries(list[Any]):
    """A sequence of a YAML file: `lines` has the line of each entry."""

    __slots__ = ("file", "line", "lines")

    def __init__(self, file: str, line: int) -> None:
        """Start an empty sequence that begins on that line."""
        super().__init__()
        self.file = file
        self.line = line
        self.lines: list[int] = []

    def at(self, index: int | None = None) -> str:
        """Return `file:line` of an entry, or of the sequence itself."""
        return f"{self.file}:{self.line if index is None else self.lines[index]}"


def read_yaml(content: bytes, file: str) -> Any:
    """Return the one document of a file, as Section, Entries or a plain value; `file` is its name in errors.

    Raises ContractError for anything that is not one well-formed YAML document.
    """
    try:
        parser = _Parser(content)
        try:
            return _build(parser, file)
        finally:
            parser.dispose()
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContractError(
            f"the file is not well-formed YAML: {_reason(error)}",
            where=f"{file}:{_line_of(error, content)}",
            remedy="mend the syntax on or just above that line",
        ) from error


def section(value: Any, where: str, what: str) -> Section:
    """Insist that a value is a mapping. Raises ContractError."""
    if isinstance(value, Section):
        return value
    raise ContractError(f"{what} must be a mapping", where=where, remedy="write `key: value` lines there")


def load_file(path: Path, file: str) -> tuple[Section | Entries, bytes]:
    """Read a file and give its mapping or sequence, with its bytes. Raises ContractError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ContractError(
            f"the file can't be read: {error.strerror}", where=file, remedy="restore the file, or allow reading it"
        ) from error
    value = read_yaml(content, file)
    if not isinstance(value, Section | Entries):
        raise ContractError("the file holds no mapping and no list", where=f"{file}:1", remedy="fill it, or remove it")
    return value, content


def _scalar(event: Any) -> Any:
    text: str = event.value
    if not event.implicit[0]:  # quoted, or a block: always text
        return text
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMERIC_START:
        if _INTEGER.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            return float(text)
    return text


def _build(parser: Any, file: str) -> Any:
    """Return the value of the only document."""
    builder = _Builder(file)
    while (event := parser.get_event()) is not None:
        handle = _HANDLERS.get(type(event))
        if handle is not None:
            handle(builder, event)
    return builder.document


class _Builder:
    """Holds the open collections, innermost last; the key of a mapping waits in `key` until its value arrives."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.document: Any = None
        self.documents = 0
        self.open: list[tuple[Section | Entries, str | None]] = []
        self.collection: Section | Entries | None = None
        self.key: str | None = None

    def scalar(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if event.anchor is not None or event.tag is not None:
            raise self.unwelcome("an anchor or a tag", line)
        if self.key is None and type(self.collection) is Section:
            self.take_key(self.collection, event.value, line)
        else:
            self.take(_scalar(event), line)

    def take_key(self, parent: Section, key: str, line: int) -> None:
        if key in parent.lines:
            raise ContractError(
                f"the key {key!r} is written twice",
                where=f"{self.file}:{line}",
                remedy=f"keep one of them; the first is on line {parent.lines[key]}",
            )
        parent.lines[key] = line
        self.key = key

    def take(self, value: Any, line: int) -> None:
        parent = self.collection
        if parent is None:
            self.document = value
        elif isinstance(parent, Section):
            parent[self.key or ""] = value
            self.key = None
        else:
            parent.append(value)
            parent.lines.append(line)

    def start(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if event.anchor is not None or event.tag is not None:
            raise self.unwelcome("an anchor or a tag", line)
        if self.key is None and type(self.collection) is Section:
            raise self.unwelcome("a collection as a key", line)
        if self.collection is not None:
            self.open.append((self.collection, self.key))
        if len(self.open) > _DEEPEST:
            raise ContractError(
                f"the file nests deeper than {_DEEPEST} levels", where=f"{self.file}:{line}", remedy="flatten it"
            )
        mapping = type(event) is yaml.MappingStartEvent
        self.collection = Section(self.file, line) if mapping else Entries(self.file, line)
        self.key = None

    def end(self, _: Any) -> None:
        value = self.collection
        self.collection, self.key = self.open.pop() if self.open else (None, None)
        self.take(value, value.line if value is not None else 1)

    def alias(self, event: Any) -> None:
        raise self.unwelcome("an alias", event.start_mark.line + 1)

    def start_document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self.unwelcome("a second document", event.start_mark.line + 1)

    def unwelcome(self, what: str, line: int) -> ContractError:
        return ContractError(
            f"{what} has no place in such a file", where=f"{self.file}:{line}", remedy="write the plain value there"
        )


_HANDLERS: dict[type, Any] = {
    yaml.ScalarEvent: _Builder.scalar,
    yaml.MappingStartEvent: _Builder.start,
    yaml.SequenceStartEvent: _Builder.start,
    yaml.MappingEndEvent: _Builder.end,
    yaml.SequenceEndEvent: _Builder.end,
    yaml.AliasEvent: _Builder.alias,
    yaml.DocumentStartEvent: _Builder.start_document,
}


def _reason(error: Exception) -> str:
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    return str(reason).splitlines()[0]


def _line_of(error: Exception, content: bytes) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    position = getattr(error, "position", None)  # an undecodable byte is told by its offset only
    return content[:position].count(b"\n") + 1 if isinstance(position, int) else 1


def closed(mapping: Section, allowed: Collection[str], required: Collection[str] = (), *, what: str) -> None:
    """Refuse keys that have no meaning here, and demand those that must be there."""
    for key in mapping:
        if key not in allowed:
            raise ContractError(
                f"{what} has no key {key!r}", where=mapping.at(key), remedy=suggest(key, sorted(allowed))
            )
    for key in required:
        if key not in mapping:
            raise ContractError(f"{what} lacks the key {key!r}", where=mapping.at(), remedy=f"add `{key}:` to it")


def text(mapping: Section, key: str, default: str | None = None) -> str:
    """Return a text that is not empty; `default` where the key is absent and that is allowed."""
    if key not in mapping and default is not None:
        return default
    value = mapping.get(key)
    if isinstance(value, str) and value.strip():
        return value
    raise wrong_type(mapping, key, "text")


def whole(mapping: Section, key: str, default: int | None = None) -> int:
    """Return a whole number that is not negative."""
    if key not in mapping and default is not None:
        return default
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
                f"entry {index + 1} of {key!r} must be text", where=value.at(index), remedy="write it in quotes"
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
        remedy=f"write {expected} there" + (" (quote it)" if expected == "text" else ""),
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


def choice(mapping: Section, key: str, choices: Collection[str], default: str | None = None) -> str:
    """Return a text that is one of the choices."""
    value = text(mapping, key, default)
    if value not in choices:
        raise ContractError(f"there is no {key} {value!r}", where=mapping.at(key), remedy=suggest(value, choices))
    return value


def names(mapping: Section, key: str, choices: Collection[str], what: str) -> tuple[str, ...]:
    """Return a list of texts each of which is one of the choices."""
    found = texts(mapping, key)
    for index, name in enumerate(found):
        if name not in choices:
            raise ContractError(
                f"there is no {what} {name!r}", where=mapping[key].at(index), remedy=suggest(name, choices)
            )
    return found
