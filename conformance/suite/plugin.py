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
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack
from itertools import zip_longest
from pathlib import Path
from typing import Any, NoReturn

import pytest

from conformance.checks.check import place_in_run
from conformance.errors import ExitCode, UserError
from conformance.output import alone_in
from conformance.report.result import Result
from conformance.report.run import Gate
from conformance.report.summary import Headline, headline
from conformance.suite import test_protocol, test_response
from conformance.suite.evaluation import (
    BENCH,
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
    set_up,
    unknown_members,
    why_gone,
)
from conformance.suite.recording import RECORDING, Recording
from conformance.suite.settings import Settings, add_options
from conformance.suite.stage import Plan
from conformance.suite.timings import TIMINGS, Judging, Timings
from conformance.suite.workers import (
    HANDED_OVER,
    Gathering,
    gateway_name,
    given_to,
    handed_over,
    is_spread,
    is_worker,
    isolate,
    module,
    no_gateway,
    not_started,
    plan_in_worker,
    rejected,
    rejection,
    target_in_worker,
)
from conformance.visible import one_line, visible
from conformance.wire.request import UnansweredError

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


class Worker:
    """The hooks of pytest in a worker."""

    def __init__(self, config: pytest.Config, given: Mapping[str, Any]) -> None:
        """Take part in a run; why that can't be is kept until pytest-xdist listens."""
        self._config = config
        self._refused: UserError | None = None
        self._left: list[str] = []
        try:
            plan = config.stash[PLAN] = plan_in_worker(Settings.of(config), given)
            config.stash[TARGET] = target_in_worker(plan, given)
        except UserError as error:
            self._refused = error

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Collect nothing where no part can be taken."""
        if self._refused is not None:
            # pytest-xdist takes it from there, and ends the run before anything is dealt out.
            session.shouldstop = self._refused.problem
            pytest.exit(self._refused.problem, returncode=pytest.ExitCode.USAGE_ERROR)

    def pytest_pycollect_makemodule(self, module_path: Path, parent: pytest.Collector) -> pytest.Module:
        """Name a module alike in all workers: each host has the suite in a folder of its own."""
        return module(parent, module_path)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave to the process that was started what judges the answers of all workers."""
        left = {item: check.id for item in items if (check := check_of(item)) and check.gathered}
        self._left = list(left.values())
        items[:] = [item for item in items if item not in left]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Tell the process that was started what was seen here, or why no part was taken."""
        received = {"refused": rejection(self._refused)} if self._refused else self._told()
        self._config.workeroutput.update(received)  # type: ignore[attr-defined]

    def _told(self) -> dict[str, Any]:
        bench = self._config.stash.get(BENCH, None)
        traffic = self._config.stash[PLAN].transport_options.traffic
        return {
            "left": self._left,
            "seen": bench.log.packed() if bench and bench.log else None,
            "judging": [each.to_json() for each in judging(self._config)],
            "sent": traffic.sent,
            "throttled": traffic.throttled,
            "reconnected": traffic.reconnected,
            "recovered": traffic.recovered,
        }


REFUSED: pytest.StashKey[UserError] = pytest.StashKey()
"""Why the run is given up before anything was judged: a worker can't take part."""


class Controller:
    """The hooks of pytest-xdist in the process that was started.

    Checks that are gathered look at every answer of the run. A worker has seen only some, so that it leaves them, and
    they are run here when all workers are done.
    """

    def __init__(self, config: pytest.Config) -> None:
        """Keep the configuration, where everything else is found in time."""
        self._config = config
        self._gathering = Gathering()
        self._left: set[str] = set()
        """The ids of the checks that the workers left to this process."""

    def pytest_xdist_setupnodes(self, specs: Sequence[Any]) -> None:
        """Keep the surroundings of a worker out of it: what is in its folder, and settings meant for other tests."""
        for spec in specs:
            isolate(spec, of_a_command=self._config.pluginmanager.has_plugin(OBSERVER))

    def pytest_configure_node(self, node: Any) -> None:
        """Hand the open target to a worker."""
        stash = self._config.stash
        node.workerinput[HANDED_OVER] = handed_over(
            stash[PLAN], stash[TARGET], processes=node.workerinput["workercount"]
        )

    def pytest_testnodedown(self, node: Any, error: object | None) -> None:
        """Take what a worker has seen beside its rows, or why it took no part."""
        output = getattr(node, "workeroutput", {})
        gateway = gateway_name(node.gateway.spec)
        recording = self._config.stash[RECORDING]
        if "refused" in output:
            self._do_without(rejected(gateway, output["refused"]))
        elif error and is_spread(self._config) and not hasattr(node, "workerinfo"):
            self._do_without(not_started(gateway, error))
        elif error and is_spread(self._config) and not output:
            recording.stopped = recording.stopped or f"the worker {gateway} was lost"
        if output.get("seen"):
            self._gathering.hear(output["seen"])
        self._left.update(output.get("left", ()))
        traffic = self._config.stash[PLAN].transport_options.traffic
        traffic.sent += output.get("sent", 0)
        traffic.throttled += output.get("throttled", 0)
        traffic.reconnected += output.get("reconnected", 0)
        traffic.recovered += output.get("recovered", 0)
        self._config.stash[TIMINGS].processes += [Judging.from_json(each) for each in output.get("judging", ())]

    def _do_without(self, error: UserError) -> None:
        """Return the run up for a worker that takes no part; what others have judged by then is kept."""
        recording = self._config.stash[RECORDING]
        if recording.is_empty:
            self._config.stash[REFUSED] = error
        else:
            recording.stopped = recording.stopped or error.problem

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Run what the workers left, when they are done."""
        done = yield
        if REFUSED not in self._config.stash:
            self._take_over()
            self._run_what_is_left(session)
        return done

    def _run_what_is_left(self, session: pytest.Session) -> None:
        if not self._left:
            return
        modules = [module(session, Path(str(each.__file__))) for each in (test_protocol, test_response)]
        items = [item for each in modules for item in session.genitems(each) if _check_id(item) in self._left]
        session.testscollected += len(items)
        for item, following in zip_longest(items, items[1:]):
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)

    def _take_over(self) -> None:
        if BENCH not in self._config.stash:
            set_up(self._config, self._gathering)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Know what the workers saw, also where the run was interrupted."""
        if RECORDING in self._config.stash and REFUSED not in self._config.stash:
            self._take_over()


def _check_id(item: pytest.Item) -> str:
    check_result = check_of(item)
    return "" if check_result is None else check_result.id
