"""YAML as people write it: a mapping on one line where it fits, else in a block, and comments where they belong."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import yaml

WIDTH = 120

Mapping = dict[str, Any]

_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def flow(value: Any) -> str:
    """Return a value on one line."""
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{scalar(key, in_flow=True)}: {_flow_of(key, item)}" for key, item in value.items()) + "}"
        )
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value, in_flow=True)


def _flow_of(key: str, value: Any) -> str:
    """Return the value of a key on one line; a pattern always has quotes, as people write it."""
    if key == "pattern" and isinstance(value, str) and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return flow(value)


def scalar(value: Any, *, in_flow: bool = False) -> str:
    """Return a scalar, quoted where YAML would read something else."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _quoted(value, in_flow=in_flow)
    return _dumped(value, in_flow=in_flow)


_RESERVED = frozenset(["y", "yes", "n", "no", "true", "false", "on", "off", "null"])


@lru_cache(maxsize=65536)
def _quoted(value: str, *, in_flow: bool) -> str:
    plain = value.isascii() and value[:1].isalpha() and value.replace("_", "").isalnum()
    return value if plain and value.lower() not in _RESERVED else _dumped(value, in_flow=in_flow)


def _dumped(value: Any, *, in_flow: bool) -> str:
    text = yaml.dump([value], Dumper=_Dumper, default_flow_style=in_flow, width=10**9, allow_unicode=True)
    return text.strip()[1:-1] if in_flow else text.strip()[2:]


def block(mapping: Mapping, indent: int = 0, comments: Mapping | None = None) -> Iterator[str]:
    """Yield the lines of a mapping; `comments` has texts for keys.

    For keys that hold mappings it has mappings of texts; the text of such a key itself is below an empty key.
    """
    pad = " " * indent
    for key, value in mapping.items():
        comment = (comments or {}).get(key)
        own = comment.get("") if isinstance(comment, dict) else comment
        note = f"  # {own}" if own else ""
        inner = comment if isinstance(comment, dict) else None
        is_block = bool(value) and (inner is not None or _spread(key, value))
        line = "" if is_block else f"{pad}{scalar(key)}: {_beside(key, value)}"
        if value == {} or (len(line) <= WIDTH and not is_block):
            if len(line + note) > WIDTH:
                yield f"{pad}#{note[3:]}"
                note = ""
            yield line + note
        elif isinstance(value, dict):
            yield f"{pad}{scalar(key)}:{note}"
            short = f"{pad}  {flow(value)}"
            if len(short) <= WIDTH and inner is None and not _spread(key, value):
                yield short
            else:
                yield from block(value, indent + 2, inner)
        elif isinstance(value, list | tuple):
            yield f"{pad}{scalar(key)}:{note}"
            yield from _wrapped(value, indent + 2)
        else:
            yield line + note


def _beside(key: str, value: Any) -> str:
    """Return the value of a key of a block, on the line of its key."""
    return _flow_of(key, value) if key == "pattern" or isinstance(value, dict | list | tuple) else scalar(value)


def _spread(key: str, value: Any) -> bool:
    """Whether a value is in a block even if it fits on a line: a structure, and what has several mappings."""
    if not isinstance(value, dict):
        return False
    if isinstance(value.get("type"), str):
        return bool(value.get("members"))
    several = len(value) > 1 and all(isinstance(item, dict) for item in value.values())
    return several or (key == "members" and bool(value))


def _wrapped(values: list[Any] | tuple[Any, ...], indent: int) -> Iterator[str]:
    """Yield a list on as few lines as hold it."""
    pad = " " * indent
    if not any(isinstance(value, dict) for value in values):
        line = f"{pad}["
        for value in values:
            text = flow(value) + ", "
            if len(line + text) > WIDTH:
                yield line.rstrip()
                line = f"{pad} "
            line += text
        yield line.rstrip(", ") + "]"
        return
    for value in values:
        yield f"{pad}- {flow(value)}"
