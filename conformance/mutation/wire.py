"""Mutants of the protocol's envelope: content types, request ids, methods, targets, bodies."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.mutation.mutant import BOTH, Group, Kind, changed, on_outputs, replacing, steps
from conformance.reference.inputs import DESCRIBE, Rejection
from conformance.wire.exchange import CUT, DESYNCHRONIZED

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.mutation.mutant import Members
    from conformance.reference.http import Answer, Call
    from conformance.reference.service import Service

wire = Group("protocol", DESCRIBE, Kind.WIRE)

_ANSWER = "protocol/answer"
_JSON = "answer-is-json"
_BODY = "parameters-in-a-json-body"
_OK = 200


def _answered(name: str, words: str, edit: Callable[[Answer], Answer], *breaks: str) -> None:
    def write(_: Service, original: Callable[..., Answer], status: int, content: Any) -> Answer:
        answer = original(status, content)
        return edit(answer) if status == _OK else answer

    wire.add(name, words, breaks, replacing(write=write), sees=BOTH)


for _name, _words, _edit in (
    ("html-content-type", "an answer names text/html", lambda item: replace(item, content_type="text/html")),
    (
        "json-content-type",
        "an answer names application/json",
        lambda item: replace(item, content_type="application/json"),
    ),
    (
        "json-1.0-content-type",
        "an answer names the protocol's older version",
        lambda item: replace(item, content_type="application/x-amz-json-1.0"),
    ),
    ("no-content-type", "an answer names no content type", lambda item: replace(item, content_type="")),
    ("no-request-id", "an answer carries no request id", lambda item: replace(item, request_id="")),
    ("same-request-id", "every answer has the same request id", lambda item: replace(item, request_id="0" * 8)),
):
    _answered(_name, _words, _edit, _ANSWER)

for _name, _words, _edit in (
    ("latin-1", "an answer is written in Latin-1", lambda item: replace(item, body=_latin(item.body))),
    (
        "byte-order-mark",
        "an answer begins with a byte order mark",
        lambda item: replace(item, body=b"\xef\xbb\xbf" + item.body),
    ),
    ("text-behind", "something stands behind the object", lambda item: replace(item, body=item.body + b"\n--")),
    (
        "answer-in-a-list",
        "an answer is a list with the object in it",
        lambda item: replace(item, body=b"[%b]" % item.body),
    ),
    (
        "answer-as-text",
        "an answer is a string with the object in it",
        lambda item: replace(item, body=_text(item.body)),
    ),
    ("cut-off", "the last byte of an answer is missing", lambda item: replace(item, body=item.body[:-1])),
    ("single-quotes", "strings stand in single quotes", lambda item: replace(item, body=item.body.replace(b'"', b"'"))),
):
    _answered(_name, _words, _edit, _ANSWER, _JSON)


def _latin(body: bytes) -> bytes:
    return body.decode().replace('"', '"\u00e9', 1).encode("latin-1", "replace")


def _text(body: bytes) -> bytes:
    return json.dumps(body.decode()).encode()


# -- requests


@wire.stage("admit", "protocol/method", sees=BOTH)
def any_method(_: Service, original: Any, call: Call) -> None:
    """GET, PUT, PATCH and DELETE are served like POST."""
    original(replace(call, method="POST"))


@wire.stage("admit", "protocol/method", sees=BOTH)
def put_for_post(_: Service, original: Any, call: Call) -> None:
    """PUT is served like POST."""
    original(replace(call, method="POST" if call.method == "PUT" else call.method))


def _targets(name: str, words: str, edit: Callable[[str], str]) -> None:
    def dispatch(_: Service, original: Any, call: Call) -> Any:
        target = edit(call.headers.get("x-amz-target", ""))
        return original(replace(call, headers={**call.headers, "x-amz-target": target}))

    wire.add(name, words, ("protocol/target",), replacing(dispatch=dispatch), sees=BOTH)


_PREFIX = "SageMaker."
_BY_LOWER: dict[str, str] = {f"{_PREFIX}{item}".lower(): f"{_PREFIX}{item}" for item in BOTH}

_TARGETS: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("target-in-any-case", "the target is taken in any case", lambda text: _BY_LOWER.get(text.lower(), text)),
    (
        "target-with-any-prefix",
        "the prefix of the target is passed over",
        lambda text: _PREFIX + text.rpartition(".")[2],
    ),
    (
        "target-without-prefix",
        "a target without its prefix is taken",
        lambda text: text if "." in text else _PREFIX + text,
    ),
    (
        "target-by-its-beginning",
        "a target with something behind it is taken",
        lambda text: next((item for item in _BY_LOWER.values() if text.startswith(item)), text),
    ),
    ("target-left-out", "a request without a target is a description", lambda text: text or _PREFIX + DESCRIBE),
    (
        "unknown-target",
        "an unknown target is a description",
        lambda text: text if text in _BY_LOWER.values() else _PREFIX + DESCRIBE,
    ),
)

for _told, _why, _target in _TARGETS:
    _targets(_told, _why, _target)


@wire.stage("refuse", "protocol/target", sees=BOTH)
def unknown_target_is_not_found(_: Service, original: Any, rejection: Rejection) -> Any:
    """An unknown target is answered with HTTP 500."""
    if rejection.code == "UnknownOperationException":
        return original(Rejection("InternalFailure", "", status=500))
    return original(rejection)


def _first_object(body: bytes) -> bytes:
    try:
        _, end = json.JSONDecoder().raw_decode(body.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        return body
    return body[:end]


def _bodies(name: str, words: str, edit: Callable[[bytes], bytes]) -> None:
    def parse(_: Service, original: Any, call: Call) -> Any:
        return original(replace(call, body=edit(call.body)))

    wire.add(name, words, (_BODY, "protocol/body"), replacing(parse=parse), sees=BOTH)


for _told, _why, _bend in (
    ("trailing-text-passed-over", "what stands behind the object is passed over", _first_object),
    ("trailing-comma-passed-over", "a trailing comma is passed over", lambda body: body.replace(b",}", b"}")),
    ("single-quotes-taken", "strings in single quotes are taken", lambda body: body.replace(b"'", b'"')),
    (
        "broken-utf-8-replaced",
        "bytes that are no UTF-8 are replaced",
        lambda body: body.decode(errors="replace").encode(),
    ),
    ("escapes-not-understood", "an escape in a string is refused", lambda body: b"" if b"\\u" in body else body),
    (
        "white-space-refused",
        "white space around the object is refused",
        lambda body: b"" if body[:1].isspace() else body,
    ),
):
    _bodies(_told, _why, _bend)


@wire.stage("parse", _BODY, "protocol/body", sees=BOTH)
def broken_body_is_an_empty_one(_: Service, original: Any, call: Call) -> Any:
    """A body that is no JSON object counts as an object without members, of a tuning job that nobody has."""
    try:
        return original(call)
    except Rejection:
        return {"HyperParameterTuningJobName": "nobody"}


@wire.stage("parse", _BODY, "protocol/body", sees=BOTH)
def broken_body_breaks_the_server(_: Service, original: Any, call: Call) -> Any:
    """A body that is no JSON object is answered with HTTP 500."""
    try:
        return original(call)
    except Rejection:
        raise Rejection("InternalFailure", "", status=500) from None


@wire.stage("parse", _BODY, "protocol/body", sees=BOTH)
def broken_body_is_a_missing_operation(_: Service, original: Any, call: Call) -> Any:
    """A body that is no JSON object is answered with ResourceNotFound."""
    try:
        return original(call)
    except Rejection:
        raise Rejection("ResourceNotFound", "", member="Message") from None


@wire.stage("answer", "protocol/content-type", sees=BOTH)
def charset_breaks_the_server(_: Service, original: Any, call: Call) -> Any:
    """A content type with a parameter is answered with an empty HTTP 500."""
    answer: Answer = original(call)
    if ";" in call.headers.get("content-type", ""):
        return replace(answer, status=500, body=b"")
    return answer


@wire.stage("answer", "protocol/content-type", sees=BOTH)
def other_content_types_break_the_server(_: Service, original: Any, call: Call) -> Any:
    """A content type other than the protocol's is answered with HTTP 500."""
    answer: Answer = original(call)
    if not call.headers.get("content-type", "").startswith("application/x-amz-json-1.1"):
        return replace(answer, status=500)
    return answer


@wire.stage("answer", _ANSWER, sees=BOTH)
def later_pages_are_plain_text(_: Service, original: Any, call: Call) -> Any:
    """A page that was asked for with a token names text/plain."""
    answer: Answer = original(call)
    if b'"NextToken"' in call.body and answer.status == _OK:
        return replace(answer, content_type="text/plain")
    return answer


@wire.stage("answer", "protocol/transfer", sees=BOTH)
def other_headers_refused(_: Service, original: Any, call: Call) -> Any:
    """A request with a header that the server does not know is answered with HTTP 400."""
    answer: Answer = original(call)
    known = {"host", "x-amz-target", "content-type", "authorization", "x-amz-date", "accept-encoding", "content-length"}
    return answer if set(call.headers) <= known else replace(answer, status=400, body=b"{}")


def _left_behind(name: str, words: str, kind: str, is_so: Callable[[Call], bool]) -> None:
    def behind(_: Service, original: Callable[[Call], str], call: Call) -> str:
        return kind if is_so(call) else original(call)

    wire.add(name, words, ("protocol/connection",), replacing(behind=behind), sees=BOTH)


for _name, _words, _kind, _is_so in (
    ("chunks-unread", "a body in chunks is not read", DESYNCHRONIZED, lambda call: "transfer-encoding" in call.headers),
    ("get-unread", "the body of a GET is not read", DESYNCHRONIZED, lambda call: call.method == "GET"),
    ("delete-unread", "the body of a DELETE is not read", DESYNCHRONIZED, lambda call: call.method == "DELETE"),
    (
        "unknown-operation-unread",
        "the body for an unknown operation is not read",
        DESYNCHRONIZED,
        lambda call: call.headers.get("x-amz-target") not in _BY_LOWER.values(),
    ),
    ("broken-body-unread", "a body is not read to its end", DESYNCHRONIZED, lambda call: not call.body.endswith(b"}")),
    ("expect-unread", "a body behind Expect is not read", DESYNCHRONIZED, lambda call: "expect" in call.headers),
    ("closes-in-silence", "the connection is closed behind each answer, without a word", CUT, lambda _: True),
    (
        "closes-behind-errors",
        "the connection is closed behind an error, without a word",
        CUT,
        lambda call: call.headers.get("x-amz-target") not in _BY_LOWER.values(),
    ),
):
    _left_behind(_name, _words, _kind, _is_so)
# -- headers of answers


def _stranger(name: str, value: str) -> Callable[[Answer], Answer]:
    return lambda it: replace(it, more=((name, value), (name.lower(), value)))


for _name, _words, _edit in (
    ("content-type-twice", "an answer names two content types", lambda item: replace(
        item, more=(("content-type", "text/html"),))),
    ("request-id-twice", "an answer has two request ids", lambda it: replace(it, more=(("X-Amzn-Requestid", "1"),))),
    ("server-twice", "an answer names its server twice", _stranger("Server", "any")),
    ("no-date", "an answer has no date", lambda item: replace(item, date=0.0)),
    ("date-twice", "an answer has two dates", lambda it: replace(it, more=(("date", dict(it.headers)["Date"]),))),
    ("date-of-yesterday", "the date of an answer is a day behind", lambda item: replace(item, date=item.date - 86_400)),
    ("date-in-local-time", "the date of an answer is two hours ahead", lambda it: replace(it, date=it.date + 7_200)),
):  # fmt: skip
    _answered(_name, _words, _edit, _ANSWER)


@wire.stage("refuse", _ANSWER, sees=BOTH)
def same_request_id_for_errors(_: Service, original: Any, rejection: Rejection) -> Answer:
    """Every error has the same request id."""
    answer: Answer = replace(original(rejection), request_id="0" * 8)
    return answer


@wire.stage("refuse", _ANSWER, sees=BOTH)
def date_of_errors_is_off(_: Service, original: Any, rejection: Rejection) -> Answer:
    """The date of an error is an hour ahead."""
    answer: Answer = original(rejection)
    return replace(answer, date=answer.date + 3_600)


def _header_names(known: Callable[[str], bool]) -> Callable[..., Any]:
    def dispatch(_: Service, original: Any, call: Call) -> Any:
        lost = {name.lower() for name in call.spelled if not known(name)}
        return original(replace(call, headers={name: call.headers[name] for name in call.headers if name not in lost}))

    return dispatch


for _name, _words, _known in (
    ("header-names-as-documented", "the names of headers are known as documented", lambda item: item[:1].isupper()),
    ("header-names-not-in-upper-case", "names of headers in upper case are not known", lambda item: not item.isupper()),
):
    wire.add(_name, _words, ("protocol/header-names",), replacing(dispatch=_header_names(_known)), sees=BOTH)


# -- ARNs and times


def _arns(edit: Callable[[str], str]) -> Callable[[Any, Members], Members]:
    def bend(_: Any, answer: Members) -> Members:
        for path in _ARN_PATHS:
            answer = changed(answer, steps(path), edit)
        return answer

    return bend


_ARN_PATHS = ("HyperParameterTuningJobArn", "BestTrainingJob.TrainingJobArn", "OverallBestTrainingJob.TrainingJobArn",
              "TrainingJobSummaries[].TrainingJobArn")  # fmt: skip
_TRAINING_JOB = "training-job/"

for _name, _words, _bent in (
    ("arns-of-a-fixed-region", "ARNs name one region, whichever was signed for",
     lambda arn: arn.replace("us-east-1", "eu-west-1")),
    ("arns-without-region", "ARNs have a star for the region", lambda arn: arn.replace("us-east-1", "*")),
    ("arns-of-a-global-region", "ARNs name the region aws-global", lambda arn: arn.replace("us-east-1", "aws-global")),
    ("arns-of-another-partition", "ARNs name the partition aws-cn", lambda arn: arn.replace("arn:aws:", "arn:aws-cn:")),
    ("account-of-one-training-job", "the ARN of the second training job names another account",
     lambda arn: arn.replace("123456789012", "000000000000") if "-002-" in arn else arn),
):  # fmt: skip
    wire.add(_name, _words, ("protocol/arn",), on_outputs(BOTH, _arns(_bent)), sees=BOTH, signed=True)


@wire.stage("render_description", "protocol/arn", signed=True)
def account_of_descriptions(_: Service, original: Any, *arguments: Any) -> Any:
    """The ARN of one tuning job names another account than those of the rest."""
    answer: Members = original(*arguments)
    arn = answer["HyperParameterTuningJobArn"]
    return (
        answer | {"HyperParameterTuningJobArn": arn.replace("123456789012", "1" * 12)} if arn.endswith("/x") else answer
    )


@wire.stage("answer", "protocol/arn", sees=BOTH, signed=True)
def one_region_for_all(_: Service, original: Any, call: Call) -> Any:
    """Requests signed for any region are answered from one."""
    answer: Answer = original(call)
    return replace(answer, body=answer.body.replace(b":us-west-2:", b":us-east-1:"))


def _later(*paths: str) -> Callable[[Any, Members], Members]:
    def bend(_: Any, answer: Members) -> Members:
        for path in paths:
            answer = changed(answer, steps(path), lambda time: time + 86_400 * 3_652)
        return answer

    return bend


for _name, _words, _paths in (
    ("created-in-the-future", "tuning jobs and training jobs were created in years to come",
     ("CreationTime", "LastModifiedTime", "TrainingJobSummaries[].CreationTime")),
    ("ended-in-the-future", "tuning jobs and training jobs ended in years to come",
     ("HyperParameterTuningEndTime", "BestTrainingJob.TrainingEndTime", "TrainingJobSummaries[].TrainingEndTime")),
):  # fmt: skip
    wire.add(_name, _words, (_ANSWER,), on_outputs(BOTH, _later(*_paths)), sees=BOTH)


@wire.stage("dispatch", "protocol/operation", *(f"{item}/output//http_status" for item in BOTH), sees=BOTH)
def no_such_operation(_: Service, original: Any, call: Call) -> Any:
    """Neither operation is known."""
    return original(replace(call, headers={**call.headers, "x-amz-target": ""}))


GROUPS = (wire,)
