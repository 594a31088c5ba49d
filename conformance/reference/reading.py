"""From a body to the members of an input: JSON types are judged here, before any constraint is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from conformance.reference.refusals import serialization
from conformance.wire.encoding import NotJsonError, parse

if TYPE_CHECKING:
    from conformance.contract import Node


def read_object(body: bytes) -> dict[str, Any]:
    """Parse a body that has to be a JSON object; raises a SerializationException where it is none."""
    try:
        content = parse(body)
    except NotJsonError as error:
        raise serialization(str(error)) from error
    if not isinstance(content, dict):
        raise serialization(f"the body is {_kind(content)}, not an object")
    return content


def read_members(node: Node, value: Any, path: str = "") -> Any:
    """Take the known members of a value, each of the JSON type that its node asks for.

    Members that the node does not know are dropped, and so are members that are null: both are as good as absent. Nulls
    in lists and maps stay, for the constraints to refuse. Raises a SerializationException at the first wrong type.
    """
    if value is None:
        return None
    return _READERS[node.type](node, value, path)


def _structure(node: Node, value: Any, path: str) -> dict[str, Any]:
    members = _expect(value, dict, path)
    read: dict[str, Any] = {}
    for name, member in node.members.items():
        if members.get(name) is not None:
            read[name] = read_members(member, members[name], f"{path}.{name}" if path else name)
    return read


def _list(node: Node, value: Any, path: str) -> list[Any]:
    items = _expect(value, list, path)
    return [read_members(node.element, item, f"{path}[]") for item in items] if node.element else items


def _map(node: Node, value: Any, path: str) -> dict[str, Any]:
    entries: dict[str, Any] = _expect(value, dict, path)
    if node.value is None:
        return entries
    return {
        _string(node, name, f"{path}{{key}}"): read_members(node.value, entry, f"{path}{{value}}")
        for name, entry in entries.items()
    }


def _string(_: Node, value: Any, path: str) -> str:
    text: str = _expect(value, str, path)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise serialization(f"{path} holds half a surrogate pair") from error
    return text


def _boolean(_: Node, value: Any, path: str) -> bool:
    return bool(_expect(value, bool, path))


def _integer(_: Node, value: Any, path: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value  # of any size: the limits of the member judge it
    number = _number(_, value, path)
    # `1E1` is a legal way to write ten; a fraction is not a whole number that was written oddly.
    if not float(number).is_integer():
        raise serialization(f"{path} is {number!r}, not a whole number")
    return int(number)


def _number(_: Node, value: Any, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise serialization(f"{path} is {_kind(value)}, not a number")
    if isinstance(value, float) and math.isinf(value):
        raise serialization(f"{path} is beyond the range of a double")
    return value


def _expect(value: Any, kind: type, path: str) -> Any:
    if not isinstance(value, kind):
        raise serialization(f"{path or 'the body'} is {_kind(value)}, not {_KINDS[kind]}")
    return value


_KINDS: dict[type, str] = {
    dict: "an object",
    list: "a list",
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    type(None): "null",
}

_READERS = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "boolean": _boolean,
    "integer": _integer,
    "float": _number,
    "timestamp": _number,
}


def _kind(value: Any) -> str:
    return _KINDS[type(value)]
