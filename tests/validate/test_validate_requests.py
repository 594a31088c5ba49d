"""Saved requests: which facts they break, and what a conforming server answers."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.checks.request.builder import Expect, Placeholder
from conformance.checks.request.cases import request_cases
from conformance.errors import ExitCode
from conformance.suite.validate import CheckResult
from validate.saving import DESCRIBE, LIST, SORTED, SUBJECT, contract, failures, judged

REFUSED = "HTTP 400 with SerializationException or ValidationException"


def asked(members: dict[str, Any], operation: str = LIST) -> CheckResult:
    return judged(operation, request=members)


def test_a_valid_request_breaks_nothing() -> None:
    check_result = asked(dict(SORTED))
    assert failures(check_result) == set()
    assert check_result.code(strict=True) is ExitCode.CONFORMS
    assert "ResourceNotFound (HTTP 400)" in check_result.must_be_answered
    assert f"{LIST}/input/MaxResults/maximum" in {result.id for result in check_result.results}


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, {f"{SUBJECT}/required"}),
        ({SUBJECT: None}, {f"{SUBJECT}/required"}),
        ({SUBJECT: 5}, {f"{SUBJECT}/type"}),
        ({SUBJECT: "x" * 33}, {f"{SUBJECT}/max_length"}),
        ({SUBJECT: "a", "MaxResults": 0}, {"MaxResults/minimum"}),
        ({SUBJECT: "a", "MaxResults": 101, "SortOrder": "Up"}, {"MaxResults/maximum", "SortOrder/enum"}),
        ({SUBJECT: "a", "NextToken": "x" * 8193}, {"NextToken/max_length"}),
        ({SUBJECT: "a", "NextToken": None}, set()),
    ],
)
def test_each_broken_fact_is_named_with_its_citation(members: dict[str, Any], expected: set[str]) -> None:
    check_result = asked(members)
    # A name that is too long breaks its pattern too, which counts.
    assert {f"{LIST}/input/{item}" for item in expected} <= failures(check_result)
    assert bool(failures(check_result)) == bool(expected)
    assert check_result.must_be_answered.startswith("HTTP 400" if expected else "HTTP 200")
    assert all(result.because and contract().fact(result.id) for result in check_result.results)


def test_a_fraction_may_be_rejected_or_cut() -> None:
    check_result = asked({SUBJECT: "a", "MaxResults": 1.5})
    assert failures(check_result) == {f"{LIST}/input/MaxResults/type"}
    assert "it is unknown which" in check_result.must_be_answered
    assert any("cut to 1" in note for note in check_result.notes)


def test_unknown_members_are_reported_and_break_nothing() -> None:
    check_result = asked({SUBJECT: "a", "Foo": 1}, DESCRIBE)
    assert failures(check_result) == set()
    assert any("'Foo'" in note for note in check_result.notes)


@pytest.mark.parametrize("operation", [DESCRIBE, LIST])
def test_requests_that_a_run_wants_rejected_are_invalid_here_and_no_others(operation: str) -> None:
    """The cases of the catalogue, checked against the command: two readings of one contract."""
    plain = {Placeholder.EXISTING: "a", Placeholder.TOKEN: "t", Placeholder.BROKEN_TOKEN: "t\n"}
    for case in request_cases(contract(), contract().operations[operation]):
        members = {name: plain[value] if isinstance(value, Placeholder) else value for name, value in case.members}
        found = asked(members, operation)
        if case.expect is Expect.REFUSED:
            assert found.must_be_answered == REFUSED, case.name
            assert case.breaks is not None
            assert any(f"/input/{case.breaks[0]}/{case.breaks[1]}" in item for item in failures(found)), case.name
        elif case.expect is Expect.ACCEPTED:
            assert not failures(found), case.name
