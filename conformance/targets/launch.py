"""Launching a server: its start on a free port, the wait until it answers, its log, and its end in every case."""

from __future__ import annotations

import atexit
import contextlib
import os
import shlex
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, Self

from conformance.errors import ExitCode
from conformance.output import no_follow
from conformance.targets.endpoint import address, why_not_http
from conformance.targets.processes import MARKER, Family, Watchdog
from conformance.targets.spec import PORT, Launch, TargetError, TargetSpec
from conformance.wire.redaction import Redactor

if sys.platform != "win32":
    import fcntl

_HOST = "127.0.0.1"
_TRIES = 20
_CONNECT_S = 0.2


@contextmanager
def held_port(preferred: int | None, *, fixed: bool = False) -> Iterator[int | None]:
    """Yield a port that was free a moment ago and that no other run takes meanwhile.

    With `fixed` only the preferred one will do, and None comes where it is taken.
    """
    with contextlib.ExitStack() as stack:
        if preferred is not None and _is_free(preferred) and stack.enter_context(_held(preferred)):
            yield preferred
        elif fixed:
            yield None
        else:
            candidates = (_any_free() for _ in range(_TRIES))
            yield next((port for port in candidates if stack.enter_context(_held(port))), _any_free())


def _is_free(port: int) -> bool:
    """Whether nothing listens there and a server could; connections of one that has ended are no hindrance."""
    with contextlib.suppress(OSError), socket.create_connection((_HOST, port), timeout=_CONNECT_S):
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
        return True


def _any_free() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def _held(port: int) -> Iterator[bool]:
    """Lock a port against other runs on this machine: two servers that start at once must not meet on one port."""
    if sys.platform == "win32":
        yield True
        return
    path = Path(tempfile.gettempdir()) / f"conformance-port-{port}.lock"
    try:
        lock = _open(path)
    except OSError:  # nowhere to put a lock: better unguarded than not at all
        yield True
        return
    held = _lock(lock, path)
    try:
        yield held
    finally:
        if held:
            with contextlib.suppress(OSError):
                path.unlink()
        os.close(lock)


def _open(path: Path) -> int:
    """Open a lock file that may be another user's: reading is enough to lock it."""
    try:
        return no_follow(path, os.O_RDONLY)
    except FileNotFoundError:
        return no_follow(path, os.O_RDONLY | os.O_CREAT, 0o644)


def _lock(lock: int, path: Path) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A run that ended meanwhile has removed the file: a lock on what is no longer there would keep no run away.
        return os.fstat(lock).st_ino == path.stat().st_ino
    except OSError:
        return False


GRACE_S: Final = 5.0
"""How long a server may take to end before it is killed."""

_PROBE_S: Final = 2.0
_BETWEEN_PROBES_S: Final = 0.05
_TAIL_LINES: Final = 15
_TAIL_BYTES: Final = 8192
_LOG_PIECE: Final = 1024 * 1024


class Server:
    """A server that is launched: where it answers, whether it still runs, and its end."""

    def __init__(self, spec: TargetSpec, launch: Launch, port: str, log: ServerLog, grace_s: float = GRACE_S) -> None:
        """Start nothing yet. Raises TargetError where the program is not there."""
        program, *arguments = (word.replace(PORT, port) for word in launch.command)
        self.endpoint_url = spec.endpoint_url.replace(PORT, port)
        self.command = (executable(program, spec, launch.cwd, launch.hint), *arguments)
        """The command, with the full path of its program."""
        self._spec, self._launch, self._log, self._grace_s = spec, launch, log, grace_s
        self._env = {name: value.replace(PORT, port) for name, value in launch.env.items()}
        self._mark = uuid.uuid4().hex
        self._process: subprocess.Popen[bytes] | None = None
        self._watchdog: Watchdog | None = None

    @property
    def pid(self) -> int:
        """The id of the process that the command became; 0 before the start."""
        return self._process.pid if self._process else 0

    def log_tail(self) -> str:
        """Return the last lines of its log."""
        self._log.copy()
        with contextlib.suppress(OSError), self._log.path.open("rb") as log:
            log.seek(max(0, self._log.path.stat().st_size - _TAIL_BYTES))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-_TAIL_LINES:])
        return ""

    def start(self) -> None:
        """Start it and wait until it answers HTTP. Raises TargetError where it can't be started, or does not come up.

        It has a session of its own, so that an interrupt at the terminal leaves its end to us.
        """
        cwd = folder(self._spec, self._launch.cwd)
        if cwd is not None and not os.path.isdir(cwd):  # noqa: PTH112 - Path.is_dir raises where the name is too long
            raise TargetError(f"there is no folder {cwd}", where=self._spec.where, hint="fix `cwd`, or leave it out")
        atexit.register(self.end)
        self._watchdog = Watchdog(self._mark, self._grace_s)
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the command is the user's own, from targets.yaml
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=self._log.sink,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env={**inherited_environment(), **self._env, MARKER: self._mark},
                start_new_session=True,
            )
        except OSError as error:
            problem = f"{self._launch.command[0]} can't be started: {error.strerror}"
            raise TargetError(problem, where=self._spec.where, hint=self._launch.hint or "fix it") from error
        self._watchdog.watch(self._process.pid)
        self._wait_until_ready(self._process, self._launch.ready_s)

    def _wait_until_ready(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        why = "it was given no time"
        while (left := deadline - time.monotonic()) > 0:
            why = why_not_http(self.endpoint_url, timeout_s=min(_PROBE_S, left))
            # The wait between two probes is also what notices at once that the process has ended.
            with contextlib.suppress(subprocess.TimeoutExpired):
                status = process.wait(timeout=0 if not why else _BETWEEN_PROBES_S)
                raise self._broken(f"the server ended before it answered ({_ending(status)})")
            if not why:
                return
        raise self._broken(f"the server did not answer HTTP within {seconds:g} s: {why}")

    def check_alive(self) -> None:
        """Insist that it still runs. Raises TargetError with the end of its log where it has ended by itself."""
        status = self._process.poll() if self._process else None
        if status is not None:
            raise self._broken(f"the server ended during the run ({_ending(status)})")

    def restart(self) -> None:
        """End what is left of it and start it again on the same port. Raises TargetError where it does not come up."""
        self.end()
        self.start()

    def end(self) -> None:
        """End it and everything that it started: asked first, killed after the grace. Can be called again."""
        atexit.unregister(self.end)
        if self._watchdog is None:
            return
        process = self._process
        Family(self.pid, self._mark).end(self._grace_s, reap=process.poll if process else lambda: None)
        self._log.copy()
        self._watchdog.release()
        self._watchdog = None

    def _broken(self, problem: str) -> TargetError:
        tail = self.log_tail()
        return TargetError(
            f"{problem}; the end of its log:\n{tail}" if tail else f"{problem}; its log is empty",
            where=f"{shlex.join(self.command)} (log: {self._log.path})",
            hint="run the command by hand, fix `launch` in targets.yaml, or give it more time with `ready_s`",
            exit_code=ExitCode.TARGET_BROKE,
        )


def inherited_environment() -> dict[str, str]:
    """Return what a program of the target's gets of the user's environment: all but the AWS settings.

    They could lead its AWS client to a real account, to another endpoint, or into an error that is not the target's.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") or name == "AWS_CA_BUNDLE"}
    return {**kept, "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}


@contextmanager
def launched(spec: TargetSpec, log_path: Path, *, grace_s: float = GRACE_S) -> Iterator[Server]:
    """Launch the server of a target for as long as the context lasts; it answers HTTP when the context is entered.

    Raises TargetError: exit code 2 where the command can't be started, 3 where the server does not come up.
    """
    launch = spec.launch
    if launch is None:
        raise ValueError(f"the target {spec.name} has nothing to launch")
    if sys.platform == "win32":
        raise TargetError(
            "servers can't be launched on Windows", where=spec.where, hint="start it yourself, and name its URL"
        )
    secrets = Redactor.of_a_process({**callers_secrets(), **launch.env}, spec.credentials)
    with _port(spec, launch) as port, ServerLog(log_path, secrets) as log:
        server = Server(spec, launch, port, log, grace_s)
        try:
            server.start()
            yield server
        finally:
            server.end()


class ServerLog:
    """The log of a launched server: it writes to a file that has no name, from which all but its secrets is copied.

    A pipe would do, too, but a server that outlives the suite for a moment would block on it, or die of it.
    """

    def __init__(self, path: Path, secrets: Redactor) -> None:
        """Open both files. Raises TargetError where the log can't be written."""
        self.path = path
        self._secrets = secrets
        self._copied = 0
        self.sink: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed at the end of the context
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._log = open(path, "wb", opener=no_follow)  # noqa: SIM115 - as above
        except OSError as error:
            self.sink.close()
            raise TargetError(
                f"the log of the server can't be written: {error.strerror}",
                where=str(path),
                hint="allow writing there",
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.copy(ended=True)
        self.sink.close()
        self._log.close()

    def copy(self, *, ended: bool = False) -> None:
        """Copy what has come in since the last time; the beginning of a secret waits for its end unless all `ended`."""
        if self.sink.closed:
            return
        while piece := os.pread(self.sink.fileno(), _LOG_PIECE, self._copied):  # the server's own position stays
            size = len(piece) - self._secrets.unfinished(piece)
            size = size if size or not ended else len(piece)
            if not size:
                break
            self._log.write(self._secrets.log(piece[:size]))
            self._copied += size
        self._log.flush()


def callers_secrets() -> dict[str, str]:
    """Return the secrets of the user's environment, which servers and adapters get as well."""
    return {name: value for name, value in inherited_environment().items() if Redactor.names_a_secret(name, value)}


@contextmanager
def _port(spec: TargetSpec, launch: Launch) -> Iterator[str]:
    """Yield the port that the server is to take; a server without `{port}` takes the one of its endpoint, or none."""
    if PORT in spec.endpoint_url:
        with held_port(launch.port) as port:
            yield str(port)
        return
    _, wanted = address(spec.endpoint_url)
    with held_port(wanted, fixed=True) as port:
        if port is None:
            raise TargetError(
                f"port {wanted} is taken, so that {spec.name} can't be launched there",
                where=spec.where or spec.endpoint_url,
                hint=f"end what listens there, or write {PORT} in endpoint_url and command so that any port will do",
                exit_code=ExitCode.TARGET_BROKE,
            )
        yield str(port)


def folder(spec: TargetSpec, cwd: Path | None = None) -> Path | None:
    """Return the working folder of a command: `cwd` seen from the folder of the file; None for the user's own."""
    if spec.base is None:
        return cwd
    return spec.base / cwd if cwd else spec.base


def executable(program: str, spec: TargetSpec, cwd: Path | None = None, hint: str = "") -> str:
    """Return the full path of a program: next to this Python, on the PATH, or, for a path, seen from its folder.

    Raises TargetError where it is not there or may not be run.
    """
    if os.sep in program:
        # Path.expanduser would raise where there is no such user.
        path = os.path.expanduser(program)  # noqa: PTH111 - see above
        found = shutil.which((folder(spec, cwd) or Path.cwd()) / path)
    else:
        # What was installed as an extra of the suite is installed next to its Python, on the PATH or not.
        found = shutil.which(program, path=sysconfig.get_path("scripts")) or shutil.which(program)
    if found is None:
        raise TargetError(
            f"{program} is not installed" if os.sep not in program else f"{program} is no program that can be run",
            where=f"target {spec.name!r}" + (f", {spec.where}" if spec.where else ""),
            hint=hint or "install it, or give the path of the program as the first word of the command",
        )
    return str(found)


def _ending(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"
