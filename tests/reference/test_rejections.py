"""What is rejected, with which code, and which rejection comes first; `conformance run` covers what the checks send."""

from __future__ import annotations

import http.client
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from reference.calling import Caller

DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"
NAME = {"HyperParameterTuningJobName": "exactly-ten"}
WRITTEN = json.dumps(NAME).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[{}]",
        WRITTEN[:-1],
        WRITTEN + b" {}",
        b"\xef\xbb\xbf" + WRITTEN,
        b'{"MaxResults": NaN}',
        b'{"a":' * 100_000,
    ],
    ids=lambda body: repr(body)[:20],
)
def test_a_body_that_is_no_json_object_is_rejected(caller: Caller, body: bytes) -> None:
    status, code, _ = caller.rejection(LIST, body)
    assert (status, code) == (400, "SerializationException")


@pytest.mark.parametrize("size", ["10", True, 1.5, 1e400, [1]])
def test_a_wrong_json_type_is_rejected(caller: Caller, size: Any) -> None:
    body = json.dumps(NAME | {"MaxResults": size}).replace("Infinity", "1e400").encode()
    status, code, _ = caller.rejection(LIST, body)
    assert (status, code) == (400, "SerializationException")


def test_types_are_checked_before_constraints(caller: Caller) -> None:
    body = {"HyperParameterTuningJobName": "-not-a-name-", "MaxResults": "many"}
    assert caller.rejection(LIST, body)[1] == "SerializationException"


@pytest.mark.parametrize(
    ("members", "place", "requirement"),
    [
        ({}, "Value null at 'hyperParameterTuningJobName'", "not be null"),
        ({"HyperParameterTuningJobName": "a-"}, "Value 'a-'", "satisfy regular expression pattern: ^[a-zA-Z0-9]"),
        (NAME | {"MaxResults": 101}, "Value '101' at 'maxResults'", "have value less than or equal to 100"),
        (NAME | {"NextToken": "x" * 8193}, "at 'nextToken'", "have length less than or equal to 8192"),
        (NAME | {"SortBy": "name"}, "Value 'name' at 'sortBy'", "satisfy enum value set: [Name, CreationTime, Status"),
    ],
)
def test_a_broken_constraint_is_rejected(caller: Caller, members: dict[str, Any], place: str, requirement: str) -> None:
    status, code, message = caller.rejection(LIST, members)
    assert (status, code) == (400, "ValidationException")
    assert re.match(r"\d validation errors? detected: Value ", message)
    assert place in message
    assert f" failed to satisfy constraint: Member must {requirement}" in message


def test_all_broken_constraints_are_reported_at_once(caller: Caller) -> None:
    body = {"HyperParameterTuningJobName": "", "MaxResults": 0, "SortBy": "x"}
    message = caller.rejection(LIST, body)[2]
    assert message.startswith("4 validation errors detected: ")
    assert message.count("; ") == 3


def test_constraints_are_checked_before_the_lookup(caller: Caller) -> None:
    body = {"HyperParameterTuningJobName": "nobody", "MaxResults": 0}
    assert caller.rejection(LIST, body)[1] == "ValidationException"


@pytest.mark.parametrize("operation", [DESCRIBE, LIST, "StopHyperParameterTuningJob", "DeleteHyperParameterTuningJob"])
def test_an_unknown_job_is_rejected(caller: Caller, operation: str) -> None:
    for name in ("nobody", "Exactly-Ten"):  # names are case-sensitive
        status, code, message = caller.rejection(operation, {"HyperParameterTuningJobName": name})
        assert (status, code) == (400, "ResourceNotFound")
        assert name in message


@pytest.mark.parametrize(
    "target",
    [
        "",
        "Sagemaker.DescribeHyperParameterTuningJob",
        "SageMaker.DescribeHyperParameterTuningJob.x",
        "SageMaker.CreateTrainingJob",
        "DescribeHyperParameterTuningJob",
    ],
)
def test_an_unknown_target_is_rejected(caller: Caller, target: str) -> None:
    status, code, _ = caller.rejection("", NAME, **({"X-Amz-Target": target} if target else {}))
    assert (status, code) == (400, "UnknownOperationException")


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_another_method_is_rejected(caller: Caller, method: str) -> None:
    response = caller.session.request(method, f"{caller.endpoint_url}/", timeout=10)
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert response.json()["__type"] == "UnknownOperationException"


def test_another_path_is_rejected(caller: Caller) -> None:
    response = caller.session.post(f"{caller.endpoint_url}/there", json=NAME, timeout=10)
    assert (response.status_code, response.json()["__type"]) == (404, "UnknownOperationException")


def test_head_has_no_body(caller: Caller) -> None:
    address = urlsplit(caller.endpoint_url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    for _ in range(2):
        connection.request("HEAD", "/")
        response = connection.getresponse()
        assert (response.status, response.read()) == (405, b"")
    connection.close()
