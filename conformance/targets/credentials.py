"""Credentials and regions: static ones as the entry has them, AWS's own from botocore's chain.

What the chain would find is described in its order without sending or running anything: no role is assumed, no program
called, no metadata service asked.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from conformance.targets.spec import DUMMY_CREDENTIALS, SERVICE, CredentialsError, Kind, TargetError, TargetSpec
from conformance.wire.exchange import Exchange
from conformance.wire.redaction import AccountMask
from conformance.wire.signing import Credentials, isolated_session

_NONE = "none found; an instance role, if there is one, is asked for when the run starts"
_OF_PROFILE = (
    ("role_arn", "a role that is assumed when the run starts"),
    ("web_identity_token_file", "a web identity, exchanged when the run starts"),
    ("sso_session", "single sign-on"),
    ("sso_start_url", "single sign-on"),
    ("aws_access_key_id", "access keys"),
    ("credential_process", "a program that is called when the run starts"),
)
"""Settings of a profile in the order of the chain, and what each means."""
_OF_ENVIRONMENT = (
    ("AWS_WEB_IDENTITY_TOKEN_FILE", "a web identity, exchanged when the run starts"),
    ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "the role of this container, asked for when the run starts"),
    ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "the role of this container, asked for when the run starts"),
)


def credentials_source(spec: TargetSpec) -> str:
    """Say where the credentials of a target come from, without a word of them.

    Raises CredentialsError where the profile that is named is not there.
    """
    if spec.kind is not Kind.AWS:
        return "static ones of the target's entry" if spec.credentials else "none: requests go unsigned"
    name, settings = _profile(spec)
    # A profile that the entry names goes before the keys of the environment, one that AWS_PROFILE names does not.
    if not spec.profile and os.environ.get("AWS_ACCESS_KEY_ID") and os.environ.get("AWS_SECRET_ACCESS_KEY"):
        return "access keys of the environment (AWS_ACCESS_KEY_ID)"
    source = next((words for setting, words in _OF_PROFILE if settings.get(setting)), "")
    if source:
        return f"profile {name!r}: {source}"
    return next((words for variable, words in _OF_ENVIRONMENT if os.environ.get(variable)), _NONE)


def _profile(spec: TargetSpec) -> tuple[str, Mapping[str, Any]]:
    session = botocore.session.Session(profile=spec.profile)
    try:
        name = session.profile or "default"
        profiles = session.full_config.get("profiles", {})
    except BotoCoreError as error:
        raise _unreadable(spec, str(error)) from error
    if name not in profiles and session.profile:
        raise _unreadable(spec, f"there is no profile {name!r}")
    return name, profiles.get(name, {})


def _unreadable(spec: TargetSpec, problem: str) -> CredentialsError:
    return CredentialsError(
        f"the AWS configuration can't be used: {problem}",
        where=f"target {spec.name!r}",
        hint="check `profile` of the target, AWS_PROFILE and ~/.aws/config",
    )


DEFAULT_REGION: Final = "us-east-1"
"""The region of a target that names none and is not AWS."""

REJECTED: Final = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "RequestExpired",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
"""Codes by which a service of AWS rejects the credentials of a request rather than the request."""

EXPIRED: Final = REJECTED & {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
}
"""Codes among them that mean the same whatever was asked: credentials that were taken until then are so no longer.

The others may be about one odd request, whose signature the service works out in another way.
"""

OUTDATED: Final = EXPIRED & {"ExpiredToken", "ExpiredTokenException"}
"""Codes among those that no service has for anything else, whether it is AWS or an emulator."""

DENIED: Final = frozenset({"AccessDenied", "AccessDeniedException"})
"""Codes by which AWS says that it knows the caller, and that the caller may not do this."""

_OF_ENDPOINT: Final = (
    "config_file", "credentials_file", "ignore_configured_endpoint_urls", "profile", "use_dualstack_endpoint",
    "use_fips_endpoint",
)  # fmt: skip
"""Settings of botocore that decide on the endpoint of a service."""

_MOST_SAID: Final = 400
"""Characters of what botocore says of credentials."""

_CHECK = (
    "check AWS_PROFILE, `profile` of the target and ~/.aws/config until `aws sts get-caller-identity` works, or set "
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
)
_UNAUTHORIZED: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_OF_CREDENTIALS: Final = re.compile(r"signature|(?:security|authentication) token|access key|credential", re.IGNORECASE)
_LOOKED_AT, _SHOWN = 2_000, 200
"""Bytes of a body that are looked at for the rejection of credentials, and characters that are shown."""

_REMEDY = "log in again (`aws sso login`, `aws configure`), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"


def credentials_for(spec: TargetSpec) -> Credentials | None:
    """Return what requests to a target are signed with; None where they go unsigned.

    Raises CredentialsError where AWS is meant and botocore finds no credentials, or can't renew those that it finds.
    """
    if spec.kind is not Kind.AWS:
        return spec.credentials
    try:
        found = _session(spec).get_credentials()
        frozen = found.get_frozen_credentials() if found else None
    except Exception as error:  # what programs, files and services of the chain do wrong, botocore passes on as it is
        raise _unusable(spec, error) from error
    if frozen is None or not frozen.access_key or not frozen.secret_key:
        raise CredentialsError("there are no AWS credentials", where=_who(spec), hint=_REMEDY)
    for what, key in (
        ("access key", frozen.access_key), ("secret key", frozen.secret_key), ("session token", frozen.token or ""),
    ):  # fmt: skip
        if not key.isprintable() or key != key.strip():
            raise CredentialsError(
                f"the {what} has a character that no key has, such as a line feed at its end",
                where=_who(spec),
                hint="set it again, without blanks around it",
            )
    return Credentials(frozen.access_key, frozen.secret_key, frozen.token)


def insist_on_credentials(exchange: Exchange, spec: TargetSpec) -> None:
    """Raise CredentialsError where the answer to a well-signed request rejects its credentials."""
    words = _rejection(exchange)
    if not words:
        return
    words = AccountMask()(words)
    if spec.kind is Kind.AWS:
        raise CredentialsError(f"AWS rejects the credentials: {words}", where=_who(spec), hint=_REMEDY)
    if spec.credentials is None:
        used = "requests were sent without a signature (`credentials: none`)"
    elif spec.credentials == DUMMY_CREDENTIALS:
        used = "requests were signed with the default credentials, access key `test` and secret key `test`"
    else:
        used = "requests were signed with the `credentials` of the target"
    raise CredentialsError(
        f"the target rejects the credentials: {words}; {used}",
        where=f"{_who(spec)}, {exchange.request.url}",
        hint="set `credentials: {access_key: ..., secret_key: ...}` for the target in targets.yaml",
    )


def _rejection(exchange: Exchange) -> str:
    """Return the words in which an answer rejects the credentials of its request; empty where it does not."""
    if exchange.fault is not None and exchange.fault.kind == "credentials":
        return exchange.fault.detail
    if exchange.response is None or exchange.error_code in DENIED:
        return ""
    text = exchange.response.body[:_LOOKED_AT].decode("utf-8", "replace")
    code = exchange.error_code if exchange.error_code in REJECTED else ""
    if not code and exchange.status in _UNAUTHORIZED:
        # Services with XML, proxies and gateways have the code, or its words, somewhere in the body.
        code = next((item for item in sorted(REJECTED, key=len, reverse=True) if item in text), "")
        speaks_of_it = exchange.status == HTTPStatus.UNAUTHORIZED or _OF_CREDENTIALS.search(text) is not None
        code = code or (f"HTTP {exchange.status}" if speaks_of_it and not exchange.error_code else "")
    message = " ".join((exchange.error_message or ("" if exchange.error_code else text)).split())[:_SHOWN]
    return code and (f"{code} ({message})" if message else code)


def expired(spec: TargetSpec, words: str) -> CredentialsError:
    """Say that the credentials have come to their end, in the words of the fault that the client made of the answer."""
    return CredentialsError(AccountMask()(words), where=_who(spec), hint=_REMEDY)


def denied(spec: TargetSpec, operation: str, code: str, allowed: Collection[str]) -> CredentialsError:
    """Say that AWS knows the caller, who may not call the operation that a run begins with."""
    actions = ", ".join(sorted(f"{SERVICE}:{name}" for name in {*allowed, operation}))
    return CredentialsError(
        f"AWS does not let this caller call {operation}: {code}",
        where=_who(spec),
        hint=f"allow {actions}; or name jobs, which needs no {operation}: state: {{existing: {{names: [my-job]}}}}",
    )


def region_of(spec: TargetSpec) -> str:
    """Return the region that requests are signed for. Raises TargetError where AWS is meant and none is named."""
    if spec.region:
        return spec.region
    if spec.kind is not Kind.AWS:
        return DEFAULT_REGION
    try:
        region: str | None = _session(spec).get_config_variable("region")
    except Exception as error:
        raise _unusable(spec, error) from error
    if not region:
        raise TargetError("no region is named", where=_who(spec), hint="add `region:` to the target, or set AWS_REGION")
    return region


def aws_endpoint(spec: TargetSpec, region: str) -> str:
    """Return the endpoint that botocore takes for a region: AWS's own, or what the user's configuration says.

    Raises TargetError where botocore knows none.
    """
    try:
        # With keys of its own, the client does not ask the chain for any: that might send something.
        # Of the configuration it reads what decides on the endpoint, so that nothing else can break it.
        client = isolated_session(*_OF_ENDPOINT, profile=spec.profile).create_client(
            SERVICE,
            region_name=region,
            aws_access_key_id="unused",
            aws_secret_access_key="unused",  # noqa: S106 - nothing is signed with it
            config=Config(proxies={}),
        )
    except (BotoCoreError, ValueError) as error:
        raise TargetError(
            f"there is no endpoint for the region {region!r}: {error}",
            where=_who(spec),
            hint="check the spelling of the region",
        ) from error
    return str(client.meta.endpoint_url)


def _session(spec: TargetSpec) -> botocore.session.Session:
    session = botocore.session.Session(profile=spec.profile)
    if spec.ca_bundle:
        session.set_config_variable("ca_bundle", str(spec.ca_bundle))
    return session


def _unusable(spec: TargetSpec, error: Exception) -> CredentialsError:
    """Return the one error for whatever is wrong in botocore's chain, with the link of the chain that is."""
    what = " ".join(str(error).split()) or type(error).__name__
    if not isinstance(error, BotoCoreError | ClientError | OSError):
        what = f"{type(error).__name__}: {what}"
    where = _who(spec)
    with suppress(CredentialsError):
        where += f", {credentials_source(spec)}"
    return CredentialsError(
        f"the AWS credentials can't be used: {AccountMask()(what[:_MOST_SAID])}", where=where, hint=_CHECK
    )


def _who(spec: TargetSpec) -> str:
    return f"target {spec.name!r}" + (f", profile {spec.profile!r}" if spec.profile else "")
