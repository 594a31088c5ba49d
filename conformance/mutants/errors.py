"""Mutants of errors: the operation's own one under another code or status, refusals in other forms."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.mutants.mutant import BOTH, Group, Kind, Mutant, replacing
from conformance.reference.inputs import DESCRIBE
from conformance.reference.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.contract import Contract
    from conformance.mutants.mutant import Members
    from conformance.reference import Service
    from conformance.reference.exchange import Answer

_OK = 200
_CODES = ("ValidationException", "ResourceNotFoundException", "ResourceInUse", "InternalFailure", "resourcenotfound")
_STATUSES = (404, 403, 409, 500)
_BODY = "protocol/error-body"
_UNKNOWN = ("unknown-name-is-resource-not-found", "one-error-of-its-own")


_INVALID = frozenset({"ValidationException"})


def _invalid_as(code: str, status: int) -> Callable[..., Any]:
    def refuse(_: Service, faithful: Callable[..., Answer], refusal: Refusal) -> Answer:
        return faithful(_again(refusal, code, status) if refusal.code in _INVALID else refusal)

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
    """Give the mutants that answer input that breaks a constraint with another code or status."""
    # Options of the command-line client never reach a server.
    inputs = [fact for fact in contract.facts if fact.direction == "input" and not fact.path.startswith("--")]
    broken = tuple(fact.id for fact in inputs if fact.facet in _CONSTRAINTS)
    for code, status in _BAD_INPUT:
        words = f"input that breaks a constraint is answered with HTTP {status} {code}"
        make = replacing(refuse=_invalid_as(code, status))
        yield Mutant(f"errors/bad-input-is-{code}-{status}", words, broken, BOTH, Kind.REQUEST, make)


def error_mutants(contract: Contract) -> Iterator[Mutant]:
    """Give, for each error of each operation, the mutants with another code and with another status."""
    for operation in contract.operations.values():
        for code in operation.errors:
            prefix = f"{operation.name}/error/{code}"
            for other in _CODES:
                yield _error(operation.name, code, (other, None), (f"{prefix}/present",), f"{prefix}/code-{other}")
            for status in _STATUSES:
                ids = (f"{prefix}/http_status",)
                yield _error(operation.name, code, (code, status), ids, f"{prefix}/status-{status}")


def _error(operation: str, code: str, told: tuple[str, int | None], breaks: tuple[str, ...], mutant_id: str) -> Mutant:
    def change(refusal: Refusal) -> Refusal:
        return _again(refusal, *told) if refusal.code == code else refusal

    words = f"{code} is told as {told[0]}" if told[1] is None else f"{code} comes with HTTP {told[1]}"
    return Mutant(mutant_id, words, breaks, (operation,), Kind.ERROR, _refusing(operation, change), derived=True)


def _again(refusal: Refusal, code: str | None = None, status: int | None = None) -> Refusal:
    return Refusal(code or refusal.code, refusal.text, status=status or refusal.status, member=refusal.member)


def _refusing(operation: str, change: Callable[[Refusal], Refusal]) -> Callable[[type[Service]], type[Service]]:
    def perform(_: Service, faithful: Callable[..., Members], name: str, members: Members) -> Members:
        try:
            return faithful(name, members)
        except Refusal as refusal:
            if name != operation:
                raise
            raise change(refusal) from None

    return replacing(perform=perform)


# -- what a name that nobody has leads to

unknown = Group("errors", DESCRIBE, Kind.ERROR)
listed = Group("errors-of-the-listing", BOTH[1], Kind.ERROR)
_LIST_ERROR = f"{BOTH[1]}/error/ResourceNotFound/present"
_DESCRIBE_ERROR = f"{DESCRIBE}/error/ResourceNotFound/present"


@listed.stage("lookup", *_UNKNOWN, _LIST_ERROR)
def unknown_name_is_an_empty_list(service: Service, faithful: Any, name: str) -> Any:
    """The listing of a name that nobody has is empty."""
    del faithful
    first = service.state.jobs()[0]
    return service.state.find(name) or replace(first, name=name, training_jobs=())


@listed.stage("list_training_jobs", *_UNKNOWN, _LIST_ERROR)
def unknown_name_beside_a_filter_is_an_empty_list(service: Service, faithful: Any, members: Members) -> Any:
    """The listing of a name that nobody has is empty where a status is asked for."""
    nobody = service.state.find(members["HyperParameterTuningJobName"]) is None
    return {"TrainingJobSummaries": []} if nobody and "StatusEquals" in members else faithful(members)


@unknown.stage("lookup", *_UNKNOWN, _DESCRIBE_ERROR, _LIST_ERROR, sees=BOTH)
def names_by_their_beginning(service: Service, faithful: Any, name: str) -> Any:
    """The beginning of a name is taken for the name."""
    fitting = (job for job in service.state.jobs() if job.name.startswith(name))
    return service.state.find(name) or next(fitting, None) or faithful(name)


@unknown.stage("lookup", *_UNKNOWN, _DESCRIBE_ERROR, _LIST_ERROR, sees=BOTH)
def names_with_something_behind(service: Service, faithful: Any, name: str) -> Any:
    """A name with something behind it is taken for the name."""
    fitting = (job for job in service.state.jobs() if name.startswith(job.name))
    return service.state.find(name) or next(fitting, None) or faithful(name)


@unknown.stage("lookup", *_UNKNOWN, _DESCRIBE_ERROR, _LIST_ERROR, sees=BOTH)
def unknown_name_is_the_first_job(service: Service, faithful: Any, name: str) -> Any:
    """A name that nobody has gives the first tuning job."""
    del faithful
    return service.state.find(name) or service.state.jobs()[0]


# -- the form of refusals


def _with_content(edit: Callable[[dict[str, Any]], Any]) -> Callable[..., Any]:
    def refuse(_: Service, faithful: Callable[..., Answer], refusal: Refusal) -> Answer:
        answer = faithful(refusal)
        content = edit(json.loads(answer.body))
        return replace(answer, body=json.dumps(content).encode())

    return refuse


_FORMS: tuple[tuple[str, str, Callable[[dict[str, Any]], Any]], ...] = (
    ("body-without-type", "an error names no code", lambda told: _lacking(told, "__type")),
    ("type-with-namespace", "the code has a namespace before it", lambda told: _typed(told, "com.amazonaws#{}")),
    ("type-with-uri", "the code has a URI behind it", lambda told: _typed(told, "{}:http://example.com/")),
    ("body-without-message", "an error has no message", lambda told: {"__type": told["__type"]}),
    ("message-no-string", "the message is an object", lambda told: told | {"message": {"text": "no"}, "Message": None}),
    ("body-is-a-list", "an error is a list", lambda told: [told]),
    ("body-is-a-string", "an error is a string", lambda told: told["__type"]),
    ("code-inside-an-error-member", "the code stands inside a member Error", lambda told: {"Error": told}),
)


def _lacking(told: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in told.items() if key != name}


def _typed(told: dict[str, Any], form: str) -> dict[str, Any]:
    return told | {"__type": form.format(told["__type"])}


for _name, _words, _edit in _FORMS:
    unknown.add(_name, _words, (_BODY,), replacing(refuse=_with_content(_edit)), sees=BOTH)


@unknown.stage("refuse", _BODY, "answer-is-json", sees=BOTH)
def html_page(_: Service, faithful: Any, refusal: Refusal) -> Answer:
    """An error is an HTML page."""
    page = f"<html><title>{refusal.status}</title></html>".encode()
    answer: Answer = replace(faithful(refusal), body=page, content_type="text/html")
    return answer


@unknown.stage("refuse", _BODY, "answer-is-json", sees=BOTH)
def empty_body(_: Service, faithful: Any, refusal: Refusal) -> Answer:
    """An error has an empty body."""
    answer: Answer = replace(faithful(refusal), body=b"")
    return answer


@unknown.stage("refuse", _BODY, sees=BOTH)
def error_without_content_type(_: Service, faithful: Any, refusal: Refusal) -> Answer:
    """An error names no content type."""
    answer: Answer = replace(faithful(refusal), content_type="")
    return answer


@unknown.stage("refuse", _BODY, sees=BOTH)
def error_without_request_id(_: Service, faithful: Any, refusal: Refusal) -> Answer:
    """An error carries no request id."""
    answer: Answer = replace(faithful(refusal), request_id="")
    return answer


_KINDS = {
    "unreadable": "SerializationException",
    "invalid": "ValidationException",
    "unknown-operation": "UnknownOperationException",
    "unsigned": "MissingAuthenticationTokenException",
}
"""Errors from other places of a server than its own ones: by what is wrong with the request."""

_ENVELOPES: tuple[tuple[str, str, Callable[[Answer], Answer]], ...] = (
    ("html", "an HTML page", lambda one: replace(one, body=b"<html></html>", content_type="text/html")),
    ("plain-text", "text/plain", lambda one: replace(one, content_type="text/plain")),
    ("without-request-id", "without a request id", lambda one: replace(one, request_id="")),
    ("in-a-namespace", "told with a namespace", lambda one: replace(one, body=one.body.replace(b':"', b':"a#', 1))),
)


def _one_kind(code: str, edit: Callable[[Answer], Answer]) -> Callable[..., Answer]:
    def refuse(_: Service, faithful: Callable[..., Answer], refusal: Refusal) -> Answer:
        answer = faithful(refusal)
        return edit(answer) if refusal.code == code else answer

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
def unreadable_is_422(_: Service, faithful: Any, refusal: Refusal) -> Any:
    """A body that can't be read is answered with HTTP 422."""
    return faithful(_again(refusal, status=422) if refusal.code == "SerializationException" else refusal)


@unknown.stage("refuse", "protocol/body", sees=BOTH)
def unreadable_is_a_validation_error(_: Service, faithful: Any, refusal: Refusal) -> Any:
    """A body that can't be read is answered with ValidationException."""
    return faithful(_again(refusal, "ValidationException") if refusal.code == "SerializationException" else refusal)


# -- bad input

_NAME = tuple(f"{one}/input/HyperParameterTuningJobName" for one in BOTH)
_LIMITS = tuple(f"{name}/{facet}" for name in _NAME for facet in ("max_length", "pattern"))


@unknown.stage("validate", *_LIMITS, sees=BOTH, kind=Kind.REQUEST)
def lookup_before_validation(service: Service, faithful: Any, name: str, members: Members) -> None:
    """The name is looked up before any constraint is checked."""
    subject = "HyperParameterTuningJobName"
    if name in BOTH and subject in members:
        service.lookup(members[subject])
    faithful(name, members)


@unknown.stage("read", *(f"{name}/type" for name in _NAME), sees=BOTH, kind=Kind.REQUEST)
def wrong_types_break_the_server(_: Service, faithful: Any, name: str, content: Members) -> Any:
    """A value of another JSON type is answered with HTTP 500."""
    try:
        return faithful(name, content)
    except Refusal as refusal:
        raise _again(refusal, "InternalFailure", 500) from None


GROUPS = (unknown, listed)
