"""Where the credentials of AWS would come from, told from the environment and the configuration alone.

Nothing is sent and nothing is run to find out: a role is not assumed, a program not called, no metadata asked for. The
order is that of botocore's own chain.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore.exceptions import BotoCoreError

from conformance.targets.errors import CredentialsError
from conformance.targets.spec import Kind, TargetSpec

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


def credentials_told(spec: TargetSpec) -> str:
    """Say where the credentials of a target come from, without a word of them.

    Raises CredentialsError where the profile that is named is not there.
    """
    if spec.kind is not Kind.AWS:
        return "static ones of the target's entry" if spec.credentials else "none: requests go unsigned"
    name, settings = _profile(spec)
    # A profile that the entry names goes before the keys of the environment, one that AWS_PROFILE names does not.
    if not spec.profile and os.environ.get("AWS_ACCESS_KEY_ID") and os.environ.get("AWS_SECRET_ACCESS_KEY"):
        return "access keys of the environment (AWS_ACCESS_KEY_ID)"
    told = next((words for setting, words in _OF_PROFILE if settings.get(setting)), "")
    if told:
        return f"profile {name!r}: {told}"
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
        remedy="check `profile` of the target, AWS_PROFILE and ~/.aws/config",
    )
