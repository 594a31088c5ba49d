"""Refusals of the wrong kind: another code, another status, another shape, or a server that breaks on bad input."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from faults.fault import EVERY, Faults, Forward, Members, answered, asked_of, having, on_error

if TYPE_CHECKING:
    from conformance.reference.http import Answer, Call

_JOBS = ("churn-57-in-all-statuses", "exactly-ten")
errors = Faults("errors", EVERY, ("error", "protocol/error-body"), jobs=_JOBS)

_UNKNOWN = "unknown-name-is-resource-not-found"
_BODY = "parameters-in-a-json-body"
_MISSING = "ResourceNotFound"
_NAME = "HyperParameterTuningJobName"


def _is_missing(content: Members) -> bool:
    return bool(content.get("__type") == _MISSING)


def _is_invalid(content: Members) -> bool:
    return content.get("__type") in {"ValidationException", "SerializationException"}


def _for_missing(name: str, *shows: str, status: int = 400, **members: str | None) -> None:
    """Change what is said of a name that nothing has; a member given as None is left out."""

    def edit(answer: Answer, content: Members) -> Answer:
        if not _is_missing(content):
            return answer
        changed = {key: value for key, value in (content | members).items() if value is not None}
        return answered(answer, changed, status)

    errors.add(name, _UNKNOWN, shows, on_error(EVERY, edit))


_for_missing("unknown-name-404", f"error/{_MISSING}/http-status", status=404)
_for_missing("unknown-name-410", f"error/{_MISSING}/http-status", status=410)
_for_missing(
    "unknown-name-another-code",
    f"error/{_MISSING}/plain",
    "client/boto3/unknown-name",
    __type="ResourceNotFoundException",
)
_for_missing(
    "unknown-name-validation-error",
    f"error/{_MISSING}/plain",
    f"error/{_MISSING}/longest",
    __type="ValidationException",
)
_for_missing("unknown-name-without-type", f"error/{_MISSING}/plain", "protocol/error-body/type", __type=None)
_for_missing("unknown-name-500", f"error/{_MISSING}/plain", status=500)
_for_missing("unknown-name-type-with-namespace", "protocol/error-body/bare-type", __type=f"com.amazonaws#{_MISSING}")
_for_missing("unknown-name-without-message", "protocol/error-body/message", message=None, Message=None)


@errors.exchange(_UNKNOWN, f"error/{_MISSING}/plain", f"error/{_MISSING}/prefix")
def unknown_name_gets_an_empty_answer(call: Call, forward: Forward) -> Answer:
    answer = forward(call)
    return answered(answer, {}) if answer.status != 200 and _is_missing(json.loads(answer.body)) else answer


@errors.exchange(_UNKNOWN, f"error/{_MISSING}/beside-others")
def unknown_name_beside_a_filter_gets_an_empty_list(call: Call, forward: Forward) -> Answer:
    answer, asked = forward(call), asked_of(call)
    if answer.status == 200 or "StatusEquals" not in (asked or {}) or not _is_missing(json.loads(answer.body)):
        return answer
    return answered(answer, {"TrainingJobSummaries": []}, 200)


@errors.exchange(_UNKNOWN, f"error/{_MISSING}/longer")
def names_looked_up_by_their_beginning(call: Call, forward: Forward) -> Answer:
    """Find a name that is one letter longer than one that exists."""
    answer, asked = forward(call), asked_of(call)
    name = (asked or {}).get(_NAME)
    if answer.status != 200 and isinstance(name, str) and name.endswith("x") and _is_missing(json.loads(answer.body)):
        return forward(having(call, (asked or {}) | {_NAME: name[:-1]}))
    return answer


def _for_invalid(name: str, *shows: str, breaks: str = _BODY, status: int = 400, **members: str | None) -> None:
    """Change what is said of bad input; a member given as None is left out."""

    def edit(answer: Answer, content: Members) -> Answer:
        if not _is_invalid(content):
            return answer
        changed = {key: value for key, value in (content | members).items() if value is not None}
        return answered(answer, changed, status)

    errors.add(name, breaks, shows, on_error(EVERY, edit))


_LENGTH = f"request/{_NAME}/length-33"
_for_invalid("bad-input-404", _LENGTH, f"request/{_NAME}/left-out", status=404)
_for_invalid("bad-input-422", _LENGTH, status=422)
_for_invalid("bad-input-500", _LENGTH, "protocol/body/not-json", status=500)
_for_invalid("bad-input-another-code", _LENGTH, "protocol/body/not-json", __type="InvalidParameterValue")
_for_invalid("bad-input-without-type", _LENGTH, "protocol/error-body/type", __type=None)
_for_invalid("bad-input-accepted-with-nothing", _LENGTH, "protocol/body/not-json", status=200)
_for_invalid(
    "lookup-before-validation",
    _LENGTH,
    f"request/{_NAME}/length-0",
    f"request/{_NAME}/pattern-inner-underscore",
    breaks="one-error-of-its-own",
    __type=_MISSING,
)


@errors.exchange(_BODY, "protocol/body/not-json", f"request/{_NAME}/length-33")
def errors_are_pages(call: Call, forward: Forward) -> Answer:
    answer = forward(call)
    if answer.status == 200:
        return answer
    return replace(answer, body=b"<!DOCTYPE html><title>400 Bad Request</title>", content_type="text/html")


@errors.exchange(_BODY, "protocol/error-body/json-object")
def errors_are_lists(call: Call, forward: Forward) -> Answer:
    answer = forward(call)
    return answer if answer.status == 200 else replace(answer, body=b"[" + answer.body + b"]")


@errors.exchange(_BODY, "protocol/body/not-json", "protocol/body/truncated", "protocol/body/invalid-utf-8")
def breaks_on_what_is_no_json(call: Call, forward: Forward) -> Answer:
    answer = forward(call)
    return answered(answer, {"message": "boom"}, 500) if asked_of(call) is None else answer


@errors.exchange(_BODY, f"request/{_NAME}/pattern-inner-nul")
def breaks_on_a_nul(call: Call, forward: Forward) -> Answer:
    answer = forward(call)
    return answered(answer, {"message": "boom"}, 500) if b"\\u0000" in call.body else answer


@errors.exchange(_BODY, f"request/{_NAME}/type-empty-object", f"request/{_NAME}/type-list")
def breaks_on_wrong_types(call: Call, forward: Forward) -> Answer:
    answer, asked = forward(call), asked_of(call)
    wrong = asked is not None and not isinstance(asked.get(_NAME, ""), str) and asked[_NAME] is not None
    return answered(answer, {"__type": "InternalFailure"}, 500) if wrong else answer


@errors.exchange("everything-else-is-optional", "protocol/body/nested-200")
def breaks_on_what_it_does_not_know(call: Call, forward: Forward) -> Answer:
    asked = asked_of(call)
    if asked is not None and isinstance(asked.get("NoSuchMember"), list):
        return answered(forward(call), {"__type": "InternalFailure"}, 500)
    return forward(call)


GROUPS = (errors,)
