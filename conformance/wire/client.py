"""The client of a target: it signs, paces, counts, retries what is throttled, and never sends what is not allowed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import requests

from conformance.wire.exchange import (
    KILLED,
    NOT_FOLLOWED,
    RUN_TIME,
    Exchange,
    Fault,
    Headers,
    HttpRequest,
    HttpResponse,
    Signing,
    header,
)
from conformance.wire.limits import Limits, is_aws, reaches_only, reads
from conformance.wire.redaction import Redactor, without_secrets
from conformance.wire.request import (
    FOLLOWING,
    RAW,
    HeaderCase,
    OutgoingRequest,
    Recorder,
    Request,
    Transport,
    UnansweredError,
)
from conformance.wire.signing import Credentials, Signer, signed_region
from conformance.wire.transport import HttpTransport

_LIMITS = Limits()
_THROTTLED = frozenset(
    {"ThrottlingException", "Throttling", "RequestLimitExceeded", "TooManyRequestsException", "RequestThrottled"}
)
_PAUSES_S = (0.2, 0.4, 0.8, 1.6, 3.2)
"""Seconds between the sendings of a request that is throttled: six seconds in all, then it counts as a fault."""
_INTERNAL = frozenset(
    {
        "InternalError", "InternalFailure", "InternalServerError", "InternalServerException", "InternalServiceError",
        "ServiceUnavailable", "ServiceUnavailableException", "",
    }
)  # fmt: skip
_SERVER_ERRORS = frozenset(range(500, 600)) - {501}
"""Statuses of a server that broke; with 501 it says that it has no such thing."""
_MOST_WORDS = 200
"""Letters of what is said of a fault: it may quote a line of the server's."""
_OF_THE_CONNECTION = frozenset({"dropped", "not-http"})
"""Kinds of faults that a kept connection may be to blame for, with what was left on it."""
_MOST_INTERNAL = 3
"""How often a request is sent again that met an internal failure, before that is taken for the target's answer."""
_IN_VAIN = 10
"""How many requests in a row are sent again in vain before each is sent again just once."""


@dataclass(frozen=True)
class Protocol:
    """What every request of the service carries."""

    signing_name: str
    target_prefix: str
    content_type: str


@dataclass
class Traffic:
    """What went over the wire: how many requests were sent, and how many of them were sent again, and why.

    The target was busy (`throttled`); the kept connection was dead, or carried something else than an answer
    (`reconnected`); the target answered with an error of its own that did not repeat (`recovered`).
    """

    sent: int = 0
    throttled: int = 0
    reconnected: int = 0
    recovered: int = 0
    began: float | None = None
    """When the first request was sent, on the monotonic clock."""
    pending: str = ""
    """The operation whose answer is waited for; empty where nothing is under way."""
    in_vain: int = 0
    """How many requests in a row were sent again after internal failures, and met them again."""
    first_headers: Headers = ()
    """The headers of the first answer, in which many a server says what it is."""

    def waits_for(self) -> str:
        """Say what is waited for; empty where nothing is under way."""
        return f"waiting for the answer to {self.pending}" if self.pending else ""


@dataclass(frozen=True)
class TransportOptions:
    """What is between a client and the network, apart from the bounds: nothing, in a plain run.

    `transport` answers in the place of the network, `recorder` is given every exchange. `refusals` are the error codes
    by which the target says that it takes these credentials no longer: what they answer is never judged.
    `at_times_broken` says that the target is a live service, which gets a moment before a request that met an internal
    failure is sent again. `ca_bundle` has the certificates that are trusted; empty for certifi's.
    """

    transport: Transport | None = None
    recorder: Recorder | None = None
    refusals: frozenset[str] = frozenset()
    at_times_broken: bool = False
    ca_bundle: str = ""
    traffic: Traffic = field(default_factory=Traffic)


class Client:
    """Sends requests to one endpoint over one kept connection and gives back exchanges.

    Throttled requests are sent again after a pause and never judged. A request on a connection that the target had
    closed meanwhile is sent once more on a fresh one. Operations that are not allowed are rejected here, before
    signing; with `read_only`, and at every endpoint of AWS, so is each that does not only read, whatever is allowed.
    """

    def __init__(  # noqa: PLR0913 - each is one setting of a target
        self,
        endpoint_url: str,
        protocol: Protocol,
        credentials: Credentials | None,
        *,
        region: str = "us-east-1",
        limits: Limits = _LIMITS,
        allowed: frozenset[str] | None = None,
        read_only: bool = False,
        budget: int | None = None,
        requests_per_second: float | None = None,
        sleep: Callable[[float], None] = time.sleep,
        on_exchange: Callable[[float], None] = lambda _: None,
        transport_options: TransportOptions | None = None,
        on_answer: Callable[[Exchange], None] = lambda _: None,
    ) -> None:
        """Open nothing yet. `allowed` None allows every operation, `credentials` None signs nothing.

        `on_answer` is called with each exchange that comes of a request, whoever made it.
        """
        self.endpoint_url = endpoint_url
        self.seconds = 0.0
        self._options = transport_options or TransportOptions()
        self._traffic = self._options.traffic
        self._on_answer = on_answer
        self._redactor = Redactor.of(credentials)
        self._protocol = protocol
        self._allowed = allowed
        self._read_only = read_only or is_aws(endpoint_url)
        self._budget = budget
        self._region = region
        self._pause = 1 / requests_per_second if requests_per_second else 0.0
        self._sleep = sleep
        self._next_at = 0.0
        self._signer = Signer(credentials, protocol.signing_name, region) if credentials else None
        self._run_s = limits.run_s
        self._http = HttpTransport(limits, on_exchange=on_exchange, ca_bundle=self._options.ca_bundle)
        prepared = requests.Request("POST", endpoint_url).prepare()
        self._url = prepared.url or endpoint_url

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def call(self, operation: str, members: dict[str, Any]) -> Exchange:
        """Send the well-formed request that carries these members."""
        return self.send(Request.call(operation, members))

    def send(self, request: Request) -> Exchange:
        """Send one request; whatever happens comes back as an exchange, nothing is raised for the target's doing."""
        headers = self._headers(request)
        region = signed_region(self._region, request.signing) if self._signer else ""
        kept = without_secrets(headers) + ((("Transfer-Encoding", "chunked"),) if request.chunked else ())
        shown = HttpRequest(request.method, self._url, kept, request.body, region)
        for item in (request, request.after):
            rejection = None if item is None else self.rejection(item.operation, self._headers(item), exact=False)
            if item is not None and rejection is not None:
                return Exchange(item.operation, shown, None, rejection)
        return self._noted(self._patiently(shown, lambda: self._outgoing(request, headers)))

    def relay(self, outgoing: OutgoingRequest, shown: HttpRequest) -> Exchange:
        """Send what a client library made and signed, within the same bounds; `shown` is what is kept of it."""
        rejection = self.rejection(outgoing.operation, outgoing.headers)
        if rejection is not None:
            return Exchange(outgoing.operation, shown, None, rejection)
        return self._noted(self._patiently(self._signed(shown, outgoing.signing), lambda: outgoing))

    def _noted(self, exchange: Exchange) -> Exchange:
        self._on_answer(exchange)
        return exchange

    def _signed(self, shown: HttpRequest, signing: Signing) -> HttpRequest:
        """Return a request with the region that it is signed for; what is signed has a date."""
        dated = header(shown.headers, "X-Amz-Date") is not None
        return replace(shown, region=signed_region(self._region, signing) if dated else "")

    def rejection(self, operation: str, headers: Mapping[str, str], *, exact: bool = True) -> Fault | None:
        """Return why a request may not be signed, let alone sent; None where it may. `headers` are all that it has.

        What a library made names its operation exactly; the suite's own requests also misspell it (`exact` is false).
        """
        if self._read_only and not reads(operation):
            return Fault("refused-by-client", f"{operation} does not only read, and nothing else is sent here")
        if self._allowed is not None and operation not in self._allowed:
            return Fault("refused-by-client", f"only these are allowed here: {', '.join(sorted(self._allowed))}")
        guarded = self._read_only or self._allowed is not None
        if guarded and not reaches_only(operation, headers, exact=exact):
            return Fault("refused-by-client", f"X-Amz-Target names another operation than {operation}")
        return None

    def _patiently(self, shown: HttpRequest, make: Callable[[], OutgoingRequest]) -> Exchange:
        """Send a request, and again after a pause as long as it is throttled; each time it is signed again."""
        failures: list[Exchange] = []
        most = _MOST_INTERNAL if self._traffic.in_vain < _IN_VAIN else 1
        for wait in (*_PAUSES_S, None):
            outgoing = make()
            try:
                exchange = self._once(outgoing, shown)
            except UnansweredError:
                if failures:  # evidence of a time when nothing was asked again
                    return failures[-1]
                raise
            code = exchange.error_code
            if code in self._options.refusals and outgoing.signing is Signing.VALID:
                words = f"the credentials are not taken: {code}: {exchange.error_message}".rstrip(": ")
                return Exchange(outgoing.operation, shown, None, Fault("credentials", words))
            if code in _THROTTLED:
                self._traffic.throttled += 1
            elif self._is_internal(exchange) and len(failures) < most:
                failures.append(exchange)
            else:
                self._learn(exchange, failures)
                return exchange
            if wait is not None and (code in _THROTTLED or self._options.at_times_broken):
                self._sleep(wait)
        return Exchange(exchange.operation, shown, None, Fault("throttled", "still throttled after five pauses"))

    def _learn(self, exchange: Exchange, failures: Sequence[Exchange]) -> None:
        """Count a request that met internal failures, by whether sending it again helped."""
        if failures and self._is_internal(exchange):
            self._traffic.in_vain += 1
        elif failures and exchange.fault is None:
            self._traffic.recovered += 1
            self._traffic.in_vain = 0

    def _is_internal(self, exchange: Exchange) -> bool:
        """Return whether the target may have broken for once, by its own fault (observed, O38)."""
        broken = exchange.status in _SERVER_ERRORS and exchange.error_code in _INTERNAL
        return broken and reads(exchange.operation)

    @property
    def sent(self) -> int:
        """How many requests went out so far, those that were sent again among them."""
        return self._traffic.sent

    def admit(self) -> Fault | None:
        """Count one more request and wait for its turn; return the fault that forbids it where no more may be sent."""
        if self._left_s <= 0:
            return self._over
        if self._budget is not None and self._traffic.sent >= self._budget:
            return Fault("budget", f"the budget of {self._budget} requests is spent")
        self._keep_pace()
        self._traffic.began = self._traffic.began or time.monotonic()
        self._traffic.sent += 1
        return None

    @property
    def _left_s(self) -> float:
        """How many seconds the run has left."""
        began = self._traffic.began
        return (
            self._run_s
            if began is None or self._options.transport is not None
            else began + self._run_s - time.monotonic()
        )

    @property
    def _over(self) -> Fault:
        return Fault(RUN_TIME, f"the run took longer than its limit of {self._run_s:g} s (limits: run_s)")

    def _headers(self, request: Request) -> dict[str, str]:
        headers = {"User-Agent": "sagemaker-tuning-conformance", "Accept-Encoding": "identity"}
        target = f"{self._protocol.target_prefix}.{request.operation}" if request.target is None else request.target
        content_type = self._protocol.content_type if request.content_type is None else request.content_type
        headers |= {"X-Amz-Target": target} if target else {}
        headers |= {"Content-Type": content_type} if content_type else {}
        headers |= dict(request.extra_headers)
        if not request.chunked:
            headers["Content-Length"] = str(len(request.body))
        return {request.header_case.spell(name): value for name, value in headers.items()}

    def _outgoing(self, request: Request, headers: dict[str, str]) -> OutgoingRequest:
        signer, url = self._signer, self._url
        signed = signer.headers(request.method, url, headers, request.body, request.signing) if signer else headers
        if request.header_case is not HeaderCase.DOCUMENTED:
            # What the library below would add by itself is spelled alike.
            signed = {request.header_case.spell(name): value for name, value in signed.items()}
            signed[request.header_case.spell("Host")] = urlsplit(url).netloc
        after = self._outgoing(request.after, self._headers(request.after)) if request.after else None
        return OutgoingRequest(
            request.operation, request.method, url, signed, request.body, request.chunked, request.signing,
            client=FOLLOWING if after else RAW, alone=request.may_derail, after=after,
        )  # fmt: skip

    def _once(self, outgoing: OutgoingRequest, shown: HttpRequest) -> Exchange:
        """Send a request over the kept connection, or over its own, behind the request that it has to follow."""
        if not outgoing.alone:
            return self._insistently(outgoing, shown)
        # What such a request leaves behind on a connection must not meet the next one.
        self._http.close()
        try:
            if outgoing.after is None:
                return self._insistently(outgoing, shown)
            first = replace(shown, method=outgoing.after.method, body=outgoing.after.body)
            before = self._noted(self._attempt(outgoing.after, first))
            if before.fault is not None:
                why = f"the request before it found no answer: {before.fault.detail}"
                fault = before.fault if before.fault.kind == "budget" else Fault(NOT_FOLLOWED, why)
                return Exchange(outgoing.operation, shown, None, fault)
            return before if before.error_code in _THROTTLED else self._attempt(outgoing, shown)
        finally:
            self._http.close()

    def _insistently(self, outgoing: OutgoingRequest, shown: HttpRequest) -> Exchange:
        """Send a request, and again over a fresh connection where the first one did not bring an answer in HTTP."""
        first = self._attempt(outgoing, shown)
        if first.fault is None or first.fault.kind not in _OF_THE_CONNECTION:
            return first
        was_kept = self._http.reused
        second = self._attempt(outgoing, shown)
        if second.fault is None:
            self._traffic.reconnected += was_kept
        elif first.fault.kind == "dropped" and second.fault.kind == "unreachable":
            words = f"the connection was closed without an answer, and then no server was there: {second.fault.detail}"
            return Exchange(outgoing.operation, second.request, None, Fault(KILLED, words))
        return second

    def _attempt(self, outgoing: OutgoingRequest, shown: HttpRequest) -> Exchange:
        response: HttpResponse | None = None
        fault = self.admit()
        if fault is None:
            started = time.perf_counter()
            if self._options.transport is not None:
                response, fault, sent = self._options.transport.carry(outgoing)
                shown = shown if sent is None else self._signed(replace(shown, headers=sent), outgoing.signing)
            else:
                body: bytes | Iterator[bytes] = _in_chunks(outgoing.body) if outgoing.chunked else outgoing.body
                self._traffic.pending = outgoing.operation
                response, fault = self._http.send(
                    outgoing.method,
                    outgoing.url,
                    outgoing.headers,
                    body,
                    follows=outgoing.after is not None,
                    within_s=self._left_s,
                )
                self._traffic.pending = ""
                if fault is not None and fault.kind == "timeout" and self._left_s <= 0:
                    fault = self._over
            self.seconds += time.perf_counter() - started
        response, fault = self._redacted(outgoing, response, fault)
        if self._options.recorder is not None:
            self._options.recorder.take(outgoing, response, fault)
        if response is not None and not self._traffic.first_headers:
            self._traffic.first_headers = response.headers
        return Exchange(outgoing.operation, shown, response, fault)

    def _redacted(
        self, outgoing: OutgoingRequest, response: HttpResponse | None, fault: Fault | None
    ) -> tuple[HttpResponse | None, Fault | None]:
        if self._redactor is not None:
            authorization = header(tuple(outgoing.headers.items()), "Authorization") or ""
            response = self._redactor.response(response, authorization) if response else None
            fault = self._redactor.fault(fault, authorization) if fault else None
        # Cut only now: half a secret would not be recognised.
        return response, fault and Fault(fault.kind, f"{fault.detail:.{_MOST_WORDS}}")

    def _keep_pace(self) -> None:
        if self._pause:
            now = time.monotonic()
            if now < self._next_at:
                self._sleep(self._next_at - now)
            self._next_at = max(now, self._next_at) + self._pause


def _in_chunks(body: bytes, size: int = 16) -> Iterator[bytes]:
    return (body[at : at + size] for at in range(0, len(body), size))


class LockedClient:
    """Sends through a client, one request at a time, whichever thread asks."""

    def __init__(self, client: Client) -> None:
        """Keep the client; nothing else may use it from now on."""
        self._client = client
        self._lock = threading.Lock()

    def send(self, request: Request) -> Exchange:
        """Send one request, once it is this thread's turn."""
        with self._lock:
            return self._client.send(request)

    def relay(self, outgoing: OutgoingRequest, shown: HttpRequest) -> Exchange:
        """Send what a client library made and signed, once it is this thread's turn."""
        with self._lock:
            return self._client.relay(outgoing, shown)
