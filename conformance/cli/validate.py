"""`conformance validate`: one saved answer, or one saved request, checked without a server."""

from __future__ import annotations

import json
import shutil
from typing import Any

import click

import conformance
from conformance.cli.options import json_form, schema_of, settings
from conformance.errors import UserError
from conformance.program import Command
from conformance.suite.contracts import contract_of


@click.command(cls=Command)
@click.argument("operation", required=False)
@click.argument("file", required=False)
@click.option(
    "--request", metavar="FILE", help="The input of the request: checked alone, or together with the answer to it."
)
@click.option(
    "--form",
    type=click.Choice(["wire", "cli", "boto3"]),
    help="Who printed the answer: the server, the AWS CLI, or json.dumps(answer, default=str) (default: found out).",
)
@settings("level")
@click.option("--strict", is_flag=True, help="A failed check of level should fails it as well.")
@json_form(schema_of("conformance.suite.validate_rendering"))
@settings("contract", "service")
def validate(  # noqa: PLR0913 - the options
    operation: str | None,
    file: str | None,
    *,
    as_json: bool,
    strict: bool,
    contract: str | None,
    service: str | None,
    **options: Any,
) -> int:
    """Check one saved answer of an OPERATION, by the laws that a run uses.

    FILE ('-': standard input) is a body as it came over the wire, what the AWS CLI printed as JSON or as YAML, or what
    boto3 returned, printed with json.dumps(answer, default=str). OPERATION may be spelled as the API, boto3 or the AWS
    CLI does. With --request, the answer is checked together with what was asked; without FILE, the request alone.
    """
    if operation is None or (file is None and options["request"] is None):
        raise UserError(
            "there is nothing to judge",
            hint="conformance validate OPERATION FILE, or conformance validate OPERATION --request FILE",
        )
    from conformance.contract.loading import operation_named  # noqa: PLC0415 - --help does without it
    from conformance.suite.saved import STDIN, Form, read  # noqa: PLC0415 - as above
    from conformance.suite.validate import evaluate  # noqa: PLC0415 - as above

    loaded = contract_of(contract, service, (operation,))
    about = loaded.operations[operation_named(operation, loaded.operations)]
    if file == options["request"] == STDIN:
        raise UserError("standard input holds one thing, not two", hint="save the answer or the request as a file")
    found = evaluate(
        loaded,
        about,
        answer=read(file, "an answer") if file is not None else None,
        request=read(options["request"], "a request") if options["request"] is not None else None,
        form=Form(options["form"]) if options["form"] is not None else None,
    ).selected(options["level"])
    if as_json:
        from conformance.report.run import Tool  # noqa: PLC0415 - as above
        from conformance.suite.validate_rendering import to_json  # noqa: PLC0415 - as above

        tool = Tool(conformance.TOOL, conformance.__version__)
        click.echo(json.dumps(to_json(found, loaded, tool, strict=strict), indent=1))
    else:
        from conformance.suite.validate_rendering import lines  # noqa: PLC0415 - as above

        name = f"{loaded.digest[:12]}, {len(loaded.facts):,} facts"
        for line in lines(found, name, shutil.get_terminal_size((80, 24)).columns, strict=strict):
            click.echo(line)
    return found.code(strict=strict)
