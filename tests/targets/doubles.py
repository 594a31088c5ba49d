"""Programs and clients with a defect, and the lifelines by which a test knows that a process has ended."""

from __future__ import annotations

import json
import socket
import sys
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from conformance.targets.spec import Kind, Launch, Origin, StateSource, TargetSpec
from conformance.wire.encoding import dump
from conformance.wire.exchange import Exchange, Fault, HttpRequest, HttpResponse

PATIENCE_S = 20.0

_PRELUDE = """
import http.server, os, signal, socket, subprocess, sys, time

def hold_lifeline(port):
    line = socket.create_connection(("127.0.0.1", int(port)))
    line.sendall(b"here")
    return line

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *_):
        pass

def serve(port):
    http.server.HTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()
"""


class Lifelines:
    """A listening socket that processes connect to for as long as they live."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(PATIENCE_S)
        self._lines: list[socket.socket] = []

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    def expect(self, count: int) -> None:
        """Wait until so many processes have connected."""
        for _ in range(count):
            line, _ = self._listening.accept()
            line.settimeout(PATIENCE_S)
            assert line.recv(4) == b"here"
            self._lines.append(line)

    def all_ended(self) -> bool:
        """Wait until each of them is gone: the system closes the sockets of a process that ends, however it ends."""
        return all(_closed(line) for line in self._lines)

    def close(self) -> None:
        for opened in (self._listening, *self._lines):
            opened.close()


def _closed(line: socket.socket) -> bool:
    try:
        return line.recv(1) == b""
    except ConnectionResetError:
        return True


def write_program(folder: Path, name: str, body: str) -> Path:
    """Write a Python program named after its defect."""
    path = folder / f"{name}.py"
    path.write_text(_PRELUDE + textwrap.dedent(body), encoding="utf-8")
    return path


def launching(path: Path, *arguments: str, endpoint_url: str = "http://127.0.0.1:{port}", **launch: Any) -> TargetSpec:
    """Return a target that launches a Python program."""
    command = (sys.executable, str(path), "{port}", *arguments)
    settings = {"ready_s": PATIENCE_S, **launch}
    return TargetSpec(
        "under-test", Kind.ENDPOINT, StateSource(Origin.CREATE), endpoint_url, launch=Launch(command, **settings)
    )


Answer = Callable[[str, dict[str, Any]], Exchange]


def exchange(operation: str, members: Mapping[str, Any], status: int, body: bytes) -> Exchange:
    request = HttpRequest("POST", "http://127.0.0.1:1/", (), dump(members))
    return Exchange(operation, request, HttpResponse(status, (), body, 0.0))


class ScriptedCaller:
    """Answers by a function of the test, and remembers what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.closed = False

    def call(self, operation: str, members: dict[str, Any]) -> Exchange:
        self.calls.append((operation, members))
        return self._answer(operation, members)

    def close(self) -> None:
        self.closed = True

    def names(self, operation: str) -> list[str]:
        """Return the tuning jobs that an operation was called for, in order."""
        return [members["HyperParameterTuningJobName"] for asked, members in self.calls if asked == operation]


class Answers:
    """The exchanges that scripted callers are made of."""

    @staticmethod
    def of(operation: str, members: Mapping[str, Any], **answer: Any) -> Exchange:
        return exchange(operation, members, 200, dump(answer))

    @staticmethod
    def rejection(operation: str, members: Mapping[str, Any], code: str, message: str = "") -> Exchange:
        return exchange(operation, members, 400, dump({"__type": code, "message": message}))

    @staticmethod
    def page_of_html(operation: str, members: Mapping[str, Any], status: int = 500) -> Exchange:
        return exchange(operation, members, status, b"<!doctype html><title>Internal Server Error</title>")

    @staticmethod
    def silence(operation: str, members: Mapping[str, Any], kind: str = "timeout") -> Exchange:
        request = HttpRequest("POST", "http://127.0.0.1:1/", (), json.dumps(members).encode())
        return Exchange(operation, request, None, Fault(kind, f"nothing came ({kind})"))
