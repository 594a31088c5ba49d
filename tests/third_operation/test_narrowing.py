"""Filters by a part of a text and by moments: the value that is chosen, what it admits, and how they are written."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from conformance.checks.listing.filters import Narrowing, admits_all, admits_only, beyond, containing
from conformance.checks.verdict import Outcome
from conformance.contract.files import ContractError
from conformance.contract.loading import load
from conformance.session.listing import Reader, Walked
from conformance.wire.exchange import Exchange, HttpRequest, HttpResponse, Listing
from third_operation.worked_example import FOLDER, OPERATION, example

NAME = "HyperParameterTuningJobName"
Items = tuple[dict[str, Any], ...]


def jobs(**times: float) -> Items:
    return tuple({NAME: name, "CreationTime": time} for name, time in times.items())


def walk(items: Items) -> Walked:
    page = Exchange(OPERATION, HttpRequest("POST", "/", (), b"{}"), HttpResponse(200, (), b"{}", 0.0))
    return Walked(OPERATION, Listing((page,), items, complete=True), 100)


def reader() -> Reader:
    return Reader.of(example().operations[OPERATION])


def found(narrowing: Narrowing | None) -> Narrowing:
    assert narrowing is not None
    return narrowing


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
        items = jobs(a=1, b=2, c=3, d=4, e=5)
        narrowing = found(beyond("CreationTimeAfter", "CreationTime", items, later=True))
        assert [narrowing.admits(item) for item in items] == [False, False, None, True, True]
        narrowing = found(beyond("CreationTimeBefore", "CreationTime", items, later=False))
        assert [narrowing.admits(item) for item in items] == [True, True, None, False, False]

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

    def test_two_together_refuse_what_one_rejects(self) -> None:
        items = jobs(a=1, b=2, c=3, d=4, e=5)
        start = found(beyond("After", "CreationTime", items, later=True, part=0))
        end = found(beyond("Before", "CreationTime", items, later=False, part=1))
        both = start.both(end)
        assert [both.admits(item) for item in items] == [False, None, True, None, False]
        assert dict(both.members) == {"After": 2, "Before": 4}


class TestTheLaws:
    ITEMS = jobs(a=1, b=2, c=3, d=4, e=5)

    def narrowing(self) -> Narrowing:
        return found(beyond("CreationTimeAfter", "CreationTime", self.ITEMS, later=True))

    @pytest.mark.parametrize("first", [2, 3], ids=["with-its-own-moment", "without"])
    def test_what_is_admitted_passes(self, first: int) -> None:
        kept = walk(self.ITEMS[first:])
        for law in (admits_only, admits_all):
            verdict = law(reader(), self.narrowing(), kept, self.ITEMS)
            assert verdict.outcome is Outcome.PASSED
            assert verdict.rests_on["items"] > 0

    def test_a_stranger_is_named(self) -> None:
        verdict = admits_only(reader(), self.narrowing(), walk(self.ITEMS[1:]), self.ITEMS)
        assert (verdict.outcome, verdict.kind) == (Outcome.FAILED, "unfiltered-item")
        assert "such as b" in verdict.received

    def test_a_loss_is_named(self) -> None:
        verdict = admits_all(reader(), self.narrowing(), walk(self.ITEMS[4:]), self.ITEMS)
        assert (verdict.outcome, verdict.kind) == (Outcome.FAILED, "items-lost")
        assert "(d)" in verdict.received

    def test_a_walk_that_broke_off_is_no_pass(self) -> None:
        broken = Walked(OPERATION, Listing((), (), complete=False, problem="page 1: HTTP 400"), 100)
        for law in (admits_only, admits_all):
            assert law(reader(), self.narrowing(), broken, self.ITEMS).outcome is Outcome.FAILED

    def test_what_tells_nothing_is_skipped(self) -> None:
        everything = Narrowing((), "anything", lambda _: True)
        nothing = Narrowing((), "nothing", lambda _: False)
        assert admits_only(reader(), everything, walk(self.ITEMS), self.ITEMS).outcome is Outcome.SKIPPED
        assert admits_all(reader(), nothing, walk(()), self.ITEMS).outcome is Outcome.SKIPPED


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
