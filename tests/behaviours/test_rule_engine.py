"""The engine of rules: what counts as something to judge, what counts as broken, and what a verdict rests on."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from small_answers import DESCRIBE, LIST, answering

from conformance.checks.consistency.rules import as_number, evaluate, evaluate_rule, holds
from conformance.checks.verdict import Outcome
from conformance.contract.model import Rule

RULE = Rule(
    operation=DESCRIBE,
    subject="things",
    bindings=(("thing", "answer.Things[]"),),
    when="thing.When",
    require="thing.Require",
    expected="Require is true",
    show="",
)

SKIPPED, PASSED, FAILED = Outcome.SKIPPED, Outcome.PASSED, Outcome.FAILED

# when, require, outcome
TRUTH: list[tuple[Any, Any, Outcome]] = [
    (True, True, PASSED),
    (True, False, FAILED),
    (True, None, SKIPPED),
    (True, "text", FAILED),
    (True, [], FAILED),
    (True, 1, FAILED),
    ("text", True, PASSED),
    (0, True, PASSED),
    (False, False, SKIPPED),
    (None, False, SKIPPED),
    ("", False, SKIPPED),
    ([], False, SKIPPED),
    ({}, False, SKIPPED),
    (False, True, SKIPPED),
    (None, None, SKIPPED),
]


def things(*values: Any) -> dict[str, Any]:
    return {"Things": list(values)}


@pytest.mark.parametrize(("when", "require", "outcome"), TRUTH)
def test_truth_table(when: Any, require: Any, outcome: Outcome) -> None:
    verdict = evaluate_rule(RULE, [answering(DESCRIBE, things({"When": when, "Require": require}))])
    assert verdict.outcome is outcome


def test_without_a_condition_every_instance_is_judged() -> None:
    rule = replace(RULE, when="")
    assert evaluate_rule(rule, [answering(DESCRIBE, things({"Require": True}))]).outcome is PASSED
    assert evaluate_rule(rule, [answering(DESCRIBE, things({"Require": False}))]).outcome is FAILED


def test_bindings_build_on_each_other_and_lists_are_gone_through() -> None:
    rule = replace(
        RULE,
        bindings=(("box", "[answer.Box, answer.Boxes[]][]"), ("thing", "box.Things[]")),
        when="",
        require="thing.Size <= box.Size",
        show="[box.Size, thing.Size]",
    )
    answer = {
        "Box": {"Size": 2, "Things": [{"Size": 1}, None, {"Size": 2}]},
        "Boxes": [{"Size": 1, "Things": [{"Size": 3}]}, {"Size": 1, "Things": []}, {"Size": 1}],
    }
    verdict = evaluate_rule(rule, [answering(DESCRIBE, answer)])
    assert verdict.outcome is FAILED
    assert dict(verdict.rests_on) == {"answers": 1, "instances": 3}
    assert verdict.received == "tuning: [1, 3]"


def test_a_binding_to_null_gives_nothing_to_judge() -> None:
    verdict = evaluate_rule(replace(RULE, when=""), [answering(DESCRIBE, {"Other": 1})])
    assert verdict.outcome is SKIPPED
    assert verdict.reason == "none of 1 answers has any thing"


def test_the_reason_of_a_skip_says_what_was_lacking() -> None:
    assert evaluate_rule(RULE, []).reason == f"no successful answer of {DESCRIBE} was seen"
    verdict = evaluate_rule(RULE, [answering(DESCRIBE, things({"When": False, "Require": True}))])
    assert verdict.reason == "none of 1 answers has any thing for which thing.When"


def test_only_successful_answers_of_the_operation_are_judged() -> None:
    bad = things({"When": True, "Require": False})
    answers = [answering(LIST, bad), answering(DESCRIBE, bad, status=400), answering(DESCRIBE, [bad])]
    assert evaluate_rule(RULE, answers).outcome is SKIPPED


def test_equal_answers_are_looked_at_once() -> None:
    good = things({"When": True, "Require": True})
    verdict = evaluate_rule(RULE, [answering(DESCRIBE, good, name=name) for name in ("a", "b", "a")])
    assert dict(verdict.rests_on) == {"answers": 1, "instances": 1}


def test_equal_answers_to_different_requests_differ_for_a_rule_about_requests() -> None:
    rule = replace(RULE, bindings=(), when="", require="answer.Name == request.HyperParameterTuningJobName")
    verdict = evaluate_rule(rule, [answering(DESCRIBE, {"Name": "a"}, name=name) for name in ("a", "b", "a")])
    assert verdict.outcome is FAILED
    assert dict(verdict.rests_on) == {"answers": 2, "instances": 2}
    assert verdict.received.startswith("b: ")


def test_one_bad_instance_among_many_is_reported_and_cited() -> None:
    good, bad = {"When": True, "Require": True}, {"When": True, "Require": False, "Id": "x" * 1000}
    answers = [answering(DESCRIBE, things(good, good)), answering(DESCRIBE, things(good, bad))]
    verdict = evaluate_rule(RULE, answers)
    assert verdict.outcome is FAILED
    assert verdict.reason.startswith("1 of 4 instances break the rule: ")
    assert verdict.exchanges == (answers[1],)
    assert len(verdict.received) < 500


def test_many_violations_are_counted_and_some_are_reported() -> None:
    verdict = evaluate_rule(RULE, [answering(DESCRIBE, things(*[{"When": 1, "Require": False}] * 50))])
    assert verdict.reason.startswith("50 of 50 instances break the rule: ")
    assert verdict.received.endswith("(and 45 more)")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("matches('sg-1', 'sg-.+')", True),
        ("matches('xsg-1', 'sg-.+')", False),
        ("matches('sg-1\n', 'sg-.')", False),
        ("matches(absent, '.*')", None),
        ("matches(`1`, '.*')", None),
        ("compiles('a(b)')", True),
        ("compiles('a(b')", False),
        ("compiles(absent)", None),
        ("number('1e-5') > `0`", True),
        ("number('0.1') == number('0.10')", True),
        ("number('9007199254740993') > number('9007199254740992')", True),
        ("number('1e400') > number('1e399')", True),
        ("number(absent) > `0`", None),
        ("number(absent) != `null`", False),
        ("'text' < `1`", None),
        ("length(absent)", None),
    ],
)
def test_expressions(expression: str, value: Any) -> None:
    assert evaluate(expression, {}) is value


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", Decimal(1)),
        ("-0.5", Decimal("-0.5")),
        (".5", Decimal("0.5")),
        ("1.", Decimal(1)),
        ("+1E3", Decimal(1000)),
        ("NaN", None),
        ("Infinity", None),
        ("1_000", None),
        ("0x1", None),
        (" 1", None),
        ("", None),
        ("1e99999999999", None),
        ("1" * 5000, None),
        (1, None),
        (None, None),
    ],
)
def test_numbers_in_texts(text: Any, number: Decimal | None) -> None:
    assert as_number(text) == number


@pytest.mark.parametrize("value", [None, False, "", [], {}])
def test_what_counts_as_false(value: Any) -> None:
    assert not holds(value)


@pytest.mark.parametrize("value", [True, 0, 0.0, "a", [None], {"a": None}])
def test_what_counts_as_true(value: Any) -> None:
    assert holds(value)
