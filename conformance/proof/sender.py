"""A sender without a socket: requests go to the service in this process, answers come back as exchanges."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from conformance.reference.exchange import Call
from conformance.wire.exchange import Exchange, Fault, HttpRequest, HttpResponse
from conformance.wire.signing import Credentials, Signer, signed_region

if TYPE_CHECKING:
    from conformance.contract import Contract
    from conformance.reference import Service
    from conformance.wire.request import Request

URL = "http://127.0.0.1:1/"
CREDENTIALS = Credentials("AKIDEXAMPLE", "an-example-of-a-secret")
_ELAPSED_S = 0.0001
_SECRET = "Authorization"  # noqa: S105 - the name of a header


class InProcess:
    """Sends requests to a service in this process, signed where it verifies signatures."""

    def __init__(self, contract: Contract, service: Service, *, signed: bool = False) -> None:
        """Keep the service."""
        self._contract = contract.service
        self._service = service
        self._signer = Signer(CREDENTIALS, self._contract.signing_name, "us-east-1") if signed else None

    def send(self, request: Request) -> Exchange:
        """Send one request; where it follows another, the service says what becomes of their connection."""
        headers = self._headers(request)
        if request.after is not None and (kind := self._service.behind(self._call(request.after))):
            shown_only = HttpRequest(request.method, URL, tuple(headers.items()), request.body)
            return Exchange(request.operation, shown_only, None, Fault(kind, "what the service says of its connection"))
        region = signed_region("us-east-1", request.signing) if self._signer else ""
        answer = self._service.answer(self._call(request))
        kept = tuple((name, value) for name, value in headers.items() if name != _SECRET)
        return Exchange(
            request.operation,
            HttpRequest(request.method, URL, kept, request.body, region),
            HttpResponse(answer.status, answer.headers, answer.body, _ELAPSED_S, time.time()),
        )

    def _call(self, request: Request) -> Call:
        headers, signer = self._headers(request), self._signer
        sent = signer.headers(request.method, URL, headers, request.body, request.signing) if signer else headers
        sent = {request.header_case.spell(name): value for name, value in sent.items()}
        received = {name.lower(): value for name, value in sent.items()} | {"host": "127.0.0.1:1"}
        received |= {"transfer-encoding": "chunked"} if request.chunked else {}
        return Call(request.method, "/", received, request.body, frozenset(sent))

    def _headers(self, request: Request) -> dict[str, str]:
        service = self._contract
        target = f"{service.target_prefix}.{request.operation}" if request.target is None else request.target
        content_type = service.content_type if request.content_type is None else request.content_type
        headers = {"X-Amz-Target": target} if target else {}
        headers |= {"Content-Type": content_type} if content_type else {}
        return headers | dict(request.extra_headers)
