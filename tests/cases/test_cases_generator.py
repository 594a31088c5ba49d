"""The case generator: a rejected case breaks what it names and nothing else, and a generator that lies is caught."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest

from conformance.checks.protocol.cases import ProtocolCase, protocol_cases
from conformance.checks.request.builder import Expect, Members, Placeholder
from conformance.checks.request.cases import request_cases
from conformance.checks.request.values import (
    Edit,
    beyond,
    near_misses,
    of_length,
    request_violations,
    sibling_words,
    spoiled,
    violations,
    wrong_types,
)
from conformance.contract.examples import example
from conformance.contract.loading import load
from conformance.wire.encoding import NotJsonError, parse
from conformance.wire.request import Request

CONTRACT = load()
LIST = CONTRACT.operations["ListTrainingJobsForHyperParameterTuningJob"]
DESCRIBE = CONTRACT.operations["DescribeHyperParameterTuningJob"]
OPERATIONS = (LIST, DESCRIBE)
NODES = {node.name: node for operation in OPERATIONS for node in operation.input.members.values()}
NAME, LIMIT, TOKEN = "HyperParameterTuningJobName", "MaxResults", "NextToken"
STAND_INS = {Placeholder.EXISTING: "a", Placeholder.TOKEN: "token", Placeholder.BROKEN_TOKEN: "token\n"}


def sent(members: Members) -> dict[str, Any]:
    return {name: STAND_INS[value] if isinstance(value, Placeholder) else value for name, value in members}


CASES = [(operation, case) for operation in OPERATIONS for case in request_cases(CONTRACT, operation)]
REJECTED = [(operation, case) for operation, case in CASES if case.expect is Expect.REFUSED]


def test_a_rejected_case_breaks_what_it_names_and_its_control_breaks_nothing() -> None:
    for operation, case in REJECTED:
        broken = request_violations(operation.input, sent(case.members))
        assert case.breaks in broken, case.name
        assert {member for member, _ in broken} == {case.breaks[0]}, case.name
        assert not request_violations(operation.input, sent(case.control)), case.name


def test_an_accepted_case_breaks_nothing() -> None:
    for operation, case in CASES:
        if case.expect is Expect.ACCEPTED:
            assert not request_violations(operation.input, sent(case.members)), case.name


def test_a_rejected_case_and_its_control_differ_in_one_member() -> None:
    for _, case in REJECTED:
        if case.breaks and case.name != "wrong-case":
            item, other = sent(case.members), sent(case.control)
            # By their words: True is 1 to Python.
            differing = {name for name in {*item, *other} if repr(item.get(name)) != repr(other.get(name))}
            assert differing == {case.breaks[0]}, case.name


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_cases_have_names_of_their_own_and_come_in_the_same_order_each_time(operation: Any) -> None:
    cases = request_cases(CONTRACT, operation)
    assert cases == request_cases(CONTRACT, operation)
    assert len({(case.subject, case.name) for case in cases}) == len(cases)


def test_every_case_rests_on_facts_or_observations_that_there_are() -> None:
    for _, case in CASES:
        assert case.facts or case.observed, case.name
        assert all(CONTRACT.fact(item).id == item for item in case.facts)
        assert all(item in CONTRACT.observations for item in case.observed)


def test_every_input_member_is_tried_in_every_facet_it_has() -> None:
    tried = {fact for _, case in CASES for fact in case.facts}
    for operation in OPERATIONS:
        for fact in CONTRACT.facts_of(operation.name, "input"):
            on_the_wire = fact.path in operation.input.members
            assert fact.id in tried or fact.facet == "default" or not on_the_wire, fact.id


LIES: dict[str, tuple[str, Any, str]] = {
    "a-name-too-short": ("of_length", lambda *_, **__: "a", "one breaks"),
    "a-name-with-a-space": ("of_length", lambda _, length, **__: "a " * (length // 2), "one breaks"),
    "a-listed-word": ("near_misses", lambda node: [Edit("valid", node.accepted_values()[0], "")], "breaks nothing"),
    "the-right-type": (
        "wrong_types", lambda kind: [Edit("same", "a" if kind == "string" else 7, "the right type")], "breaks nothing",
    ),
    "a-bound-itself": ("beyond", lambda bound, _: [Edit("inside", bound, "the bound itself")], "breaks nothing"),
    "a-control-that-is-invalid": ("example", lambda _: "no such word", "next to|breaks"),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_a_generator_that_lies_is_caught(lie: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, stand_in, words = LIES[lie]
    module = "builder" if name == "example" else "cases"
    monkeypatch.setattr(f"conformance.checks.request.{module}.{name}", stand_in)
    assert any(re.search(words, case.problem) for case in request_cases(CONTRACT, LIST))


def test_limits_are_tried_from_both_sides() -> None:
    values: dict[tuple[str, Expect], list[Any]] = defaultdict(list)
    for operation, case in CASES:
        if operation is LIST:
            values[case.subject, case.expect].append(sent(case.members).get(case.subject))

    def lengths(member: str, expect: Expect) -> set[int]:
        return {len(item) for item in values[member, expect] if isinstance(item, str)}

    def numbers(expect: Expect) -> set[int]:
        return {item for item in values[LIMIT, expect] if isinstance(item, int) and not isinstance(item, bool)}

    assert {1, 32} <= lengths(NAME, Expect.ACCEPTED)
    assert {0, 33} <= lengths(NAME, Expect.REFUSED)
    assert {1, 100} <= numbers(Expect.ACCEPTED)
    assert {0, -1, 101, -(2**31), 2**63 + 1} <= numbers(Expect.REFUSED)
    assert 8192 in lengths(TOKEN, Expect.LIKE_CONTROL)
    assert 8193 in lengths(TOKEN, Expect.REFUSED)


@pytest.mark.parametrize("kind", ["string", "integer", "boolean", "list", "map", "structure", "timestamp", "float"])
def test_wrong_types_are_of_every_other_json_type(kind: str) -> None:
    node = replace(NODES[NAME], type=kind, documented={}, modelled={})
    edits = list(wrong_types(kind))
    assert all(violations(node, edit.value) == {"type"} for edit in edits)
    assert len(edits) == (8 if kind == "string" else 9)


@pytest.mark.parametrize(
    ("edits", "member", "facet"),
    [
        (list(spoiled(NODES[NAME], "a-valid-name")), NAME, "pattern"),
        (list(near_misses(NODES["SortBy"])), "SortBy", "enum"),
        (list(beyond(100, 1)), LIMIT, "maximum"),
        (list(beyond(1, -1)), LIMIT, "minimum"),
    ],
    ids=["spoiled", "near-misses", "above", "below"],
)
def test_edits_have_names_of_their_own_and_break_only_the_facet(edits: list[Edit], member: str, facet: str) -> None:
    assert len({edit.name for edit in edits}) == len(edits) > 3
    for edit in edits:
        assert violations(NODES[member], edit.value) == {facet}, edit


@pytest.mark.parametrize(("bound", "names"), [(1, {"minus-one"}), (0, set()), (-1, set()), (-5, set())])
def test_minus_one_is_out_of_range_once_where_it_is_no_neighbour_of_the_bound(bound: int, names: set[str]) -> None:
    values = [edit.value for edit in beyond(bound, -1)]
    assert all(value < bound for value in values)
    assert len(set(values)) == len(values)
    assert {edit.name for edit in beyond(bound, -1)} & {"minus-one"} == names
    assert "minus-one" not in {edit.name for edit in beyond(bound, 1)}


def test_words_of_other_enums_are_those_of_the_enums_that_share_some_with_it() -> None:
    status = NODES["StatusEquals"]
    assert [edit.value for edit in sibling_words(status, CONTRACT)] == ["DeleteFailed", "Succeeded", "Pending"]
    assert not list(sibling_words(NODES["SortBy"], CONTRACT))
    assert not list(sibling_words(NODES[LIMIT], CONTRACT))
    wider = replace(status, editions=(*(status.editions or ()), "DeleteFailed"))
    assert [edit.value for edit in sibling_words(wider, CONTRACT)] == ["Succeeded", "Pending"]


def test_examples_are_valid() -> None:
    assert not any(violations(node, example(node)) for node in NODES.values())


def test_a_string_of_a_length_is_of_that_length_or_none() -> None:
    texts = [of_length(NODES[NAME], length, breaking=frozenset()) for length in range(33)]
    assert texts[0] is None
    assert [len(text or "") for text in texts[1:]] == list(range(1, 33))


# -- several members at once

BESIDE = {(case.subject, case.name): case for operation, case in CASES if operation is LIST and "-beside-" in case.name}


@pytest.mark.parametrize("member", LIST.input.members)
def test_what_is_rejected_alone_is_rejected_with_others_and_with_a_token(member: str) -> None:
    tried = {name for subject, name in BESIDE if subject == member}
    if member == TOKEN:
        assert tried == {"refused-beside-others"}
        return
    assert tried >= {"refused-beside-others", "refused-beside-a-token"}
    left_out = {"left-out-beside-others", "left-out-beside-a-token"}
    assert tried & left_out == (left_out if LIST.input.members[member].effective("required") else set())


@pytest.mark.parametrize("company", ["others", "a-token"])
def test_with_others_and_with_a_token_every_constraint_is_broken(company: str) -> None:
    for member, node in LIST.input.members.items():
        constraints = {"enum"} if node.accepted_values() else set()
        constraints |= {
            facet for facet in ("pattern", "min_length", "max_length", "minimum", "maximum") if node.effective(facet)
        }
        broken = [case.breaks for (_, name), case in BESIDE.items() if name.endswith(f"-beside-{company}")]
        facets = [pair[1] for pair in broken if pair and pair[0] == member and pair[1] != "required"]
        assert member == TOKEN or sorted(facets) == sorted(constraints)


def test_with_others_every_other_member_is_sent_but_the_token() -> None:
    for (member, name), case in BESIDE.items():
        names = {item for item, _ in case.members}
        if name.endswith("-a-token"):
            assert names | {member} == {NAME, TOKEN, member}
            assert dict(case.members)[TOKEN] is dict(case.control)[TOKEN] is Placeholder.TOKEN
        else:
            assert names | {member} == set(LIST.input.members) - ({TOKEN} - {member})


@pytest.mark.parametrize(
    ("member", "name", "broken"),
    [
        (LIMIT, "refused-beside-others", 101),
        (LIMIT, "range-0-beside-others", 0),
        (LIMIT, "refused-beside-a-token", 0),
        (LIMIT, "range-101-beside-a-token", 101),
        (NAME, "length-0-beside-others", ""),
        (TOKEN, "refused-beside-others", Placeholder.BROKEN_TOKEN),
    ],
)
def test_the_first_of_several_constraints_has_no_name_and_the_others_that_of_what_is_sent(
    member: str, name: str, broken: object
) -> None:
    assert dict(BESIDE[member, name].members)[member] == broken


def test_an_operation_with_one_member_has_no_cases_with_others() -> None:
    assert not [case for operation, case in CASES if operation is DESCRIBE and "-beside-" in case.name]


# -- the envelope


def enveloped(name: str = "a-name") -> Iterator[tuple[Request, ProtocolCase]]:
    for operation in OPERATIONS:
        plain = Request.call(operation.name, {operation.subject: name})
        yield from ((plain, case) for case in protocol_cases(CONTRACT, operation, plain))


def test_protocol_cases_do_not_depend_on_the_name_in_the_plain_request() -> None:
    shown, sketched = (
        [(plain.operation, case.subject, case.name, case.statement) for plain, case in enveloped(name)]
        for name in ("a", "conformance-sketch")
    )
    assert shown == sketched
    assert len(set(shown)) == len(shown)


def test_a_bent_envelope_is_bent_in_one_way() -> None:
    for plain, case in enveloped():
        bent = [each.name for each in fields(Request) if getattr(case.request, each.name) != getattr(plain, each.name)]
        # What is packed is another body, and a header that says so.
        assert len(bent) == 1 + (case.name == "gzip-body"), (case.name, bent)


def test_a_body_that_must_be_rejected_is_no_object_and_one_that_must_be_accepted_is_the_plain_one() -> None:
    for plain, case in enveloped():
        if case.subject == "body" and case.expect is Expect.REFUSED:
            with pytest.raises((NotJsonError, TypeError)):
                _ = replace(plain, body=case.request.body).members
        if case.subject == "body" and case.expect is Expect.ACCEPTED:
            assert json.loads(case.request.body) == parse(plain.body), case.name


def test_a_lenient_case_says_why() -> None:
    assert all(case.lenient for _, case in enveloped() if case.expect is Expect.EITHER)
