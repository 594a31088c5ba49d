"""Faults of the protocol: the envelope around requests and answers, whatever they say."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from faults.fault import DESCRIBE, EVERY, LIST, Faults, Forward, answered

if TYPE_CHECKING:
    from conformance.reference.http import Answer, Call

_JOBS = ("churn-57-in-all-statuses", "exactly-ten")
protocol = Faults("protocol", EVERY, ("protocol/target", "protocol/answer", "protocol/method"), jobs=_JOBS)

_SUCCESS = "success-is-200"
_JSON = "answer-is-json"
_BODY = "parameters-in-a-json-body"
_TARGETS = {f"sagemaker.{item}".lower(): f"SageMaker.{item}" for item in (DESCRIBE, LIST)}


def _aimed(call: Call, target: str) -> Call:
    return replace(call, headers={**call.headers, "x-amz-target": target})


def _target(call: Call) -> str:
    return call.headers.get("x-amz-target", "")


@protocol.exchange(_JSON, "protocol/answer/content-type")
def content_type_json(call: Call, forward: Forward) -> Answer:
    return replace(forward(call), content_type="application/json")


@protocol.exchange(_JSON, "protocol/answer/content-type")
def content_type_of_the_older_protocol(call: Call, forward: Forward) -> Answer:
    return replace(forward(call), content_type="application/x-amz-json-1.0")


@protocol.exchange(_JSON, "protocol/answer/request-id")
def request_id_left_out_for_one_job(call: Call, forward: Forward) -> Answer:
    answer = forward(call)
    return replace(answer, request_id="") if _JOBS[1].encode() in call.body else answer


@protocol.exchange(_JSON, "protocol/answer/request-id")
def request_id_left_out(call: Call, forward: Forward) -> Answer:
    return replace(forward(call), request_id="")


@protocol.exchange(_JSON, "protocol/answer/request-id-unique")
def request_id_always_the_same(call: Call, forward: Forward) -> Answer:
    return replace(forward(call), request_id="00000000-0000-4000-8000-000000000000")


@protocol.exchange(_SUCCESS, "response/http/status")
def success_is_201(call: Call, forward: Forward) -> Answer:
    answer = forward(call)
    return replace(answer, status=201) if answer.status == 200 else answer


@protocol.exchange(_SUCCESS, "response/http/status")
def success_is_202(call: Call, forward: Forward) -> Answer:
    answer = forward(call)
    return replace(answer, status=202) if answer.status == 200 else answer


@protocol.exchange(_JSON, "protocol/answer/json-object")
def answers_wrapped_in_a_list(call: Call, forward: Forward) -> Answer:
    answer = forward(call)
    return replace(answer, body=b"[" + answer.body + b"]") if answer.status == 200 else answer


@protocol.exchange(_JSON, "protocol/body/white-space", "pagination/token/leads-to-the-end")
def answers_wrapped_in_a_member(call: Call, forward: Forward) -> Answer:
    answer = forward(call)
    return answered(answer, {"Result": json.loads(answer.body)}) if answer.status == 200 else answer


@protocol.exchange(_JSON, "protocol/answer/json-object")
def answers_in_xml(call: Call, forward: Forward) -> Answer:
    answer = forward(call)
    return replace(answer, body=b"<Result/>") if answer.status == 200 else answer


@protocol.exchange(_JSON, "protocol/operation/available")
def operation_unknown(call: Call, forward: Forward) -> Answer:
    return answered(forward(call), {"__type": "UnknownOperationException"}, 400)


@protocol.exchange(_BODY, "protocol/method/GET", "protocol/method/PUT")
def any_method_is_a_call(call: Call, forward: Forward) -> Answer:
    return forward(replace(call, method="POST"))


@protocol.exchange(_BODY, "protocol/method/PUT")
def put_is_a_call(call: Call, forward: Forward) -> Answer:
    return forward(replace(call, method="POST") if call.method == "PUT" else call)


@protocol.exchange(_BODY, "protocol/target/lower-case", "protocol/target/wrong-case")
def target_in_any_case(call: Call, forward: Forward) -> Answer:
    return forward(_aimed(call, _TARGETS.get(_target(call).lower(), _target(call))))


@protocol.exchange(_BODY, "protocol/target/unprefixed", "protocol/target/other-prefix")
def target_with_any_prefix(call: Call, forward: Forward) -> Answer:
    return forward(_aimed(call, f"SageMaker.{_target(call).rpartition('.')[2]}"))


@protocol.exchange(_BODY, "protocol/target/longer")
def target_by_its_beginning(call: Call, forward: Forward) -> Answer:
    found = next((item for item in _TARGETS.values() if _target(call).startswith(item)), _target(call))
    return forward(_aimed(call, found))


@protocol.exchange(_BODY, "protocol/target/missing")
def target_guessed_from_nothing(call: Call, forward: Forward) -> Answer:
    return forward(call if _target(call) else _aimed(call, f"SageMaker.{DESCRIBE}"))


@protocol.exchange(_BODY, "protocol/body/empty-list", "protocol/body/not-json")
def any_body_is_an_object(call: Call, forward: Forward) -> Answer:
    answer = forward(call)
    if answer.status == 200 or b"SerializationException" not in answer.body:
        return answer
    return answered(forward(replace(call, body=b'{"HyperParameterTuningJobName":"exactly-ten"}')), {})


@protocol.exchange(_BODY, "protocol/body/trailing-comma")
def commas_too_many_are_fine(call: Call, forward: Forward) -> Answer:
    return forward(replace(call, body=call.body.replace(b",}", b"}")))


@protocol.exchange(_BODY, "protocol/body/single-quotes")
def single_quotes_are_fine(call: Call, forward: Forward) -> Answer:
    body = call.body.replace(b"'", b'"') if b'"' not in call.body else call.body
    return forward(replace(call, body=body))


@protocol.exchange(_BODY, "protocol/body/invalid-utf-8")
def bad_bytes_replaced(call: Call, forward: Forward) -> Answer:
    return forward(replace(call, body=call.body.decode("utf-8", "ignore").encode()))


@protocol.exchange(_BODY, "protocol/body/escaped-value")
def escapes_not_understood(call: Call, forward: Forward) -> Answer:
    return forward(replace(call, body=call.body.replace(b"\\u", b"u")))


@protocol.exchange(_BODY, "protocol/body/white-space")
def white_space_not_understood(call: Call, forward: Forward) -> Answer:
    return forward(replace(call, body=b"?" + call.body) if call.body[:1].isspace() else call)


@protocol.exchange(_BODY, "protocol/transfer/unknown-header")
def unknown_headers_refused(call: Call, forward: Forward) -> Answer:
    if any(name.startswith("x-no-such") for name in call.headers):
        return answered(forward(call), {"__type": "ValidationException", "message": "header"}, 400)
    return forward(call)


@protocol.exchange(_BODY, "protocol/content-type/charset")
def charset_refused(call: Call, forward: Forward) -> Answer:
    if "charset" in call.headers.get("content-type", ""):
        return answered(forward(call), {"__type": "UnknownOperationException"}, 404)
    return forward(call)


@protocol.exchange("one-error-of-its-own", "protocol/signature/unsigned", signed=True)
def unsigned_accepted(call: Call, forward: Forward) -> Answer:
    return _trusted(call, forward) if "authorization" not in call.headers else forward(call)


@protocol.exchange(
    "one-error-of-its-own", "protocol/signature/wrong-secret", "protocol/signature/unknown-key", signed=True
)
def signatures_not_looked_at(call: Call, forward: Forward) -> Answer:
    return _trusted(call, forward)


def _trusted(call: Call, forward: Forward) -> Answer:
    """Answer as if the signature were good."""
    answer = forward(call)
    rejected = (b"Signature", b"UnrecognizedClient", b"MissingAuthentication")
    return answered(answer, {}) if answer.status != 200 and any(item in answer.body for item in rejected) else answer


GROUPS = (protocol,)
