"""Saved answers: those of the reference server are clean in every form, a broken one fails where it is broken."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from conformance.errors import ExitCode
from conformance.report.result import Outcome
from conformance.suite.saved import Form
from validate.saving import DESCRIBE, LIST, SORTED, STATUSES, SUBJECT, answers, checks, failures, judged


@pytest.mark.parametrize("form", Form)
def test_every_answer_of_the_reference_server_is_clean(form: Form) -> None:
    failed: list[str] = []
    for saved in answers().all:
        check_result = judged(
            saved.operation, json.loads(saved.form(form)), saved.request if form is Form.WIRE else None
        )
        assert check_result.code(strict=True) is ExitCode.CONFORMS
        failed += [f"{saved.name} {failure}" for failure in failures(check_result)]
    assert failed == []


@pytest.mark.parametrize("operation", [DESCRIBE, LIST])
def test_the_forms_of_one_answer_are_distinguished_and_come_to_the_same_judgement(operation: str) -> None:
    passed = []
    for form in Form:
        check_result = judged(operation, json.loads(answers().of(operation).form(form)))
        assert check_result.answer is not None
        assert check_result.answer.form is form
        own = [item for item in check_result.results if item.area in {"response", "consistency"}]
        passed.append({item.id for item in own if item.outcome is Outcome.PASSED and "/http/" not in item.id})
    assert passed[0] == passed[1] == passed[2]


def test_what_boto3_knows_of_the_exchange_is_judged_as_well() -> None:
    passed = {result.id for result in judged(DESCRIBE, json.loads(answers().of(DESCRIBE).boto3)).results}
    assert {
        f"{DESCRIBE}/response/http/status",
        f"{DESCRIBE}/protocol/answer/content-type",
        f"{DESCRIBE}/protocol/answer/request-id",
    } <= passed


def test_a_sorted_and_filtered_page_is_judged_by_what_was_asked() -> None:
    check_result = judged(LIST, json.loads(answers().page), dict(SORTED))
    assert failures(check_result) == set()
    assert {
        f"{LIST}/filter/Completed/only",
        f"{LIST}/order/FinalObjectiveMetricValue/Descending",
        f"{LIST}/request/answered/let-through",
    } <= {result.id for result in check_result.results if result.outcome is Outcome.PASSED}


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("HyperParameterTuningJobStatus", "Done", "response/HyperParameterTuningJobStatus/enum"),
        ("CreationTime", "2024-05-01T10:00:00Z", "response/CreationTime/type"),
        ("LastModifiedTime", 1_700_000_000_000, "response/LastModifiedTime/type"),
        ("HyperParameterTuningJobArn", "arn:nobody", "response/HyperParameterTuningJobArn/pattern"),
        ("FailureReason", "x" * 1025, "response/FailureReason/max_length"),
        ("BestTrainingJob.TrainingJobStatus", "Failed", "consistency/best-status/best-training-job-could-win"),
        ("TrainingJobStatusCounters.Completed", None, "response/TrainingJobStatusCounters.Completed/type"),
    ],
)
def test_a_broken_description_fails_where_it_is_broken(path: str, value: Any, expected: str) -> None:
    answer = holder = json.loads(answers().of(DESCRIBE).wire)
    *above, last = path.split(".")
    for name in above:
        holder = holder[name]
    holder[last] = value
    check_result = judged(DESCRIBE, answer)
    assert check_result.code(strict=False) is ExitCode.DOES_NOT_CONFORM
    assert f"{DESCRIBE}/{expected}" in failures(check_result)
    failed = [result for result in check_result.results if result.outcome is Outcome.FAILED]
    assert all(result.expected and result.received and result.because for result in failed)


def test_a_lacking_member_that_only_the_model_requires_is_no_failure_but_a_recommendation() -> None:
    answer = json.loads(answers().of(DESCRIBE).wire)
    del answer["TrainingJobStatusCounters"]
    check_result = judged(DESCRIBE, answer)
    assert failures(check_result) == {f"{DESCRIBE}/response/TrainingJobStatusCounters/modelled-required"}
    assert check_result.code(strict=False) is ExitCode.CONFORMS
    assert check_result.code(strict=True) is ExitCode.DOES_NOT_CONFORM
    assert check_result.selected("must").code(strict=True) is ExitCode.CONFORMS


def test_a_name_that_is_not_the_one_asked_for_fails_only_beside_the_request() -> None:
    answer = json.loads(answers().of(DESCRIBE).wire)
    assert failures(judged(DESCRIBE, answer)) == set()
    found = failures(judged(DESCRIBE, answer, {SUBJECT: "another"}))
    assert f"{DESCRIBE}/request/answered/let-through" in found
    assert any("/consistency/" in item for item in found)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda items: items.append({**items[0], "TrainingJobStatus": "Failed"}), "filter/Completed/only"),
        (lambda items: items.reverse(), "order/FinalObjectiveMetricValue/Descending"),
        (lambda items: items.append(items[-1]), "request/answered/let-through"),
        (lambda items: items[0].update(TuningJobName="another"), "consistency/tuning-job-name/names-its-tuning-job"),
        (
            lambda items: items[-1].pop("FinalHyperParameterTuningJobObjectiveMetric"),
            "filter/FinalObjectiveMetricValue/omits-items-without-it-Descending",
        ),
    ],
)
def test_a_page_that_is_not_what_was_asked_for_fails(edit: Callable[[list[Any]], None], expected: str) -> None:
    page = json.loads(answers().page)
    edit(page["TrainingJobSummaries"])
    assert f"{LIST}/{expected}" in failures(judged(LIST, page, dict(SORTED)))


def test_more_items_than_the_default_fail_unless_the_client_put_pages_together() -> None:
    saved, request = answers().of(LIST), {SUBJECT: STATUSES}
    default = f"{LIST}/pagination/page-size/default-at-most"
    assert default in failures(judged(LIST, json.loads(saved.wire), request))
    assert default not in failures(judged(LIST, json.loads(saved.cli), request))


def test_errors_are_judged_as_such() -> None:
    for text in (answers().unknown_name, answers().invalid_name, answers().boto3_error):
        check_result = judged(DESCRIBE, json.loads(text))
        assert check_result.answer is not None
        assert check_result.answer.is_error
        assert failures(check_result) == set()
        assert check_result.code(strict=True) is ExitCode.CONFORMS


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"message": "no"}, ("protocol/error-body/type", "protocol/error-body/bare-type")),
        ({"__type": "com.example#ResourceNotFound", "message": "no"}, ("protocol/error-body/bare-type",)),
        ({"__type": "ResourceNotFound"}, ("protocol/error-body/message",)),
        ({"__type": "NoIdea", "message": "no"}, ("error/answered/code",)),
        (
            {"Error": {"Code": "ResourceNotFound", "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 404}},
            ("error/ResourceNotFound/http-status",),
        ),
    ],
)
def test_a_broken_error_fails_where_it_is_broken(answer: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert failures(judged(DESCRIBE, answer)) == {f"{DESCRIBE}/{item}" for item in expected}


def test_an_invalid_request_must_be_rejected_and_a_valid_one_accepted() -> None:
    valid, invalid = {SUBJECT: STATUSES}, {SUBJECT: "-"}
    description, rejection = json.loads(answers().of(DESCRIBE).wire), json.loads(answers().invalid_name)
    missing = json.loads(answers().unknown_name)
    assert failures(judged(DESCRIBE, rejection, invalid)) == set()
    assert failures(judged(DESCRIBE, description, invalid)) == {f"{DESCRIBE}/request/answered/refused"}
    assert failures(judged(DESCRIBE, missing, invalid)) == {f"{DESCRIBE}/request/answered/refused"}
    assert failures(judged(DESCRIBE, rejection, valid)) == {f"{DESCRIBE}/request/answered/let-through"}
    assert failures(judged(DESCRIBE, missing, valid)) == set()


def test_a_rejection_that_is_not_about_the_request_tells_nothing_of_it() -> None:
    throttled = {"__type": "ThrottlingException", "message": "Rate exceeded"}
    check_result = judged(DESCRIBE, throttled, {SUBJECT: STATUSES})
    assert failures(check_result) == set()
    ending = next(result for result in check_result.results if "/request/answered/" in result.id)
    assert ending.outcome is Outcome.SKIPPED


def test_a_page_is_never_measured_by_a_name_that_nobody_gave() -> None:
    check_result = judged(LIST, json.loads(answers().of(LIST).wire))
    assert not any("names-its-tuning-job" in result.id for result in check_result.results)
    assert any("--request" in words for words in check_result.left_out)


def test_what_is_no_answer_at_all_is_not_said_to_conform() -> None:
    check_result = judged(DESCRIBE, {"Foo": 1})
    assert check_result.code(strict=False) is ExitCode.PARTLY_JUDGED
    assert check_result.unknown == ("Foo",)


def test_every_check_that_is_judged_offline_has_the_words_of_the_catalogue() -> None:
    known = {check.id: check for check in checks()}
    for operation in (DESCRIBE, LIST):
        saved = answers().of(operation)
        for result in judged(operation, json.loads(saved.boto3), saved.request).results:
            if "/answered/" not in result.id:
                check = known[result.id]
                places = [(place.source, place.line) for place in check.because]
                assert (result.statement, [(it.source, it.line) for it in result.because]) == (check.statement, places)
