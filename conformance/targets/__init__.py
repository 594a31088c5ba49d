"""The systems under test: which there are, how they start, how a world gets in, and what they may be asked."""

from conformance.targets.configuration import load_targets, resolve, targets_schema
from conformance.targets.credentials import EXPIRED, OUTDATED, credentials_for
from conformance.targets.endpoint import as_url, ca_bundle_of
from conformance.targets.opening import OpenTarget, StartReference, open_target
from conformance.targets.spec import (
    Capabilities,
    CredentialsError,
    Kind,
    Launch,
    Origin,
    StateSource,
    TargetError,
    TargetSpec,
    UnreachableError,
)
from conformance.targets.state import Access, Caller, CallerFactory, State, StateJob, allowed_operations
from conformance.targets.versions import version_said
from conformance.wire.redaction import AccountMask

__all__ = [
    "EXPIRED",
    "OUTDATED",
    "Access",
    "AccountMask",
    "Caller",
    "CallerFactory",
    "Capabilities",
    "CredentialsError",
    "Kind",
    "Launch",
    "OpenTarget",
    "Origin",
    "StartReference",
    "State",
    "StateJob",
    "StateSource",
    "TargetError",
    "TargetSpec",
    "UnreachableError",
    "allowed_operations",
    "as_url",
    "ca_bundle_of",
    "credentials_for",
    "load_targets",
    "open_target",
    "resolve",
    "targets_schema",
    "version_said",
]
