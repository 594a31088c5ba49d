"""`conformance release`: the list of checks of a contract, frozen under a date."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.errors import ExitCode
from conformance.program import Command

if TYPE_CHECKING:
    from conformance.contract.releases import Release

_HEAD = "# The checks of the contract on this day. It is never edited: `conformance release` makes another.\n"


@click.command(cls=Command)
@click.option(
    "--contract",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder of the contract.",
)
@click.option(
    "--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day of the release (default: today, in UTC)."
)
def release(*, contract: Path, day: datetime | None) -> int:
    """Freeze the list of checks of a contract, as DIR/releases/DATE.yaml.

    A run with --release DATE counts these checks alone: whatever is newer is shown apart. A release is never edited.
    """
    from conformance.contract.loading import load  # noqa: PLC0415 - --help does without it
    from conformance.contract.releases import Release  # noqa: PLC0415 - as above
    from conformance.suite.catalogue import catalogue  # noqa: PLC0415 - as above

    loaded = load(contract)
    levels = {check.id: check.level for check in catalogue(loaded)}
    made = Release((day or datetime.now(UTC)).date().isoformat(), loaded.digest, levels)
    path = write_release(contract, made)
    click.echo(f"{path}: {len(made.levels):,} checks, digest {made.digest[:12]}")
    return ExitCode.CONFORMS


def write_release(root: Path, release: Release) -> Path:
    """Write a release next to its contract. Raises ReleaseError where there is another of that day already."""
    from conformance.contract.releases import FOLDER, LEVELS, ReleaseError, read_release  # noqa: PLC0415 - as above
    from conformance.drafting.yaml_text import block  # noqa: PLC0415 - as above

    path = root / FOLDER / f"{release.date}.yaml"
    if path.exists() and read_release(root, release.date) != release:
        raise ReleaseError(
            f"there is a release {release.date} already, of other checks",
            where=str(path),
            hint="it is never edited: give another day with --date",
        )
    trees: dict[str, dict[str, Any]] = {level: {} for level in LEVELS}
    for operation, area, subject, case in sorted(check_id.split("/", 3) for check_id in release.levels):
        level = release.levels[f"{operation}/{area}/{subject}/{case}"]
        areas = trees[level].setdefault(operation, {})
        areas.setdefault(area, {}).setdefault(subject, []).append(case)
    frame = {"release": release.date, "contract": release.contract, "checks": len(release.levels)}
    path.parent.mkdir(exist_ok=True)
    text = "".join(f"{line}\n" for line in block({**frame, "digest": release.digest, **trees}))
    path.write_text(_HEAD + text, encoding="utf-8", newline="\n")
    return path
