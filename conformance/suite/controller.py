"""The process that was started, where it has workers: it hands the target to them and judges what they saw together."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import UserError
from conformance.suite import test_protocol, test_response, workers
from conformance.suite.handing_back import Gathering
from conformance.suite.handle import HANDLE
from conformance.suite.judgement import BENCH, PLAN, TARGET, check_of, set_up
from conformance.suite.recording import RECORDING
from conformance.suite.timings import TIMINGS, Judging

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
            workers.isolate(spec, of_a_command=self._config.pluginmanager.has_plugin(HANDLE))

    def pytest_configure_node(self, node: Any) -> None:
        """Hand the open target to a worker."""
        stash = self._config.stash
        node.workerinput[workers.HANDED_OVER] = workers.handed_over(
            stash[PLAN], stash[TARGET], processes=node.workerinput["workercount"]
        )

    def pytest_testnodedown(self, node: Any, error: object | None) -> None:
        """Take what a worker has seen beside its rows, or why it took no part."""
        output = getattr(node, "workeroutput", {})
        gateway = workers.gateway_name(node.gateway.spec)
        recording = self._config.stash[RECORDING]
        if "refused" in output:
            self._do_without(workers.refused(gateway, output["refused"]))
        elif error and workers.is_spread(self._config) and not hasattr(node, "workerinfo"):
            self._do_without(workers.not_started(gateway, error))
        elif error and workers.is_spread(self._config) and not output:
            recording.stopped = recording.stopped or f"the worker {gateway} was lost"
        if output.get("seen"):
            self._gathering.hear(output["seen"])
        self._left.update(output.get("left", ()))
        traffic = self._config.stash[PLAN].wiring.traffic
        traffic.sent += output.get("sent", 0)
        traffic.throttled += output.get("throttled", 0)
        traffic.reconnected += output.get("reconnected", 0)
        traffic.recovered += output.get("recovered", 0)
        self._config.stash[TIMINGS].processes += [Judging.from_json(one) for one in output.get("judging", ())]

    def _do_without(self, error: UserError) -> None:
        """Give the run up for a worker that takes no part; what others have judged by then is kept."""
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
        modules = [workers.module(session, Path(str(one.__file__))) for one in (test_protocol, test_response)]
        items = [item for one in modules for item in session.genitems(one) if _check_id(item) in self._left]
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
    judgement = check_of(item)
    return "" if judgement is None else judgement.id
