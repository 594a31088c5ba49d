"""The JSON Schemas of what the listings print."""

from __future__ import annotations

from typing import Any, Final

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_LEVEL = {"enum": ["must", "should"]}
_BASIS = {"enum": ["documented", "protocol", "modelled", "observed", "inferred"]}

FACTS: Final[dict[str, Any]] = {
    "$schema": _DRAFT,
    "title": "The facts of a contract",
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["id", "operation", "direction", "path", "facet", "value", "basis", "level", "sources"],
        "properties": {
            "id": {"type": "string"},
            "operation": {"type": "string"},
            "direction": {"enum": ["input", "output", "error", "paginator"]},
            "path": {"type": "string"},
            "facet": {
                "enum": [
                    "present", "type", "enum", "required", "default", "min_length", "max_length", "pattern", "minimum",
                    "maximum", "http_status",
                ]
            },
            "value": {},
            "basis": _BASIS,
            "level": _LEVEL,
            "sources": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["id", "line"],
                    "properties": {"id": {"type": "string"}, "line": {"type": ["integer", "null"]}, "value": {}},
                },
            },
        },
    },
}  # fmt: skip

CHECKS: Final[dict[str, Any]] = {
    "$schema": _DRAFT,
    "title": "The checks of a contract",
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["id", "operation", "area", "level", "basis", "statement", "because", "facts", "behaviour"],
        "properties": {
            "id": {"type": "string"},
            "operation": {"type": "string"},
            "area": {"type": "string"},
            "level": _LEVEL,
            "basis": _BASIS,
            "statement": {"type": "string"},
            "because": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["source", "line"],
                    "properties": {"source": {"type": "string"}, "line": {"type": ["integer", "null"]}},
                },
            },
            "facts": {"type": "array", "items": {"type": "string"}},
            "behaviour": {"type": ["string", "null"]},
        },
    },
}
