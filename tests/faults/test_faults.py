"""Every fault is caught by a check that names it, and nothing is accused where there is none.

The checks that can see a fault are run against a proxy that has it. Known states add to what a run can tell, so each
fault is looked at as a stranger would who has the URL alone, unless it shows on a known state only. With
CONFORMANCE_ALL_FAULTS=1 every check is run for every fault, on both: that takes most of an hour.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from faults.catalogue import FAULTS
from faults.judging import Mode, checks, contract, evaluate, selected

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.http import Answer, Call
    from faults.fault import Fault, Forward

_EVERYTHING = bool(os.environ.get("CONFORMANCE_ALL_FAULTS"))
_FEWEST = 90


def _modes(fault: Fault) -> tuple[Mode, ...]:
    if fault.known_only:
        return (Mode.KNOWN,)
    return (Mode.EXISTING, Mode.KNOWN) if _EVERYTHING else (Mode.EXISTING,)


_CASES = [pytest.param(fault, mode, id=f"{fault}-{mode.value}") for fault in FAULTS for mode in _modes(fault)]


def _faithful(call: Call, forward: Forward) -> Answer:
    return forward(call)


@pytest.mark.parametrize("mode", Mode)
def test_nothing_is_accused_without_a_fault(mode: Mode) -> None:
    judged = evaluate(_faithful, mode)
    assert judged.failed == {}
    assert judged.errors == {}


@pytest.mark.parametrize(("fault", "mode"), _CASES)
def test_a_fault_is_caught_by_a_check_that_names_it(
    fault: Fault, mode: Mode, record_property: Callable[[str, object], None]
) -> None:
    judged = evaluate(fault.apply, mode, None if _EVERYTHING else fault.runs, signed=fault.signed, jobs=fault.jobs)
    lacking = [pattern for pattern in fault.shows if not judged.seen_by(pattern)]
    assert not lacking, f"{fault} survives {lacking}; what failed is {sorted(judged.failed)}"
    named = {check_id for pattern in fault.shows for check_id in judged.seen_by(pattern)}
    others = sorted(set(judged.failed) - named)
    record_property("others", len(others))
    print(f"{fault}: named by {len(named)} checks, {len(others)} others failed {others[:10]}")  # noqa: T201 - for -rP
    assert all("/client/" in check_id for check_id in judged.errors), "boto3 itself may break, nothing else"


def test_there_are_many_faults_and_each_has_a_name_of_its_own() -> None:
    assert len({str(fault) for fault in FAULTS}) == len(FAULTS) >= _FEWEST


def test_what_a_fault_breaks_is_in_the_contract() -> None:
    known = {fact.id for fact in contract().facts} | {behaviour.id for behaviour in contract().behaviours}
    assert [str(fault) for fault in FAULTS if fault.breaks not in known] == []


def test_each_pattern_is_of_some_check() -> None:
    assert len(checks()) > len(FAULTS)
    assert [pattern for fault in FAULTS for pattern in fault.shows if not selected((pattern,))] == []
