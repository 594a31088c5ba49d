"""Parts of which the JSON Schemas of printed forms are made: closed objects, and what occurs in most of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final, TypeVar

Choice = TypeVar("Choice", bound=StrEnum)
Read = TypeVar("Read")

_LONGEST_S = 1e9
"""Seconds: thirty years, which a float holds and JSON can write."""


class FieldError(ValueError):
    """A member is missing or is not of the promised type; the message names it by its path."""


class Fields:
    """The members of one object of a record.

    `where` is the path of the object inside its line; it stands before the member's name in every complaint.
    """

    def __init__(self, value: object, where: str = "") -> None:
        """Take an object; raise FieldError where it is not one."""
        if not isinstance(value, dict):
            raise FieldError(f"{where or 'the line'} must be an object, not {json_type(value)}")
        self._members: dict[str, Any] = value
        self._where = where

    def text(self, name: str) -> str:
        """Return a string."""
        value = self._get(name)
        if isinstance(value, str):
            return value
        raise self._refuse(name, "a string", value)

    def choice(self, name: str, choices: type[Choice]) -> Choice:
        """Return a string that is one of an enumeration."""
        value = self.text(name)
        try:
            return choices(value)
        except ValueError:
            raise self.refuse(name, f"one of {', '.join(choices)}") from None

    def flag(self, name: str) -> bool:
        """Return true or false."""
        value = self._get(name)
        if isinstance(value, bool):
            return value
        raise self._refuse(name, "true or false", value)

    def count(self, name: str) -> int:
        """Return an integer of zero or more."""
        value = self._get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        raise self._refuse(name, "an integer of zero or more", value)

    def seconds(self, name: str) -> float:
        """Return a time span in seconds."""
        value = self._get(name)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise self._refuse(name, "a number of seconds", value)
        if not 0 <= value <= _LONGEST_S:
            raise self.refuse(name, "a number of seconds that a run can take")
        return float(value)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of strings."""
        value = self._list(name)
        if all(isinstance(item, str) for item in value):
            return tuple(value)
        raise FieldError(f"{self._path(name)} must be a list of strings")

    def optional_texts(self, name: str) -> tuple[str, ...] | None:
        """Return a list of strings, or None where the member is null."""
        return None if self._get(name) is None else self.texts(name)

    def mapping(self, name: str) -> Fields:
        """Return an object inside this one."""
        return Fields(self._get(name), self._path(name))

    def text_mapping(self, name: str) -> Mapping[str, str]:
        """Return an object whose values are all strings."""
        inner = self.mapping(name)
        return {key: inner.text(key) for key in inner.names()}

    def counts(self, name: str) -> Mapping[str, int]:
        """Return an object whose values are all counts."""
        inner = self.mapping(name)
        return {key: inner.count(key) for key in inner.names()}

    def each(self, name: str, read: Callable[[Fields], Read]) -> tuple[Read, ...]:
        """Return a list of objects, each made by `read`."""
        path = self._path(name)
        return tuple(read(Fields(item, f"{path}[{index}]")) for index, item in enumerate(self._list(name)))

    def optional(self, name: str, read: Callable[[Fields], Read]) -> Read | None:
        """Return an object made by `read`, or None where the member is null."""
        return None if self._get(name) is None else read(self.mapping(name))

    def optional_count(self, name: str) -> int | None:
        """Return a count, or None where the member is null."""
        return None if self._get(name) is None else self.count(name)

    def has(self, name: str) -> bool:
        """Tell whether a member is there that older records lack."""
        return name in self._members

    def names(self) -> tuple[str, ...]:
        """Return the names of the members that are there, in their order."""
        return tuple(self._members)

    def refuse(self, name: str, wanted: str) -> FieldError:
        """Make the complaint that a member's value is not among those wanted."""
        return FieldError(f"{self._path(name)} must be {wanted}, not {self._get(name)!r:.80}")

    def _get(self, name: str) -> Any:
        if name not in self._members:
            raise FieldError(f"{self._path(name)} is missing")
        return self._members[name]

    def _list(self, name: str) -> list[Any]:
        value = self._get(name)
        if isinstance(value, list):
            return value
        raise self._refuse(name, "a list", value)

    def _path(self, name: str) -> str:
        return f"{self._where}.{name}" if self._where else name

    def _refuse(self, name: str, wanted: str, value: object) -> FieldError:
        return FieldError(f"{self._path(name)} must be {wanted}, not {json_type(value)}")


_TYPES = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", int: "a number", float: "a number"}
"""The types of JSON; true and false come before the numbers, which they are to Python."""


def json_type(value: object) -> str:
    """Name a JSON value's type as JSON does."""
    return next((words for kind, words in _TYPES.items() if isinstance(value, kind)), "null")


Schema = dict[str, Any]

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"

TEXT: Final[Schema] = {"type": "string"}
TEXTS: Final[Schema] = {"type": "array", "items": TEXT}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
LEVEL: Final[Schema] = {"enum": ["must", "should"]}
BASIS: Final[Schema] = {"enum": ["documented", "protocol", "modelled", "observed", "inferred"]}


def closed(properties: Schema, *, optional: Schema | None = None) -> Schema:
    """Return the schema of an object that has all of these members, perhaps the optional ones, and no others."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": {**properties, **(optional or {})},
    }


def titled(title: str, schema: Schema) -> Schema:
    """Return a schema that stands for itself: with its draft and its title."""
    return {"$schema": DRAFT, "title": title, **schema}


TOOL: Final = closed({"name": TEXT, "version": TEXT})
"""What made a form."""

_PLACE: Final[Schema] = {"type": ["integer", "null"]}
"""A line; null for a source without lines."""

BECAUSE: Final[Schema] = {"type": "array", "items": closed({"source": TEXT, "line": _PLACE})}
"""Where a claim is made."""

CITED: Final[Schema] = {"type": "array", "items": closed({"id": TEXT, "line": _PLACE}, optional={"value": {}})}
"""The same, with the value that a source states where that is not the one in force."""
