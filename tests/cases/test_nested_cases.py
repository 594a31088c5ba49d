"""Cases of what is inside of members, and of alternatives: each breaks one thing, and they are bounded in number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contract.library_contract import LibraryFolder

from conformance.checks.request import nested
from conformance.checks.request.builder import Expect, RequestCase
from conformance.checks.request.cases import request_cases
from conformance.checks.request.values import violations_within
from conformance.contract.loading import load
from conformance.suite.saved_request import evaluate_request

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RequestCase]:
    contract = load(LibraryFolder(tmp_path_factory.mktemp("library")).root)
    return {f"{case.subject}/{case.name}": case for case in request_cases(contract, contract.operations["PutShelf"])}


LAYOUT, TAGS = "Layout", "Tags"
SENT: dict[str, dict[str, Any]] = {
    "Layout.Rows/left-out": {LAYOUT: {}},
    "Layout.Rows/type-list": {LAYOUT: {"Rows": ["a"]}},
    "Layout.Rows/range-0": {LAYOUT: {"Rows": 0}},
    "Layout.Rows/range-10": {LAYOUT: {"Rows": 10}},
    "Layout.Colour/given": {LAYOUT: {"Rows": 1, "Colour": "Red"}},
    "Layout.Colour/enum-not-stranger": {LAYOUT: {"Rows": 1, "Colour": "NoSuchValue"}},
    "Layout.Lock/no-member": {LAYOUT: {"Rows": 1, "Lock": {}}},
    "Layout.Lock/two-members": {LAYOUT: {"Rows": 1, "Lock": {"Code": 0, "Key": "brass"}}},
    "Layout.Lock/with-type": {LAYOUT: {"Rows": 1, "Lock": {"__type": "com.example#Name", "Code": 0}}},
    "Layout.Lock/with-null": {LAYOUT: {"Rows": 1, "Lock": {"Code": 0, "Key": None}}},
    "Door/with-type": {"Door": {"__type": "com.example#Name", "Code": 0}},
    "Layout.Lock.Key/given": {LAYOUT: {"Rows": 1, "Lock": {"Key": "brass"}}},
    "Layout.Lock.Key/pattern-inner-space": {LAYOUT: {"Rows": 1, "Lock": {"Key": "br ass"}}},
    "Layout.Gaps[]/null": {LAYOUT: {"Rows": 1, "Gaps": [None]}},
    "Door/no-member": {"Door": {}},
    "Door/two-members": {"Door": {"Code": 0, "Key": "brass"}},
    "Tags[]/length-1": {TAGS: ["a"]},
    "Tags/length-3": {TAGS: ["aa", "aaa", "aaaa"]},
    "Tags/length-0": {TAGS: []},
}  # fmt: skip


@pytest.mark.parametrize("name", SENT)
def test_the_plainest_value_is_sent_inside_of_a_valid_member(cases: dict[str, RequestCase], name: str) -> None:
    sent = dict(cases[name].members)
    for member, value in SENT[name].items():
        assert sent[member] == value or (name == "Tags/length-3" and len(sent[member]) == 3)


def test_every_facet_of_every_path_is_broken_once(cases: dict[str, RequestCase]) -> None:
    broken = [case.breaks for case in cases.values() if case.breaks and "." in case.breaks[0]]
    assert len(set(broken) - {("Layout.Lock", "union")}) == len([pair for pair in broken if pair[1] != "union"])
    assert {("Layout.Labels", "max_length"), ("Layout.Labels{key}", "pattern"), ("Layout.Above", "type")} <= set(broken)


def test_what_is_made_up_proves_nothing_by_its_rejection_and_the_model_alone_is_no_must(
    cases: dict[str, RequestCase],
) -> None:
    inside = [case for case in cases.values() if "." in case.subject or "[" in case.subject]
    assert inside
    assert all(case.made and case.level == "should" and case.facts for case in inside)
    assert not [case for case in cases.values() if case.problem]
    assert all(case.control for case in inside if case.expect is Expect.REFUSED)


def test_one_of_two_alternatives_is_in_every_request(cases: dict[str, RequestCase]) -> None:
    none, both = cases["Room+Corridor/none-given"], cases["Room+Corridor/both-given"]
    assert not {"Room", "Corridor"} & set(dict(none.members))
    assert {"Room", "Corridor"} <= set(dict(both.members))
    assert "Room+Corridor/pair" not in cases
    for name, case in cases.items():
        if not name.startswith("Room+Corridor/"):
            sent = {member: value for member, value in case.members if value is not None}
            assert len({"Room", "Corridor"} & set(sent)) == 1, name
            controlled = {member for member, value in case.control if value is not None}
            assert not case.control or len({"Room", "Corridor"} & controlled) == 1, name


def test_there_are_no_more_cases_than_the_bound_and_one_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nested, "MOST", 5)
    contract = load(LibraryFolder(tmp_path).root)
    found = request_cases(contract, contract.operations["PutShelf"])
    inside = [case for case in found if "." in case.subject or "[" in case.subject]
    assert len(inside) == 5
    assert {case.subject.count(".") for case in inside} == {1}
    last = next(case for case in found if case.subject == "nested")
    assert "5 requests" in last.problem


def test_a_member_without_a_valid_value_is_a_case_that_says_so(tmp_path: Path) -> None:
    folder = LibraryFolder(tmp_path).replace("shapes/all.yaml", "pattern: '[a-z]{5}'", "pattern: '(?=a)b'")
    contract = load(folder.replace("shapes/all.yaml", "example: brass, ", "").root)
    found = {case.subject: case for case in request_cases(contract, contract.operations["PutShelf"]) if case.problem}
    assert "no valid value of Layout.Lock.Key" in found["Layout.Lock.Key"].problem


def test_what_a_value_breaks_is_named_by_its_path(tmp_path: Path) -> None:
    contract = load(LibraryFolder(tmp_path).root)
    node = contract.operations["PutShelf"].input.members["Layout"]
    value = {"Colour": "Green", "Labels": {"A": "x", "b": None}, "Lock": {}, "Above": {"Rows": 1}}
    assert violations_within(node, value) == {
        ("Layout.Rows", "required"),
        ("Layout.Colour", "enum"),
        ("Layout.Labels{key}", "pattern"),
        ("Layout.Labels{value}", "required"),
        ("Layout.Lock", "union"),
    }


def test_a_saved_request_is_read_with_its_unions_nulls_and_alternatives(tmp_path: Path) -> None:
    contract = load(LibraryFolder(tmp_path).root)
    operation = contract.operations["PutShelf"]
    sound = {"Layout": {"Rows": 1, "Gaps": [None], "Lock": {"Code": 1}}, "Room": "a"}
    requested = evaluate_request(contract, operation, sound)
    assert not requested.broken
    assert not requested.notes
    broken = {"Layout": {"Rows": 1, "Lock": {"Code": 1, "Key": "brass"}}, "Room": "a", "Corridor": "b"}
    requested = evaluate_request(contract, operation, broken)
    assert [fact.split("/")[2:4] for fact in requested.broken] == [["Layout.Lock", "union"]]
    assert requested.notes == ("exactly one of Room, Corridor must be given, and Room, Corridor is",)
