"""`conformance lint`: the contract's own errors, each with file and line."""

from __future__ import annotations

from pathlib import Path

import click

from conformance.cli.options import settings
from conformance.errors import ExitCode
from conformance.program import Command
from conformance.suite.contracts import contract_of


@click.command(cls=Command)
@click.option(
    "--documents",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False),
    help="Folder of the documents: digests and every cited line are looked at too.",
)
@settings("contract", "service")
def lint(documents: str | None, contract: str | None, service: str | None) -> int:
    """Look for errors in the contract itself."""
    from conformance.contract.cited_lines import verify_citations  # noqa: PLC0415 - as above
    from conformance.contract.releases import edited_releases  # noqa: PLC0415 - as above
    from conformance.suite.catalogue import catalogue, lint_findings  # noqa: PLC0415 - --help does without it

    loaded = contract_of(contract, service)
    findings = [*lint_findings(loaded), *edited_releases(loaded.root)]
    if documents is not None:
        findings += verify_citations(loaded, Path(documents))
    checks = catalogue(loaded)
    for finding in findings:
        click.echo(f"{finding.where}: {finding.problem}\n  hint: {finding.hint}")
    cited = "" if documents is None else ", citations checked against the documents"
    words = f"{len(loaded.facts)} facts, {len(loaded.behaviours)} behaviours, {len(checks)} checks{cited}"
    click.echo(f"{len(findings) or 'no'} finding{'' if len(findings) == 1 else 's'}: {words}")
    return ExitCode.USAGE if findings else ExitCode.CONFORMS
