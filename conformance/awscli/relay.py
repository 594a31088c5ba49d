"""A relay on loopback between a client program and the session of the run, so that its limits hold for both.

The program signs for nobody; what it sends is signed anew by the session, paced, counted and bounded as everything else
is. Only operations of the contract are let through.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Collection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from conformance.wire.exchange import Exchange, Fault, HttpRequest
from conformance.wire.request import Request

Send = Callable[[Request], Exchange]

_MOST_REQUESTS = 60
"""Requests of one command after which the next ones are refused: it would go over pages without end."""
_MOST_BYTES = 1024 * 1024
_KEPT = frozenset({"content-type", "x-amzn-requestid", "x-amzn-errortype"})
_PATH_BYTES = 16
_REFUSED = 403
_NO_ANSWER = 504


class Relay:
    """Serves until it is closed. Each command has a path of its own, by which its exchanges are told apart."""

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
        """Give what a command has sent, in order; what it sends from now on is refused."""
        return tuple(self._exchanges.pop(name, ()))

    def pass_on(self, path: str, target: str, content_type: str, method: str, body: bytes) -> Exchange:
        """Send on what a command has sent, and keep the exchange."""
        operation = target.rpartition(".")[2]
        kept = self._exchanges.get(self._names.get(path, ""))
        why = ""
        if kept is None:
            why = "no command that runs has this path"
        elif operation not in self._operations:
            why = f"only these are let through: {', '.join(sorted(self._operations))}"
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
            told = json.dumps({"__type": "RelayFault", "message": f"{fault.kind}: {fault.detail}"}).encode()
            status = _REFUSED if fault.kind == "refused-by-client" else _NO_ANSWER
            self._write(status, [("Content-Type", "application/x-amz-json-1.1")], told)

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
