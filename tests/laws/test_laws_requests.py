"""The laws of a single request as truth tables: every way in which a request and its control can end."""

from __future__ import annotations

from functools import cache
from itertools import product

import pytest

from conformance.checks.request.laws import (
    Rejection,
    evaluate_accepted,
    evaluate_either,
    evaluate_like_control,
    evaluate_rejected,
    was_accepted,
)
from conformance.checks.verdict import Outcome, Tally, Verdict
from conformance.contract.loading import load
from conformance.contract.model import Operation
from conformance.wire.encoding import dump
from conformance.wire.exchange import Exchange, Fault, HttpRequest, HttpResponse

DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"
NAME = "HyperParameterTuningJobName"


@cache
def operation(name: str = DESCRIBE) -> Operation:
    return load().operations[name]


def ended(how: str, members: dict[str, object] | None = None) -> Exchange:
    """Return an exchange that ended in one of the ways of the tables."""
    request = HttpRequest("POST", "http://127.0.0.1/", (), dump(members or {NAME: "a"}))
    answers: dict[str, tuple[int, bytes]] = {
        "answer": (200, dump({NAME: "a"})),
        "other-answer": (200, dump({NAME: "b"})),
        "created": (201, dump({NAME: "a"})),
        "page": (200, b"<html>"),
        "list": (200, b"[]"),
        "invalid": (400, dump({"__type": "ValidationException"})),
        "unreadable": (400, dump({"__type": "x#SerializationException"})),
        "unknown-name": (400, dump({"__type": "ResourceNotFound"})),
        "unknown-name-404": (404, dump({"__type": "ResourceNotFound"})),
        "invalid-422": (422, dump({"__type": "ValidationException"})),
        "denied": (403, dump({"__type": "AccessDeniedException"})),
        "bare-400": (400, b"no"),
        "redirect": (307, b""),
        "broken": (500, dump({"__type": "InternalFailure"})),
        "invalid-500": (500, dump({"__type": "ValidationException"})),
    }
    if how in answers:
        status, body = answers[how]
        return Exchange(DESCRIBE, request, HttpResponse(status, (), body, 0.0))
    return Exchange(DESCRIBE, request, None, Fault(how, "nothing came"))


PASSED, FAILED, SKIPPED, ERROR = Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED, Outcome.ERROR

LET_THROUGH = {"answer", "other-answer", "created", "unknown-name", "unknown-name-404"}
EVERY = (
    "answer", "other-answer", "created", "page", "list", "invalid", "unreadable", "unknown-name", "unknown-name-404",
    "invalid-422", "denied", "bare-400", "redirect", "broken", "invalid-500", "dropped", "timeout", "unreachable",
    "not-http", "too-large",
)  # fmt: skip


def brief(verdict: Verdict) -> tuple[Outcome, str]:
    return verdict.outcome, verdict.kind


@pytest.mark.parametrize("how", EVERY)
def test_accepted_means_an_answer_or_the_operations_own_error(how: str) -> None:
    assert was_accepted(operation(), ended(how)) is (how in LET_THROUGH)


REFUSED_BESIDE_A_GOOD_CONTROL = {
    "answer": (FAILED, "accepted"),
    "other-answer": (FAILED, "accepted"),
    "created": (FAILED, "accepted"),
    "page": (FAILED, "no-refusal"),
    "list": (FAILED, "no-refusal"),
    "invalid": (PASSED, ""),
    "unreadable": (PASSED, ""),
    "unknown-name": (FAILED, "wrong-code"),
    "unknown-name-404": (FAILED, "wrong-status"),
    "invalid-422": (FAILED, "wrong-status"),
    "denied": (FAILED, "wrong-status"),
    "bare-400": (FAILED, "wrong-code"),
    "redirect": (FAILED, "no-refusal"),
    "broken": (FAILED, "server-error"),
    "invalid-500": (FAILED, "server-error"),
    "dropped": (FAILED, "dropped"),
    "timeout": (ERROR, "timeout"),
    "unreachable": (ERROR, "unreachable"),
    "not-http": (ERROR, "not-http"),
    "too-large": (ERROR, "too-large"),
}


@pytest.mark.parametrize("how", EVERY)
def test_a_rejection_must_be_of_the_documented_kind(how: str) -> None:
    verdict = evaluate_rejected(operation(), ended(how), ended("answer"), Rejection())
    assert brief(verdict) == REFUSED_BESIDE_A_GOOD_CONTROL[how]


@pytest.mark.parametrize(("how", "control"), list(product(("invalid", "unreadable"), EVERY)))
def test_a_rejection_proves_nothing_beside_a_control_that_was_not_accepted(how: str, control: str) -> None:
    verdict = evaluate_rejected(operation(), ended(how), ended(control), Rejection())
    if control in LET_THROUGH:
        assert verdict.outcome is PASSED
    elif ended(control).response is None:
        assert brief(verdict) == (ERROR, "control")
    else:
        assert brief(verdict) == (FAILED, "control-refused")


def test_a_request_that_should_have_been_rejected_fails_whatever_its_control_did() -> None:
    for control in EVERY:
        assert evaluate_rejected(operation(), ended("answer"), ended(control), Rejection()).outcome is FAILED


@pytest.mark.parametrize(
    ("how", "outcome"),
    [("denied", PASSED), ("bare-400", PASSED), ("unknown-name-404", PASSED), ("answer", FAILED), ("broken", FAILED)],
)
def test_a_rejection_of_any_kind_takes_every_4xx_and_no_more(how: str, outcome: Outcome) -> None:
    any_kind = Rejection(frozenset(), frozenset())
    assert evaluate_rejected(operation(), ended(how), ended("answer"), any_kind).outcome is outcome


def test_a_name_that_was_looked_up_instead_is_reported() -> None:
    verdict = evaluate_rejected(operation(), ended("unknown-name"), ended("answer"), Rejection())
    assert "not enforced" in verdict.reason


ACCEPTED = {
    # how it ended: where the name exists, and where nobody has it
    "answer": (PASSED, PASSED),
    "created": (PASSED, PASSED),
    "other-answer": (FAILED, FAILED),
    "page": (FAILED, FAILED),
    "list": (FAILED, FAILED),
    "invalid": (FAILED, FAILED),
    "unknown-name": (FAILED, PASSED),
    "unknown-name-404": (FAILED, PASSED),
    "denied": (FAILED, FAILED),
    "redirect": (FAILED, FAILED),
    "broken": (FAILED, FAILED),
    "dropped": (FAILED, FAILED),
    "timeout": (ERROR, ERROR),
}


@pytest.mark.parametrize("how", ACCEPTED)
@pytest.mark.parametrize("exists", [True, False], ids=["exists", "nobody"])
def test_a_valid_request_passes_on_an_answer_or_for_a_name_is_unknown_on_its_error(how: str, exists: bool) -> None:  # noqa: FBT001 - a row
    assert evaluate_accepted(operation(), ended(how), exists=exists).outcome is ACCEPTED[how][0 if exists else 1]


@pytest.mark.parametrize(
    ("answer", "limit", "passes"),
    [
        ({"TrainingJobSummaries": []}, None, True),
        ({"TrainingJobSummaries": [{}, {}]}, 2, True),
        ({"TrainingJobSummaries": [{}, {}, {}]}, 2, False),
        ({}, None, False),
        ({"TrainingJobSummaries": None}, None, False),
        ({"TrainingJobSummaries": {}}, None, False),
        ({"TrainingJobSummaries": [], "NextToken": 7}, None, False),
    ],
)
def test_an_accepted_listing_is_a_list_no_longer_than_asked_for(
    answer: dict[str, object],
    limit: int | None,
    passes: bool,  # noqa: FBT001 - a row
) -> None:
    members = {NAME: "a"} | ({"MaxResults": limit} if limit else {})
    request = HttpRequest("POST", "http://127.0.0.1/", (), dump(members))
    exchange = Exchange(LIST, request, HttpResponse(200, (), dump(answer), 0.0))
    assert (evaluate_accepted(operation(LIST), exchange, exists=True).outcome is PASSED) is passes


EITHER = {
    "answer": (PASSED, "accepted (why)"),
    "other-answer": (FAILED, ""),
    "page": (FAILED, ""),
    "redirect": (FAILED, ""),
    "invalid": (PASSED, "refused: HTTP 400 ValidationException (why)"),
    "bare-400": (PASSED, "refused: HTTP 400 no error code (why)"),
    "denied": (PASSED, "refused: HTTP 403 AccessDeniedException (why)"),
    "broken": (FAILED, ""),
    "dropped": (FAILED, ""),
    "timeout": (ERROR, ""),
}


@pytest.mark.parametrize("how", EITHER)
def test_either_is_an_answer_or_a_4xx_and_the_verdict_says_which(how: str) -> None:
    verdict = evaluate_either(operation(), ended(how), ended("answer"), "why")
    outcome, note = EITHER[how]
    assert verdict.outcome is outcome
    assert verdict.notes == ((note,) if note else ())


@pytest.mark.parametrize("control", EVERY)
def test_a_rejection_that_may_be_tells_nothing_beside_a_rejected_control(control: str) -> None:
    verdict = evaluate_either(operation(), ended("invalid"), ended(control), "why")
    assert verdict.outcome is (PASSED if control in LET_THROUGH else SKIPPED)


LIKE = ("answer", "invalid", "unreadable", "unknown-name", "unknown-name-404", "timeout")


@pytest.mark.parametrize(("how", "control"), list(product((*LIKE, "dropped", "broken"), LIKE)))
def test_alike_means_the_same_status_and_the_same_code(how: str, control: str) -> None:
    verdict = evaluate_like_control(ended(how), ended(control))
    if how == "timeout":
        assert verdict.outcome is ERROR
    elif how in {"dropped", "broken"}:
        assert verdict.outcome is FAILED
    elif control == "timeout":
        assert verdict.outcome is SKIPPED
    else:
        assert verdict.outcome is (PASSED if how == control else FAILED)


def test_a_failure_explains_itself() -> None:
    for how, control in product(EVERY, ("answer", "invalid")):
        for verdict in (
            evaluate_rejected(operation(), ended(how), ended(control), Rejection()),
            evaluate_accepted(operation(), ended(how), exists=True),
            evaluate_either(operation(), ended(how), ended(control), "why"),
            evaluate_like_control(ended(how), ended(control)),
        ):
            if verdict.outcome is PASSED:
                assert sum(verdict.rests_on.values()) > 0
            else:
                assert verdict.reason
                assert verdict.exchanges
            if verdict.outcome is FAILED:
                assert verdict.expected
                assert verdict.received
                assert verdict.kind


@pytest.mark.parametrize(
    ("holds", "needs", "outcome"),
    [
        ([], 1, SKIPPED),
        ([True], 1, PASSED),
        ([True], 2, SKIPPED),
        ([True, True], 2, PASSED),
        ([False], 1, FAILED),
        ([False], 2, FAILED),
        ([True, False, True], 1, FAILED),
    ],
)
def test_a_tally_skips_under_its_need_and_fails_on_any_violation(
    holds: list[bool], needs: int, outcome: Outcome
) -> None:
    tally = Tally("items", needs=needs)
    for number, item in enumerate(holds):
        tally.hold(item, f"item {number}", ended("answer"))
    verdict = tally.verdict("odd", "even items", lacking="too few items")
    assert verdict.outcome is outcome
    if outcome is SKIPPED:
        assert verdict.reason == "too few items"
    else:
        assert verdict.rests_on == {"items": len(holds)}


def test_a_tally_tells_the_first_five_violations_and_counts_the_rest() -> None:
    tally, exchange = Tally("items"), ended("answer")
    for number in range(9):
        tally.hold(number % 9 == 8, f"item {number}", exchange)
    verdict = tally.verdict("odd", "even items", lacking="")
    assert verdict.reason == "8 of 9 items break the rule: even items"
    assert verdict.received == "item 0; item 1; item 2; item 3; item 4 (and 3 more)"
    assert verdict.exchanges == (exchange,)
