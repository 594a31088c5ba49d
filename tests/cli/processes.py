"""Programs that run while a test looks at them: in groups of their own, bounded in time, ended in every case."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

from cli.command import PATIENCE_S, Ended, command, environment, write_targets

_LOOK_S = 0.005
"""Seconds between two looks at a file that grows."""


@contextmanager
def running(
    words: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None, **streams: Any
) -> Iterator[subprocess.Popen[str]]:
    """Run a program in a process group of its own, as a shell does; after PATIENCE_S it is killed."""
    with subprocess.Popen(
        [*map(str, words)], cwd=cwd, env=env or environment(), text=True, start_new_session=True, **streams
    ) as process:
        watchdog = Timer(PATIENCE_S, _kill, [process])
        watchdog.start()
        try:
            yield process
        finally:
            watchdog.cancel()
            _kill(process)


def _kill(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def started(*arguments: str | Path, cwd: Path, **env: str) -> Iterator[subprocess.Popen[str]]:
    """Start a command whose output is read."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with running(command(*arguments), cwd=cwd, env=environment(**env), **pipes) as process:
        yield process


@contextmanager
def unheard(*arguments: str | Path, cwd: Path, **env: str) -> Iterator[subprocess.Popen[str]]:
    """Start a command whose output nobody reads."""
    nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with running(command(*arguments), cwd=cwd, env=environment(**env), **nowhere) as process:
        yield process


def ended(process: subprocess.Popen[str]) -> Ended:
    """Wait for the end of a program, and give what it printed."""
    out, err = process.communicate(timeout=PATIENCE_S)
    return Ended(process.returncode, out or "", err or "")


def first_line(process: subprocess.Popen[str]) -> str:
    """Return the first line that a program prints; the empty string where it ends without one."""
    assert process.stdout is not None
    return process.stdout.readline()


def kill(process: subprocess.Popen[str]) -> None:
    """End a program as `kill -9` does, and not the programs that it has started."""
    process.send_signal(signal.SIGKILL)
    assert process.wait(timeout=PATIENCE_S) == -signal.SIGKILL


def wait_for_lines(path: Path, lines: int, process: subprocess.Popen[str]) -> None:
    """Wait until a file that a program writes has so many whole lines."""
    while not path.exists() or path.read_bytes().count(b"\n") < lines:
        assert process.poll() is None, f"it has ended before it had written {lines} lines"
        time.sleep(_LOOK_S)


_SERVER = """
import socket, sys, http.server
lifeline = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.send_response(404); self.send_header("Content-Length", "0"); self.end_headers()
    def do_POST(self):
        lifeline.sendall(b"!")
        lifeline.recv(1)
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


@contextmanager
def launching(folder: Path) -> Iterator[Callable[[], socket.socket]]:
    """Write a target `mine` that is launched and answers no request.

    Gives what waits until it has got one, and then gives the connection that lasts as long as the server does.
    """
    (folder / "server.py").write_text(_SERVER)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE_S)
        words = f"[{sys.executable}, server.py, '{{port}}', '{listening.getsockname()[1]}']"
        write_targets(folder, mine=f"{{launch: {{command: {words}}}, endpoint_url: 'http://127.0.0.1:{{port}}'}}")

        def asked() -> socket.socket:
            lifeline, _ = listening.accept()
            lifeline.settimeout(PATIENCE_S)
            assert lifeline.recv(1) == b"!"
            return lifeline

        yield asked


def outlived(lifeline: socket.socket) -> bool:
    """Wait for the end of a launched server; tells whether it lived on for PATIENCE_S."""
    try:
        while lifeline.recv(64):
            pass
    except ConnectionResetError:
        return False
    except TimeoutError:
        return True
    return False


def on_a_terminal(folder: Path, *arguments: str, **env: str) -> str:
    """Run a command with a terminal as its output; returns all that went there."""
    ours, theirs = os.openpty()
    terminal = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    env = environment(TERM="xterm-256color", **env)
    with running(command(*arguments), cwd=folder, env=env, **terminal):
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):  # the end of a terminal is an error on Linux
            while part := os.read(ours, 65536):
                shown += part
        os.close(ours)
    return shown.decode()
