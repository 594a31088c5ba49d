"""A client of a raw server, for as long as a test needs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from raw_servers import JSON, RawServer

from conformance.wire.client import Client, Protocol
from conformance.wire.signing import Credentials

KEYS = Credentials("AKIDEXAMPLE", "canary-of-a-secret-key", "canary-of-a-session-token")
OPERATION = "DescribeHyperParameterTuningJob"


@contextmanager
def client_of(server: RawServer, credentials: Credentials | None = KEYS, **settings: Any) -> Iterator[Client]:
    client = Client(server.url, Protocol("sagemaker", "SageMaker", JSON), credentials, **settings)
    try:
        yield client
    finally:
        client.close()
