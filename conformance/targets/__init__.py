"""The systems under test: which there are, how they start, how a world gets in, and what they may be asked."""

from conformance.targets.caller import Access, Caller, CallerFactory
from conformance.targets.credentials import EXPIRED, OUTDATED, credentials_for
from conformance.targets.endpoint import as_url, ca_bundle_of
from conformance.targets.errors import CredentialsError, TargetError, UnreachableError
from conformance.targets.masking import AccountMask
from conformance.targets.opening import OpenTarget, StartReference, open_target
from conformance.targets.reading import load_targets
from conformance.targets.resolve import resolve
from conformance.targets.schema import targets_schema
from conformance.targets.spec import Capabilities, Kind, Launch, Origin, StateSource, TargetSpec
from conformance.targets.state import State, StateJob
from conformance.targets.tuning_jobs import allowed_operations
from conformance.targets.versions import version_said

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
