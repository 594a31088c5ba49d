"""The operations of a contract as an OpenAPI 3.1 document, for tools that test servers from one.

    python benchmarks/openapi.py > openapi.json

AWS JSON 1.1 sends every operation as `POST /` and names it in the header `X-Amz-Target`. OpenAPI tells operations apart
by path and method alone, so two operations on one path can't be said. Here each has the path `/#X-Amz-Target=<target>`:
the keys differ, and nothing has to stand between the tool and the server, for what follows `#` never leaves a client.
The header itself is a required parameter with one value, so that a tool sends it, and tries what happens without it.

What is stated is what the contract states and OpenAPI can say: types, enums, lengths, patterns (always of the whole
text), limits, what is required, which statuses and codes errors have, and the headers of every answer. Where the
documents and the model differ, a request keeps to what is in force; an answer has to keep both. What an observation
contradicts is not asked of an answer. `null` stands for a member of a request that is left out, as it does in the
protocol, and is no value of an answer. Members that nobody knows are let through in both directions.

What relates several members or several exchanges (orders, pages, counters, filters, the best job) OpenAPI can't say.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from conformance.contract import Contract, Node, Operation, load

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
_REQUEST_ID = {
    "description": "The id of the request",
    "required": True,
    "schema": {"type": "string", "minLength": 1},
}


def document(contract: Contract, *, server: str = "http://127.0.0.1/", names: Sequence[str] = ()) -> dict[str, Any]:
    """Give the OpenAPI document of a contract's operations.

    `names` are examples of names that the server at the URL `server` knows, for the member that names the resource.
    """
    components = Components()
    service = contract.service
    paths = {
        path_of(contract, operation.name): {
            "summary": operation.name,
            "post": {
                "operationId": operation.name,
                "description": operation.summary,
                "parameters": [_target(f"{service.target_prefix}.{operation.name}")],
                "requestBody": {
                    "required": True,
                    "content": {service.content_type: {"schema": _request(operation, components, names)}},
                },
                "responses": _responses(contract, operation, components),
            },
        }
        for operation in contract.operations.values()
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{service.service}: {', '.join(contract.operations)}",
            "version": service.api_version,
            "description": f"Made from the contract {contract.digest[:12]}.",
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {"schemas": components.schemas},
    }


def path_of(contract: Contract, operation: str) -> str:
    """Give the path under which an operation stands in the document."""
    return f"/#X-Amz-Target={contract.service.target_prefix}.{operation}"


class Components:
    """The schemas that are written once and referred to: a structure, list or map that has a name."""

    def __init__(self) -> None:
        """Hold none yet."""
        self.schemas: dict[str, Schema] = {}

    def referred(self, name: str, schema: Schema) -> Schema:
        """Give a reference to a schema; where another has the name already, the schema gets a numbered one."""
        number, free = 1, name
        while self.schemas.get(free, schema) != schema:
            number += 1
            free = f"{name}{number}"
        self.schemas[free] = schema
        return {"$ref": f"#/components/schemas/{free}"}


def schema_of(node: Node, components: Components, *, answer: bool) -> Schema:
    """Give the schema of a value: in a request what breaks it has to be refused, in an answer it keeps every fact."""
    schema = _bare(node)
    if answer:
        _narrow(schema, node.type, {facet: one for facet, one in node.documented.items() if facet not in node.observed})
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
        properties = {name: one if name in required else _or_null(one) for name, one in properties.items()}
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


def _request(operation: Operation, components: Components, names: Sequence[str]) -> Schema:
    """Give the schema of a whole request, with examples of the name."""
    schema = schema_of(operation.input, components, answer=False)
    if names:
        whole_request = components.schemas[schema["$ref"].rpartition("/")[2]]
        whole_request["properties"][operation.subject]["examples"] = list(names)
    return schema


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
    """Give the pattern that matches whole texts only; in OpenAPI one without anchors matches any part of a text."""
    return f"^(?:{pattern.removeprefix('^')})$"


def _target(value: str) -> dict[str, Any]:
    return {
        "name": "X-Amz-Target",
        "in": "header",
        "required": True,
        "schema": {"type": "string", "enum": [value]},
    }


def _responses(contract: Contract, operation: Operation, components: Components) -> dict[str, Any]:
    output = schema_of(operation.output, components, answer=True)
    found = {str(operation.http_status): _response(contract, "The answer", output)}
    for status, codes in sorted(_codes(contract, operation).items()):
        found[str(status)] = _response(contract, ", ".join(codes), error_schema(codes))
    return found


def _response(contract: Contract, words: str, schema: Schema) -> dict[str, Any]:
    return {
        "description": words,
        "headers": {"x-amzn-RequestId": _REQUEST_ID},
        "content": {contract.service.content_type: {"schema": schema}},
    }


def error_schema(codes: Sequence[str]) -> Schema:
    """Give the schema of an error with one of these codes, which may have a namespace before it and a URI behind it."""
    text = {"type": "string"}
    return {
        "type": "object",
        "required": ["__type"],
        "properties": {
            "__type": {"type": "string", "pattern": whole(f"([^#]*#)?({'|'.join(codes)})(:.*)?")},
            "message": text,
            "Message": text,
        },
    }


def _codes(contract: Contract, operation: Operation) -> dict[int, list[str]]:
    """Give the codes of errors that an operation may answer with, by HTTP status."""
    found: dict[int, list[str]] = {}
    for status, code in _errors(contract, operation):
        found.setdefault(status, []).append(code)
    return found


def _errors(contract: Contract, operation: Operation) -> Iterator[tuple[int, str]]:
    for code, status in operation.errors.items():
        yield status, code
    for error in contract.service.common_errors.values():
        for status in error.http_status:
            yield status, error.code


if __name__ == "__main__":
    print(json.dumps(document(load()), indent=1))
