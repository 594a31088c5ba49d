"""Where a request asks for something: paths in an input, through lists, and to entries by one of their words.

`Status` is a member, `Filter.Status` one in a structure, `Statuses[]` an entry of a list, and
`Filters[Key=name].Values[]` an entry of the list in that entry whose `Key` is `name`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

_STEP = re.compile(r"([^.\[\]{}]+)(\[(?:([^=\]]+)=([^\]]+))?\])?(?:\.|\Z)")


class Step(NamedTuple):
    """A member on the way; of a list, any entry, or the one whose member `key` is `word`."""

    name: str
    listed: bool
    key: str
    word: str


@lru_cache(maxsize=1024)
def steps_of(path: str) -> tuple[Step, ...]:
    """Return the steps of a path; none for a text that is no path."""
    found, position = [], 0
    while position < len(path):
        step = _STEP.match(path, position)
        if step is None:
            return ()
        found.append(Step(step[1], bool(step[2]), step[3] or "", step[4] or ""))
        position = step.end()
    return tuple(found)


def bare(path: str) -> str:
    """Return a path without the words of entries, as the paths of facts are."""
    return ".".join(step.name + ("[]" if step.listed else "") for step in steps_of(path))


def top(path: str) -> str:
    """Return the member of the input that a path begins with."""
    return steps_of(path)[0].name


def asking(path: str, value: Any) -> dict[str, Any]:
    """Return the member of a request that asks for a value at a path."""
    for step in reversed(steps_of(path)):
        entry = {step.key: step.word, **value} if step.key else value
        value = {step.name: [entry] if step.listed else entry}
    return dict(value)


def together(members: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of two requests in one: structures are merged, and lists put together."""
    found = dict(members)
    for name, value in more.items():
        other = found.get(name)
        if isinstance(other, dict) and isinstance(value, dict):
            found[name] = together(other, value)
        elif isinstance(other, list) and isinstance(value, list):
            found[name] = [*other, *value]
        else:
            found[name] = value
    return found


def values_at(members: Any, path: str) -> list[Any]:
    """Return the values that a request asks for at a path; none where it asks for nothing there."""
    return _below([members], steps_of(path))


def _below(values: Sequence[Any], steps: Sequence[Step]) -> list[Any]:
    for step in steps:
        found = [value[step.name] for value in values if isinstance(value, dict) and value.get(step.name) is not None]
        if step.listed:
            found = [entry for value in found if isinstance(value, list) for entry in value]
        values = [
            entry for entry in found if not step.key or (isinstance(entry, dict) and entry.get(step.key) == step.word)
        ]
    return list(values)
