"""`conformance diff OLD NEW`: what changed between two runs of a target."""

from __future__ import annotations

import json

import click

from conformance.cli.options import insist_on_contract, json_form, schema_of, settings
from conformance.program import Command


@click.command(cls=Command)
@click.argument("old", required=False, metavar="OLD")
@click.argument("new", required=False, metavar="NEW")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown, for a comment on a pull request.")
@json_form(schema_of("conformance.report.comparison.json_forms", "diff"))
@settings("contract", "service")
@click.option("--strict", is_flag=True, help="A check of level should that broke counts as well.")
def diff(  # noqa: PLR0913 - the options
    old: str | None,
    new: str | None,
    *,
    strict: bool,
    as_markdown: bool,
    as_json: bool,
    contract: str | None,
    service: str | None,
) -> int:
    """Show what changed from run OLD to run NEW.

    Each is a report.json, a run.jsonl, or the folder that a run has written. Exit code 1: a check broke, is no longer
    judged, or is gone; 0: none did; 2: a file that can't be read,
    or a run that was judged by another contract than the one that is named.
    """
    if as_markdown and as_json:
        raise click.UsageError("--markdown and --json are two forms: choose one.")
    if old is None or new is None:
        raise click.UsageError("Name two runs: conformance diff OLD NEW.")
    from conformance.report.comparison.difference import difference_of  # noqa: PLC0415 - --help does without it
    from conformance.report.comparison.reading import read_side  # noqa: PLC0415 - --help does without it

    sides = read_side(old), read_side(new)
    insist_on_contract((side.record for side in sides), contract, service)
    difference = difference_of(*sides, strict=strict)
    if as_json:
        from conformance.report.comparison.json_forms import diff_json  # noqa: PLC0415 - --help does without it

        click.echo(json.dumps(diff_json(difference), indent=1))
    elif as_markdown:
        from conformance.report.comparison.difference import render_diff_markdown  # noqa: PLC0415 - --help does without it

        click.echo(render_diff_markdown(difference), nl=False)
    else:
        from conformance.program import console  # noqa: PLC0415 - --help does without it
        from conformance.report.comparison.difference import print_difference  # noqa: PLC0415 - --help does without it

        print_difference(console(), difference)
    return difference.exit_code
