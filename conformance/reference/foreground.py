"""The reference server in the foreground, for the length of a process."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import sys
import threading
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.errors import UserError
from conformance.output import no_follow
from conformance.reference.server import ReferenceServer
from conformance.reference.service import Service

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

    from conformance.reference.exchange import Answer, Call
    from conformance.reference.faults import Faults
    from conformance.worlds import World


_SECRET_HEADERS = frozenset({"x-amz-security-token", "cookie", "proxy-authorization"})
_SIGNED = re.compile(r"(AWS4-HMAC-SHA256 Credential=)[^/,\s]*(/[^,\s]*, ?SignedHeaders=[^,\s]*, ?Signature=)[0-9a-f]*")
"""An Authorization header but for the access key and the signature."""
_IN_QUERY = re.compile(r"((?:Signature|Security-Token|Credential)=)[^&]*", re.IGNORECASE)
"""The same in the query of a presigned URL."""


class PortError(UserError):
    """The server can't listen where it should."""


class LogError(UserError):
    """The file of the requests can't be written."""


class RequestLog:
    """Appends one JSON object a line for each request to a file: what was asked, by whom, and how it was answered.

    Signatures, tokens and access keys are left out of headers and of the request target. The file is its owner's alone.
    """

    def __init__(self, path: Path) -> None:
        """Open the file. Raises LogError where that can't be done."""
        try:
            descriptor = no_follow(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise LogError(
                f"the log of requests can't be written: {error.strerror or error}",
                where=str(path),
                remedy="name a file in a folder that can be written to",
            ) from error
        self._file = os.fdopen(descriptor, "a", encoding="ascii", buffering=1)
        self._lock = threading.Lock()

    def __call__(self, call: Call | None, answer: Answer) -> None:
        """Write the line of one request; one that could not be read has only its answer."""
        line: dict[str, Any] = {"at": datetime.now(UTC).isoformat(timespec="milliseconds")}
        if call is not None:
            line |= {
                "method": call.method,
                "target": _IN_QUERY.sub(r"\1***", call.target),
                "operation": call.headers.get("x-amz-target", "").rpartition(".")[2],
                "headers": {name: _without_secrets(name, value) for name, value in call.headers.items()},
                "body": call.body.decode("utf-8", "backslashreplace"),
            }
        told = json.loads(answer.body) if answer.status != HTTPStatus.OK else {}
        line |= {"status": answer.status, "error": told.get("__type", ""), "request_id": answer.request_id}
        with self._lock, contextlib.suppress(OSError):  # a full disk is no reason to serve no more
            self._file.write(json.dumps(line) + "\n")


def _without_secrets(name: str, value: str) -> str:
    if name in _SECRET_HEADERS:
        return "***"
    if name != "authorization":
        return value
    signed = _SIGNED.fullmatch(value)
    return "***" if signed is None else f"{signed[1]}***{signed[2]}***"


def serve(  # noqa: PLR0913 - each is one setting of a server
    world: World,
    port: int = 0,
    host: str = "127.0.0.1",
    *,
    faults: Faults | None = None,
    credentials: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> None:
    """Serve a world, print the endpoint, and return after Ctrl-C or SIGTERM. Call it from the main thread.

    `faults` are played on top; with `credentials` (access key to secret key) requests have to be signed. Each request
    is appended to the file `log`. Raises PortError where the address is taken or none of this machine's, LogError where
    the file can't be written, and FaultError for a fault that can't be played.
    """
    requests = RequestLog(log) if log is not None else None
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    try:
        server = ReferenceServer(
            world, host=host, port=port, credentials=credentials, service=faults or Service, on_exchange=requests
        )
    except (OSError, OverflowError) as error:
        raise PortError(f"can't listen: {error}", where=f"{host}:{port}", remedy="pick another port or host") from error
    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with server:
            sys.stdout.write(f"serving world {world.name} at {server.endpoint_url} (Ctrl-C ends it)\n")
            sys.stdout.flush()
            ended.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
