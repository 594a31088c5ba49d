"""`conformance run`: the main job."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from conformance.cli.gate import distributed, draft_at, gate, write_draft
from conformance.cli.main import STARTED
from conformance.cli.options import contract, selection
from conformance.errors import ExitCode, UserError

if TYPE_CHECKING:
    from types import FrameType

    from conformance.suite.timings import Timings
    from conformance.targets import OpenTarget

_GARBAGE = 100_000
"""Objects after which garbage is looked for: a run keeps nearly all that it makes, and looking costs a tenth of it."""

_SHOWN = 3
"""How many tuning jobs that did not get in are told."""

_PLUGINS_OFF = (
    "cacheprovider", "doctest", "junitxml", "pastebin", "stepwise", "faulthandler", "nose", "setuponly", "setupplan",
    "unraisableexception", "threadexception", "recwarn", "warnings", "legacypath", "logging", "subtests",
)  # fmt: skip
"""Plugins of pytest that a run has no use for: each costs a little on every check."""


@click.command()
@click.argument("target", required=False, default="reference", metavar="[TARGET|URL]")
@selection
@click.option("--strict", is_flag=True, help="A failed check of level should fails the run as well.")
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
    hold: bool,  # noqa: FBT001 - click passes flags so
    timings: bool,  # noqa: FBT001 - as above
    plan_only: bool,  # noqa: FBT001 - as above
    **options: Any,
) -> int:
    """Hold a target against the contract and report.

    TARGET is a name from targets.yaml or a URL; without one, the reference server is judged. A URL is treated as
    somebody else's: jobs are found by listing, and nothing but reading is sent.
    """
    if schema_name is not None:
        from conformance.report.json_report import schema  # noqa: PLC0415 - only this branch needs it

        if schema_name == "evidence":
            from conformance.evidence.schema import evidence_schema as schema_of  # noqa: PLC0415 - as above

            click.echo(json.dumps(schema_of(), indent=2))
            return ExitCode.CONFORMS
        if schema_name == "known-failures":
            from conformance.gate.reading import schema as known_schema  # noqa: PLC0415 - as above

            click.echo(json.dumps(known_schema(), indent=2))
            return ExitCode.CONFORMS
        click.echo(json.dumps(schema(schema_name), indent=2))
        return ExitCode.CONFORMS
    if workers not in {None, "auto", "logical"} and not str(workers).isdigit():
        raise UserError(f"-n takes a number of processes or 'auto', not {workers!r}", remedy="for example -n 2")
    if (workers is not None or options["tx"]) and (options["record"] or options["replay"]):
        raise UserError("evidence is recorded and replayed by one process", remedy="leave out -n and --tx")
    if plan_only and options["replay"]:
        raise UserError("a replay sends nothing: there is nothing to plan", remedy="leave out --plan, or --replay")
    return _Run(options, workers, hold=hold, timings=timings, plan_only=plan_only).run()


class _Run:
    """One run: pytest underneath, a progress bar and a summary on top."""

    def __init__(
        self, options: dict[str, Any], workers: str | None, *, hold: bool, timings: bool, plan_only: bool
    ) -> None:
        from conformance.cli.output import LastingConsole  # noqa: PLC0415 - lists and schemas do without it
        from conformance.report.progress import Progress  # noqa: PLC0415 - as above
        from conformance.suite.settings import Settings  # noqa: PLC0415 - as above

        self._draft = draft_at(options.pop("write_known_failures"))
        self._distributed = distributed(workers, options.pop("tx"))
        self._settings = Settings(**options)
        self._workers = workers
        self._hold = hold
        self._timings = timings
        self._plan_only = plan_only
        self._console = LastingConsole(highlight=False, markup=False)
        self._progress = Progress(self._console)

    def run(self) -> int:
        from conformance import report  # noqa: PLC0415 - as above
        from conformance.report.terminal import print_summary  # noqa: PLC0415 - as above
        from conformance.suite.handle import Handle  # noqa: PLC0415 - as above
        from conformance.suite.stage import Plan  # noqa: PLC0415 - as above

        gc.set_threshold(_GARBAGE, 20, 100)
        plan = Plan.of(self._settings)
        if self._plan_only:
            from conformance.cli.plan import print_plan  # noqa: PLC0415 - only this branch needs it

            return print_plan(self._console, plan)
        if plan.spec.read_only or plan.replayed is not None:
            from conformance.cli.plan import print_before  # noqa: PLC0415 - as above

            print_before(self._console, plan)
        total = len(plan.own)
        planned = time.perf_counter()
        handle = Handle(
            plan,
            on_open=lambda target: self._begin(target, total),
            on_result=lambda result: self._progress.advance(result.outcome),
            before_close=self._wait if self._hold else lambda _: None,
        )
        handle.timings.phases["start (imports, contract, checks)"] = planned - STARTED
        before = signal.signal(signal.SIGTERM, _interrupt)
        try:
            interrupted = self._pytest(handle)
        finally:
            signal.signal(signal.SIGTERM, before)
            self._progress.stop()
        if handle.error is not None:
            raise handle.error
        if handle.record is None and interrupted:
            raise click.Abort
        if handle.record is None:
            raise UserError(
                "the run ended before it began",
                remedy="run it under pytest itself to see why: pytest --pyargs conformance.suite",
            )
        print_summary(self._console, handle.record, handle.reports, strict=self._settings.strict)
        if self._draft is not None:
            write_draft(self._console, self._draft, handle.record, plan.ids, strict=self._settings.strict)
        if plan.recorded is not None:
            from conformance.cli.plan import print_evidence  # noqa: PLC0415 - as above

            print_evidence(self._console, plan.recorded)
        self._tell_times(handle.timings, handle.record.header.target.endpoint_url)
        return report.exit_code(handle.record, strict=self._settings.strict)

    def _begin(self, target: OpenTarget, total: int) -> None:
        from conformance.report.summary import count  # noqa: PLC0415 - as above
        from conformance.report.visible import one_line  # noqa: PLC0415 - as above

        state = target.state
        missing = [job for job in state.jobs if not job.created]
        self._console.print(
            f"{target.spec.name} at {target.endpoint_url}: {count(len(state.present), 'tuning job')}", soft_wrap=True
        )
        for job in missing[:_SHOWN]:
            self._console.print(one_line(f"  not there: {job.name}: {job.problem}"), soft_wrap=True)
        if len(missing) > _SHOWN:
            self._console.print(f"  and {len(missing) - _SHOWN} more are not there")
        for note in state.notes:
            self._console.print(one_line(f"  {note}"), soft_wrap=True)
        self._progress.start(total)

    def _tell_times(self, timings: Timings, endpoint_url: str) -> None:
        from conformance.cli.timings import stall_line, timings_table  # noqa: PLC0415 - as above

        stall_s = timings.stall_s(endpoint_url)
        if stall_s is not None:
            self._console.print(stall_line(stall_s), soft_wrap=True)
        if self._timings:
            self._console.print()
            for line in timings_table(timings, time.perf_counter() - STARTED):
                self._console.print(line, soft_wrap=True)

    def _wait(self, endpoint_url: str) -> None:
        self._progress.stop()
        self._console.print(f"the target stays up at {endpoint_url}: press Enter to end it", soft_wrap=True)
        sys.stdin.readline()

    def _pytest(self, handle: Any) -> bool:
        """Let pytest run; says whether it was interrupted."""
        import pytest  # noqa: PLC0415 - as above

        from conformance.suite.handle import HANDLE  # noqa: PLC0415 - as above

        # What a user's shell asks of pytest is meant for other suites.
        os.environ.pop("PYTEST_ADDOPTS", None)
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        arguments = [
            "--pyargs",
            "conformance.suite",
            "-p",
            "conformance.suite.plugin",
            # In one word each, and none that another host lacks: pytest-xdist hands them on.
            f"--config-file={os.devnull}",
            *([] if "--dist=loadgroup" in self._distributed else [f"--rootdir={Path.cwd()}"]),
            "--assert=plain",
            "--capture=no",
            "-p",
            "no:terminal",
            *(part for name in _PLUGINS_OFF for part in ("-p", f"no:{name}")),
            *self._settings.to_arguments(),
        ]
        arguments += self._distributed
        return pytest.main(arguments, plugins=[_Named(HANDLE, handle)]) == pytest.ExitCode.INTERRUPTED


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    """End a run that is told to end just as Ctrl-C does: the record is closed, and what was launched is ended."""
    raise KeyboardInterrupt


class _Named:
    """Registers an object under a name, which pytest's own list of plugins can't."""

    def __init__(self, name: str, plugin: object) -> None:
        self._name = name
        self._plugin = plugin

    def pytest_addoption(self, pluginmanager: Any) -> None:
        """Register the object as early as a hook is called."""
        pluginmanager.register(self._plugin, self._name)
