"""`conformance release`: the list of checks of a contract, frozen under a date."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from conformance.errors import ExitCode
from conformance.program import Command


@click.command(cls=Command)
@click.option(
    "--contract",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder of the contract.",
)
@click.option("--date", "day", metavar="DATE", help="The day of the release (default: today, in UTC).")
def release(*, contract: Path, day: str | None) -> int:
    """Freeze the list of checks of a contract, as DIR/releases/DATE.yaml.

    A run with --release DATE counts these checks alone: whatever is newer is shown apart. A release is never edited.
    """
    from conformance.contract.loading import load  # noqa: PLC0415 - --help does without it
    from conformance.contract.releases import Release, parse_day, write_release  # noqa: PLC0415 - as above
    from conformance.suite.catalogue import catalogue  # noqa: PLC0415 - as above

    loaded = load(contract)
    today = datetime.now(UTC).date().isoformat() if day is None else parse_day(day)
    made = Release(today, loaded.digest, {check.id: check.level for check in catalogue(loaded)})
    path = write_release(contract, made)
    click.echo(f"{path}: {len(made.levels):,} checks, digest {made.digest[:12]}")
    return ExitCode.CONFORMS
