"""State by a command: the adapter of a target gets the world on stdin and loads it by means of its own."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import uuid
from collections.abc import Mapping
from typing import IO, Final

from conformance.errors import ExitCode
from conformance.targets.errors import TargetError
from conformance.targets.launch import GRACE_S, callers_secrets, executable, folder, inherited_environment
from conformance.targets.processes import MARKER, Family
from conformance.targets.spec import DUMMY_CREDENTIALS, Origin, TargetSpec
from conformance.targets.state import State
from conformance.wire.secrets import Blotter
from conformance.worlds import World

_TAIL_BYTES: Final = 4096
_TAIL_LINES: Final = 15


def load_by_command(spec: TargetSpec, world: World, *, endpoint_url: str, region: str) -> State:
    """Run the adapter of a target, and give the state that it stands for: the whole world.

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
        tail = _tail(output, Blotter.of_a_process(callers_secrets(), spec.credentials))
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
    """Give the exit status; None where the time ran out. An adapter that does not end, or is interrupted, is ended."""
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
            remedy="make it a program: a first line such as #!/bin/sh, and chmod +x",
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


def _tail(output: IO[bytes], secrets: Blotter) -> str:
    """Return the end of what an adapter said, without secrets: they are taken out before it is cut."""
    output.seek(0, os.SEEK_END)
    output.seek(max(0, output.tell() - 2 * _TAIL_BYTES))
    told = secrets.log(output.read())[-_TAIL_BYTES:]
    return "\n".join(told.decode(errors="replace").splitlines()[-_TAIL_LINES:])


def _failed(spec: TargetSpec, how: str, tail: str, command: list[str]) -> TargetError:
    said = f"; it said:\n{tail}" if tail else "; it said nothing"
    return TargetError(
        f"the adapter that loads the state of {spec.name!r} {how}{said}",
        where=f"{command[0]}" + (f", {spec.where}" if spec.where else ""),
        remedy="run it by hand with a world on stdin, and CONFORMANCE_ENDPOINT_URL set",
        exit_code=ExitCode.TARGET_BROKE,
    )
