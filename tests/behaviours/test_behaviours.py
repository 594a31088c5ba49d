"""The behaviours of the contract are complete, each is judged by somebody, and no law is left over."""

from __future__ import annotations

from collections import Counter

import conformance.checks.tuning  # noqa: F401 - registers the laws
from conformance.checks.law import laws
from conformance.contract.loading import load
from conformance.suite.catalogue import GENERIC_LAWS

BEHAVIOURS = load().behaviours


def test_numbers_run_from_1_to_201() -> None:
    assert sorted(behaviour.number for behaviour in BEHAVIOURS) == list(range(1, 202))


def test_ids_and_statements_are_unique() -> None:
    assert not [item for item, count in Counter(behaviour.id for behaviour in BEHAVIOURS).items() if count > 1]
    assert not [item for item, count in Counter(behaviour.statement for behaviour in BEHAVIOURS).items() if count > 1]


def test_what_goes_further_than_the_text_is_no_must() -> None:
    assert {behaviour.level for behaviour in BEHAVIOURS if behaviour.basis == "inferred"} == {"should"}
    assert {behaviour.level for behaviour in BEHAVIOURS if behaviour.basis == "documented"} == {"must"}


def test_what_cannot_be_observed_has_a_reason() -> None:
    reasons = [behaviour.not_observable for behaviour in BEHAVIOURS if behaviour.not_observable]
    assert all(len(reason) > 30 and reason.endswith(".") for reason in reasons)
    assert len(reasons) < 60


def test_every_law_that_a_behaviour_names_exists() -> None:
    named = {law for behaviour in BEHAVIOURS for law in behaviour.laws}
    assert not named - set(laws()) - GENERIC_LAWS


def test_every_law_judges_a_behaviour() -> None:
    named = {law for behaviour in BEHAVIOURS for law in behaviour.laws}
    assert {name for name, law in laws().items() if name not in named} == {
        name for name, law in laws().items() if law.observed
    }


def test_a_law_that_rests_on_observations_alone_says_what_it_claims() -> None:
    known = load().observations
    assert all(set(law.observed) <= set(known) and law.statement for law in laws().values() if law.observed)


def test_laws_of_one_behaviour_have_subjects_of_their_own() -> None:
    for behaviour in BEHAVIOURS:
        subjects = [(laws()[law].operation, laws()[law].subject) for law in behaviour.laws if law in laws()]
        assert len(subjects) == len(set(subjects)), behaviour.id


def test_every_fact_that_a_behaviour_names_exists() -> None:
    facts = [fact.id for fact in load().facts]
    for behaviour in BEHAVIOURS:
        for prefix in behaviour.facts:
            assert any(fact.startswith(prefix) for fact in facts), prefix


def test_expectations_are_one_line() -> None:
    rules = [rule for behaviour in BEHAVIOURS for rule in behaviour.rules]
    assert all(rule.expected and "\n" not in rule.expected for rule in rules)
