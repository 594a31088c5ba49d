"""One YAML file of the contract as plain values that still know their lines.

The values are built from the parser's events rather than by a constructor, for three reasons: every value keeps its
line, duplicate keys are refused, and the words `Off`, `No` or `Yes` stay strings (in YAML 1.1 they are booleans, in a
contract they are members of enums). Anchors and tags are refused, so that a reader sees each value where it counts.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from conformance.contract.errors import ContractError

try:
    from yaml import CSafeLoader as _Parser
except ImportError:  # PyYAML without libyaml: slower, same events
    from yaml import SafeLoader as _Parser  # type: ignore[assignment]

_WORDS: dict[str, bool | None] = {
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    "null": None, "Null": None, "NULL": None, "~": None, "": None,
}  # fmt: skip
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NUMERIC_START = frozenset("+-.0123456789")


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
        """Give `file:line` of a key, or of the mapping itself."""
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
        """Give `file:line` of an entry, or of the sequence itself."""
        return f"{self.file}:{self.line if index is None else self.lines[index]}"


def read_yaml(content: bytes, file: str) -> Any:
    """Give the one document of a file, as Section, Entries or a plain value; `file` is its name in errors.

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


def _scalar(event: yaml.ScalarEvent) -> Any:
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
    """Walk the events with a stack of open collections; a key waits in `keys` until its value arrives."""
    document: Any = None
    documents = 0
    stack: list[Section | Entries] = []
    keys: list[str | None] = []
    get_event = parser.get_event
    while (event := get_event()) is not None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            line = event.start_mark.line + 1
            if event.anchor is not None or event.tag is not None:
                raise _unwelcome("an anchor or a tag", file, line)
            if stack and keys[-1] is None and type(stack[-1]) is Section:
                _open_key(stack[-1], event.value, line)
                keys[-1] = event.value
                continue
            value = _scalar(event)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            line = event.start_mark.line + 1
            if event.anchor is not None or event.tag is not None:
                raise _unwelcome("an anchor or a tag", file, line)
            if stack and keys[-1] is None and type(stack[-1]) is Section:
                raise _unwelcome("a collection as a key", file, line)
            stack.append(Section(file, line) if kind is yaml.MappingStartEvent else Entries(file, line))
            keys.append(None)
            continue
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            value = stack.pop()
            keys.pop()
            line = value.line
        elif kind is yaml.AliasEvent:
            raise _unwelcome("an alias", file, event.start_mark.line + 1)
        else:
            if kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    raise _unwelcome("a second document", file, event.start_mark.line + 1)
            continue
        if not stack:
            document = value
            continue
        parent = stack[-1]
        if isinstance(parent, Section):
            parent[keys[-1] or ""] = value
            keys[-1] = None
        else:
            parent.append(value)
            parent.lines.append(line)
    return document


def _open_key(parent: Section, key: str, line: int) -> None:
    if key in parent.lines:
        raise ContractError(
            f"the key {key!r} is written twice",
            where=f"{parent.file}:{line}",
            remedy=f"keep one of them; the first is on line {parent.lines[key]}",
        )
    parent.lines[key] = line


def _unwelcome(what: str, file: str, line: int) -> ContractError:
    return ContractError(
        f"{what} has no place in a contract file", where=f"{file}:{line}", remedy="write the plain value there"
    )


def _reason(error: Exception) -> str:
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    return str(reason).splitlines()[0]


def _line_of(error: Exception, content: bytes) -> int:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        return int(mark.line) + 1
    position = getattr(error, "position", None)  # an undecodable byte is told by its offset only
    return content[:position].count(b"\n") + 1 if isinstance(position, int) else 1
