"""The laws of a single request as a truth table: every way in which a request and its control can end."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from conformance.checks.request.laws import (
    Rejection,
    evaluate_accepted,
    evaluate_either,
    evaluate_like_control,
    evaluate_rejected,
    was_accepted,
)
from conformance.checks.verdict import Outcome, Tally
from conformance.contract.loading import load
from conformance.wire.exchange import Exchange
from laws.exchanges import answered, silence

NAME = "HyperParameterTuningJobName"
CONTRACT = load()
OPERATIONS = CONTRACT.operations
DESCRIBE = OPERATIONS["DescribeHyperParameterTuningJob"]
INVALID = Rejection.of(CONTRACT.service)
LIST = OPERATIONS["ListTrainingJobsForHyperParameterTuningJob"]
PASSED, FAILED, SKIPPED, ERROR = Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED, Outcome.ERROR


def error(code: str) -> dict[str, str]:
    return {"__type": code}


ANSWERS: dict[str, tuple[int, Any]] = {
    "answer": (200, {NAME: "a"}),
    "other-answer": (200, {NAME: "b"}),
    "created": (201, {NAME: "a"}),
    "page": (200, b"<html>"),
    "list": (200, b"[]"),
    "invalid": (400, error("ValidationException")),
    "unreadable": (400, error("x#SerializationException")),
    "unknown-name": (400, error("ResourceNotFound")),
    "unknown-name-404": (404, error("ResourceNotFound")),
    "invalid-422": (422, error("ValidationException")),
    "denied": (403, error("AccessDeniedException")),
    "bare-400": (400, b"no"),
    "redirect": (307, b""),
    "broken": (500, error("InternalFailure")),
    "invalid-500": (500, error("ValidationException")),
}
ENDS = {
    # how it ended: as a request to reject (outcome, kind); to accept, of a name that exists and one that does not; of
    # either
    "answer": ((FAILED, "accepted"), PASSED, PASSED, PASSED),
    "other-answer": ((FAILED, "accepted"), FAILED, FAILED, FAILED),
    "created": ((FAILED, "accepted"), PASSED, PASSED, PASSED),
    "page": ((FAILED, "no-refusal"), FAILED, FAILED, FAILED),
    "list": ((FAILED, "no-refusal"), FAILED, FAILED, FAILED),
    "invalid": ((PASSED, ""), FAILED, FAILED, PASSED),
    "unreadable": ((PASSED, ""), FAILED, FAILED, PASSED),
    "unknown-name": ((FAILED, "wrong-code"), FAILED, PASSED, PASSED),
    "unknown-name-404": ((FAILED, "wrong-status"), FAILED, PASSED, PASSED),
    "invalid-422": ((FAILED, "wrong-status"), FAILED, FAILED, PASSED),
    "denied": ((FAILED, "wrong-status"), FAILED, FAILED, PASSED),
    "bare-400": ((FAILED, "wrong-code"), FAILED, FAILED, PASSED),
    "redirect": ((FAILED, "no-refusal"), FAILED, FAILED, FAILED),
    "broken": ((FAILED, "server-error"), FAILED, FAILED, FAILED),
    "invalid-500": ((FAILED, "server-error"), FAILED, FAILED, FAILED),
    "dropped": ((FAILED, "dropped"), FAILED, FAILED, FAILED),
    "timeout": ((ERROR, "timeout"), ERROR, ERROR, ERROR),
    "unreachable": ((ERROR, "unreachable"), ERROR, ERROR, ERROR),
    "not-http": ((ERROR, "not-http"), ERROR, ERROR, ERROR),
    "too-large": ((ERROR, "too-large"), ERROR, ERROR, ERROR),
}
ACCEPTED = {"answer", "other-answer", "created", "unknown-name", "unknown-name-404"}


def ended(how: str) -> Exchange:
    if how not in ANSWERS:
        return silence(how, operation=DESCRIBE.name)
    status, body = ANSWERS[how]
    return answered(body, status, operation=DESCRIBE.name, request={NAME: "a"})


@pytest.mark.parametrize("how", ENDS)
def test_each_way_to_end_is_evaluated_by_what_was_expected(how: str) -> None:
    exchange, control = ended(how), ended("answer")
    rejected = evaluate_rejected(DESCRIBE, exchange, control, INVALID)
    accepted = [evaluate_accepted(DESCRIBE, exchange, exists=exists).outcome for exists in (True, False)]
    either = evaluate_either(DESCRIBE, exchange, control, "why").outcome
    assert ((rejected.outcome, rejected.kind), *accepted, either) == ENDS[how]
    assert was_accepted(DESCRIBE, exchange) is (how in ACCEPTED)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("bare-400", "names no error"), ("invalid-422", "another HTTP status"), ("denied", "an error of another kind"),
        ("unknown-name", "went on to look the name up"),
    ],
)  # fmt: skip
def test_a_rejection_of_another_kind_is_described_by_what_is_known_of_it(how: str, words: str) -> None:
    assert words in evaluate_rejected(DESCRIBE, ended(how), ended("answer"), INVALID).reason


@pytest.mark.parametrize("control", ENDS)
def test_a_rejection_proves_nothing_next_to_a_control_that_was_not_accepted(control: str) -> None:
    rejected = evaluate_rejected(DESCRIBE, ended("invalid"), ended(control), INVALID)
    either = evaluate_either(DESCRIBE, ended("invalid"), ended(control), "why")
    if control in ACCEPTED:
        assert (rejected.outcome, either.outcome) == (PASSED, PASSED)
        return
    silent = ended(control).response is None
    assert (rejected.outcome, rejected.kind) == ((ERROR, "control") if silent else (FAILED, "control-refused"))
    assert either.outcome is SKIPPED


def test_a_request_that_should_have_been_rejected_fails_whatever_its_control_did() -> None:
    for control in ENDS:
        assert evaluate_rejected(DESCRIBE, ended("answer"), ended(control), INVALID).outcome is FAILED


@pytest.mark.parametrize(
    ("how", "outcome"),
    [("denied", PASSED), ("bare-400", PASSED), ("unknown-name-404", PASSED), ("answer", FAILED), ("broken", FAILED)],
)
def test_a_rejection_of_any_kind_takes_every_4xx_and_no_more(how: str, outcome: Outcome) -> None:
    any_kind = Rejection(frozenset(), frozenset())
    assert evaluate_rejected(DESCRIBE, ended(how), ended("answer"), any_kind).outcome is outcome


@pytest.mark.parametrize(("how", "outcome"), [("redirect", PASSED), ("page", PASSED), ("answer", FAILED)])
def test_another_method_may_get_a_page_and_no_answer(how: str, outcome: Outcome) -> None:
    of_methods = Rejection(elsewhere=True)
    assert evaluate_rejected(DESCRIBE, ended(how), ended("answer"), of_methods).outcome is outcome


def test_a_name_that_was_looked_up_instead_is_reported() -> None:
    verdict = evaluate_rejected(DESCRIBE, ended("unknown-name"), ended("answer"), INVALID)
    assert "not enforced" in verdict.reason


@pytest.mark.parametrize(
    ("answer", "limit", "outcome"),
    [
        ({"TrainingJobSummaries": []}, None, PASSED),
        ({"TrainingJobSummaries": [{}, {}]}, 2, PASSED),
        ({"TrainingJobSummaries": [{}, {}, {}]}, 2, FAILED),
        ({}, None, FAILED),
        ({"TrainingJobSummaries": None}, None, FAILED),
        ({"TrainingJobSummaries": {}}, None, FAILED),
        ({"TrainingJobSummaries": [], "NextToken": 7}, None, FAILED),
    ],
)
def test_an_accepted_listing_is_a_list_no_longer_than_asked_for(
    answer: dict[str, object], limit: int | None, outcome: Outcome
) -> None:
    request = {NAME: "a"} | ({"MaxResults": limit} if limit else {})
    exchange = answered(answer, operation=LIST.name, request=request)
    assert evaluate_accepted(LIST, exchange, exists=True).outcome is outcome


@pytest.mark.parametrize(
    ("how", "note"),
    [
        ("answer", "accepted (why)"),
        ("invalid", "rejected: HTTP 400 ValidationException (why)"),
        ("bare-400", "rejected: HTTP 400 no error code (why)"),
        ("denied", "rejected: HTTP 403 AccessDeniedException (why)"),
    ],
)
def test_where_either_is_right_the_verdict_says_which(how: str, note: str) -> None:
    assert evaluate_either(DESCRIBE, ended(how), ended("answer"), "why").notes == (note,)


LIKE = ("answer", "invalid", "unreadable", "unknown-name", "unknown-name-404", "timeout")


@pytest.mark.parametrize(("how", "control"), list(product((*LIKE, "dropped", "broken"), LIKE)))
def test_like_its_control_means_the_same_status_and_code(how: str, control: str) -> None:
    outcomes = {"timeout": ERROR, "dropped": FAILED, "broken": FAILED}
    wanted = SKIPPED if control == "timeout" else PASSED if how == control else FAILED
    assert evaluate_like_control(ended(how), ended(control)).outcome is outcomes.get(how, wanted)


def test_a_failure_explains_itself() -> None:
    for how, control in product(ENDS, ("answer", "invalid")):
        for verdict in (
            evaluate_rejected(DESCRIBE, ended(how), ended(control), INVALID),
            evaluate_accepted(DESCRIBE, ended(how), exists=True),
            evaluate_either(DESCRIBE, ended(how), ended(control), "why"),
            evaluate_like_control(ended(how), ended(control)),
        ):
            if verdict.outcome is PASSED:
                assert sum(verdict.rests_on.values()) > 0
            else:
                assert verdict.reason
                assert verdict.exchanges
            if verdict.outcome is FAILED:
                assert all((verdict.expected, verdict.received, verdict.kind))


@pytest.mark.parametrize(
    ("holds", "needs", "outcome"),
    [
        ([], 1, SKIPPED),
        ([True], 1, PASSED),
        ([True], 2, SKIPPED),
        ([True, True], 2, PASSED),
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
    assert verdict.rests_on == ({} if outcome is SKIPPED else {"items": len(holds)})


def test_a_tally_shows_the_first_five_violations_and_counts_the_rest() -> None:
    tally, exchange = Tally("items"), ended("answer")
    for number in range(9):
        tally.hold(number % 9 == 8, f"item {number}", exchange)
    verdict = tally.verdict("odd", "even items", lacking="")
    assert verdict.reason == "8 of 9 items break the rule: even items"
    assert verdict.received == "item 0; item 1; item 2; item 3; item 4 (and 3 more)"
    assert verdict.exchanges == (exchange,)
