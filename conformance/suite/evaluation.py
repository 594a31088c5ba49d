"""What a run has seen beside the rows of its checks: answers with content, unknown members, the end of the target."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance import report
from conformance.checks.check import Check
from conformance.checks.response.checks import observed_values
from conformance.checks.runner import Runner
from conformance.checks.verdict import Outcome, Verdict
from conformance.contract.model import Operation
from conformance.errors import UserError
from conformance.report.result import Result
from conformance.session.exchanges import Crash
from conformance.session.session import TargetSession
from conformance.suite.rows import Shell, row
from conformance.suite.stage import Plan
from conformance.suite.timings import Judging, Timings
from conformance.suite.workers import AnswerLog, Gathering, is_worker
from conformance.targets.opening import OpenTarget
from conformance.visible import visible
from conformance.wire.exchange import Exchange

if TYPE_CHECKING:
    from conformance.suite.known_failures import KnownFailureMatcher


OBSERVER = "conformance-handle"


class RunObserver:
    """Registered as a plugin under the name HANDLE by whoever starts pytest in its own process."""

    def __init__(
        self,
        plan: Plan,
        *,
        on_open: Callable[[OpenTarget], None] = lambda _: None,
        on_result: Callable[[report.Result], None] = lambda _: None,
        before_close: Callable[[str], None] | None = None,
    ) -> None:
        """Bring a plan.

        `on_open` hears when the target is open, `on_result` of each result as it comes, and `before_close`, with the
        endpoint, when all is recorded and the target still up with all that this run made in it.
        """
        self.plan = plan
        self.on_open = on_open
        self.on_result = on_result
        self.before_close = before_close
        self.timings = Timings()
        """Where the time goes, as the run finds out."""
        self.error: UserError | None = None
        """What went wrong before the first check."""
        self.record: report.Record | None = None
        """The whole record, once the run has come to its end."""
        self.reports: Mapping[str, Path] = {}
        """The reports written, by kind."""


PLAN: pytest.StashKey[Plan] = pytest.StashKey()
TARGET: pytest.StashKey[OpenTarget] = pytest.StashKey()
RESULT: pytest.StashKey[Result] = pytest.StashKey()
"""The result of the item that has just run."""


@dataclass(frozen=True)
class CheckResult:
    """One check at the target of a session: what each item of the suite is given."""

    _config: pytest.Config
    check: Check

    def evaluate(self) -> None:
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

    session: TargetSession
    runner: Runner
    shell: Shell
    strict: bool
    judging: Judging
    gatekeeper: KnownFailureMatcher | None = None
    log: AnswerLog | None = None
    """What was seen by which check, kept where another process wants to know."""


def set_up(config: pytest.Config, gathering: Gathering | None = None) -> Bench:
    """Make what the checks of this process are run with; `gathering` is what workers saw, where they ran the others."""
    plan, target = config.stash[PLAN], config.stash[TARGET]
    judging = Judging()
    session = plan.session(target, on_exchange=judging.exchanges_s.append)
    if gathering is not None:
        gathering.into(session)
    runner = Runner(session, plan.checks, run_elsewhere=gathering is not None)
    log = AnswerLog(session, plan.checks) if is_worker(config) else None
    bench = Bench(session, runner, plan.shell(target), plan.settings.strict, judging, plan.gatekeeper, log)
    config.stash[BENCH] = bench
    if session.commands is not None:
        config.add_cleanup(session.commands.close)
    return bench


def _bench(config: pytest.Config) -> Bench:
    """Return what the checks of this process are run with, made at the first of them."""
    return config.stash.get(BENCH, None) or set_up(config)


def check_of(item: Any) -> Check | None:
    """Return the check that an item is about; None where an area has none chosen, for which pytest puts an item."""
    check_result = item.callspec.params["check"] if hasattr(item, "callspec") else None
    return check_result.check if isinstance(check_result, CheckResult) else None


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


def unknown_members(config: pytest.Config) -> list[str]:
    """Return the members that answers carried and the contract does not know."""
    bench = config.stash.get(BENCH, None)
    if bench is None:
        return []
    session = bench.session
    return sorted(
        f"{operation.name}.{path}"
        for operation in session.contract.operations.values()
        for path in observed_values(session, operation).unknown
    )


def crashes(config: pytest.Config) -> list[Crash]:
    """Return the requests after which the server was gone."""
    bench = config.stash.get(BENCH, None)
    return [] if bench is None else bench.session.crashes


def answered(config: pytest.Config) -> list[str]:
    """Return the operations that were answered with content: a resource, or a listing that has an item."""
    bench = config.stash.get(BENCH, None)
    if bench is None:
        return []
    operations = bench.session.contract.operations.values()
    return [
        element.name
        for element in operations
        if any(_has_content(element, each) for each in bench.session.answers(element.name))
    ]


def _has_content(operation: Operation, exchange: Exchange) -> bool:
    answer = exchange.answer or {}
    return bool(answer.get(operation.pagination.result) if operation.pagination else answer)


def judging(config: pytest.Config) -> list[Judging]:
    """Return what this process spent on checks, where it had any."""
    bench = config.stash.get(BENCH, None)
    return [bench.judging] if bench is not None and bench.judging.checks_s else []


def why_gone(config: pytest.Config) -> str:
    """Say why the target was given up; empty where it was not. A launched server that died tells it better itself."""
    bench = config.stash.get(BENCH, None)
    if bench is None or bench.session.gone is None:
        return ""
    try:
        config.stash[TARGET].check_alive()
    except UserError as error:
        return f"{error.problem}: {bench.session.gone.detail}"
    return bench.session.gone.detail
