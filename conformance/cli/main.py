"""The command `conformance`: sub-commands are imported when they are called."""

from __future__ import annotations

import gc
import importlib
import time
from typing import NoReturn

import click

import conformance
from conformance import program

STARTED = time.perf_counter()
"""When the program began, near enough: what Python itself takes to start is before it."""

_GARBAGE = 100_000
"""Objects after which garbage is looked for: commands keep nearly all that they make, and looking takes half of it."""

_COMMANDS = {
    "run": ("conformance.cli.run", "Check a target against the contract and report."),
    "checks": ("conformance.cli.listing", "List the checks, without running any."),
    "facts": ("conformance.cli.listing", "List the facts of the contract with their citations."),
    "explain": ("conformance.cli.explain", "Explain a check, fact, behaviour or citation."),
    "merge": ("conformance.cli.merge", "Put the parts of a run together, and report on the whole."),
    "diff": ("conformance.cli.diff", "Show what changed from one run to another."),
    "compare": ("conformance.cli.compare", "Lay the runs of several targets side by side."),
    "scoreboard": ("conformance.cli.scoreboard", "Lay several targets over several contracts side by side."),
    "annotate": ("conformance.cli.annotate", "Print the findings of a run as annotations for a CI service."),
    "validate": ("conformance.cli.validate", "Check one saved answer or request, without a server."),
    "drift": ("conformance.cli.drift", "Show what a newer botocore or page has that the contract lacks."),
    "draft": ("conformance.cli.draft", "Draft a contract of other operations, from pages and a service model."),
    "release": ("conformance.cli.release", "Freeze the list of checks of a contract under a date."),
    "lint": ("conformance.cli.lint", "Look for errors in the contract itself."),
    "prove": ("conformance.cli.prove", "Run the suite on servers that are broken on purpose."),
    "serve": ("conformance.cli.serve", "Serve the reference server in the foreground."),
}


class _Commands(click.Group):
    """Loads a sub-command's module when it is called: `--help` and completion stay quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in _COMMANDS:
            return None
        command = getattr(importlib.import_module(_COMMANDS[cmd_name][0]), cmd_name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in _COMMANDS.items()])


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(conformance.__version__, prog_name="conformance")
def cli() -> None:
    """Check a server that speaks AWS JSON: two SageMaker tuning operations, or any service.

    `conformance run` checks the reference server that comes along, `conformance run URL` those two operations of a
    server of yours, and `conformance run URL --service secretsmanager` what another service reads.
    Exit codes: 0 conforms, 1 does not, 2 usage or contract error, 3 the target broke, 4 nothing, or too little,
    was judged.
    """


def main() -> NoReturn:
    """Run the command line and exit with its code."""
    gc.set_threshold(_GARBAGE, 20, 100)
    program.run(cli, "conformance")
