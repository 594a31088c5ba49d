"""Mutants of signatures: what should be refused is let in, or breaks the server."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.mutation.mutant import BOTH, Group, Kind, Mutant, replacing
from conformance.reference.inputs import DESCRIBE, Rejection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.contract.model import Contract
    from conformance.mutation.mutant import Members
    from conformance.reference.http import Answer, Call
    from conformance.reference.service import Service


_OK = 200
_CODES = ("ValidationException", "ResourceNotFoundException", "ResourceInUse", "InternalFailure", "resourcenotfound")
_STATUSES = (404, 403, 409, 500)
_BODY = "protocol/error-body"
_UNKNOWN = ("unknown-name-is-resource-not-found", "one-error-of-its-own")


_INVALID = frozenset({"ValidationException"})


def _invalid_as(code: str, status: int) -> Callable[..., Any]:
    def refuse(_: Service, original: Callable[..., Answer], rejection: Rejection) -> Answer:
        return original(_again(rejection, code, status) if rejection.code in _INVALID else rejection)

    return refuse


_BAD_INPUT = (
    ("InternalFailure", 500),
    ("ValidationException", 422),
    ("ValidationException", _OK),
    ("InvalidParameterValue", 400),
    ("ResourceNotFound", 400),
    ("ValidationError", 400),
)
_CONSTRAINTS = frozenset({"required", "enum", "min_length", "max_length", "pattern", "minimum", "maximum"})


def refusal_mutants(contract: Contract) -> Iterator[Mutant]:
    """Yield the mutants that answer input that breaks a constraint with another code or status."""
    # Options of the command-line client never reach a server.
    inputs = [fact for fact in contract.facts if fact.direction == "input" and not fact.path.startswith("--")]
    broken = tuple(fact.id for fact in inputs if fact.facet in _CONSTRAINTS)
    for code, status in _BAD_INPUT:
        words = f"input that breaks a constraint is answered with HTTP {status} {code}"
        make = replacing(refuse=_invalid_as(code, status))
        yield Mutant(f"errors/bad-input-is-{code}-{status}", words, broken, BOTH, Kind.REQUEST, make)


def error_mutants(contract: Contract) -> Iterator[Mutant]:
    """Yield, for each error of each operation, the mutants with another code and with another status."""
    for operation in contract.operations.values():
        for code in operation.errors:
            prefix = f"{operation.name}/error/{code}"
            for other in _CODES:
                yield _error(operation.name, code, (other, None), (f"{prefix}/present",), f"{prefix}/code-{other}")
            for status in _STATUSES:
                ids = (f"{prefix}/http_status",)
                yield _error(operation.name, code, (code, status), ids, f"{prefix}/status-{status}")


def _error(
    operation: str, code: str, received: tuple[str, int | None], breaks: tuple[str, ...], mutant_id: str
) -> Mutant:
    def change(rejection: Rejection) -> Rejection:
        return _again(rejection, *received) if rejection.code == code else rejection

    words = f"{code} is told as {received[0]}" if received[1] is None else f"{code} comes with HTTP {received[1]}"
    return Mutant(mutant_id, words, breaks, (operation,), Kind.ERROR, _refusing(operation, change), derived=True)


def _again(rejection: Rejection, code: str | None = None, status: int | None = None) -> Rejection:
    return Rejection(code or rejection.code, rejection.text, status=status or rejection.status, member=rejection.member)


def _refusing(operation: str, change: Callable[[Rejection], Rejection]) -> Callable[[type[Service]], type[Service]]:
    def perform(_: Service, original: Callable[..., Members], name: str, members: Members) -> Members:
        try:
            return original(name, members)
        except Rejection as rejection:
            if name != operation:
                raise
            raise change(rejection) from None

    return replacing(perform=perform)


# -- what a name that nobody has leads to

unknown = Group("errors", DESCRIBE, Kind.ERROR)
listed = Group("errors-of-the-listing", BOTH[1], Kind.ERROR)
_LIST_ERROR = f"{BOTH[1]}/error/ResourceNotFound/present"
_DESCRIBE_ERROR = f"{DESCRIBE}/error/ResourceNotFound/present"


@listed.stage("lookup", *_UNKNOWN, _LIST_ERROR)
def unknown_name_is_an_empty_list(service: Service, original: Any, name: str) -> Any:
    """The listing of a name that nobody has is empty."""
    del original
    first = service.state.jobs()[0]
    return service.state.find(name) or replace(first, name=name, training_jobs=())


@listed.stage("list_training_jobs", *_UNKNOWN, _LIST_ERROR)
def unknown_name_beside_a_filter_is_an_empty_list(service: Service, original: Any, members: Members) -> Any:
    """The listing of a name that nobody has is empty where a status is asked for."""
    nobody = service.state.find(members["HyperParameterTuningJobName"]) is None
    return {"TrainingJobSummaries": []} if nobody and "StatusEquals" in members else original(members)


@unknown.stage("lookup", *_UNKNOWN, _DESCRIBE_ERROR, _LIST_ERROR, sees=BOTH)
def names_by_their_beginning(service: Service, original: Any, name: str) -> Any:
    """The beginning of a name is taken for the name."""
    fitting = (job for job in service.state.jobs() if job.name.startswith(name))
    return service.state.find(name) or next(fitting, None) or original(name)


@unknown.stage("lookup", *_UNKNOWN, _DESCRIBE_ERROR, _LIST_ERROR, sees=BOTH)
def names_with_something_behind(service: Service, original: Any, name: str) -> Any:
    """A name with something behind it is taken for the name."""
    fitting = (job for job in service.state.jobs() if name.startswith(job.name))
    return service.state.find(name) or next(fitting, None) or original(name)


@unknown.stage("lookup", *_UNKNOWN, _DESCRIBE_ERROR, _LIST_ERROR, sees=BOTH)
def unknown_name_is_the_first_job(service: Service, original: Any, name: str) -> Any:
    """A name that nobody has gives the first tuning job."""
    del original
    return service.state.find(name) or service.state.jobs()[0]


# -- the form of refusals


def _with_content(edit: Callable[[dict[str, Any]], Any]) -> Callable[..., Any]:
    def refuse(_: Service, original: Callable[..., Answer], rejection: Rejection) -> Answer:
        answer = original(rejection)
        content = edit(json.loads(answer.body))
        return replace(answer, body=json.dumps(content).encode())

    return refuse


_FORMS: tuple[tuple[str, str, Callable[[dict[str, Any]], Any]], ...] = (
    ("body-without-type", "an error names no code", lambda received: _lacking(received, "__type")),
    (
        "type-with-namespace",
        "the code has a namespace before it",
        lambda received: _typed(received, "com.amazonaws#{}"),
    ),
    ("type-with-uri", "the code has a URI behind it", lambda received: _typed(received, "{}:http://example.com/")),
    ("body-without-message", "an error has no message", lambda received: {"__type": received["__type"]}),
    (
        "message-no-string",
        "the message is an object",
        lambda received: received | {"message": {"text": "no"}, "Message": None},
    ),
    ("body-is-a-list", "an error is a list", lambda received: [received]),
    ("body-is-a-string", "an error is a string", lambda received: received["__type"]),
    ("code-inside-an-error-member", "the code stands inside a member Error", lambda received: {"Error": received}),
)


def _lacking(received: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in received.items() if key != name}


def _typed(received: dict[str, Any], form: str) -> dict[str, Any]:
    return received | {"__type": form.format(received["__type"])}


for _name, _words, _edit in _FORMS:
    unknown.add(_name, _words, (_BODY,), replacing(refuse=_with_content(_edit)), sees=BOTH)


@unknown.stage("refuse", _BODY, "answer-is-json", sees=BOTH)
def html_page(_: Service, original: Any, rejection: Rejection) -> Answer:
    """An error is an HTML page."""
    page = f"<html><title>{rejection.status}</title></html>".encode()
    answer: Answer = replace(original(rejection), body=page, content_type="text/html")
    return answer


@unknown.stage("refuse", _BODY, "answer-is-json", sees=BOTH)
def empty_body(_: Service, original: Any, rejection: Rejection) -> Answer:
    """An error has an empty body."""
    answer: Answer = replace(original(rejection), body=b"")
    return answer


@unknown.stage("refuse", _BODY, sees=BOTH)
def error_without_content_type(_: Service, original: Any, rejection: Rejection) -> Answer:
    """An error names no content type."""
    answer: Answer = replace(original(rejection), content_type="")
    return answer


@unknown.stage("refuse", _BODY, sees=BOTH)
def error_without_request_id(_: Service, original: Any, rejection: Rejection) -> Answer:
    """An error carries no request id."""
    answer: Answer = replace(original(rejection), request_id="")
    return answer


_KINDS = {
    "unreadable": "SerializationException",
    "invalid": "ValidationException",
    "unknown-operation": "UnknownOperationException",
    "unsigned": "MissingAuthenticationTokenException",
}
"""Errors from other places of a server than its own ones: by what is wrong with the request."""

_ENVELOPES: tuple[tuple[str, str, Callable[[Answer], Answer]], ...] = (
    ("html", "an HTML page", lambda item: replace(item, body=b"<html></html>", content_type="text/html")),
    ("plain-text", "text/plain", lambda item: replace(item, content_type="text/plain")),
    ("without-request-id", "without a request id", lambda item: replace(item, request_id="")),
    ("in-a-namespace", "told with a namespace", lambda item: replace(item, body=item.body.replace(b':"', b':"a#', 1))),
)


def _one_kind(code: str, edit: Callable[[Answer], Answer]) -> Callable[..., Answer]:
    def refuse(_: Service, original: Callable[..., Answer], rejection: Rejection) -> Answer:
        answer = original(rejection)
        return edit(answer) if rejection.code == code else answer

    return refuse


for _of, _code in _KINDS.items():
    for _name, _words, _bend in _ENVELOPES:
        unknown.add(
            f"{_of}-{_name}",
            f"the error for an {_of.replace('-', ' ')} request is {_words}",
            (_BODY,),
            replacing(refuse=_one_kind(_code, _bend)),
            sees=BOTH,
            signed=_of == "unsigned",
        )


@unknown.stage("refuse", _BODY, sees=BOTH)
def unreadable_is_422(_: Service, original: Any, rejection: Rejection) -> Any:
    """A body that can't be read is answered with HTTP 422."""
    return original(_again(rejection, status=422) if rejection.code == "SerializationException" else rejection)


@unknown.stage("refuse", "protocol/body", sees=BOTH)
def unreadable_is_a_validation_error(_: Service, original: Any, rejection: Rejection) -> Any:
    """A body that can't be read is answered with ValidationException."""
    return original(
        _again(rejection, "ValidationException") if rejection.code == "SerializationException" else rejection
    )


# -- bad input

_NAME = tuple(f"{item}/input/HyperParameterTuningJobName" for item in BOTH)
_LIMITS = tuple(f"{name}/{facet}" for name in _NAME for facet in ("max_length", "pattern"))


@unknown.stage("validate", *_LIMITS, sees=BOTH, kind=Kind.REQUEST)
def lookup_before_validation(service: Service, original: Any, name: str, members: Members) -> None:
    """The name is looked up before any constraint is checked."""
    subject = "HyperParameterTuningJobName"
    if name in BOTH and subject in members:
        service.lookup(members[subject])
    original(name, members)


@unknown.stage("read", *(f"{name}/type" for name in _NAME), sees=BOTH, kind=Kind.REQUEST)
def wrong_types_break_the_server(_: Service, original: Any, name: str, content: Members) -> Any:
    """A value of another JSON type is answered with HTTP 500."""
    try:
        return original(name, content)
    except Rejection as rejection:
        raise _again(rejection, "InternalFailure", 500) from None


GROUPS = (unknown, listed)


signatures = Group("protocol", DESCRIBE, Kind.WIRE)

_BREAKS = ("protocol/signature",)


def _let_in(name: str, words: str, rejected: Callable[[Rejection], bool]) -> None:
    def authenticate(_: Service, original: Any, call: Call) -> None:
        try:
            original(call)
        except Rejection as rejection:
            if rejected(rejection):
                raise

    signatures.add(name, words, _BREAKS, replacing(authenticate=authenticate), sees=BOTH, signed=True)


for _told, _why, _signatures_code in (
    ("unsigned-let-in", "an unsigned request is served", "MissingAuthenticationTokenException"),
    ("garbled-signature-let-in", "a signature in pieces is taken", "IncompleteSignatureException"),
    ("unknown-key-let-in", "a key that nobody has is taken", "UnrecognizedClientException"),
    ("wrong-secret-let-in", "a signature with the wrong secret is taken", "InvalidSignatureException"),
):
    _let_in(_told, _why, lambda rejection, code=_signatures_code: rejection.code != code)  # type: ignore[misc]
for _told, _why, _signatures_words in (
    ("old-signature-let-in", "a signature of any age is taken", "Signature expired"),
    ("future-signature-let-in", "a signature with a time to come is taken", "not yet current"),
    ("other-date-let-in", "a signature scoped to another day is taken", "Date in Credential"),
):
    _let_in(_told, _why, lambda rejection, words=_signatures_words: words not in rejection.text)  # type: ignore[misc]
_let_in("signature-not-looked-at", "signatures are not looked at", lambda _: False)


@signatures.stage("authenticate", *_BREAKS, sees=BOTH, signed=True)
def wrong_signature_breaks_the_server(_: Service, original: Any, call: Call) -> None:
    """A signature that does not fit is answered with HTTP 500."""
    try:
        original(call)
    except Rejection as rejection:
        raise Rejection("InternalFailure", rejection.text, status=500) from None


SIGNATURES_GROUPS = (signatures,)
