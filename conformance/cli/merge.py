"""`conformance merge RECORD...`: the parts of one run, put together."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.cli.options import contract_of_run, insist_on_contract, settings, verbose
from conformance.program import Command

if TYPE_CHECKING:
    from conformance.contract.model import Contract
    from conformance.report.run import Record


@click.command(cls=Command)
@click.argument("records", nargs=-1, required=True, metavar="RECORD...", type=click.Path(path_type=Path))
@settings("known_failures", "report_dir", "strict", "min_exercised", "allow_partial")
@verbose
@settings("contract", "service")
def merge(  # noqa: PLR0913 - the options
    records: tuple[Path, ...],
    *,
    known_failures: str | None,
    report_dir: str | None,
    contract: str | None,
    service: str | None,
    strict: bool,
    **options: Any,
) -> int:
    """Put the parts of one run together, and report as if it had been one.

    Each RECORD is the run.jsonl of a `conformance run --shard I/N`, or the folder that holds it. All parts have to
    be there. The exit code is that of the whole run.
    """
    from conformance import report  # noqa: PLC0415 - --help does without it
    from conformance.program import console  # noqa: PLC0415 - as above
    from conformance.report.terminal import print_summary  # noqa: PLC0415 - as above
    from conformance.report.writing import write_reports  # noqa: PLC0415 - as above
    from conformance.suite.plan import folder_name  # noqa: PLC0415 - as above
    from conformance.suite.shards import merged, place_of, read_parts  # noqa: PLC0415 - as above

    parts = read_parts(records, gated=known_failures is not None)
    whole = merged(parts)
    insist_on_contract((whole,), contract, service)
    verbose = options.pop("verbose")
    if any(options.values()):
        whole = report.with_thresholds(whole, report.Thresholds(**options))
    folder = Path(report_dir) if report_dir else Path("reports") / folder_name(whole.header.target.name)
    path = place_of(folder, parts)
    if known_failures is not None:
        whole = _with_known_failures(whole, Path(known_failures), contract_of_run(whole, contract, service))
    with report.RecordWriter(path) as writer:
        writer.whole(whole)
    reports = write_reports(whole, folder, strict=strict)
    print_summary(console(), whole, reports, strict=strict, verbose=verbose)
    return report.exit_code(whole, strict=strict)


def _with_known_failures(record: Record, known: Path, loaded: Contract) -> Record:
    """Apply known failures to a record; which checks there are is for the contract of the run to say."""
    from conformance.suite.catalogue import catalogue  # noqa: PLC0415 - only this branch needs it
    from conformance.suite.known_failures import KnownFailureMatcher, apply_known_failures, read_known_failures, today  # noqa: PLC0415 - as above

    entries = read_known_failures(known)
    ids = [check.id for check in catalogue(loaded)]
    ids += record.header.release.gone if record.header.release else ()
    return apply_known_failures(record, KnownFailureMatcher(entries, ids, today(os.environ)))
