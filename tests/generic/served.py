"""A small contract of four operations, and drafted ones; the checks of each run in this process at its own server."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from conformance.contract.loading import load
from conformance.contract.model import Contract
from conformance.mutation.bench import Bench, world
from conformance.mutation.servers import InProcess
from conformance.reference.generic import ContractService
from conformance.suite.catalogue import catalogue
from conformance.wire.request import Request

LIBRARY = Path(__file__).parent / "library"


@lru_cache(maxsize=1)
def library() -> Contract:
    return load(LIBRARY)


@lru_cache(maxsize=1)
def bench() -> Bench:
    return Bench(library(), catalogue(library()), world())


class Racks:
    """A client of a server of the library."""

    def __init__(self, service: type[ContractService] = ContractService) -> None:
        self._sender = InProcess(library(), service(world(), contract=library()))

    def call(self, operation: str, **members: Any) -> tuple[int, dict[str, Any]]:
        """Return status and content of an answer."""
        response = self._sender.send(Request.call(operation, members)).response
        assert response is not None
        return response.status, json.loads(response.body)

    def listed(self, **query: Any) -> list[dict[str, Any]]:
        """Return every item of a query, over all of its pages."""
        items: list[dict[str, Any]] = []
        members = query
        while True:
            status, page = self.call("ListRacks", **members)
            assert status == 200, page
            items += page["Racks"]
            if "Token" not in page:
                return items
            members = query | {"Token": page["Token"]}
