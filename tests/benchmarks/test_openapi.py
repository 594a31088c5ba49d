"""The OpenAPI document of benchmarks/openapi.py: valid, complete, and kept by the reference server."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from mutant_kinds import by_kind, spread
from openapi import document, path_of
from openapi_schema import whole

from conformance.contract.loading import load
from conformance.contract.model import Contract, Fact
from conformance.mutation.collection import mutants
from conformance.mutation.mutant import Kind
from conformance.mutation.running import faults
from conformance.reference.service import Service
from conformance.worlds.loading import load_world

PROGRAM = Path(__file__).resolve().parents[2] / "benchmarks" / "openapi.py"
DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"
NAME = "HyperParameterTuningJobName"
JSON = "application/x-amz-json-1.1"
Schema = dict[str, Any]


@cache
def contract() -> Contract:
    return load()


@cache
def made() -> dict[str, Any]:
    return document(contract(), names=("one-job", "another-job"))


def operation(name: str) -> dict[str, Any]:
    found: dict[str, Any] = made()["paths"][path_of(contract(), name)]["post"]
    return found


def resolved(schema: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    found: Schema = made()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def request_of(name: str) -> Schema:
    return resolved(operation(name)["requestBody"]["content"][JSON]["schema"])


def answer_of(name: str, status: str = "200") -> Schema:
    return resolved(operation(name)["responses"][status]["content"][JSON]["schema"])


def at(schema: Schema, path: str) -> Schema:
    """Go down a path of a fact: `A.B`, `A[]`, `A{key}`, `A{value}`."""
    for step in path.replace("[]", ".[]").replace("{", ".{").split("."):
        match step:
            case "":
                continue
            case "[]":
                schema = schema["items"]
            case "{key}":
                schema = schema["propertyNames"]
            case "{value}":
                schema = schema["additionalProperties"]
            case _:
                schema = schema["properties"][step]
        schema = resolved(schema)
    return schema


def evaluate(schema: Schema) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": made()["components"]})


def test_the_document_is_valid_openapi() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(made()).iter_errors()] == []
    assert made()["openapi"].startswith("3.1.")


@pytest.mark.slow
def test_the_program_prints_the_document() -> None:
    printed = subprocess.run([sys.executable, str(PROGRAM)], check=True, capture_output=True, text=True, timeout=120)
    assert json.loads(printed.stdout) == document(contract())


@pytest.mark.parametrize("name", [DESCRIBE, LIST])
def test_an_operation_is_a_post_that_names_itself_in_a_header(name: str) -> None:
    assert set(made()["paths"][f"/#X-Amz-Target=SageMaker.{name}"]) == {"summary", "post"}
    (header,) = operation(name)["parameters"]
    assert (header["name"], header["in"], header["required"]) == ("X-Amz-Target", "header", True)
    assert header["schema"]["enum"] == [f"SageMaker.{name}"]
    assert list(operation(name)["requestBody"]["content"]) == [JSON]


@pytest.mark.parametrize("name", [DESCRIBE, LIST])
def test_errors_are_under_their_status_and_every_answer_has_a_request_id(name: str) -> None:
    responses = operation(name)["responses"]
    assert list(responses) == ["200", "400", "403", "429", "500", "503"]
    assert all(response["headers"]["x-amzn-RequestId"]["required"] for response in responses.values())
    rejected, broken = evaluate(answer_of(name, "400")), evaluate(answer_of(name, "500"))
    for code in ("ResourceNotFound", "com.amazonaws#ValidationException", "SerializationException:http://example.com/"):
        assert rejected.is_valid({"__type": code, "message": "no"})
        assert not broken.is_valid({"__type": code, "message": "no"})
    assert broken.is_valid({"__type": "InternalFailure"})
    assert not rejected.is_valid({"__type": "ResourceNotFoundException"})
    assert not rejected.is_valid({"message": "no"})
    assert not rejected.is_valid({"__type": "ResourceNotFound", "message": {"text": "no"}})


def test_a_member_of_a_request_may_be_null_and_names_have_examples() -> None:
    asked = request_of(LIST)["properties"]
    assert asked["SortOrder"]["enum"] == ["Ascending", "Descending", None]
    assert asked[NAME]["examples"] == ["one-job", "another-job"]


@pytest.mark.parametrize(
    ("members", "valid"),
    [
        ({NAME: "a-job", "MaxResults": None}, True),
        ({NAME: "a-job", "MaxResults": 100, "StatusEquals": "Failed", "SortBy": "Status"}, True),
        ({NAME: "a-job", "UnknownMember": 1}, True),
        ({}, False),
        ({NAME: None}, False),
        ({NAME: "a-job-"}, False),
        ({NAME: "x" * 33}, False),
        ({NAME: "a-job", "MaxResults": 101}, False),
        ({NAME: "a-job", "StatusEquals": "completed"}, False),
        ({NAME: "a-job", "NextToken": "two\nlines"}, False),
    ],
)
def test_what_breaks_a_request(members: dict[str, Any], valid: bool) -> None:  # noqa: FBT001 - a column of the table
    assert evaluate(request_of(LIST)).is_valid(members) is valid


@cache
def answers() -> dict[str, list[Any]]:
    """Return what the reference server answers: each description, and each page of three."""
    service = Service(load_world("default"), contract=contract())
    found: dict[str, list[Any]] = {DESCRIBE: [], LIST: []}
    for job in load_world("default").jobs:
        found[DESCRIBE].append(service.perform(DESCRIBE, {NAME: job.name}))
        found[LIST].append(service.perform(LIST, {NAME: job.name, "MaxResults": 3}))
    # Over JSON: what a server shares with its world are tuples, too.
    copied: dict[str, list[Any]] = json.loads(json.dumps(found))
    return copied


@pytest.mark.parametrize("name", [DESCRIBE, LIST])
def test_the_reference_server_keeps_the_document(name: str) -> None:
    validator = evaluate(answer_of(name))
    problems = [error for answer in answers()[name] for error in validator.iter_errors(answer)]
    assert len(answers()[name]) == len(load_world("default").jobs)
    assert problems == []


@pytest.mark.parametrize(
    ("member", "value"),
    [
        (NAME, None),
        ("HyperParameterTuningJobStatus", "Done"),
        ("CreationTime", 1_795_000_000_000),
        ("TrainingJobStatusCounters", {"Completed": -1}),
        ("Autotune", {}),
    ],
)
def test_an_answer_with_this_in_it_breaks_the_document(member: str, value: Any) -> None:
    answer = answers()[DESCRIBE][0]
    validator = evaluate(answer_of(DESCRIBE))
    assert validator.is_valid(answer)
    problems = list(validator.iter_errors(answer | {member: value}))
    assert {error.absolute_path[0] for error in problems} == {member}


# -- every fact that OpenAPI has words for

_TYPES = {"timestamp": "number", "list": "array", "map": "object", "structure": "object"}
_AT_LEAST = {"min_length": ("minLength", "minItems", "minProperties"), "minimum": ("minimum",)}
_AT_MOST = {"max_length": ("maxLength", "maxItems", "maxProperties"), "maximum": ("maximum",)}


def in_force(fact: Fact) -> bool:
    """Return whether a fact has to be in the document; of a request, what only the model says otherwise has not."""
    if fact.direction == "output":
        return not fact.observed
    if fact.direction != "input" or fact.path.startswith("--"):
        return False
    return not any(
        other.path == fact.path and other.facet == fact.facet and other.basis == "documented"
        for other in contract().facts_of(fact.operation, "input")
        if fact.basis != "documented"
    )


def states(schema: Schema, fact: Fact) -> bool:
    """Return whether the schema at the path of a fact states it."""
    match fact.facet:
        case "type":
            received = schema.get("type", schema.get("anyOf", [{}])[0].get("type"))
            wanted = "number" if fact.value == "float" else _TYPES.get(fact.value, fact.value)
            return received in (wanted, [wanted, "null"])
        case "enum":
            return set(fact.value) <= set(schema["enum"])
        case "pattern":
            return whole(fact.value) in [schema["pattern"], *(item["pattern"] for item in schema.get("allOf", ()))]
        case "min_length" | "minimum":
            return any(schema[word] >= fact.value for word in _AT_LEAST[fact.facet] if word in schema)
        case "max_length" | "maximum":
            return any(schema[word] <= fact.value for word in _AT_MOST[fact.facet] if word in schema)
        case _:
            return fact.facet != "default" or fact.direction != "input" or bool(schema["default"] == fact.value)


def test_every_fact_of_requests_and_answers_is_in_the_document() -> None:
    facts = [fact for fact in contract().facts if fact.path and in_force(fact)]
    lacking = []
    for fact in facts:
        root = request_of(fact.operation) if fact.direction == "input" else answer_of(fact.operation)
        if fact.facet == "required":
            around, _, name = fact.path.rpartition(".")
            stated = name in at(root, around).get("required", ()) or not fact.value
        else:
            stated = states(at(root, fact.path), fact)
        if not stated:
            lacking.append(fact.id)
    assert lacking == []
    assert len(facts) > 1_300


def test_every_mutant_that_shows_on_the_wire_is_of_one_kind() -> None:
    every = mutants(contract(), load_world("default"))
    kinds = by_kind(contract(), every)
    of_servers = [mutant for mutant in faults(every) if mutant.kind is not Kind.CLIENT and not mutant.signed]
    assert sorted(item.id for those in kinds.values() for item in those) == sorted(server.id for server in of_servers)
    assert [kind.stated for kind in kinds] == sorted((kind.stated for kind in kinds), reverse=True)
    assert {kind.stated for kind in kinds} == {True, False}


def test_a_sample_is_spread_from_the_first_to_the_last() -> None:
    order = [item for item in mutants(contract(), load_world("default")) if item.id.startswith("order/")]
    picked = spread(order, 4)
    assert (picked[0], picked[-1], len(picked)) == (order[0], order[-1], 4)
    assert picked == spread(order, 4)
    assert spread(order, 1_000) == order
