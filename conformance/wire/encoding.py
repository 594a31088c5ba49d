"""JSON as the AWS JSON 1.1 protocol has it: strict parsing and canonical writing."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import isfinite
from typing import Any, NoReturn


class NotJsonError(ValueError):
    """A body that is not one well-formed JSON text in UTF-8; the message says why."""


_MOST_VALUES = 500_000
"""Marks of structure in one body: forty times what the largest real answer has, and at most 40 MB once parsed."""

_MOST_DIGITS = 300
"""Digits of a whole number that a float can still hold: laws compare and subtract numbers of both kinds."""

_SHOWN = 20
"""Characters of a body that are shown before the place where it breaks."""

_MARK_BYTES = 40
"""What a parsed body takes in memory for each mark, besides twice its length: a little more than real answers take."""


def _marks(body: bytes) -> int:
    """Count what separates values: each value costs memory far beyond its length."""
    return sum(body.count(mark) for mark in (b",", b":", b"{", b"["))


def weight(body: bytes) -> int:
    """Estimate how many bytes of memory a body takes that is kept as it came and, where it can be read, parsed."""
    marks = _marks(body)
    return 2 * len(body) + _MARK_BYTES * marks if marks <= _MOST_VALUES else len(body)


def _reject_constant(name: str) -> NoReturn:
    raise NotJsonError(f"the literal {name} is not JSON")


def _float(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise NotJsonError(
            f"the body is not JSON that can be read: the number {text:.40} is larger than any that can be read"
        )
    return value


def _int(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise NotJsonError(
            f"the body is not JSON that can be read: the number {text:.40}... is larger than any that can be read"
        )
    return int(text)


def _reject_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise NotJsonError(f"the member {twice!r:.60} is there twice in one object")
    return result


_DECODER = json.JSONDecoder(
    parse_constant=_reject_constant, parse_float=_float, parse_int=_int, object_pairs_hook=_reject_duplicates
)


def parse(body: bytes) -> Any:
    """Parse a body strictly: UTF-8, no NaN or Infinity literals, no duplicate members, no nesting beyond the parser.

    Neither are numbers read that no float can hold, nor a body of more than half a million values: no answer of the
    service has so many.

    Raises NotJsonError. Numbers keep their kind: `1` is an int, `1.0` and `1E0` are floats.
    """
    return _parsed(body, _DECODER.decode)


def parse_first(body: bytes) -> Any:
    """Parse the JSON text that a body begins with, as strictly, and whatever follows it. Raises NotJsonError."""
    return _parsed(body, lambda text: _DECODER.raw_decode(text.lstrip())[0])


def _parsed(body: bytes, decode: Callable[[str], Any]) -> Any:
    if len(body) > _MOST_VALUES and _marks(body) > _MOST_VALUES:
        raise NotJsonError(f"the body has more than {_MOST_VALUES:,} values")
    try:
        return decode(body.decode("utf-8"))
    except NotJsonError:
        raise
    except UnicodeDecodeError as error:
        raise NotJsonError(f"the body is not UTF-8 ({_byte_in_question(body, error)})") from error
    except RecursionError as error:
        raise NotJsonError("the body nests deeper than can be read") from error
    except json.JSONDecodeError as error:
        raise NotJsonError(f"the body is not JSON: {_end_of(body, error) or error}") from error
    except ValueError as error:
        raise NotJsonError(f"the body is not JSON: {error}") from error


def _byte_in_question(body: bytes, error: UnicodeDecodeError) -> str:
    if error.reason == "unexpected end of data":
        return f"it ends after {len(body):,} bytes, inside a character"
    before = body[: error.start][-_SHOWN:].decode(errors="replace")
    return f"byte {error.start}: 0x{body[error.start]:02x} behind {before!r}"


def _end_of(body: bytes, error: json.JSONDecodeError) -> str:
    """Say where a body ends that ends too early; empty where something else is wrong with it."""
    in_a_string = error.msg.startswith("Unterminated string")
    if not body.strip() or not (in_a_string or error.pos >= len(error.doc.rstrip())):
        return ""
    where = ", inside a string" if in_a_string else ""
    return f"it ends after {len(body):,} bytes{where}, behind {error.doc[-_SHOWN:]!r}"


def dump(value: Any) -> bytes:
    """Write a value as compact UTF-8 JSON, members in the order given."""
    try:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    except UnicodeEncodeError:  # a lone surrogate, in a token of the target's say: it goes back as it came, escaped
        return json.dumps(value, separators=(",", ":")).encode()
