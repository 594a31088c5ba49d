"""AWS Signature Version 4, checked by signing the received request again with the secret key of whoever claims it."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from conformance.reference.inputs import Rejection

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.reference.http import Call

_ALGORITHM = "AWS4-HMAC-SHA256"
_PARTS = ("Credential", "SignedHeaders", "Signature")
_SCOPE = re.compile(r"(?P<key>[^/]+)/(?P<date>\d{8})/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_TIMESTAMP = re.compile(r"\d{8}T\d{6}Z")
_FORM = "%Y%m%dT%H%M%SZ"
_MUST_BE_SIGNED = ("host",)
_MOST_MINUTES = 5
"""How far the time of a signature may be from that of the server."""


class Signatures:
    """Accepts requests that one of the known keys has signed, within five minutes of the server's clock."""

    def __init__(self, secrets: Mapping[str, str], service: str, clock: Callable[[], float]) -> None:
        """Keep access key to secret key, and the service that signatures must be meant for."""
        self._secrets = dict(secrets)
        self._service = service
        self._clock = clock

    def check(self, call: Call) -> None:
        """Raise the Rejection that fits where the signature is absent, incomplete, of an unknown key or wrong."""
        header = call.headers.get("authorization")
        if not header:
            raise Rejection("MissingAuthenticationTokenException", "Missing Authentication Token")
        parts = _parts(header)
        scope = _SCOPE.fullmatch(parts["Credential"])
        timestamp = call.headers.get("x-amz-date", "")
        if scope is None or _time_of(timestamp) is None:
            raise Rejection("IncompleteSignatureException", "The credential scope or X-Amz-Date is not well formed")
        if scope["key"] not in self._secrets:
            text = "The security token included in the request is invalid."
            raise Rejection("UnrecognizedClientException", text)
        if scope["service"] != self._service:
            raise _invalid(f"Credential should be scoped to correct service: '{self._service}'.")
        check_age(call, self._clock())
        if scope["date"] != timestamp[:8]:
            received = f"'{scope['date']}' != '{timestamp[:8]}', from '{timestamp}'."
            raise _invalid(
                f"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date: {received}"
            )
        self._compare(call, parts, scope, timestamp)

    def _compare(self, call: Call, parts: Mapping[str, str], scope: re.Match[str], timestamp: str) -> None:
        names = parts["SignedHeaders"].split(";")
        wrong = _invalid("The request signature we calculated does not match.")
        if any(name not in call.headers for name in names) or any(name not in names for name in _MUST_BE_SIGNED):
            raise wrong
        claimed = call.headers.get("x-amz-content-sha256")
        if claimed is not None and claimed != hashlib.sha256(call.body).hexdigest():
            raise wrong
        signer = SigV4Auth(Credentials(scope["key"], self._secrets[scope["key"]]), self._service, scope["region"])
        request = AWSRequest(
            method=call.method,
            url=f"http://{call.headers['host']}{call.target}",
            headers={name: call.headers[name] for name in names},
            data=call.body,
        )
        request.context["timestamp"] = timestamp
        to_sign = signer.string_to_sign(request, signer.canonical_request(request))
        if not hmac.compare_digest(signer.signature(to_sign, request), parts["Signature"]):
            raise wrong


def check_age(call: Call, now: float) -> None:
    """Raise the Rejection that AWS has for an X-Amz-Date that is far from `now`, in epoch seconds."""
    signed = _time_of(call.headers.get("x-amz-date", ""))
    if signed is None:
        return
    clock, slack = datetime.fromtimestamp(now, UTC), timedelta(minutes=_MOST_MINUTES)
    names = {name: time.strftime(_FORM) for name, time in (("signed", signed), ("now", clock))}
    if signed < clock - slack:
        limit = f"{(clock - slack).strftime(_FORM)} ({names['now']} - {_MOST_MINUTES} min.)"
        raise _invalid(f"Signature expired: {names['signed']} is now earlier than {limit}")
    if signed > clock + slack:
        limit = f"{(clock + slack).strftime(_FORM)} ({names['now']} + {_MOST_MINUTES} min.)"
        raise _invalid(f"Signature not yet current: {names['signed']} is still later than {limit}")


def region_of(call: Call) -> str:
    """Return the region that a request is signed for; empty where it does not say."""
    found = _SCOPE.search(call.headers.get("authorization", ""))
    return found["region"] if found else ""


def _time_of(timestamp: str) -> datetime | None:
    try:
        return datetime.strptime(timestamp, _FORM).replace(tzinfo=UTC) if _TIMESTAMP.fullmatch(timestamp) else None
    except ValueError:
        return None


def _invalid(text: str) -> Rejection:
    return Rejection("InvalidSignatureException", text)


def _parts(header: str) -> dict[str, str]:
    algorithm, _, rest = header.partition(" ")
    pairs = (item.strip().partition("=") for item in rest.split(","))
    parts = {name: value for name, _, value in pairs}
    absent = [name for name in _PARTS if not parts.get(name)]
    if algorithm != _ALGORITHM or absent:
        text = f"Authorization header requires {' and '.join(absent) or _ALGORITHM}"
        raise Rejection("IncompleteSignatureException", text)
    return parts
