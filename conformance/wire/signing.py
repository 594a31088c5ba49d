"""Signature Version 4, by botocore: the one place that sees a secret; and botocore without the settings of its user."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials

from conformance.wire.request import Signing

if TYPE_CHECKING:
    from botocore.session import Session

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
