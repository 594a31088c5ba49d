"""`conformance run`: its options, and what is wrong with them."""

from __future__ import annotations

import json
from typing import Any

import click

from conformance.cli.gate import gate
from conformance.cli.options import contract, selection, thresholds, verbose
from conformance.errors import ExitCode, UserError
from conformance.program import Command


@click.command(cls=Command)
@click.argument("target", required=False, default="reference", metavar="[TARGET|URL]")
@selection
@click.option("--strict", is_flag=True, help="A failed check of level should fails the run as well.")
@thresholds
@click.option(
    "--report-dir",
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="Where the record and the reports go (default: reports/TARGET).",
)
@gate
@click.option("-n", "workers", metavar="N", help="Spread the checks over N processes, or 'auto' for all cores.")
@click.option(
    "--targets",
    "targets_file",
    type=click.Path(),
    metavar="FILE",
    help="The file of targets (default: ./targets.yaml, else the one that comes along).",
)
@click.option("--label", metavar="TEXT", help="The version of the target, for reports (default: asked from it).")
@click.option("--world", metavar="NAME|FILE", help="The world that goes into the target (default: default).")
@click.option(
    "--hold",
    is_flag=True,
    help="When done, keep a launched target up until Enter or Ctrl-C, so that failures can be reproduced.",
)
@click.option(
    "--aws-cli",
    metavar="PATH|auto|off",
    help="Run the checks through the AWS CLI, too: the one that is installed (auto), or another (default: off).",
)
@verbose
@click.option("--timings", is_flag=True, help="Say in the end where the time went.")
@click.option(
    "--plan",
    "plan_only",
    is_flag=True,
    help="Print what would be called and how often, the budget and the time that it takes; send nothing, and stop.",
)
@click.option(
    "--record",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write every exchange to FILE, redacted: evidence that --replay judges again. FILE.gz is compressed.",
)
@click.option(
    "--replay",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Judge the evidence in FILE again, in the place of a target and without a network.",
)
@click.option(
    "--schema",
    "schema_name",
    type=click.Choice(["report", "run", "evidence", "known-failures"]),
    help="Print the JSON Schema of report.json, of a line of run.jsonl or of evidence, or of known failures, and stop.",
)
@contract
def run(
    schema_name: str | None,
    workers: str | None,
    **options: Any,
) -> int:
    """Hold a target against the contract and report.

    TARGET is a name from targets.yaml, a URL, or a host and its port such as localhost:4566; without one, the reference
    server is judged. A URL is treated as somebody else's: jobs are found by listing, and nothing but reading is sent.
    """
    if schema_name is not None:
        click.echo(json.dumps(_schema(schema_name), indent=2))
        return ExitCode.CONFORMS
    if workers not in {None, "auto", "logical"} and not str(workers).isdecimal():
        raise UserError(f"-n takes a number of processes or 'auto', not {workers!r}", remedy="for example -n 2")
    if (workers is not None or options["tx"]) and (options["record"] or options["replay"]):
        raise UserError("evidence is recorded and replayed by one process", remedy="leave out -n and --tx")
    if options["plan_only"] and options["replay"]:
        raise UserError("a replay sends nothing: there is nothing to plan", remedy="leave out --plan, or --replay")
    from conformance.cli.running import Running  # noqa: PLC0415 - schemas and wrong options do without it

    return Running(options, workers).run()


def _schema(name: str) -> dict[str, Any]:
    """Give the JSON Schema of one of the forms that a run reads or writes."""
    if name == "evidence":
        from conformance.evidence.schema import evidence_schema  # noqa: PLC0415 - only this branch needs it

        return evidence_schema()
    if name == "known-failures":
        from conformance.gate.reading import schema as known_failures  # noqa: PLC0415 - as above

        return known_failures()
    from conformance.report.json_report import schema  # noqa: PLC0415 - as above

    return schema(name)
