"""Signature Version 4: the one place that sees a secret.

botocore says how an address enters the signature, once for each. The rest is a handful of hashes, which are computed
here: thousands of requests of one run go to one address, with one key of the day.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from botocore.auth import SIGNED_HEADERS_BLACKLIST, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials

from conformance.wire.request import Signing

_ALGORITHM = "AWS4-HMAC-SHA256"
_UNSIGNED = frozenset(SIGNED_HEADERS_BLACKLIST)
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
        """Prepare the key of each way of signing."""
        self._service = service
        self._region = region
        wrong = Credentials(credentials.access_key, _WRONG_SECRET, credentials.session_token)
        self._keys = {
            Signing.VALID: credentials,
            Signing.GARBLED: credentials,
            Signing.WRONG_SECRET: wrong,
            Signing.UNKNOWN_KEY: Credentials(_UNKNOWN_ACCESS_KEY, _WRONG_SECRET),
        }

    def headers(self, method: str, url: str, headers: dict[str, str], body: bytes, signing: Signing) -> dict[str, str]:
        """Give the headers with the signature added; unchanged where the request is to go unsigned."""
        if signing is Signing.NONE:
            return headers
        credentials = self._keys[signing]
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        signed = {**headers, "X-Amz-Date": moment}
        if credentials.session_token:
            signed["X-Amz-Security-Token"] = credentials.session_token
        address, host = _address(method, url)
        covered = _covered(signed, host)
        names = ";".join(covered)
        lines = "".join(f"{name}:{value}\n" for name, value in covered.items())
        canonical = f"{address}\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
        scope = f"{moment[:8]}/{self._region}/{self._service}/aws4_request"
        text = f"{_ALGORITHM}\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        key = _key(credentials.secret_key, scope)
        signature = hmac.digest(key, text.encode(), hashlib.sha256).hex()
        listed = "SignedHeader:" if signing is Signing.GARBLED else "SignedHeaders="
        signed["Authorization"] = (
            f"{_ALGORITHM} Credential={credentials.access_key}/{scope}, {listed}{names}, Signature={signature}"
        )
        return signed


def _covered(headers: Mapping[str, str], host: str) -> dict[str, str]:
    """Give the headers that the signature covers, as it takes them: in lower case, in order, spaces made one."""
    taken = {"host": host, **{name.lower(): " ".join(value.split()) for name, value in headers.items()}}
    return {name: taken[name] for name in sorted(taken) if name not in _UNSIGNED}


@lru_cache(maxsize=64)
def _address(method: str, url: str) -> tuple[str, str]:
    """Give what stands for method and address in a canonical request, three lines, and the host."""
    request = AWSRequest(method=method, url=url)
    signer = SigV4Auth(BotoCredentials("-", "-"), "-", "-")
    lines: list[str] = signer.canonical_request(request).split("\n")
    return "\n".join(lines[:3]), str(signer.headers_to_sign(request)["host"])


@lru_cache(maxsize=16)
def _key(secret: str, scope: str) -> bytes:
    """Derive the key of a day, a region and a service."""
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    return key
