"""The table of null servers, as benchmarks/null_servers.py prints it: each scores what it deserves."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import pytest
from in_process import contract

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from null_servers import SERVERS, Score, score, table

NAMES = list(SERVERS)
REFERENCE = NAMES[-1]
UNDERSTANDS = {"200, one good answer for each operation; nonsense refused rightly", "right, but every list is empty"}
"""Servers that answer rightly in part."""


@cache
def score_of(server: str) -> Score:
    return score(server, contract())


@pytest.mark.parametrize("server", [name for name in NAMES if name not in {*UNDERSTANDS, REFERENCE}][:3])
def test_a_server_that_has_understood_nothing_passes_next_to_nothing(server: str) -> None:
    got = score_of(server)
    assert not got.conforms
    assert got.exercised > 0
    assert got.passed < 0.05 * got.exercised
    # One finding speaks for all: the checks behind it are put aside, and none of them passes.
    assert got.skipped > 100 * got.exercised


def test_a_canned_answer_passes_what_is_true_of_that_answer_and_nothing_that_depends_on_the_request() -> None:
    got = score_of("200, one good answer for each operation; nonsense refused rightly")
    assert not got.conforms
    assert got.failed > 100
    areas = {item.split("/")[1] for item in got.passed_ids}
    assert areas <= {"response", "consistency", "protocol", "request"}
    # Of the checks of requests only those pass that say that a valid one is accepted: no rejection, no echo.
    asked = [item for item in got.passed_ids if "/request/" in item and ("range-" in item or "length-" in item)]
    assert not any(word in item for item in asked for word in ("beyond", "above", "below", "too-"))


def test_empty_lists_never_conform() -> None:
    assert not score_of("right, but every list is empty").conforms


def test_the_reference_conforms_by_the_same_measure() -> None:
    got = score_of(REFERENCE)
    assert got.conforms
    assert got.share == 1


def test_the_table_has_a_row_for_each_server() -> None:
    lines = table([Score("a", 1, 2, 1, 4, conforms=False, passed_ids=())]).splitlines()
    assert lines[-1] == "| a | 4 | 1 | 2 | 1 | 4 | 25.0% | no |"
    assert len({len(line.split("|")) for line in lines}) == 1
