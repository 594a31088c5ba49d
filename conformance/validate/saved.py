"""Reading of what was saved: a file or standard input, bounded, strictly as JSON, errors with line and column."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.errors import UserError
from conformance.wire.encoding import NotJsonError, parse
from conformance.wire.limits import Limits

STDIN = "-"
"""The name that stands for standard input."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|-?(?:NaN|Infinity)')
_DEEPEST = 200
"""Levels of nesting beyond which nothing is an answer of a service: the deepest has nine."""

_LAID_OUT = re.compile(rb'\{\r?\n    "')
_PYTHON = re.compile(rb"\s*\{\s*(?:'|\w+:)")


class SavedError(UserError):
    """A saved answer or request that can't be read."""


def shown(file: str) -> str:
    """Name a file to people."""
    return "standard input" if file == STDIN else file


@dataclass(frozen=True)
class Content:
    """What a file holds; `laid_out` says that it is laid out as the AWS CLI does, a member a line, four blanks in."""

    value: Any
    laid_out: bool


def read(file: str) -> Content:
    """Read a JSON value from a file, `-` for standard input. Raises SavedError, with line and column where it can."""
    raw = _bytes(file)
    if not raw.strip():
        raise SavedError("there is nothing in it", where=shown(file), remedy="save the body of an answer there")
    try:
        value = parse(raw.removeprefix(b"\xef\xbb\xbf"))
    except NotJsonError as error:
        raise _explained(error, raw.removeprefix(b"\xef\xbb\xbf"), shown(file)) from error
    _not_too_deep(raw, shown(file))
    return Content(value, _LAID_OUT.match(raw) is not None)


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
    place, remedy = None, "save the JSON of one answer, as it came or as the AWS CLI prints it"
    cause = error.__cause__
    if isinstance(cause, UnicodeDecodeError):
        place = raw[: cause.start].count(b"\n") + 1, cause.start - raw.rfind(b"\n", 0, cause.start)
    elif isinstance(cause, json.JSONDecodeError):
        place = cause.lineno, cause.colno
    else:
        found = _offence(text)
        place = None if found is None else _line_and_column(text, found)
    if "literal" in str(error):
        remedy = 'the wire has the strings "NaN", "Infinity" and "-Infinity" in its place: write it so'
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
