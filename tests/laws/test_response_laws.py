"""Laws of answers: null is neither a value nor an absence, and a resource that the target breaks on is seen."""

from __future__ import annotations

from typing import Any

import pytest
from generic.served import library

from conformance.checks.response.checks import Served, every_resource
from conformance.checks.response.laws import evaluate_fact, observe
from conformance.checks.verdict import Outcome
from conformance.contract.loading import load
from conformance.wire.exchange import Exchange
from laws.exchanges import answered, silence

CONTRACT = load()
LIST = CONTRACT.operations["ListTrainingJobsForHyperParameterTuningJob"]
DESCRIBE = CONTRACT.operations["DescribeHyperParameterTuningJob"]
EMPTY_LISTING = answered({"TrainingJobSummaries": []})
GONE = answered({"__type": "ResourceNotFound"}, 400)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({}, Outcome.SKIPPED),
        ({"FailureReason": "out of memory"}, Outcome.PASSED),
        ({"FailureReason": None}, Outcome.FAILED),
    ],
    ids=["left-out", "given", "null"],
)
def test_a_member_is_left_out_or_has_a_value(answer: dict[str, Any], outcome: Outcome) -> None:
    fact = CONTRACT.fact("DescribeHyperParameterTuningJob/output/FailureReason/present")
    verdict = evaluate_fact(fact, observe(DESCRIBE, [answered(answer, operation=DESCRIBE.name)]))
    assert verdict.outcome is outcome
    assert verdict.received == ("null" if outcome is Outcome.FAILED else "")


@pytest.mark.parametrize(
    ("answer", "outcomes"),
    [
        ({"FixedAt": "2026-03-02T08:00:00.125Z"}, {"type": True, "format": True}),
        ({"FixedAt": 1_772_438_400}, {"type": True, "format": False}),
        ({"FixedAt": "2026-03-02T08:00:00"}, {"type": True, "format": False}),
        ({"FixedAt": ["2026-03-02T08:00:00Z"]}, {"type": False}),
        ({"PutUpAt": "2026-03-02T08:00:00Z"}, {"type": False}),
        ({"Fixing": {"__type": "a#Fixing", "Glue": "bone"}}, {"union": True}),
        ({"Fixing": {"Screws": 2, "Glue": "bone"}}, {"union": False}),
    ],
)
def test_times_and_unions_are_as_the_protocol_writes_them(answer: dict[str, Any], outcomes: dict[str, bool]) -> None:
    operation = library().operations["DescribeRack"]
    seen = observe(operation, [answered(answer, operation=operation.name)])
    for facet, passes in outcomes.items():
        fact = library().fact(f"DescribeRack/output/{next(iter(answer))}/{facet}/modelled")
        assert evaluate_fact(fact, seen).outcome is (Outcome.PASSED if passes else Outcome.FAILED), facet


def test_an_entry_is_looked_at_once_on_however_many_pages_it_is() -> None:
    entries = [{"TrainingJobName": f"a-{number}", "TrainingJobStatus": "Completed"} for number in range(3)]
    pages = (entries, entries[:1], entries[1:], [*entries, *entries])
    exchanges = [answered({"TrainingJobSummaries": some}, operation=LIST.name) for some in pages]
    seen = observe(LIST, exchanges).paths
    assert seen["TrainingJobSummaries"].seen == len(exchanges)
    assert seen["TrainingJobSummaries[].TrainingJobName"].seen == len(entries)


def served(*exchanges: Exchange, must_exist: bool = True) -> Served:
    return Served("one", exchanges, must_exist=must_exist)


def test_good_answers_for_every_resource_pass() -> None:
    assert every_resource(DESCRIBE, [served(answered())]).outcome is Outcome.PASSED
    assert every_resource(LIST, [served(EMPTY_LISTING, EMPTY_LISTING)]).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    "bad",
    [
        answered(b'{"Value":NaN}'),
        answered(b'{"TrainingJobSummaries":[]'),
        answered(b"[]"),
        answered(b"{}", 500),
        GONE,
    ],
)
def test_one_broken_answer_among_good_ones_fails(bad: Exchange) -> None:
    verdict = every_resource(LIST, [served(EMPTY_LISTING), served(EMPTY_LISTING, bad)])
    assert verdict.outcome is Outcome.FAILED
    assert "one, page 2: HTTP" in verdict.received
    assert ("not a JSON object" in verdict.received) is (bad.status == 200)


def test_an_answer_without_its_list_fails() -> None:
    assert every_resource(LIST, [served(answered())]).outcome is Outcome.FAILED


def test_a_resource_that_may_have_been_deleted_is_no_failure() -> None:
    assert every_resource(DESCRIBE, [served(GONE, must_exist=False)]).outcome is Outcome.SKIPPED


def test_silence_is_an_error_and_no_failure() -> None:
    assert every_resource(DESCRIBE, [served(silence())]).outcome is Outcome.ERROR
