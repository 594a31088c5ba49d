"""The process that was started, where it has workers: it hands the target to them and judges what they saw together."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import UserError
from conformance.suite import test_protocol, test_response
from conformance.suite.evaluation import BENCH, OBSERVER, PLAN, TARGET, check_of, judging, set_up
from conformance.suite.recording import RECORDING
from conformance.suite.settings import Settings
from conformance.suite.timings import TIMINGS, Judging
from conformance.suite.workers import (
    HANDED_OVER,
    Gathering,
    gateway_name,
    handed_over,
    is_spread,
    isolate,
    module,
    not_started,
    plan_in_worker,
    rejected,
    rejection,
    target_in_worker,
)


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
