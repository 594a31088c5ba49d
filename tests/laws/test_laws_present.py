"""That a member is there can be broken: null is neither a value nor an absence."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.checks.response.laws import evaluate_fact, observe
from conformance.checks.verdict import Outcome
from conformance.contract.loading import load
from conformance.wire.encoding import dump
from conformance.wire.exchange import Exchange, HttpRequest, HttpResponse

CONTRACT = load()
OPERATION = CONTRACT.operations["DescribeHyperParameterTuningJob"]
FACT = CONTRACT.fact("DescribeHyperParameterTuningJob/output/FailureReason/present")


def answered(answer: dict[str, Any]) -> Exchange:
    request = HttpRequest("POST", "http://127.0.0.1/", (), b"{}")
    return Exchange(OPERATION.name, request, HttpResponse(200, (), dump(answer), 0.0))


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
    verdict = evaluate_fact(FACT, observe(OPERATION, [answered(answer)]))
    assert verdict.outcome is outcome
    if outcome is Outcome.FAILED:
        assert verdict.received == "null"


def test_an_entry_is_looked_at_once_however_many_stand_beside_it() -> None:
    listing = CONTRACT.operations["ListTrainingJobsForHyperParameterTuningJob"]
    entries = [{"TrainingJobName": f"a-{number}", "TrainingJobStatus": "Completed"} for number in range(3)]
    request = HttpRequest("POST", "http://127.0.0.1/", (), b"{}")
    exchanges = [
        Exchange(listing.name, request, HttpResponse(200, (), dump({"TrainingJobSummaries": some}), 0.0))
        for some in (entries, entries[:1], entries[1:], [*entries, *entries])
    ]
    seen = observe(listing, exchanges).paths
    assert seen["TrainingJobSummaries"].seen == len(exchanges)
    assert seen["TrainingJobSummaries[].TrainingJobName"].seen == len(entries)
