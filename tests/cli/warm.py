"""Commands in processes of their own that need not import first: each is forked from one that has imported it all.

What `conformance run` imports takes longer than most of what a test has it do. So one process imports, and forks for
each command, which gets the arguments, folder, environment and streams that a shell would start it with.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from subprocess import Popen  # by itself: a test that may start no program may still have a command forked
from tempfile import TemporaryFile

_IMPORTED = (
    "_strptime", "boto3", "conformance.cli.drift", "conformance.cli.listing", "conformance.cli.merge",
    "conformance.cli.plan", "conformance.cli.run", "conformance.cli.validate", "conformance.reference",
    "conformance.suite.plugin", "jsonschema", "rich._emoji_codes",
)  # fmt: skip
_MESSAGE = 1 << 17
"""Bytes that arguments and environment of a command can take."""


def forks() -> bool:
    """Tell whether commands can be forked here: elsewhere, system libraries may object to it."""
    return sys.platform == "linux"


class Warm:
    """The process that has imported everything; it ends with the process that started it."""

    def __init__(self, env: Mapping[str, str]) -> None:
        """Start it with the environment in which it imports."""
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = Popen(
                [sys.executable, __file__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )

    def run(
        self, arguments: Sequence[str], *, cwd: Path, env: Mapping[str, str], timeout: float
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a command to its end. Raises TimeoutExpired where it takes more seconds than that."""
        asked = json.dumps({"arguments": list(arguments), "cwd": str(cwd), "env": dict(env)}).encode()
        self._channel.settimeout(timeout)
        with TemporaryFile() as out, TemporaryFile() as err:
            socket.send_fds(self._channel, [asked], [out.fileno(), err.fileno()])
            child = self._number()
            try:
                code = self._number()
            except TimeoutError:
                os.killpg(child, signal.SIGKILL)
                self._number()
                raise subprocess.TimeoutExpired(arguments, timeout) from None
            for file in (out, err):
                file.seek(0)
            return subprocess.CompletedProcess(arguments, code, out.read(), err.read())

    def _number(self) -> int:
        received = self._channel.recv(_MESSAGE)
        assert received, "the process that forks the commands has ended"
        return int(received)


def _next_command(channel: socket.socket) -> None:
    """Fork for each command that comes, and return in the fork, which has become that command."""
    while True:
        asked, streams, _, _ = socket.recv_fds(channel, _MESSAGE, 2)
        if not asked:
            os._exit(0)
        child = os.fork()
        if child == 0:
            channel.close()
            _become(json.loads(asked), streams)
            return
        for stream in streams:
            os.close(stream)
        channel.send(b"%d" % child)
        channel.send(b"%d" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _become(command: Mapping[str, object], streams: Sequence[int]) -> None:
    os.setsid()
    for number, stream in enumerate(streams, start=1):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(str(command["cwd"]))
    os.environ.clear()
    os.environ.update(command["env"])  # type: ignore[call-overload]  # as it was sent above
    time.tzset()
    sys.argv = ["conformance", *command["arguments"]]  # type: ignore[misc]  # as above


if __name__ == "__main__":
    sys.path.remove(str(Path(__file__).parent))
    for _name in _IMPORTED:
        importlib.import_module(_name)
    gc.freeze()
    _next_command(socket.socket(fileno=int(sys.argv[1])))
    importlib.import_module("conformance.cli.main").main()
