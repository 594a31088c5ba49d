"""Processes that must not outlive the run: who belongs to a launched server, and the end of all of them.

A server is known by its process group and by a marker in its environment, which also its detached descendants inherit.
This file needs the standard library alone: a watchdog interpreter runs it as a program, so that the server is ended
even where the run itself is killed outright.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MARKER = "CONFORMANCE_LAUNCH"
"""The variable that marks the processes of one launch."""

_PROC = Path("/proc")
_TICK_S = 0.02
_LAST_WAIT_S = 5.0
"""How long the system may take to remove processes that were killed."""

_RELEASED = b"released"


@dataclass(frozen=True)
class Family:
    """The processes of one launch: those of a group (0: not known yet), and those that bear its marker."""

    group: int
    mark: str

    def members(self) -> frozenset[int]:
        """Return the ids of those that live, zombies left out."""
        if _PROC.joinpath("self", "stat").exists():
            return frozenset(pid for pid in _all_pids() if self._belongs(pid))
        return frozenset({self.group}) if self._group_lives() else frozenset()

    def end(self, grace_s: float, reap: Callable[[], object] = lambda: None) -> None:
        """Ask all of them to end, and kill those that have not after so many seconds. `reap` collects own children."""
        self._signal(signal.SIGTERM)
        self._wait(grace_s, reap, lambda: None)
        self._wait(_LAST_WAIT_S, reap, lambda: self._signal(signal.SIGKILL))

    def _wait(self, seconds: float, reap: Callable[[], object], act: Callable[[], None]) -> None:
        deadline = time.monotonic() + seconds
        while (reap(), self.members())[1] and time.monotonic() < deadline:
            act()
            time.sleep(_TICK_S)

    def _signal(self, number: signal.Signals) -> None:
        for pid in self.members():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if pid == self.group:
                    os.killpg(pid, number)
                else:
                    os.kill(pid, number)

    def _belongs(self, pid: int) -> bool:
        try:
            # The command in parentheses may hold anything; the state and the ids follow the last one.
            state, _, group = _PROC.joinpath(str(pid), "stat").read_bytes().rpartition(b") ")[2].split()[:3]
            if state in {b"Z", b"X"}:
                return False
            if self.group and int(group) == self.group:
                return True
            return f"{MARKER}={self.mark}".encode() in _PROC.joinpath(str(pid), "environ").read_bytes().split(b"\0")
        except (OSError, ValueError):  # it is gone, or another user's
            return False

    def _group_lives(self) -> bool:
        if not self.group:
            return False
        try:
            os.killpg(self.group, 0)
        except (ProcessLookupError, PermissionError):  # macOS rejects a group of which only zombies are left
            return False
        return True


def _all_pids() -> list[int]:
    return [int(entry) for entry in os.listdir(_PROC) if entry.isdigit()]  # noqa: PTH208 - names alone, thousands of them


class Watchdog:
    """A second process that ends the family as soon as this one is gone, however it went."""

    def __init__(self, mark: str, grace_s: float) -> None:
        """Start it, before there is anything to watch."""
        command = [sys.executable, "-I", "-S", __file__, mark, str(grace_s)]
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and file
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # an interrupt at the terminal is not meant for it
        )

    def watch(self, group: int) -> None:
        """Name the group that is to be ended."""
        self._tell(f"{group}\n".encode())

    def release(self) -> None:
        """Let it go, once everything has ended."""
        self._tell(_RELEASED)
        with contextlib.suppress(OSError):
            if self._process.stdin:
                self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=_LAST_WAIT_S)

    def _tell(self, words: bytes) -> None:
        with contextlib.suppress(OSError):  # a watchdog that was killed is no reason to fail a run
            if self._process.stdin:
                self._process.stdin.write(words)
                self._process.stdin.flush()


def _keep_watch(mark: str, grace_s: float) -> None:
    """Wait until the pipe to the run closes, and end what it left behind."""
    received = sys.stdin.buffer.read()
    if not received.endswith(_RELEASED):
        Family(int(received.split(b"\n")[0] or 0), mark).end(grace_s)


if __name__ == "__main__":
    _keep_watch(sys.argv[1], float(sys.argv[2]))
