"""`conformance compare REPORT...`: targets side by side, against what the contract claims."""

from __future__ import annotations

import json
from pathlib import Path

import click

from conformance.cli.options import insist_on_contract, json_form, schema_of, settings
from conformance.errors import ExitCode, UserError
from conformance.output import write_whole
from conformance.program import Command


@click.command(cls=Command)
@click.argument("reports", nargs=-1, metavar="REPORT...")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown.")
@click.option("--html", "html_file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write the whole matrix as one HTML file.")  # fmt: skip
@json_form(schema_of("conformance.report.comparison.json_forms", "compare"))
@settings("contract", "service")
def compare(  # noqa: PLR0913 - the options
    reports: tuple[str, ...],
    *,
    as_markdown: bool,
    html_file: Path | None,
    as_json: bool,
    contract: str | None,
    service: str | None,
) -> int:
    """Lay runs side by side: targets, or versions of one, against the claims of the contract.

    Each REPORT is a report.json, a run.jsonl, or the folder that a run has written; LABEL=REPORT names its column.
    Exit code 0, whatever the runs say; 2: a file that can't be read, or a run that was judged by another contract
    than the one that is named.
    """
    if as_markdown and as_json:
        raise click.UsageError("--markdown and --json are two forms: choose one.")
    if not reports:
        raise click.UsageError("Name the runs: conformance compare REPORT...")
    from conformance.report.comparison.matrix import matrix_of  # noqa: PLC0415 - as above
    from conformance.report.comparison.reading import read_sides  # noqa: PLC0415 - as above

    sides = read_sides(reports)
    insist_on_contract((side.record for side in sides), contract, service)
    matrix = matrix_of(sides)
    if html_file is not None:
        from conformance.report.comparison.matrix import render_matrix_html  # noqa: PLC0415 - as above

        _write(html_file, render_matrix_html(matrix))
    if as_json:
        from conformance.report.comparison.json_forms import compare_json  # noqa: PLC0415 - as above

        click.echo(json.dumps(compare_json(matrix), indent=1))
    elif as_markdown:
        from conformance.report.comparison.matrix import render_matrix_markdown  # noqa: PLC0415 - as above

        click.echo(render_matrix_markdown(matrix), nl=False)
    elif html_file is not None:
        click.echo(f"written: {html_file}")
    else:
        from conformance.program import console  # noqa: PLC0415 - as above
        from conformance.report.comparison.matrix import print_matrix  # noqa: PLC0415 - as above

        print_matrix(console(), matrix)
    return ExitCode.CONFORMS


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    except OSError as error:
        raise UserError(
            f"the comparison can't be written: {error.strerror or error}",
            where=str(path),
            hint="name a file that can be written to",
        ) from error
