"""One check at the target of a session: what each item of the suite is given, and how its verdict ends the item."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from conformance.catalogue.check import Check
from conformance.catalogue.lab import Lab
from conformance.catalogue.runner import Runner
from conformance.laws.verdict import Outcome, Verdict
from conformance.report import Result
from conformance.report.visible import visible
from conformance.suite import workers
from conformance.suite.handing_back import AnswerLog, Gathering
from conformance.suite.reproduce import Shell
from conformance.suite.rows import row
from conformance.suite.stage import Plan
from conformance.suite.timings import Judging
from conformance.targets import OpenTarget

if TYPE_CHECKING:
    from conformance.gate.judging import Gatekeeper

PLAN: pytest.StashKey[Plan] = pytest.StashKey()
TARGET: pytest.StashKey[OpenTarget] = pytest.StashKey()
RESULT: pytest.StashKey[Result] = pytest.StashKey()
"""The result of the item that has just run."""


@dataclass(frozen=True)
class Judgement:
    """One check at the target of a session: what each item of the suite is given."""

    _config: pytest.Config
    check: Check

    def judge(self) -> None:
        """Run the check: a failure fails the item in its own words, a skip tells what was lacking."""
        verdict, result = self._judged()
        self._config.stash[RESULT] = result
        _end(self.check, verdict, strict=_bench(self._config).strict, declared=result.declared if result.known else "")

    def result(self) -> Result:
        """Run the check and give its row."""
        return self._judged()[1]

    def _judged(self) -> tuple[Verdict, Result]:
        bench = _bench(self._config)
        started = time.perf_counter()
        verdict = bench.runner.verdict(self.check)
        duration_s = time.perf_counter() - started
        bench.judging.checks_s += duration_s
        if bench.log is not None:
            bench.log.note(self.check)
        result = row(self.check, verdict, bench.shell, duration_s)
        return verdict, result if bench.gatekeeper is None else bench.gatekeeper.mark(result)


@dataclass(frozen=True)
class Bench:
    """What the checks of one process are run with."""

    lab: Lab
    runner: Runner
    shell: Shell
    strict: bool
    judging: Judging
    gatekeeper: Gatekeeper | None = None
    log: AnswerLog | None = None
    """What was seen by which check, kept where another process wants to know."""


def set_up(config: pytest.Config, gathering: Gathering | None = None) -> Bench:
    """Make what the checks of this process are run with; `gathering` is what workers saw, where they ran the others."""
    plan, target = config.stash[PLAN], config.stash[TARGET]
    judging = Judging()
    lab = plan.lab(target, on_exchange=judging.exchanges_s.append)
    if gathering is not None:
        gathering.into(lab)
    runner = Runner(lab, plan.checks, run_elsewhere=gathering is not None)
    log = AnswerLog(lab, plan.checks) if workers.is_worker(config) else None
    bench = Bench(lab, runner, plan.shell(target), plan.settings.strict, judging, plan.gatekeeper, log)
    config.stash[BENCH] = bench
    if lab.commands is not None:
        config.add_cleanup(lab.commands.close)
    return bench


def _bench(config: pytest.Config) -> Bench:
    """Give what the checks of this process are run with, made at the first of them."""
    return config.stash.get(BENCH, None) or set_up(config)


def check_of(item: Any) -> Check | None:
    """Give the check that an item is about; None where an area has none chosen, for which pytest puts an item."""
    judgement = item.callspec.params["check"] if hasattr(item, "callspec") else None
    return judgement.check if isinstance(judgement, Judgement) else None


def _end(check: Check, verdict: Verdict, *, strict: bool, declared: str) -> None:
    if verdict.outcome is Outcome.SKIPPED:
        pytest.skip(visible(verdict.reason))
    if declared:
        pytest.xfail(f"as declared in {declared}")
    if verdict.outcome is Outcome.ERROR:
        pytest.fail(visible(f"error: {verdict.reason}"), pytrace=False)
    if verdict.outcome is Outcome.FAILED:
        parts = (verdict.reason, f"Expected  {verdict.expected}", f"Received  {verdict.received}")
        text = visible("\n".join((*parts, f"Because   {check.statement}")))
        if check.level == "must" or strict:
            pytest.fail(text, pytrace=False)
        pytest.xfail(f"recommended only: {text}")


BENCH: pytest.StashKey[Bench] = pytest.StashKey()
