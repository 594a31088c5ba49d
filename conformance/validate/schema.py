"""The JSON Schema of what `conformance validate --json` prints; its rows are those of report.json."""

from __future__ import annotations

from conformance.report.json_report import schema as report_schema
from conformance.report.json_schema import COUNT, TEXT, TEXTS, TOOL, Schema, closed, titled
from conformance.validate.forms import Form

_FORM = {"enum": [form.value for form in Form]}
_ANSWER = closed({"file": TEXT, "form": _FORM, "known_by": TEXT, "is_error": {"type": "boolean"}})


def schema() -> Schema:
    """Give the schema."""
    form = closed(
        {
            "schema": {"const": 1},
            "tool": TOOL,
            "contract": closed({"digest": TEXT, "facts": COUNT}),
            "operation": TEXT,
            "answer": {"oneOf": [{"type": "null"}, _ANSWER]},
            "request": {"type": ["string", "null"], "description": "the file of the request"},
            "must_be_answered": {**TEXT, "description": "what a conforming server answers to the request"},
            "exit_code": {"enum": [0, 1, 4]},
            "summary": closed({"passed": COUNT, "failed": COUNT, "skipped": COUNT, "against": COUNT}),
            "unknown_members": TEXTS,
            "not_judged": TEXTS,
            "notes": TEXTS,
            "results": {"type": "array", "items": {"$ref": "#/$defs/result"}},
        }
    )
    return {**titled("The judgement on a saved answer or request", form), "$defs": report_schema("report")["$defs"]}
