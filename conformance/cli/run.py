"""`conformance run`: its options, and what is wrong with them."""

from __future__ import annotations

import gc
import json
import os
import shlex
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any, NoReturn

import click
import pytest

from conformance import report
from conformance.cli.gate import distributed, draft_at, gate, write_draft
from conformance.cli.main import STARTED
from conformance.cli.options import contract, selection, thresholds, verbose
from conformance.errors import ExitCode, UserError
from conformance.program import Command, console
from conformance.report.progress import Progress
from conformance.report.summary import count
from conformance.report.terminal import print_summary
from conformance.suite.evaluation import OBSERVER, RunObserver
from conformance.suite.settings import Settings
from conformance.suite.stage import Plan
from conformance.visible import one_line

if TYPE_CHECKING:
    from types import FrameType

    from conformance.suite.timings import Timings
    from conformance.targets.opening import OpenTarget


_GARBAGE = 100_000
"""Objects after which garbage is looked for: a run keeps nearly all that it makes, and looking costs a tenth of it."""

_PATIENCE_S = 2.0
"""Seconds after which the terminal says what is waited for."""
_SHOWN = 3
"""How many tuning jobs that did not get in are told."""

_PLUGINS_OFF = (
    "cacheprovider", "doctest", "junitxml", "pastebin", "stepwise", "faulthandler", "nose", "setuponly", "setupplan",
    "unraisableexception", "threadexception", "recwarn", "warnings", "legacypath", "logging", "subtests",
    "unittest",
)  # fmt: skip
"""Plugins of pytest that a run has no use for: each costs a little on every check."""


class Running:
    """One run, as it was asked for."""

    def __init__(self, options: dict[str, Any], workers: str | None) -> None:
        """Take what was asked for. Raises UserError where a file or a number of processes can't be."""
        self._draft = draft_at(options.pop("write_known_failures"), options.pop("reason"))
        self._distributed = distributed(workers, options.pop("tx"))
        self._hold: bool = options.pop("hold")
        self._timings: bool = options.pop("timings")
        self._verbose: bool = options.pop("verbose")
        self._plan_only: bool = options.pop("plan_only")
        command = shlex.join(["conformance", *sys.argv[1:]])
        self._settings = Settings(command=command, **options)
        self._workers = workers
        self._console = console()
        self._progress = Progress(self._console)
        self._timer = Timer(0, lambda: None)
        self._notes: tuple[str, ...] = ()

    def run(self) -> int:
        """Do it, tell it on the terminal and in the reports, and give the exit code. Raises UserError."""
        gc.set_threshold(_GARBAGE, 20, 100)
        plan = replace(Plan.of(self._settings), on_wait=self._waiting)
        if self._plan_only:
            from conformance.cli.plan import print_plan  # noqa: PLC0415 - only this branch needs it

            return print_plan(self._console, plan)
        if plan.spec.read_only or plan.replayed is not None:
            from conformance.cli.plan import print_before  # noqa: PLC0415 - as above

            print_before(self._console, plan)
        total = len(plan.own)
        self._progress = Progress(self._console, plan.transport_options.traffic.waits_for)
        planned = time.perf_counter()
        handle = RunObserver(
            plan,
            on_open=lambda target: self._begin(target, total),
            on_result=lambda result: self._progress.advance(result.outcome),
            before_close=self._wait if self._hold else None,
        )
        handle.timings.phases["start (imports, contract, checks)"] = planned - STARTED
        before = signal.signal(signal.SIGTERM, _interrupt)
        try:
            interrupted = self._pytest(handle)
        finally:
            signal.signal(signal.SIGTERM, before)
            self._progress.stop()
            self._waiting("")
        if handle.error is not None:
            raise handle.error
        if handle.record is None and interrupted:
            raise click.Abort
        if handle.record is None:
            raise UserError(
                "the run ended before it began",
                remedy="run it under pytest itself to see why: pytest --pyargs conformance.suite",
            )
        for note in handle.record.footer.notes[len(self._notes) :] if handle.record.footer else ():
            self._console.print(one_line(note), soft_wrap=True)
        strict = self._settings.strict
        self._tell_times(handle.timings, handle.record.header.target.endpoint_url)
        try:
            if self._draft is not None:
                write_draft(self._console, self._draft, handle.record, plan.ids, strict=strict)
            if plan.recorded is not None:
                from conformance.cli.plan import print_evidence  # noqa: PLC0415 - as above

                print_evidence(self._console, plan.recorded)
        finally:
            # Last, so that the verdict is what stays on the screen.
            print_summary(self._console, handle.record, handle.reports, strict=strict, verbose=self._verbose)
        return report.exit_code(handle.record, strict=strict)

    def _waiting(self, what: str) -> None:
        """Say what the run waits for, once that takes long; empty where it waits no more."""
        self._timer.cancel()
        self._timer = Timer(_PATIENCE_S, lambda: self._console.print(one_line(f"waiting for {what}"), soft_wrap=True))
        self._timer.daemon = True
        if what:
            self._timer.start()

    def _begin(self, target: OpenTarget, total: int) -> None:
        self._waiting("")
        state = target.state
        missing = [job for job in state.jobs if not job.created]
        self._console.print(
            f"{target.spec.name} at {target.endpoint_url}: {count(len(state.present), 'tuning job')}", soft_wrap=True
        )
        for job in missing[:_SHOWN]:
            self._console.print(one_line(f"  not there: {job.name}: {job.problem}"), soft_wrap=True)
        if len(missing) > _SHOWN:
            self._console.print(f"  and {len(missing) - _SHOWN} more are not there")
        self._notes = state.notes
        for note in state.notes:
            self._console.print(one_line(f"  {note}"), soft_wrap=True)
        self._progress.start(total)

    def _tell_times(self, timings: Timings, endpoint_url: str) -> None:
        from conformance.cli.plan import stall_line, timings_table  # noqa: PLC0415 - as above

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
        arguments = [
            "--pyargs",
            "conformance.suite",
            "-p",
            "conformance.suite.plugin",
            # In one word each, and none that another host lacks: pytest-xdist hands them on.
            f"--config-file={os.devnull}",
            "--noconftest",
            *([] if "--dist=loadgroup" in self._distributed else [f"--rootdir={Path.cwd()}"]),
            "--assert=plain",
            "--capture=no",
            "-p",
            "no:terminal",
            *(part for name in _PLUGINS_OFF for part in ("-p", f"no:{name}")),
            *self._settings.to_arguments(),
        ]
        arguments += self._distributed
        with _isolated_pytest():
            return pytest.main(arguments, plugins=[_Named(OBSERVER, handle)]) == pytest.ExitCode.INTERRUPTED


@contextmanager
def _isolated_pytest() -> Iterator[None]:
    """Hide the settings of pytest and pytest-xdist in the environment: they are meant for the user's own tests."""
    hidden = {name: os.environ.pop(name) for name in tuple(os.environ) if name.startswith("PYTEST_")}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        os.environ.update(hidden)


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

    return Running(options, workers).run()


def _schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of one of the forms that a run reads or writes."""
    if name == "evidence":
        from conformance.wire.evidence import evidence_schema  # noqa: PLC0415 - only this branch needs it

        return evidence_schema()
    if name == "known-failures":
        from conformance.suite.known_failures import schema as known_failures  # noqa: PLC0415 - as above

        return known_failures()
    from conformance.report.json_report import schema  # noqa: PLC0415 - as above

    return schema(name)
