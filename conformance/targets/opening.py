"""A target while it is open: launched, reachable and with its state; and its description for worker processes."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Self

import msgspec

import conformance
from conformance.contract.model import Contract
from conformance.targets.credentials import aws_endpoint, credentials_for, region_of
from conformance.targets.endpoint import ca_bundle_of, check_reachable, insist_on_plain_http
from conformance.targets.launch import Server, inherited_environment, launched
from conformance.targets.provisioning import Provision, existing, insist_on_access, load_by_command
from conformance.targets.spec import Kind, Origin, StateSource, TargetError, TargetSpec
from conformance.targets.state import (
    CREATE,
    Access,
    Caller,
    CallerFactory,
    State,
    about_tuning_jobs,
    allowed_operations,
)
from conformance.wire.exchange import Exchange, Headers
from conformance.wire.limits import Limits
from conformance.wire.signing import Credentials
from conformance.wire.transport import HttpTransport
from conformance.worlds.model import World

StartReference = Callable[[World, Credentials | None], AbstractContextManager[str]]
"""Starts the reference server with a world, verifying signatures where credentials are given; gives its endpoint."""


_LOCALSTACK: Final = "x-localstack"
"""The header by which LocalStack marks its answers."""


_HEALTH: Final = "/_localstack/health"
"""Where it says its version."""


_LIMITS: Final = Limits(connect_s=2.0, read_s=2.0, total_s=2.0, max_body_bytes=64 * 1024)


_PATIENCE_S: Final = 20.0


_LONGEST: Final = 100
"""Characters of a version that are kept."""


_OWNER: Final = """
import sys
from importlib import metadata
kind, name = sys.argv[1:]
if kind == "script":
    for one in metadata.distributions():
        if any(entry.group == "console_scripts" and entry.name == name for entry in one.entry_points):
            print(one.metadata["Name"], one.version)
            break
else:
    for owner in metadata.packages_distributions().get(name.partition(".")[0], [])[:1]:
        print(owner, metadata.version(owner))
"""
"""Prints which distribution a console script or a module belongs to, and its version."""


_TAG: Final = 6
"""Hexadecimal digits in the names of what a run makes at a target that keeps it."""


_AS_IT_IS: Final = "no resources are made for this contract: what is there is found by its listings"
_OR_MADE: Final = "--may-write makes some"
"""What is said of the state of a target, where the contract is not about what a world has."""


@dataclass(frozen=True)
class TargetVersion:
    """The version of a target, where that is known from, and the path of the program that was launched."""

    version: str = ""
    source: str = ""
    program: str = ""


def version_of(spec: TargetSpec, server: Server | None) -> TargetVersion:
    """Return the version of a target as its entry says it, or as its program was installed; nothing is sent."""
    command = server.command if server else ()
    program = command[0] if command else ""
    if spec.version:
        return TargetVersion(spec.version, "targets.yaml", program)
    if spec.kind is Kind.REFERENCE:
        return TargetVersion(conformance.__version__, "the suite, which it is a part of")
    owner = owner_of(command)
    return TargetVersion(owner, "the package of its program" if owner else "", program)


def version_said(endpoint_url: str, headers: Headers, ca_bundle: str) -> tuple[str, str]:
    """Return the version that a target says it has in the headers of an answer, and where it says so.

    LocalStack, which marks its answers, is asked by one GET. Both are empty where the target says nothing.
    """
    found = {name.lower(): _kept(value) for name, value in headers}
    if _LOCALSTACK in found and (version := _asked(endpoint_url, ca_bundle)):
        return version, _HEALTH
    server = found.get("server", "")
    # A name alone is no version, and may be that of another: emulators answer as amazon.com.
    return (server, "its Server header") if any(map(str.isdigit, server)) else ("", "")


def _asked(endpoint_url: str, ca_bundle: str) -> str:
    with closing(HttpTransport(_LIMITS, ca_bundle=ca_bundle)) as transport:
        headers = {"User-Agent": "sagemaker-tuning-conformance", "Accept-Encoding": "identity", "Connection": "close"}
        response, _ = transport.send("GET", endpoint_url.rstrip("/") + _HEALTH, headers, b"")
    try:
        received = json.loads(response.body) if response else None
    except (ValueError, RecursionError):
        return ""
    version = received.get("version") if isinstance(received, dict) else None
    return f"LocalStack {_kept(version)}" if isinstance(version, str) and _kept(version) else ""


def _kept(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable()).strip()[:_LONGEST]


def owner_of(command: Sequence[str]) -> str:
    """Return name and version of the Python distribution that a command belongs to; empty where there is none."""
    if not command:
        return ""
    program, *arguments = command
    if _is_python(program):
        if "-m" not in arguments[:-1]:
            return ""
        asked = (program, "module", arguments[arguments.index("-m") + 1])
    else:
        interpreter = _interpreter(Path(program))
        if not interpreter:
            return ""
        asked = (interpreter, "script", Path(program).stem)
    try:
        ended = subprocess.run(  # noqa: S603 - the interpreter of the program that the user has launched
            [asked[0], "-c", _OWNER, *asked[1:]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=Path(program).parent,
            env={**inherited_environment(), "PYTHONSAFEPATH": "1"},
            timeout=_PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return _kept(ended.stdout.decode(errors="replace")) if ended.returncode == 0 else ""


def _interpreter(script: Path) -> str:
    """Return the Python that runs a script, by its first lines; empty where it is none of Python's."""
    try:
        with script.open("rb") as file:
            first, second = (file.readline(4096).decode("utf-8", "replace").strip() for _ in range(2))
        words = shlex.split(first.removeprefix("#!")) if first.startswith("#!") else []
        # Where a path is too long for the system, pip writes a script that a shell reads first.
        if words and Path(words[0]).name == "sh" and second.startswith("'''exec'"):
            words = shlex.split(second)[1:]
    except (OSError, ValueError):
        return ""
    if words and Path(words[0]).name == "env":
        words = [shutil.which(word) or "" for word in words[1:] if not word.startswith("-")]
    return words[0] if words and _is_python(words[0]) and os.path.isabs(words[0]) else ""  # noqa: PTH117 - no Path is needed


def _is_python(program: str) -> bool:
    return Path(program).name.startswith(("python", "pypy"))


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

    note: Callable[[Exchange], None] = field(default=lambda _: None, compare=False)
    """Takes each exchange of the checks, so that what they make by the way is deleted as well."""

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
        """Insist that a launched server still runs, and that it is HTTP what it speaks. Raises TargetError if not."""
        if self.server:
            self.server.check_alive()
        insist_on_plain_http(self.endpoint_url, timeout_s=self.spec.limits.connect_s)

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
    contract: Contract | None = None,
) -> Iterator[OpenTarget]:
    """Open a target for as long as the context lasts: launch it, wait for it, bring the world in, and put all back.

    `operations` are the names of the operations under test, `on_wait` is called with what is waited for, `contract`
    says what resources there are to make. Raises TargetError and its kinds, see there.
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
        keep, folder = server is not None, log_path.parent
        filling = _Filling(spec, world, access, caller_factory, stack, contract, on_wait, folder, keep)
        version = version_of(spec, server)
        state, provision = filling.fill()
        refill = None if server is None else lambda: filling.fill()[0]
        clean_up, note = (tuple, lambda _: None) if provision is None else (provision.tear_down, provision.note)
        yield OpenTarget(spec, access, state, server, clean_up if server is None else tuple, refill, note, version)


@dataclass(frozen=True)
class _Filling:
    """How the state comes into an open target; with `keep` it stays: the server goes away with all that is in it."""

    spec: TargetSpec
    world: World
    access: Access
    caller_factory: CallerFactory
    stack: ExitStack
    contract: Contract | None
    on_wait: Callable[[str], None]
    folder: Path
    keep: bool

    def fill(self) -> tuple[State, Provision | None]:
        """Bring the state in; return it, and what has made it and removes it, if anything may be written."""
        spec, tuning = self.spec, about_tuning_jobs(self.access.allowed)
        if spec.kind is Kind.REFERENCE:
            return (State.of_world(Origin.BUILT_IN, self.world) if tuning else State(Origin.EXISTING)), None
        loaded = self._loaded() if spec.state.origin is Origin.COMMAND else None
        if spec.read_only and not tuning:
            return State(Origin.EXISTING, (), (_AS_IT_IS if spec.is_aws else f"{_AS_IT_IS} ({_OR_MADE})",)), None
        caller = self.caller_factory(self.access)
        self.stack.callback(caller.close)
        if loaded is not None and tuning:
            insist_on_access(caller, spec)
        making = caller, self.access, self.folder, self.contract
        provision = None if spec.read_only else Provision(*making, on_wait=self.on_wait)
        if provision is not None and not self.keep:
            self.stack.callback(lambda: sys.stderr.writelines(f"{line}\n" for line in provision.tear_down()))
        state = loaded or State(spec.state.origin)
        if provision is not None and loaded is None:
            state = self._made(provision, tuning=tuning)
        return self._with_tuning_jobs(caller, provision, state, tuning=tuning), provision

    def _loaded(self) -> State:
        """Run the command that loads the state; for a contract on other things it gets a world without tuning jobs."""
        spec, access = self.spec, self.access
        self.on_wait(f"the command that loads the world (at most {spec.state.timeout_s:g} s)")
        world = self.world if about_tuning_jobs(access.allowed) else World("none", ())
        return load_by_command(spec, world, endpoint_url=access.endpoint_url, region=access.region)

    def _made(self, provision: Provision, *, tuning: bool) -> State:
        """Make a few of the resources that the contract can make, apart from those that come in as a world."""
        tag = "" if self.keep else uuid.uuid4().hex[:_TAG]
        by_world = {CREATE} if tuning and self.spec.state.origin is Origin.CREATE else set()
        made, notes = provision.make(tag, stays=self.keep, without=by_world)
        if not made and not notes and not tuning:
            notes = [_AS_IT_IS]
        return State(self.spec.state.origin, (), tuple(notes), "", made, tag)

    def _with_tuning_jobs(self, caller: Caller, provision: Provision | None, state: State, *, tuning: bool) -> State:
        """Return a state with the tuning jobs of the world, or those that are found."""
        spec = self.spec
        if not tuning or spec.state.origin is Origin.COMMAND:
            return state
        if provision is not None and spec.state.origin is Origin.CREATE:
            self.on_wait(f"{len(self.world.jobs)} tuning jobs to be created at {self.access.endpoint_url}")
            jobs = provision.run(self.world)
        else:
            self.on_wait(f"the listing of tuning jobs at {self.access.endpoint_url}")
            jobs = existing(caller, spec, self.access.allowed)
        return replace(jobs, notes=(*state.notes, *jobs.notes), made=state.made, tag=state.tag)


def spec_to_json(spec: TargetSpec) -> dict[str, Any]:
    """Return what a worker needs of a description. How it is launched, filled and signed for stays behind."""
    source = StateSource(spec.state.origin)
    bare = replace(spec, state=source, launch=None, profile=None, credentials=None, base=None, version="")
    value: dict[str, Any] = msgspec.to_builtins(bare, enc_hook=str)
    return value


def spec_from_json(value: Mapping[str, Any]) -> TargetSpec:
    """Take over in a worker what `spec_to_json` gave."""
    return msgspec.convert(value, TargetSpec, dec_hook=lambda kind, text: kind(text))
