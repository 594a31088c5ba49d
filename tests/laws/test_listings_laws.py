"""The laws of listings on their own: what they look at, what they leave alone, and that no answer breaks them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from conformance.checks.listing.filters import admits_only, having, partition
from conformance.checks.listing.tokens import are_strings, foreign, same_page
from conformance.checks.listing.walks import concatenation
from conformance.checks.verdict import Outcome, Verdict, broke, failed, passed, skipped, weightiest
from conformance.contract.loading import load
from conformance.session.listing import Reader, Walked
from conformance.wire.exchange import Listing
from laws.exchanges import answered, silence

OPERATION = load().operations["ListTrainingJobsForHyperParameterTuningJob"]
READER = Reader.of(OPERATION)


def items(*statuses: str) -> list[dict[str, Any]]:
    return [{"TrainingJobName": f"a-{place}", "TrainingJobStatus": item} for place, item in enumerate(statuses)]


def walked(*pages: dict[str, Any], size: int = 2) -> Walked:
    listed = [item for page in pages for item in page["TrainingJobSummaries"]]
    return Walked("job", Listing(tuple(map(answered, pages)), tuple(listed), complete=True), size)


def page(listed: Sequence[dict[str, Any]], token: Any = None) -> dict[str, Any]:
    return {"TrainingJobSummaries": list(listed)} | ({} if token is None else {"NextToken": token})


@pytest.mark.parametrize("token", [7, "", True, ["a"], {"a": "b"}], ids=repr)
def test_a_token_that_is_no_string_is_seen(token: Any) -> None:
    verdict = are_strings(READER, [walked(page(items("Failed"), token))])
    assert verdict.outcome is Outcome.FAILED
    assert repr(token) in verdict.received


def test_tokens_that_are_strings_pass_and_a_single_page_is_skipped() -> None:
    assert are_strings(READER, [walked(page(items("Failed"), "a"), page([]))]).rests_on == {"tokens": 1}
    assert are_strings(READER, [walked(page(items("Failed")))]).outcome is Outcome.SKIPPED


def test_a_filter_is_seen_to_keep_back_only_where_there_is_something_to_keep_back() -> None:
    completed = having(READER, "StatusEquals", "Completed")
    alike, mixed = items("Completed", "Completed"), items("Completed", "Stopped")
    for every, outcome in ((alike, Outcome.SKIPPED), (mixed, Outcome.PASSED), ([], Outcome.SKIPPED)):
        kept = walked(page([item for item in every if completed.admits(item)]))
        assert admits_only(READER, completed, kept, every).outcome is outcome
    verdict = admits_only(READER, completed, walked(page(mixed)), mixed)
    assert verdict.outcome is Outcome.FAILED
    assert "such as a-1 (Stopped)" in verdict.received


def test_an_item_of_a_newer_value_is_in_none_of_the_lists() -> None:
    every = items("Completed", "Failed", "Newer")
    walks = {item["TrainingJobStatus"]: walked(page([item])) for item in every[:2]}
    assert partition(READER, walks, every, "StatusEquals").rests_on == {"items": 2, "lists": 2}
    walks["Failed"] = walked(page([]))
    assert partition(READER, walks, every, "StatusEquals").kind == "no-partition"


def test_a_page_alone_speaks_for_itself() -> None:
    completed = having(READER, "StatusEquals", "Completed")
    alone = [
        admits_only(READER, completed, walked(page(items(*statuses))), None).outcome
        for statuses in (("Completed",), ("Completed", "Failed"), ())
    ]
    assert alone == [Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED]


@pytest.mark.parametrize("listed", [None, 7, "text", {}], ids=repr)
def test_an_answer_without_its_list_breaks_no_law_of_tokens(listed: Any) -> None:
    whole, broken = answered(page(items("Failed"))), answered({"TrainingJobSummaries": listed})
    assert same_page(READER, whole, broken).outcome is Outcome.FAILED
    assert foreign(READER, broken, frozenset(), "match").rests_on == {"answers": 1, "items": 0}


@pytest.mark.parametrize(("status", "body"), [(200, b'{"TrainingJobSummaries": NaN}'), (302, b""), (200, b"<html>")])
def test_an_offered_token_that_is_answered_with_no_page_is_neither_rejected_nor_taken(status: int, body: bytes) -> None:
    verdict = foreign(READER, answered(body, status), frozenset(), "match")
    assert (verdict.outcome, verdict.kind) == (Outcome.FAILED, "no-aws-answer")
    assert foreign(READER, silence(), frozenset(), "match").outcome is Outcome.ERROR


def test_a_token_that_is_rejected_the_second_time_fails_on_an_empty_page_too() -> None:
    rejected = answered({"__type": "ValidationException"}, 400)
    assert same_page(READER, answered(page([])), rejected).outcome is Outcome.FAILED
    assert same_page(READER, answered(page([])), answered(page([]))).outcome is Outcome.PASSED


def test_pages_are_laid_side_by_side_by_what_they_are_sorted_by() -> None:
    first, second = items("Failed", "Stopped")
    whole, swapped = walked(page([first, second]), size=9), walked(page([second], "a"), page([first]), size=1)
    assert concatenation(READER, None, whole, swapped).outcome is Outcome.PASSED
    verdict = concatenation(READER, "Status", whole, swapped)
    assert verdict.kind == "order-lost"
    assert verdict.expected.endswith("'Failed' at place 1")
    assert verdict.received == "job: 'Stopped'"


FAILURE = failed("kind", "no", expected="this", received="that")
SKIP, PASS, ERROR = skipped("nothing"), passed({"items": 1}), broke("timeout", "no answer")


@pytest.mark.parametrize(
    ("verdicts", "speaks"),
    [
        ([SKIP, PASS], PASS),
        ([PASS, SKIP], PASS),
        ([PASS, ERROR], ERROR),
        ([ERROR, FAILURE], FAILURE),
        ([SKIP], SKIP),
    ],
    ids=["seen-elsewhere", "seen-here", "broke", "failed", "alone"],
)
def test_one_of_several_verdicts_speaks_for_all(verdicts: list[Verdict], speaks: Verdict) -> None:
    assert weightiest(verdicts) is speaks
