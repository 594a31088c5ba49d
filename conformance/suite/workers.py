"""A run that pytest-xdist spreads: what goes to its workers, what they saw, and the checks that are left to the end.

Checks that are gathered look at every answer of the run. A worker has seen only some, so that it leaves them, and they
are run in the process that was started when all workers are done. Workers get what they need to reach the target from
that process, and open nothing.
"""

from __future__ import annotations

import json
import os
import shlex
import socket
import sys
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

import conformance
from conformance import forms
from conformance.checks.check import Check, is_left, place_in_run
from conformance.errors import ExitCode, UserError
from conformance.report.result import Result
from conformance.session.session import Crash, TargetSession
from conformance.suite.contracts import chosen_contract
from conformance.suite.items import ItemPlugin, RunPlugin, check_of, items_of, module
from conformance.suite.plan import Plan
from conformance.suite.run import Evaluator, Run, RunObserver
from conformance.suite.settings import Settings
from conformance.suite.timings import CheckTimes
from conformance.targets.endpoint import check_reachable, is_loopback
from conformance.targets.opening import OpenTarget, spec_from_json, spec_to_json
from conformance.targets.spec import Kind, UnreachableError
from conformance.wire.exchange import Exchange, Fault
from conformance.wire.request import Request

_SAME = (
    "install the same version of sagemaker-tuning-conformance on every host, and give --contract the same files or "
    "--service the same botocore"
)
_INPUT = _OUTPUT = "conformance"
"""The name under which a worker finds what it is given, and leaves what it hands back."""
_COUNTED = ("sent", "throttled", "reconnected", "recovered")
"""What a worker counts of its traffic."""
_UNUSED = ("terminal", "cacheprovider", "logging", "warnings", "unraisableexception", "threadexception")
"""Plugins of pytest that a command has no use for; most of them cost something on every check."""
_LAST_WORDS = 300
"""Characters of what a worker said last."""


class WorkerError(UserError):
    """A worker can't take part in the run; the exit code says whether the use is wrong or the target out of reach."""


def _has_gateways(config: Any) -> bool:
    """Return whether a run goes to gateways that its user named, rather than to so many processes on this machine."""
    return bool(config.getoption("tx", None)) and not config.getoption("numprocesses", None)


def worker_input(plan: Plan, target: OpenTarget, *, processes: int = 1) -> str:
    """Return, as JSON in ASCII, what a worker can't find out itself. It holds the credentials: never write it down."""
    known = plan.known_failures
    given = {
        "version": conformance.__version__,
        "settings": plan.settings,
        "processes": processes,
        "contract": plan.contract.digest,
        "host": socket.gethostname(),
        "started_here": plan.spec.launch is not None or plan.spec.kind is Kind.REFERENCE,
        "spec": spec_to_json(plan.spec),
        "target": target.to_worker(),
        "known_failures": known and {"known": known.known, "today": known.today.isoformat()},
        "checks": [check.id for check in plan.own],
    }
    return json.dumps(forms.plain(given))


def plan_in_worker(given: Mapping[str, Any]) -> Plan:
    """Make in a worker the plan of the run, from its own installation. Raises UserError where that would be another."""
    if given["version"] != conformance.__version__:
        raise WorkerError(
            f"version {conformance.__version__} of the suite is installed here, the run has {given['version']}",
            where=_here(),
            hint=_SAME,
        )
    settings = forms.read(Settings, given["settings"])
    spec = spec_from_json(given["spec"])
    contract = chosen_contract(settings, spec)
    plan = Plan.made(settings, contract, spec, processes=given["processes"])
    if contract.digest != given["contract"]:
        raise WorkerError("the contract here is another than that of the run", where=_here(), hint=_SAME)
    if [check.id for check in plan.own] != given["checks"]:
        raise WorkerError("the installation here has other checks than the run", where=_here(), hint=_SAME)
    if given["known_failures"] is None:
        return plan
    from conformance.suite.known_failures import KnownFailures  # noqa: PLC0415 - most runs do without it

    known = forms.read(KnownFailures, given["known_failures"]["known"])
    return plan.with_known_failures(known, date.fromisoformat(given["known_failures"]["today"]))


def target_in_worker(plan: Plan, given: Mapping[str, Any]) -> OpenTarget:
    """Take over the open target. Raises WorkerError where it can't be reached from here."""
    target = OpenTarget.in_worker(plan.spec, given["target"])
    url = target.endpoint_url
    elsewhere = given["host"] != socket.gethostname()
    if elsewhere and given["started_here"] and is_loopback(url):
        # Something may well listen at that port here: it would be another server.
        raise _out_of_reach("the target was started on another host and listens to that host alone", url)
    try:
        check_reachable(url, timeout_s=plan.spec.limits.connect_s)
    except UnreachableError as error:
        problem = error.problem.removeprefix("the target can't be reached: ")
        raise _out_of_reach(f"the target can't be reached from here: {problem}", url) from error
    return target


def _out_of_reach(problem: str, url: str) -> WorkerError:
    hint = "let the target listen at an address that every host reaches, and name that one as its endpoint"
    return WorkerError(problem, where=f"{url}, {_here()}", hint=hint, exit_code=ExitCode.TARGET_BROKE)


def _not_started(gateway: str, error: object) -> WorkerError:
    """Say that a worker never came up, in the last line that it left."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    last = lines[-1][:_LAST_WORDS] if lines else type(error).__name__
    return WorkerError(
        f"the worker {gateway} did not start: {last}",
        where=gateway,
        hint="try the connection by hand; the host needs a Python with sagemaker-tuning-conformance installed "
        "(`//python=` names it)",
        exit_code=ExitCode.USAGE,
    )


def _no_gateway(error: Exception) -> WorkerError:
    """Say that pytest-xdist could not reach a host, or did not understand what it was given."""
    return WorkerError(
        f"the workers can't be started: {type(error).__name__}: {error}",
        where="--tx",
        hint="try the connection by hand, such as `ssh HOST python --version`; under pytest itself, write options as "
        "--option=value",
    )


def _gateway_name(spec: object) -> str:
    """Name a gateway as its user did."""
    # What pytest-xdist adds by itself is left out.
    added = ("execmodel=", "id=", "chdir=pyexecnetcache")
    parts = [part for part in str(spec).split("//") if not part.startswith(added)]
    return "//".join(parts)


def _here() -> str:
    return f"on {socket.gethostname()}"


@dataclass(frozen=True)
class Rejected:
    """Why a worker takes no part in a run."""

    problem: str
    where: str
    hint: str
    exit_code: ExitCode


@dataclass(frozen=True)
class Seen:
    """What a worker saw. Each exchange crosses once; elsewhere it is named by its number."""

    exchanges: tuple[Exchange, ...]
    asked: tuple[tuple[Request, int], ...]
    answers: tuple[tuple[int, int], ...]
    """Each with the place in the run of the check that saw it first."""
    gone: Fault | None
    crashes: tuple[Crash, ...]


@dataclass(frozen=True)
class WorkerResults:
    """What a worker hands back next to the results of its checks."""

    left: tuple[str, ...]
    """The ids of the checks that it left to the process that was started."""
    seen: Seen
    times: CheckTimes
    traffic: dict[str, int]


class AnswerLog:
    """The answers that a worker has seen, each with the place in the run of the check that saw it first."""

    def __init__(self, session: TargetSession, checks: Iterable[Check]) -> None:
        """Note nothing yet; `checks` are those of the whole run."""
        self._session = session
        self._places = {check.id: place for place, check in enumerate(sorted(checks, key=place_in_run))}
        self._noted = dict.fromkeys(session.contract.operations, 0)
        self._answers: list[tuple[int, Exchange]] = []

    def note(self, check: Check) -> None:
        """Note whatever has come in since the last time as seen by this check."""
        for operation, noted in self._noted.items():
            new = self._session.answers(operation)[noted:]
            self._noted[operation] += len(new)
            self._answers += [(self._places[check.id], exchange) for exchange in new]

    @property
    def seen(self) -> Seen:
        """All of it."""
        session = self._session
        exchanges = {id(item): item for item in (*session.asked.values(), *(item for _, item in self._answers))}
        numbers = {key: number for number, key in enumerate(exchanges)}
        return Seen(
            tuple(exchanges.values()),
            tuple((request, numbers[id(exchange)]) for request, exchange in session.asked.items()),
            tuple((place, numbers[id(exchange)]) for place, exchange in self._answers),
            session.gone,
            tuple(session.crashes),
        )


class GatheredAnswers:
    """What several workers saw, put together in the order in which one process would have seen it."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self._asked: dict[Request, Exchange] = {}
        self._answers: list[tuple[int, Exchange]] = []
        self._gone: Fault | None = None
        self._crashes: list[Crash] = []

    def add(self, seen: Seen) -> None:
        """Take what one worker saw."""
        for request, number in seen.asked:
            known = self._asked.get(request)
            if known is None or known.response is None:
                self._asked[request] = seen.exchanges[number]
        self._answers += [(place, seen.exchanges[number]) for place, number in seen.answers]
        self._crashes += seen.crashes
        self._gone = self._gone or seen.gone

    def restore(self, session: TargetSession) -> None:
        """Let a session know it all, as if it had asked itself."""
        answers = [exchange for _, exchange in sorted(self._answers, key=lambda item: item[0])]
        session.take_over(self._asked, answers, self._gone, self._crashes)


class Worker(ItemPlugin):
    """The hooks of pytest in a worker."""

    def __init__(self, config: pytest.Config) -> None:
        """Take part in a run; why that can't be is kept until pytest-xdist listens."""
        self._rejected: Rejected | None = None
        self._left: list[str] = []
        given = json.loads(config.workerinput[_INPUT])  # type: ignore[attr-defined]  # of pytest-xdist
        try:
            self.plan = plan_in_worker(given)
            self.evaluator = Evaluator(self.plan, target_in_worker(self.plan, given))
        except UserError as error:
            self._rejected = Rejected(error.problem, error.where, error.hint, error.exit_code)
        else:
            self._log = AnswerLog(self.evaluator.session, self.plan.checks)

    def evaluate(self, check: Check) -> Result:
        """Run a check, and note which answers it was the first to see."""
        result = super().evaluate(check)
        self._log.note(check)
        return result

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Collect nothing where no part can be taken."""
        if self._rejected is not None:
            # pytest-xdist takes it from there, and ends the run before anything is dealt out.
            session.shouldstop = self._rejected.problem
            pytest.exit(self._rejected.problem, returncode=pytest.ExitCode.USAGE_ERROR)

    def pytest_pycollect_makemodule(self, module_path: Path, parent: pytest.Collector) -> pytest.Module:
        """Give a module the same name in all workers: each host has the suite in a folder of its own."""
        return module(parent, module_path)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave to the process that was started what evaluates the answers of all workers, and what changes things."""
        left = {item: check.id for item in items if (check := check_of(item)) and is_left(check)}
        self._left = list(left.values())
        items[:] = [item for item in items if item not in left]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Hand back what was seen here, or why no part was taken."""
        results = self._results if self._rejected is None else self._rejected
        # As JSON in ASCII: execnet has no way to write half of a surrogate pair.
        session.config.workeroutput[_OUTPUT] = json.dumps(forms.plain(results))  # type: ignore[attr-defined]  # as above

    @property
    def _results(self) -> WorkerResults:
        if self.evaluator.session.commands is not None:
            self.evaluator.session.commands.close()
        traffic = self.plan.transport_options.traffic
        counted = {name: getattr(traffic, name) for name in _COUNTED}
        return WorkerResults(tuple(self._left), self._log.seen, self.evaluator.times, counted)


class Spreading:
    """The hooks of pytest-xdist in the process that was started."""

    def __init__(self, config: pytest.Config, plugin: RunPlugin) -> None:
        """Let the plugin's run know what workers see, once it is open."""
        self._config = config
        self._plugin = plugin
        self._gathered = GatheredAnswers()
        self._left: set[str] = set()
        """The ids of the checks that the workers left to this process."""
        if _has_gateways(config) and config.getoption("maxworkerrestart") is None:
            # pytest-xdist would start a worker again without end on a host where it can't come up.
            config.option.maxworkerrestart = "0"

    @property
    def _run(self) -> Run:
        run = self._plugin.run
        assert run is not None  # noqa: S101 - pytest-xdist starts no worker before the session has
        return run

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionstart(self) -> Generator[None, object, object]:
        """Start the workers, which only then get to know the target."""
        if self._plugin.run is not None:
            self._run.restore = self._gathered.restore
        try:
            return (yield)
        except Exception as error:
            if isinstance(error, UserError) or self._plugin.run is None or not _has_gateways(self._config):
                raise
            raise _no_gateway(error) from error

    def pytest_xdist_setupnodes(self, specs: Sequence[Any]) -> None:
        """Keep the surroundings of a worker out of it: what is in its folder, and settings meant for other tests."""
        of_a_command = self._plugin.is_of_a_command
        for spec in specs:
            if spec.popen or spec.ssh or spec.vagrant_ssh:
                program = spec.python or (shlex.quote(sys.executable) if spec.popen else "python")
                spec.python = f"{program} -P" + (" -W ignore" if of_a_command else "")
            if of_a_command:
                spec.env |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}

    def pytest_configure_node(self, node: Any) -> None:
        """Hand the open target to a worker."""
        processes = node.workerinput["workercount"]
        node.workerinput[_INPUT] = worker_input(self._plugin.plan, self._run.target, processes=processes)

    def pytest_testnodedown(self, node: Any, error: object | None) -> None:
        """Take what a worker has seen next to its results, or why it took no part."""
        output = getattr(node, "workeroutput", {}).get(_OUTPUT)
        gateway = _gateway_name(node.gateway.spec)
        run = self._run
        if output is None:
            if error and _has_gateways(self._config) and not hasattr(node, "workerinfo"):
                self._do_without(_not_started(gateway, error))
            elif error and _has_gateways(self._config):
                run.stopped = run.stopped or f"the worker {gateway} was lost"
            return
        found = json.loads(output)
        if "problem" in found:
            rejected = forms.read(Rejected, found)
            problem = f"the worker {gateway} can't take part: {rejected.problem}"
            self._do_without(
                WorkerError(problem, where=rejected.where, hint=rejected.hint, exit_code=rejected.exit_code)
            )
            return
        results = forms.read(WorkerResults, found)
        self._gathered.add(results.seen)
        self._left.update(results.left)
        traffic = self._plugin.plan.transport_options.traffic
        for name, number in results.traffic.items():
            setattr(traffic, name, getattr(traffic, name) + number)
        run.observer.timings.processes += [results.times] if results.times.checks_s else []

    def _do_without(self, error: UserError) -> None:
        """Give the run up for a worker that takes no part; what others have evaluated by then is kept."""
        run = self._run
        if run.is_empty:
            self._plugin.error = error
        else:
            run.stopped = run.stopped or error.problem

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Run what the workers left, when they are done."""
        done = yield
        items = items_of(session, self._left) if self._left and self._plugin.error is None else ()
        session.testscollected += len(items)
        for item, following in zip_longest(items, items[1:]):
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
        return done


def run_spread(plan: Plan, observer: RunObserver, options: Sequence[str]) -> bool:
    """Let pytest-xdist spread a run as its options say; return whether it was interrupted. Raises UserError."""
    plugin = RunPlugin(plan, observer)
    arguments = [
        "--pyargs",
        "conformance.suite",
        "--noconftest",
        "--assert=plain",
        "--capture=no",
        # In one word each, and none that another host lacks: pytest-xdist hands them on.
        f"--config-file={os.devnull}",
        *(part for name in _UNUSED for part in ("-p", f"no:{name}")),
        *("-p", "conformance.suite.plugin", "-p", "xdist", "--dist=loadgroup"),
        *options,
    ]
    with _isolated_pytest():
        code = pytest.main(arguments, plugins=[plugin])
    if plugin.error is not None:
        raise plugin.error
    return code == pytest.ExitCode.INTERRUPTED


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
