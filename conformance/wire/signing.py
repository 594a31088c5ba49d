"""Signature Version 4, by botocore: the one place that sees a secret."""

from __future__ import annotations

from dataclasses import dataclass, field

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials

from conformance.wire.request import Signing

_UNKNOWN_ACCESS_KEY = "AKIAUNKNOWNUNKNOWN00"
_WRONG_SECRET = "this-is-not-the-secret-of-that-access-key"  # noqa: S105 - the point of it is to be wrong


@dataclass(frozen=True)
class Credentials:
    """An access key and its secret, with the session token of temporary ones. The secrets never show in a repr."""

    access_key: str
    secret_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


class Signer:
    """Signs requests for one service in one region."""

    def __init__(self, credentials: Credentials, service: str, region: str) -> None:
        """Prepare one signer for each way of signing, so that a request costs no set-up."""
        wrong = BotoCredentials(credentials.access_key, _WRONG_SECRET, credentials.session_token)
        unknown = BotoCredentials(_UNKNOWN_ACCESS_KEY, _WRONG_SECRET)
        right = BotoCredentials(credentials.access_key, credentials.secret_key, credentials.session_token)
        self._signers = {
            Signing.VALID: SigV4Auth(right, service, region),
            Signing.GARBLED: SigV4Auth(right, service, region),
            Signing.WRONG_SECRET: SigV4Auth(wrong, service, region),
            Signing.UNKNOWN_KEY: SigV4Auth(unknown, service, region),
        }

    def headers(self, method: str, url: str, headers: dict[str, str], body: bytes, signing: Signing) -> dict[str, str]:
        """Give the headers with the signature added; unchanged where the request is to go unsigned."""
        if signing is Signing.NONE:
            return headers
        request = AWSRequest(method=method, url=url, headers=headers, data=body)
        self._signers[signing].add_auth(request)
        signed = dict(request.headers.items())
        if signing is Signing.GARBLED:
            signed["Authorization"] = signed["Authorization"].replace("SignedHeaders=", "SignedHeader:")
        return signed
