"""`conformance prove`: the checks run on servers that are broken on purpose."""

from __future__ import annotations

import json
import os
import shutil

import click

from conformance.cli.options import json_form, schema_of, settings
from conformance.errors import ExitCode
from conformance.program import Command
from conformance.suite.contracts import contract_of


@click.command(cls=Command)
@json_form(schema_of("conformance.mutation.rendering"))
@click.option("--sample", metavar="N", type=click.IntRange(min=1), default=1, help="Try every Nth mutant only.")
@click.option("--select", multiple=True, metavar="PATTERN", help="Only mutants whose id matches. May be repeated.")
@click.option("-n", "processes", metavar="N", type=click.IntRange(min=1), help="Processes (default: one a core).")
@click.option("-v", "--verbose", is_flag=True, help="Print each mutant's claim, its checks, and what no mutant breaks.")
@settings("contract", "service")
def prove(  # noqa: PLR0913 - each is one option
    *,
    as_json: bool,
    sample: int,
    select: tuple[str, ...],
    processes: int | None,
    verbose: bool,
    contract: str | None,
    service: str | None,
) -> int:
    """Run the suite on broken servers: each must fail a check about what it breaks.

    With --contract or --service the server of that contract is broken, in every way that is derived from it. Exit
    code 0: every mutant was caught; 1: one survived, or a check accuses the unbroken server.
    """
    from conformance.forms import plain  # noqa: PLC0415 - --help does without it
    from conformance.mutation.bench import Bench, every_mutant, world  # noqa: PLC0415 - as above
    from conformance.mutation.rendering import as_screen, as_text, report_of  # noqa: PLC0415 - as above
    from conformance.mutation.running import chosen, faults  # noqa: PLC0415 - as above
    from conformance.mutation.running import prove as run  # noqa: PLC0415 - as above
    from conformance.suite.catalogue import catalogue  # noqa: PLC0415 - --help does without it

    proven = contract_of(contract, service)
    every = every_mutant(proven)
    picked = chosen(faults(every), select, sample)
    bench = Bench(proven, catalogue(proven), world())
    whole = len(picked) == len(faults(every))
    proof = run(bench, picked, whole=whole, processes=processes or os.cpu_count() or 1)
    report = report_of(bench, proof, every)
    if as_json:
        click.echo(json.dumps(plain(report), indent=1, ensure_ascii=False))
    else:
        for line in as_text(report) if verbose else as_screen(report, shutil.get_terminal_size()):
            click.echo(line)
    return ExitCode.DOES_NOT_CONFORM if proof.survivors else ExitCode.CONFORMS
