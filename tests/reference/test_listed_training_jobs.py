"""Order, filter and pages of List, against the world itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conformance.worlds.loading import load_world

if TYPE_CHECKING:
    from reference.calling import Caller

MANY = "churn-57-in-all-statuses"
WORLD = load_world("default")
TRUTH = WORLD.job(MANY).training_jobs


def walk(caller: Caller, name: str, **query: Any) -> list[dict[str, Any]]:
    """All items, page after page; each page but the last is full."""
    items: list[dict[str, Any]] = []
    page = caller.list(name, **query)
    while True:
        items += page["TrainingJobSummaries"]
        if "NextToken" not in page:
            return items
        assert len(page["TrainingJobSummaries"]) == query.get("MaxResults", 10)
        page = caller.list(name, **query, NextToken=page["NextToken"])


def names(items: list[dict[str, Any]]) -> list[str]:
    return [item["TrainingJobName"] for item in items]


@pytest.mark.parametrize("size", [1, 7, 57, 100])
def test_pages_of_any_size_make_the_same_list(caller: Caller, size: int) -> None:
    assert names(walk(caller, MANY, MaxResults=size)) == sorted(job.name for job in TRUTH)


@pytest.mark.parametrize(
    ("name", "size", "pages"),
    [
        ("none-at-all", {}, [0]),
        ("exactly-ten", {}, [10]),
        ("eleven-is-a-page-and-one", {}, [10, 1]),
        ("one-hundred", {"MaxResults": 100}, [100]),
        ("one-hundred-and-one", {"MaxResults": 100}, [100, 1]),
    ],
)
def test_ten_are_a_page_by_default_and_a_hundred_at_most(
    caller: Caller, name: str, size: dict[str, int], pages: list[int]
) -> None:
    page = caller.list(name, **size)
    sizes = [len(page["TrainingJobSummaries"])]
    while "NextToken" in page:
        page = caller.list(name, **size, NextToken=page["NextToken"])
        sizes.append(len(page["TrainingJobSummaries"]))
    assert sizes == pages


@pytest.mark.parametrize(("sort_by", "key"), [("Name", "name"), ("CreationTime", "created"), ("Status", "status")])
@pytest.mark.parametrize("descending", [False, True])
def test_a_listing_is_in_the_order_that_is_asked_for(caller: Caller, sort_by: str, key: str, descending: bool) -> None:  # noqa: FBT001 - a parameter
    order = "Descending" if descending else "Ascending"
    items = walk(caller, MANY, SortBy=sort_by, SortOrder=order, MaxResults=7)
    by_name = sorted(TRUTH, key=lambda job: job.name)
    expected = sorted(by_name, key=lambda job: getattr(job, key), reverse=descending)
    assert names(items) == [job.name for job in expected]


def test_a_filter_and_the_metric_order_together(caller: Caller) -> None:
    items = walk(caller, MANY, StatusEquals="Stopped", SortBy="FinalObjectiveMetricValue", SortOrder="Descending")
    values = [item["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] for item in items]
    assert values == [pytest.approx(0.701), pytest.approx(0.6233)]


def test_a_token_serves_another_page_size_and_the_defaults_written_out(caller: Caller) -> None:
    token = caller.list(MANY)["NextToken"]
    written_out = caller.list(MANY, NextToken=token, SortBy="Name", SortOrder="Ascending", MaxResults=47)
    assert names(written_out["TrainingJobSummaries"]) == sorted(job.name for job in TRUTH)[10:]
    assert "NextToken" not in written_out


def rejected(caller: Caller, **query: str) -> bool:
    query = {"HyperParameterTuningJobName": MANY, **query}
    status, code, _ = caller.rejection("ListTrainingJobsForHyperParameterTuningJob", query)
    return (status, code) == (400, "ValidationException")


@pytest.mark.parametrize(
    "other",
    [
        {"SortBy": "CreationTime"},
        {"SortOrder": "Descending"},
        {"StatusEquals": "Completed"},
        {"HyperParameterTuningJobName": "one-hundred"},
    ],
)
def test_a_token_can_be_used_twice_and_not_in_another_query(caller: Caller, other: dict[str, str]) -> None:
    token = caller.list(MANY)["NextToken"]
    assert caller.list(MANY, NextToken=token) == caller.list(MANY, NextToken=token)
    assert rejected(caller, NextToken=token, **other)


@pytest.mark.parametrize("token", ["", "x", "\u00e9", "A" * 32])
def test_a_token_that_was_never_issued_is_rejected(caller: Caller, token: str) -> None:
    assert rejected(caller, NextToken=token)


def test_a_changed_token_is_rejected(caller: Caller) -> None:
    token = caller.list(MANY)["NextToken"]
    assert rejected(caller, NextToken=("B" if token[0] == "A" else "A") + token[1:])


def test_null_and_unknown_members_are_as_good_as_absent(caller: Caller) -> None:
    query = {"MaxResults": None, "SortBy": None, "NextToken": None, "StatusEquals": None, "Colour": [1]}
    assert caller.list(MANY, **query) == caller.list(MANY)


def test_ten_may_be_written_with_an_exponent(caller: Caller) -> None:
    body = f'{{"HyperParameterTuningJobName":"{MANY}","MaxResults":1.2E1}}'.encode()
    answer = caller.post("ListTrainingJobsForHyperParameterTuningJob", body).json()
    assert len(answer["TrainingJobSummaries"]) == 12
