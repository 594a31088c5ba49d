"""Every rule of the contract finds nothing in an empty answer, lets a good one pass, and fails a bad one."""

from __future__ import annotations

import pytest
from rule_cases import CASES
from small_answers import DESCRIBE, LIST, NAME, Answer, answering

from conformance.checks.consistency.rules import evaluate_rule
from conformance.checks.verdict import Outcome
from conformance.contract.loading import load
from conformance.contract.model import Rule

BEHAVIOURS = [behaviour for behaviour in load().behaviours if behaviour.rules]
RULES: dict[str, Rule] = {f"{rule.operation}/{item.id}": rule for item in BEHAVIOURS for rule in item.rules}


def shown_by(operation: str, answer: Answer) -> Answer:
    """Return an answer as an operation shows it: a listed training job stands in a description as the best one."""
    if operation == DESCRIBE and "TrainingJobSummaries" in answer:
        return {"BestTrainingJob": answer["TrainingJobSummaries"][0]}
    return answer


def outcome(name: str, answer: Answer) -> Outcome:
    rule = RULES[name]
    return evaluate_rule(rule, [answering(rule.operation, answer, name=NAME)]).outcome


GOOD, BAD = (
    {
        name: [shown_by(rule.operation, answer) for answer in CASES[name.rpartition("/")[2]][side]]
        for name, rule in RULES.items()
    }
    for side in (0, 1)
)


def each(cases: dict[str, list[Answer]]) -> list[tuple[str, Answer]]:
    return [(name, answer) for name, answers in cases.items() for answer in answers]


def test_every_rule_has_a_good_and_a_bad_answer() -> None:
    assert all(GOOD.values())
    assert all(BAD.values())
    assert set(CASES) == {behaviour.id for behaviour in BEHAVIOURS}


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("answer", [{}, {"TrainingJobSummaries": []}, {"__type": "Echo"}], ids=["empty", "none", "odd"])
def test_a_rule_is_skipped_where_it_has_nothing_to_judge(name: str, answer: Answer) -> None:
    assert outcome(name, answer) is Outcome.SKIPPED


@pytest.mark.parametrize(("name", "answer"), each(GOOD), ids=[name for name, _ in each(GOOD)])
def test_a_good_answer_passes(name: str, answer: Answer) -> None:
    assert outcome(name, answer) is Outcome.PASSED


@pytest.mark.parametrize(("name", "answer"), each(BAD), ids=[name for name, _ in each(BAD)])
def test_a_bad_answer_fails(name: str, answer: Answer) -> None:
    assert outcome(name, answer) is Outcome.FAILED


@pytest.mark.parametrize("name", RULES)
def test_a_violation_shows_what_was_received(name: str) -> None:
    rule = RULES[name]
    verdict = evaluate_rule(rule, [answering(rule.operation, BAD[name][0], name=NAME)])
    assert verdict.expected == rule.expected
    assert verdict.received.startswith(f"{NAME}: ")


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("odd", [None, True, 0, "text", [], [None], {}, [[{}]]])
def test_a_member_of_an_odd_type_never_breaks_the_judge(name: str, odd: object) -> None:
    def bent(value: object) -> list[object]:
        """Return copies of an answer with one member after the other replaced."""
        if isinstance(value, dict):
            return [{**value, name: item} for name, old in value.items() for item in (odd, *bent(old))]
        return [[item] for old in value for item in bent(old)] if isinstance(value, list) else []

    rule = RULES[name]
    answers = [item for answer in (*GOOD[name], *BAD[name]) for item in bent(answer)]
    verdict = evaluate_rule(rule, [answering(rule.operation, answer) for answer in answers])
    assert verdict.outcome is not Outcome.ERROR
    assert verdict.reason or sum(verdict.rests_on.values()) > 0


def test_negations_of_paths_stand_in_brackets() -> None:
    """In JMESPath `!a.b` is `(!a).b`, which is always null: a rule that says so judges nothing."""
    for name, rule in RULES.items():
        for expression in (rule.when, rule.require):
            for word in expression.split():
                bare = word.lstrip("(")
                assert not (bare.startswith("!") and not bare.startswith("!(") and "." in bare), name


def test_rules_are_about_the_two_operations() -> None:
    assert {rule.operation for rule in RULES.values()} == {DESCRIBE, LIST}
