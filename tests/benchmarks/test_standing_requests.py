"""What exists is put into requests that a tool has made up, and nothing else of them is touched."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from standing import Availability

from conformance.contract.loading import load
from conformance.contract.model import Operation

NAME = "HyperParameterTuningJobName"


@cache
def listing() -> Operation:
    return load().operations["ListTrainingJobsForHyperParameterTuningJob"]


def filled(standing: Availability, members: dict[str, Any]) -> dict[str, Any]:
    standing.put_into(listing(), members)
    return members


def test_a_name_that_is_unknown_gives_way_to_one_that_exists() -> None:
    standing = Availability(("one", "another"))
    assert filled(standing, {NAME: "nobody", "SortBy": "Name"}) == {NAME: "one", "SortBy": "Name"}
    assert filled(standing, {NAME: "nobody", "SortBy": "Name"}) == {NAME: "another", "SortBy": "Name"}


def test_a_name_that_exists_stays() -> None:
    assert filled(Availability(("one", "another")), {NAME: "another", "MaxResults": 3}) == {
        NAME: "another",
        "MaxResults": 3,
    }


def test_unknown_names_stay_where_nothing_else_is_said() -> None:
    standing = Availability(("one", "another"))
    got = [filled(standing, {NAME: "nobody", "SortBy": None})[NAME] for _ in range(30)]
    assert 0 < got.count("nobody") < 20
    assert set(got) == {"nobody", "one", "another"}


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
    assert filled(Availability(("one",)), dict(members)) == members
    assert not Availability(("one",)).asks_for_nobody(listing(), members)


def test_a_token_gives_way_to_one_of_the_same_query() -> None:
    standing = Availability(("one", "another"))
    standing.learn(listing(), {NAME: "another", "SortBy": "Status", "MaxResults": 2}, {"NextToken": "given-out"})
    asked = {NAME: "nobody", "SortBy": "Status", "MaxResults": 5, "NextToken": "made-up", "StatusEquals": None}
    assert filled(standing, asked) == {
        NAME: "another", "SortBy": "Status", "MaxResults": 5, "NextToken": "given-out", "StatusEquals": None,
    }  # fmt: skip


def test_a_name_that_exists_gets_no_token_of_another() -> None:
    standing = Availability(("one", "another"))
    standing.learn(listing(), {NAME: "another"}, {"NextToken": "given-out"})
    assert filled(standing, {NAME: "one", "NextToken": "made-up"}) == {NAME: "one"}
    assert filled(standing, {NAME: "another", "NextToken": "made-up"}) == {NAME: "another", "NextToken": "given-out"}


def test_a_token_is_left_out_where_none_was_given_out_for_such_a_query() -> None:
    standing = Availability(("one", "another"))
    standing.learn(listing(), {NAME: "another", "SortBy": "Status"}, {"NextToken": "given-out"})
    assert filled(standing, {NAME: "one", "SortBy": "Name", "NextToken": "made-up"}) == {NAME: "one", "SortBy": "Name"}
    broken = {NAME: "one", "SortBy": 7, "NextToken": "made-up"}
    assert filled(standing, broken) == {NAME: "one", "SortBy": 7}


def test_answers_that_are_no_pages_teach_nothing() -> None:
    standing = Availability(("one",))
    answers: list[Any] = [{}, {"NextToken": 7}, {"NextToken": None}, [], "text", None]
    for answer in answers:
        standing.learn(listing(), {NAME: "one"}, answer)
    assert filled(standing, {NAME: "one", "NextToken": "made-up"}) == {NAME: "one"}


def test_a_name_that_is_unknown_is_distinguished() -> None:
    standing = Availability(("one",))
    assert standing.asks_for_nobody(listing(), {NAME: "nobody"})
    assert not standing.asks_for_nobody(listing(), {NAME: "one"})
    assert not standing.asks_for_nobody(listing(), ["nobody"])
