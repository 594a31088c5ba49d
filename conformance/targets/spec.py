"""One target as its entry describes it: what it is, how it starts, how a world gets in, and what it may be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final

from conformance.errors import ExitCode, UserError
from conformance.wire.limits import Limits, is_aws
from conformance.wire.signing import Credentials


class TargetError(UserError):
    """A target can't be used: its entry is wrong (exit code 2), or it did not come up or broke (exit code 3)."""


class UnreachableError(TargetError):
    """Nothing answers at the endpoint of a target."""

    exit_code = ExitCode.TARGET_BROKE


class CredentialsError(TargetError):
    """The credentials of a target are missing, expired or rejected: nothing about the target was judged."""

    exit_code = ExitCode.TARGET_BROKE


PORT: Final = "{port}"
"""The placeholder of the port in a command, an environment value and an endpoint."""

DEFAULT_BOUND: Final = 50
"""How many tuning jobs are looked at, at most, where they are found by listing."""

DUMMY_CREDENTIALS: Final = Credentials("test", "test")
"""What emulators are signed for where an entry says nothing: they need a signature, and none of them needs a secret."""


class Kind(StrEnum):
    """What a target is."""

    REFERENCE = "reference"
    """The server that comes with the suite, inside the process."""
    ENDPOINT = "endpoint"
    """A server at a URL, launched by the suite or running already."""
    AWS = "aws"
    """AWS itself: botocore's credentials, read-only."""


class Origin(StrEnum):
    """How the state of a target comes about."""

    CREATE = "create"
    """The suite creates the jobs of a world through the API."""
    EXISTING = "existing"
    """Whatever is there: named, or found by listing; read-only."""
    COMMAND = "command"
    """An adapter loads the world by means of its own."""
    BUILT_IN = "built-in"
    """The server was started with the world inside."""


@dataclass(frozen=True)
class Launch:
    """How a server is started. `{port}` in the command and in the environment is the port that it is given."""

    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    port: int | None = None
    """The port to take if it is free; None for any free one."""
    ready_s: float = 30.0
    """How many seconds it may take until it answers HTTP."""
    cwd: Path | None = None
    hint: str = ""
    """What to do where the command is not installed."""


@dataclass(frozen=True)
class StateSource:
    """Where the state comes from: `names` and `bound` belong to existing jobs, the rest to a command."""

    origin: Origin
    names: tuple[str, ...] = ()
    bound: int = DEFAULT_BOUND
    command: tuple[str, ...] = ()
    timeout_s: float = 60.0


@dataclass(frozen=True)
class Capabilities:
    """What the target offers in addition to the operations under test."""

    auth: bool = False
    """It verifies signatures, so that unsigned and badly signed requests are judged."""
    create: bool = False
    """It offers the operation that creates tuning jobs."""


@dataclass(frozen=True)
class TargetSpec:
    """A target before it is opened. Values of the environment and credentials never show in its repr."""

    name: str
    kind: Kind
    state: StateSource
    endpoint_url: str = ""
    """The endpoint, with `{port}` where the port is only known at launch; empty for the reference and for AWS's own."""
    launch: Launch | None = None
    region: str | None = None
    profile: str | None = None
    credentials: Credentials | None = DUMMY_CREDENTIALS
    """Static credentials; None sends requests unsigned, but on AWS it means that botocore's chain is asked."""
    capabilities: Capabilities = Capabilities()
    limits: Limits = field(default_factory=Limits)
    budget: int | None = None
    """How many requests a run may send; None for no end."""
    pace: float | None = None
    """How many requests a second a run may send; None for as many as it can."""
    ca_bundle: Path | None = None
    """Certificates of the authorities that are trusted, in PEM; None for those of the environment, else certifi's."""
    base: Path | None = None
    """The folder of the file that holds the entry: relative paths of commands start there."""
    version: str = ""
    """The version of the target, as its entry says it; empty where it is to be found out."""
    where: str = ""
    """`file:line` of the entry; empty for a target that is in no file."""
    may_write: bool = False
    """Whether operations that write may be sent though the state is not the suite's own; never so at AWS."""

    @property
    def read_only(self) -> bool:
        """Whether nothing but reading is ever signed: at AWS, and where the state is not the suite's own."""
        foreign = self.state.origin is Origin.EXISTING and not self.may_write
        return foreign or self.is_aws

    @property
    def is_written_to(self) -> bool:
        """Whether the suite makes resources of its own there: at AWS never, at its own server it need not."""
        made = self.state.origin is Origin.CREATE or self.may_write
        return made and not self.is_aws and self.kind is not Kind.REFERENCE

    @property
    def is_aws(self) -> bool:
        """Whether it is AWS itself."""
        return self.kind is Kind.AWS or is_aws(self.endpoint_url)


SERVICE: Final = "sagemaker"
"""The name under which botocore knows the service."""
