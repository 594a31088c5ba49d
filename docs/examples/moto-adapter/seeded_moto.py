#!/usr/bin/env python3
"""moto's server, with a route that loads a world: POST /load-world fills the SageMaker backend of moto.

    python seeded_moto.py --port 5099                 moto as it is
    python seeded_moto.py --port 5099 --with-list     with the operation that it lacks, from list_training_jobs.py

moto_server keeps its state in the memory of its process, so only code in that process can load a world. This starts the
same application as moto_server with one more route, on loopback only.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable
from typing import Any

from backend import load
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import run_simple

LOAD_PATH = "/load-world"


def application() -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """Return moto's application with the route in front of it."""
    moto = DomainDispatcherApplication(create_backend_app)

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] != LOAD_PATH or environ["REQUEST_METHOD"] != "POST":
            return moto(environ, start_response)
        try:
            world = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
            message = f"{load(world)} tuning jobs\n"
            status = "200 OK"
        except (KeyError, TypeError, ValueError) as error:
            status, message = "400 Bad Request", f"this is no world: {error!r}\n"
        start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
        return [message.encode()]

    return answer


def main() -> None:
    """Serve until the process ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--with-list", action="store_true")
    arguments = parser.parse_args()
    if arguments.with_list:
        import list_training_jobs  # noqa: PLC0415 - only with --with-list

        list_training_jobs.install()
    run_simple("127.0.0.1", arguments.port, application(), threaded=True, request_handler=MotoRequestHandler)


if __name__ == "__main__":
    main()
