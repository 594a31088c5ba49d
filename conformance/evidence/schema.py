"""The JSON Schema of a line of a bundle, and a quick look whether a line keeps to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator


@cache
def evidence_schema() -> dict[str, Any]:
    """Give the JSON Schema of one line."""
    resource = files("conformance.evidence") / "schemas" / "evidence.schema.json"
    schema: dict[str, Any] = json.loads(resource.read_text("utf-8"))
    return schema


@cache
def _validators() -> Mapping[str, Draft202012Validator]:
    """Give a validator for each type of line: told by one of them, a complaint says what is wrong."""
    import jsonschema  # noqa: PLC0415 - slow to import, and only needed where a bundle is read

    definitions = evidence_schema()["$defs"]
    return {
        kind: jsonschema.Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": definitions})
        for kind in ("header", "state", "exchange", "footer")
    }


def complaint(line: Mapping[str, Any]) -> str:
    """Say what is wrong with the form of a line; empty where nothing is."""
    kind = line.get("type")
    validator = _validators().get(kind) if isinstance(kind, str) else None
    if validator is None:
        return f"it has the type {kind!r:.40}, which there is not"
    error = next(validator.iter_errors(line), None)
    if error is None:
        return ""
    place = ".".join(map(str, error.absolute_path)) or "the entry"
    return f"its form is wrong at {place} (rule {error.validator!r})"
