"""The hooks of a run under pytest: one item a check, the target's life, and the record of what the items came to."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

import pytest

from conformance import forms
from conformance.checks.check import Check
from conformance.errors import ExitCode, UserError
from conformance.report.result import Level, Outcome, Result
from conformance.report.summary import Headline, headline
from conformance.suite.plan import Plan
from conformance.suite.run import Evaluator, Run, RunObserver, open_run
from conformance.visible import one_line, visible

_PROPERTY = "conformance"
"""The user property in which the result of a check, as JSON in ASCII, travels with the report of its item."""


def run_check(check: Check) -> None:
    """Run one check: the test function of every item, in whose place the plugin evaluates the check."""


def _end(result: Result, *, strict: bool) -> None:
    """End an item as its check did."""
    if result.outcome is Outcome.SKIPPED:
        pytest.skip(visible(result.reason))
    if result.newer and result.has_problem:
        pytest.xfail(f"newer than the release: {visible(result.reason)}")
    if result.known:
        pytest.xfail(f"as declared in {result.declared}")
    if result.outcome is Outcome.ERROR:
        pytest.fail(visible(f"error: {result.reason}"), pytrace=False)
    if result.outcome is Outcome.FAILED:
        parts = (result.reason, f"Expected  {result.expected}", f"Received  {result.received}")
        text = visible("\n".join((*parts, f"Because   {result.statement}")))
        if result.level is Level.MUST or strict:
            pytest.fail(text, pytrace=False)
        pytest.xfail(f"recommended only: {text}")


class ItemPlugin:
    """The hooks that every process of a run has: an item for each check, in the order of a run."""

    plan: Plan
    evaluator: Evaluator

    def evaluate(self, check: Check) -> Result:
        """Run a check; return the result as the record has it."""
        return self.evaluator.evaluate(check)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Parametrize the test function with the chosen checks, the check's id as the id of the item."""
        if metafunc.function is run_check:
            metafunc.parametrize("check", self.plan.own, ids=[check.id for check in self.plan.own])

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Evaluate the check of an item: a failure fails it in its own words, a skip says what was lacking."""
        check = check_of(pyfuncitem)
        if check is None:
            return None
        result = self.evaluate(check)
        pyfuncitem.user_properties.append((_PROPERTY, json.dumps(forms.plain(result))))
        _end(result, strict=self.plan.settings.strict)
        return True


def check_of(item: Any) -> Check | None:
    """Return the check that an item is about; None where none is chosen, for which pytest puts an item."""
    parameter = item.callspec.params["check"] if hasattr(item, "callspec") else None
    return parameter if isinstance(parameter, Check) else None


def items_of(session: pytest.Session, ids: set[str]) -> Sequence[pytest.Item]:
    """Collect the items of some checks by hand, in the order of a run."""
    items = session.genitems(module(session, Path(__file__).with_name("test_checks.py")))
    return [item for item in items if (check := check_of(item)) and check.id in ids]


def module(parent: pytest.Collector, path: Path) -> pytest.Module:
    """Return a module of the suite under one name for all processes: each host has it in a folder of its own."""
    return pytest.Module.from_parent(parent, path=path, nodeid=f"conformance/suite/{path.name}")


class RunPlugin(ItemPlugin):
    """The hooks of the process that was started: it opens the target, keeps the record and writes the reports."""

    def __init__(self, plan: Plan, observer: RunObserver | None = None) -> None:
        """Open nothing yet. With an `observer`, `conformance run` has started pytest, which then prints nothing."""
        self.plan = plan
        self.run: Run | None = None
        self.is_of_a_command = observer is not None
        self.error: UserError | None = None
        """What ended the run without a record of it."""
        self._observer = observer or RunObserver()
        self._stack = ExitStack()
        self._verdict: Headline | None = None

    def evaluate(self, check: Check) -> Result:
        """Run a check in this process."""
        assert self.run is not None  # noqa: S101 - pytest runs no item of a session that did not start
        return self.run.evaluator.evaluate(check)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> Generator[None, object, object]:
        """Open the target and begin the record, before workers are started; they take over what is open."""
        if session.config.getoption("collectonly"):
            return (yield)
        try:
            self.run = self._stack.enter_context(open_run(self.plan, self._observer))
            return (yield)
        except BaseException as error:
            # pytest does not finish a session that did not start, so that what was opened is closed here.
            self._stack.close()
            if isinstance(error, UserError):
                self._give_up(error)
            raise

    def _give_up(self, error: UserError) -> NoReturn:
        self.error = error
        if self.is_of_a_command:
            raise pytest.Session.Failed(error.problem)
        raise pytest.UsageError(visible(str(error))) from error

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Append the result of a check; an item that ended without one is an error of the suite."""
        if self.run is None:
            return
        found = dict(report.user_properties).get(_PROPERTY)
        if found is None and report.failed:
            self.run.take_crash(report.nodeid.partition("[")[2][:-1], report.longreprtext)
        elif found is not None and report.when == "call":
            self.run.take(forms.read(Result, json.loads(str(found))))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """End the record, write the reports, and close the target in every case."""
        try:
            if self.error is not None:
                raise self.error
            if self.run is not None:
                self._finish(self.run, session, exitstatus)
        except UserError as error:
            self.error = error
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
            if not self.is_of_a_command:
                sys.stderr.write(f"{visible(str(error))}\n")
        finally:
            self._stack.close()

    def _finish(self, run: Run, session: pytest.Session, exitstatus: int) -> None:
        """Write the reports; outdated known failures, or too little that was judged, make pytest fail as well."""
        record = run.finish(interrupted=exitstatus == pytest.ExitCode.INTERRUPTED)
        self._verdict = headline(record, strict=self.plan.settings.strict)
        if exitstatus == pytest.ExitCode.OK:
            if record.gate is not None and record.gate.findings:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED
            elif self._verdict.code is ExitCode.PARTLY_JUDGED:
                session.exitstatus = int(ExitCode.PARTLY_JUDGED)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say where the reports are, to people who run pytest itself."""
        if self.run is None:
            return
        record = self._observer.record
        if record is not None and record.gate is not None and record.gate.findings:
            terminalreporter.section("known failures out of date", red=True)
            for finding in record.gate.findings:
                terminalreporter.write_line(f"{finding.where}: {finding.check}: {finding.problem}")
        terminalreporter.write_line(f"reports: {self.run.path.parent}")
        verdict = self._verdict
        if verdict is not None:
            terminalreporter.write_line(one_line(f"{verdict.title}: {verdict.detail}"))
            for hint in verdict.hints if verdict.is_partial else ():
                terminalreporter.write_line(one_line(f"hint: {hint}"))
        recorded = self.plan.recorded
        if recorded is not None:
            terminalreporter.write_line(str(recorded.error or f"evidence: {recorded.path}, sha256 {recorded.digest}"))
