"""The case generator: a refused case breaks what it names and nothing else, and a generator that lies is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from conformance.checks.protocol.cases import protocol_cases
from conformance.checks.request.cases import request_cases
from conformance.checks.request.values import (
    CaseError,
    Edit,
    Expect,
    Placeholder,
    RequestCase,
    beyond,
    example,
    near_misses,
    of_length,
    request_violations,
    sibling_words,
    spoiled,
    violations,
    wrong_types,
)
from conformance.contract.loading import load
from conformance.contract.model import Contract, Node, Operation
from conformance.wire.encoding import NotJsonError, parse
from conformance.wire.request import Request

LIST = "ListTrainingJobsForHyperParameterTuningJob"
DESCRIBE = "DescribeHyperParameterTuningJob"
STAND_INS = {
    Placeholder.EXISTING: "a",
    Placeholder.TOKEN: "token",
    Placeholder.BROKEN_TOKEN: "token\n",
}


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load()


@pytest.fixture(scope="module")
def listing(contract: Contract) -> Operation:
    return contract.operations[LIST]


def sent(case: RequestCase) -> dict[str, Any]:
    return {
        name: STAND_INS.get(value, value) if isinstance(value, Placeholder) else value for name, value in case.members
    }


def all_cases(contract: Contract) -> Iterator[tuple[Operation, RequestCase]]:
    for operation in contract.operations.values():
        for case in request_cases(contract, operation):
            yield operation, case


def test_a_rejected_case_breaks_what_it_names_and_its_control_breaks_nothing(contract: Contract) -> None:
    for operation, case in all_cases(contract):
        broken = request_violations(operation.input, sent(case))
        if case.expect is Expect.REFUSED:
            assert case.breaks is not None
            assert case.breaks in broken, case.name
            assert {member for member, _ in broken} == {case.breaks[0]}, case.name
            control = replace(case, members=case.control)
            assert not request_violations(operation.input, sent(control)), case.name
        elif case.expect is Expect.ACCEPTED:
            assert not broken, case.name


def test_a_rejected_case_and_its_control_differ_in_one_member(contract: Contract) -> None:
    for _, case in all_cases(contract):
        if case.expect is Expect.REFUSED and case.breaks and case.name != "wrong-case":
            item, other = sent(case), sent(replace(case, members=case.control))
            # By their words: True is 1 to Python.
            assert {name for name in {*item, *other} if repr(item.get(name)) != repr(other.get(name))} == {
                case.breaks[0]
            }


def test_cases_come_in_the_same_order_each_time(contract: Contract) -> None:
    for operation in contract.operations.values():
        assert request_cases(contract, operation) == request_cases(contract, operation)
        names = [(case.subject, case.name) for case in request_cases(contract, operation)]
        assert len(set(names)) == len(names)


def test_every_case_rests_on_facts_or_observations_that_there_are(contract: Contract) -> None:
    for _, case in all_cases(contract):
        assert case.facts or case.observed, case.name
        assert all(contract.fact(item).id == item for item in case.facts)
        assert all(item in contract.observations for item in case.observed)


def test_every_input_member_is_tried_in_every_facet_it_has(contract: Contract) -> None:
    for operation in contract.operations.values():
        tried = {fact for case in request_cases(contract, operation) for fact in case.facts}
        for fact in contract.facts_of(operation.name, "input"):
            on_the_wire = fact.path in operation.input.members
            assert fact.id in tried or fact.facet == "default" or not on_the_wire, fact.id


LIES: dict[str, Any] = {
    "too-short-a-name": lambda node, length, breaking: "a",  # noqa: ARG005 - the signature of what it stands for
    "a-name-with-a-space": lambda node, length, breaking: "a " * (length // 2),  # noqa: ARG005 - as above
}


@pytest.mark.parametrize("lie", LIES)
def test_a_generator_that_makes_another_length_is_rejected(
    lie: str, contract: Contract, listing: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conformance.checks.request.cases.of_length", LIES[lie])
    with pytest.raises(CaseError, match="breaks"):
        request_cases(contract, listing)


@pytest.mark.parametrize(
    ("name", "stand_in"),
    [
        ("near_misses", lambda node: iter([Edit("valid", node.accepted_values()[0], "a listed word")])),
        ("wrong_types", lambda kind: iter([Edit("same", "a" if kind == "string" else 7, "the right type")])),
        ("beyond", lambda bound, side: iter([Edit("inside", bound, "the bound itself")])),  # noqa: ARG005 - as above
    ],
    ids=["enum", "type", "range"],
)
def test_a_generator_whose_wrong_value_is_right_is_rejected(
    name: str, stand_in: Any, contract: Contract, listing: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"conformance.checks.request.cases.{name}", stand_in)
    with pytest.raises(CaseError, match=r"breaks \[\], not"):
        request_cases(contract, listing)


def test_a_generator_with_a_broken_control_is_rejected(
    contract: Contract, listing: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conformance.checks.request.cases.example", lambda node: "no such word")  # noqa: ARG005 - as above
    with pytest.raises(CaseError):
        request_cases(contract, listing)


def nodes(contract: Contract) -> dict[str, Node]:
    return {node.name: node for operation in contract.operations.values() for node in operation.input.members.values()}


def test_limits_are_tried_from_both_sides(contract: Contract) -> None:
    values = {(case.subject, case.expect): [] for _, case in all_cases(contract)}  # type: dict[tuple[str, Expect], list[Any]]
    for operation, case in all_cases(contract):
        if operation.name == LIST:
            values[case.subject, case.expect].append(sent(case).get(case.subject))

    def tried(member: str, expect: Expect, measure: Any) -> set[int]:
        return {measure(item) for item in values[member, expect] if measure(item) is not None}

    def length(item: Any) -> int | None:
        return len(item) if isinstance(item, str) else None

    def number(item: Any) -> int | None:
        return item if isinstance(item, int) and not isinstance(item, bool) else None

    name = "HyperParameterTuningJobName"
    assert {1, 32} <= tried(name, Expect.ACCEPTED, length)
    assert {0, 33} <= tried(name, Expect.REFUSED, length)
    assert {1, 100} <= tried("MaxResults", Expect.ACCEPTED, number)
    assert {0, -1, 101, -(2**31), 2**63 + 1} <= tried("MaxResults", Expect.REFUSED, number)
    assert 8192 in tried("NextToken", Expect.LIKE_CONTROL, length)
    assert 8193 in tried("NextToken", Expect.REFUSED, length)


@pytest.mark.parametrize("kind", ["string", "integer", "boolean", "list", "map", "structure", "timestamp", "float"])
def test_wrong_types_are_of_every_other_json_type(kind: str) -> None:
    limit = next(iter(load().operations.values())).input.members["HyperParameterTuningJobName"]
    node = replace(limit, type=kind, documented={}, modelled={})
    edits = list(wrong_types(kind))
    assert all(violations(node, edit.value) == {"type"} for edit in edits)
    assert len(edits) == (8 if kind == "string" else 9)


def test_edits_have_names_of_their_own_and_break_only_the_facet(contract: Contract) -> None:
    found = nodes(contract)
    name, sort_by, limit = (found[item] for item in ("HyperParameterTuningJobName", "SortBy", "MaxResults"))
    for edits, node, facet in (
        (list(spoiled(name, "a-valid-name")), name, "pattern"),
        (list(near_misses(sort_by)), sort_by, "enum"),
        (list(beyond(100, 1)), limit, "maximum"),
        (list(beyond(1, -1)), limit, "minimum"),
    ):
        assert len(edits) > 3
        assert len({edit.name for edit in edits}) == len(edits)
        for edit in edits:
            assert violations(node, edit.value) == {facet}, edit


@pytest.mark.parametrize(("bound", "names"), [(1, {"minus-one"}), (0, set()), (-1, set()), (-5, set())])
def test_minus_one_is_out_of_range_once_where_it_is_no_neighbour_of_the_bound(bound: int, names: set[str]) -> None:
    values = [edit.value for edit in beyond(bound, -1)]
    assert all(value < bound for value in values)
    assert len(set(values)) == len(values)
    assert {edit.name for edit in beyond(bound, -1)} & {"minus-one"} == names
    assert "minus-one" not in {edit.name for edit in beyond(bound, 1)}


def test_words_of_other_enums_are_those_of_the_enums_that_share_some_with_it(contract: Contract) -> None:
    found = nodes(contract)
    status = found["StatusEquals"]
    assert [edit.value for edit in sibling_words(status, contract)] == ["DeleteFailed", "Succeeded", "Pending"]
    assert not list(sibling_words(found["SortBy"], contract))
    assert not list(sibling_words(found["MaxResults"], contract))
    wider = replace(status, editions=(*(status.editions or ()), "DeleteFailed"))
    assert [edit.value for edit in sibling_words(wider, contract)] == ["Succeeded", "Pending"]


# -- several members at once


LEFT_OUT_OR_REFUSED = {
    f"{how}-beside-{company}" for how in ("left-out", "refused") for company in ("others", "a-token")
}


def beside(contract: Contract, operation: Operation) -> dict[tuple[str, str], RequestCase]:
    cases = request_cases(contract, operation)
    return {(case.subject, case.name): case for case in cases if "-beside-" in case.name}


def test_what_is_rejected_alone_is_rejected_beside_others_and_beside_a_token(
    contract: Contract, listing: Operation
) -> None:
    found = beside(contract, listing)
    for name, node in listing.input.members.items():
        tried = {case for member, case in found if member == name}
        if node.effective("required"):
            assert tried >= LEFT_OUT_OR_REFUSED
        elif name == "NextToken":
            assert tried == {"refused-beside-others"}
        else:
            assert tried >= {"refused-beside-others", "refused-beside-a-token"}
            assert not any(case.startswith("left-out") for case in tried)


def test_beside_others_and_beside_a_token_every_constraint_is_broken(contract: Contract, listing: Operation) -> None:
    found = beside(contract, listing)
    for name, node in listing.input.members.items():
        constraints = {"enum"} if node.accepted_values() else set()
        constraints |= {
            item for item in ("pattern", "min_length", "max_length", "minimum", "maximum") if node.effective(item)
        }
        if name == "NextToken":
            continue
        for company in ("others", "a-token"):
            broken = [case.breaks for (_, item), case in found.items() if item.endswith(f"-beside-{company}")]
            of_it = [facet for member, facet in filter(None, broken) if member == name and facet != "required"]
            assert sorted(of_it) == sorted(constraints)


def test_beside_others_stands_every_other_member_but_the_token(contract: Contract, listing: Operation) -> None:
    for (member, name), case in beside(contract, listing).items():
        names = {item for item, _ in case.members}
        if name.endswith("-a-token"):
            assert names | {member} == {"HyperParameterTuningJobName", "NextToken", member}
            assert dict(case.members)["NextToken"] is Placeholder.TOKEN
            assert dict(case.control)["NextToken"] is Placeholder.TOKEN
        else:
            assert names | {member} == set(listing.input.members) - ({"NextToken"} - {member})


@pytest.mark.parametrize(
    ("member", "name", "broken"),
    [
        ("MaxResults", "refused-beside-others", 101),
        ("MaxResults", "range-0-beside-others", 0),
        ("MaxResults", "refused-beside-a-token", 0),
        ("MaxResults", "range-101-beside-a-token", 101),
        ("HyperParameterTuningJobName", "length-0-beside-others", ""),
    ],
)
def test_of_several_constraints_the_first_is_reported_by_no_name_and_the_others_by_what_is_sent(
    contract: Contract, listing: Operation, member: str, name: str, broken: object
) -> None:
    assert dict(beside(contract, listing)[member, name].members)[member] == broken


def test_a_token_beside_others_is_one_that_would_be_taken(contract: Contract, listing: Operation) -> None:
    case = beside(contract, listing)["NextToken", "refused-beside-others"]
    assert dict(case.members)["NextToken"] is Placeholder.BROKEN_TOKEN
    assert dict(case.control)["NextToken"] is Placeholder.TOKEN


def test_what_has_one_member_only_has_nothing_beside_it(contract: Contract) -> None:
    assert not beside(contract, contract.operations[DESCRIBE])


def test_examples_are_valid(contract: Contract) -> None:
    for node in nodes(contract).values():
        assert not violations(node, example(node))


def test_a_string_of_a_length_is_of_that_length_or_none(contract: Contract) -> None:
    name = nodes(contract)["HyperParameterTuningJobName"]
    for length in range(1, 33):
        text = of_length(name, length, breaking=frozenset())
        assert text is not None
        assert len(text) == length
    assert of_length(name, 0, breaking=frozenset()) is None


# -- the envelope


@pytest.fixture(params=[DESCRIBE, LIST])
def operation(contract: Contract, request: pytest.FixtureRequest) -> Operation:
    return contract.operations[request.param]


def test_protocol_cases_do_not_depend_on_the_name_in_the_plain_request(
    contract: Contract, operation: Operation
) -> None:
    def shown(name: str) -> list[tuple[str, str, str]]:
        plain = Request.call(operation.name, {operation.subject: name})
        return [(case.subject, case.name, case.statement) for case in protocol_cases(contract, operation, plain)]

    assert shown("a") == shown("conformance-sketch")
    assert len(set(shown("a"))) == len(shown("a"))


def test_a_bent_envelope_is_bent_in_one_way(contract: Contract, operation: Operation) -> None:
    plain = Request.call(operation.name, {operation.subject: "a-name"})
    for case in protocol_cases(contract, operation, plain):
        bent = [
            name
            for name in (
                "method",
                "target",
                "content_type",
                "signing",
                "chunked",
                "extra_headers",
                "body",
                "header_case",
            )
            if getattr(case.request, name) != getattr(plain, name)
        ]
        assert len(bent) == 1, (case.name, bent)


def test_bodies_that_must_be_rejected_are_no_object_that_the_operation_takes(
    contract: Contract, operation: Operation
) -> None:
    plain = Request.call(operation.name, {operation.subject: "a-name"})
    for case in protocol_cases(contract, operation, plain):
        if case.subject == "body" and case.expect is Expect.REFUSED:
            with pytest.raises((NotJsonError, TypeError)):
                _ = replace(plain, body=case.request.body).members
        if case.subject == "body" and case.expect is Expect.ACCEPTED:
            assert json.loads(case.request.body) == parse(plain.body), case.name


def test_a_lenient_case_says_why(contract: Contract, operation: Operation) -> None:
    plain = Request.call(operation.name, {operation.subject: "a-name"})
    for case in protocol_cases(contract, operation, plain):
        assert case.expect is not Expect.EITHER or case.lenient, case.name
