"""Options of the gate and of runs in parts, and what `conformance run` tells of known failures that it writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from conformance.errors import UserError

if TYPE_CHECKING:
    from rich.console import Console

    from conformance.report.run import Record
    from conformance.suite.known_failures import Entry
    from conformance.suite.known_failures_writing import Draft

F = TypeVar("F", bound=Callable[..., Any])


def known_failures(command: F) -> F:
    """Add the option that names a file of known failures."""
    return click.option(
        "--known-failures",
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="The failures that are known and accepted, as YAML. Others fail the run, and so does one that is mended.",
    )(command)


def gate(command: F) -> F:
    """Add the options of the gate and of runs in parts."""
    for option in (
        click.option(
            "--tx",
            multiple=True,
            metavar="SPEC",
            help="Spread the checks over hosts, named as pytest-xdist does: ssh=HOST//python=PATH. May be repeated.",
        ),
        click.option(
            "--shard", metavar="I/N", help="Only the I-th of N parts; `conformance merge` puts them together."
        ),
        click.option(
            "--write-known-failures",
            type=click.Path(dir_okay=False),
            metavar="FILE",
            help="Write the failures of this run to FILE, each with TODO as reason; add to what FILE has already.",
        ),
        click.option(
            "--reason", metavar="TEXT", help="With --write-known-failures, the reason of each entry that is written."
        ),
        known_failures,
    ):
        command = option(command)
    return command


def distributed(workers: str | None, tx: Sequence[str]) -> list[str]:
    """Return the options of pytest that spread a run over processes or hosts. Raises UserError for a wrong one."""
    if not tx:
        return [] if workers is None else ["-p", "xdist", "-n", workers, "--dist=loadgroup"]
    if workers is not None:
        raise UserError("-n and --tx don't go together", remedy="write --tx 2*ssh=HOST for two processes on a host")
    from execnet import XSpec  # noqa: PLC0415 - only this branch needs it

    for spec in tx:
        _, star, rest = spec.partition("*")
        try:
            read = XSpec(rest if star and spec.partition("*")[0].isdigit() else spec)
        except (ValueError, AttributeError) as error:
            raise _no_spec(spec, str(error)) from error
        if not (read.popen or read.ssh or read.socket or read.vagrant_ssh):
            raise _no_spec(spec, "it names no way to a host")
    return ["-p", "xdist", *(f"--tx={spec}" for spec in tx), "--dist=loadgroup"]


def _no_spec(spec: str, why: str) -> UserError:
    return UserError(
        f"--tx {spec}: {why}",
        remedy="write it as pytest-xdist does: ssh=user@host//python=/opt/suite/bin/python, socket=host:8888, or popen",
    )


def draft_at(path: str | None, reason: str | None) -> Draft | None:
    """Look at the file that known failures are to be written to, before anything is run."""
    if path is None:
        if reason is not None:
            raise UserError(
                "--reason is for entries that are written, and none are", remedy="add --write-known-failures FILE"
            )
        return None
    from conformance.suite.known_failures import TODO  # noqa: PLC0415 - only this branch needs it
    from conformance.suite.known_failures_writing import Draft  # noqa: PLC0415 - as above

    return Draft.at(Path(path), reason=TODO if reason is None else reason)


def write_draft(console: Console, draft: Draft, record: Record, catalogue: Sequence[str], *, strict: bool) -> None:
    """Write the known failures of a run down, and say what was written."""
    console.print()
    for line in _told(draft, draft.write(record, catalogue, strict=strict)):
        console.print(line, soft_wrap=True)


def _told(draft: Draft, added: Sequence[Entry]) -> list[str]:
    from conformance.suite.known_failures import is_unwritten  # noqa: PLC0415 - only this branch needs it

    if not added:
        what = "it has an entry for every failure" if draft.existing else "there is no failure to declare"
        return [f"known failures: {draft.path}: {what}"]
    entries = "1 entry" if len(added) == 1 else f"{len(added):,} entries"
    kept = f", in front of the {len(draft.existing.entries):,} that it had" if draft.existing else ""
    written = f"known failures: {draft.path}: {entries} written{kept}"
    if not is_unwritten(draft.reason):
        return [written, f"name it in the next run: --known-failures {draft.path}"]
    return [
        written,
        f"say in each why it is accepted for now, in the place of TODO; then name it: --known-failures {draft.path}",
    ]
