"""A faulty proxy: real HTTP in front of the reference server's service, every exchange led through one fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from functools import partial
from typing import TYPE_CHECKING

from conformance.contract.model import Contract
from conformance.reference.server import ReferenceServer
from conformance.reference.service import Service

if TYPE_CHECKING:
    from conformance.reference.http import Answer, Call
    from conformance.worlds.model import World
    from faults.fault import Apply

KEYS: Mapping[str, str] = {"AKIDEXAMPLE": "an-example-of-a-secret"}
"""Access key and secret of a server that verifies signatures."""


class FaultyService(Service):
    """Hands each call to a fault, which may forward it to the original service, changed or not."""

    def __init__(
        self,
        world: World,
        *,
        contract: Contract | None = None,
        credentials: Mapping[str, str] | None = None,
        apply: Apply,
    ) -> None:
        """Set up the original service behind."""
        super().__init__(world, contract=contract, credentials=credentials)
        self._apply = apply

    def answer(self, call: Call) -> Answer:
        """Let the fault answer."""
        return self._apply(call, super().answer)


@contextmanager
def proxied(world: World, contract: Contract, apply: Apply, *, signed: bool = False) -> Iterator[str]:
    """Serve a world through a fault for as long as the context lasts; give the URL."""
    # A fault that remembers what it was asked does so for one server, and not from one test to the next.
    service = partial(FaultyService, apply=deepcopy(apply))
    with ReferenceServer(world, contract=contract, credentials=KEYS if signed else None, service=service) as server:
        yield server.endpoint_url
