"""`conformance drift`: the contract against a service model, or against a page of the documentation."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import conformance
from conformance.cli.options import json_form, schema_of, settings
from conformance.errors import ExitCode, UserError
from conformance.program import Command
from conformance.suite.contracts import contract_of

if TYPE_CHECKING:
    from conformance.contract.model import Contract
    from conformance.documents.findings import Drift

_KINDS = ("new", "removed", "changed")
_STYLES = ("boto3-page-rst", "boto3-page-text", "cli-page", "api-reference-text", "api-reference-markdown")


@click.command(cls=Command)
@click.option("--document", metavar="FILE", help="Compare this page with the contract, not a model ('-': from stdin).")
@click.option("--style", type=click.Choice(_STYLES), help="How the page is written (default: found out).")
@click.option("--operation", metavar="NAME", help="What the page is about (default: found out).")
@click.option(
    "--botocore-data", metavar="DIR", type=click.Path(), help="Folder of another botocore's data (default: installed)."
)
@click.option("--model", metavar="FILE", type=click.Path(), help="A service-2.json, or service-2.json.gz.")
@click.option(
    "--fail-on",
    multiple=True,
    metavar="KIND",
    help="Exit 1 on such drift: new, removed, changed, or any. May be repeated, or a list with commas.",
)
@json_form(schema_of("conformance.documents.rendering"))
@settings("contract", "service")
def drift(*, as_json: bool, contract: str | None, service: str | None, **options: Any) -> int:
    """Show what is new, gone or changed since the contract was made.

    Without an argument, the service model of the installed botocore is compared with the contract; with --document, a
    page of the documentation: of boto3 (as reStructuredText or as text), of the AWS CLI, or of the API Reference (as
    text or as Markdown). What the contract knows already as a disagreement of its documents never counts.
    """
    failing = _kinds(options["fail_on"])
    _one_of_them(options)

    loaded = contract_of(contract, service)
    found = _of_page(loaded, options) if options["document"] is not None else _of_model(loaded, options)
    if as_json:
        from conformance.documents.rendering import to_json  # noqa: PLC0415 - as above

        whole = to_json(found, tool=conformance.TOOL, version=conformance.__version__, digest=loaded.digest)
        click.echo(json.dumps(whole, indent=1))
    else:
        from conformance.documents.rendering import in_text  # noqa: PLC0415 - as above

        name = f"{loaded.digest[:12]}, {len(loaded.facts):,} facts"
        for line in in_text(found, name, shutil.get_terminal_size((80, 24)).columns):
            click.echo(line)
    drifted = any(finding.kind.value in failing for finding in found.findings)
    return ExitCode.DOES_NOT_CONFORM if drifted else ExitCode.CONFORMS


def _kinds(given: tuple[str, ...]) -> frozenset[str]:
    """Return the kinds of drift that fail. Raises UserError for one that there is not."""
    words = [word.strip() for item in given for word in item.split(",")]
    for word in words:
        if word not in {*_KINDS, "any"}:
            raise UserError(
                f"--fail-on takes {', '.join(_KINDS)} or any, not {word!r}", hint="for example --fail-on any"
            )
    return frozenset(_KINDS if "any" in words else words)


def _one_of_them(options: dict[str, Any]) -> None:
    """Insist that one thing is compared with the contract. Raises UserError."""
    given = [
        f"--{name.replace('_', '-')}" for name in ("document", "botocore_data", "model") if options[name] is not None
    ]
    if len(given) > 1:
        raise UserError(f"{' and '.join(given)} name two things to compare with the contract", hint="give one of them")
    stray = [f"--{name}" for name in ("style", "operation") if options[name] is not None]
    if stray and options["document"] is None:
        raise UserError(f"{' and '.join(stray)} is about a page, and there is none", hint="add --document FILE")


def _of_page(loaded: Contract, options: dict[str, Any]) -> Drift:
    from conformance.contract.loading import operation_named  # noqa: PLC0415 - as above
    from conformance.documents import styles  # noqa: PLC0415 - a model does without it
    from conformance.documents.page import Page, read_page, read_stdin  # noqa: PLC0415 - as above
    from conformance.documents.page_drift import against_page  # noqa: PLC0415 - as above

    file = options["document"]
    shown = "standard input" if file == "-" else file
    page = Page(shown, read_stdin() if file == "-" else read_page(Path(file)))
    style = styles.style_named(options["style"]) if options["style"] else styles.style_of(page)
    operation = operation_named(options["operation"], loaded.operations) if options["operation"] else ""
    operation = operation or styles.operation_of(page, loaded.operations)
    about = styles.about(page, operation, loaded.operations[operation].input.members)
    return against_page(loaded, styles.read(about, style), shown)


def _of_model(loaded: Contract, options: dict[str, Any]) -> Drift:
    from conformance.documents.model_drift import against_model  # noqa: PLC0415 - as above
    from conformance.documents.service_model import in_file, in_folder, installed  # noqa: PLC0415 - a page does without it

    service = loaded.service.service
    if options["model"] is not None:
        source = in_file(Path(options["model"]))
    elif options["botocore_data"] is not None:
        source = in_folder(Path(options["botocore_data"]), service)
    else:
        source = installed(service)
    return against_model(loaded, source)
