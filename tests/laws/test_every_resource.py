"""A resource that the target breaks on is seen, whichever one it is; one that may have been deleted accuses nobody."""

from __future__ import annotations

import pytest

from conformance.checks.response.checks import Served, every_resource
from conformance.checks.verdict import Outcome
from conformance.contract.loading import load
from conformance.wire.exchange import Exchange, Fault, HttpRequest, HttpResponse

LIST = load().operations["ListTrainingJobsForHyperParameterTuningJob"]
DESCRIBE = load().operations["DescribeHyperParameterTuningJob"]
EMPTY_LISTING = b'{"TrainingJobSummaries":[]}'
GONE = b'{"__type":"ResourceNotFound"}'


def answered(body: bytes, status: int = 200) -> Exchange:
    return Exchange("any", HttpRequest("POST", "http://127.0.0.1/", (), b"{}"), HttpResponse(status, (), body, 0.0))


def served(*exchanges: Exchange, must_exist: bool = True) -> Served:
    return Served("one", exchanges, must_exist=must_exist)


def test_good_answers_pass() -> None:
    assert every_resource(DESCRIBE, [served(answered(b"{}"))]).outcome is Outcome.PASSED
    assert every_resource(LIST, [served(answered(EMPTY_LISTING), answered(EMPTY_LISTING))]).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("body", "status"),
    [(b'{"Value":NaN}', 200), (b'{"TrainingJobSummaries":[]', 200), (b"[]", 200), (b"{}", 500), (GONE, 400)],
)
def test_one_broken_answer_among_good_ones_fails(body: bytes, status: int) -> None:
    good, bad = served(answered(EMPTY_LISTING)), served(answered(EMPTY_LISTING), answered(body, status))
    verdict = every_resource(LIST, [good, bad])
    assert verdict.outcome is Outcome.FAILED
    assert "one, page 2: HTTP" in verdict.received
    assert ("not a JSON object" in verdict.received) is (status == 200)


def test_an_answer_without_its_list_fails() -> None:
    assert every_resource(LIST, [served(answered(b"{}"))]).outcome is Outcome.FAILED


def test_what_may_have_been_deleted_accuses_nothing() -> None:
    assert every_resource(DESCRIBE, [served(answered(GONE, 400), must_exist=False)]).outcome is Outcome.SKIPPED


def test_silence_is_an_error_and_no_failure() -> None:
    silent = Exchange("any", HttpRequest("POST", "http://127.0.0.1/", (), b"{}"), None, Fault("timeout", "no answer"))
    assert every_resource(DESCRIBE, [served(silent)]).outcome is Outcome.ERROR
