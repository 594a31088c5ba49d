"""How the state gets into a target: created through the API, loaded by a command, or found and only read."""

from __future__ import annotations

import json
import math
import os
import subprocess
import tempfile
import uuid
from collections.abc import Collection, Iterable, Mapping
from http import HTTPStatus
from typing import IO, Any, Final

from conformance.errors import ExitCode
from conformance.targets.credentials import DENIED, denied, expired, insist_on_credentials
from conformance.targets.endpoint import insist_on_plain_http
from conformance.targets.launch import GRACE_S, callers_secrets, executable, folder, inherited_environment
from conformance.targets.making import CLIENT_ERRORS, Making, Removal, rejection
from conformance.targets.processes import MARKER, Family
from conformance.targets.spec import DUMMY_CREDENTIALS, SERVICE, Kind, Origin, TargetError, TargetSpec, UnreachableError
from conformance.targets.state import (
    CREATE,
    DELETE,
    IN_USE,
    LIST,
    NAME,
    STOP,
    SUMMARIES,
    Caller,
    State,
    StateJob,
    parents_of,
)
from conformance.wire.encoding import NotJsonError, parse_first
from conformance.wire.exchange import Exchange
from conformance.wire.redaction import Redactor
from conformance.worlds.model import World, WorldJob

_TAIL_BYTES: Final = 4096
_TAIL_LINES: Final = 15


def load_by_command(spec: TargetSpec, world: World, *, endpoint_url: str, region: str) -> State:
    """Run the adapter of a target, and return the state that it makes: the whole world.

    Raises TargetError: exit code 2 where it can't be started, 3 where it fails or takes too long.
    """
    program, *arguments = spec.state.command
    command = [executable(program, spec), *arguments]
    mark = uuid.uuid4().hex
    env = {**adapter_environment(spec, endpoint_url=endpoint_url, region=region), MARKER: mark}
    # Files, not pipes: a server that the adapter leaves running may keep them open without anybody waiting for it.
    with tempfile.TemporaryFile() as world_file, tempfile.TemporaryFile() as output:
        world_file.write(json.dumps(world.to_json()).encode())
        world_file.seek(0)
        status = _run(spec, command, env, mark, (world_file, output))
        tail = _tail(output, Redactor.of_a_process(callers_secrets(), spec.credentials))
    if status is None:
        raise _failed(spec, f"did not end within {spec.state.timeout_s:g} s", tail, command)
    if status != 0:
        how = f"was ended by signal {-status}" if status < 0 else f"failed with exit status {status}"
        raise _failed(spec, how, tail, command)
    return State.of_world(Origin.COMMAND, world)


def adapter_environment(spec: TargetSpec, *, endpoint_url: str, region: str) -> Mapping[str, str]:
    """Return the environment of an adapter: the user's, but with the AWS settings of the target."""
    credentials = spec.credentials or DUMMY_CREDENTIALS
    token = {"AWS_SESSION_TOKEN": credentials.session_token} if credentials.session_token else {}
    return {
        **inherited_environment(),
        "CONFORMANCE_ENDPOINT_URL": endpoint_url,
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
        **token,
    }


def _run(
    spec: TargetSpec, command: list[str], env: Mapping[str, str], mark: str, files: tuple[IO[bytes], IO[bytes]]
) -> int | None:
    """Return the exit status; None where the time ran out. An adapter that goes on is ended."""
    try:
        process = subprocess.Popen(  # noqa: S603 - the command is the user's own, from targets.yaml
            command,
            stdin=files[0],
            stdout=files[1],
            stderr=subprocess.STDOUT,
            cwd=folder(spec),
            env=env,
            start_new_session=True,
        )
    except OSError as error:
        raise TargetError(
            f"the adapter can't be started: {error.strerror}",
            where=spec.where or command[0],
            hint="make it a program: a first line such as #!/bin/sh, and chmod +x",
        ) from error
    ended = False
    try:
        status = process.wait(timeout=spec.state.timeout_s)
        ended = True
    except subprocess.TimeoutExpired:
        return None
    else:
        return status
    finally:
        if not ended:
            Family(process.pid, mark).end(GRACE_S, reap=process.poll)


def _tail(output: IO[bytes], secrets: Redactor) -> str:
    """Return the end of what an adapter said, without secrets: they are taken out before it is cut."""
    output.seek(0, os.SEEK_END)
    output.seek(max(0, output.tell() - 2 * _TAIL_BYTES))
    said = secrets.log(output.read())[-_TAIL_BYTES:]
    return "\n".join(said.decode(errors="replace").splitlines()[-_TAIL_LINES:])


def _failed(spec: TargetSpec, how: str, tail: str, command: list[str]) -> TargetError:
    said = f"; it said:\n{tail}" if tail else "; it said nothing"
    return TargetError(
        f"the adapter that loads the state of {spec.name!r} {how}{said}",
        where=f"{command[0]}" + (f", {spec.where}" if spec.where else ""),
        hint="run it by hand with a world on stdin, and CONFORMANCE_ENDPOINT_URL set",
        exit_code=ExitCode.TARGET_BROKE,
    )


_SERVER_ERRORS: Final = range(500, 600)


class Provision(Making):
    """The making of a world at one target, and of what a contract can make besides."""

    def run(self, world: World) -> State:
        """Send one Create for each job, parents before the jobs that they warm-start; a rejection is part of the state.

        Raises UnreachableError where the target does not answer any more.
        """
        done: dict[str, StateJob] = {}
        given_up = ""
        for job in _parents_first(world.jobs):
            if given_up:
                done[job.name] = StateJob(job.name, created=False, problem=f"not tried: {given_up}")
                continue
            self._made.append(_removal(job.name))
            exchange = self._caller.call(CREATE, dict(job.create))
            done[job.name] = self._outcome(job, exchange)
            given_up = self._given_up(exchange, CREATE)
        jobs = tuple(done[job.name] for job in world.jobs)
        return State(Origin.CREATE, jobs, tuple(self._notes(jobs, given_up)))

    def _outcome(self, job: WorldJob, exchange: Exchange) -> StateJob:
        if exchange.ok:
            return StateJob(job.name, known=job, made=True)
        if exchange.error_code == IN_USE:
            self._made.pop()  # it is not ours
            return StateJob(job.name, problem="it was there before this run, so that nothing is known of it")
        if exchange.status in CLIENT_ERRORS:
            self._made.pop()
            return StateJob(job.name, created=False, problem=f"Create was rejected: {rejection(exchange)}")
        if exchange.response is None:
            return StateJob(job.name, created=False, problem=f"Create was not answered: {rejection(exchange)}")
        what = "failed with a server error" if exchange.status in _SERVER_ERRORS else "was answered in no known form"
        return StateJob(job.name, created=False, problem=f"Create {what}: {rejection(exchange)}")

    def _notes(self, jobs: tuple[StateJob, ...], given_up: str) -> Iterable[str]:
        missing = [job for job in jobs if not job.created]
        found = {_removal(job.name): job.problem for job in jobs if job.created and not job.made}
        if given_up:
            yield given_up
        if missing:
            yield f"{len(missing)} of {len(jobs)} jobs of the world are not at the target"
        if found:
            yield (
                f"{len(found)} of {len(jobs)} jobs were at the target before this run, and less can be judged of them. "
                f"If an earlier run has left them, delete them first: {self.removing(found)}"
            )


def _removal(name: str) -> Removal:
    return Removal("tuning job", name, SERVICE, DELETE, {NAME: name}, STOP)


def calls_of_a_world(spec: TargetSpec, world: World) -> dict[str, int]:
    """Return how many requests making the jobs of a world takes, and removing them where the target stays."""
    if spec.state.origin is not Origin.CREATE:
        return {}
    made = {CREATE: len(world.jobs)}
    return made if spec.launch else {**made, DELETE: len(world.jobs)}


def _parents_first(jobs: Iterable[WorldJob]) -> list[WorldJob]:
    """Order jobs so that a parent comes before its children, and otherwise as they are."""
    by_name = {job.name: job for job in jobs}
    ordered: dict[str, WorldJob] = {}

    def place(name: str, descent: tuple[str, ...]) -> None:
        if name in descent:
            raise TargetError(
                f"the warm starts of this world go round in a circle: {', '.join(descent)}",
                hint="take one of these parents away",
            )
        if name in ordered or name not in by_name:
            return
        for parent in parents_of(by_name[name]):
            place(parent, (*descent, name))
        ordered[name] = by_name[name]

    for name in by_name:
        place(name, ())
    return list(ordered.values())


_PAGE: Final = 100
_PAGES: Final = 100
"""How many pages are read at most: a listing may send empty ones, but not for ever."""


_MOST_TOLD: Final = 300
"""Characters of an error that say why a listing could not be read."""


def calls_at_most(spec: TargetSpec) -> dict[str, int]:
    """Return how many requests finding the jobs of an entry takes: one a page, as long as the pages are full."""
    if spec.state.names:
        return {LIST: 1}
    return {LIST: math.ceil(spec.state.bound / _PAGE)}


def existing(caller: Caller, spec: TargetSpec, allowed: Collection[str] = ()) -> State:
    """Return the jobs that the entry names, else those found. `allowed` are the operations of a run.

    Raises CredentialsError where AWS does not take the credentials, and UnreachableError where nothing answers.
    """
    if not spec.state.names:
        return discover(caller, spec, allowed)
    insist_on_access(caller, spec)
    return State(Origin.EXISTING, tuple(StateJob(name) for name in spec.state.names))


def insist_on_access(caller: Caller, spec: TargetSpec) -> None:
    """Ask one cheap question beforehand: bad credentials are one clear error, not a failure of every check.

    Raises as `existing` does.
    """
    _insist(caller.call(LIST, {"MaxResults": 1}), spec)


def discover(caller: Caller, spec: TargetSpec, allowed: Collection[str] = ()) -> State:
    """Return the first jobs that the target lists, up to the bound of the entry.

    Where the listing can't be read, or can't be read to its end, the state is unknown, and its `problem` and a note say
    why: that is no target without jobs. Raises as `existing` does.
    """
    bound = spec.state.bound
    names: dict[str, None] = {}
    notes: list[str] = []
    problem = ""
    tokens: set[str] = set()
    query: dict[str, Any] = {"MaxResults": min(bound, _PAGE)}
    for _ in range(_PAGES):
        exchange = caller.call(LIST, query)
        _insist(exchange, spec)
        if spec.kind is Kind.AWS and exchange.error_code in DENIED:
            raise denied(spec, LIST, exchange.error_code, allowed)
        answer = _answered(exchange)
        summaries = answer.get(SUMMARIES)
        found = _names(summaries) if isinstance(summaries, list) else None
        if found is None or (summaries and not found):
            problem = _unreadable(exchange, SUMMARIES if found is None else f"{NAME} in {SUMMARIES}")
            notes.append(f"{problem}; what was found until then is used" if names else problem)
            break
        names |= dict.fromkeys(found)
        token = answer.get("NextToken")
        if len(names) >= bound or not isinstance(token, str) or not token:
            break
        if token in tokens:
            notes.append(f"{LIST} gave the same NextToken twice; what was found until then is used")
            break
        tokens.add(token)
        query = {**query, "NextToken": token}
    if not names and not notes:
        notes.append("the target has no tuning jobs")
    return State(Origin.EXISTING, tuple(StateJob(name) for name in list(names)[:bound]), tuple(notes), problem)


def _answered(exchange: Exchange) -> Mapping[str, Any]:
    """Return what a listing says; empty where it says nothing.

    What follows the object makes it no less clear which jobs there are. That each answer is one object is judged of the
    operations under test, and can be only where their resources are known.
    """
    if exchange.ok:
        return exchange.answer or {}
    if exchange.response is None or exchange.status != HTTPStatus.OK:
        return {}
    try:
        value = parse_first(exchange.response.body)
    except NotJsonError:
        return {}
    return value if isinstance(value, dict) else {}


def _names(summaries: list[Any]) -> list[str]:
    found = (summary.get(NAME) for summary in summaries if isinstance(summary, dict))
    return [name for name in found if isinstance(name, str) and name]


_NO_HTTP = frozenset({"dropped", "not-http"})
"""Kinds of faults that a server of TLS makes of plain HTTP."""


def _insist(exchange: Exchange, spec: TargetSpec) -> None:
    fault = exchange.fault
    if fault and fault.kind == "unreachable":
        raise UnreachableError(
            f"the target can't be reached: {fault.detail}",
            where=exchange.request.url,
            hint="check the endpoint and the network",
        )
    if fault and fault.kind in _NO_HTTP:
        insist_on_plain_http(exchange.request.url, timeout_s=spec.limits.connect_s)
    if fault and fault.kind == "credentials" and spec.kind is Kind.AWS:
        raise expired(spec, fault.detail)
    if fault and spec.kind is Kind.AWS:
        raise UnreachableError(
            f"AWS gave no answer to the first question: {fault.detail}",
            where=exchange.request.url,
            hint="try again later; where requests are throttled, others in this account use up what it may send",
        )
    insist_on_credentials(exchange, spec)


def _unreadable(exchange: Exchange, lacking: str) -> str:
    why = f"HTTP {exchange.status} without {lacking}" if exchange.ok else rejection(exchange)[:_MOST_TOLD]
    return f"{LIST} could not be read, so that the tuning jobs of the target are unknown ({why})"
