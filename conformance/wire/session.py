"""The HTTP session with a target: bounded in time and size, never redirected, nothing secret kept."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import DecodeError, HTTPError, IncompleteRead, ReadTimeoutError

from conformance.wire.deadline import Deadline, DeadlineAdapter
from conformance.wire.exchange import Exchange, Fault, Headers, HttpRequest, HttpResponse
from conformance.wire.request import Request
from conformance.wire.signing import Credentials, Signer

_SECRET_HEADERS = frozenset({"authorization", "x-amz-security-token", "cookie"})
_THROTTLED = frozenset(
    {"ThrottlingException", "Throttling", "RequestLimitExceeded", "TooManyRequestsException", "RequestThrottled"}
)
_CHUNK = 65536
_ADDRESS = re.compile(r"^HTTPS?Connection(?:Pool)?\(host=[^)]*\): ")
_SILENT = re.compile(r"Read timed out\. \(read timeout=([^)]+)\)")
"""What urllib3 puts around its messages: the address, which an exchange has anyway, and words of its own."""


@dataclass(frozen=True)
class Limits:
    """Bounds of one exchange: seconds to connect, seconds of silence, seconds in all, and bytes of an answer's body."""

    connect_s: float = 5.0
    read_s: float = 20.0
    total_s: float = 60.0
    max_body_bytes: int = 32 * 1024 * 1024


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
    ) -> None:
        """Open nothing yet. `allowed` None allows every operation, `credentials` None signs nothing."""
        self.endpoint_url = endpoint_url
        self.sent = 0
        self.seconds = 0.0
        self._protocol = protocol
        self._limits = limits or Limits()
        self._allowed = allowed
        self._budget = budget
        self._pause = 1 / requests_per_second if requests_per_second else 0.0
        self._sleep = sleep
        self._next_at = 0.0
        self._signer = Signer(credentials, protocol.signing_name, region) if credentials else None
        self._deadline = Deadline()
        self._adapter = DeadlineAdapter(self._deadline)
        prepared = requests.Request("POST", endpoint_url).prepare()
        self._url = prepared.url or endpoint_url

    def close(self) -> None:
        """Close the connection."""
        self._adapter.close()

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
            response, fault = self._exchange(request, signed, started)
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

    def _exchange(
        self, request: Request, headers: dict[str, str], started: float
    ) -> tuple[HttpResponse | None, Fault | None]:
        prepared = requests.PreparedRequest()
        prepared.method, prepared.url = request.method, self._url
        prepared.headers = CaseInsensitiveDict(headers)
        body: bytes | Iterator[bytes] = _in_chunks(request.body) if request.chunked else request.body
        prepared.body = body  # type: ignore[assignment]  # the adapter sends an iterator in chunks
        limits = self._limits
        self._deadline.start(limits.total_s)
        try:
            # The adapter itself, not a Session: no cookies, no environment, and nothing that could follow a redirect.
            answer = self._adapter.send(prepared, stream=True, timeout=(limits.connect_s, limits.read_s))
            content = _read(answer.raw, self._deadline, limits.max_body_bytes)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            self._adapter.close()
            return None, _fault(error)
        elapsed = time.perf_counter() - started
        return HttpResponse(answer.status_code, tuple(answer.raw.headers.items()), content, elapsed), None


class _TooLargeError(ValueError):
    """The body went over its limit."""


class _TooLongError(ValueError):
    """The whole answer took longer than its limit."""


def _read(raw: Any, deadline: Deadline, most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while chunk := raw.read1(_CHUNK, decode_content=True):
        size += len(chunk)
        parts.append(chunk)
        if size > most:
            raise _TooLargeError(f"the body is larger than {most} bytes")
        if deadline.left_s <= 0:
            raise _TooLongError("the answer took longer than its limit in all")
    raw.release_conn()
    return b"".join(parts)


def _fault(error: Exception) -> Fault:  # noqa: PLR0911 - one line a kind
    text = _innermost(error)
    if isinstance(error, _TooLargeError):
        return Fault("too-large", str(error))
    if isinstance(error, _TooLongError | requests.Timeout | ReadTimeoutError | TimeoutError):
        return Fault("timeout", text)
    if isinstance(error, IncompleteRead | requests.exceptions.ChunkedEncodingError):
        return Fault("dropped", f"the answer ended early: {text}")
    if isinstance(error, DecodeError | requests.exceptions.ContentDecodingError):
        return Fault("not-http", f"the body can't be decoded: {text}")
    if isinstance(error, requests.ConnectionError | HTTPError | OSError):
        never_answered = any(
            word in text for word in ("refused", "Name or service", "resolve", "unreachable", "No route")
        )
        if never_answered:
            return Fault("unreachable", text)
        kind = "not-http" if "BadStatusLine" in repr(error) or "LineTooLong" in repr(error) else "dropped"
        return Fault(kind, text)
    return Fault("not-http", text)


def _innermost(error: BaseException) -> str:
    reason = getattr(error, "reason", None)
    inner = (
        reason
        if isinstance(reason, BaseException)
        else next((a for a in error.args if isinstance(a, BaseException)), None)
    )
    if inner is not None and inner is not error:
        return _innermost(inner)
    text = _ADDRESS.sub("", str(error)) or type(error).__name__
    return _SILENT.sub(r"no byte came for \1 s", text)


def _without_secrets(headers: dict[str, str]) -> Headers:
    return tuple((name, value) for name, value in headers.items() if name.lower() not in _SECRET_HEADERS)


def _in_chunks(body: bytes, size: int = 16) -> Iterator[bytes]:
    return (body[at : at + size] for at in range(0, len(body), size))
