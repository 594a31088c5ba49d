"""JSON as the AWS JSON 1.1 protocol has it: strict parsing and canonical writing."""

from __future__ import annotations

import json
from typing import Any, NoReturn


class NotJsonError(ValueError):
    """A body that is not one well-formed JSON text in UTF-8; the message says why."""


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

    Raises NotJsonError. Numbers keep their kind: `1` is an int, `1.0` and `1E0` are floats.
    """
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
