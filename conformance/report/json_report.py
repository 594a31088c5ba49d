"""report.json: a whole run as one document; and the JSON Schemas of the forms that this room writes."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from conformance.errors import UserError
from conformance.report.run import SCHEMA, Record
from conformance.report.summary import headline, summarise

SCHEMAS = ("report", "run")
"""Names of the forms: `report` is report.json, `run` is a line of run.jsonl."""


class UnknownSchemaError(UserError):
    """A schema was asked for that there is not."""


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of a form; raise UnknownSchemaError where the name is none of SCHEMAS."""
    if name not in SCHEMAS:
        raise UnknownSchemaError(f"there is no schema {name!r}", remedy=f"ask for one of: {', '.join(SCHEMAS)}")
    resource = files("conformance.report") / "schemas" / f"{name}.schema.json"
    loaded: dict[str, Any] = json.loads(resource.read_text("utf-8"))
    return loaded


def report_json(record: Record, *, strict: bool = False) -> dict[str, Any]:
    """Return the report as a value."""
    header, footer, summary = record.header, record.footer, summarise(record)
    return {
        "schema": SCHEMA,
        "tool": header.tool.to_json(),
        "contract": header.contract.to_json(),
        "target": header.target.to_json(),
        "started": header.started,
        "duration_s": footer.duration_s if footer else None,
        "complete": record.complete,
        "stopped": record.stopped,
        "throttled": footer.throttled if footer else 0,
        "notes": list(footer.notes) if footer else [],
        "reconnected": footer.reconnected if footer else 0,
        "recovered": footer.recovered if footer else 0,
        "crashes": [crash.to_json() for crash in footer.crashes] if footer else [],
        "shard": header.shard.to_json() if header.shard else None,
        "versions": header.versions.to_json() if header.versions else None,
        "thresholds": header.thresholds.to_json(),
        "verdict": headline(record, strict=strict).to_json(),
        "summary": summary.to_json(),
        "facts": {
            "total": summary.facts_total,
            "exercised": summary.facts_exercised,
            "not_exercised": list(footer.facts.not_exercised) if footer else [],
        },
        "answered": None if footer is None or footer.answered is None else list(footer.answered),
        "state_problem": footer.state_problem if footer else "",
        "unknown_members": list(footer.unknown_members) if footer else [],
        "gate": record.gate.to_json() if record.gate else None,
        "results": [result.to_json() for result in record.results],
    }


def render_json(record: Record, *, strict: bool = False) -> str:
    """Return the text of report.json, a result a line: quick to write, and two reports can be compared line by line.

    It is ASCII: a lone surrogate in somebody's body can't be written as UTF-8.
    """
    report = report_json(record, strict=strict)
    results = report.pop("results")
    frame = json.dumps(report, indent=2, allow_nan=False).removesuffix("\n}")
    rows = ",\n".join(f"    {json.dumps(row, allow_nan=False)}" for row in results)
    return f'{frame},\n  "results": [\n{rows}\n  ]\n}}\n' if rows else f'{frame},\n  "results": []\n}}\n'
