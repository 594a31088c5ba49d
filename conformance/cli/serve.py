"""`conformance serve`: the reference server, in the foreground."""

from __future__ import annotations

from pathlib import Path

import click

from conformance.cli.options import settings
from conformance.errors import UserError
from conformance.program import Command
from conformance.suite.contracts import contract_of

_TEN_YEARS_S = 315_360_000.0


@click.command(cls=Command)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port",
    default=5098,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen at; 0 for any free one.",
)
@click.option("--world", default="default", show_default=True, metavar="NAME|FILE", help="The world that it serves.")
@click.option(
    "--throttle",
    type=click.IntRange(1),
    metavar="N",
    help="Answer each N-th request with ThrottlingException; 1 throttles all.",
)
@click.option(
    "--fail",
    type=click.IntRange(min=1),
    metavar="N",
    help="Answer each N-th request with InternalFailure, HTTP 500; 1 fails all.",
)
@click.option("--latency", type=click.FloatRange(0, 3600), metavar="SECONDS", help="Let each answer wait so long.")
@click.option(
    "--deny", multiple=True, metavar="OPERATION", help="Answer it with AccessDeniedException. May be repeated."
)
@click.option(
    "--expire-after",
    type=click.IntRange(0),
    metavar="N",
    help="Answer everything after N requests with ExpiredTokenException.",
)
@click.option(
    "--clock-skew",
    type=click.FloatRange(-_TEN_YEARS_S, _TEN_YEARS_S),
    metavar="SECONDS",
    help="Run the clock so far ahead (negative: behind); past five minutes, signatures are rejected for their age.",
)
@click.option(
    "--error-form",
    default="type",
    metavar="FORM",
    help="Name the code of each error as other services do: header, code, type-namespace or another of thirteen forms.",
)
@click.option(
    "--progress",
    type=click.IntRange(1),
    metavar="N",
    help="Let each tuning job that is under way take a step after every N requests, until it has ended.",
)
@click.option(
    "--log",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Append each request to FILE, one JSON object a line, without signatures and tokens.",
)
@click.option(
    "--require-signature",
    "keys",
    metavar="ACCESS_KEY:SECRET_KEY",
    help="Reject requests that these keys have not signed (default: signatures are not looked at).",
)
@settings("contract", "service")
def serve(  # noqa: PLR0913 - each is one option
    *,
    host: str,
    port: int,
    world: str,
    throttle: int | None,
    fail: int | None,
    latency: float | None,
    deny: tuple[str, ...],
    expire_after: int | None,
    clock_skew: float | None,
    error_form: str,
    progress: int | None,
    log: Path | None,
    keys: str | None,
    contract: str | None,
    service: str | None,
) -> None:
    """Serve the reference server in the foreground, until Ctrl-C.

    Point a client at it with any credentials: AWS_ENDPOINT_URL=http://127.0.0.1:5098. On top of that it plays what a
    client of AWS has to live with: throttling, internal failures, slow answers, denial, credentials that expire,
    a clock that is off. With --progress tuning jobs go on, so that code that waits for them can be tested. With
    --contract or --service it serves other operations, from a state that it makes up.
    """
    from conformance.reference.foreground import Faults  # noqa: PLC0415 - --help does without it
    from conformance.reference.foreground import serve as serve_reference  # noqa: PLC0415 - as above
    from conformance.worlds.loading import load_world  # noqa: PLC0415 - as above

    faults = Faults(
        throttle or 0,
        frozenset(deny),
        expire_after,
        latency or 0.0,
        fail or 0,
        clock_skew or 0.0,
        progress or 0,
        error_form,
    )
    credentials = _credentials(keys) if keys is not None else None
    served = contract_of(contract, service) if contract or service else None
    serve_reference(
        load_world(world), port=port, host=host, faults=faults, credentials=credentials, log=log, contract=served
    )


def _credentials(keys: str) -> dict[str, str]:
    access_key, _, secret_key = keys.partition(":")
    if not access_key or not secret_key:
        raise UserError(
            "--require-signature takes an access key and its secret key", hint="write --require-signature test:test"
        )
    return {access_key: secret_key}
