"""A running reference server with the default world."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.reference.server import ReferenceServer
from conformance.worlds.loading import load_world
from reference.calling import Caller

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def reference_server() -> Iterator[ReferenceServer]:
    with ReferenceServer(load_world("default")) as server:
        yield server


@pytest.fixture
def caller(reference_server: ReferenceServer) -> Iterator[Caller]:
    """Speak to the shared server, which tests only read from."""
    made = Caller(reference_server.endpoint_url)
    yield made
    made.session.close()


@pytest.fixture
def own_caller() -> Iterator[Caller]:
    """Speak to a server of one's own, which may be written to."""
    with ReferenceServer(load_world("default")) as server:
        made = Caller(server.endpoint_url)
        yield made
        made.session.close()
