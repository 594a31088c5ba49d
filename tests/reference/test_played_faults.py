"""Faults on purpose: the same ones at the same requests, each time, and nothing else goes wrong."""

from __future__ import annotations

import re
import time
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from cli.command import conformance

from conformance.errors import ExitCode, UserError
from conformance.reference.foreground import ERROR_FORMS, Faults
from conformance.reference.http import Call
from conformance.reference.server import ReferenceServer
from conformance.wire.encoding import parse
from conformance.worlds.loading import load_world
from reference.calling import sdk

DESCRIBE = "DescribeHyperParameterTuningJob"
WORLD = load_world("default")
PAGE = Path(__file__).parents[2] / "docs" / "client-testers.md"
BODY = b'{"HyperParameterTuningJobName":"churn-57-in-all-statuses"}'


def call(operation: str = DESCRIBE) -> Call:
    headers = {"x-amz-target": f"SageMaker.{operation}", "content-type": "application/x-amz-json-1.1"}
    return Call("POST", "/", headers, BODY)


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        (Faults(), [""] * 3),
        (Faults(throttle_every=3), ["", "", "ThrottlingException", "", "", "ThrottlingException", ""]),
        (Faults(throttle_every=1), ["ThrottlingException"] * 3),
        (Faults(fail_every=2), ["", "InternalFailure", ""]),
        (Faults(expire_after=2), ["", "", "ExpiredTokenException", "ExpiredTokenException"]),
        (Faults(expire_after=0), ["ExpiredTokenException"]),
    ],
)
def test_a_fault_comes_at_its_requests_and_at_no_other(faults: Faults, expected: list[str]) -> None:
    service = faults(WORLD)
    assert [parse(service.answer(call()).body).get("__type", "") for _ in expected] == expected


def test_an_operation_is_denied_and_no_other() -> None:
    service = Faults(deny=frozenset({DESCRIBE}))(WORLD)
    rejected = service.answer(call())
    assert (rejected.status, parse(rejected.body)["__type"]) == (400, "AccessDeniedException")
    assert f"sagemaker:{DESCRIBE}" in parse(rejected.body)["message"]
    assert service.answer(call("ListTrainingJobsForHyperParameterTuningJob")).status == 200


def test_an_unreadable_body_is_reported_before_a_denial() -> None:
    service = Faults(deny=frozenset({DESCRIBE}))(WORLD)
    headers = call().headers
    assert parse(service.answer(Call("POST", "/", headers, b"{")).body)["__type"] == "SerializationException"


@pytest.mark.parametrize(("skew", "words"), [(3600, "Signature expired"), (-3600, "Signature not yet current")])
def test_a_clock_that_is_off_rejects_signatures_and_says_what_time_it_takes_it_for(skew: int, words: str) -> None:
    with ReferenceServer(WORLD, service=Faults(clock_skew_s=skew)) as server:
        with pytest.raises(ClientError, match=words) as caught:
            sdk(server.endpoint_url).describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="x")
        answered = caught.value.response
        assert answered["Error"]["Code"] == "InvalidSignatureException"
        date = parsedate_to_datetime(answered["ResponseMetadata"]["HTTPHeaders"]["date"])
        assert abs(date.timestamp() - time.time() - skew) < 60


def test_a_clock_that_is_off_by_little_rejects_nothing() -> None:
    with ReferenceServer(WORLD, service=Faults(clock_skew_s=120)) as server:
        sdk(server.endpoint_url).describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="x")


FORMS = re.findall(r"^\| `([a-z-]+)` \| .* \| ([\w.]+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
"""The forms of errors on the page, each with what it says that boto3 makes of it."""


def test_the_page_has_every_form_of_errors() -> None:
    assert [form for form, _ in FORMS] == list(ERROR_FORMS)


@pytest.mark.parametrize(("form", "code"), FORMS)
def test_boto3_makes_of_each_form_of_an_error_what_the_page_says(form: str, code: str) -> None:
    with ReferenceServer(WORLD, service=Faults(error_form=form, throttle_every=2)) as server:
        client = sdk(server.endpoint_url)
        with pytest.raises(ClientError) as unknown:
            client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="no-such-job")
        with pytest.raises(ClientError) as throttled:
            client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="no-such-job")
    assert unknown.value.response["Error"]["Code"] == code
    assert isinstance(unknown.value, client.exceptions.ResourceNotFound) is (code == "ResourceNotFound")
    assert throttled.value.response["Error"]["Code"] == code.replace("ResourceNotFound", "ThrottlingException")
    assert "can't find" in unknown.value.response["Error"]["Message"]


def test_an_unknown_form_of_errors_can_not_be_played() -> None:
    with pytest.raises(UserError, match="no form of errors 'xml'"):
        Faults(error_form="xml")(WORLD)


def test_an_unknown_operation_can_not_be_denied(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no operation 'Describe'"):
        Faults(deny=frozenset({"Describe"}))(WORLD)
    ended = conformance("serve", "--port", "0", "--deny", "Describe", cwd=tmp_path)
    assert ended.code == ExitCode.USAGE
    assert DESCRIBE in ended.told_without_traceback()


@pytest.mark.parametrize("keys", ["", "test", ":test", "test:"])
def test_malformed_keys_are_an_error(tmp_path: Path, keys: str) -> None:
    ended = conformance("serve", "--port", "0", "--require-signature", keys, cwd=tmp_path)
    assert ended.code == ExitCode.USAGE
    assert "--require-signature test:test" in ended.told_without_traceback()
