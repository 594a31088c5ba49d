"""Saved answers: those of the reference server are clean in every form, a broken one fails where it is broken."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from conformance.checks.check import Check
from conformance.contract.model import Contract
from conformance.errors import ExitCode
from conformance.report.result import Outcome
from conformance.suite.catalogue import catalogue
from conformance.suite.saved import Content, Form
from conformance.suite.validate import CheckResult, evaluate
from validate.saving import DESCRIBE, LIST, SORTED, STATUSES, SUBJECT, Saved, answers, contract


@cache
def checks() -> tuple[Check, ...]:
    return catalogue(contract())


@pytest.fixture(autouse=True)
def _one_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the catalogue once: it is the same for every answer."""

    def made_before(_: Contract) -> tuple[Check, ...]:
        return checks()

    monkeypatch.setattr("conformance.suite.validate.catalogue", made_before)


def judged(operation: str, answer: Any, request: dict[str, Any] | None = None, form: Form | None = None) -> CheckResult:
    return evaluate(
        contract(),
        contract().operations[operation],
        answer=Content("answer.json", answer),
        request=None if request is None else Content("request.json", request),
        form=form,
    )


def failures(check_result: CheckResult) -> set[str]:
    return {result.id for result in check_result.results if result.outcome is Outcome.FAILED}


def asked(saved: Saved) -> dict[str, Any]:
    return {SUBJECT: saved.name, **({"MaxResults": 100} if saved.operation == LIST else {})}


@pytest.mark.parametrize(("form", "beside"), [("wire", True), ("cli", False), ("boto3", False)])
def test_every_answer_of_the_reference_server_is_clean(form: str, beside: bool) -> None:  # noqa: FBT001 - pytest passes it so
    told: list[str] = []
    for saved in answers().all:
        check_result = judged(saved.operation, json.loads(saved.form(form)), asked(saved) if beside else None)
        assert check_result.code(strict=True) is ExitCode.CONFORMS
        told += [f"{saved.name} {failure}" for failure in failures(check_result)]
    assert told == []


@pytest.mark.parametrize("form", list(Form))
def test_the_forms_are_distinguished(form: Form) -> None:
    for operation in (DESCRIBE, LIST):
        read = judged(operation, json.loads(answers().of(operation).form(form.value))).answer
        assert read is not None
        assert read.form is form


def test_the_forms_of_one_answer_come_to_the_same_judgement() -> None:
    for operation in (DESCRIBE, LIST):
        saved = answers().of(operation)
        passed = [
            {
                result.id
                for result in judged(operation, json.loads(saved.form(form.value))).results
                if result.outcome is Outcome.PASSED
                and result.area in {"response", "consistency"}
                and "/http/" not in result.id
            }
            for form in Form
        ]
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


def _set(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    *above, last = path.split(".")

    def edit(answer: dict[str, Any]) -> None:
        holder = answer
        for name in above:
            holder = holder[name]
        holder[last] = value

    return edit


def _drop(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda answer: answer.pop(name)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (_set("HyperParameterTuningJobStatus", "Done"), {"response/HyperParameterTuningJobStatus/enum"}),
        (_set("CreationTime", "2024-05-01T10:00:00Z"), {"response/CreationTime/type"}),
        (_set("LastModifiedTime", 1_700_000_000_000), {"response/LastModifiedTime/type"}),
        (_set("HyperParameterTuningJobArn", "arn:nobody"), {"response/HyperParameterTuningJobArn/pattern"}),
        (_set("FailureReason", "x" * 1025), {"response/FailureReason/max_length"}),
        (_set("BestTrainingJob.TrainingJobStatus", "Failed"), {"consistency/best-status/best-training-job-could-win"}),
        (_set("TrainingJobStatusCounters.Completed", None), {"response/TrainingJobStatusCounters.Completed/type"}),
    ],
)
def test_a_broken_description_fails_where_it_is_broken(
    edit: Callable[[dict[str, Any]], None], expected: set[str]
) -> None:
    answer = copy.deepcopy(json.loads(answers().of(DESCRIBE).wire))
    edit(answer)
    check_result = judged(DESCRIBE, answer)
    assert check_result.code(strict=False) is ExitCode.DOES_NOT_CONFORM
    assert {f"{DESCRIBE}/{item}" for item in expected} <= failures(check_result)
    for result in check_result.results:
        if result.outcome is Outcome.FAILED:
            assert result.expected
            assert result.received
            assert result.because


def test_a_lacking_member_that_only_the_model_requires_is_no_failure_but_a_recommendation() -> None:
    answer = json.loads(answers().of(DESCRIBE).wire)
    _drop("TrainingJobStatusCounters")(answer)
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
        for result in judged(operation, json.loads(saved.boto3), asked(saved)).results:
            if "/answered/" not in result.id:
                assert result.statement == known[result.id].statement
                assert [str(place) for place in result.because] == [
                    f"{place.source}:{place.line}" if place.line else place.source for place in known[result.id].because
                ]
