"""The session with a target: requests signed, paced, counted and sent, throttling waited for, nothing secret kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import requests

from conformance.wire.exchange import Exchange, Fault, Headers, HttpRequest
from conformance.wire.limits import Limits
from conformance.wire.request import Request
from conformance.wire.signing import Credentials, Signer
from conformance.wire.transport import Transport

__all__ = ["Client", "Limits", "Protocol"]

_SECRET_HEADERS = frozenset({"authorization", "x-amz-security-token", "cookie"})
_THROTTLED = frozenset(
    {"ThrottlingException", "Throttling", "RequestLimitExceeded", "TooManyRequestsException", "RequestThrottled"}
)


@dataclass(frozen=True)
class Protocol:
    """What every request of the service carries."""

    signing_name: str
    target_prefix: str
    content_type: str


class Client:
    """Sends requests to one endpoint over one kept connection and gives back exchanges.

    Throttled requests are sent again after a pause and never judged. A request on a connection that the target had
    closed meanwhile is sent once more on a fresh one. Operations that are not allowed are refused here, before signing.
    """

    def __init__(  # noqa: PLR0913 - each is one setting of a target
        self,
        endpoint_url: str,
        protocol: Protocol,
        credentials: Credentials | None,
        *,
        region: str = "us-east-1",
        limits: Limits | None = None,
        allowed: frozenset[str] | None = None,
        budget: int | None = None,
        requests_per_second: float | None = None,
        sleep: Callable[[float], None] = time.sleep,
        on_exchange: Callable[[float], None] = lambda _: None,
    ) -> None:
        """Open nothing yet. `allowed` None allows every operation, `credentials` None signs nothing."""
        self.endpoint_url = endpoint_url
        self.sent = 0
        self.seconds = 0.0
        self._protocol = protocol
        self._allowed = allowed
        self._budget = budget
        self._pause = 1 / requests_per_second if requests_per_second else 0.0
        self._sleep = sleep
        self._next_at = 0.0
        self._signer = Signer(credentials, protocol.signing_name, region) if credentials else None
        self._transport = Transport(limits or Limits(), on_exchange=on_exchange)
        prepared = requests.Request("POST", endpoint_url).prepare()
        self._url = prepared.url or endpoint_url

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def call(self, operation: str, members: dict[str, Any]) -> Exchange:
        """Send the well-formed request that carries these members."""
        return self.send(Request.call(operation, members))

    def send(self, request: Request) -> Exchange:
        """Send one request; whatever happens comes back as an exchange, nothing is raised for the target's doing."""
        headers = self._headers(request)
        shown = HttpRequest(request.method, self._url, _without_secrets(headers), request.body)
        if self._allowed is not None and (request.operation not in self._allowed or request.aims_elsewhere):
            names = ", ".join(sorted(self._allowed))
            return Exchange(
                request.operation, shown, None, Fault("refused-by-client", f"only these are allowed here: {names}")
            )
        for wait in (0.2, 0.4, 0.8, 1.6, 3.2, None):
            exchange = self._once(request, headers, shown)
            if exchange.error_code not in _THROTTLED:
                return exchange
            if wait is not None:
                self._sleep(wait)
        return Exchange(request.operation, shown, None, Fault("throttled", "still throttled after five pauses"))

    def admit(self) -> Fault | None:
        """Count one more request and wait for its turn; give the fault that forbids it where the budget is spent."""
        if self._budget is not None and self.sent >= self._budget:
            return Fault("budget", f"the budget of {self._budget} requests is spent")
        self._keep_pace()
        self.sent += 1
        return None

    def _headers(self, request: Request) -> dict[str, str]:
        headers = {"User-Agent": "sagemaker-tuning-conformance", "Accept-Encoding": "identity"}
        target = f"{self._protocol.target_prefix}.{request.operation}" if request.target is None else request.target
        content_type = self._protocol.content_type if request.content_type is None else request.content_type
        headers |= {"X-Amz-Target": target} if target else {}
        headers |= {"Content-Type": content_type} if content_type else {}
        headers |= dict(request.extra_headers)
        if not request.chunked:
            headers["Content-Length"] = str(len(request.body))
        return headers

    def _once(self, request: Request, headers: dict[str, str], shown: HttpRequest) -> Exchange:
        signer = self._signer
        signed = (
            signer.headers(request.method, self._url, headers, request.body, request.signing) if signer else headers
        )
        for attempt in (1, 2):
            spent = self.admit()
            if spent is not None:
                return Exchange(request.operation, shown, None, spent)
            started = time.perf_counter()
            body: bytes | Iterator[bytes] = _in_chunks(request.body) if request.chunked else request.body
            response, fault = self._transport.send(request.method, self._url, signed, body)
            self.seconds += time.perf_counter() - started
            if fault is None or fault.kind != "dropped" or attempt == 2:  # noqa: PLR2004 - the second and last
                break
        return Exchange(request.operation, shown, response, fault)

    def _keep_pace(self) -> None:
        if self._pause:
            now = time.monotonic()
            if now < self._next_at:
                self._sleep(self._next_at - now)
            self._next_at = max(now, self._next_at) + self._pause


def _without_secrets(headers: dict[str, str]) -> Headers:
    return tuple((name, value) for name, value in headers.items() if name.lower() not in _SECRET_HEADERS)


def _in_chunks(body: bytes, size: int = 16) -> Iterator[bytes]:
    return (body[at : at + size] for at in range(0, len(body), size))
