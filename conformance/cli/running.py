"""One run from the command line: pytest underneath, a progress bar and a summary on top."""

from __future__ import annotations

import gc
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
from conformance.cli.gate import distributed, draft_at, write_draft
from conformance.cli.main import STARTED
from conformance.errors import UserError
from conformance.program import console
from conformance.report.progress import Progress
from conformance.report.summary import count
from conformance.report.terminal import print_summary
from conformance.report.visible import one_line
from conformance.suite.handle import HANDLE, Handle
from conformance.suite.settings import Settings
from conformance.suite.stage import Plan

if TYPE_CHECKING:
    from types import FrameType

    from conformance.suite.timings import Timings
    from conformance.targets import OpenTarget

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
        self._progress = Progress(self._console, plan.wiring.traffic.waits_for)
        planned = time.perf_counter()
        handle = Handle(
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
            return pytest.main(arguments, plugins=[_Named(HANDLE, handle)]) == pytest.ExitCode.INTERRUPTED


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
