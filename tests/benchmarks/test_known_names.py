"""What exists is put into requests that a tool has made up, and nothing else of them is touched."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from known_names import KnownNames

from conformance.contract.loading import load
from conformance.contract.model import Operation

NAME = "HyperParameterTuningJobName"


@cache
def listing() -> Operation:
    return load().operations["ListTrainingJobsForHyperParameterTuningJob"]


def filled(known: KnownNames, members: dict[str, Any]) -> dict[str, Any]:
    known.put_into(listing(), members)
    return members


def test_a_name_that_is_unknown_gives_way_to_one_that_exists() -> None:
    known = KnownNames(("one", "another"))
    assert filled(known, {NAME: "unknown", "SortBy": "Name"}) == {NAME: "one", "SortBy": "Name"}
    assert filled(known, {NAME: "unknown", "SortBy": "Name"}) == {NAME: "another", "SortBy": "Name"}


def test_a_name_that_exists_stays() -> None:
    asked = {NAME: "another", "MaxResults": 3}
    assert filled(KnownNames(("one", "another")), dict(asked)) == asked


def test_unknown_names_stay_where_nothing_else_is_said() -> None:
    known = KnownNames(("one", "another"))
    got = [filled(known, {NAME: "unknown", "SortBy": None})[NAME] for _ in range(30)]
    assert 0 < got.count("unknown") < 20
    assert set(got) == {"unknown", "one", "another"}


@pytest.mark.parametrize(
    "members",
    [
        {},
        {NAME: None},
        {NAME: 7},
        {NAME: ""},
        {NAME: "a-job-"},
        {NAME: "x" * 33},
        {NAME: "one", "NextToken": "two\nlines"},
        {NAME: "one", "NextToken": None},
        {NAME: "one", "SortBy": ["Name"], "MaxResults": 101, "StatusEquals": "failed"},
    ],
)
def test_what_breaks_a_constraint_is_sent_as_it_was_made(members: dict[str, Any]) -> None:
    assert filled(KnownNames(("one",)), dict(members)) == members
    assert not KnownNames(("one",)).asks_for_unknown(listing(), members)


def test_a_token_gives_way_to_one_of_the_same_query() -> None:
    known = KnownNames(("one", "another"))
    known.learn(listing(), {NAME: "another", "SortBy": "Status", "MaxResults": 2}, {"NextToken": "given-out"})
    asked = {NAME: "unknown", "SortBy": "Status", "MaxResults": 5, "NextToken": "made-up", "StatusEquals": None}
    assert filled(known, asked) == {
        NAME: "another", "SortBy": "Status", "MaxResults": 5, "NextToken": "given-out", "StatusEquals": None,
    }  # fmt: skip


def test_a_name_that_exists_gets_no_token_of_another() -> None:
    known = KnownNames(("one", "another"))
    known.learn(listing(), {NAME: "another"}, {"NextToken": "given-out"})
    assert filled(known, {NAME: "one", "NextToken": "made-up"}) == {NAME: "one"}
    assert filled(known, {NAME: "another", "NextToken": "made-up"}) == {NAME: "another", "NextToken": "given-out"}


def test_a_token_is_left_out_where_none_was_given_out_for_such_a_query() -> None:
    known = KnownNames(("one", "another"))
    known.learn(listing(), {NAME: "another", "SortBy": "Status"}, {"NextToken": "given-out"})
    assert filled(known, {NAME: "one", "SortBy": "Name", "NextToken": "made-up"}) == {NAME: "one", "SortBy": "Name"}
    broken = {NAME: "one", "SortBy": 7, "NextToken": "made-up"}
    assert filled(known, broken) == {NAME: "one", "SortBy": 7}


def test_answers_that_are_no_pages_teach_nothing() -> None:
    known = KnownNames(("one",))
    answers: list[Any] = [{}, {"NextToken": 7}, {"NextToken": None}, [], "text", None]
    for answer in answers:
        known.learn(listing(), {NAME: "one"}, answer)
    assert filled(known, {NAME: "one", "NextToken": "made-up"}) == {NAME: "one"}


def test_a_name_that_is_unknown_is_distinguished() -> None:
    known = KnownNames(("one",))
    assert known.asks_for_unknown(listing(), {NAME: "unknown"})
    assert not known.asks_for_unknown(listing(), {NAME: "one"})
    assert not known.asks_for_unknown(listing(), ["unknown"])
