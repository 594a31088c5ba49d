"""Mutants of the envelope: HTTP, headers and bodies of requests and answers, the form of errors, and signatures.

Long, since it is a table with code between its rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.contract.model import Contract
from conformance.mutation.answers import group_of
from conformance.mutation.mutant import (
    BOTH,
    LIST,
    NAME,
    SUMMARIES,
    Change,
    Group,
    Kind,
    Members,
    Mutant,
    after,
    editing,
    instead_of,
    is_shipped,
    replacing,
)
from conformance.reference.http import Answer, Call
from conformance.reference.inputs import DESCRIBE, Rejection
from conformance.reference.service import Service
from conformance.wire.exchange import CUT, DESYNCHRONIZED

_OK = 200
_ANSWER = "protocol/answer"
_ERROR_BODY = "protocol/error-body"
_JSON = "answer-is-json"
_BODY = ("parameters-in-a-json-body", "protocol/body")
_CONNECTION = "protocol/connection"
_TARGET = "protocol/target"
_DAY_S = 86_400
_INVALID = "ValidationException"
_UNREADABLE = "SerializationException"
_BROKEN = ("InternalFailure", 500)


def _as(code: str | None, status: int | None) -> Callable[..., Rejection]:
    """Return what turns a rejection into one with another code or status."""
    return lambda it, *_: Rejection(code or it.code, it.text, status=status or it.status, member=it.member)


def _answered_as(code: str | None, status: int | None, *, of: str) -> Change:
    """Answer the rejections with one code as others."""
    change = _as(code, status)
    return replacing(reject=lambda _, original, it: original(change(it) if it.code == of else it))


def _rejecting(stage: str, change: Callable[..., Rejection | None]) -> Change:
    """Change what a stage rejects: given the rejection and the arguments of the stage; None accepts it."""

    def body(_: Service, original: Any, *arguments: Any) -> Any:
        try:
            return original(*arguments)
        except Rejection as rejection:
            changed = change(rejection, *arguments)
            if changed is None:
                return None
            raise changed from None

    return replacing(**{stage: body})


# -- errors, derived from the contract

_CODES = (_INVALID, "ResourceNotFoundException", "ResourceInUse", "InternalFailure", "resourcenotfound")
_STATUSES = (404, 403, 409, 500)
_BAD_INPUT = (
    _BROKEN,
    (_INVALID, 422),
    (_INVALID, _OK),
    ("InvalidParameterValue", 400),
    ("ResourceNotFound", 400),
    ("ValidationError", 400),
)
_CONSTRAINTS = frozenset({"required", "enum", "min_length", "max_length", "pattern", "minimum", "maximum"})


def rejection_mutants(contract: Contract) -> Iterator[Mutant]:
    """Yield the mutants that answer input that breaks a constraint with another code or status."""
    # Options of the command-line client never reach a server.
    inputs = [fact for fact in contract.facts if fact.direction == "input" and not fact.path.startswith("--")]
    broken = tuple(fact.id for fact in inputs if fact.facet in _CONSTRAINTS)
    rows = _BAD_INPUT if is_shipped(contract) else (_BROKEN, (_INVALID, _OK))
    sees = tuple(contract.operations)
    for code, status in rows:
        words = f"input that breaks a constraint is answered with HTTP {status} {code}"
        make = _answered_as(code, status, of=_INVALID)
        yield Mutant(f"errors/bad-input-is-{code}-{status}", words, broken, sees, Kind.REQUEST, make)


def error_mutants(contract: Contract) -> Iterator[Mutant]:
    """Yield, for each error that a name leads to, the mutants with another code and with another status."""
    for operation in contract.operations.values():
        # Nothing is known of names that come from nowhere, so that no other answer shows what is wrong.
        named = not operation.names or operation.subject in operation.names
        first = list(operation.not_found.items())[:1]  # the server that a contract makes has no use for others
        for code, error in first if operation.subject and named else ():
            prefix = f"{operation.name}/error/{code}"
            # Where it is not known what a valid name is, one that nothing has may be rejected as invalid.
            invalid = () if contract.service.knows_rejections else contract.service.rejections
            codes = [other for other in _CODES if other not in operation.not_found and other not in invalid]
            statuses = [it for it in _STATUSES if error.http_status not in {it, None}]
            rows = (
                *((f"code-{other}", f"is reported as {other}", "present", _as(other, None)) for other in codes),
                *((f"status-{it}", f"comes with HTTP {it}", "http_status", _as(None, it)) for it in statuses),
            )
            for way, words, facet, change in rows:
                yield Mutant(
                    f"{prefix}/{way}",
                    f"{code} {words}",
                    contract.stated([f"{prefix}/{facet}"]),
                    (operation.name,),
                    Kind.ERROR,
                    _failing(operation.name, code, change),
                    derived=True,
                )


def _failing(operation: str, code: str, change: Callable[..., Rejection]) -> Change:
    """Change one error of one operation."""
    return _rejecting("perform", lambda it, name, _: change(it) if (name, it.code) == (operation, code) else it)


def protocol_mutants(contract: Contract) -> Iterator[Mutant]:
    """Yield the mutants of what the protocol says of operations or versions that the shipped contract has not."""

    def called(_: Service, original: Any, call: Call) -> Any:
        if not call.body:
            raise Rejection(_UNREADABLE, "the body is empty", member="Message")
        return original(call)

    for name, operation in contract.operations.items():
        if not operation.input.members:
            words = "an empty body is rejected"
            yield Mutant(f"{name}/protocol/no-payload", words, ("protocol/body",), (name,), Kind.WIRE,
                         replacing(parse=called), derived=True)  # fmt: skip
    if contract.service.json_version == "1.0":
        words, make = "the code has a URI behind it", _content(_typed("{}:http://example.com/"))
        yield Mutant("protocol/type-with-uri", words, (_ERROR_BODY,), tuple(contract.operations), Kind.ERROR, make,
                     derived=True)  # fmt: skip


# -- what an unknown name leads to

errors = Group("errors", BOTH, Kind.ERROR)
listed = Group("errors-of-the-listing", (LIST,), Kind.ERROR)
_UNKNOWN = ("unknown-name-is-resource-not-found", "one-error-of-its-own")
_NOT_FOUND = tuple(f"{operation}/error/ResourceNotFound/present" for operation in BOTH)


@listed.of(instead_of("lookup"), *_UNKNOWN, _NOT_FOUND[1])
def unknown_name_is_an_empty_list(service: Service, original: Any, name: str) -> Any:
    """The listing of an unknown name is empty."""
    del original
    first = service.state.jobs()[0]
    return service.state.find(name) or replace(first, name=name, training_jobs=())


@listed.of(instead_of("list_training_jobs"), *_UNKNOWN, _NOT_FOUND[1])
def unknown_name_beside_a_filter_is_an_empty_list(service: Service, original: Any, members: Members) -> Any:
    """The listing of an unknown name is empty where a status is asked for."""
    unknown = service.state.find(members[NAME]) is None
    return {SUMMARIES: []} if unknown and "StatusEquals" in members else original(members)


def _taken_for(fits: Callable[[str, str], bool]) -> Change:
    """Answer for the first tuning job that fits an unknown name: given its name and the unknown one."""

    def lookup(service: Service, original: Any, name: str) -> Any:
        found = (job for job in service.state.jobs() if fits(job.name, name))
        return service.state.find(name) or next(found, None) or original(name)

    return replacing(lookup=lookup)


errors.rows(
    _taken_for,
    (*_UNKNOWN, *_NOT_FOUND),
    ("names-by-their-beginning", "the beginning of a name is taken for the name", str.startswith),
    ("names-with-something-behind", "a name with something behind it is taken for the name",
     lambda known, name: name.startswith(known)),
    ("unknown-name-is-the-first-job", "an unknown name gives the first tuning job", lambda *_: True),
)  # fmt: skip


# -- the form of errors


def _content(edit: Callable[[Members], Any]) -> Change:
    """Edit the object of an error."""
    return editing("reject", lambda it, _: replace(it, body=json.dumps(edit(json.loads(it.body))).encode()))


def _typed(form: str) -> Callable[[Members], Members]:
    return lambda error: error | {"__type": form.format(error["__type"])}


errors.rows(
    _content,
    (_ERROR_BODY,),
    ("body-without-type", "an error names no code",
     lambda error: {name: value for name, value in error.items() if name != "__type"}),
    ("type-with-namespace", "the code has a namespace before it", _typed("com.amazonaws#{}")),
    ("type-with-uri", "the code has a URI behind it", _typed("{}:http://example.com/")),
    ("body-without-message", "an error has no message", lambda error: {"__type": error["__type"]}),
    ("message-no-string", "the message is an object",
     lambda error: error | {"message": {"text": "no"}, "Message": None}),
    ("body-is-a-list", "an error is a list", lambda error: [error]),
    ("body-is-a-string", "an error is a string", lambda error: error["__type"]),
    ("code-inside-an-error-member", "the code is inside a member Error", lambda error: {"Error": error}),
)  # fmt: skip


def _rejected(edit: Callable[[Answer], Answer], of: str = "") -> Change:
    """Edit the answer to a request that is rejected: any, or one with a code."""
    return editing("reject", lambda answer, rejection: edit(answer) if of in {"", rejection.code} else answer)


errors.rows(
    _rejected,
    (_ERROR_BODY,),
    ("html-page", "an error is an HTML page", lambda answer: replace(
        answer, body=f"<html><title>{answer.status}</title></html>".encode(), content_type="text/html"), _JSON),
    ("empty-body", "an error has an empty body", lambda answer: replace(answer, body=b""), _JSON),
    ("error-without-content-type", "an error names no content type", lambda answer: replace(answer, content_type="")),
    ("header-names-another-code", "x-amzn-errortype names another code than the body",
     lambda answer: replace(answer, more=(("x-amzn-errortype", "InternalFailure"),))),
    ("error-without-request-id", "an error carries no request id", lambda answer: replace(answer, request_id="")),
)  # fmt: skip

_KINDS = {
    "unreadable": "SerializationException",
    "invalid": "ValidationException",
    "unknown-operation": "UnknownOperationException",
    "unsigned": "MissingAuthenticationTokenException",
}
"""Errors from other places of a server than its own ones: by what is wrong with the request."""


for _of, _code in _KINDS.items():
    _subject = f"the error for an {_of.replace('-', ' ')} request"
    errors.rows(
        partial(_rejected, of=_code),
        (_ERROR_BODY,),
        (f"{_of}-html", f"{_subject} is an HTML page",
         lambda answer: replace(answer, body=b"<html></html>", content_type="text/html")),
        (f"{_of}-plain-text", f"{_subject} is text/plain", lambda answer: replace(answer, content_type="text/plain")),
        (f"{_of}-without-request-id", f"{_subject} has no request id", lambda answer: replace(answer, request_id="")),
        (f"{_of}-in-a-namespace", f"{_subject} has a namespace before its code",
         lambda answer: replace(answer, body=answer.body.replace(b':"', b':"a#', 1))),
        signed=_of == "unsigned",
    )  # fmt: skip


errors.add("unreadable-is-422", "a body that can't be read is answered with HTTP 422", (_ERROR_BODY,),
           _answered_as(None, 422, of=_UNREADABLE))  # fmt: skip
errors.add("unreadable-is-a-validation-error", "a body that can't be read is answered with ValidationException",
           ("protocol/body",), _answered_as(_INVALID, None, of=_UNREADABLE))  # fmt: skip

_INPUTS = tuple(f"{operation}/input/{NAME}" for operation in BOTH)
_LIMITS = tuple(f"{name}/{facet}" for name in _INPUTS for facet in ("max_length", "pattern"))


@errors.of(instead_of("validate"), *_LIMITS, kind=Kind.REQUEST)
def lookup_before_validation(service: Service, original: Any, name: str, members: Members) -> None:
    """The name is looked up before any constraint is checked."""
    if name in BOTH and NAME in members:
        service.lookup(members[NAME])
    original(name, members)


errors.add("wrong-types-break-the-server", "a value of another JSON type is answered with HTTP 500",
           tuple(f"{name}/type" for name in _INPUTS), _rejecting("read", _as(*_BROKEN)),
           kind=Kind.REQUEST)  # fmt: skip


# -- signatures

signatures = Group("protocol", BOTH, Kind.WIRE, signed=True)
_SIGNATURE = "protocol/signature"


def _unchecked(words: str) -> Change:
    """Accept the requests whose signature would be rejected in these words, a part of code and message."""
    return _rejecting("authenticate", lambda it, _: None if words in str(it) else it)


signatures.rows(
    _unchecked,
    (_SIGNATURE,),
    ("unsigned-let-in", "an unsigned request is accepted", "MissingAuthenticationTokenException"),
    ("garbled-signature-let-in", "a signature in pieces is accepted", "IncompleteSignatureException"),
    ("unknown-key-let-in", "an unknown access key is accepted", "UnrecognizedClientException"),
    ("wrong-secret-let-in", "a signature with the wrong secret is accepted", "InvalidSignatureException"),
    ("old-signature-let-in", "a signature of any age is accepted", "Signature expired"),
    ("future-signature-let-in", "a signature from the future is accepted", "not yet current"),
    ("other-date-let-in", "a signature scoped to another day is accepted", "Date in Credential"),
    ("signature-not-looked-at", "signatures are not checked", ""),
)
signatures.add("wrong-signature-breaks-the-server", "a wrong signature is answered with HTTP 500", (_SIGNATURE,),
               _rejecting("authenticate", _as(*_BROKEN)))  # fmt: skip


# -- answers

wire = group_of("protocol", kind=Kind.WIRE)


def _answered(edit: Callable[[Answer], Answer]) -> Change:
    """Edit each successful answer."""
    return editing("write", lambda answer, status, _: edit(answer) if status == _OK else answer)


def _with_parts(parts: dict[str, Any]) -> Change:
    """Give each successful answer other parts."""
    return _answered(lambda answer: replace(answer, **parts))


def _with_body(edit: Callable[[bytes], bytes]) -> Change:
    """Edit the body of each successful answer."""
    return _answered(lambda answer: replace(answer, body=edit(answer.body)))


def _latin(body: bytes) -> bytes:
    return body.decode().replace('"', '"\u00e9', 1).encode("latin-1", "replace")


wire.rows(
    _with_parts,
    (_ANSWER,),
    ("html-content-type", "an answer names text/html", {"content_type": "text/html"}),
    ("json-content-type", "an answer names application/json", {"content_type": "application/json"}),
    ("json-1.0-content-type", "an answer names the protocol's older version",
     {"content_type": "application/x-amz-json-1.0"}),
    ("no-content-type", "an answer names no content type", {"content_type": ""}),
    ("no-request-id", "an answer carries no request id", {"request_id": ""}),
    ("same-request-id", "every answer has the same request id", {"request_id": "0" * 8}),
    ("content-type-twice", "an answer names two content types", {"more": (("content-type", "text/html"),)}),
    ("request-id-twice", "an answer has two request ids", {"more": (("X-Amzn-Requestid", "1"),)}),
    ("server-twice", "an answer names its server twice", {"more": (("Server", "any"), ("server", "any"))}),
    ("no-date", "an answer has no date", {"date": 0.0}),
)  # fmt: skip
wire.rows(
    _with_body,
    (_ANSWER, _JSON),
    ("latin-1", "an answer is written in Latin-1", _latin),
    ("byte-order-mark", "an answer begins with a byte order mark", lambda body: b"\xef\xbb\xbf" + body),
    ("text-behind", "there is text behind the object", lambda body: body + b"\n--"),
    ("answer-in-a-list", "an answer is a list with the object in it", lambda body: b"[%b]" % body),
    ("answer-as-text", "an answer is a string with the object in it", lambda body: json.dumps(body.decode()).encode()),
    ("cut-off", "the last byte of an answer is missing", lambda body: body[:-1]),
    ("single-quotes", "strings have single quotes", lambda body: body.replace(b'"', b"'")),
)
wire.rows(
    _answered,
    (_ANSWER,),
    ("date-twice", "an answer has two dates", lambda it: replace(it, more=(("date", dict(it.headers)["Date"]),))),
    ("date-of-yesterday", "the date of an answer is a day behind", lambda it: replace(it, date=it.date - _DAY_S)),
    ("date-in-local-time", "the date of an answer is two hours ahead", lambda it: replace(it, date=it.date + 7_200)),
)
wire.rows(
    _rejected,
    (_ANSWER,),
    ("same-request-id-for-errors", "every error has the same request id", lambda it: replace(it, request_id="0" * 8)),
    ("date-of-errors-is-off", "the date of an error is an hour ahead", lambda it: replace(it, date=it.date + 3_600)),
)

_COMMON = {"host", "x-amz-target", "content-type", "authorization", "x-amz-date", "accept-encoding", "content-length"}
_TYPE = "content-type"

wire.rows(
    after("answer"),
    (),
    ("charset-breaks-the-server", "a content type with a parameter is answered with an empty HTTP 500",
     lambda it, call: replace(it, status=500, body=b"") if ";" in call.headers.get(_TYPE, "") else it,
     "protocol/content-type"),
    ("other-content-types-break-the-server", "a content type other than the protocol's is answered with HTTP 500",
     lambda it, call: it if call.headers.get(_TYPE, "").startswith("application/x-amz-json-1.1")
     else replace(it, status=500), "protocol/content-type"),
    ("gzip-breaks-the-server", "a body in gzip is answered with HTTP 500",
     lambda it, call: replace(it, status=500) if "content-encoding" in call.headers else it, "protocol/transfer"),
    ("later-pages-are-plain-text", "a page that was asked for with a token names text/plain",
     lambda it, call: replace(it, content_type="text/plain")
     if b'"NextToken"' in call.body and it.status == _OK else it, _ANSWER),
    ("other-headers-refused", "a request with a header that the server does not know is answered with HTTP 400",
     lambda it, call: it if set(call.headers) <= _COMMON else replace(it, status=400, body=b"{}"),
     "protocol/transfer"),
)  # fmt: skip


# -- requests


def _calling(stage: str) -> Callable[[Callable[[Call], Call]], Change]:
    """Return what edits the call before a stage."""
    return lambda edit: replacing(**{stage: lambda _, original, call: original(edit(call))})


wire.rows(
    _calling("admit"),
    ("protocol/method",),
    ("any-method", "GET, PUT, PATCH and DELETE are served like POST", lambda call: replace(call, method="POST")),
    ("put-for-post", "PUT is served like POST",
     lambda call: replace(call, method="POST" if call.method == "PUT" else call.method)),
)  # fmt: skip

_PREFIX = "SageMaker."
_BY_LOWER = {f"{_PREFIX}{operation}".lower(): f"{_PREFIX}{operation}" for operation in BOTH}


def _targets(edit: Callable[[str], str]) -> Change:
    """Edit the target of a call."""
    return _calling("dispatch")(
        lambda call: replace(
            call, headers={**call.headers, "x-amz-target": edit(call.headers.get("x-amz-target", ""))}
        )
    )  # fmt: skip


wire.rows(
    _targets,
    (_TARGET,),
    ("target-in-any-case", "the target is taken in any case", lambda text: _BY_LOWER.get(text.lower(), text)),
    ("target-with-any-prefix", "the prefix of the target is ignored", lambda text: _PREFIX + text.rpartition(".")[2]),
    ("target-without-prefix", "a target without its prefix is accepted",
     lambda text: text if "." in text else _PREFIX + text),
    ("target-by-its-beginning", "a target with something behind it is accepted",
     lambda text: next((known for known in _BY_LOWER.values() if text.startswith(known)), text)),
    ("target-left-out", "a request without a target is a description", lambda text: text or _PREFIX + DESCRIBE),
    ("unknown-target", "an unknown target is a description",
     lambda text: text if text in _BY_LOWER.values() else _PREFIX + DESCRIBE),
)  # fmt: skip
wire.add(
    "unknown-target-is-not-found",
    "an unknown target is answered with HTTP 500",
    (_TARGET,),
    _answered_as(*_BROKEN, of="UnknownOperationException"),
)
wire.add(
    "no-such-operation",
    "neither operation is known",
    ("protocol/operation", *(f"{operation}/output//http_status" for operation in BOTH)),
    _targets(lambda _: ""),
)


def _first_object(body: bytes) -> bytes:
    try:
        _, end = json.JSONDecoder().raw_decode(body.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        return body
    return body[:end]


def _bodies(edit: Callable[[bytes], bytes]) -> Change:
    """Edit the body of a call before it is parsed."""
    return _calling("parse")(lambda call: replace(call, body=edit(call.body)))


wire.rows(
    _bodies,
    _BODY,
    ("trailing-text-passed-over", "what follows the object is ignored", _first_object),
    ("trailing-comma-passed-over", "a trailing comma is ignored", lambda body: body.replace(b",}", b"}")),
    ("single-quotes-taken", "strings in single quotes are accepted", lambda body: body.replace(b"'", b'"')),
    ("broken-utf-8-replaced", "bytes that are no UTF-8 are replaced",
     lambda body: body.decode(errors="replace").encode()),
    ("escapes-not-understood", "an escape in a string is rejected", lambda body: b"" if b"\\u" in body else body),
    ("white-space-refused", "white space around the object is rejected",
     lambda body: b"" if body[:1].isspace() else body),
)  # fmt: skip


@wire.of(instead_of("parse"), *_BODY)
def broken_body_is_an_empty_one(_: Service, original: Any, call: Call) -> Any:
    """A body that is no JSON object counts as an object without members, of an unknown tuning job."""
    try:
        return original(call)
    except Rejection:
        return {NAME: "nobody"}


wire.add("broken-body-breaks-the-server", "a body that is no JSON object is answered with HTTP 500", _BODY,
         _rejecting("parse", _as(*_BROKEN)))  # fmt: skip
wire.add("broken-body-is-a-missing-operation", "a body that is no JSON object is answered with ResourceNotFound", _BODY,
         _rejecting("parse", _as("ResourceNotFound", None)))  # fmt: skip


def _left(row: tuple[str, Callable[[Call], bool]]) -> Change:
    """Leave a connection in a bad state behind the answers to some calls."""
    kind, applies = row
    return replacing(behind=lambda _, original, call: kind if applies(call) else original(call))


def _unknown_operation(call: Call) -> bool:
    return call.headers.get("x-amz-target") not in _BY_LOWER.values()


wire.rows(
    _left,
    (_CONNECTION,),
    ("chunks-unread", "a body in chunks is not read",
     (DESYNCHRONIZED, lambda call: "transfer-encoding" in call.headers)),
    ("get-unread", "the body of a GET is not read", (DESYNCHRONIZED, lambda call: call.method == "GET")),
    ("delete-unread", "the body of a DELETE is not read", (DESYNCHRONIZED, lambda call: call.method == "DELETE")),
    ("unknown-operation-unread", "the body for an unknown operation is not read", (DESYNCHRONIZED, _unknown_operation)),
    ("broken-body-unread", "a body is not read to its end",
     (DESYNCHRONIZED, lambda call: not call.body.endswith(b"}"))),
    ("expect-unread", "a body behind Expect is not read", (DESYNCHRONIZED, lambda call: "expect" in call.headers)),
    ("closes-in-silence", "the connection is closed behind each answer without notice", (CUT, lambda _: True)),
    ("closes-behind-errors", "the connection is closed behind an error without notice", (CUT, _unknown_operation)),
)  # fmt: skip


def _header_names(known: Callable[[str], bool]) -> Change:
    """Know the headers alone whose names are spelled in some way."""

    def edit(call: Call) -> Call:
        lost = {name.lower() for name in call.spelled if not known(name)}
        return replace(call, headers={name: value for name, value in call.headers.items() if name not in lost})

    return _calling("dispatch")(edit)


wire.rows(
    _header_names,
    ("protocol/header-names",),
    ("header-names-as-documented", "the names of headers are known as documented", lambda name: name[:1].isupper()),
    ("header-names-not-in-upper-case", "names of headers in upper case are not known", lambda name: not name.isupper()),
)


wire.rows(
    after("answer"),
    ("protocol/arn",),
    ("one-region-for-all", "requests signed for any region are answered from one",
     lambda it, _: replace(it, body=it.body.replace(b":us-west-2:", b":us-east-1:"))),
    signed=True,
)  # fmt: skip
