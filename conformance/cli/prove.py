"""`conformance prove`: the checks run on servers that are broken on purpose."""

from __future__ import annotations

import json
import os
import shutil

import click

from conformance.cli.options import json_form, schema_of
from conformance.errors import ExitCode
from conformance.program import Command


@click.command(cls=Command)
@json_form(schema_of("conformance.mutation.rendering"))
@click.option("--sample", metavar="N", type=click.IntRange(min=1), default=1, help="Try every Nth mutant only.")
@click.option("--select", multiple=True, metavar="PATTERN", help="Only mutants whose id matches. May be repeated.")
@click.option("-n", "processes", metavar="N", type=click.IntRange(min=1), help="Processes (default: one a core).")
@click.option("-v", "--verbose", is_flag=True, help="Print each mutant's claim, its checks, and what no mutant breaks.")
def prove(*, as_json: bool, sample: int, select: tuple[str, ...], processes: int | None, verbose: bool) -> int:
    """Run the suite on broken servers: each must fail a check about what it breaks.

    Exit code 0: every mutant was caught; 1: one survived, or a check accuses the unbroken server.
    """
    from conformance.contract.loading import load  # noqa: PLC0415 - as above
    from conformance.forms import plain  # noqa: PLC0415 - as above
    from conformance.mutation.bench import Bench, every_mutant, world  # noqa: PLC0415 - as above
    from conformance.mutation.rendering import as_screen, as_text, report_of  # noqa: PLC0415 - as above
    from conformance.mutation.running import chosen, faults  # noqa: PLC0415 - as above
    from conformance.mutation.running import prove as run  # noqa: PLC0415 - as above
    from conformance.suite.catalogue import catalogue  # noqa: PLC0415 - --help does without it

    contract = load()
    every = every_mutant(contract)
    picked = chosen(faults(every), select, sample)
    bench = Bench(contract, catalogue(contract), world())
    whole = len(picked) == len(faults(every))
    proof = run(bench, picked, whole=whole, processes=processes or os.cpu_count() or 1)
    report = report_of(bench, proof, every)
    if as_json:
        click.echo(json.dumps(plain(report), indent=1, ensure_ascii=False))
    else:
        for line in as_text(report) if verbose else as_screen(report, shutil.get_terminal_size()):
            click.echo(line)
    return ExitCode.DOES_NOT_CONFORM if proof.survivors else ExitCode.CONFORMS
