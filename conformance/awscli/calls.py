"""Calls of the AWS CLI: each a process with a time that it may take, two at once, their requests led over the relay."""

from __future__ import annotations

import itertools
import re
import shlex
import subprocess
import tempfile
import threading
import uuid
from collections.abc import Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

from conformance.awscli.program import environment
from conformance.awscli.relay import Relay, Send
from conformance.laws.commands import Command, CommandRun
from conformance.targets.processes import MARKER, Family
from conformance.wire.exchange import Fault

_AT_ONCE = 2
_GRACE_S = 0.5
_MOST_BYTES = 16 * 1024 * 1024
"""Bytes of output that are read."""
_CONFIG = "config"
_CONFIGURATION = "[default]\ncli_follow_urlparam = false\n"
"""Version 1 fetches the values of options that are URLs, unless it is configured not to."""
_LEADS_ELSEWHERE = re.compile(r"\s*[a-z]+://", re.IGNORECASE)
_CALM = frozenset({"refused-by-client"})
"""Faults that are the command's own doing."""


@dataclass(frozen=True)
class AwsCliSettings:
    """The program, and the target that its commands are led to; `signed`: the target verifies signatures."""

    program: Path
    endpoint_url: str
    """Empty for the endpoint that the program knows by itself."""
    region: str
    operations: frozenset[str]
    signed: bool = False
    ca_bundle: str = ""
    """Certificates that the target's own is checked with, where the program does not know them."""
    time_s: float = 90.0
    """Seconds after which a command counts as stuck, and is ended."""
    wanted: Collection[str] = ()


class AwsCli:
    """Runs commands against one target. Nothing is started before the first of them; `close` ends what still runs."""

    def __init__(self, settings: AwsCliSettings, send: Send) -> None:
        """Keep the way to send: it is called by several threads, one at a time."""
        self._settings = settings
        self._send = send
        self._numbers = itertools.count(1)
        self._begun: dict[Command, Future[CommandRun]] = {}
        self._running: set[Family] = set()
        self._lock = threading.Lock()
        self._closed = False

    @property
    def wanted(self) -> Collection[str]:
        """Ids of the checks that this process is going to run."""
        return self._settings.wanted

    @cached_property
    def _relay(self) -> Relay:
        return Relay(self._send, self._settings.operations)

    @cached_property
    def _folder(self) -> tempfile.TemporaryDirectory[str]:
        return tempfile.TemporaryDirectory(prefix="conformance-aws-cli-")

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="aws-cli")

    def close(self) -> None:
        """End what still runs, and remove what was written."""
        with self._lock:
            self._closed = True
            running = tuple(self._running)
        for family in running:
            family.end(_GRACE_S)
        if "_pool" in self.__dict__:
            self._pool.shutdown(cancel_futures=True)
        if "_relay" in self.__dict__:
            self._relay.close()
        if "_folder" in self.__dict__:
            self._folder.cleanup()

    def ahead(self, commands: Sequence[Command]) -> None:
        """Start commands that will be asked for soon, two at a time."""
        _ = self._relay, self._folder
        for command in commands:
            if command not in self._begun:
                self._begun[command] = self._pool.submit(self._run, command)

    def run(self, command: Command) -> CommandRun:
        """Give a command that has ended; one that was asked for before is run again."""
        begun = self._begun.pop(command, None)
        if begun is not None:
            return begun.result()
        _ = self._relay, self._folder
        return self._run(command)

    def _run(self, command: Command) -> CommandRun:
        name = f"{next(self._numbers)}"
        folder = Path(self._folder.name) / name
        folder.mkdir()
        if (word := _led_elsewhere(command)) is not None:
            led = Fault("refused-by-client", f"the AWS CLI would read what this word names: {word:.60}")
            return CommandRun(command, -1, "", "", (), led)
        folder.joinpath(_CONFIG).write_text(_CONFIGURATION, encoding="utf-8")
        for file, text in command.files:
            folder.joinpath(file).write_text(text, encoding="utf-8")
        endpoint_url = self._relay.open(name)
        status, out, err = self._process([*command.words, "--endpoint-url", endpoint_url], folder)
        exchanges = self._relay.end(name)
        faults = [one.fault for one in exchanges if one.fault is not None and one.fault.kind not in _CALM]
        fault = next(iter(faults), None)
        if status is None:
            fault = fault or Fault("stuck", f"the AWS CLI did not end within {self._settings.time_s:g} s")
        line = line_of(self._settings, command)
        return CommandRun(command, -1 if status is None else status, out, err, exchanges, fault, line)

    def _process(self, words: list[str], folder: Path) -> tuple[int | None, str, str]:
        """Give exit status, output and errors; no status where the time ran out."""
        mark = uuid.uuid4().hex
        env = {**environment(folder, region=self._settings.region), MARKER: mark}
        env["AWS_CONFIG_FILE"] = str(folder / _CONFIG)
        # Files, not pipes: a child that is left running may keep them open without anybody waiting for it.
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            with self._lock:
                if self._closed:
                    return None, "", ""
                process = subprocess.Popen(  # noqa: S603 - the program that the user chose
                    [self._settings.program, *words],
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                    cwd=folder,
                    env=env,
                    start_new_session=True,
                )
                family = Family(process.pid, mark)
                self._running.add(family)
            status: int | None = None
            try:
                status = process.wait(timeout=self._settings.time_s)
            except subprocess.TimeoutExpired:
                family.end(_GRACE_S, reap=process.poll)
            finally:
                with self._lock:
                    self._running.discard(family)
            return status, _read(out), _read(err)


def line_of(settings: AwsCliSettings, command: Command) -> str:
    """Give the line that does the same at the target itself, as pasted into a shell; no secret is in it."""
    endpoint = ["--endpoint-url", settings.endpoint_url] if settings.endpoint_url else []
    trusted = ["--ca-bundle", settings.ca_bundle] if settings.ca_bundle else []
    words = shlex.join(["aws", *command.words, "--region", settings.region, *endpoint, *trusted])
    keys = "" if settings.signed else "AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test "
    files = "".join(f"printf %s {shlex.quote(text)} > {shlex.quote(name)}; " for name, text in command.files)
    return f"{files}{keys}{words}"


def _led_elsewhere(command: Command) -> str | None:
    """Return the first word that the program takes for the address of a file or a page, but for files of its own."""
    own = {f"file://{name}" for name, _ in command.files}
    return next((word for word in command.words if _LEADS_ELSEWHERE.match(word) and word not in own), None)


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(_MOST_BYTES).decode(errors="replace")
