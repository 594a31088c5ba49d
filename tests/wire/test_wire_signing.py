"""The signature that the session computes is the one that botocore computes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import botocore.auth
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials

from conformance.wire import signing
from conformance.wire.request import Signing
from conformance.wire.signing import Credentials, Signer

_NOW = datetime(2026, 11, 21, 4, 5, 6, tzinfo=UTC)


class _Clock(datetime):
    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return _NOW.astimezone(tz)


@pytest.mark.parametrize("token", [None, "a-session-token"])
@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080/",
        "https://api.sagemaker.us-east-1.amazonaws.com/",
        "http://[::1]:99/a/../b%20c/?z=1&a=2",
        "https://localhost:443/path",
    ],
)
@pytest.mark.parametrize("body", [b"", b'{"A":1}', "\u00e9".encode()])
def test_the_signature_is_that_of_botocore(
    monkeypatch: pytest.MonkeyPatch, url: str, method: str, body: bytes, token: str | None
) -> None:
    monkeypatch.setattr(signing, "datetime", _Clock)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda: _NOW)
    headers = {
        "User-Agent": "not signed",
        "X-Amz-Target": "SageMaker.Describe",
        "Content-Type": "application/x-amz-json-1.1",
        "X-Spaces": "  a   b ",
    }
    request = AWSRequest(method=method, url=url, headers=headers, data=body)
    SigV4Auth(BotoCredentials("KEY", "secret", token), "sagemaker", "eu-west-1").add_auth(request)

    ours = Signer(Credentials("KEY", "secret", token), "sagemaker", "eu-west-1").headers(
        method, url, headers, body, Signing.VALID
    )

    assert ours == dict(request.headers.items())


def test_a_request_that_goes_unsigned_is_left_alone() -> None:
    headers = {"Content-Type": "text/plain"}
    signer = Signer(Credentials("KEY", "secret"), "sagemaker", "eu-west-1")
    assert signer.headers("POST", "http://127.0.0.1/", headers, b"", Signing.NONE) == headers
