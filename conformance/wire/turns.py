"""One client for several threads: they take turns, so that its budget, its pace and its connection stay in order."""

from __future__ import annotations

import threading

from conformance.wire.exchange import Exchange, HttpRequest
from conformance.wire.request import Request
from conformance.wire.sending import Sending
from conformance.wire.session import Client


class Turns:
    """Sends through a client, one request at a time, whichever thread asks."""

    def __init__(self, client: Client) -> None:
        """Keep the client; nobody else may use it from now on."""
        self._client = client
        self._lock = threading.Lock()

    def send(self, request: Request) -> Exchange:
        """Send one request, once it is this thread's turn."""
        with self._lock:
            return self._client.send(request)

    def relay(self, sending: Sending, shown: HttpRequest) -> Exchange:
        """Send what a client library made and signed, once it is this thread's turn."""
        with self._lock:
            return self._client.relay(sending, shown)
