"""A target while it is open: launched, reachable and with its state; and its description for worker processes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Self

from conformance.targets.credentials import aws_endpoint, credentials_for, region_of
from conformance.targets.endpoint import ca_bundle_of, check_reachable
from conformance.targets.launch import Server, launched
from conformance.targets.provisioning import Provision, existing, insist_on_access, load_by_command
from conformance.targets.spec import Capabilities, Kind, Origin, StateSource, TargetError, TargetSpec
from conformance.targets.state import Access, CallerFactory, State, allowed_operations
from conformance.targets.versions import TargetVersion, version_of
from conformance.wire.limits import Limits
from conformance.wire.signing import Credentials
from conformance.worlds.model import World

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
    clean_up: Callable[[], tuple[str, ...]] = field(default=tuple, compare=False)
    """Deletes what this run made; returns lines that say what is left. What is open does it at the end by itself."""
    refill: Callable[[], State] | None = field(default=None, compare=False)
    """Brings the state into a launched server that was started again; None where there is none."""

    version: TargetVersion = field(default=TargetVersion(), compare=False)
    """Its version, as far as that is known; nothing in workers."""

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

    def restart(self) -> bool:
        """Start a launched server again and bring its state in; returns whether it is as it was before."""
        if self.server is None or self.refill is None:
            return False
        try:
            self.server.restart()
            refilled = self.refill()
        except TargetError:
            return False
        return [job.name for job in refilled.present] == [job.name for job in self.state.present]

    def to_worker(self) -> dict[str, Any]:
        """Return what a worker needs next to the spec, as JSON. It holds the credentials: never write it."""
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
    on_wait: Callable[[str], None] = lambda _: None,
) -> Iterator[OpenTarget]:
    """Open a target for as long as the context lasts: launch it, wait for it, bring the world in, and put all back.

    `operations` are the names of the operations under test, `on_wait` is called with what is waited for. Raises
    TargetError and its kinds, see there.
    """
    with ExitStack() as stack:
        region = region_of(spec)
        credentials = credentials_for(spec)
        server: Server | None = None
        if spec.kind is Kind.REFERENCE:
            keys = credentials if spec.capabilities.auth else None
            endpoint_url = stack.enter_context(start_reference(world, keys))
        elif spec.launch:
            on_wait(f"the launched server to answer (at most {spec.launch.ready_s:g} s; its log: {log_path})")
            server = stack.enter_context(launched(spec, log_path))
            endpoint_url = server.endpoint_url
        else:
            endpoint_url = spec.endpoint_url or aws_endpoint(spec, region)
        if spec.kind is not Kind.REFERENCE and (server is None or endpoint_url.startswith("https:")):
            on_wait(f"a connection to {endpoint_url} (at most {spec.limits.connect_s:g} s)")
            check_reachable(endpoint_url, timeout_s=spec.limits.connect_s, ca_bundle=ca_bundle_of(spec))
        access = Access(endpoint_url, region, credentials, allowed_operations(spec, operations), spec)
        fill = partial(_state, spec, world, access, caller_factory, stack, on_wait=on_wait, keep=server is not None)
        version = version_of(spec, server)
        state, clean_up = fill()
        refill = None if server is None else lambda: fill()[0]
        yield OpenTarget(spec, access, state, server, clean_up, refill, version)


def _state(  # noqa: PLR0913 - the parts of an opening
    spec: TargetSpec,
    world: World,
    access: Access,
    caller_factory: CallerFactory,
    stack: ExitStack,
    *,
    on_wait: Callable[[str], None],
    keep: bool,
) -> tuple[State, Callable[[], tuple[str, ...]]]:
    """Bring the state in; with `keep` it stays, since the server goes away with all that is in it.

    Returns the state, and what removes it again.
    """
    if spec.state.origin is Origin.BUILT_IN:
        return State.of_world(Origin.BUILT_IN, world), tuple
    state: State | None = None
    if spec.state.origin is Origin.COMMAND:
        on_wait(f"the command that loads the world (at most {spec.state.timeout_s:g} s)")
        state = load_by_command(spec, world, endpoint_url=access.endpoint_url, region=access.region)
    caller = caller_factory(access)
    stack.callback(caller.close)
    if state is not None:
        insist_on_access(caller, spec)
        return state, tuple
    if spec.state.origin is Origin.EXISTING:
        on_wait(f"the listing of tuning jobs at {access.endpoint_url}")
        return existing(caller, spec, access.allowed), tuple
    provision = Provision(caller, access, on_wait=on_wait)
    if not keep:
        stack.callback(lambda: sys.stderr.writelines(f"{line}\n" for line in provision.tear_down()))
    on_wait(f"{len(world.jobs)} tuning jobs to be created at {access.endpoint_url}")
    return provision.run(world), tuple if keep else provision.tear_down


def spec_to_json(spec: TargetSpec) -> dict[str, Any]:
    """Return what a worker needs of a description. How it is launched, filled and signed for stays behind."""
    return {
        "name": spec.name,
        "kind": spec.kind.value,
        "origin": spec.state.origin.value,
        "endpoint_url": spec.endpoint_url,
        "region": spec.region,
        "capabilities": asdict(spec.capabilities),
        "limits": asdict(spec.limits),
        "budget": spec.budget,
        "pace": spec.pace,
        "ca_bundle": spec.ca_bundle and str(spec.ca_bundle),
        "where": spec.where,
    }


def spec_from_json(value: Mapping[str, Any]) -> TargetSpec:
    """Take over in a worker what `spec_to_json` gave."""
    return TargetSpec(
        value["name"],
        Kind(value["kind"]),
        StateSource(Origin(value["origin"])),
        value["endpoint_url"],
        region=value["region"],
        credentials=None,
        capabilities=Capabilities(**value["capabilities"]),
        limits=Limits(**value["limits"]),
        budget=value["budget"],
        pace=value["pace"],
        ca_bundle=Path(value["ca_bundle"]) if value["ca_bundle"] else None,
        where=value["where"],
    )
