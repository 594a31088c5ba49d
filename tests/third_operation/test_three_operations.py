"""One contract of three operations: each is asked for itself, and what lists names is where names are found."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

import pytest

from conformance.checks.runner import Runner
from conformance.checks.verdict import Outcome, Verdict
from conformance.contract.loading import load
from conformance.reference.service import Service
from third_operation.worked_example import OPERATION, all_three, checks_of, session, world

DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"


@lru_cache(maxsize=2)
def verdicts(names: bool) -> dict[str, Verdict]:  # noqa: FBT001 - a key of the cache
    checks = checks_of(True)  # noqa: FBT003 - as above
    runner = Runner(session(all_three(), Service, names=names), checks)
    return {check.id: runner.verdict(check) for check in checks}


@pytest.mark.parametrize("names", [True, False], ids=["names-told", "names-found"])
def test_the_reference_server_keeps_all_three(*, names: bool) -> None:
    accused = [item for item, verdict in verdicts(names).items() if verdict.outcome in {Outcome.FAILED, Outcome.ERROR}]
    assert accused == []


@pytest.mark.parametrize("names", [True, False], ids=["names-told", "names-found"])
@pytest.mark.parametrize("operation", [LIST, OPERATION])
@pytest.mark.parametrize("area", ["pagination", "order", "filter"])
def test_each_listing_is_walked_for_itself(operation: str, area: str, *, names: bool) -> None:
    found = {item: verdict for item, verdict in verdicts(names).items() if item.startswith(f"{operation}/{area}/")}
    passed = [verdict for verdict in found.values() if verdict.outcome is Outcome.PASSED]
    assert len(passed) > 0.9 * len(found)
    asked = {exchange.operation for verdict in found.values() for exchange in verdict.exchanges}
    assert asked <= {operation}


def test_names_come_from_the_listing_where_nothing_tells_them() -> None:
    without = session(all_three(), names=False)
    assert {resource.name for resource in without.snapshot.resources} == {job.name for job in world().jobs}
    assert without.existing(all_three().operations[DESCRIBE]) is not None
    assert without.existing(all_three().operations[LIST]) is not None


def test_an_operation_that_names_nothing_always_has_what_it_is_about() -> None:
    without = session(all_three(), names=False)
    operation = all_three().operations[OPERATION]
    assert without.existing(operation) is None
    assert without.exists(operation)
    (whole,) = without.listings(operation)
    assert len(whole.items) == len(world().jobs)


def test_the_two_are_judged_as_without_the_third() -> None:
    runner_checks = [check for check in checks_of(True) if check.operation != OPERATION]  # noqa: FBT003 - as above
    alone = Runner(session(load(), names=True), runner_checks)
    counts = Counter(alone.verdict(check).outcome for check in runner_checks)
    beside = Counter(verdicts(True)[check.id].outcome for check in runner_checks)  # noqa: FBT003 - as above
    assert counts == beside
