"""The form in which `conformance drift --json` prints drift, and its JSON Schema."""

from __future__ import annotations

from typing import Any, Final

from conformance.drift.finding import Drift, Kind
from conformance.report.json_schema import BECAUSE, COUNT, TEXT, TEXTS, TOOL, Schema, closed, titled

_LINES: Final[Schema] = {"type": "array", "items": {"type": "integer", "minimum": 1}}

_FINDING: Final[Schema] = closed(
    {
        "kind": {"enum": [kind.value for kind in Kind]},
        "facts": {**TEXTS, "minItems": 1},
        "operation": TEXT,
        "direction": {"enum": ["", "input", "output", "error", "paginator", "service"]},
        "path": TEXT,
        "facet": TEXT,
        "contract": {"description": "the value in the contract, null where there is none"},
        "other": {"description": "the value in the model or on the page, null where there is none"},
        "added": {**TEXTS, "description": "words of a list that only the other side has"},
        "removed": {**TEXTS, "description": "words of a list that only the contract has"},
        "because": BECAUSE,
        "lines": {**_LINES, "description": "where the page says so; empty for a model"},
        "detail": TEXT,
    }
)

_MODEL: Final[Schema] = closed(
    {"kind": {"const": "model"}, "file": TEXT, "version": TEXT, "api_version": TEXT, "contract_version": TEXT}
)
_DOCUMENT: Final[Schema] = closed(
    {
        "kind": {"const": "document"},
        "file": TEXT,
        "style": TEXT,
        "operation": TEXT,
        "edition": {"type": ["string", "null"]},
        "claims": COUNT,
    }
)

SCHEMA: Final[Schema] = titled(
    "Drift of a service model or of a page from the contract",
    closed(
        {
            "schema": {"const": 1},
            "tool": TOOL,
            "contract": closed({"digest": TEXT}),
            "against": {"oneOf": [_MODEL, _DOCUMENT]},
            "summary": closed(dict.fromkeys(("new", "removed", "changed", "known"), COUNT)),
            "findings": {"type": "array", "items": _FINDING},
            "known": {"type": "array", "items": _FINDING},
            "unread": {
                "type": "array",
                "items": closed({"line": {"type": "integer", "minimum": 1}, "text": TEXT, "why": TEXT}),
            },
            "notes": TEXTS,
        }
    ),
)


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
