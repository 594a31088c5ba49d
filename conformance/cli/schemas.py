"""The JSON Schemas of what the listings print."""

from __future__ import annotations

from typing import Final

from conformance.report.json_schema import BASIS, BECAUSE, CITED, LEVEL, TEXT, TEXTS, Schema, closed, titled

_FACETS = [
    "present", "type", "enum", "required", "default", "min_length", "max_length", "pattern", "minimum", "maximum",
    "http_status",
]  # fmt: skip

FACTS: Final[Schema] = titled(
    "The facts of a contract",
    {
        "type": "array",
        "items": closed(
            {
                "id": TEXT,
                "operation": TEXT,
                "direction": {"enum": ["input", "output", "error", "paginator"]},
                "path": TEXT,
                "facet": {"enum": _FACETS},
                "value": {},
                "basis": BASIS,
                "level": LEVEL,
                "sources": CITED,
            }
        ),
    },
)

CHECKS: Final[Schema] = titled(
    "The checks of a contract",
    {
        "type": "array",
        "items": closed(
            {
                "id": TEXT,
                "operation": TEXT,
                "area": TEXT,
                "level": LEVEL,
                "basis": BASIS,
                "statement": TEXT,
                "because": BECAUSE,
                "facts": TEXTS,
                "behaviour": {"type": ["string", "null"]},
            }
        ),
    },
)
