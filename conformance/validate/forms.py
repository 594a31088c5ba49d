"""The forms in which an answer is saved, how each is known, and the way from each to the wire.

On the wire a time is a number of seconds. The AWS CLI prints ISO 8601 text instead, in JSON or in YAML, and
`json.dumps(answer, default=str)` of what boto3 returns prints Python's, next to what the client knows of the exchange;
so does `default=datetime.isoformat`, whose times are ISO 8601 as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from conformance.contract import Node, Operation


class Form(StrEnum):
    """Who printed an answer."""

    WIRE = "wire"
    CLI = "cli"
    BOTO3 = "boto3"


TITLES = {
    Form.WIRE: "the body as it came over the wire",
    Form.CLI: "what the AWS CLI prints",
    Form.BOTO3: "what boto3 returns, printed as JSON",
}


class Layout(StrEnum):
    """How the text of a file is laid out, which may tell who printed it."""

    YAML = "yaml"
    INDENTED = "indented"
    """JSON as the AWS CLI prints it: a member a line, four blanks in."""
    OTHER = "other"


_METADATA = "ResponseMetadata"
_TIMES = {
    Form.CLI: re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:?\d\d)"),
    Form.BOTO3: re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})?[+-]\d\d:\d\d(?::\d\d)?"),
}
_PRINTED = {
    Layout.INDENTED: "laid out as its first version does; --form wire if a tool has done that to the body",
    Layout.YAML: "it is YAML; --form wire if a tool has made that of the body",
}
"""Why an answer is the AWS CLI's whose times are numbers, as its first version leaves them and its second can."""

_MESSAGES = ("message", "Message", "code", "errorMessage")


@dataclass(frozen=True)
class Answer:
    """A saved answer as it would be on the wire.

    `why` says how the form was known. `status` is 0 and `headers` are empty where nothing saved tells them. `rebuilt`
    says that the body of an error is not the one that came, but made from what the client says of it.
    """

    form: Form
    why: str
    body: Mapping[str, Any]
    is_error: bool
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    rebuilt: bool = False


def as_wire(
    operation: Operation, value: Mapping[str, Any], form: Form | None = None, *, layout: Layout = Layout.OTHER
) -> Answer:
    """Give a saved answer as it would be on the wire; its form is found out where none is given."""
    told, why = (form, "as --form says") if form is not None else _form_of(operation, value, layout)
    metadata = value.get(_METADATA) if told is Form.BOTO3 else None
    status, headers = _told_by_client(metadata)
    error = value.get("Error")
    if told is Form.BOTO3 and isinstance(error, Mapping) and "Error" not in operation.output.members:
        body = {"__type": error.get("Code"), "message": error.get("Message")}
        given = {name: text for name, text in body.items() if text is not None}
        return Answer(told, why, given, is_error=True, status=status, headers=headers, rebuilt=True)
    body = {name: member for name, member in value.items() if not (told is Form.BOTO3 and name == _METADATA)}
    if _is_error(operation, body):
        return Answer(told, why, body, is_error=True, status=status, headers=headers)
    pattern = _TIMES.get(told)
    wire = body if pattern is None else _with_numbers(operation.output, body, pattern)
    return Answer(told, why, wire, is_error=False, status=status, headers=headers)


def _form_of(operation: Operation, value: Mapping[str, Any], layout: Layout) -> tuple[Form, str]:
    if isinstance(value.get(_METADATA), Mapping):
        return Form.BOTO3, f"it has {_METADATA}"
    if isinstance(value.get("Error"), Mapping) and "Code" in value["Error"]:
        return Form.BOTO3, "it has Error.Code"
    if _is_error(operation, value):
        return Form.WIRE, "it has __type" if "__type" in value else "it has a message, and no member of an answer"
    times = list(_times(operation.output, value))
    if any(isinstance(time, int | float) and not isinstance(time, bool) for time in times):
        # No server lays its answers out like that.
        return (Form.CLI, _PRINTED[layout]) if layout in _PRINTED else (Form.WIRE, "its times are numbers")
    for form, words in (
        (Form.CLI, "its times are ISO 8601 text"),
        (Form.BOTO3, "its times are written as Python does"),
    ):
        if any(isinstance(time, str) and _TIMES[form].fullmatch(time) for time in times):
            return form, words
    silent = (Form.WIRE, "nothing in it tells of another form")
    return (Form.CLI, _PRINTED[layout]) if layout is Layout.YAML else silent


def _is_error(operation: Operation, value: Mapping[str, Any]) -> bool:
    if "__type" in value:
        return True
    return not operation.output.members.keys() & value.keys() and any(name in value for name in _MESSAGES)


def _told_by_client(metadata: Any) -> tuple[int, tuple[tuple[str, str], ...]]:
    if not isinstance(metadata, Mapping):
        return 0, ()
    status, headers = metadata.get("HTTPStatusCode"), metadata.get("HTTPHeaders")
    pairs = headers.items() if isinstance(headers, Mapping) else ()
    known = status if isinstance(status, int) and not isinstance(status, bool) else 0
    return known, tuple((str(name), str(text)) for name, text in pairs)


def _times(node: Node, value: Any) -> Iterator[Any]:
    """Go through what stands where the contract has a time."""
    if node.type == "timestamp":
        yield value
    elif isinstance(value, Mapping):
        for name, member in value.items():
            child = node.members.get(name) or node.value
            if child is not None:
                yield from _times(child, member)
    elif isinstance(value, list) and node.element is not None:
        for entry in value:
            yield from _times(node.element, entry)


def _with_numbers(node: Node, value: Any, pattern: re.Pattern[str]) -> Any:
    """Give the value with each time of this form as a number of seconds; other text is left to be judged."""
    if node.type == "timestamp" and isinstance(value, str) and pattern.fullmatch(value):
        return _seconds(value)
    if isinstance(value, Mapping):
        children = {name: node.members.get(name) or node.value for name in value}
        return {
            name: member if (child := children[name]) is None else _with_numbers(child, member, pattern)
            for name, member in value.items()
        }
    if isinstance(value, list) and node.element is not None:
        return [_with_numbers(node.element, entry, pattern) for entry in value]
    return value


def _seconds(text: str) -> int | float | str:
    try:
        seconds = round(datetime.fromisoformat(text).timestamp(), 6)
    except (ValueError, OverflowError):  # the thirtieth of February: the type of the member will tell
        return text
    return int(seconds) if seconds.is_integer() else seconds
