"""Calls and paginators of boto3, for the contract's operations alone: what each came to, with its exchanges."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from conformance.contract.model import Service
from conformance.wire.client import Client, Protocol
from conformance.wire.exchange import Exchange, Fault, HttpRequest
from conformance.wire.limits import Limits, is_aws
from conformance.wire.request import OutgoingRequest
from conformance.wire.signing import Credentials, isolated_session

MOST_REQUESTS = 500
"""Requests of one call after which a client is stopped."""
_MOST_BYTES = 32 * 1024 * 1024
"""Bytes of the bodies of pages after which a paginator is stopped."""
_SECRET_HEADERS = frozenset({"authorization", "x-amz-security-token"})

BOTO3 = "boto3"
"""What exchanges of this client are filed under."""

Relay = Callable[[OutgoingRequest, HttpRequest], Exchange]
"""Sends what a client library made; the second is what is kept of it, without secrets."""


class EndlessError(Exception):
    """A client went on and on."""


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


@dataclass
class _Call:
    """The call that was begun last: its answers are kept as they come, those that botocore can't read as well."""

    operation: str = ""
    requests: int = 0
    exchanges: list[Exchange] = field(default_factory=list)
    fault: Fault | None = None


class Boto3Client:
    """boto3 at one endpoint; it calls the contract's operations and nothing else."""

    def __init__(  # noqa: PLR0913 - one setting of a target each
        self,
        endpoint_url: str,
        service: Service,
        credentials: Credentials | None,
        *,
        region: str,
        operations: Collection[str],
        limits: Limits | None = None,
        relay: Relay | None = None,
        rejection: Callable[[str, Mapping[str, str]], Fault | None] | None = None,
        alter: Callable[[Any], None] = lambda _: None,
    ) -> None:
        """Make nothing yet: boto3's own client costs a quarter of a second.

        `relay` sends what boto3 made, within the bounds, the budget and the pace of the whole run; None sends it
        within the limits alone. `rejection` returns why a request may not be signed, None where it may. `alter` is
        given boto3's client once it is made: proofs break it there.
        """
        self._endpoint_url = endpoint_url
        self._service = service
        self._credentials = credentials
        self._region = region
        self._operations = frozenset(operations)
        self._limits = limits or Limits()
        protocol = Protocol(service.signing_name, service.target_prefix, service.content_type)
        client = Client(endpoint_url, protocol, None, limits=self._limits)
        self._relay = relay or client.relay
        self._rejection = rejection or client.rejection
        self._alter = alter
        self._taken: list[Fault | None] = []
        self._call = _Call()

    def call(self, operation: str, members: Mapping[str, Any]) -> ClientOutcome:
        """Call an operation as a user of boto3 would."""
        method = self._begin(operation)
        return self._outcome(lambda: ((getattr(self._client, method)(**members),), None))

    def fills_in(self, operation: str, member: str) -> bool:
        """Return whether the client makes up a value of a member that is left out."""
        return member in self._client.meta.service_model.operation_model(operation).idempotent_members

    def can_paginate(self, operation: str) -> bool:
        """Return whether the client offers a paginator under the operation's name."""
        return bool(self._client.can_paginate(self._begin(operation)))

    def paginate(
        self, operation: str, members: Mapping[str, Any], config: Mapping[str, Any] | None, *, whole: bool = False
    ) -> ClientOutcome:
        """Run the paginator to its end, page by page, or with `whole` for its full result.

        `config` None leaves PaginationConfig out.
        """
        arguments = dict(members) if config is None else {**members, "PaginationConfig": dict(config)}
        method = self._begin(operation)

        def run() -> tuple[tuple[Mapping[str, Any], ...], str | None]:
            pages = self._client.get_paginator(method).paginate(**arguments)
            if not whole:
                return tuple(self._bounded(pages)), pages.resume_token
            result = pages.build_full_result()
            # botocore gives its own name to the token, whatever the operation calls it.
            return (result,), result.get("NextToken")

        return self._outcome(run)

    def taken(self) -> tuple[Fault | None, ...]:
        """Return what became of the requests since this was asked last: a fault, or None for an answer."""
        taken, self._taken = tuple(self._taken), []
        return taken

    @cached_property
    def is_there(self) -> bool:
        """Whether boto3 knows the service at all."""
        return self._service.service in _session(self._credentials, self._region).get_available_services()

    @cached_property
    def _client(self) -> Any:
        from botocore import UNSIGNED  # noqa: PLC0415 - a quarter of a second that only runs with client checks pay
        from botocore.config import Config  # noqa: PLC0415 - as above

        config = Config(
            signature_version=None if self._credentials else UNSIGNED,
            retries={"total_max_attempts": 1},
            connect_timeout=self._limits.connect_s,
            read_timeout=self._limits.read_s,
            parameter_validation=True,
            proxies={},
            inject_host_prefix=is_aws(self._endpoint_url),  # elsewhere no name is below that of the endpoint
        )
        session = _session(self._credentials, self._region)
        client = session.client(self._service.service, endpoint_url=self._endpoint_url, config=config)
        name = client.meta.service_model.service_id.hyphenize()
        client.meta.events.register(f"before-sign.{name}", self._before_signing)
        client.meta.events.register(f"before-send.{name}", self._send)
        self._alter(client)
        return client

    def _begin(self, operation: str) -> str:
        """Forget the call before: what is sent from now on belongs to this operation. Return boto3's name for it."""
        from botocore import xform_name  # noqa: PLC0415 - as above

        if operation not in self._operations:
            raise ValueError(f"{operation} is not an operation of the contract")
        self._call = _Call(operation)
        return str(xform_name(operation))

    def _before_signing(self, request: Any, operation_name: str, **_: Any) -> None:
        from botocore.exceptions import HTTPClientError  # noqa: PLC0415 - as above

        fault = self._rejection(operation_name, _headers(request))
        if fault is not None:
            self._call.fault = fault
            self._taken.append(fault)
            raise HTTPClientError(error=fault.detail)

    def _send(self, request: Any, **_: Any) -> Any:
        """Send what botocore made our own way, in botocore's stead: botocore reads on without any bound."""
        from botocore.awsrequest import AWSResponse  # noqa: PLC0415 - as above
        from botocore.exceptions import HTTPClientError  # noqa: PLC0415 - as above
        from urllib3 import HTTPHeaderDict  # noqa: PLC0415 - as above

        call, headers = self._call, _headers(request)
        if call.requests >= MOST_REQUESTS:
            raise EndlessError(f"stopped: no end after {MOST_REQUESTS} requests")
        call.requests += 1
        body = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
        kept = tuple((name, value) for name, value in headers.items() if name.lower() not in _SECRET_HEADERS)
        shown = HttpRequest(request.method, request.url, kept, body)
        outgoing = OutgoingRequest(call.operation, request.method, request.url, headers, body, client=BOTO3)
        exchange = self._relay(outgoing, shown)
        call.fault = exchange.fault
        self._taken.append(exchange.fault)
        response = exchange.response
        if response is None:
            raise HTTPClientError(error=exchange.fault.detail if exchange.fault else "no answer")
        call.exchanges.append(Exchange(call.operation, exchange.request, response))
        answered = HTTPHeaderDict()
        for name, value in response.headers:
            answered.add(name, value)
        return AWSResponse(request.url, response.status, answered, _Body(response.body))

    def _bounded(self, pages: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        size = 0
        for number, page in enumerate(pages, start=1):
            yield page
            size += len(response.body) if (response := self._call.exchanges[-1].response) else 0
            if number >= MOST_REQUESTS or size > _MOST_BYTES:
                raise EndlessError(f"stopped: no end after {number} pages and {size} bytes")

    def _outcome(self, run: Callable[[], tuple[tuple[Mapping[str, Any], ...], str | None]]) -> ClientOutcome:
        """Run a call that returns results and token; return what it came to."""
        try:
            results, token = run()
        except Exception as error:  # noqa: BLE001 - whatever the client raises is what is judged
            return self._raised(error)
        return ClientOutcome(results, exchanges=tuple(self._call.exchanges), resume_token=token)

    def _raised(self, error: Exception) -> ClientOutcome:
        # An error of the transport has such an attribute, too: it is None.
        response = getattr(error, "response", None) or {}
        said = response.get("Error", {})
        code = said.get("QueryErrorCode") or said.get("Code", "")  # the wire's, where x-amzn-query-error has another
        exceptions, shapes = self._client.exceptions, self._client.meta.service_model.error_shapes
        # The code of a broken answer may be anything.
        known = isinstance(code, str) and any(shape.name == code for shape in shapes)
        named = getattr(exceptions, code, None) if known else None
        return ClientOutcome(
            exception=type(error).__name__,
            modelled=named is not None and isinstance(error, named),
            message=str(error),
            error_response=response if isinstance(error, exceptions.ClientError) else None,
            exchanges=tuple(self._call.exchanges),
            fault=self._call.fault,
        )


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


def _headers(request: Any) -> dict[str, str]:
    """Return the headers of a request of botocore, which holds some as bytes."""
    return {name: value if isinstance(value, str) else value.decode() for name, value in request.headers.items()}


@dataclass(frozen=True)
class _Body:
    """A body that has been read, as botocore wants to read it."""

    content: bytes

    def stream(self, **_: Any) -> Iterator[bytes]:
        """Yield it whole."""
        yield self.content
