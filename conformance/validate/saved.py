"""Reading of what was saved: a file or standard input, bounded, strictly as JSON or YAML, errors with their place."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.report.fields import json_type
from conformance.validate.errors import SavedError
from conformance.validate.forms import Layout
from conformance.validate.saved_yaml import NO_NUMBER, is_yaml, parse_yaml
from conformance.wire.encoding import NotJsonError, parse
from conformance.wire.limits import Limits

STDIN = "-"
"""The name that stands for standard input."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\],:]|-?(?:NaN|Infinity)', re.DOTALL)
"""A text without its end is a token, too: otherwise the search would begin again at each quote inside it."""
_DEEPEST = 200
"""Levels of nesting beyond which nothing is an answer of a service: the deepest has nine."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_INDENTED = re.compile(rb'\{\r?\n    "')
_PYTHON = re.compile(rb"\s*\{\s*(?:'|\w+:)")


def shown(file: str) -> str:
    """Name a file to people."""
    return "standard input" if file == STDIN else file


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
    raw, where = _bytes(file).removeprefix(_BYTE_ORDER_MARK), shown(file)
    if not raw.strip():
        raise SavedError("there is nothing in it", where=where, remedy="save the body of an answer there")
    in_yaml = is_yaml(raw)
    value = parse_yaml(raw, where, deepest=_DEEPEST) if in_yaml else _parse_json(raw, where)
    if isinstance(value, dict):
        layout = Layout.YAML if in_yaml else Layout.INDENTED if _INDENTED.match(raw) else Layout.OTHER
        return Content(where, value, layout)
    raise SavedError(
        f"{what} is {'a mapping' if in_yaml else 'a JSON object'}, and this is {json_type(value)}",
        where=f"{where}:1:1",
        remedy="save one whole body" + (", not the items of a list" if isinstance(value, list) else ""),
    )


def _parse_json(raw: bytes, where: str) -> Any:
    try:
        value = parse(raw)
    except NotJsonError as error:
        raise _explained(error, raw, where) from error
    _not_too_deep(raw, where)
    return value


def _bytes(file: str) -> bytes:
    most = Limits.max_body_bytes
    try:
        if file == STDIN:
            raw = sys.stdin.buffer.read(most + 1)
        else:
            with Path(file).open("rb") as opened:
                raw = opened.read(most + 1)
    except OSError as error:
        raise SavedError(
            f"it can't be read: {error.strerror or error}", where=shown(file), remedy="name a file, or - for stdin"
        ) from error
    if len(raw) > most:
        raise SavedError(
            f"it is larger than {most:,} bytes, which a run would not read either",
            where=shown(file),
            remedy="save the body of one answer there",
        )
    return raw


def _explained(error: NotJsonError, raw: bytes, where: str) -> SavedError:
    """Find the place of what is wrong, and say what may be done about it."""
    text = raw.decode("utf-8", "replace")
    place, remedy = None, "save the JSON of one answer as it came, or what the AWS CLI prints as JSON or YAML"
    cause = error.__cause__
    if isinstance(cause, UnicodeDecodeError):
        place = raw[: cause.start].count(b"\n") + 1, cause.start - raw.rfind(b"\n", 0, cause.start)
    elif isinstance(cause, json.JSONDecodeError):
        place = cause.lineno, cause.colno
    else:
        found = _offence(text)
        place = None if found is None else _line_and_column(text, found)
    if "literal" in str(error):
        remedy = NO_NUMBER
    elif _PYTHON.match(raw):
        remedy = "this looks like a printed Python dict: print json.dumps(answer, default=str) instead"
    at = f"{where}:{place[0]}:{place[1]}" if place else where
    problem = str(error).removeprefix("the body is not JSON: ")
    said = "it is not JSON" if problem == str(error) else f"it is not JSON: {problem}"
    return SavedError(said if problem != str(error) else str(error).replace("the body", "it"), where=at, remedy=remedy)


def _offence(text: str) -> int | None:
    """Give the place of a literal that is none, of a member that stands twice, or of too deep nesting."""
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


def _not_too_deep(raw: bytes, where: str) -> None:
    depth = 0
    for token in _TOKEN.finditer(raw.decode("utf-8")):
        depth += (token[0] in {"{", "["}) - (token[0] in {"}", "]"})
        if depth > _DEEPEST:
            line, column = _line_and_column(raw.decode("utf-8"), token.start())
            raise SavedError(
                f"it nests deeper than {_DEEPEST} levels",
                where=f"{where}:{line}:{column}",
                remedy="save the body of one answer there",
            )


def _line_and_column(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
