"""Runs side by side: what a cell says, what differs, and what is a claim."""

from __future__ import annotations

from comparison.small_runs import ERROR, FAILED, NEW, OLD, SKIPPED, check, run, side
from conformance.report.comparison.matrix import Cell, Matrix, matrix_of
from conformance.report.result import Outcome, Result

NAME = "Read/request/Name"


def matrix(*runs: tuple[Result, ...]) -> Matrix:
    return matrix_of([side(run(*results), f"run {number}") for number, results in enumerate(runs)])


PASSED_ONE, FAILED_ONE, ERROR_ONE, SKIPPED_ONE = (
    check(f"{NAME}/{item}", item) for item in (Outcome.PASSED, FAILED, ERROR, SKIPPED)
)


def test_cells() -> None:
    assert str(Cell.of([PASSED_ONE])) == "✓ 1"
    assert str(Cell.of([PASSED_ONE, SKIPPED_ONE])) == "✓ 1 ○1"
    assert str(Cell.of([PASSED_ONE, FAILED_ONE])) == "✗ 1 of 2"
    assert str(Cell.of([PASSED_ONE, FAILED_ONE, ERROR_ONE, SKIPPED_ONE])) == "! 1 of 3 ○1"
    assert str(Cell.of([SKIPPED_ONE, SKIPPED_ONE])) == "○ 2"


def test_an_error_outweighs_a_failure_and_a_pass_a_skip() -> None:
    assert Cell.of([PASSED_ONE, FAILED_ONE, ERROR_ONE, SKIPPED_ONE]).outcome is ERROR
    assert Cell.of([PASSED_ONE, FAILED_ONE, SKIPPED_ONE]).outcome is FAILED
    assert Cell.of([PASSED_ONE, SKIPPED_ONE]).outcome is Outcome.PASSED
    assert Cell.of([SKIPPED_ONE]).outcome is SKIPPED


def test_a_claim_whose_id_has_no_parts_stands_for_itself() -> None:
    claims = matrix((check(f"{NAME}/one", facts=("odd", "")),), ()).claims
    assert [(item.id, item.group, item.title) for item in claims] == [("", "/", ""), ("odd", "odd/", "odd")]


def test_a_row_differs_where_two_runs_that_have_it_ended_it_differently() -> None:
    item, other = f"{NAME}/one", f"{NAME}/other"
    laid = matrix((check(item), check(other)), (check(item, FAILED),), (check(item),))
    assert {row.check.id: row.differs for row in laid.rows} == {item: True, other: False}
    assert laid.differing == 1
    assert [result and result.outcome.value for result in laid.rows[1].results] == ["passed", None, None]


def test_areas_and_subjects_count_for_each_run() -> None:
    laid = matrix_of([side(OLD, "old"), side(NEW, "new")])
    areas = {(area.operation, area.name): area for area in laid.areas}
    assert list(areas) == [
        ("List", "request"), ("List", "pagination"), ("List", "order"), ("List", "filter"), ("List", "client"),
        ("Read", "request"), ("Read", "response"), ("Read", "error"), ("Read", "protocol"),
    ]  # fmt: skip
    request = areas["Read", "request"]
    assert [cell and (cell.passed, cell.failed) for cell in request.cells] == [(2, 0), (0, 1)]
    assert areas["List", "client"].cells[0] is None
    assert [subject.name for subject in request.subjects] == ["Name"]


def test_facts_are_claims_and_so_is_a_check_without_any() -> None:
    fact, other = "Read/input/Name/max_length", "Read/input/Name/pattern"
    laid = matrix(
        (check(f"{NAME}/a", facts=(fact, other)), check(f"{NAME}/b", FAILED, facts=(fact,)), check("Read/order/X/y")),
        (check(f"{NAME}/a", SKIPPED, facts=(fact, other)), check(f"{NAME}/b", facts=(fact,))),
    )
    received = {
        claim.id: ([outcome and outcome.value for outcome in claim.outcomes], claim.differs) for claim in laid.claims
    }
    assert received == {
        fact: (["failed", "passed"], True),
        other: (["passed", "skipped"], True),
        "Read/order/X/y": (["passed", None], False),
    }
    assert [claim.group for claim in laid.claims] == ["Read/input", "Read/input", "Read/order"]
