"""From a body to the members of an input: JSON types are checked first, constraints after them.

Two of the operations have theirs in the contract. The others are made of the same nodes: what can be created is what
Describe returns, and a tuning job is named in the same way everywhere.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.contract.model import SPECIAL_FLOATS
from conformance.contract.patterns import matches
from conformance.wire.encoding import NotJsonError, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from conformance.contract.model import Contract, Node


BAD_REQUEST = 400


class Rejection(Exception):  # noqa: N818 - it is an answer
    """A request that is not served; carries everything that the error answer says.

    Errors that every operation has write their text as `message`, those of the operation itself and of the parser as
    `Message`.
    """

    def __init__(self, code: str, text: str, *, status: int = BAD_REQUEST, member: str = "message") -> None:
        """Keep the parts of the answer."""
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
        self.status = status
        self.member = member

    def content(self) -> dict[str, str]:
        """Return the error as the object that goes over the wire."""
        return {"__type": self.code, self.member: self.text}


def serialization(text: str) -> Rejection:
    """Return the rejection of a body that can't be read as the input of the operation."""
    return Rejection("SerializationException", text, member="Message")


def validation(text: str) -> Rejection:
    """Return the rejection of an input that can be read, and breaks a rule."""
    return Rejection("ValidationException", text)


def unknown_operation(text: str, *, status: int = BAD_REQUEST) -> Rejection:
    """Return the rejection of a request that names no operation of this service."""
    return Rejection("UnknownOperationException", text, status=status)


def not_found(text: str) -> Rejection:
    """Return the rejection of a request for something that does not exist."""
    return Rejection("ResourceNotFound", text, member="Message")


def in_use(text: str) -> Rejection:
    """Return the rejection of a name that is taken."""
    return Rejection("ResourceInUse", text, member="Message")


def internal_failure() -> Rejection:
    """Return the error of a server that broke; the reason is in its log, never in the answer."""
    return Rejection("InternalFailure", "", status=500)


DESCRIBE = "DescribeHyperParameterTuningJob"
LIST_TRAINING_JOBS = "ListTrainingJobsForHyperParameterTuningJob"
CREATE = "CreateHyperParameterTuningJob"
STOP = "StopHyperParameterTuningJob"
DELETE = "DeleteHyperParameterTuningJob"
LIST_TUNING_JOBS = "ListHyperParameterTuningJobs"
DESCRIBE_TRAINING_JOB = "DescribeTrainingJob"
LIST_TAGS = "ListTags"

_SERVED = frozenset(
    {DESCRIBE, LIST_TRAINING_JOBS, CREATE, STOP, DELETE, LIST_TUNING_JOBS, DESCRIBE_TRAINING_JOB, LIST_TAGS}
)
"""The operations of the service of tuning jobs."""
IN_CONTRACT = frozenset({DESCRIBE, LIST_TRAINING_JOBS})
"""The operations whose inputs, and with them those of all others, are taken from the contract."""

_CREATED = (
    "HyperParameterTuningJobConfig",
    "TrainingJobDefinition",
    "TrainingJobDefinitions",
    "WarmStartConfig",
    "Autotune",
)

_TAGGED = r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)"
"""The texts of tags."""


def serves_tuning_jobs(contract: Contract) -> bool:
    """Whether the service of tuning jobs has every operation of a contract."""
    return contract.operations.keys() <= _SERVED


def inputs(contract: Contract) -> dict[str, Node]:
    """Return the input of each served operation, by the operation's name."""
    described, listed = contract.operations[DESCRIBE], contract.operations[LIST_TRAINING_JOBS]
    by_name = described.input
    token, size = listed.input.members["NextToken"], listed.input.members["MaxResults"]
    text, status = _bare(token, {}), described.output.members["HyperParameterTuningJobStatus"]
    moment = _bare(described.output.members["CreationTime"], {})
    launched = next(node for node in listed.output.walk() if node.name == "TrainingJobName")
    tag = {
        "Key": _bare(text, {"required": True, "min_length": 1, "max_length": 128, "pattern": _TAGGED}),
        "Value": _bare(text, {"required": True, "max_length": 256, "pattern": _TAGGED}),
    }
    tags = replace(_bare(text, {"max_length": 50}), type="list", element=replace(by_name, members=tag))
    arn = r"arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:.+"
    members: dict[str, dict[str, Node]] = {
        CREATE: {**by_name.members, **{name: described.output.members[name] for name in _CREATED}, "Tags": tags},
        LIST_TUNING_JOBS: {
            "NextToken": token,
            "MaxResults": size,
            "SortBy": _choice(listed.input.members["SortBy"], ("Name", "Status", "CreationTime")),
            "SortOrder": listed.input.members["SortOrder"],
            "NameContains": _bare(text, {"max_length": 63, "pattern": r"[a-zA-Z0-9\-]+"}),
            "CreationTimeAfter": moment,
            "CreationTimeBefore": moment,
            "LastModifiedTimeAfter": moment,
            "LastModifiedTimeBefore": moment,
            "StatusEquals": _choice(status, status.accepted_values() or ()),
        },
        DESCRIBE_TRAINING_JOB: {"TrainingJobName": replace(launched, path="TrainingJobName")},
        LIST_TAGS: {
            "ResourceArn": _bare(text, {"required": True, "max_length": 256, "pattern": arn}),
            "NextToken": token,
            "MaxResults": _bare(size, {"minimum": 50}),
        },
    }
    of_others = {name: replace(by_name, members=own) for name, own in members.items()}
    return {DESCRIBE: by_name, LIST_TRAINING_JOBS: listed.input, STOP: by_name, DELETE: by_name, **of_others}


def _choice(node: Node, values: tuple[str, ...]) -> Node:
    bare = _bare(node, {})
    default = {facet: node.documented[facet] for facet in ("default",) if facet in node.documented}
    return replace(bare, documented=default, editions=values)


def _bare(node: Node, facets: Mapping[str, Any]) -> Node:
    """Return the node with no facets but these, which the model alone states."""
    return replace(node, documented={}, modelled=facets, editions=None)


def check_input(node: Node, members: dict[str, Any]) -> None:
    """Raise one ValidationException that names every constraint that the members break."""
    broken = list(violations(node, members, ""))
    if broken:
        noun = "validation error" if len(broken) == 1 else "validation errors"
        raise validation(f"{len(broken)} {noun} detected: {'; '.join(broken)}")


def violations(node: Node, value: Any, place: str) -> Iterator[str]:
    """Go through the constraints that a value breaks, itself and everything in it, in the order of the contract."""
    yield from _own_violations(node, value, place)
    if node.effective("union") and len(value) != 1:
        yield _failed(value, place, "have exactly one member")
    if node.type == "structure":
        for name, member in node.members.items():
            inner = _join(place, name[:1].lower() + name[1:])
            if name in value:
                yield from violations(member, value[name], inner)
            elif member.effective("required") is True:
                yield _absent(inner)
    elif node.type == "list" and node.element is not None:
        for number, item in enumerate(value, start=1):
            yield from _held(node, node.element, item, f"{place}.{number}.member")
    elif node.type == "map" and node.key is not None and node.value is not None:
        for name, entry in value.items():
            yield from violations(node.key, name, f"{place}.{name}.key")
            yield from _held(node, node.value, entry, f"{place}.{name}.value")


def _held(holder: Node, node: Node, value: Any, place: str) -> Iterator[str]:
    if value is not None:
        yield from violations(node, value, place)
    elif not holder.sparse:
        yield _absent(place)


def _own_violations(node: Node, value: Any, place: str) -> Iterator[str]:
    for facet, (_, requirement) in _LIMITS.items():
        limits = [facets[facet] for facets in (node.documented, node.modelled) if facet in facets]
        # Where the documents and the model differ, only what both reject is rejected.
        if limits and all(breaks(facet, limit, value) for limit in limits):
            yield _failed(value, place, requirement.format(limits[0]))
    accepted = node.accepted_values()
    if accepted is not None and value not in accepted:
        yield _failed(value, place, f"satisfy enum value set: [{', '.join(accepted)}]")


def breaks(facet: str, limit: Any, value: Any) -> bool:
    """Whether a value of the right type breaks one facet; False for a facet that limits no single value."""
    return facet in _LIMITS and _LIMITS[facet][0](value, limit)


def _failed(value: Any, place: str, requirement: str) -> str:
    return f"Value '{value}' at '{place}' failed to satisfy constraint: Member must {requirement}"


def _absent(place: str) -> str:
    return f"Value null at '{place}' failed to satisfy constraint: Member must not be null"


def _join(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _numeric(value: Any) -> Any:
    """Return a number; of a text, such as "NaN", the float that it stands for."""
    return float(value) if isinstance(value, str) else value


_LIMITS: dict[str, tuple[Callable[[Any, Any], bool], str]] = {
    "min_length": (lambda value, limit: len(value) < limit, "have length greater than or equal to {}"),
    "max_length": (lambda value, limit: len(value) > limit, "have length less than or equal to {}"),
    "minimum": (lambda value, limit: _numeric(value) < limit, "have value greater than or equal to {}"),
    "maximum": (lambda value, limit: _numeric(value) > limit, "have value less than or equal to {}"),
    "pattern": (
        # `\d` in a contract means the ten digits, as it does where the contract comes from.
        lambda value, limit: matches(limit, value, ascii_only=True) is False,
        "satisfy regular expression pattern: {}",
    ),
}
"""Each facet that limits a single value: when a value breaks it, and what it requires."""


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
    in lists and maps stay, for the constraints to reject. Raises a SerializationException at the first wrong type.
    """
    if value is None:
        return value
    if node.recursive:  # what is in it is not known again
        return _expect(value, list if node.type == "list" else dict, path)
    return _READERS[node.wire_type](node, value, path)


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


def _float(_: Node, value: Any, path: str) -> float | str:
    return value if isinstance(value, str) and value in SPECIAL_FLOATS else _number(_, value, path)


def _anything(_: Node, value: Any, __: str) -> Any:
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
    "long": _integer,
    "float": _float,
    "double": _float,
    "timestamp": _number,
    "iso8601": _string,
    "blob": _string,
    "document": _anything,
}


def _kind(value: Any) -> str:
    return _KINDS[type(value)]
