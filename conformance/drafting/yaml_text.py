"""YAML as people write it: a mapping on one line where it fits, else in a block, and comments where they belong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

WIDTH = 120

Mapping = dict[str, Any]

_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def flow(value: Any) -> str:
    """Return a value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value, in_flow=True)


def scalar(value: Any, *, in_flow: bool = False) -> str:
    """Return a scalar, quoted where YAML would read something else."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int):
        return str(value)
    text = yaml.dump([value], Dumper=_Dumper, default_flow_style=in_flow, width=10**9, allow_unicode=True)
    return text.strip()[1:-1] if in_flow else text.strip()[2:]


def block(mapping: Mapping, indent: int = 0, comments: Mapping | None = None) -> Iterator[str]:
    """Yield the lines of a mapping; `comments` has texts for keys, and mappings of them for keys that hold mappings."""
    pad = " " * indent
    for key, value in mapping.items():
        comment = (comments or {}).get(key)
        note = f"  # {comment}" if isinstance(comment, str) else ""
        line = f"{pad}{scalar(key)}: {flow(value)}"
        inner = comment if isinstance(comment, dict) else None
        if (
            len(line) <= WIDTH
            and inner is None
            and not (indent == 0 and isinstance(value, dict) and "members" in value)
        ):
            if len(line + note) > WIDTH:
                yield f"{pad}#{note[3:]}"
                note = ""
            yield line + note
        elif isinstance(value, dict):
            yield f"{pad}{scalar(key)}:{note}"
            short = f"{pad}  {flow(value)}"
            if len(short) <= WIDTH and inner is None and "members" not in value:
                yield short
            else:
                yield from block(value, indent + 2, inner)
        elif isinstance(value, list | tuple):
            yield f"{pad}{scalar(key)}:{note}"
            yield from _wrapped(value, indent + 2)
        else:
            yield f"{pad}{scalar(key)}: {scalar(value)}{note}"


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
