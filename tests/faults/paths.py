"""Reaching into an answer by the paths that facts have: `A.B`, `A[].B`, `A{key}`, `A{value}`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Place = tuple[Any, Any]
"""A container, and the index or key of a value in it."""


def places(root: Any, path: str) -> Iterator[Place]:
    """Yield every place in an answer that a path leads to, as far as it is there."""
    steps = path.replace("[]", ".[]").replace("{value}", ".{value}").split(".")
    found: list[Any] = [root]
    for step in steps[:-1]:
        found = [value for container in found for _, value in _within(container, step)]
    for container in found:
        for key, _ in _within(container, steps[-1]):
            yield container, key


def _within(container: Any, step: str) -> list[tuple[Any, Any]]:
    if step == "[]":
        return list(enumerate(container)) if isinstance(container, list) else []
    if not isinstance(container, dict):
        return []
    if step == "{value}":
        return list(container.items())
    return [(step, container[step])] if step in container else []


def change(root: Any, path: str, to: Callable[[Any], Any]) -> None:
    """Put something else at every place of a path."""
    for container, key in list(places(root, path)):
        container[key] = to(container[key])


def leave_out(root: Any, path: str) -> None:
    """Take out every member at a path."""
    for container, key in list(places(root, path)):
        del container[key]
