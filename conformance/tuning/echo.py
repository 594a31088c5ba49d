"""What was asked for at creation, laid beside what comes back: every member given must be there, with an equal value.

Members beyond those are no difference: a service adds what it has defaults for. Numbers are equal by value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_NUMBERS = (int, float)


def differences(asked: Any, told: Any, path: str) -> list[str]:
    """Name each path at which `told` lacks or alters what was asked for; empty where nothing does."""
    if isinstance(asked, Mapping):
        if not isinstance(told, Mapping):
            return [] if not asked and told is None else [_altered(asked, told, path)]
        return [
            difference
            for name, value in asked.items()
            if value is not None
            for difference in differences(value, told.get(name), f"{path}.{name}")
        ]
    if isinstance(asked, (list, tuple)):
        if not asked and told is None:
            return []
        if not isinstance(told, list) or len(told) != len(asked):
            return [_altered(list(asked), told, path)]
        pairs = enumerate(zip(asked, told, strict=True))
        return [one for index, (left, right) in pairs for one in differences(left, right, f"{path}[{index}]")]
    return [] if _equal(asked, told) else [_altered(asked, told, path)]


def _equal(asked: Any, told: Any) -> bool:
    if isinstance(asked, bool) or isinstance(told, bool):
        return asked is told
    if isinstance(asked, _NUMBERS) and isinstance(told, _NUMBERS):
        return asked == told
    return type(asked) is type(told) and bool(asked == told)


def _altered(asked: Any, told: Any, path: str) -> str:
    return f"{path} is missing, given was {asked!r}" if told is None else f"{path} is {told!r}, given was {asked!r}"
