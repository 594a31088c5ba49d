"""Reaching into an answer by the paths that facts have: `A.B`, `A[].B`, `A{key}`, `A{value}`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_STEP = re.compile(r"\[\]|\{key\}|\{value\}|[^.\[\]{}]+")

DROP: Final = object()
"""In the place of a value: leave it out."""


def steps(path: str) -> tuple[str, ...]:
    """Give the steps of a path: names, `[]`, `{key}` and `{value}`."""
    return tuple(_STEP.findall(path))


def values(root: Any, way: tuple[str, ...]) -> Iterator[Any]:
    """Give every value that the steps lead to, as far as it is there."""
    if not way:
        yield root
        return
    step, rest = way[0], way[1:]
    if step == "[]":
        inner = root if isinstance(root, (list, tuple)) else ()
    elif step == "{key}":
        inner = tuple(root) if isinstance(root, dict) else ()
    elif step == "{value}":
        inner = tuple(root.values()) if isinstance(root, dict) else ()
    else:
        inner = (root[step],) if isinstance(root, dict) and step in root else ()
    for entry in inner:
        yield from values(entry, rest)


def changed(root: Any, way: tuple[str, ...], change: Callable[[Any], Any]) -> Any:  # noqa: PLR0911 - one return a step
    """Give the answer with every value at the steps changed; DROP leaves it out. What is untouched is shared."""
    if not way:
        return change(root)
    step, rest = way[0], way[1:]
    if step == "[]":
        if not isinstance(root, (list, tuple)):
            return root
        return [new for entry in root if (new := changed(entry, rest, change)) is not DROP]
    if not isinstance(root, dict):
        return root
    if step == "{key}":
        pairs = ((changed(name, rest, change), entry) for name, entry in root.items())
        return {name: entry for name, entry in pairs if name is not DROP}
    if step == "{value}":
        pairs = ((name, changed(entry, rest, change)) for name, entry in root.items())
        return {name: entry for name, entry in pairs if entry is not DROP}
    if step not in root:
        return root
    new = changed(root[step], rest, change)
    if new is DROP:
        return {name: entry for name, entry in root.items() if name != step}
    return root | {step: new}
