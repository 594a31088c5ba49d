"""Parts of which the JSON Schemas of printed forms are made: closed objects, and what occurs in most of them."""

from __future__ import annotations

from typing import Any, Final

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
