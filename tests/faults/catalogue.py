"""Defects behind real HTTP: enough of them to show that HTTP changes nothing of what a mutant shows in the process.

The mutants of `conformance.mutation` break far more. The last four defects fail checks that no mutant fails.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from faults.fault import DESCRIBE, EVERY, LIST, Fault, Forward, Members, answered, asked_of, on_answer, on_request
from faults.listings import JOBS, RESULT, relisted

if TYPE_CHECKING:
    from conformance.reference.http import Answer, Call

_FEW = ("churn-57-in-all-statuses", "exactly-ten")
_NAME = "HyperParameterTuningJobName"


def _cut_a_name_that_is_one_too_long(asked: Members) -> None:
    name = asked.get(_NAME)
    if isinstance(name, str) and len(name) == 33:
        asked[_NAME] = name[:32].rstrip("-")


def _lose_the_last_item_of_a_page(_: Members, answer: Members) -> None:
    if "NextToken" in answer:
        answer[RESULT] = answer[RESULT][:-1]


def _ignore_the_filter(asked: Members) -> None:
    if asked.get("StatusEquals") in {"InProgress", "Completed", "Failed", "Stopping", "Stopped", "Deleting"}:
        del asked["StatusEquals"]


def _ignore_the_direction(asked: Members) -> None:
    if asked.get("SortOrder") == "Descending":
        asked["SortOrder"] = "Ascending"


def _count_one_too_many(_: Members, answer: Members) -> None:
    answer["TrainingJobStatusCounters"]["Completed"] += 1


def _leave_out_the_status(_: Members, answer: Members) -> None:
    answer.pop("HyperParameterTuningJobStatus")


def _name_another_tuning_job(_: Members, answer: Members) -> None:
    for item in answer[RESULT]:
        if "TuningJobName" in item:
            item["TuningJobName"] = "another"


def _content_type_json(call: Call, forward: Forward) -> Answer:
    return replace(forward(call), content_type="application/json")


def _no_request_id(call: Call, forward: Forward) -> Answer:
    return replace(forward(call), request_id="")


def _success_is_201(call: Call, forward: Forward) -> Answer:
    answer = forward(call)
    return replace(answer, status=201) if answer.status == 200 else answer


def _xml(call: Call, forward: Forward) -> Answer:
    answer = forward(call)
    return replace(answer, body=b"<Result/>") if answer.status == 200 else answer


def _unknown_name_404(call: Call, forward: Forward) -> Answer:
    answer = forward(call)
    return replace(answer, status=404) if b"ResourceNotFound" in answer.body else answer


def _any_method_is_a_call(call: Call, forward: Forward) -> Answer:
    return forward(replace(call, method="POST"))


def _unsigned_accepted(call: Call, forward: Forward) -> Answer:
    answer = forward(call)
    return answer if answer.status == 200 or "authorization" in call.headers else answered(answer, {})


def _empty_token(_: Members, answer: Members) -> None:
    if "NextToken" in answer:
        answer["NextToken"] = ""


def _fall_by_default_under_a_key(asked: Members) -> None:
    if asked.get("SortBy") is not None:
        asked.setdefault("SortOrder", "Descending")


def _creation_zero(_: Members, answer: Members) -> None:
    answer["CreationTime"] = 0


def _break_on_an_unknown_member(call: Call, forward: Forward) -> Answer:
    asked = asked_of(call)
    if asked is not None and isinstance(asked.get("NoSuchMember"), list):
        return answered(forward(call), {"__type": "InternalFailure"}, 500)
    return forward(call)


FAULTS: tuple[Fault, ...] = (
    Fault(
        "a-name-one-too-long-is-accepted",
        f"{DESCRIBE}/input/{_NAME}/max_length",
        (f"*/request/{_NAME}/length-33",),
        on_request(EVERY, _cut_a_name_that_is_one_too_long),
        jobs=_FEW,
    ),
    Fault(
        "the-last-item-of-each-page-is-lost",
        "token-leads-to-the-next-page",
        tuple(f"{LIST}/pagination/default/page-size-{size}" for size in (1, 2, 3, 7)),
        on_answer(LIST, _lose_the_last_item_of_a_page),
        jobs=JOBS,
    ),
    Fault(
        "the-page-size-is-ignored",
        f"{LIST}/input/MaxResults/present",
        (f"{LIST}/pagination/default/page-size-*", f"{LIST}/request/MaxResults/range-1"),
        relisted(lambda items, _: items, lambda _asked, _size: 100),
        jobs=JOBS,
    ),
    Fault(
        "the-filter-is-ignored",
        "filter-by-status",
        (f"{LIST}/filter/Completed/only", f"{LIST}/filter/StatusEquals/partition"),
        on_request(LIST, _ignore_the_filter),
        jobs=JOBS,
    ),
    Fault(
        "the-direction-is-ignored",
        f"{LIST}/input/SortOrder/present",
        (f"{LIST}/order/Name/reverse", f"{LIST}/order/CreationTime/reverse"),
        on_request(LIST, _ignore_the_direction),
        jobs=JOBS,
    ),
    Fault(
        "a-counter-counts-one-too-many",
        "completed-counter",
        (f"{DESCRIBE}/consistency/status-counters/completed-counter",),
        on_answer(DESCRIBE, _count_one_too_many),
    ),
    Fault(
        "a-required-member-is-left-out",
        f"{DESCRIBE}/output/HyperParameterTuningJobStatus/required/modelled",
        (f"{DESCRIBE}/response/HyperParameterTuningJobStatus/modelled-required",),
        on_answer(DESCRIBE, _leave_out_the_status),
        jobs=_FEW,
    ),
    Fault(
        "an-item-names-another-tuning-job",
        "names-its-tuning-job",
        (f"{LIST}/consistency/tuning-job-name/names-its-tuning-job",),
        on_answer(LIST, _name_another_tuning_job),
    ),
    Fault("another-content-type", "answer-is-json", ("*/protocol/answer/content-type",), _content_type_json, jobs=_FEW),
    Fault("no-request-id", "answer-is-json", ("*/protocol/answer/request-id",), _no_request_id, jobs=_FEW),
    Fault("success-is-201", "success-is-200", ("*/response/http/status",), _success_is_201, jobs=_FEW),
    Fault("answers-in-xml", "answer-is-json", ("*/protocol/answer/json-object",), _xml, jobs=_FEW),
    Fault(
        "an-unknown-name-is-404",
        "unknown-name-is-resource-not-found",
        ("*/error/ResourceNotFound/http-status",),
        _unknown_name_404,
        jobs=_FEW,
    ),
    Fault(
        "any-method-is-a-call",
        "parameters-in-a-json-body",
        ("*/protocol/method/GET", "*/protocol/method/PUT"),
        _any_method_is_a_call,
        jobs=_FEW,
    ),
    Fault(
        "unsigned-requests-are-accepted",
        "one-error-of-its-own",
        ("*/protocol/signature/unsigned",),
        _unsigned_accepted,
        signed=True,
        jobs=_FEW,
    ),
    Fault(
        "tokens-are-empty",
        f"{LIST}/output/NextToken/present",
        (f"{LIST}/pagination/token/string",),
        on_answer(LIST, _empty_token),
        jobs=JOBS,
    ),
    Fault(
        "the-order-falls-by-default-under-a-key",
        f"{LIST}/input/SortOrder/default",
        (f"{LIST}/order/Name/default-direction", f"{LIST}/order/CreationTime/default-direction"),
        on_request(LIST, _fall_by_default_under_a_key),
        jobs=(*JOBS, "two-algorithms"),
    ),
    Fault(
        "a-tuning-job-was-created-in-1970",
        f"{DESCRIBE}/output/CreationTime/type",
        (f"{DESCRIBE}/consistency/plausible-times/times-are-plausible",),
        on_answer(DESCRIBE, _creation_zero),
    ),
    Fault(
        "an-unknown-member-breaks-the-server",
        "everything-else-is-optional",
        ("*/protocol/body/nested-200",),
        _break_on_an_unknown_member,
        jobs=_FEW,
    ),
)
