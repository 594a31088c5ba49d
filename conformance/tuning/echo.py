"""Compares what was asked for at creation with what a description shows: what must return, and in which forms.

Every member that was given must return with an equal value; numbers are equal by value. What a service may do beyond
that is a row of `_RULES`, or one of these:

- A structure may have members that were not given: a service fills in what it has defaults for (O13).
- A text that is empty, and a list or object that is empty, may be left out: it says as much as its absence.

Everything else returns exactly: the order and number of items, the entries of a map, names in their case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_NUMBERS = (int, float)
_OWN = "_"
"""What the names of the service's own hyperparameters begin with (O13)."""
RANGES = frozenset({"IntegerParameterRanges", "ContinuousParameterRanges", "CategoricalParameterRanges"})
"""Lists to which autotune may add."""


def differences(asked: Any, told: Any, path: str, extended: frozenset[str] = frozenset()) -> list[str]:
    """Name each path at which `told` lacks or alters what was asked for; empty where nothing does.

    `extended` are further lists to which the service may add items of its own.
    """
    member = path.rpartition(".")[2]
    rule = _items_by_name if member in extended else _RULES.get(member)
    if rule is not None and (found := rule(asked, told, path)) is not None:
        return found
    if not asked and isinstance(asked, (Mapping, list, tuple)) and told is None:
        return []
    if isinstance(asked, Mapping) and isinstance(told, Mapping):
        return [
            difference
            for name, value in asked.items()
            if value is not None and not (value == "" and told.get(name) is None)
            for difference in differences(value, told.get(name), f"{path}.{name}", extended)
        ]
    if isinstance(asked, (list, tuple)) and isinstance(told, list) and len(told) == len(asked):
        pairs = enumerate(zip(asked, told, strict=True))
        return [one for i, (left, right) in pairs for one in differences(left, right, f"{path}[{i}]", extended)]
    return [] if _equal(asked, told) else [_altered(asked, told, path)]


def _items_by_name(asked: Any, told: Any, path: str) -> list[str] | None:
    """Look for each item that was given by its name: a service may add others, but none of the same name."""
    if not isinstance(told, list) or not isinstance(asked, (list, tuple)):
        return None
    shown = [item for item in told if isinstance(item, Mapping)]
    found: list[str] = []
    for item in asked:
        name = item.get("Name") if isinstance(item, Mapping) else None
        if not isinstance(name, str):
            return None
        namesakes = [other for other in shown if other.get("Name") == name]
        if len(namesakes) == 1:
            found += differences(item, namesakes[0], f"{path}[{name}]")
        else:
            found.append(f"{path} has {len(namesakes)} items named {name!r}, given was one")
    return found


def _entries(asked: Any, told: Any, path: str, own: str = "") -> list[str] | None:
    """Compare a map: its entries are the caller's, but for those whose names show that they are the service's own."""
    if not isinstance(asked, Mapping) or not isinstance(told or {}, Mapping):
        return None
    shown: Mapping[str, Any] = told or {}
    strangers = [name for name in shown if name not in asked and not (own and name.startswith(own))]
    altered = [name for name, value in asked.items() if not _equal(value, shown.get(name))]
    return [
        *(_altered(asked[name], shown.get(name), f"{path}.{name}") for name in altered),
        *(f"{path}.{name} is {shown[name]!r}, given was none" for name in strangers),
    ]


def _hyperparameters(asked: Any, told: Any, path: str) -> list[str] | None:
    return _entries(asked, told, path, _OWN)


def _name_or_arn(asked: Any, told: Any, path: str) -> list[str] | None:  # noqa: ARG001 - a rule
    """Accept the ARN of what was given by its name: `arn:…/NAME`, or `arn:…:NAME` for a name with a path (O14)."""
    texts = isinstance(asked, str) and isinstance(told, str) and asked and told.startswith("arn:")
    return [] if texts and told.endswith((f"/{asked}", f":{asked}")) else None


_RULES: Mapping[str, Callable[[Any, Any, str], list[str] | None]] = {
    "MetricDefinitions": _items_by_name,  # the service adds ObjectiveMetric, and the algorithm's own (O13)
    "StaticHyperParameters": _hyperparameters,
    "Environment": _entries,
    "AlgorithmName": _name_or_arn,
    "KmsKeyId": _name_or_arn,
    "VolumeKmsKeyId": _name_or_arn,
}
"""What a member may return as, by its name; a rule gives None where it has nothing to say of the values."""


def _equal(asked: Any, told: Any) -> bool:
    if isinstance(asked, bool) or isinstance(told, bool):
        return asked is told
    if isinstance(asked, _NUMBERS) and isinstance(told, _NUMBERS):
        return asked == told
    return type(asked) is type(told) and bool(asked == told)


def _altered(asked: Any, told: Any, path: str) -> str:
    given = list(asked) if isinstance(asked, tuple) else asked
    return f"{path} is missing, given was {given!r}" if told is None else f"{path} is {told!r}, given was {given!r}"
