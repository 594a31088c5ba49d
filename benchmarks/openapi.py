"""The operations of a contract as an OpenAPI 3.1 document, for tools that test servers from one.

    python benchmarks/openapi.py > openapi.json

AWS JSON 1.1 sends every operation as `POST /` and names it in the header `X-Amz-Target`. OpenAPI tells operations apart
by path and method alone, so two operations on one path can't be said. Here each has the path `/#X-Amz-Target=<target>`:
the keys differ, and nothing has to be between the tool and the server, for what follows `#` never leaves a client.
The header itself is a required parameter with one value, so that a tool sends it, and tries what happens without it.

What is stated is what the contract states and OpenAPI can say: types, enums, lengths, patterns (always of the whole
text), limits, what is required, which statuses and codes errors have, and the headers of every answer. Where the
documents and the model differ, a request keeps to what is in force; an answer has to keep both. What an observation
contradicts is not asked of an answer. `null` stands for a member of a request that is left out, as it does in the
protocol, and is no value of an answer. Unknown members are accepted in both directions.

What relates several members or several exchanges (orders, pages, counters, filters, the best job) OpenAPI can't say.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from openapi_schema import Components, Schema, schema_of, whole

from conformance.contract.loading import load
from conformance.contract.model import Contract, Operation

_REQUEST_ID = {
    "description": "The id of the request",
    "required": True,
    "schema": {"type": "string", "minLength": 1},
}


def document(contract: Contract, *, server: str = "http://127.0.0.1/", names: Sequence[str] = ()) -> dict[str, Any]:
    """Return the OpenAPI document of a contract's operations.

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
    """Return the path under which an operation is in the document."""
    return f"/#X-Amz-Target={contract.service.target_prefix}.{operation}"


def _request(operation: Operation, components: Components, names: Sequence[str]) -> Schema:
    """Return the schema of a whole request, with examples of the name."""
    schema = schema_of(operation.input, components, answer=False)
    if names:
        whole_request = components.schemas[schema["$ref"].rpartition("/")[2]]
        whole_request["properties"][operation.subject]["examples"] = list(names)
    return schema


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
    """Return the schema of an error with one of these codes, perhaps between a namespace and a URI."""
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
    """Return the codes of errors that an operation may answer with, by HTTP status."""
    found: dict[int, list[str]] = {}
    for status, code in _errors(contract, operation):
        found.setdefault(status, []).append(code)
    return found


def _errors(contract: Contract, operation: Operation) -> Iterator[tuple[int, str]]:
    for error in operation.errors.values():
        yield error.http_status or 400, error.code
    for common in contract.service.common_errors.values():
        for status in common.http_status:
            yield status, common.code


if __name__ == "__main__":
    print(json.dumps(document(load()), indent=1))
