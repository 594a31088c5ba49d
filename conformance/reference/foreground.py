"""The reference server in the foreground, for the length of a process."""

from __future__ import annotations

import signal
import sys
import threading
from typing import TYPE_CHECKING

from conformance.errors import UserError
from conformance.reference.server import ReferenceServer
from conformance.reference.service import Service

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

    from conformance.reference.faults import Faults
    from conformance.worlds import World


class PortError(UserError):
    """The server can't listen where it should."""


def serve(
    world: World,
    port: int = 0,
    host: str = "127.0.0.1",
    *,
    faults: Faults | None = None,
    credentials: Mapping[str, str] | None = None,
) -> None:
    """Serve a world, print the endpoint, and return after Ctrl-C or SIGTERM. Call it from the main thread.

    `faults` are played on top; with `credentials` (access key to secret key) requests have to be signed. Raises
    PortError where the address is taken or none of this machine's, and FaultError for a fault that can't be played.
    """
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    try:
        server = ReferenceServer(world, host=host, port=port, credentials=credentials, service=faults or Service)
    except (OSError, OverflowError) as error:
        raise PortError(f"can't listen: {error}", where=f"{host}:{port}", remedy="pick another port or host") from error
    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with server:
            sys.stdout.write(f"serving world {world.name} at {server.endpoint_url} (Ctrl-C ends it)\n")
            sys.stdout.flush()
            ended.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
