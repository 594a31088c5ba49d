"""Mutants of boto3's client: answers and errors that it gives otherwise, and a name that it fills in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.mutants.mutant import BOTH, LIST, Kind, Mutant, named, told
from conformance.reference.inputs import DESCRIBE

if TYPE_CHECKING:
    from collections.abc import Callable

Settings = dict[str, Any]

NAME, RESULT = "HyperParameterTuningJobName", "TrainingJobSummaries"
_SOMEBODY = "churn-57-in-all-statuses"
_UNKNOWN = tuple(f"{operation}/error/ResourceNotFound/present" for operation in BOTH)
_CALL, _ERROR = "client/boto3/call", "client/boto3/client-error"
_BROKEN = 400

MUTANTS: list[Mutant] = []
"""In the order in which they are written down."""


def altered(name: str, words: str, alter: Callable[[Any], None], *breaks: str, sees: tuple[str, ...] = BOTH) -> Mutant:
    """Make a mutant of a change to the client, which is applied when the client is made."""
    return Mutant(f"boto3/{name}", words, breaks, sees, Kind.CLIENT, lambda base: base, client=alter)


def _answer(*breaks: str) -> Callable[[Callable[[Any, Settings], None]], Callable[[Any, Settings], None]]:
    """Take up a function that edits what is handed out: given the HTTP response and the parsed answer."""

    def keep(edit: Callable[[Any, Settings], None]) -> Callable[[Any, Settings], None]:
        def alter(client: Any) -> None:
            client.meta.events.register(
                "after-call.sagemaker", lambda http_response, parsed, **_: edit(http_response, parsed)
            )

        MUTANTS.append(altered(named(edit), told(edit), alter, *breaks))
        return edit

    return keep


# -- calls


@_answer(_CALL)
def times_are_text(_: Any, parsed: Settings) -> None:
    """The first time of an answer is text."""
    for part in (parsed, *parsed.get(RESULT, ())[:1]):
        if "CreationTime" in part:
            part["CreationTime"] = part["CreationTime"].isoformat()


@_answer(_CALL)
def members_within_a_list_are_lost(_: Any, parsed: Settings) -> None:
    """The entries of the lists in an answer lack a member."""
    for item in parsed.get(RESULT, ()):
        item.pop("TrainingJobArn", None)
    ranges = parsed.get("HyperParameterTuningJobConfig", {}).get("ParameterRanges", {})
    for found in ranges.values():
        for one in found:
            one.pop("Name", None)


@_answer(_CALL)
def a_member_is_lost(_: Any, parsed: Settings) -> None:
    """A member of an answer is lost."""
    parsed.pop("HyperParameterTuningJobArn", None)
    parsed.pop(RESULT, None)


@_answer(*_UNKNOWN)
def errors_are_general(response: Any, parsed: Settings) -> None:
    """An error of the service is raised under another code."""
    if response.status_code >= _BROKEN:
        parsed["Error"]["Code"] = "ClientException"


@_answer(*_UNKNOWN, _ERROR)
def errors_are_answers(response: Any, parsed: Settings) -> None:
    """An error of the service is no exception."""
    del parsed
    response.status_code = 200


@_answer(*_UNKNOWN, _ERROR)
def errors_are_lookups(response: Any, parsed: Settings) -> None:
    """An error of the service is raised as one that Python knows."""
    if response.status_code >= _BROKEN:
        raise KeyError(parsed["Error"]["Message"])


@_answer(_ERROR)
def errors_without_a_message(_: Any, parsed: Settings) -> None:
    """An error of the service is raised without its message."""
    if "Error" in parsed:
        parsed["Error"]["Message"] = ""


@_answer(_ERROR)
def errors_with_another_status(_: Any, parsed: Settings) -> None:
    """An error of the service is raised with the status 404."""
    if "Error" in parsed:
        parsed["ResponseMetadata"]["HTTPStatusCode"] = 404


def _fills_in_a_name(client: Any) -> None:
    client.meta.events.register("provide-client-params.sagemaker", lambda params, **_: {NAME: _SOMEBODY, **params})


MUTANTS.append(
    altered(
        "fills-in-a-name",
        "a call without a name is made with some name",
        _fills_in_a_name,
        *(f"{operation}/input/{NAME}/required" for operation in (DESCRIBE, LIST)),
        f"{LIST}/paginator/{NAME}/required",
    )
)
