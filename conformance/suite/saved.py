"""Reading of what was saved: a file or standard input, bounded, strictly as JSON or YAML, errors with their place.

On the wire a time is a number of seconds. The AWS CLI prints ISO 8601 text instead, in JSON or in YAML, and
`json.dumps(answer, default=str)` of what boto3 returns prints Python's, next to what the client knows of the exchange;
so does `default=datetime.isoformat`, whose times are ISO 8601 as well.

The reader is that of the contract: words stay words (`Off` is no boolean, a date no time), a member comes once, and
there are no anchors, so that a small file can't unfold into a large one.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from conformance.contract.model import Node, Operation
from conformance.errors import UserError
from conformance.forms import json_type
from conformance.inputs import NO_NUMBER, read_yaml
from conformance.wire.encoding import NotJsonError, parse
from conformance.wire.limits import Limits


class SavedError(UserError):
    """A saved answer or request that can't be read; `where` names the file, and the line where there is one."""


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
    """How the text of a file is laid out, which may show who printed it."""

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

    `why` says how the form was known. `status` is 0 and `headers` are empty where they were not saved. `rebuilt`
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
    """Return a saved answer as it would be on the wire; its form is found out where none is given."""
    received, why = (form, "as --form says") if form is not None else _form_of(operation, value, layout)
    metadata = value.get(_METADATA) if received is Form.BOTO3 else None
    status, headers = _from_metadata(metadata)
    error = value.get("Error")
    if received is Form.BOTO3 and isinstance(error, Mapping) and "Error" not in operation.output.members:
        body = {"__type": error.get("Code"), "message": error.get("Message")}
        given = {name: text for name, text in body.items() if text is not None}
        return Answer(received, why, given, is_error=True, status=status, headers=headers, rebuilt=True)
    body = {name: member for name, member in value.items() if not (received is Form.BOTO3 and name == _METADATA)}
    if _is_error(operation, body):
        return Answer(received, why, body, is_error=True, status=status, headers=headers)
    pattern = _TIMES.get(received)
    wire = body if pattern is None else _with_numbers(operation.output, body, pattern)
    return Answer(received, why, wire, is_error=False, status=status, headers=headers)


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
    silent = (Form.WIRE, "nothing in it shows another form")
    return (Form.CLI, _PRINTED[layout]) if layout is Layout.YAML else silent


def _is_error(operation: Operation, value: Mapping[str, Any]) -> bool:
    if "__type" in value:
        return True
    return not operation.output.members.keys() & value.keys() and any(name in value for name in _MESSAGES)


def _from_metadata(metadata: Any) -> tuple[int, tuple[tuple[str, str], ...]]:
    if not isinstance(metadata, Mapping):
        return 0, ()
    status, headers = metadata.get("HTTPStatusCode"), metadata.get("HTTPHeaders")
    pairs = headers.items() if isinstance(headers, Mapping) else ()
    known = status if isinstance(status, int) and not isinstance(status, bool) else 0
    return known, tuple((str(name), str(text)) for name, text in pairs)


def _times(node: Node, value: Any) -> Iterator[Any]:
    """Yield the values where the contract has a time."""
    if node.wire_type == "timestamp":
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
    """Return the value with each time of this form as a number of seconds; other text is left to be judged."""
    if node.wire_type == "timestamp" and isinstance(value, str) and pattern.fullmatch(value):
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
    except (ValueError, OverflowError):  # the thirtieth of February: the check of the member's type reports it
        return text
    return int(seconds) if seconds.is_integer() else seconds


_MOST_VALUES = 500_000
"""Names and values in one file: as many as are read of JSON."""
_DEEPEST = 200
"""Levels of nesting beyond which nothing is an answer of a service: the deepest has nine."""
_ONE_BODY = "save the body of one answer there"
_LINE = re.compile(rb"[^\r\n]+")
_BLANK = re.compile(rb"\s*(?:#.*)?")
_FIRST = re.compile(rb"---(?:\s.*)?|(?:[A-Za-z_]\w*:|-)(?:\s.*)?")
"""The first line of a document in block style; what begins with a bracket or in quotes is read as JSON."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\],:]|-?(?:NaN|Infinity)', re.DOTALL)
"""A text without its end is a token, too: otherwise the search would begin again at each quote inside it."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_INDENTED = re.compile(rb'\{\r?\n    "')
_PYTHON = re.compile(rb"\s*\{\s*(?:'|\w+:)")

STDIN = "-"
"""The name of standard input."""


@dataclass(frozen=True)
class Content:
    """The members that a file holds; `file` is its name to people, `layout` how its text is laid out."""

    file: str
    members: Mapping[str, Any]
    layout: Layout = Layout.OTHER


def read(file: str, what: str) -> Content:
    """Read `what` (an answer, a request) from a file, `-` for standard input.

    Raises SavedError, with line and column where it can.
    """
    where = "standard input" if file == STDIN else file
    raw = _bytes(file, where).removeprefix(_BYTE_ORDER_MARK)
    if not raw.strip():
        raise SavedError("there is nothing in it", where=where, hint="save the body of an answer there")
    in_yaml = _is_yaml(raw)
    value = read_yaml(raw, where, SavedError, most_values=_MOST_VALUES) if in_yaml else _parse_json(raw, where)
    if isinstance(value, dict):
        layout = Layout.YAML if in_yaml else Layout.INDENTED if _INDENTED.match(raw) else Layout.OTHER
        return Content(where, value, layout)
    raise SavedError(
        f"{what} is {'a mapping' if in_yaml else 'a JSON object'}, and this is {json_type(value)}",
        where=f"{where}:1:1",
        hint="save one whole body" + (", not the items of a list" if isinstance(value, list) else ""),
    )


def _bytes(file: str, where: str) -> bytes:
    most = Limits.max_body_bytes
    try:
        with nullcontext(sys.stdin.buffer) if file == STDIN else Path(file).open("rb") as opened:
            raw = opened.read(most + 1)
    except OSError as error:
        problem = f"it can't be read: {error.strerror or error}"
        raise SavedError(problem, where=where, hint="name a file, or - for stdin") from error
    if len(raw) > most:
        problem = f"it is larger than {most:,} bytes, which a run would not read either"
        raise SavedError(problem, where=where, hint=_ONE_BODY)
    return raw


def _is_yaml(raw: bytes) -> bool:
    """Return whether a text is YAML, by the first line that is neither blank nor a comment."""
    lines = (line[0] for line in _LINE.finditer(raw))
    return _FIRST.fullmatch(next((line for line in lines if not _BLANK.fullmatch(line)), b"")) is not None


def _parse_json(raw: bytes, where: str) -> Any:
    try:
        value = parse(raw)
    except NotJsonError as error:
        raise _explained(error, raw, where) from error
    text = raw.decode()
    place = _offence(text)
    if place is not None:  # all else that is wrong was rejected by the parser
        problem = f"it nests deeper than {_DEEPEST} levels"
        raise SavedError(problem, where=_at(where, text, place), hint=_ONE_BODY)
    return value


def _explained(error: NotJsonError, raw: bytes, where: str) -> SavedError:
    """Find the place of what is wrong, and say what may be done about it."""
    hint = "save the JSON of one answer as it came, or what the AWS CLI prints as JSON or YAML"
    cause, text = error.__cause__, raw.decode("utf-8", "replace")
    if isinstance(cause, UnicodeDecodeError):
        at = _at(where, raw.decode("latin-1"), cause.start)
    else:
        at = _at(where, text, cause.pos if isinstance(cause, json.JSONDecodeError) else _offence(text))
    if "literal" in str(error):
        hint = NO_NUMBER
    elif _PYTHON.match(raw):
        hint = "this looks like a printed Python dict: print json.dumps(answer, default=str) instead"
    return SavedError(re.sub(r"^the body", "it", str(error)), where=at, hint=hint)


def _offence(text: str) -> int | None:
    """Return the place of a literal that is none, of a member that comes twice, or of too deep nesting."""
    open_objects: list[set[str] | None] = []
    before, start = "", 0
    for token in _TOKEN.finditer(text):
        word = token[0]
        if word in {"{", "["}:
            open_objects.append(set() if word == "{" else None)
            if len(open_objects) > _DEEPEST:
                return token.start()
        elif word in {"}", "]"}:
            if open_objects:
                open_objects.pop()
        elif word == ":":
            names = open_objects[-1] if open_objects else None
            if names is not None:
                if before in names:
                    return start
                names.add(before)
        elif word.lstrip("-") in {"NaN", "Infinity"}:
            return token.start()
        before, start = word, token.start()
    return None


def _at(where: str, text: str, offset: int | None) -> str:
    """Return a file with the line and the column of a place in its text, where that is known."""
    if offset is None:
        return where
    line, column = text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
    return f"{where}:{line}:{column}"
