"""The port of a launched server: the preferred one if nobody has it, else a free one, held against other runs."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conformance.output import no_follow

if sys.platform != "win32":
    import fcntl

_HOST = "127.0.0.1"
_TRIES = 20
_CONNECT_S = 0.2


@contextmanager
def held_port(preferred: int | None, *, fixed: bool = False) -> Iterator[int | None]:
    """Give a port that was free a moment ago and that no other run takes meanwhile.

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
    """Whether nobody listens there and a server could; connections of one that has ended are no hindrance."""
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
    """Hold a port against other runs on this machine: two servers that start at once must not meet on one port."""
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
        # A run that ended meanwhile has removed the file: a lock on what is no longer there would hold nobody off.
        return os.fstat(lock).st_ino == path.stat().st_ino
    except OSError:
        return False
