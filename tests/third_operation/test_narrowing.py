"""Filters by a part of a text and by moments: the value that is chosen, what it admits, and how they are written."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from laws.exchanges import answered

from conformance.checks.listing.filters import Narrowing, admits_all, admits_only, beyond, containing
from conformance.checks.verdict import Outcome
from conformance.contract.files import ContractError
from conformance.contract.loading import load
from conformance.session.listing import Reader, Walked
from conformance.wire.exchange import Listing
from third_operation.worked_example import FOLDER, OPERATION, example

NAME = "HyperParameterTuningJobName"
Items = tuple[dict[str, Any], ...]


def jobs(**times: float) -> Items:
    return tuple({NAME: name, "CreationTime": time} for name, time in times.items())


ITEMS = jobs(a=1, b=2, c=3, d=4, e=5)
READER = Reader.of(example().operations[OPERATION])


def walk(items: Items) -> Walked:
    return Walked(OPERATION, Listing((answered(),), items, complete=True), 100)


def found(narrowing: Narrowing | None) -> Narrowing:
    assert narrowing is not None
    return narrowing


def by_creation(*, later: bool, part: float = 0.5) -> Narrowing:
    name = "After" if later else "Before"
    return found(beyond(name, "CreationTime", ITEMS, later=later, part=part))


class TestTheValue:
    def test_a_part_divides_the_items(self) -> None:
        items = jobs(alphaOne=1, alphaTwo=2, betaOne=3, betaTwo=4)
        narrowing = found(containing("NameContains", NAME, items))
        admitted = [item for item in items if narrowing.admits(item)]
        assert len(admitted) == len(items) / 2
        ((member, part),) = narrowing.members
        assert member == "NameContains"
        assert len(part) > 1

    @pytest.mark.parametrize("items", [(), jobs(same=1), jobs(a=1, b=2)], ids=["none", "one", "one-letter-each"])
    def test_no_part_divides_what_can_not_be_divided(self, items: Items) -> None:
        assert containing("NameContains", NAME, items) is None

    def test_a_moment_has_items_on_both_sides_and_leaves_its_own_open(self) -> None:
        assert [by_creation(later=True).admits(item) for item in ITEMS] == [False, False, None, True, True]
        assert [by_creation(later=False).admits(item) for item in ITEMS] == [True, True, None, False, False]

    def test_a_moment_lies_where_another_one_would_show(self) -> None:
        items = tuple(
            {"CreationTime": time, "LastModifiedTime": time + (60 if time == 20 else 0)}
            for time in (10, 20, 30, 40, 50)
        )
        narrowing = found(beyond("After", "CreationTime", items, later=True, others=("LastModifiedTime",)))
        ((_, bound),) = narrowing.members
        assert 20 < bound < 80

    @pytest.mark.parametrize(
        "items", [jobs(a=1, b=2), ({NAME: "a", "CreationTime": "noon"},) * 5], ids=["few", "texts"]
    )
    def test_without_moments_there_is_none(self, items: Items) -> None:
        assert beyond("CreationTimeAfter", "CreationTime", items, later=True) is None

    def test_two_together_reject_what_one_rejects(self) -> None:
        both = by_creation(later=True, part=0).both(by_creation(later=False, part=1))
        assert [both.admits(item) for item in ITEMS] == [False, None, True, None, False]
        assert dict(both.members) == {"After": 2, "Before": 4}


class TestTheLaws:
    @pytest.mark.parametrize("first", [2, 3], ids=["with-its-own-moment", "without"])
    def test_what_is_admitted_passes(self, first: int) -> None:
        for law in (admits_only, admits_all):
            verdict = law(READER, by_creation(later=True), walk(ITEMS[first:]), ITEMS)
            assert verdict.outcome is Outcome.PASSED
            assert verdict.rests_on["items"] > 0

    @pytest.mark.parametrize(
        ("law", "first", "kind", "named"),
        [(admits_only, 1, "unfiltered-item", "such as b"), (admits_all, 4, "items-lost", "(d)")],
        ids=["a-stranger", "a-loss"],
    )
    def test_an_item_in_the_wrong_list_is_named(self, law: Any, first: int, kind: str, named: str) -> None:
        verdict = law(READER, by_creation(later=True), walk(ITEMS[first:]), ITEMS)
        assert (verdict.outcome, verdict.kind) == (Outcome.FAILED, kind)
        assert named in verdict.received

    @pytest.mark.parametrize("law", [admits_only, admits_all])
    def test_a_walk_that_broke_off_is_no_pass(self, law: Any) -> None:
        broken = Walked(OPERATION, Listing((), (), complete=False, problem="page 1: HTTP 400"), 100)
        assert law(READER, by_creation(later=True), broken, ITEMS).outcome is Outcome.FAILED

    def test_a_filter_that_divides_nothing_is_skipped(self) -> None:
        everything, nothing = Narrowing((), "anything", lambda _: True), Narrowing((), "nothing", lambda _: False)
        assert admits_only(READER, everything, walk(ITEMS), ITEMS).outcome is Outcome.SKIPPED
        assert admits_all(READER, nothing, walk(()), ITEMS).outcome is Outcome.SKIPPED


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("{NameContains: HyperParameterTuningJobName}", "{NameContains: HyperParameterTuningJobNam}", "an item has no"),
        ("{NameContains: HyperParameterTuningJobName}", "{NameHas: HyperParameterTuningJobName}", "the input has no"),
        ("{CreationTimeAfter: CreationTime,", "{CreatedAfter: CreationTime,", "the input has no"),
        ("{CreationTimeBefore: CreationTime,", "{CreationTimeBefore: Creation,", "an item has no"),
        ("http_status: 200", "http_status: 200\nsubject: Name", "the input has no"),
        ("containing:", "contains:", "contains"),
    ],
)
def test_a_wrong_name_is_reported_with_its_line(tmp_path: Path, old: str, new: str, problem: str) -> None:
    folder = tmp_path / "contract"
    shutil.copytree(FOLDER, folder)
    file = folder / "operations" / f"{OPERATION}.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ContractError) as caught:
        load(folder)
    assert f"operations/{OPERATION}.yaml:" in caught.value.where
    assert problem in caught.value.problem
