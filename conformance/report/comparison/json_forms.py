"""The JSON forms of a difference and of a matrix, and their schemas."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, Literal

from conformance.report.comparison.difference import Change, Delta, Difference
from conformance.report.comparison.matrix import Matrix
from conformance.report.comparison.reading import Side
from conformance.report.result import Result
from conformance.report.summary import exit_code, summarise

SCHEMA = 1
"""The version of both forms."""


def schema(name: Literal["diff", "compare"]) -> dict[str, Any]:
    """Return the JSON Schema of a form."""
    resource = files("conformance.report") / "schemas" / f"{name}.schema.json"
    loaded: dict[str, Any] = json.loads(resource.read_text("utf-8"))
    return loaded


def diff_json(difference: Difference) -> dict[str, Any]:
    """Return a difference as a value."""
    counts = difference.counts
    return {
        "schema": SCHEMA,
        "worse": bool(difference.worse),
        "old": _side(difference.old),
        "new": _side(difference.new),
        "notes": [note.to_json() for note in difference.notes],
        "counts": {**{change.value: counts[change] for change in Change}, "unchanged": difference.unchanged},
        "changes": [_delta(item) for item in difference.deltas],
    }


def compare_json(matrix: Matrix) -> dict[str, Any]:
    """Return a matrix as a value: cells are in the order of `targets`, null where a run has no such check."""
    return {
        "schema": SCHEMA,
        "targets": [_side(side) for side in matrix.sides],
        "notes": [note.to_json() for note in matrix.notes],
        "areas": [
            {"operation": area.operation, "area": area.name, "cells": [cell and cell.to_json() for cell in area.cells]}
            for area in matrix.areas
        ],
        "checks": [
            {
                "id": row.id,
                "operation": row.operation,
                "area": row.area,
                "subject": row.subject,
                "level": row.level,
                "differs": row.differs,
                "outcomes": [_told(item) for item in row.results],
            }
            for row in matrix.rows
        ],
        "claims": [
            {
                "id": claim.id,
                "differs": claim.differs,
                "outcomes": [outcome and outcome.value for outcome in claim.outcomes],
            }
            for claim in matrix.claims
        ],
    }


def _side(side: Side) -> dict[str, Any]:
    header = side.record.header
    return {
        "label": side.label,
        "path": str(side.path),
        "tool": header.tool.to_json(),
        "contract": header.contract.to_json(),
        "target": header.target.to_json(),
        "versions": header.versions.to_json() if header.versions else None,
        "started": header.started,
        "complete": side.record.complete,
        "exit_code": int(exit_code(side.record)),
        "summary": summarise(side.record).to_json(),
    }


def _delta(delta: Delta) -> dict[str, Any]:
    result = delta.result
    return {
        "id": result.id,
        "operation": result.operation,
        "area": result.area,
        "level": result.level.value,
        "change": delta.change.value,
        "worse": delta.worse,
        "old": _told(delta.old),
        "new": _told(delta.new),
    }


def _told(result: Result | None) -> dict[str, Any] | None:
    if result is None:
        return None
    return {
        "outcome": result.outcome.value,
        "known": result.known,
        "kind": result.kind,
        "reason": result.reason,
    }
