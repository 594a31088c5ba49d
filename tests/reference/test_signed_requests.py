"""Signatures: which requests a server with keys accepts, and how it rejects the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from conformance.reference.server import ReferenceServer
from conformance.wire.exchange import Signing
from conformance.wire.signing import Credentials as Keys
from conformance.wire.signing import Signer
from conformance.worlds.loading import load_world
from reference.calling import Caller, sdk

if TYPE_CHECKING:
    from collections.abc import Iterator

BODY = b'{"HyperParameterTuningJobName":"x"}'
TARGET = {
    "X-Amz-Target": "SageMaker.DescribeHyperParameterTuningJob",
    "Content-Type": "application/x-amz-json-1.1",
}


@pytest.fixture(scope="module")
def guarded() -> Iterator[str]:
    with ReferenceServer(load_world("default"), credentials={"AKIDKNOWN": "its secret"}) as server:
        yield server.endpoint_url


def signed(url: str, key: str = "AKIDKNOWN", secret: str = "its secret", service: str = "sagemaker") -> dict[str, str]:  # noqa: S107
    request = AWSRequest(method="POST", url=f"{url}/", headers=dict(TARGET), data=BODY)
    SigV4Auth(Credentials(key, secret), service, "eu-central-1").add_auth(request)
    return dict(request.headers.items())


def send(url: str, headers: dict[str, str], body: bytes = BODY) -> tuple[int, str]:
    response = requests.post(f"{url}/", data=body, headers=headers, timeout=10)
    return response.status_code, response.json().get("__type", "")


def test_good_signatures_are_accepted_those_of_boto3_too(guarded: str) -> None:
    assert send(guarded, signed(guarded)) == (200, "")
    client = sdk(guarded, "AKIDKNOWN", "its secret")
    described = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="x")
    assert described["HyperParameterTuningJobName"] == "x"


SCOPE = "AWS4-HMAC-SHA256 Credential=AKIDKNOWN/20260101/eu-central-1/sagemaker/aws4_request"


@pytest.mark.parametrize(
    ("by", "change", "code"),
    [
        ({}, {"Authorization": ""}, "MissingAuthenticationTokenException"),
        ({}, {"Authorization": "Basic abc"}, "IncompleteSignatureException"),
        ({}, {"Authorization": "AWS4-HMAC-SHA256"}, "IncompleteSignatureException"),
        ({}, {"Authorization": SCOPE}, "IncompleteSignatureException"),
        ({}, {"Authorization": f"{SCOPE[:38]}, SignedHeaders=host, Signature=00"}, "IncompleteSignatureException"),
        ({}, {"X-Amz-Date": ""}, "IncompleteSignatureException"),
        ({}, {"X-Amz-Date": "x"}, "IncompleteSignatureException"),
        ({}, {"X-Amz-Date": "20261399T000000Z"}, "IncompleteSignatureException"),
        ({}, {"X-Amz-Date": "20260101T000000Z"}, "InvalidSignatureException"),
        ({}, {"X-Amz-Target": "SageMaker.DeleteHyperParameterTuningJob"}, "InvalidSignatureException"),
        ({}, {"Host": "elsewhere"}, "InvalidSignatureException"),
        ({"key": "AKIDUNKNOWN"}, {}, "UnrecognizedClientException"),
        ({"secret": "another"}, {}, "InvalidSignatureException"),
        ({"service": "s3"}, {}, "InvalidSignatureException"),
    ],
)
def test_another_signature_is_rejected(guarded: str, by: dict[str, str], change: dict[str, str], code: str) -> None:
    assert send(guarded, signed(guarded, **by) | change) == (400, code)


def test_a_signature_of_another_body_is_rejected(guarded: str) -> None:
    body = b'{"HyperParameterTuningJobName":"y"}'
    assert send(guarded, signed(guarded), body) == (400, "InvalidSignatureException")
    claimed = {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}
    assert send(guarded, signed(guarded) | claimed, body) == (400, "InvalidSignatureException")


def test_types_come_before_the_signature_and_constraints_after_it(guarded: str) -> None:
    assert send(guarded, TARGET, b"{")[1] == "SerializationException"
    assert send(guarded, {}, b"{}")[1] == "UnknownOperationException"
    assert send(guarded, TARGET, b'{"HyperParameterTuningJobName":7}')[1] == "SerializationException"
    assert send(guarded, TARGET, b'{"HyperParameterTuningJobName":"-"}')[1] == "MissingAuthenticationTokenException"


def test_without_keys_nothing_needs_a_signature(caller: Caller) -> None:
    assert send(caller.endpoint_url, TARGET) == (200, "")
    assert send(caller.endpoint_url, signed(caller.endpoint_url, key="ANY")) == (200, "")


@pytest.mark.parametrize(
    ("signing", "words"),
    [
        (Signing.EXPIRED, "Signature expired: "),
        (Signing.FUTURE, "Signature not yet current: "),
        (Signing.OTHER_DATE, "Date in Credential scope does not match"),
    ],
)
def test_a_date_that_is_off_is_rejected(guarded: str, signing: Signing, words: str) -> None:
    signer = Signer(Keys("AKIDKNOWN", "its secret"), "sagemaker", "us-east-1")
    headers = signer.headers("POST", f"{guarded}/", dict(TARGET), BODY, signing)
    response = requests.post(f"{guarded}/", data=BODY, headers=headers, timeout=10)
    assert response.status_code == 400
    assert response.json()["__type"] == "InvalidSignatureException"
    assert response.json()["message"].startswith(words)


def test_each_region_has_the_world_to_itself_and_names_itself_in_arns(guarded: str) -> None:
    home, other = (sdk(guarded, "AKIDKNOWN", "its secret", region) for region in ("us-east-1", "cn-north-1"))
    name = "completed"
    arns = [item.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)["HyperParameterTuningJobArn"]
            for item in (home, other)]  # fmt: skip
    assert [arn.split(":")[1:4:2] for arn in arns] == [["aws", "us-east-1"], ["aws-cn", "cn-north-1"]]
    other.delete_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    with pytest.raises(other.exceptions.ResourceNotFound):
        other.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    assert home.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
