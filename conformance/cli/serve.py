"""`conformance serve`: the reference server, in the foreground."""

from __future__ import annotations

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port",
    default=5098,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen at; 0 for any free one.",
)
@click.option("--world", default="default", show_default=True, metavar="NAME|FILE", help="The world that it serves.")
def serve(host: str, port: int, world: str) -> None:
    """Serve the reference server in the foreground, until Ctrl-C.

    Point a client at it with any credentials: AWS_ENDPOINT_URL=http://127.0.0.1:5098.
    """
    from conformance.reference import serve as serve_reference  # noqa: PLC0415 - --help does without it
    from conformance.worlds import load_world  # noqa: PLC0415 - as above

    serve_reference(load_world(world), port=port, host=host)
