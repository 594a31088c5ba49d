"""The pytest plugin: options, the target's life, one item a check, and the record of what they came to.

pytest's own protocol makes three phases and three reports of each item, for the plugins of whoever runs it. A run from
the command line has no such plugins, and more than half of what an item costs would go to them.

The process that was started (the controller, under pytest-xdist) opens the target and writes the record; workers get
what they need to reach the target from it and open nothing.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Generator
from contextlib import ExitStack
from typing import Any, NoReturn

import pytest

from conformance.checks.check import place_in_run
from conformance.errors import ExitCode, UserError
from conformance.output import alone_in
from conformance.report.result import Result
from conformance.report.run import Gate
from conformance.report.summary import Headline, headline
from conformance.suite.controller import REFUSED, Controller, Worker
from conformance.suite.evaluation import (
    OBSERVER,
    PLAN,
    RESULT,
    TARGET,
    CheckResult,
    RunObserver,
    answered,
    check_of,
    crashes,
    judging,
    unknown_members,
    why_gone,
)
from conformance.suite.recording import RECORDING, Recording
from conformance.suite.settings import Settings, add_options
from conformance.suite.stage import Plan
from conformance.suite.timings import TIMINGS, Timings
from conformance.suite.workers import given_to, is_spread, is_worker, no_gateway
from conformance.visible import one_line, visible
from conformance.wire.sending import UnansweredError

_MOST_TOLD = 500
"""Characters of a traceback that a row can take."""


class DirectExecution:
    """A plugin that judges an item and writes its row, in this process; workers of pytest-xdist do as pytest does."""

    def __init__(self, recording: Recording, on_result: Callable[[Result], None]) -> None:
        """Keep where rows go, and who hears of them."""
        self._recording = recording
        self._on_result = on_result

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: Any, nextitem: pytest.Item | None) -> bool | None:  # noqa: ARG002 - the hook's own words
        """Run one item; leave to pytest the one that it puts where an area has no check chosen."""
        check_result = item.callspec.params["check"]
        if not isinstance(check_result, CheckResult):
            return None
        result: Result | None
        try:
            result = self._recording.take(check_result.result())
        except (Exception, UnansweredError):  # noqa: BLE001 - one broken check must not end the run
            reason = f"the suite itself broke: {traceback.format_exc()[-_MOST_TOLD:]}"
            result = self._recording.take_crash(check_result.check.id, reason)
        if result is not None:
            self._on_result(result)
        return True


_CLOSING: pytest.StashKey[ExitStack] = pytest.StashKey()
_GATE: pytest.StashKey[Gate] = pytest.StashKey()
_VERDICT: pytest.StashKey[Headline] = pytest.StashKey()
_PROPERTY = "conformance"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a run."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Make the plan, so that a wrong option ends pytest with a usage error before anything is opened."""
    handle = _handle(config)
    config.stash[TIMINGS] = Timings() if handle is None else handle.timings
    given = given_to(config)
    if given is not None:
        config.pluginmanager.register(Worker(config, given), "conformance-worker")
        return
    if is_spread(config) and config.getoption("maxworkerrestart") is None:
        # pytest-xdist would start a worker anew without end on a host where it can't come up.
        config.option.maxworkerrestart = "0"
    if config.getoption("dist", "no") != "no":
        config.pluginmanager.register(Controller(config), "conformance-controller")
    if handle is not None:
        config.stash[PLAN] = handle.plan
        return
    settings = Settings.of(config)
    if (settings.record or settings.replay) and config.getoption("tx", None):
        raise pytest.UsageError("evidence is recorded and replayed by one process: leave out -n and --tx")
    try:
        config.stash[PLAN] = Plan.of(settings)
    except UserError as error:
        raise pytest.UsageError(visible(str(error))) from error
    plan = config.stash[PLAN]
    if (plan.recorded or plan.replayed) and config.getoption("dist", "no") != "no":
        raise pytest.UsageError("evidence is recorded and replayed by one process: leave out -n")


def _handle(config: pytest.Config) -> RunObserver | None:
    """Return the hand of a caller in this process, if there is one."""
    found = config.pluginmanager.get_plugin(OBSERVER)
    return found if isinstance(found, RunObserver) else None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> Generator[None, object, object]:
    """Open the target and begin the record, before workers are started; they take over what is open."""
    config = session.config
    if not is_worker(config) and not config.getoption("collectonly"):
        plan = config.stash[PLAN]
        stack = ExitStack()
        config.stash[_CLOSING] = stack
        try:
            stack.enter_context(alone_in(plan.directory))
            with config.stash[TIMINGS].phase("opening the target"):
                config.stash[TARGET] = stack.enter_context(plan.opened())
            recording = config.stash[RECORDING] = Recording(plan, config.stash[TARGET])
            stack.callback(recording.close)
            handle = _handle(config)
            if handle is not None:
                handle.on_open(config.stash[TARGET])
            return (yield)
        except BaseException as error:
            # pytest does not finish a session that did not start, so that what was opened is closed here.
            stack.close()
            if isinstance(error, UserError):
                _give_up(config, error)
            if isinstance(error, Exception) and RECORDING in config.stash and is_spread(config):
                _give_up(config, no_gateway(error))
            raise
    return (yield)


def _give_up(config: pytest.Config, error: UserError) -> NoReturn:
    handle = _handle(config)
    if handle is None:
        raise pytest.UsageError(visible(str(error))) from error
    handle.error = error
    raise pytest.Session.Failed(error.problem)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Return each test module the chosen checks of its area, the check's id as the id of the item."""
    if "check" in metafunc.fixturenames:
        config = metafunc.config
        checks = [check for check in config.stash[PLAN].own if check.area == metafunc.module.AREA]
        metafunc.parametrize(
            "check", [CheckResult(config, check) for check in checks], ids=[check.id for check in checks]
        )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the items into the order of a run: pytest takes the modules by their names."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    check = check_of(item)
    return -1 if check is None else place_in_run(check)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the row travel with the report of the call, to the controller if need be."""
    report = yield
    result = item.config.stash.get(RESULT, None) if call.when == "call" else None
    if result is not None:
        del item.config.stash[RESULT]
        # Only JSON in ASCII crosses from a worker to the controller: execnet takes less than a text may hold.
        in_worker = is_worker(item.config)
        report.user_properties.append((_PROPERTY, json.dumps(result.to_json()) if in_worker else result))
    return report


class Recorder:
    """Writes rows as reports come in; registered in the controller alone."""

    def __init__(self, config: pytest.Config) -> None:
        """Keep the configuration, where the recording is found once the target is open."""
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Append the row of a check; an item that ended without one is told as an error of the suite."""
        recording = self._config.stash.get(RECORDING, None)
        if recording is None or not (report.user_properties or report.failed):
            return
        found: Any = dict(report.user_properties).get(_PROPERTY)
        result = None
        if found is not None:
            if report.when == "call":
                result = recording.take(found if isinstance(found, Result) else Result.from_json(json.loads(found)))
        elif report.failed:
            check_id = report.nodeid.partition("[")[2][:-1]
            result = recording.take_crash(check_id, f"the suite itself broke: {report.longreprtext[-500:]}")
        handle = _handle(self._config)
        if handle is not None and result is not None:
            handle.on_result(result)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Register the recorder in the controller, and see how long the collection takes."""
    recording = session.config.stash.get(RECORDING, None)
    if recording is not None:
        session.config.pluginmanager.register(Recorder(session.config), "conformance-recorder")
        handle = _handle(session.config)
        if handle is not None:
            lean = DirectExecution(recording, handle.on_result)
            session.config.pluginmanager.register(lean, "conformance-lean")
    with session.config.stash[TIMINGS].phase("collection"):
        return (yield)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """End the record, write the reports, and close the target in every case."""
    config = session.config
    if is_worker(config):
        return
    handle = _handle(config)
    config.stash[TIMINGS].processes += judging(config)
    try:
        if REFUSED in config.stash:
            raise config.stash[REFUSED]
        if RECORDING in config.stash:
            _finish(session, exitstatus, handle)
    except UserError as error:
        session.exitstatus = pytest.ExitCode.USAGE_ERROR
        if handle is not None:
            handle.error = error
        else:
            sys.stderr.write(f"{visible(str(error))}\n")
    finally:
        if _CLOSING in config.stash:
            config.stash[_CLOSING].close()


def _finish(session: pytest.Session, exitstatus: int, handle: RunObserver | None) -> None:
    """End the record and write the reports; outdated known failures, or too little judged, make pytest fail as well."""
    config = session.config
    recording = config.stash[RECORDING]
    interrupted = "interrupted" if exitstatus == pytest.ExitCode.INTERRUPTED else ""
    target = config.stash[TARGET]
    notes = target.state.notes
    if handle is None or handle.before_close is None:
        with config.stash[TIMINGS].phase("closing the target"):
            config.stash[
                PLAN
            ].transport_options.traffic.began = None  # what is put back has the time of a run of its own
            notes += target.clean_up()
    with config.stash[TIMINGS].phase("reports"):
        record, reports = recording.finish(
            stopped=interrupted or recording.stopped or why_gone(config),
            unknown_members=unknown_members(config),
            notes=notes,
            crashes=crashes(config),
            answered=answered(config),
        )
    if handle is not None:
        handle.record, handle.reports = record, reports
        if handle.before_close is not None:
            handle.before_close(target.endpoint_url)
    config.stash[_VERDICT] = headline(record, strict=config.stash[PLAN].settings.strict)
    if exitstatus == pytest.ExitCode.OK and config.stash[_VERDICT].code is ExitCode.PARTLY_JUDGED:
        session.exitstatus = int(ExitCode.PARTLY_JUDGED)
    if record.gate is not None:
        config.stash[_GATE] = record.gate
        if record.gate.findings and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say where the reports are, to people who run pytest itself."""
    recording = config.stash.get(RECORDING, None)
    if recording is not None:
        gate = config.stash.get(_GATE, None)
        if gate is not None and gate.findings:
            terminalreporter.section("known failures out of date", red=True)
            for finding in gate.findings:
                terminalreporter.write_line(f"{finding.where}: {finding.check}: {finding.problem}")
        terminalreporter.write_line(f"reports: {recording.path.parent}")
        verdict = config.stash.get(_VERDICT, None)
        if verdict is not None:
            terminalreporter.write_line(one_line(f"{verdict.title}: {verdict.detail}"))
            for hint in verdict.hints if verdict.is_partial else ():
                terminalreporter.write_line(one_line(f"hint: {hint}"))
        recorded = config.stash[PLAN].recorded
        if recorded is not None:
            terminalreporter.write_line(str(recorded.error or f"evidence: {recorded.path}, sha256 {recorded.digest}"))
