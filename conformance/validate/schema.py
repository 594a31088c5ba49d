"""The JSON Schema of what `conformance validate --json` prints; its rows are those of report.json."""

from __future__ import annotations

from typing import Any

from conformance.report.json_report import schema as report_schema

_TEXTS = {"type": "array", "items": {"type": "string"}}
_NUMBER = {"type": "integer", "minimum": 0}


def schema() -> dict[str, Any]:
    """Give the schema."""
    properties: dict[str, Any] = {
        "schema": {"const": 1},
        "tool": _closed({"name": {"type": "string"}, "version": {"type": "string"}}),
        "contract": _closed({"digest": {"type": "string"}, "facts": _NUMBER}),
        "operation": {"type": "string"},
        "answer": {
            "oneOf": [
                {"type": "null"},
                _closed(
                    {
                        "file": {"type": "string"},
                        "form": {"enum": ["wire", "cli", "boto3"]},
                        "known_by": {"type": "string"},
                        "is_error": {"type": "boolean"},
                    }
                ),
            ]
        },
        "request": {"type": ["string", "null"], "description": "the file of the request"},
        "must_be_answered": {"type": "string", "description": "what a conforming server answers to the request"},
        "exit_code": {"enum": [0, 1, 4]},
        "summary": _closed({"passed": _NUMBER, "failed": _NUMBER, "skipped": _NUMBER, "against": _NUMBER}),
        "unknown_members": _TEXTS,
        "not_judged": _TEXTS,
        "notes": _TEXTS,
        "results": {"type": "array", "items": {"$ref": "#/$defs/result"}},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The judgement on a saved answer or request",
        **_closed(properties),
        "$defs": report_schema("report")["$defs"],
    }


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }
