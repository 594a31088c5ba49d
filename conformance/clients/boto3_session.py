"""Calls and paginators of boto3, for the contract's operations alone: what each came to, with its exchanges."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from conformance.contract.model import Service
from conformance.wire.client import Client, Protocol
from conformance.wire.exchange import Exchange, Fault, HttpRequest, HttpResponse
from conformance.wire.limits import Limits
from conformance.wire.request import OutgoingRequest
from conformance.wire.signing import Credentials, isolated_session

MOST_REQUESTS = 500
"""Requests of one call after which a client is stopped."""
_SECRET_HEADERS = frozenset({"authorization", "x-amz-security-token"})

BOTO3 = "boto3"
"""What exchanges of this client are filed under."""

Relay = Callable[[OutgoingRequest, HttpRequest], Exchange]
"""Sends what a client library made; the second is what is kept of it, without secrets."""


class EndlessError(Exception):
    """A client went on and on."""


@dataclass
class _Capture:
    """Collects the exchanges of one call as they are sent, so that an answer that botocore can't read is kept, too."""

    operation: str = ""
    fault: Fault | None = None
    requests: list[HttpRequest] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)

    def sent(self, request: Any, **_: Any) -> None:
        headers = tuple(
            (name, value.decode() if isinstance(value, bytes) else str(value))
            for name, value in request.headers.items()
            if name.lower() not in _SECRET_HEADERS
        )
        body = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
        self.requests.append(HttpRequest(request.method, request.url, headers, body))

    def received(self, response: HttpResponse) -> None:
        self.exchanges.append(Exchange(self.operation, self.requests[-1], response))


class ClientSession:
    """boto3's client, and the exchanges of the call that was begun last."""

    def __init__(  # noqa: PLR0913 - one setting of a target each
        self,
        endpoint_url: str,
        service: Service,
        credentials: Credentials | None,
        *,
        region: str,
        limits: Limits | None = None,
        relay: Relay | None = None,
        rejection: Callable[[str, Mapping[str, str]], Fault | None] | None = None,
        alter: Callable[[Any], None] = lambda _: None,
    ) -> None:
        """Make nothing yet: the client costs a quarter of a second.

        `relay` sends what the client made, within the bounds, the budget and the pace of the whole run; None sends it
        within the limits alone. `rejection` returns why a request may not be signed, None where it may. `alter` is
        given boto3's client once it is made: proofs break it there.
        """
        self._endpoint_url = endpoint_url
        self._service = service
        self._credentials = credentials
        self._region = region
        self._limits = limits or Limits()
        protocol = Protocol(service.signing_name, service.target_prefix, service.content_type)
        client = Client(endpoint_url, protocol, None, limits=self._limits)
        self._relay = relay or client.relay
        self._rejection = rejection or client.rejection
        self._alter = alter
        self._taken: list[Fault | None] = []
        self._made: Any = None
        self._capture = _Capture()

    @property
    def client(self) -> Any:
        """boto3's client."""
        if self._made is None:
            from botocore import UNSIGNED  # noqa: PLC0415 - a quarter of a second that only runs with client checks pay
            from botocore.config import Config  # noqa: PLC0415 - as above

            keys = self._credentials
            config = Config(
                signature_version=None if keys else UNSIGNED,
                retries={"total_max_attempts": 1},
                connect_timeout=self._limits.connect_s,
                read_timeout=self._limits.read_s,
                parameter_validation=True,
                proxies={},
            )
            name = self._service.signing_name
            self._made = _session(keys, self._region).client(name, endpoint_url=self._endpoint_url, config=config)
            self._made.meta.events.register(f"before-sign.{name}", self._before_signing)
            self._made.meta.events.register(f"before-send.{name}", self._send)
            self._alter(self._made)
        return self._made

    def _before_signing(self, request: Any, operation_name: str, **_: Any) -> None:
        from botocore.exceptions import HTTPClientError  # noqa: PLC0415 - as above

        headers = {name: value if isinstance(value, str) else value.decode() for name, value in request.headers.items()}
        self._capture.fault = self._rejection(operation_name, headers)
        if self._capture.fault is not None:
            self._taken.append(self._capture.fault)
            raise HTTPClientError(error=self._capture.fault.detail)

    def _send(self, request: Any, **_: Any) -> Any:
        """Send what botocore made our own way, in botocore's stead: botocore reads on without any bound."""
        from botocore.awsrequest import AWSResponse  # noqa: PLC0415 - as above
        from botocore.exceptions import HTTPClientError  # noqa: PLC0415 - as above
        from urllib3 import HTTPHeaderDict  # noqa: PLC0415 - as above

        if len(self._capture.requests) >= MOST_REQUESTS:
            raise EndlessError(f"stopped: no end after {MOST_REQUESTS} requests")
        headers = {name: value if isinstance(value, str) else value.decode() for name, value in request.headers.items()}
        self._capture.sent(request)
        shown = self._capture.requests[-1]
        outgoing = OutgoingRequest(
            self._capture.operation, request.method, request.url, headers, shown.body, client=BOTO3
        )
        exchange = self._relay(outgoing, shown)
        self._capture.requests[-1] = exchange.request
        self._capture.fault = exchange.fault
        self._taken.append(exchange.fault)
        response = exchange.response
        if response is None:
            raise HTTPClientError(error=exchange.fault.detail if exchange.fault else "no answer")
        self._capture.received(response)
        answered = HTTPHeaderDict()
        for name, value in response.headers:
            answered.add(name, value)
        return AWSResponse(request.url, response.status, answered, _Body(response.body))

    def taken(self) -> tuple[Fault | None, ...]:
        """Return what became of the requests since this was asked last: a fault, or None for an answer."""
        taken, self._taken = tuple(self._taken), []
        return taken

    def begin(self, operation: str) -> None:
        """Forget the call before: what is sent from now on belongs to this operation."""
        self._capture = _Capture(operation)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What the call has sent and been answered so far."""
        return tuple(self._capture.exchanges)

    @property
    def fault(self) -> Fault | None:
        """Why the last request of the call found no answer."""
        return self._capture.fault


@lru_cache(maxsize=2)
def _session(keys: Credentials | None, region: str) -> Any:
    """Return boto3's session, which has read the service model: the clients of one process share it.

    It ignores the AWS settings of whoever runs the suite: a profile that is missing is not the target's fault.
    """
    import boto3  # noqa: PLC0415 - as above

    return boto3.session.Session(
        aws_access_key_id=keys.access_key if keys else "unsigned",
        aws_secret_access_key=keys.secret_key if keys else "unsigned",
        aws_session_token=keys.session_token if keys else None,
        region_name=region,
        botocore_session=isolated_session(),
    )


@dataclass(frozen=True)
class _Body:
    """A body that has been read, as botocore wants to read it."""

    content: bytes

    def stream(self, **_: Any) -> Iterator[bytes]:
        """Yield it whole."""
        yield self.content


_MOST_BYTES = 32 * 1024 * 1024
"""Bytes of the bodies of pages after which a paginator is stopped."""


@dataclass(frozen=True)
class ClientOutcome:
    """What a client call came to: its results (one a page), or the exception; and the exchanges behind it.

    `resume_token` is what the paginator hands out to go on later; None where nothing is left.
    """

    results: tuple[Mapping[str, Any], ...] = ()
    exception: str = ""
    """The class of the exception, empty where there was none."""
    modelled: bool = False
    """Whether the exception is the one that the client's own model names for the error."""
    message: str = ""
    error_response: Mapping[str, Any] | None = None
    """What an error of the service is said to be: its `response`; None for an exception that is none."""
    exchanges: tuple[Exchange, ...] = ()
    resume_token: str | None = None
    fault: Fault | None = None
    """Why the last request of the call found no answer."""


class Boto3Client:
    """boto3 at one endpoint; it calls the contract's operations and nothing else."""

    def __init__(self, session: ClientSession, operations: frozenset[str]) -> None:
        """Call nothing yet."""
        self._session = session
        self._operations = operations

    def taken(self) -> tuple[Fault | None, ...]:
        """Return what became of the requests since this was asked last: a fault, or None for an answer."""
        return self._session.taken()

    def _begin(self, operation: str) -> tuple[Any, str]:
        """Begin a call; give boto3's client, and the name of its method."""
        client, method = self._session.client, self._method(operation)
        self._session.begin(operation)
        return client, method

    def _method(self, operation: str) -> str:
        from botocore import xform_name  # noqa: PLC0415 - a quarter of a second that only runs with client checks pay

        if operation not in self._operations:
            raise ValueError(f"{operation} is not an operation of the contract")
        return str(xform_name(operation))

    def call(self, operation: str, members: Mapping[str, Any]) -> ClientOutcome:
        """Call an operation as a user of boto3 would."""
        client, method = self._begin(operation)
        try:
            result = getattr(client, method)(**members)
        except Exception as error:  # noqa: BLE001 - whatever the client raises is what is judged
            return self._raised(error)
        return ClientOutcome((result,), exchanges=self._session.exchanges)

    def can_paginate(self, operation: str) -> bool:
        """Return whether the client offers a paginator under the operation's name."""
        return bool(self._session.client.can_paginate(self._method(operation)))

    def paginate(self, operation: str, members: Mapping[str, Any], config: Mapping[str, Any] | None) -> ClientOutcome:
        """Run the paginator to its end; `config` None leaves PaginationConfig out."""
        client, method = self._begin(operation)
        arguments = dict(members) if config is None else {**members, "PaginationConfig": dict(config)}
        try:
            pages = client.get_paginator(method).paginate(**arguments)
            results = tuple(self._bounded(pages))
        except Exception as error:  # noqa: BLE001 - whatever the client raises is what is judged
            return self._raised(error)
        return ClientOutcome(results, exchanges=self._session.exchanges, resume_token=pages.resume_token)

    def full_result(
        self, operation: str, members: Mapping[str, Any], config: Mapping[str, Any] | None
    ) -> ClientOutcome:
        """Let the paginator put its pages together; the token to go on with is the one in the result."""
        client, method = self._begin(operation)
        arguments = dict(members) if config is None else {**members, "PaginationConfig": dict(config)}
        try:
            result = client.get_paginator(method).paginate(**arguments).build_full_result()
        except Exception as error:  # noqa: BLE001 - whatever the client raises is what is judged
            return self._raised(error)
        # botocore gives its own name to the token, whatever the operation calls it.
        return ClientOutcome((result,), exchanges=self._session.exchanges, resume_token=result.get("NextToken"))

    def _bounded(self, pages: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        size = 0
        for number, page in enumerate(pages, start=1):
            yield page
            size += len(response.body) if (response := self._session.exchanges[-1].response) else 0
            if number >= MOST_REQUESTS or size > _MOST_BYTES:
                raise EndlessError(f"stopped: no end after {number} pages and {size} bytes")

    def _raised(self, error: Exception) -> ClientOutcome:
        # An error of the transport has such an attribute, too: it is None.
        response = getattr(error, "response", None) or {}
        code = response.get("Error", {}).get("Code", "")
        known = isinstance(code, str) and code in _names(self._session.client)
        named = getattr(self._session.client.exceptions, code, None) if known else None
        return ClientOutcome(
            exception=type(error).__name__,
            modelled=named is not None and isinstance(error, named),
            message=str(error),
            error_response=response if isinstance(error, self._session.client.exceptions.ClientError) else None,
            exchanges=self._session.exchanges,
            fault=self._session.fault,
        )


def _names(client: Any) -> frozenset[str]:
    return frozenset(shape.name for shape in client.meta.service_model.error_shapes)
