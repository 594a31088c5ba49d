"""Servers that each break one thing about the third operation: a check about that thing fails."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from conformance.checks.verdict import Outcome
from conformance.reference.listing import Page
from conformance.reference.service import Service
from third_operation.worked_example import judged

Members = dict[str, Any]
RESULT = "HyperParameterTuningJobSummaries"
NAME = "HyperParameterTuningJobName"
Edit = Callable[[Members], Members]


def asked(edit: Edit) -> type[Service]:
    """Return a server that takes another query for the one that it was asked."""
    return altered(list_tuning_jobs=lambda original, members: original(edit(dict(members))))


def answered(edit: Callable[[Members, Members], Members]) -> type[Service]:
    """Return a server that answers otherwise: `edit` is given the query and the right answer."""
    return altered(list_tuning_jobs=lambda original, members: edit(members, original(members)))


def altered(**stages: Callable[..., Any]) -> type[Service]:
    """Return a server with other stages; each gets the original, and its arguments."""

    def stage(name: str) -> Callable[..., Any]:
        return lambda self, *arguments: stages[name](partial(getattr(Service, name), self), *arguments)

    return type("Altered", (Service,), {name: stage(name) for name in stages})


def without(*names: str) -> Edit:
    return lambda members: {name: value for name, value in members.items() if name not in names}


def lost_with_a_token(*names: str) -> type[Service]:
    """Return a server that passes members over on every page after the first."""
    lost = without(*names)
    return altered(
        bound=lambda original, name, query: original(name, lost(query)),
        list_tuning_jobs=lambda original, members: original(lost(members) if "NextToken" in members else members),
    )


def dropping_the_last(_: Members, answer: Members) -> Members:
    return answer | {RESULT: answer[RESULT][:-1]} if "NextToken" in answer else answer


def by_the_beginning(query: Members, answer: Members) -> Members:
    part = query.get("NameContains", "")
    return answer | {RESULT: [item for item in answer[RESULT] if item[NAME].startswith(part)]}


def in_any_case(members: Members) -> Members:
    return members | ({"NameContains": members["NameContains"].upper()} if "NameContains" in members else {})


def swapped(item: str, other: str) -> Edit:
    names = {item: other, other: item}
    return lambda members: {names.get(name, name): value for name, value in members.items()}


BROKEN: dict[str, tuple[type[Service], tuple[str, ...]]] = {
    "status filter ignored":
        (asked(without("StatusEquals")), ("filter/Completed/only", "filter/StatusEquals/partition")),
    "name filter ignored":
        (asked(without("NameContains")), ("filter/NameContains/only",)),
    "name filter by its beginning":
        (answered(by_the_beginning), ("filter/NameContains/all",)),
    "name filter in capitals":
        (asked(in_any_case), ("filter/NameContains/all",)),
    "time filter ignored":
        (asked(without("CreationTimeBefore")),
         ("filter/CreationTimeBefore/only", "filter/CreationTimeAfter+CreationTimeBefore/only")),
    "times swapped":
        (asked(swapped("LastModifiedTimeAfter", "LastModifiedTimeBefore")),
         ("filter/LastModifiedTimeAfter/only", "filter/LastModifiedTimeBefore/all")),
    "changed taken for made":
        (asked(swapped("LastModifiedTimeAfter", "CreationTimeAfter")),
         ("filter/LastModifiedTimeAfter/all", "filter/CreationTimeAfter/only")),
    "filters lost on later pages":
        (lost_with_a_token("NameContains", "CreationTimeAfter"),
         ("filter/NameContains/in-pages", "filter/CreationTimeAfter/in-pages")),
    "last item of a page dropped":
        (answered(dropping_the_last), ("pagination/default/page-size-3", "pagination/Name-Ascending/page-size-1")),
    "later pages lost":
        (altered(page=lambda original, *query: Page(original(*query).items, None)),
         ("pagination/token/while-truncated",)),
    "token ignored":
        (asked(without("NextToken")), ("pagination/default/page-size-1", "pagination/token/never-back")),
    "a page of any size":
        (asked(without("MaxResults")), ("pagination/default/page-size-1",)),
    "default of a hundred":
        (asked(lambda members: {"MaxResults": 100} | members), ("pagination/page-size/default-at-most",)),
    "pages backwards":
        (answered(lambda _, answer: answer | {RESULT: answer[RESULT][::-1]}),
         ("order/Name/Ascending", "order/CreationTime/Descending")),
    "direction ignored":
        (asked(without("SortOrder")), ("order/Name/Descending", "order/CreationTime/reverse")),
    "key ignored":
        (asked(without("SortBy")), ("order/CreationTime/Ascending", "order/Status/Ascending")),
    "falls unasked":
        (asked(lambda members: {"SortOrder": "Descending"} | members), ("order/default/neither",)),
    "always by creation":
        (asked(lambda members: members | {"SortBy": "CreationTime"}),
         ("order/Name/Ascending", "order/Status/Ascending")),
}  # fmt: skip
"""What is broken, how, and the checks that must see it, without their operation: all of one area."""


@pytest.mark.parametrize("area", ["filter", "order", "pagination"])
def test_the_unbroken_server_is_not_accused(area: str) -> None:
    verdicts = judged(Service, area=area)
    assert [name for name, item in verdicts.items() if item.outcome in {Outcome.FAILED, Outcome.ERROR}] == []


@pytest.mark.parametrize(("service", "shows"), list(BROKEN.values()), ids=list(BROKEN))
def test_a_broken_server_fails_a_check_about_what_it_breaks(service: type[Service], shows: tuple[str, ...]) -> None:
    (area,) = {check.partition("/")[0] for check in shows}
    failed = {name for name, item in judged(service, area=area).items() if item.outcome is Outcome.FAILED}
    assert set(shows) <= failed, sorted(failed)
