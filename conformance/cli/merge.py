"""`conformance merge RECORD...`: the parts of one run, put together."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.cli.gate import known_failures
from conformance.cli.options import contract, contract_in, thresholds, verbose
from conformance.program import Command

if TYPE_CHECKING:
    from conformance.contract.model import Contract
    from conformance.report.run import Record


@click.command(cls=Command)
@click.argument("records", nargs=-1, required=True, metavar="RECORD...", type=click.Path(path_type=Path))
@known_failures
@click.option(
    "--report-dir",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where the record and the reports of the whole go (default: reports/TARGET).",
)
@click.option("--strict", is_flag=True, help="A failed check of level should fails the run as well.")
@thresholds
@verbose
@contract
def merge(
    records: tuple[Path, ...],
    known_failures: str | None,
    report_dir: Path | None,
    contract: str | None,
    strict: bool,  # noqa: FBT001 - click passes flags so
    **options: Any,
) -> int:
    """Put the parts of one run together, and report as if it had been one.

    Each RECORD is the run.jsonl of a `conformance run --shard I/N`, or the folder that it stands in. All parts have to
    be there. The exit code is that of the whole run.
    """
    from conformance import report  # noqa: PLC0415 - --help does without it
    from conformance.program import console  # noqa: PLC0415 - as above
    from conformance.report.terminal import print_summary  # noqa: PLC0415 - as above
    from conformance.report.writing import write_reports  # noqa: PLC0415 - as above
    from conformance.suite.shards import merged, place_of, read_parts  # noqa: PLC0415 - as above
    from conformance.suite.stage import folder_name  # noqa: PLC0415 - as above

    parts = read_parts(records, gated=known_failures is not None)
    whole = merged(parts)
    verbose = options.pop("verbose")
    if any(options.values()):
        whole = report.with_thresholds(whole, report.Thresholds(**options))
    folder = report_dir or Path("reports") / folder_name(whole.header.target.name)
    path = place_of(folder, parts)
    if known_failures is not None:
        whole = _held(whole, Path(known_failures), contract_in(contract))
    with report.RecordWriter(path) as writer:
        writer.whole(whole)
    reports = write_reports(whole, folder, strict=strict)
    print_summary(console(), whole, reports, strict=strict, verbose=verbose)
    return report.exit_code(whole, strict=strict)


def _held(record: Record, known: Path, loaded: Contract) -> Record:
    """Hold a record against known failures; which checks there are is for the contract of the run to say."""
    from conformance.suite.catalogue import catalogue  # noqa: PLC0415 - only this branch needs it
    from conformance.suite.known_failures import KnownFailureMatcher, held, read_known_failures, today  # noqa: PLC0415 - as above
    from conformance.suite.shards import MergeError  # noqa: PLC0415 - as above

    entries = read_known_failures(known)
    if loaded.digest != record.header.contract.digest:
        raise MergeError(
            f"the run was judged by the contract {record.header.contract.digest[:12]}, not by {loaded.digest[:12]}",
            remedy="name its contract with --contract, so that known failures can be matched with its checks",
        )
    return held(record, KnownFailureMatcher(entries, [check.id for check in catalogue(loaded)], today(os.environ)))
