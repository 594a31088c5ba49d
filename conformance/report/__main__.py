"""`python -m conformance.report RECORD` makes the reports of a record again, also of one that was cut short."""

from __future__ import annotations

from pathlib import Path

import click

from conformance import program
from conformance.report.record import read_record
from conformance.report.summary import exit_code
from conformance.report.terminal import print_summary
from conformance.report.writing import write_reports


@click.command(cls=program.Command)
@click.argument("record", type=click.Path(path_type=Path), metavar="RECORD")
@click.option(
    "--report-dir",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where the reports go (default: next to the record).",
)
@click.option("--strict", is_flag=True, help="A failed check of level should counts as well.")
@click.option("-v", "--verbose", is_flag=True, help="Print each finding in full.")
def main(record: Path, report_dir: Path | None, *, strict: bool, verbose: bool) -> int:
    """Write the reports of RECORD, a run.jsonl, and print its summary; the exit code is that of the run.

    A run that was killed leaves a record without an end: its reports say that it was cut short.
    """
    read = read_record(record)
    reports = write_reports(read, report_dir or record.parent, strict=strict)
    print_summary(program.console(), read, reports, strict=strict, verbose=verbose)
    return exit_code(read, strict=strict)


if __name__ == "__main__":
    program.run(main, "python -m conformance.report")
