"""The reference server inside the process of a run: as a target of its own, or without a socket for a dry run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from conformance.contract.model import Contract
from conformance.wire.exchange import HttpResponse
from conformance.wire.request import OutgoingRequest
from conformance.wire.signing import Credentials
from conformance.worlds.model import World

if TYPE_CHECKING:
    from conformance.reference.server import ReferenceServer


def in_process(
    contract: Contract, world: World, credentials: Credentials | None
) -> Callable[[OutgoingRequest], HttpResponse]:
    """Return the reference service without a socket: a function that answers what would be sent.

    With credentials it rejects requests that are not signed with them.
    """
    from conformance.reference.generic import service_of  # noqa: PLC0415 - runs do without it
    from conformance.reference.http import Call  # noqa: PLC0415 - as above

    service = service_of(contract)(world, contract=contract, credentials=_keys(credentials))

    def answer(outgoing: OutgoingRequest) -> HttpResponse:
        headers = {name.lower(): value for name, value in outgoing.headers.items()}
        headers.setdefault("host", urlsplit(outgoing.url).netloc)  # as the HTTP client adds it
        answered = service.answer(Call(outgoing.method, "/", headers, outgoing.body))
        return HttpResponse(answered.status, answered.headers, answered.body, 0.0, time.time())

    return answer


@contextmanager
def start_reference(contract: Contract, world: World, credentials: Credentials | None) -> Iterator[str]:
    """Start the reference server inside this process; yield its endpoint."""
    from conformance.reference.generic import service_of  # noqa: PLC0415 - other targets do without it
    from conformance.reference.server import ReferenceServer  # noqa: PLC0415 - as above

    server: AbstractContextManager[ReferenceServer] = ReferenceServer(
        world, credentials=_keys(credentials), contract=contract, service=service_of(contract)
    )
    with server as running:
        yield running.endpoint_url


def _keys(credentials: Credentials | None) -> dict[str, str] | None:
    return {credentials.access_key: credentials.secret_key} if credentials else None
