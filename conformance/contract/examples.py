"""Valid values of a member, made from its constraints: the same ones in every process, and None where none is found."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from typing import Any, Final

from conformance.contract.model import Node, Operation, has_type
from conformance.contract.names import CREATING, verb_of
from conformance.contract.patterns import breaks, matching

_STEMS = ("conformance-probe", "a-b", "a", "A1", "1", "x", "s3://bucket/key", "arn:aws:iam::123456789012:role/r")
_FILLS = "aA0-_ ./"
_LIMITS = ("min_length", "max_length", "minimum", "maximum", "pattern")
_MOMENT = 1_700_000_000
_MINUTE_S = 60
ACCOUNT = "123456789012"
_ARNS = tuple(re.compile(f"^arn:(.*?):({it}):(.*?):(.*?):", re.DOTALL) for it in ("[a-z][a-z0-9-]*", "[^:]*"))
_PLACES = (rf"us-east-1:{ACCOUNT}", f":{ACCOUNT}", rf"\3:{ACCOUNT}", r"us-east-1:\4", r"\3:\4")
"""ARNs are of one account, and of one partition and region, or of none, as far as patterns leave it open."""
_BLOB = "Y29uZm9ybWFuY2U="
_LONGEST = 100_000
"""Characters up to which texts of a certain length are made."""


def keeps(node: Node, value: Any) -> bool:
    """Return whether a value keeps every limit of a member, whoever states it."""
    return not any(
        breaks(facet, source[facet], value)
        for source in (node.documented, node.modelled)
        for facet in _LIMITS
        if facet in source
    )


def names_arn(node: Node) -> bool:
    """Return whether the name of a member says that it is an ARN, whatever its constraints leave open."""
    return node.type == "string" and node.name.lower().endswith("arn")


def example(node: Node, number: int = 0, *, optional: bool = False) -> Any:
    """Return the valid value of a member with that number; None where none is found.

    Different numbers give different values where the constraints have room for them. Structures have their required
    members, and with `optional` the others, too.
    """
    if node.example is not None and number == 0:
        return node.example
    accepted = node.accepted_values()
    if accepted:
        return accepted[number % len(accepted)]
    if node.type in _COLLECTIONS:
        return _collection(node, number, optional=optional)
    return _SCALARS[node.wire_type](node, number)


_COLLECTIONS = frozenset({"structure", "list", "map"})


def required_values(operation: Operation) -> Mapping[str, Any]:
    """Return values of what a request must have next to the names of resources; None for one that can't be made.

    One that creates something has the members of which a person, or a convention, has chosen an example as well.
    """
    named, nodes = {operation.subject, *operation.names}, operation.input.members
    creates = verb_of(operation.name) in CREATING
    needed = operation.needed
    instead = (group.members for group in operation.either if group.exactly and {*needed} & {*group.members})
    others = {name for members in instead for name in members}
    chosen = (name for name, node in nodes.items() if creates and node.example is not None and name not in others)
    return {name: example(nodes[name]) for name in dict.fromkeys((*needed, *chosen)) if name not in named}


ABSENT: Final = object()
"""In the place of a member's value: it is left out."""


class NoExampleError(LookupError):
    """A path of which no valid value is found."""


def made(node: Node) -> Any:
    """Return a valid value of a member. Raises NoExampleError where none is found."""
    value = example(node)
    if value is None:
        raise NoExampleError(node.path)
    return value


def around(node: Node, steps: Sequence[Node], part: Any) -> Any:
    """Return the plainest valid value of a member that has this part in it; `steps` are the nodes on the way to it.

    Raises NoExampleError where there is something next to it of which no valid value is found.
    """
    if not steps:
        return part
    step, held = steps[0], around(steps[0], steps[1:], part)
    plain = {} if node.effective("union") else example(node)
    if plain is None:
        raise NoExampleError(node.path)
    if node.type == "list":
        return [held, *plain[1:]]
    if node.type == "structure":
        others = {name: value for name, value in plain.items() if name != step.name}
        return others if held is ABSENT else {**others, step.name: held}
    first = next(iter(plain), None) or example(node.key or node)
    others = {key: value for key, value in plain.items() if key != first}
    if step is node.value:
        return {first: held, **others}
    return {held: plain.get(first, example(node.value or node)), **others}


_MOST_ENTRIES = 1_000


def entries(node: Node, size: int) -> Any:
    """Return a list or a map of that many valid entries; None where it can't be made, or would be very large."""
    if size > _MOST_ENTRIES or node.recursive:
        return None
    held = node.element or node.value
    items = [None if held is None else example(held, number) for number in range(size)]
    if None in items:
        return None
    if node.type == "list":
        return items
    keys = {key for number in range(size) if (key := example(node.key or node, number)) is not None}
    return dict(zip(sorted(keys), items, strict=True)) if len(keys) == size else None


def within(node: Node, value: Any) -> Iterator[tuple[Node, Any]]:
    """Go through a value and all that it holds, each with what the contract says of it.

    What is required and missing is None, as is a null in a list or a map that may not hold one.
    """
    yield node, value
    if not node.recursive and has_type(node.wire_type, value):
        for part, inner in held(node, value):
            yield from within(part, inner)


def held(node: Node, value: Any) -> Iterator[tuple[Node, Any]]:
    """Go through what a value of its type directly holds: members, entries, keys and values."""
    for name, member in node.members.items():
        if value.get(name) is not None or member.effective("required"):
            yield member, value.get(name)
    if node.element is not None:
        yield from ((node.element, item) for item in value if item is not None or not node.sparse)
    if node.key is not None and node.value is not None:
        yield from ((node.key, key) for key in value)
        yield from ((node.value, item) for item in value.values() if item is not None or not node.sparse)


def _number(node: Node, number: int) -> int:
    low, high = node.effective("minimum"), node.effective("maximum")
    least = math.ceil(low) if low is not None else min(1, int(high) if high is not None else 1)
    if high is None:
        return least + number
    return least + number % (max(int(high) - least, 0) + 1)


def _collection(node: Node, number: int, *, optional: bool) -> Any:
    if node.type == "structure":
        return _structure(node, number, optional=optional)
    held = node.element if node.type == "list" else node.value
    least = int(node.effective("min_length") or 0)
    wanted = least if least or not optional else min(1, int(node.effective("max_length") or 1))
    items = [None if held is None else example(held, number + index, optional=optional) for index in range(wanted)]
    if any(item is None for item in items):
        return None if least else type(items)() if node.type == "list" else {}
    if node.type == "list":
        return items
    keys = [None if node.key is None else example(node.key, number + index) for index in range(wanted)]
    return None if None in keys else dict(zip(keys, items, strict=True))


def _structure(node: Node, number: int, *, optional: bool) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    for name, member in node.members.items():
        required = bool(member.effective("required"))
        if not required and not optional and not node.effective("union"):
            continue
        value = None if member.recursive and not required else example(member, number, optional=optional)
        if value is not None:
            found[name] = value
            if node.effective("union"):
                break
        elif required:
            return None
    return found


def text(node: Node, number: int = 0) -> str | None:
    """Return a valid text with that number; None where none is found."""
    limits = tuple(
        (facet, source[facet]) for source in (node.documented, node.modelled) for facet in _LIMITS if facet in source
    )
    return _text(node.path, limits, number)


@lru_cache(maxsize=8192)
def _text(path: str, limits: tuple[tuple[str, Any], ...], number: int) -> str | None:
    stems = _STEMS[::-1] if path.lower().endswith("arn") else _STEMS
    numbered = (stem if number == 0 else f"{stem}{'-' if '-' in stem else ''}{number}" for stem in stems)
    made = _made(path, limits, number)
    keeping = (item for item in chain(numbered, made) if not any(breaks(facet, bound, item) for facet, bound in limits))
    return next(keeping, None)


def _made(path: str, limits: tuple[tuple[str, Any], ...], number: int) -> Iterator[str]:
    """Yield texts of the least length, and texts from the patterns."""
    least = max((int(bound) for facet, bound in limits if facet == "min_length"), default=0)
    most = min((int(bound) for facet, bound in limits if facet == "max_length"), default=_LONGEST)
    yield str(number or "a").rjust(min(least, _LONGEST), "a")[:most]
    for pattern in (bound for facet, bound in limits if facet == "pattern"):
        for made in matching(pattern, f"{path} {number}"):
            yield from (arn.sub(rf"arn:aws:\2:{place}:", made) for arn in _ARNS if arn.match(made) for place in _PLACES)
            yield made
            yield from stretched(made, least)


def stretched(valid: str, length: int) -> Iterator[str]:
    """Yield texts of a length, made by writing one character of a text again, or one that many patterns admit."""
    more = length - len(valid)
    if more <= 0 or length > _LONGEST:
        return
    for place in (len(valid), len(valid) - 1, len(valid) // 2, 1):
        if 0 < place <= len(valid):
            yield valid[:place] + valid[place - 1] * more + valid[place:]
    for fill in _FILLS:
        yield valid + fill * more


def of_length(node: Node, length: int) -> str | None:
    """Return a valid text of exactly that length; None where none is found."""
    if length == 0:
        return "" if keeps(node, "") else None
    for number in range(3):
        valid = text(node, number)
        if valid is None:
            return None
        candidates = (valid[:length], valid[-length:]) if len(valid) >= length else stretched(valid, length)
        found = next((item for item in candidates if len(item) == length and keeps(node, item)), None)
        if found is not None:
            return found
    return None


_SCALARS: Mapping[str, Callable[[Node, int], Any]] = {
    "string": text,
    "integer": _number,
    "long": _number,
    "float": _number,
    "double": _number,
    "timestamp": lambda _, number: _MOMENT + _MINUTE_S * number,
    "iso8601": lambda _, number: f"{datetime.fromtimestamp(_MOMENT + _MINUTE_S * number, UTC):%Y-%m-%dT%H:%M:%SZ}",
    "boolean": lambda _, number: number % 2 == 0,
    "blob": lambda _, __: _BLOB,
    "document": lambda _, number: {"conformance": number},
}
