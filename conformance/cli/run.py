"""`conformance run`: its options, what is wrong with them, and what a run prints."""

from __future__ import annotations

import json
import shlex
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any, NoReturn

import click

from conformance import report
from conformance.cli.main import STARTED
from conformance.cli.options import settings, verbose
from conformance.errors import ExitCode, UserError
from conformance.program import Command, console
from conformance.report.progress import Progress
from conformance.report.summary import count
from conformance.report.terminal import print_summary
from conformance.suite.contracts import chosen_contract
from conformance.suite.plan import Plan
from conformance.suite.run import RunObserver, run_here
from conformance.suite.settings import Settings
from conformance.targets.state import about_tuning_jobs
from conformance.visible import one_line

if TYPE_CHECKING:
    from types import FrameType

    from rich.console import Console

    from conformance.suite.declaring import Draft
    from conformance.suite.timings import Timings
    from conformance.targets.opening import OpenTarget


_PATIENCE_S = 2.0
"""Seconds after which the terminal says what is waited for."""
_SHOWN = 3
"""How many tuning jobs that could not be created are shown."""


class Screen:
    """What a run prints while it goes on."""

    def __init__(self, console: Console) -> None:
        """Print nothing yet."""
        self._console = console
        self._progress = Progress(console)
        self._timer = Timer(0, lambda: None)
        self._notes: tuple[str, ...] = ()

    def line(self, text: str) -> None:
        """Print a line, however long."""
        self._console.print(one_line(text), soft_wrap=True)

    def waiting(self, what: str) -> None:
        """Say what the run waits for, once that takes long; empty where it waits no more."""
        self._timer.cancel()
        self._timer = Timer(_PATIENCE_S, lambda: self.line(f"waiting for {what}"))
        self._timer.daemon = True
        if what:
            self._timer.start()

    def observer(self, plan: Plan, *, hold: bool) -> RunObserver:
        """Return what shows the progress of a run; with `hold` it keeps the target up at the end."""
        self._progress = Progress(self._console, plan.transport_options.traffic.waits_for)
        return RunObserver(
            on_open=lambda target: self._begin(target, len(plan.own)),
            on_result=lambda result: self._progress.advance(result.outcome),
            before_close=partial(self._wait, plan.directory / "report.html") if hold else None,
        )

    def stop(self) -> None:
        """End the progress, and whatever is waited for."""
        self._progress.stop()
        self.waiting("")

    def _begin(self, target: OpenTarget, total: int) -> None:
        self.waiting("")
        state = target.state
        missing = [job for job in state.jobs if not job.created]
        jobs = f": {count(len(state.present), 'tuning job')}" if about_tuning_jobs(target.access.allowed) else ""
        self.line(f"{target.spec.name} at {target.endpoint_url}{jobs}")
        for job in missing[:_SHOWN]:
            self.line(f"  not there: {job.name}: {job.problem}")
        if len(missing) > _SHOWN:
            self.line(f"  and {len(missing) - _SHOWN} more are not there")
        self._notes = state.notes
        for note in state.notes:
            self.line(f"  {note}")
        self._progress.start(total)

    def _wait(self, page: Path, endpoint_url: str) -> None:
        self._progress.stop()
        self.line(f"the target stays up at {endpoint_url} for the commands in {page}: press Enter to end it")
        sys.stdin.readline()

    def ended(self, record: report.Record, timings: Timings, *, in_full: bool) -> None:
        """Print what the run noted at its end, and its times: all of them, or only that the target keeps it waiting."""
        from conformance.cli.plan import stall_line, timings_table  # noqa: PLC0415 - reports do without it

        for note in record.footer.notes[len(self._notes) :] if record.footer else ():
            self.line(note)
        stall_s = timings.stall_s(record.header.target.endpoint_url)
        if stall_s is not None:
            self.line(stall_line(stall_s))
        if in_full:
            self._console.print()
            for line in timings_table(timings, time.perf_counter() - STARTED):
                self._console.print(line, soft_wrap=True)


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    """End a run that is asked to end just as Ctrl-C does: the record is closed, and what was launched is ended."""
    raise KeyboardInterrupt


@click.command(cls=Command)
@click.argument("target", required=False, default="reference", metavar="[TARGET|URL]")
@settings("select", "operation", "area", "level", "strict", "min_exercised", "allow_partial", "report_dir")
@settings("known_failures")
@click.option(
    "--write-known-failures",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Write the failures of this run to FILE, in few entries with TODO as reason; add to what FILE has already.",
)
@click.option(
    "--minimize",
    type=click.Path(dir_okay=False, exists=True),
    metavar="FILE",
    help="Make the known failures in FILE few entries that match what failed in this run, and nothing that passed.",
)
@click.option("--reason", metavar="TEXT", help="With --write-known-failures, the reason of each entry that is written.")
@settings("shard")
@click.option("-n", "workers", metavar="N", help="Spread the checks over N processes, or 'auto' for all cores.")
@click.option(
    "--tx",
    multiple=True,
    metavar="SPEC",
    help="Spread the checks over hosts, named as pytest-xdist does: ssh=HOST//python=PATH. May be repeated.",
)
@settings("targets_file", "label", "world")
@click.option(
    "--hold",
    is_flag=True,
    help="When done, keep a launched target up until Enter or Ctrl-C, so that failures can be reproduced.",
)
@settings("aws_cli")
@verbose
@click.option("--timings", is_flag=True, help="Say in the end where the time went.")
@click.option(
    "--plan",
    "plan_only",
    is_flag=True,
    help="Print what would be called and how often, the budget and the time that it takes; send nothing, and stop.",
)
@settings("record", "replay")
@click.option(
    "--schema",
    "schema_name",
    type=click.Choice(["report", "run", "evidence", "known-failures"]),
    help="Print the JSON Schema of report.json, of a line of run.jsonl or of evidence, or of known failures, and stop.",
)
@settings("contract", "service", "release", "may_write")
def run(  # noqa: PLR0913 - an option each; those of the settings stay together
    *,
    schema_name: str | None,
    workers: str | None,
    tx: tuple[str, ...],
    write_known_failures: str | None,
    minimize: str | None,
    reason: str | None,
    hold: bool,
    timings: bool,
    verbose: bool,
    plan_only: bool,
    **options: Any,
) -> int:
    """Check a target against the contract and report.

    TARGET is a name from targets.yaml, a URL, or a host and its port such as localhost:4566; without one, the reference
    server is checked. A URL is treated as somebody else's: what
    it has is found by listing, and nothing but reading is sent.
    """
    if schema_name is not None:
        click.echo(json.dumps(_schema(schema_name), indent=2))
        return ExitCode.CONFORMS
    if workers not in {None, "auto", "logical"} and not str(workers).isdecimal():
        raise UserError(f"-n takes a number of processes or 'auto', not {workers!r}", hint="for example -n 2")
    if (workers is not None or tx) and (options["record"] or options["replay"]):
        raise UserError("evidence is recorded and replayed by one process", hint="leave out -n and --tx")
    if plan_only and options["replay"]:
        raise UserError("a replay sends nothing: there is nothing to plan", hint="leave out --plan, or --replay")
    drafts = _drafts(write_known_failures, reason, minimize)
    distribution = _distribution(workers, tx)
    terminal = console()
    screen = Screen(terminal)
    settings = Settings(command=shlex.join(["conformance", *sys.argv[1:]]), **options)
    plan = _planned(settings, screen)
    if plan_only:
        from conformance.cli.plan import print_plan  # noqa: PLC0415 - only this branch needs it

        return print_plan(terminal, plan)
    if plan.spec.read_only or plan.replayed is not None:
        from conformance.cli.plan import print_before  # noqa: PLC0415 - as above

        print_before(terminal, plan)
    observer = screen.observer(plan, hold=hold)
    observer.timings.phases["start (imports, contract, checks)"] = time.perf_counter() - STARTED
    record = _run(plan, observer, distribution, screen)
    screen.ended(record, observer.timings, in_full=timings)
    try:
        for write in drafts:
            screen.line("")
            for line in write(record, plan):
                screen.line(line)
        if plan.recorded is not None:
            from conformance.cli.plan import print_evidence  # noqa: PLC0415 - as above

            print_evidence(terminal, plan.recorded)
    finally:
        # Last, so that the verdict is what stays on the screen.
        print_summary(terminal, record, observer.reports, strict=settings.strict, verbose=verbose)
    return report.exit_code(record, strict=settings.strict)


def _planned(settings: Settings, screen: Screen) -> Plan:
    """Put together what is to be checked; where a contract is drafted first, say so if that takes long."""
    if settings.service is not None:
        screen.waiting(f"the contract of {settings.service}, drafted once for a version of botocore")
    try:
        return replace(Plan.of(settings, chosen_contract(settings)), on_wait=screen.waiting)
    finally:
        screen.waiting("")


def _run(plan: Plan, observer: RunObserver, distribution: Sequence[str], screen: Screen) -> report.Record:
    """Run a plan, here or spread. Raises UserError, and Abort where it was interrupted before it had a record."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    interrupted = False
    try:
        if distribution:
            from conformance.suite.workers import run_spread  # noqa: PLC0415 - one process does without pytest

            interrupted = run_spread(plan, observer, distribution)
        else:
            run_here(plan, observer)
    except KeyboardInterrupt:
        raise click.Abort from None
    finally:
        signal.signal(signal.SIGTERM, before)
        screen.stop()
    if observer.record is None:
        if interrupted:
            raise click.Abort
        raise UserError(
            "the run ended before it began",
            hint="run it under pytest itself to see why: pytest --pyargs conformance.suite",
        )
    return observer.record


def _distribution(workers: str | None, tx: Sequence[str]) -> list[str]:
    """Return the options of pytest that spread a run over processes or hosts. Raises UserError for a wrong one."""
    if not tx:
        return [] if workers is None else ["-n", workers]
    if workers is not None:
        raise UserError("-n and --tx don't go together", hint="write --tx 2*ssh=HOST for two processes on a host")
    from execnet import XSpec  # noqa: PLC0415 - only this branch needs it

    for spec in tx:
        _, star, rest = spec.partition("*")
        try:
            read = XSpec(rest if star and spec.partition("*")[0].isdigit() else spec)
        except (ValueError, AttributeError) as error:
            raise _no_spec(spec, str(error)) from error
        if not (read.popen or read.ssh or read.socket or read.vagrant_ssh):
            raise _no_spec(spec, "it names no way to a host")
    return [f"--tx={spec}" for spec in tx]


def _no_spec(spec: str, why: str) -> UserError:
    return UserError(
        f"--tx {spec}: {why}",
        hint="write it as pytest-xdist does: ssh=user@host//python=/opt/suite/bin/python, socket=host:8888, or popen",
    )


def _drafts(
    path: str | None, reason: str | None, to_minimize: str | None
) -> list[Callable[[report.Record, Plan], list[str]]]:
    """Look at the files that known failures are to be written to, before anything is run; return what writes them."""
    if path is None and reason is not None:
        raise UserError(
            "--reason is for entries that are written, and none are", hint="add --write-known-failures FILE"
        )
    if path is None and to_minimize is None:
        return []
    from conformance.suite.declaring import Draft, FileText, minimize  # noqa: PLC0415 - only this branch needs it

    drafts: list[Callable[[report.Record, Plan], list[str]]] = []
    if path is not None:
        draft = Draft.at(Path(path), reason=reason)
        drafts.append(partial(_declare, draft))
    if to_minimize is not None:
        place = Path(to_minimize)
        FileText.of(place)

        def fewer(record: report.Record, plan: Plan) -> list[str]:
            before, after = minimize(place, record, plan.ids)
            return [f"known failures: {place}: {count(before, 'entry', 'entries')} before, {after:,} now"]

        drafts.append(fewer)
    return drafts


def _declare(draft: Draft, record: report.Record, plan: Plan) -> list[str]:
    """Write the known failures of a run down, and say what was written."""
    entries, failures = draft.write(record, plan.ids, strict=plan.settings.strict)
    if not entries:
        what = "it has an entry for every failure" if draft.existing else "there is no failure to declare"
        return [f"known failures: {draft.path}: {what}"]
    kept = f", in front of the {len(draft.existing.entries):,} that it had" if draft.existing else ""
    due = "say in each why it is accepted for now, in the place of TODO; then " if draft.reason_due else ""
    written = f"{count(entries, 'entry', 'entries')} written for {count(failures, 'failure')}{kept}"
    return [
        f"known failures: {draft.path}: {written}",
        f"{due}name it: --known-failures {draft.path}",
    ]


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
