#!/usr/bin/env python3
"""moto's server, with a way in for a world: POST /load-world fills the SageMaker backend of moto.

    python seeded_moto.py --port 5099                 moto as it is
    python seeded_moto.py --port 5099 --with-list     with the operation that it lacks, from list_training_jobs.py

moto_server is a process of its own and keeps its state in its memory: who wants to put something in has to be inside.
So this starts the same application as moto_server does, and one route beside it, on loopback only.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable
from typing import Any

from backend import load
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import run_simple

WAY_IN = "/load-world"


def application() -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """Return moto's application with the way in before it."""
    moto = DomainDispatcherApplication(create_backend_app)

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] != WAY_IN or environ["REQUEST_METHOD"] != "POST":
            return moto(environ, start_response)
        try:
            world = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            received = f"{load(world)} tuning jobs\n"
            status = "200 OK"
        except (KeyError, TypeError, ValueError) as error:
            status, received = "400 Bad Request", f"this is no world: {error!r}\n"
        start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
        return [received.encode()]

    return answer


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--with-list", action="store_true")
    arguments = parser.parse_args()
    if arguments.with_list:
        import list_training_jobs  # noqa: PLC0415 - only where it is wanted

        list_training_jobs.install()
    run_simple("127.0.0.1", arguments.port, application(), threaded=True, request_handler=MotoRequestHandler)


if __name__ == "__main__":
    main()
