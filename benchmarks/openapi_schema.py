"""The schema of a value of the contract, as OpenAPI 3.1 has it: what a request, or an answer, has to keep there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.contract.model import Node

Schema = dict[str, Any]

_TYPES: Mapping[str, Schema] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "float": {"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]},
    "boolean": {"type": "boolean"},
    # 2100-01-01, in seconds: a time in milliseconds is a number, too, and far beyond.
    "timestamp": {"type": "number", "minimum": 0, "maximum": 4_102_444_800, "description": "seconds since 1970"},
    "list": {"type": "array"},
    "map": {"type": "object"},
    "structure": {"type": "object"},
}
_LENGTHS: Mapping[str, tuple[str, str]] = {
    "string": ("minLength", "maxLength"),
    "list": ("minItems", "maxItems"),
    "map": ("minProperties", "maxProperties"),
}


class Components:
    """The schemas that are written once and referred to: a structure, list or map that has a name."""

    def __init__(self) -> None:
        """Hold none yet."""
        self.schemas: dict[str, Schema] = {}

    def referred(self, name: str, schema: Schema) -> Schema:
        """Return a reference to a schema; where another has the name already, the schema gets a numbered one."""
        number, free = 1, name
        while self.schemas.get(free, schema) != schema:
            number += 1
            free = f"{name}{number}"
        self.schemas[free] = schema
        return {"$ref": f"#/components/schemas/{free}"}


def schema_of(node: Node, components: Components, *, answer: bool) -> Schema:
    """Return the schema of a value: in a request what breaks it has to be refused, in an answer it keeps every fact."""
    schema = _bare(node)
    if answer:
        _narrow(
            schema, node.type, {facet: item for facet, item in node.documented.items() if facet not in node.observed}
        )
        _narrow(schema, node.type, node.modelled)
    else:
        _narrow(schema, node.type, {facet: node.effective(facet) for facet in (*node.modelled, *node.documented)})
        schema |= {"default": node.documented["default"]} if "default" in node.documented else {}
    if node.type == "structure":
        schema |= _structure(node, components, answer=answer)
    if node.element is not None:
        schema["items"] = schema_of(node.element, components, answer=answer)
    if node.key is not None and node.value is not None:
        schema["propertyNames"] = schema_of(node.key, components, answer=answer)
        schema["additionalProperties"] = schema_of(node.value, components, answer=answer)
    holds_others = node.type in {"structure", "list", "map"}
    return components.referred(node.shape, schema) if node.shape and holds_others else schema


def _structure(node: Node, components: Components, *, answer: bool) -> Schema:
    required = [name for name, member in node.members.items() if _is_required(member, answer=answer)]
    properties = {name: schema_of(member, components, answer=answer) for name, member in node.members.items()}
    if not answer:
        properties = {name: item if name in required else _or_null(item) for name, item in properties.items()}
    return {"properties": properties} | ({"required": required} if required else {})


def _is_required(node: Node, *, answer: bool) -> bool:
    if answer:
        return bool(node.documented.get("required") or node.modelled.get("required"))
    return bool(node.effective("required"))


def _or_null(schema: Schema) -> Schema:
    if "type" not in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    words = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return schema | {"type": [schema["type"], "null"]} | words


def _bare(node: Node) -> Schema:
    schema = dict(_TYPES[node.type])
    accepted = node.accepted_values()
    return schema | ({"enum": list(accepted)} if accepted else {})


def _narrow(schema: Schema, kind: str, facets: Mapping[str, Any]) -> None:
    """Write limits into a schema; where it has one already, the narrower stays."""
    for facet, limit in facets.items():
        match facet:
            case "min_length":
                _raise(schema, _LENGTHS[kind][0], limit)
            case "max_length":
                _lower(schema, _LENGTHS[kind][1], limit)
            case "minimum":
                _raise(schema, "minimum", limit)
            case "maximum":
                _lower(schema, "maximum", limit)
            case "pattern":
                _match(schema, whole(limit))


def _raise(schema: Schema, keyword: str, limit: float) -> None:
    schema[keyword] = max(schema.get(keyword, limit), limit)


def _lower(schema: Schema, keyword: str, limit: float) -> None:
    schema[keyword] = min(schema.get(keyword, limit), limit)


def _match(schema: Schema, pattern: str) -> None:
    if schema.setdefault("pattern", pattern) != pattern:
        schema.setdefault("allOf", []).append({"pattern": pattern})


def whole(pattern: str) -> str:
    """Return the pattern that matches whole texts only; in OpenAPI one without anchors matches any part of a text."""
    return f"^(?:{pattern.removeprefix('^')})$"
