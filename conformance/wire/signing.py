"""Signature Version 4, by botocore: the one place that sees a secret.

Next to it botocore without the settings of its user, and the regions that requests are signed for.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials

from conformance.wire.exchange import Signing
from conformance.wire.limits import partitions

if TYPE_CHECKING:
    from botocore.session import Session

_UNKNOWN_ACCESS_KEY = "AKIAUNKNOWNUNKNOWN00"
_WRONG_SECRET = "this-is-not-the-secret-of-that-access-key"  # noqa: S105 - the point of it is to be wrong
_FAR = timedelta(hours=1)
"""How far a date is off: AWS allows five minutes, and for some services fifteen."""
_USUAL = ("us-east-1", "us-west-2")


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
            Signing.EXPIRED: _OffClock(right, service, region, -_FAR),
            Signing.FUTURE: _OffClock(right, service, region, _FAR),
            Signing.OTHER_DATE: _OtherDate(right, service, region),
            Signing.OTHER_REGION: SigV4Auth(right, service, other_region(region)),
        }

    def headers(self, method: str, url: str, headers: dict[str, str], body: bytes, signing: Signing) -> dict[str, str]:
        """Return the headers with the signature added; unchanged where the request is to go unsigned."""
        if signing is Signing.NONE:
            return headers
        request = AWSRequest(method=method, url=url, headers=headers, data=body)
        self._signers[signing].add_auth(request)
        signed = dict(request.headers.items())
        if signing is Signing.GARBLED:
            signed["Authorization"] = signed["Authorization"].replace("SignedHeaders=", "SignedHeader:")
        return signed


def isolated_session(*kept: str, profile: str | None = None) -> Session:
    """Return a session of botocore that ignores the user's AWS settings but those `kept`, by botocore's names of them.

    Neither variables such as AWS_PROFILE and AWS_RETRY_MODE nor configuration files, models and plugins of the user
    reach its clients.
    """
    from botocore.loaders import Loader  # noqa: PLC0415 - a tenth of a second that most commands do without
    from botocore.session import Session  # noqa: PLC0415 - as above
    from botocore.tokens import TokenProviderChain  # noqa: PLC0415 - as above

    with suppress(ImportError):  # botocore has plugins since 1.38
        from botocore.plugin import PluginContext, set_plugin_context  # noqa: PLC0415 - as above

        set_plugin_context(PluginContext(plugins="DISABLED"))
    variables = {
        name: (None, None, default, conversion)
        for name, (_, _, default, conversion) in Session.SESSION_VARIABLES.items()
        if name not in kept
    }
    for name in {"config_file", "credentials_file"} - set(kept):
        variables[name] = (None, None, os.devnull, None)  # no regular file, which botocore takes for none
    session = Session(session_vars=variables, profile=profile)
    own = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    session.register_component("data_loader", own)
    session.register_component("token_provider", TokenProviderChain())
    return session


class _OffClock(SigV4Auth):  # type: ignore[misc, unused-ignore]  # botocore has no types
    """Signs as a machine whose clock is off by `shift`."""

    def __init__(self, credentials: BotoCredentials, service: str, region: str, shift: timedelta) -> None:
        super().__init__(credentials, service, region)
        self._shift = shift

    def _modify_request_before_signing(self, request: Any) -> None:
        request.context["timestamp"] = _shifted(request.context["timestamp"], self._shift)
        super()._modify_request_before_signing(request)


class _OtherDate(SigV4Auth):  # type: ignore[misc, unused-ignore]  # as above
    """Signs with the key and the scope of the day before, and names the time of today in X-Amz-Date."""

    def string_to_sign(self, request: Any, canonical_request: str) -> str:
        now = request.context["timestamp"]
        # Key and scope are made of this from now on; the header is written, and the text has its time.
        before = request.context["timestamp"] = _shifted(now, timedelta(days=-1))
        return str(super().string_to_sign(request, canonical_request)).replace(before, now, 1)


def _shifted(timestamp: str, shift: timedelta) -> str:
    return (datetime.strptime(timestamp, SIGV4_TIMESTAMP) + shift).strftime(SIGV4_TIMESTAMP)  # noqa: DTZ007 - all are UTC


def signed_region(region: str, signing: Signing) -> str:
    """Return the region that a request to a target of this region is signed for; empty where it goes unsigned."""
    if signing is Signing.NONE:
        return ""
    return other_region(region) if signing is Signing.OTHER_REGION else region


def is_region(region: str) -> bool:
    """Say whether botocore lists the region."""
    return any(region in partition["regions"] for partition in partitions())


@lru_cache(maxsize=64)
def partition_of(region: str) -> str:
    """Return the partition that a region belongs to by botocore's data; empty where no partition has such regions."""
    found = (item["id"] for item in partitions() if re.fullmatch(item["regionRegex"], region, re.ASCII))
    return str(next(found, ""))


@lru_cache(maxsize=64)
def other_region(region: str) -> str:
    """Return another region of the same partition; of the standard one where the region is in none."""
    wanted = partition_of(region) or partition_of(_USUAL[0])
    listed = next(sorted(item["regions"]) for item in partitions() if item["id"] == wanted)
    regions = [item for item in (*_USUAL, *listed) if item in listed and partition_of(item) == wanted]
    return next((item for item in regions if item != region), region)
