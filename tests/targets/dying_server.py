"""A server without state that ends itself on one body: `dying_server.py PORT BODY`."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

from conformance.reference.http import Answer, Call
from conformance.reference.server import ReferenceServer
from conformance.reference.service import Service
from conformance.worlds.loading import load_world


class Fatal(Service):
    """Ends the process when the body comes."""

    def answer(self, call: Call) -> Answer:
        if call.body == sys.argv[2].encode():
            os._exit(70)
        return super().answer(call)


if __name__ == "__main__":
    server = ReferenceServer(replace(load_world("default"), jobs=()), port=int(sys.argv[1]), service=Fatal)
    server._listener.serve_forever()  # noqa: SLF001 - in the foreground, until the suite ends it
