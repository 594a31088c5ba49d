"""A worker of pytest-xdist: it judges the checks that it is dealt, and tells what it has seen beside their rows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import UserError
from conformance.suite import seen, workers
from conformance.suite.judgement import BENCH, PLAN, TARGET, check_of
from conformance.suite.settings import Settings


class Worker:
    """The hooks of pytest in a worker."""

    def __init__(self, config: pytest.Config, given: Mapping[str, Any]) -> None:
        """Take part in a run; why that can't be is kept until pytest-xdist listens."""
        self._config = config
        self._refused: UserError | None = None
        self._left: list[str] = []
        try:
            plan = config.stash[PLAN] = workers.plan_in_worker(Settings.of(config), given)
            config.stash[TARGET] = workers.target_in_worker(plan, given)
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
        return workers.module(parent, module_path)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave to the process that was started what judges the answers of all workers."""
        left = {item: check.id for item in items if (check := check_of(item)) and check.gathered}
        self._left = list(left.values())
        items[:] = [item for item in items if item not in left]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Tell the process that was started what was seen here, or why no part was taken."""
        told = {"refused": workers.refusal(self._refused)} if self._refused else self._told()
        self._config.workeroutput.update(told)  # type: ignore[attr-defined]

    def _told(self) -> dict[str, Any]:
        bench = self._config.stash.get(BENCH, None)
        traffic = self._config.stash[PLAN].wiring.traffic
        return {
            "left": self._left,
            "seen": bench.log.packed() if bench and bench.log else None,
            "judging": [one.to_json() for one in seen.judging(self._config)],
            "sent": traffic.sent,
            "throttled": traffic.throttled,
            "reconnected": traffic.reconnected,
            "recovered": traffic.recovered,
        }
