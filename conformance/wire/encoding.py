"""JSON as the AWS JSON 1.1 protocol has it: strict parsing and canonical writing."""

from __future__ import annotations

import json
from typing import Any, NoReturn


class NotJsonError(ValueError):
    """A body that is not one well-formed JSON text in UTF-8; the message says why."""


_MOST_VALUES = 500_000
"""Marks of structure in one body: some forty times what the largest real answer has, and at most some 40 MB parsed."""

_MARK_BYTES = 80
"""What a parsed body takes in memory for each mark, beside twice its length: an upper estimate."""


def _marks(body: bytes) -> int:
    """Count what separates values: each value costs memory far beyond its length."""
    return sum(body.count(mark) for mark in (b",", b":", b"{", b"["))


def weight(body: bytes) -> int:
    """Estimate how many bytes of memory a body takes that is kept as it came and parsed."""
    return 2 * len(body) + _MARK_BYTES * _marks(body)


def _refuse_constant(name: str) -> NoReturn:
    raise NotJsonError(f"the literal {name} is not JSON")


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise NotJsonError(f"the member {twice!r} stands twice in one object")
    return result


def parse(body: bytes) -> Any:
    """Parse a body strictly: UTF-8, no NaN or Infinity literals, no duplicate members, no nesting beyond the parser.

    Half a million values are more than any answer of the service has: a body of so many is not read either.

    Raises NotJsonError. Numbers keep their kind: `1` is an int, `1.0` and `1E0` are floats.
    """
    if len(body) > _MOST_VALUES and _marks(body) > _MOST_VALUES:
        raise NotJsonError(f"the body has more than {_MOST_VALUES:,} values")
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_refuse_duplicates)
    except NotJsonError:
        raise
    except UnicodeDecodeError as error:
        raise NotJsonError(f"the body is not UTF-8 (byte {error.start})") from error
    except RecursionError as error:
        raise NotJsonError("the body nests deeper than can be read") from error
    except ValueError as error:
        raise NotJsonError(f"the body is not JSON: {error}") from error


def dump(value: Any) -> bytes:
    """Write a value as compact UTF-8 JSON, members in the order given."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
