"""`conformance annotate REPORT`: the findings of a run where a CI service shows them next to the code."""

from __future__ import annotations

from pathlib import Path

import click

from conformance.cli.options import insist_on_contract, settings
from conformance.errors import ExitCode, UserError
from conformance.program import Command


@click.command(cls=Command)
@click.argument("report", metavar="REPORT")
@click.option("--file", "file", default="", metavar="FILE", help="The file of the repository that they point at.")
@click.option("--strict", is_flag=True, help="A failed check of level should is an error, no warning.")
@click.option(
    "--outputs",
    "outputs_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Append verdict and counts as NAME=VALUE lines, as $GITHUB_OUTPUT wants them.",
)
@settings("contract", "service")
def annotate(  # noqa: PLR0913 - the options
    report: str, *, file: str, strict: bool, outputs_file: Path | None, contract: str | None, service: str | None
) -> int:
    """Print the findings of a run as annotations of GitHub Actions.

    REPORT is a report.json, a run.jsonl, or the folder that a run has written. At most ten errors and ten warnings are
    printed, which is what GitHub shows of a step. Exit code 0 whatever the run says; 2: a file that can't be read.
    """
    from conformance.report.comparison.reading import read_side  # noqa: PLC0415 - --help does without it
    from conformance.report.github import github_annotations, outputs  # noqa: PLC0415 - as above

    record = read_side(report).record
    insist_on_contract((record,), contract, service)
    for line in github_annotations(record, file=file, strict=strict):
        click.echo(line)
    if outputs_file is not None:
        _append(outputs_file, outputs(record, strict=strict))
    return ExitCode.CONFORMS


def _append(path: Path, values: dict[str, str]) -> None:
    try:
        with path.open("a", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{name}={value}\n" for name, value in values.items())
    except OSError as error:
        raise UserError(
            f"the outputs can't be written: {error.strerror or error}",
            where=str(path),
            hint="name a file that can be written to, on a disk with room",
        ) from error
