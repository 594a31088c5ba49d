"""Calls of the AWS CLI: each a process with a time that it may take, two at once, their requests led over the relay.

It gets no credentials but made-up ones, and neither configuration, aliases nor models of the user: what it sends goes
to the relay, which signs for itself.

The program has no credentials; what it sends is signed by the session, paced, counted and bounded as everything else
is. Only operations of the contract are passed on.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import secrets
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any

from conformance.clients.laws import Command, CommandRun
from conformance.errors import UserError
from conformance.targets.processes import MARKER, Family
from conformance.wire.exchange import Exchange, Fault, HttpRequest
from conformance.wire.request import Request

AUTO = "auto"
OFF = "off"

_NAME = "aws"
_SAYS = re.compile(r"aws-cli/(\S+)")
_PATIENCE_S = 60.0
_FOREIGN = ("AWS_", "BOTO", "PYTHON")
"""Beginnings of variables that would lead the program elsewhere, or its interpreter."""
_PROXIES = ("_proxy",)
_REMEDY = "pip install 'sagemaker-tuning-conformance[awscli]', or name the program: --aws-cli PATH"


class AwsCliError(UserError):
    """The AWS CLI was asked for, and there is none, or what is there is something else."""


def find(choice: str) -> Path | None:
    """Return the program that was chosen: a path, `auto` for the one that is installed, `off` for none.

    Raises AwsCliError where there is none.
    """
    if choice == OFF:
        return None
    if choice != AUTO:
        named = shutil.which(choice)
        if named is None:
            raise AwsCliError("the AWS CLI is not there, or is no program", where=choice, hint=_REMEDY)
        return Path(named).absolute()
    beside = Path(sys.executable).parent / _NAME
    found = str(beside) if os.access(beside, os.X_OK) else shutil.which(_NAME)
    if found is None:
        raise AwsCliError("the AWS CLI was asked for, and is not installed", hint=_REMEDY)
    return Path(found).absolute()


def version_of(program: Path, home: Path) -> str:
    """Return the version that the program says it has. Raises AwsCliError where it says something else."""
    try:
        ended = subprocess.run(  # noqa: S603 - the program that the user chose
            [program, "--version"],
            env=environment(home, region="us-east-1"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        why = "it does not end" if isinstance(error, subprocess.TimeoutExpired) else str(error.strerror)
        raise AwsCliError(f"the AWS CLI can't be run: {why}", where=str(program), hint=_REMEDY) from error
    said = (ended.stdout + ended.stderr).decode(errors="replace")
    found = _SAYS.search(said)
    if ended.returncode != 0 or found is None:
        first = (said.strip().splitlines() or ["nothing"])[0]
        raise AwsCliError(f"this is not the AWS CLI: asked for its version, it said {first!r}", where=str(program),
                          hint=_REMEDY)  # fmt: skip
    return found[1]


def environment(home: Path, *, region: str) -> Mapping[str, str]:
    """Return the environment of a call: the user's, without anything that changes what the program does."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(_FOREIGN) and not name.lower().endswith(_PROXIES)
    }
    own = str(home / "nothing")
    return {
        **kept,
        # A program that was installed for one user alone is still found by its interpreter.
        "PYTHONUSERBASE": os.environ.get("PYTHONUSERBASE") or str(Path.home() / ".local"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "HOME": str(home),
        "AWS_CONFIG_FILE": own,
        "AWS_SHARED_CREDENTIALS_FILE": own,
        "AWS_ACCESS_KEY_ID": "relayed",
        "AWS_SECRET_ACCESS_KEY": "relayed",
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_DEFAULT_OUTPUT": "json",
        "AWS_PAGER": "",
        "AWS_CLI_AUTO_PROMPT": "off",
        "AWS_CLI_FILE_ENCODING": "UTF-8",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
    }


Send = Callable[[Request], Exchange]

_MOST_REQUESTS = 60
"""Requests of one command after which the next ones are rejected: it would page without end."""
_MOST_BYTES = 1024 * 1024
_KEPT = frozenset({"content-type", "x-amzn-requestid", "x-amzn-errortype"})
_PATH_BYTES = 16
_REFUSED = 403
_NO_ANSWER = 504


class Relay:
    """Serves until it is closed. Each command has a path of its own, by which its exchanges are recognized."""

    def __init__(self, send: Send, operations: Collection[str]) -> None:
        """Listen at a free port."""
        self._send = send
        self._operations = frozenset(operations)
        self._exchanges: dict[str, list[Exchange]] = {}
        self._names: dict[str, str] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop to listen."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def open(self, name: str) -> str:
        """Return the endpoint of a command; its path can't be guessed: what comes there is signed for the caller."""
        path = secrets.token_urlsafe(_PATH_BYTES)
        self._exchanges[name] = []
        self._names[path] = name
        return f"http://127.0.0.1:{self._server.server_address[1]}/{path}"

    def end(self, name: str) -> tuple[Exchange, ...]:
        """Return what a command has sent, in order; what it sends from now on is rejected."""
        return tuple(self._exchanges.pop(name, ()))

    def pass_on(self, path: str, target: str, content_type: str, method: str, body: bytes) -> Exchange:
        """Send on what a command has sent, and keep the exchange."""
        operation = target.rpartition(".")[2]
        kept = self._exchanges.get(self._names.get(path, ""))
        why = ""
        if kept is None:
            why = "no command that runs has this path"
        elif operation not in self._operations:
            why = f"only these are passed on: {', '.join(sorted(self._operations))}"
        elif len(kept) >= _MOST_REQUESTS:
            why = f"one command has sent {_MOST_REQUESTS} requests already"
        if why:
            exchange = Exchange(operation, HttpRequest(method, "", (), body), None, Fault("refused-by-client", why))
        else:
            exchange = self._send(Request(operation, body, method, target, content_type))
        if kept is not None:
            kept.append(exchange)
        return exchange


def _handler(relay: Relay) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one write an answer: two would wait for each other
        disable_nagle_algorithm = True

        def _answer(self) -> None:
            length = self.headers.get("Content-Length", "0")
            body = self.rfile.read(min(int(length), _MOST_BYTES)) if length.isdigit() else b""
            target, kind = self.headers.get("X-Amz-Target", ""), self.headers.get("Content-Type", "")
            exchange = relay.pass_on(self.path.strip("/").partition("?")[0], target, kind, self.command, body)
            response = exchange.response
            if response is not None:
                headers = [pair for pair in response.headers if pair[0].lower() in _KEPT]
                self._write(response.status, headers, response.body)
                return
            fault = exchange.fault or Fault("no-answer", "no answer")
            received = json.dumps({"__type": "RelayFault", "message": f"{fault.kind}: {fault.detail}"}).encode()
            status = _REFUSED if fault.kind == "refused-by-client" else _NO_ANSWER
            self._write(status, [("Content-Type", "application/x-amz-json-1.1")], received)

        def _write(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

        do_GET = do_PUT = do_HEAD = do_POST = _answer  # noqa: N815 - the names that http.server looks for

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


_AT_ONCE = 2
_GRACE_S = 0.5
_CALLS_MOST_BYTES = 16 * 1024 * 1024
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
        """Return a command that has ended; one that was asked for before is run again."""
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
        faults = [item.fault for item in exchanges if item.fault is not None and item.fault.kind not in _CALM]
        fault = next(iter(faults), None)
        if status is None:
            fault = fault or Fault("stuck", f"the AWS CLI did not end within {self._settings.time_s:g} s")
        line = line_of(self._settings, command)
        return CommandRun(command, -1 if status is None else status, out, err, exchanges, fault, line)

    def _process(self, words: list[str], folder: Path) -> tuple[int | None, str, str]:
        """Return exit status, output and errors; no status where the time ran out."""
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
    """Return the line that does the same at the target itself, as pasted into a shell; no secret is in it."""
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
    return file.read(_CALLS_MOST_BYTES).decode(errors="replace")
