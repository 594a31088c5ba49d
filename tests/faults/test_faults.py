"""A defect is caught over real HTTP by a check that names it, and nothing is accused where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from faults.catalogue import FAULTS
from faults.judging import Mode, contract, evaluate, selected

if TYPE_CHECKING:
    from conformance.reference.http import Answer, Call
    from faults.fault import Fault, Forward


def _unchanged(call: Call, forward: Forward) -> Answer:
    return forward(call)


@pytest.mark.parametrize("mode", Mode)
def test_nothing_is_accused_without_a_fault(mode: Mode) -> None:
    judged = evaluate(_unchanged, mode)
    assert judged.failed == {}
    assert judged.errors == {}


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_is_caught_by_a_check_that_names_it(fault: Fault) -> None:
    judged = evaluate(fault.apply, Mode.EXISTING, fault.shows, signed=fault.signed, jobs=fault.jobs)
    lacking = [pattern for pattern in fault.shows if not judged.seen_by(pattern)]
    assert not lacking, f"{fault} survives {lacking}; what failed is {sorted(judged.failed)}"
    assert judged.errors == {}


def test_what_a_fault_breaks_is_in_the_contract() -> None:
    known = {fact.id for fact in contract().facts} | {behaviour.id for behaviour in contract().behaviours}
    assert [str(fault) for fault in FAULTS if fault.breaks not in known] == []


def test_each_pattern_is_of_some_check() -> None:
    assert [pattern for fault in FAULTS for pattern in fault.shows if not selected((pattern,))] == []
