"""Every rule of the contract finds nothing in an empty answer, lets a good one pass, and fails a bad one."""

from __future__ import annotations

import pytest
from answering import DESCRIBE, LIST, answering
from rule_cases import CASES, NAME, Answer

from conformance.contract import Behaviour, Rule, load
from conformance.laws.rules import judge_rule
from conformance.laws.verdict import Outcome

BEHAVIOURS: dict[str, Behaviour] = {behaviour.id: behaviour for behaviour in load().behaviours if behaviour.rule}


def rule_of(behaviour: str) -> Rule:
    rule = BEHAVIOURS[behaviour].rule
    assert rule is not None
    return rule


def outcome(behaviour: str, answer: Answer) -> Outcome:
    rule = rule_of(behaviour)
    return judge_rule(rule, [answering(rule.operation, answer, name=NAME)]).outcome


GOOD = [(name, answer) for name, good, _ in CASES for answer in good]
BAD = [(name, answer) for name, _, bad in CASES for answer in bad]


def test_every_rule_has_a_good_and_a_bad_answer() -> None:
    assert {name for name, good, bad in CASES if good and bad} == set(BEHAVIOURS)


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
@pytest.mark.parametrize("answer", [{}, {"TrainingJobSummaries": []}, {"__type": "Echo"}], ids=["empty", "none", "odd"])
def test_a_rule_is_skipped_where_it_has_nothing_to_judge(behaviour: str, answer: Answer) -> None:
    assert outcome(behaviour, answer) is Outcome.SKIPPED


@pytest.mark.parametrize(("behaviour", "answer"), GOOD, ids=[name for name, _ in GOOD])
def test_a_good_answer_passes(behaviour: str, answer: Answer) -> None:
    assert outcome(behaviour, answer) is Outcome.PASSED


@pytest.mark.parametrize(("behaviour", "answer"), BAD, ids=[name for name, _ in BAD])
def test_a_bad_answer_fails(behaviour: str, answer: Answer) -> None:
    assert outcome(behaviour, answer) is Outcome.FAILED


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_a_violation_shows_what_was_received(behaviour: str) -> None:
    bad = next(bad[0] for name, _, bad in CASES if name == behaviour)
    rule = rule_of(behaviour)
    verdict = judge_rule(rule, [answering(rule.operation, bad, name=NAME)])
    assert verdict.expected == rule.expected
    assert verdict.received.startswith(f"{NAME}: ")


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
@pytest.mark.parametrize("odd", [None, True, 0, "text", [], [None], {}, [[{}]]])
def test_a_member_of_an_odd_type_never_breaks_the_judge(behaviour: str, odd: object) -> None:
    def bent(value: object) -> list[object]:
        """Give copies of an answer with one member after the other replaced."""
        if isinstance(value, dict):
            return [{**value, name: one} for name, old in value.items() for one in (odd, *bent(old))]
        return [[one] for old in value for one in bent(old)] if isinstance(value, list) else []

    rule = rule_of(behaviour)
    answers = [
        one for name, good, bad in CASES if name == behaviour for answer in (*good, *bad) for one in bent(answer)
    ]
    assert judge_rule(rule, [answering(rule.operation, answer) for answer in answers]).outcome in set(Outcome)


def test_negations_of_paths_stand_in_brackets() -> None:
    """In JMESPath `!a.b` is `(!a).b`, which is always null: a rule that says so judges nothing."""
    for behaviour in BEHAVIOURS:
        rule = rule_of(behaviour)
        for expression in (rule.when, rule.require):
            for word in expression.split():
                bare = word.lstrip("(")
                assert not (bare.startswith("!") and not bare.startswith("!(") and "." in bare), behaviour


def test_rules_are_about_the_two_operations() -> None:
    assert {rule_of(behaviour).operation for behaviour in BEHAVIOURS} == {DESCRIBE, LIST}
