"""What became of each check between two runs, and what of that makes the new run worse."""

from __future__ import annotations

from dataclasses import replace

import pytest

from comparison.small_runs import ERROR, FAILED, FOOTER, HEADER, NEW, OLD, SKIPPED, check, run, side
from conformance.errors import ExitCode
from conformance.report.comparison.difference import Change, Difference, difference_of, in_groups
from conformance.report.comparison.reading import About
from conformance.report.result import Level, Outcome, Result
from conformance.report.run import Record

ID = "Read/request/Name/left-out"
PASSED = check(ID)
BROKE = check(ID, FAILED)
HUNG = check(ID, ERROR)
SKIP = check(ID, SKIPPED)
DECLARED = check(ID, FAILED, known=True)
RECOMMENDED = check(ID, FAILED, level=Level.SHOULD)


def difference(old: Record, new: Record, *, strict: bool = False) -> Difference:
    return difference_of(side(old), side(new), strict=strict)


def of_one(old: Result | None, new: Result | None, *, strict: bool = False) -> Difference:
    other = check("Read/request/Name/other")
    return difference(*(run(*(item for item in (other, mine) if item)) for mine in (old, new)), strict=strict)


@pytest.mark.parametrize(
    ("old", "new", "change", "worse"),
    [
        (PASSED, BROKE, Change.BROKEN, True),
        (PASSED, HUNG, Change.BROKEN, True),
        (PASSED, SKIP, Change.LOST, True),
        (BROKE, SKIP, Change.LOST, True),
        (HUNG, SKIP, Change.LOST, True),
        (PASSED, None, Change.REMOVED, True),
        (BROKE, None, Change.REMOVED, True),
        (SKIP, None, Change.REMOVED, True),
        (SKIP, BROKE, Change.FOUND, False),
        (SKIP, PASSED, Change.GAINED, False),
        (BROKE, PASSED, Change.FIXED, False),
        (HUNG, PASSED, Change.FIXED, False),
        (BROKE, HUNG, Change.CHANGED, False),
        (BROKE, check(ID, FAILED, kind="another"), Change.CHANGED, False),
        (BROKE, check(ID, FAILED, reason="for another reason"), Change.CHANGED, False),
        (BROKE, DECLARED, Change.CHANGED, False),
        (None, PASSED, Change.ADDED, False),
        (None, BROKE, Change.ADDED, False),
    ],
    ids=lambda value: value.outcome if isinstance(value, Result) else str(value),
)
def test_each_way_to_change(old: Result | None, new: Result | None, change: Change, worse: bool) -> None:  # noqa: FBT001 - a column of the table
    received = of_one(old, new)
    assert [(delta.change, delta.worse) for delta in received.deltas] == [(change, worse)]
    assert received.unchanged == 1
    assert received.exit_code is (ExitCode.DOES_NOT_CONFORM if worse else ExitCode.CONFORMS)


@pytest.mark.parametrize("same", [PASSED, BROKE, HUNG, SKIP, DECLARED], ids=lambda item: item.outcome)
def test_what_is_as_before_is_no_difference(same: Result) -> None:
    reason = "for another reason" if same is SKIP else same.reason
    received = of_one(same, replace(same, duration_s=9.0, received="another", rests_on={"answers": 3}, reason=reason))
    assert received.deltas == ()
    assert received.unchanged == 2
    assert received.title == "No difference"


def test_a_failure_that_was_declared_or_is_only_recommended_is_reported_without_counting() -> None:
    assert of_one(PASSED, DECLARED).worse == 0
    assert of_one(PASSED, DECLARED, strict=True).worse == 0
    assert of_one(PASSED, RECOMMENDED).worse == 0
    assert of_one(PASSED, RECOMMENDED, strict=True).worse == 1
    assert of_one(PASSED, RECOMMENDED).of(Change.BROKEN)


def test_an_error_counts_even_where_it_was_declared() -> None:
    assert of_one(PASSED, replace(HUNG, known=True)).worse == 1


def test_each_change_is_counted() -> None:
    counts = difference(OLD, NEW).counts
    assert counts == {
        Change.BROKEN: 2, Change.LOST: 1, Change.REMOVED: 1, Change.FOUND: 1, Change.CHANGED: 2, Change.FIXED: 1,
        Change.GAINED: 1, Change.ADDED: 1,
    }  # fmt: skip
    assert difference(OLD, NEW).worse == 3
    assert difference(OLD, NEW, strict=True).worse == 4


@pytest.mark.parametrize(
    ("old", "new", "title"),
    [
        (PASSED, BROKE, "Worse"),
        (BROKE, PASSED, "Better"),
        (SKIP, PASSED, "Better"),
        (SKIP, BROKE, "No worse"),
        (None, PASSED, "No worse"),
    ],
)
def test_the_title(old: Result | None, new: Result | None, title: str) -> None:
    assert of_one(old, new).title == title


def test_a_narrower_selection_does_not_look_as_if_all_were_well() -> None:
    narrow = run(*(result for result in OLD.results if result.area == "request"))
    received = difference(OLD, narrow)
    assert received.exit_code is ExitCode.DOES_NOT_CONFORM
    assert len(received.of(Change.REMOVED)) == len(OLD.results) - len(narrow.results)
    assert [note.about for note in received.notes] == [About.SELECTION]
    assert "not known to pass" in received.notes[0].text


def test_a_record_cut_short_is_reported_whichever_it_is() -> None:
    short = run(*OLD.results[:4], footer=None)
    assert [note.about for note in difference(OLD, short).notes] == [About.CUT_SHORT]
    assert difference(OLD, short).exit_code is ExitCode.DOES_NOT_CONFORM
    assert "old" in difference(short, OLD).notes[0].text
    stopped = run(*OLD.results, footer=replace(FOOTER, complete=False, stopped="the target died"))
    assert "the target died" in difference(OLD, stopped).notes[0].text


def test_frames_that_differ_are_reported() -> None:
    other = run(*OLD.results, digest="0" * 64, name="another", state="existing")
    newer = replace(other, header=replace(other.header, tool=replace(HEADER.tool, version="9.0")))
    notes = difference(OLD, newer).notes
    assert [note.about for note in notes] == [About.CONTRACT, About.TOOL, About.TARGET, About.STATE]
    assert HEADER.contract.digest[:12] in notes[0].text
    assert "another" in notes[2].text


def test_another_port_is_no_other_target() -> None:
    assert difference(OLD, run(*OLD.results, endpoint_url="http://127.0.0.1:1")).notes == ()


def test_what_changed_alike_is_one_group_from_four_on() -> None:
    def named(number: int, outcome: Outcome) -> Record:
        return run(*(check(f"Read/request/Name/case-{n}", outcome) for n in range(number)))

    three = in_groups(difference(named(3, Outcome.PASSED), named(3, FAILED)).deltas)
    four = in_groups(difference(named(4, Outcome.PASSED), named(4, FAILED)).deltas)
    assert [len(item.deltas) for item in three] == [1, 1, 1]
    assert [(len(item.deltas), item.title) for item in four] == [(4, "Read/request (4 checks)")]
