"""Files that users write: YAML read with the line of each value, and checked against a JSON Schema.

The values are built from the parser's events rather than by a constructor: every value keeps its line, duplicate keys
are rejected, and the words `Off`, `No` or `Yes` stay strings (booleans in YAML 1.1, members of enums in a contract).
Tags are rejected, and so are anchors where a reader should see each value where it counts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from conformance.errors import Problem, UserError, suggest

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

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
_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|nan)", re.IGNORECASE)
_NUMERIC_START = frozenset("+-.0123456789")
_MOST_DIGITS = 300
_MERGE = "<<"

_DEEPEST = 200
"""Levels of nesting: the time that the parser takes grows with the square of them."""
_MOST_VALUES = 1_000_000
"""Names and values of one file, each alias counted as what it names: far more than any file needs."""

NO_NUMBER = 'the wire has the strings "NaN", "Infinity" and "-Infinity" in its place: write it so'

Trail = Sequence[str | int]
"""The way from the root of a file to a value: keys and indices."""


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


def load_file(path: Path, file: str, error: type[UserError]) -> tuple[Section | Entries, bytes]:
    """Return the mapping or sequence of a file, and its bytes; `file` is its name in errors. Raises `error`."""
    try:
        content = path.read_bytes()
    except OSError as reason:
        raise error(
            f"the file can't be read: {reason.strerror}", where=file, hint="add the file, or allow reading it"
        ) from reason
    value = read_yaml(content, file, error)
    if not isinstance(value, Section | Entries):
        raise error("the file holds no mapping and no list", where=f"{file}:1", hint="fill it, or remove it")
    return value, content


def read_yaml(
    content: bytes, file: str, error: type[UserError], *, aliases: bool = False, most_values: int = _MOST_VALUES
) -> Any:
    """Return the one document of a text, as Section, Entries or a plain value; `file` is its name in errors.

    With `aliases`, parts may be repeated by `*name`, and mappings merged by `<<`. Raises `error` for anything that is
    not one well-formed YAML document within the bounds.
    """
    try:
        parser = _Parser(content)
        try:
            return _build(parser, _Builder(file, error, aliases=aliases, most_values=most_values))
        finally:
            parser.dispose()
    except (yaml.YAMLError, UnicodeDecodeError) as reason:
        raise error(
            f"the file is not well-formed YAML: {_reason(reason)}",
            where=f"{file}:{_line_of(reason, content)}",
            hint="fix the syntax on or just above that line",
        ) from reason


def _build(parser: Any, builder: _Builder) -> Any:
    """Return the value of the only document."""
    while (event := parser.get_event()) is not None:
        handle = _HANDLERS.get(type(event))
        if handle is not None:
            handle(builder, event)
    return builder.document


class _Builder:
    """Holds the open collections, innermost last; the key of a mapping waits in `key` until its value arrives."""

    def __init__(self, file: str, error: type[UserError], *, aliases: bool, most_values: int) -> None:
        self.file = file
        self.error = error
        self.most_values = most_values
        self.document: Any = None
        self.documents = 0
        self.open: list[tuple[Section | Entries | None, str | None, str | None, int]] = []
        """Of each open collection: what encloses it with the key there, its own anchor, and the values before it."""
        self.collection: Section | Entries | None = None
        self.key: str | None = None
        self.values = 0
        self.anchors: dict[str, tuple[Any, int]] | None = {} if aliases else None
        """Anchor to its value, and how many values that stands for."""

    def scalar(self, event: Any) -> None:
        line = event.start_mark.line + 1
        self.admit(event, line)
        if self.key is None and type(self.collection) is Section:
            self.take_key(self.collection, event.value, line)
            return
        value = event.value if not event.implicit[0] else self.plain(event.value, line)  # quoted: always text
        if event.anchor is not None and self.anchors is not None:
            self.anchors[event.anchor] = value, 1
        self.take(value, line)

    def plain(self, text: str, line: int) -> Any:
        """Return what a text without quotes means."""
        if text in _WORDS:
            return _WORDS[text]
        if text[0] in _NUMERIC_START:
            if _INTEGER.fullmatch(text) and len(text) <= _MOST_DIGITS:
                return int(text)
            if _FLOAT.fullmatch(text):
                if isfinite(number := float(text)):
                    return number
                raise self.fault(f"the number {text:.40} is larger than any that can be read", line, "write less of it")
            if _NO_NUMBER.fullmatch(text):
                raise self.fault(f"{text} is no number of JSON", line, NO_NUMBER)
        return text

    def take_key(self, parent: Section, key: str, line: int) -> None:
        if key in parent.lines:
            raise self.fault(
                f"the key {key!r} is written twice", line, f"keep one of them; the first is on line {parent.lines[key]}"
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
        self.admit(event, line)
        if self.key is None and type(self.collection) is Section:
            raise self.unwelcome("a collection as a key", line)
        if len(self.open) >= _DEEPEST:
            raise self.fault(f"the file nests deeper than {_DEEPEST} levels", line, "flatten it")
        self.open.append((self.collection, self.key, event.anchor, self.values))
        mapping = type(event) is yaml.MappingStartEvent
        self.collection = Section(self.file, line) if mapping else Entries(self.file, line)
        self.key = None

    def end(self, _: Any) -> None:
        value: Any = self.collection
        self.collection, self.key, anchor, before = self.open.pop()
        if self.anchors is not None:
            if isinstance(value, Section) and _MERGE in value:
                self.merge(value)
            if anchor is not None:
                self.anchors[anchor] = value, self.values - before + 1
        self.take(value, value.line)

    def merge(self, value: Section) -> None:
        """Put what `<<` names below the keys that the mapping has itself; of several the first one counts."""
        merged, own, lines = value.pop(_MERGE), dict(value), dict(value.lines)
        value.clear()
        for part in reversed(merged if isinstance(merged, Entries) else (merged,)):
            if not isinstance(part, Section):
                raise self.fault("only mappings can be merged", lines[_MERGE], "name the anchor of a mapping after <<")
            value.update(part)
            value.lines.update(part.lines)
        value.update(own)
        value.lines.update(lines)

    def alias(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if self.anchors is None:
            raise self.unwelcome("an alias", line)
        if self.key is None and type(self.collection) is Section:
            raise self.unwelcome("an alias as a key", line)
        if any(anchor == event.anchor for _, _, anchor, _ in self.open):
            raise self.fault(
                f"the alias *{event.anchor} is inside of what it names", line, "write the plain value there"
            )
        if event.anchor not in self.anchors:
            raise self.fault(
                f"there is no anchor &{event.anchor}", line, "write it at the value that is to be repeated"
            )
        value, weight = self.anchors[event.anchor]
        self.count(weight, line)
        self.take(value, line)

    def start_document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self.unwelcome("a second document", event.start_mark.line + 1)

    def admit(self, event: Any, line: int) -> None:
        """Count a value or a key, which may have an anchor where aliases are read, and no tag."""
        if event.tag is not None or (event.anchor is not None and self.anchors is None):
            raise self.unwelcome("an anchor or a tag" if self.anchors is None else "a tag", line)
        self.count(1, line)

    def count(self, values: int, line: int) -> None:
        self.values += values
        if self.values > self.most_values:
            raise self.fault(f"the file has more than {self.most_values:,} values", line, "write less of it")

    def unwelcome(self, what: str, line: int) -> UserError:
        return self.fault(f"{what} has no place in such a file", line, "write the plain value there")

    def fault(self, problem: str, line: int, hint: str) -> UserError:
        return self.error(problem, where=f"{self.file}:{line}", hint=hint)


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
    position = getattr(error, "position", None)  # an undecodable byte is known by its offset only
    return content[:position].count(b"\n") + 1 if isinstance(position, int) else 1


def _place(document: Section | Entries, trail: Trail) -> str:
    """Return `file:line` of what a trail leads to, or of the nearest value that is there."""
    found = document.at()
    value: Any = document
    for step in trail:
        if isinstance(value, Section) and isinstance(step, str):
            found, value = value.at(step), value.get(step)
        elif isinstance(value, Entries) and isinstance(step, int) and step < len(value):
            found, value = value.at(step), value[step]
    return found


_KINDS = {
    "object": ("a mapping", "write `key: value` lines there, indented"),
    "array": ("a list", "write it as [one, two], or a line `- one` for each"),
    "string": ("text", "write it in quotes"),
    "integer": ("a whole number", "write a plain number, without quotes and units"),
    "number": ("a number", "write a plain number, without quotes and units"),
    "boolean": ("true or false", "write true or false, without quotes"),
    "null": ("nothing", "remove the value"),
}
"""Types of JSON Schema: what they are called, and how such a value is written."""
_OF_PYTHON = (
    (type(None), "nothing"), (bool, "true or false"), (dict, "a mapping"), (list, "a list"), (str, "text"),
    (int, "a whole number"), (float, "a number with a point"),
)  # fmt: skip
_BOUNDS = {
    "minItems": "must not be an empty list",
    "minLength": "must not be empty",
    "minProperties": "must not be empty",
    "uniqueItems": "lists something twice",
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "exclusiveMinimum": "must be more than {}",
    "pattern": "has a character that has no place there",
}


def insist(
    document: Section | Entries, schema: Mapping[str, Any], error: type[UserError], secret: Collection[str] = ()
) -> None:
    """Check a file against its schema. Raises `error` for the first fault by line, and counts the others."""
    problems = schema_problems(document, schema, secret)
    if problems:
        problem, where, hint = problems[0]
        more = f" (and {len(problems) - 1} more in this file)" if len(problems) > 1 else ""
        raise error(problem + more, where=where, hint=hint)


def schema_problems(
    document: Section | Entries, schema: Mapping[str, Any], secret: Collection[str] = ()
) -> list[Problem]:
    """Return what a file breaks of its schema, by line and in words. What is below a `secret` key is never repeated.

    A schema may say `problem` and `hint` next to a rule, in the place of the usual words.
    """
    errors = list(_validator()(schema).iter_errors(document))
    misspelt = [error.absolute_path for error in errors if error.validator == "additionalProperties"]
    found = [
        Problem(problem, _place(document, trail), hint)
        for error in errors
        if error.validator != "required" or error.absolute_path not in misspelt  # the misspelt key is the missing one
        for trail, problem, hint in _in_words(error, secret)
    ]
    nul = "a text has the character NUL, which no program takes"
    found += [
        Problem(nul, _place(document, trail), "write it without")
        for trail, text in _texts(document, [])
        if "\0" in text
    ]
    return sorted(dict.fromkeys(found), key=lambda problem: int(problem.where.rpartition(":")[2]))


@cache
def _validator() -> Any:
    import jsonschema  # noqa: PLC0415 - slow to import, and files that ship are not checked again

    usual = jsonschema.Draft202012Validator
    # JSON Schema takes 5.0 for an integer; a port or a budget that is a float would go wrong much later.
    whole = usual.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    )
    return jsonschema.validators.extend(usual, type_checker=whole)  # type: ignore[no-untyped-call]


def _in_words(error: ValidationError, secret: Collection[str]) -> Iterator[tuple[Trail, str, str]]:
    """Say what one error of the validator means: where, what is wrong, what to do."""
    trail, rule = list(error.absolute_path), str(error.validator)
    limit: Any = error.validator_value
    schema: Any = error.schema
    given: Any = error.instance
    is_secret = not set(trail).isdisjoint(secret)
    # A name that the schema does not have may be a secret in the wrong place.
    open_name = is_secret and list(error.absolute_schema_path)[-2:-1] == ["additionalProperties"]
    what = _named([*trail[:-1], "…"] if open_name else trail)
    if "propertyNames" in error.absolute_schema_path:
        subject = f"a key of {what}" if is_secret else repr(given)
        yield [*trail, str(given)], f"{subject} {schema['problem']}", schema["hint"]
    elif rule == "additionalProperties":
        allowed = sorted(schema.get("properties", {}))
        for name in (name for name in given if name not in allowed):
            shown = "a key that is none of its own" if is_secret else f"no key {name!r}"
            yield [*trail, name], f"{what} has {shown}", suggest(name, allowed)
    elif rule == "required":
        for name in (name for name in limit if name not in given):
            yield trail, f"{what} lacks the key {name!r}", f"add `{name}:` to it"
    elif "problem" in schema:
        shown = "" if is_secret or isinstance(given, dict | list) else f": {_shown(given)}"
        yield trail, f"{what} {schema['problem']}{shown}", schema["hint"]
    elif rule == "type":
        kinds = [limit] if isinstance(limit, str) else limit
        expected = " or ".join(_KINDS[kind][0] for kind in kinds)
        hint = schema.get("hint", _KINDS[kinds[0]][1])
        yield trail, f"{what} must be {expected}, not {_kind(given)}", hint
    elif rule == "enum":
        shown = "that" if is_secret else _shown(given)
        yield trail, f"{what} can't be {shown}", suggest(str(given), [str(value) for value in limit])
    else:
        words = _BOUNDS.get(rule, "breaks the rule {!r} of the schema").format(limit if rule in _BOUNDS else rule)
        yield trail, f"{what} {words}", "fix the value, or leave the key out for its default"


def _named(trail: Trail) -> str:
    """Name a value: `a.b`, the entry of a list by its number, and what is below an entry by its own keys."""
    name = ""
    for step in trail:
        if isinstance(step, int):
            name = f"entry {step + 1} of {name}" if " of " in name else f"entry {step + 1} of `{name}`"
        else:
            name = f"{name}.{step}" if name and " of " not in name else step
    return name if " of " in name else f"`{name}`" if name else "the file"


def _kind(value: Any) -> str:
    return next(words for kind, words in _OF_PYTHON if isinstance(value, kind))


def _shown(value: Any) -> str:
    return f"{value!r:.80}" if isinstance(value, str | int | float) else _kind(value)


def _texts(value: Any, trail: list[str | int]) -> Iterator[tuple[list[str | int], str]]:
    """Yield each text of a file and each of its keys, with the trail to it."""
    if isinstance(value, str):
        yield trail, value
    elif isinstance(value, Section):
        for key, entry in value.items():
            yield [*trail, key], key
            yield from _texts(entry, [*trail, key])
    elif isinstance(value, Entries):
        for index, entry in enumerate(value):
            yield from _texts(entry, [*trail, index])
