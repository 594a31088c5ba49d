"""The form in which `conformance drift --json` prints drift, and its JSON Schema."""

from __future__ import annotations

from typing import Any, Final

from conformance.drift.finding import Drift, Kind

_TEXTS: Final = {"type": "array", "items": {"type": "string"}}
_LINES: Final = {"type": "array", "items": {"type": "integer", "minimum": 1}}

_FINDING: Final[dict[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        "kind", "facts", "operation", "direction", "path", "facet", "contract", "other", "added", "removed", "because",
        "lines", "detail",
    ],
    "properties": {
        "kind": {"enum": [kind.value for kind in Kind]},
        "facts": {**_TEXTS, "minItems": 1},
        "operation": {"type": "string"},
        "direction": {"enum": ["", "input", "output", "error", "paginator", "service"]},
        "path": {"type": "string"},
        "facet": {"type": "string"},
        "contract": {"description": "the value in the contract, null where there is none"},
        "other": {"description": "the value in the model or on the page, null where there is none"},
        "added": {**_TEXTS, "description": "words of a list that only the other side has"},
        "removed": {**_TEXTS, "description": "words of a list that only the contract has"},
        "because": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["source", "line"],
                "properties": {"source": {"type": "string"}, "line": {"type": ["integer", "null"]}},
            },
        },
        "lines": {**_LINES, "description": "where the page says so; empty for a model"},
        "detail": {"type": "string"},
    },
}  # fmt: skip

SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Drift of a service model or of a page from the contract",
    "type": "object",
    "additionalProperties": False,
    "required": ["schema", "tool", "contract", "against", "summary", "findings", "known", "unread", "notes"],
    "properties": {
        "schema": {"const": 1},
        "tool": {
            "type": "object",
            "additionalProperties": False,
            "required": ["name", "version"],
            "properties": {"name": {"type": "string"}, "version": {"type": "string"}},
        },
        "contract": {
            "type": "object",
            "additionalProperties": False,
            "required": ["digest"],
            "properties": {"digest": {"type": "string"}},
        },
        "against": {
            "oneOf": [
                {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["kind", "file", "version", "api_version", "contract_version"],
                    "properties": {
                        "kind": {"const": "model"},
                        "file": {"type": "string"},
                        "version": {"type": "string"},
                        "api_version": {"type": "string"},
                        "contract_version": {"type": "string"},
                    },
                },
                {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["kind", "file", "style", "operation", "edition", "claims"],
                    "properties": {
                        "kind": {"const": "document"},
                        "file": {"type": "string"},
                        "style": {"type": "string"},
                        "operation": {"type": "string"},
                        "edition": {"type": ["string", "null"]},
                        "claims": {"type": "integer", "minimum": 0},
                    },
                },
            ]
        },
        "summary": {
            "type": "object",
            "additionalProperties": False,
            "required": ["new", "removed", "changed", "known"],
            "properties": {name: {"type": "integer", "minimum": 0} for name in ("new", "removed", "changed", "known")},
        },
        "findings": {"type": "array", "items": _FINDING},
        "known": {"type": "array", "items": _FINDING},
        "unread": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["line", "text", "why"],
                "properties": {
                    "line": {"type": "integer", "minimum": 1},
                    "text": {"type": "string"},
                    "why": {"type": "string"},
                },
            },
        },
        "notes": _TEXTS,
    },
}


def to_json(drift: Drift, *, tool: str, version: str, digest: str) -> dict[str, Any]:
    """Give drift in that form."""
    return {
        "schema": 1,
        "tool": {"name": tool, "version": version},
        "contract": {"digest": digest},
        "against": drift.against,
        "summary": {**{kind.value: drift.count(kind) for kind in Kind}, "known": len(drift.known)},
        "findings": [finding.to_json() for finding in drift.findings],
        "known": [finding.to_json() for finding in drift.known],
        "unread": [{"line": line, "text": text, "why": why} for line, text, why in drift.unread],
        "notes": list(drift.notes),
    }
