"""A target from start to end: it is launched or found, its state comes in, it is handed over, and all is put back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from conformance.targets.adapter import load_by_command
from conformance.targets.caller import Access, CallerFactory
from conformance.targets.credentials import aws_endpoint, credentials_for, region_of
from conformance.targets.discovery import existing
from conformance.targets.endpoint import ca_bundle_of, check_reachable
from conformance.targets.launch import Server, launched
from conformance.targets.provisioning import Provision
from conformance.targets.spec import Kind, Origin, TargetSpec
from conformance.targets.state import State
from conformance.targets.tuning_jobs import allowed_operations
from conformance.wire.signing import Credentials
from conformance.worlds import World

StartReference = Callable[[World, Credentials | None], AbstractContextManager[str]]
"""Starts the reference server with a world, verifying signatures where credentials are given; gives its endpoint."""


@dataclass(frozen=True)
class OpenTarget:
    """A target that answers and has its state."""

    spec: TargetSpec
    access: Access
    state: State
    server: Server | None = field(default=None, compare=False)
    """The launched server; None where the suite did not launch one, and in workers."""

    @property
    def endpoint_url(self) -> str:
        """Where it answers."""
        return self.access.endpoint_url

    @property
    def region(self) -> str:
        """The region that requests are signed for."""
        return self.access.region

    @property
    def credentials(self) -> Credentials | None:
        """What requests are signed with; None where they go unsigned."""
        return self.access.credentials

    @property
    def pid(self) -> int | None:
        """The process of the launched server."""
        return self.server.pid if self.server else None

    def check_alive(self) -> None:
        """Insist that a launched server still runs. Raises TargetError with the end of its log where it does not."""
        if self.server:
            self.server.check_alive()

    def to_worker(self) -> dict[str, Any]:
        """Give what a worker process needs beside the spec, as JSON. It holds the credentials: never write it down."""
        keys = self.access.credentials
        return {
            "endpoint_url": self.access.endpoint_url,
            "region": self.access.region,
            "credentials": [keys.access_key, keys.secret_key, keys.session_token] if keys else None,
            "allowed": sorted(self.access.allowed),
            "state": self.state.to_json(),
        }

    @classmethod
    def in_worker(cls, spec: TargetSpec, value: Mapping[str, Any]) -> Self:
        """Take over in a worker what `to_worker` gave; the worker starts and ends nothing."""
        keys = value["credentials"]
        access = Access(
            endpoint_url=value["endpoint_url"],
            region=value["region"],
            credentials=Credentials(*keys) if keys else None,
            allowed=frozenset(value["allowed"]),
            spec=spec,
        )
        return cls(spec, access, State.from_json(value["state"]))


@contextmanager
def open_target(  # noqa: PLR0913 - what the rooms above bring along, each by its name
    spec: TargetSpec,
    *,
    world: World,
    operations: Collection[str],
    log_path: Path,
    caller_factory: CallerFactory,
    start_reference: StartReference,
) -> Iterator[OpenTarget]:
    """Open a target for as long as the context lasts: launch it, wait for it, bring the world in, and put all back.

    `operations` are the names of the operations under test. Raises TargetError and its kinds, see there.
    """
    with ExitStack() as stack:
        region = region_of(spec)
        credentials = credentials_for(spec)
        server: Server | None = None
        if spec.kind is Kind.REFERENCE:
            keys = credentials if spec.capabilities.auth else None
            endpoint_url = stack.enter_context(start_reference(world, keys))
        elif spec.launch:
            server = stack.enter_context(launched(spec, log_path))
            endpoint_url = server.endpoint_url
        else:
            endpoint_url = spec.endpoint_url or aws_endpoint(spec, region)
        if spec.kind is not Kind.REFERENCE and (server is None or endpoint_url.startswith("https:")):
            check_reachable(endpoint_url, timeout_s=spec.limits.connect_s, ca_bundle=ca_bundle_of(spec))
        access = Access(endpoint_url, region, credentials, allowed_operations(spec, operations), spec)
        state = _state(spec, world, access, caller_factory, stack, keep=server is not None)
        yield OpenTarget(spec, access, state, server)


def _state(  # noqa: PLR0913 - the parts of an opening
    spec: TargetSpec, world: World, access: Access, caller_factory: CallerFactory, stack: ExitStack, *, keep: bool
) -> State:
    """Bring the state in; with `keep` it stays, since the server goes away with all that is in it."""
    if spec.state.origin is Origin.BUILT_IN:
        return State.of_world(Origin.BUILT_IN, world)
    if spec.state.origin is Origin.COMMAND:
        return load_by_command(spec, world, endpoint_url=access.endpoint_url, region=access.region)
    caller = caller_factory(access)
    stack.callback(caller.close)
    if spec.state.origin is Origin.EXISTING:
        return existing(caller, spec, access.allowed)
    provision = Provision(caller)
    if not keep:
        stack.callback(provision.tear_down)
    return provision.run(world)
