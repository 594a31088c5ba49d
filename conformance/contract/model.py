"""The values that a contract is made of: sources and citations, operations and shapes, facts, rules and behaviours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

UNSET: Final = msgspec.UNSET
"""A citation without a value of its own: the source says what the fact says."""


@dataclass(frozen=True)
class Source:
    """A document, or another source: `edition` orders the documents by age (1 is the oldest, 0 is no document)."""

    id: str
    title: str
    kind: str
    edition: int = 0
    dated: str = ""
    operation: str = ""
    """The operation that the page is about."""
    file: str = ""
    sha256: str = ""
    lines: int = 0
    """How many lines the file has; 0 where lines can't be cited."""
    version: str = ""
    api_version: str = ""
    url: str = ""
    """Where it is published; empty where the contract does not say. The page there may be a newer edition."""
    where: str = field(default="", compare=False)

    @property
    def is_document(self) -> bool:
        """Whether it is one of the pages, which are cited by line."""
        return self.edition > 0


@dataclass(frozen=True, slots=True)
class Citation:
    """One place in one source."""

    id: str
    line: int | None
    """The line, 1 being the first; None for a source without lines."""
    value: Any = UNSET
    """What the source says where it says something else than the fact."""
    words: tuple[str, ...] = ()
    """The words on the page, where they are not the wire value."""
    more_lines: tuple[int, ...] = ()
    """Further lines that the statement spreads over."""
    where: str = field(default="", compare=False)
    """`file:line` of the citation in the contract."""

    def all_lines(self) -> tuple[int, ...]:
        """Return every line of the statement, empty for a source without lines."""
        return () if self.line is None else (self.line, *self.more_lines)


Level = Literal["must", "should"]
Direction = Literal["input", "output", "error", "paginator"]


@dataclass(frozen=True)
class CommonError:
    """An error that any operation of the service may answer with."""

    code: str
    http_status: tuple[int, ...]
    meaning: str


@dataclass(frozen=True)
class Service:
    """What all operations of the service share on the wire."""

    service: str
    protocol: str
    json_version: str
    target_prefix: str
    signing_name: str
    api_version: str
    content_type: str
    common_errors: Mapping[str, CommonError]
    behaviours: int | None = None
    """How many behaviours the contract promises, None where it does not say."""
    rejections: frozenset[str] = frozenset({"ValidationException", "SerializationException"})
    """The codes of requests that break a constraint, or can't be read."""
    knows_rejections: bool = True
    """Whether these are all; otherwise any error of the caller's fault will do that says nothing else."""


@dataclass(frozen=True)
class Observation:
    """What the real service was seen to do; `certainty` is high, medium, sample or none."""

    id: str
    statement: str
    certainty: str


@dataclass(frozen=True)
class FinalState:
    """How an answer shows that the resource changes no more: the values of one member."""

    path: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Pagination:
    """The members that carry a listing over its pages."""

    input_token: str
    output_token: str
    limit: str
    """Empty where the size of a page can't be asked for."""
    result: str
    """The list whose items are paged; where there are several, the first of them."""
    more: str = ""
    """The member that says whether another page follows; empty where the token says it."""


@dataclass(frozen=True)
class NameSource:
    """Where the values of an input member come from: a listing of the contract, and the path in its items.

    The path is empty where the items are the values.
    """

    operation: str
    path: str
    others: tuple[str, ...] = ()
    """Paths of further names of the same item: a name and an ARN."""
    where: str = field(default="", compare=False)

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of every name of an item."""
        return (self.path, *self.others)


@dataclass(frozen=True)
class Alternatives:
    """Members of the input of which one must be given."""

    members: tuple[str, ...]
    exactly: bool
    """Whether no more than one may be given."""
    basis: Basis
    sources: tuple[Citation, ...] = ()
    where: str = field(default="", compare=False)

    @property
    def level(self) -> Level:
        """`must` where a document states it."""
        return "must" if self.basis == "documented" else "should"


@dataclass(frozen=True)
class SortDefault:
    """An order by the values of the sorting members."""

    sort_by: str
    sort_order: str


@dataclass(frozen=True)
class Listing:
    """The order and the filters of a listing, as data; paths are relative to an item."""

    identity: str
    """Empty where an item is a text, which identifies itself."""
    sort_by: str
    """Empty, as the next three, where no order can be asked for."""
    sort_order: str
    ascending: str
    descending: str
    keys: Mapping[str, str]
    """Value of `sort_by` to the path of the key in an item."""
    grouped_only: tuple[str, ...]
    """Values of `sort_by` whose collation is not documented: equal keys are next to each other, no more."""
    omits_items_without_key: tuple[str, ...]
    filters: Mapping[str, str]
    """Path in the input (`conformance.contract.asking`) to the path in an item that must equal it, as in the next."""
    containing: Mapping[str, str]
    """Input member to the path in an item that must contain it."""
    after: Mapping[str, str]
    """Input member to the path in an item that must be later; whether the very moment counts is left open."""
    before: Mapping[str, str]
    """Input member to the path in an item that must be earlier."""
    prefix: Mapping[str, str] = field(default_factory=dict)
    """Input member to the path in an item that must begin with it."""
    observed_default: SortDefault | None = None
    """The order that the real service was seen to give unasked, where it is not the documented one."""
    places: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Path of a filter to its `file:line`."""


@dataclass(frozen=True)
class OperationError:
    """An error of one operation. `http_status` is None where it is stated nowhere."""

    code: str
    http_status: int | None
    unknown_name: bool
    """Whether it is the answer to a name that nothing has."""
    level: Level = "must"
    """`should` where only the model has it, or where what it means is inferred."""
    modelled: bool = False
    """Whether only the model has it."""
    modelled_status: bool = False


@dataclass(frozen=True)
class Operation:
    """An operation with its expanded shapes."""

    name: str
    summary: str
    input: Node
    output: Node
    errors: Mapping[str, OperationError]
    http_status: int
    subject: str
    """The input member that names the resource; empty for an operation that is about no single one."""
    settled: FinalState | None
    pagination: Pagination | None
    listing: Listing | None
    paginator: Node | None
    """The arguments of the SDK's paginator."""
    client_options: Node | None
    """Options of the command-line client that never reach the wire."""
    names: Mapping[str, NameSource] = field(default_factory=dict)
    """Input member that names a resource to where its values come from."""
    either: tuple[Alternatives, ...] = ()
    """The groups of members of which one must be given."""
    where: str = field(default="", compare=False)

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """The members of the plainest request: what is required, and of each group of alternatives the first."""
        found = [name for name, node in self.input.members.items() if node.effective("required")]
        for group in self.either:
            if not {self.subject, *found} & set(group.members):
                found.append(group.members[0])
        return tuple(found)

    @cached_property
    def may_say_nothing(self) -> bool:
        """Whether no member of the output is always there, so that the body of an answer may be empty."""
        return not any(node.effective("required") for node in self.output.members.values())

    @property
    def not_found(self) -> Mapping[str, OperationError]:
        """The errors for a name that nothing has."""
        return {code: error for code, error in self.errors.items() if error.unknown_name}


@dataclass(frozen=True)
class Fact:
    """One atomic claim, with its citations."""

    id: str
    operation: str
    direction: Direction
    path: str
    facet: str
    value: Any
    basis: Basis
    level: Level
    sources: tuple[Citation, ...]
    observed: tuple[str, ...] = ()
    """Observations that contradict it."""
    where: str = field(default="", compare=False)


@dataclass(frozen=True)
class Rule:
    """A claim about one answer, in JMESPath: wherever `when` holds, `require` must hold."""

    operation: str
    subject: str
    bindings: tuple[tuple[str, str], ...]
    """Name and expression, in order; a list is gone through, null gives nothing to judge."""
    when: str
    """Empty: always."""
    require: str
    expected: str
    show: str
    """What to print as received; empty where the rule does not say."""


@dataclass(frozen=True)
class Behaviour:
    """A claim about more than one member or more than one exchange; exactly one of the last four says who judges it."""

    id: str
    number: int
    operations: tuple[str, ...]
    statement: str
    sources: tuple[Citation, ...]
    basis: Basis
    level: Level
    observed: tuple[str, ...]
    rules: tuple[Rule, ...]
    """One for each kind of answer that the claim is about."""
    laws: tuple[str, ...]
    facts: tuple[str, ...]
    not_observable: str
    where: str = field(default="", compare=False)


@dataclass(frozen=True)
class Contract:
    """Everything that is judged against."""

    sources: Mapping[str, Source]
    service: Service
    operations: Mapping[str, Operation]
    shapes: Mapping[str, Shape]
    facts: tuple[Fact, ...]
    behaviours: tuple[Behaviour, ...]
    observations: Mapping[str, Observation]
    digest: str
    """SHA-256 over the names and the bytes of the files, in hexadecimal digits."""
    root: Path
    shown_root: str
    """The folder as errors show it."""
    _facts_by_id: Mapping[str, Fact] = field(repr=False, compare=False)

    def fact(self, fact_id: str) -> Fact:
        """Return the fact of that id. Raises KeyError."""
        return self._facts_by_id[fact_id]

    def stated(self, fact_ids: Iterable[str]) -> tuple[str, ...]:
        """Return those of the ids that are facts; for one that only the model states, the id of what it states."""
        known = self._facts_by_id
        found = (item if item in known else f"{item}/modelled" for item in fact_ids)
        return tuple(item for item in found if item in known)

    def facts_of(self, operation: str, direction: str) -> tuple[Fact, ...]:
        """Return the facts of one direction of an operation, in the order of the contract."""
        return tuple(self._facts_by_direction.get((operation, direction), ()))

    @cached_property
    def _facts_by_direction(self) -> Mapping[tuple[str, str], Sequence[Fact]]:
        found: dict[tuple[str, str], list[Fact]] = {}
        for fact in self.facts:
            found.setdefault((fact.operation, fact.direction), []).append(fact)
        return found

    def behaviours_of(self, operation: str) -> Sequence[Behaviour]:
        """Return the behaviours that are about an operation, in the order of the contract."""
        return self._behaviours_by_operation.get(operation, ())

    @cached_property
    def _behaviours_by_operation(self) -> Mapping[str, Sequence[Behaviour]]:
        found: dict[str, list[Behaviour]] = {}
        for behaviour in self.behaviours:
            for operation in behaviour.operations:
                found.setdefault(operation, []).append(behaviour)
        return found

    @cached_property
    def enums(self) -> Sequence[tuple[str, ...]]:
        """The words of each shape that has an enum, those of documents first."""
        stated = (shape.traits for shape in self.shapes.values())
        words = (dict.fromkeys((*item.documented.get("enum", ()), *item.modelled.get("enum", ()))) for item in stated)
        return [tuple(item) for item in words if item]


@dataclass(frozen=True, slots=True)
class Traits:
    """The facets that a shape or a member states, and the lines where it does."""

    documented: Mapping[str, Any]
    modelled: Mapping[str, Any]
    observed: Mapping[str, tuple[str, ...]]
    places: Mapping[str, str]
    more: Mapping[str, Any] = field(default_factory=dict)
    """What is no claim: `sparse`, `nullable`, and an `example`."""

    def over(self, below: Traits) -> Traits:
        """Lay the facets of a member over those of its shape."""
        if not (self.documented or self.modelled or self.observed or self.more):
            return below
        return Traits(
            {**below.documented, **self.documented},
            {**below.modelled, **self.modelled},
            {**below.observed, **self.observed},
            {**below.places, **self.places},
            {**below.more, **self.more},
        )


@dataclass(frozen=True, slots=True)
class Member:
    """A use of a shape: a member of a structure, or what a list or map holds."""

    shape: str
    """The shape's name, empty if `inline` holds it."""
    inline: Shape | None
    modelled: bool
    """Whether only the service model knows it."""
    traits: Traits
    where: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A type with its facets; `members` of a structure, `element` of a list, `key` and `value` of a map."""

    name: str
    type: str
    traits: Traits
    members: Mapping[str, Member]
    element: Member | None
    key: Member | None
    value: Member | None
    where: str

    def uses(self) -> tuple[Member, ...]:
        """Return every use of another shape."""
        parts = (*self.members.values(), self.element, self.key, self.value)
        return tuple(part for part in parts if part is not None)


Basis = Literal["documented", "protocol", "modelled", "observed", "inferred"]


_STEP = re.compile(r"\[\]|\{key\}|\{value\}|\.?([^.\[\]{}]+)")


@dataclass(frozen=True, slots=True)
class Node:
    """What the contract says about one path.

    `documented` holds the facets that the documents state, with the values in force at this path; `modelled` those
    that only the service model states, or states otherwise. Below a member that the documents don't know, `basis` is
    `modelled` and every facet is in `modelled`.
    """

    path: str
    """`A.B`, `A[]`, `A{key}` or `A{value}`; empty for the root."""
    name: str
    """The member's name; `[]`, `{key}` or `{value}` for what a list or map holds; empty for the root."""
    type: str
    basis: Literal["documented", "modelled"]
    documented: Mapping[str, Any]
    modelled: Mapping[str, Any]
    members: Mapping[str, Node]
    element: Node | None
    """What a list holds."""
    key: Node | None
    value: Node | None
    """What the keys and the values of a map are."""
    shape: str
    """The name of the shape; empty for one that is written out at the member."""
    observed: Mapping[str, tuple[str, ...]]
    """Facet to the observations that contradict it: breaking it is no failure of a `must`."""
    sources: Mapping[str, tuple[Citation, ...]]
    """Facet (also `present` and `type`) to where the documents state it."""
    editions: tuple[str, ...] | None
    """Every enum value that any edition of the documents or the model lists; None if none lists any."""
    where: str = field(compare=False)
    """`file:line` of the member in the contract."""
    places: Mapping[str, str] = field(compare=False)
    """Facet to the `file:line` where the contract states it."""
    recursive: bool = False
    """Whether it is of a shape that encloses it: what is below is not expanded again."""
    sparse: bool = False
    """Whether a list or a map may hold nulls."""
    nullable: bool = False
    """Whether an answer may have null in the place of a value, because the page says so."""
    example: Any = None
    """A valid value that a person has chosen; None where nobody has."""

    @property
    def wire_type(self) -> str:
        """The type of its values on the wire: that of a timestamp with a format of its own is the format."""
        return str(self.effective("format") or self.type)

    def walk(self) -> Iterator[Node]:
        """Go through this node and all below it, parents first, in the order of the contract."""
        yield self
        for child in self.children():
            yield from child.walk()

    def children(self) -> Iterator[Node]:
        """Go through the nodes directly below."""
        yield from self.members.values()
        for child in (self.element, self.key, self.value):
            if child is not None:
                yield child

    def accepted_values(self) -> tuple[str, ...] | None:
        """Return every value that an edition of the documents or the model lists; None if there is no enum."""
        return self.editions

    def effective(self, facet: str) -> Any | None:
        """Return the documented value in force, else the modelled one, else None. `type` is the type of the node."""
        if facet == "type":
            return self.type
        if facet in self.documented:
            return self.documented[facet]
        return self.modelled.get(facet)

    def descend(self, path: str) -> Node | None:
        """Return the node at a path relative to this one, None where there is none."""
        node: Node | None = self
        position = 0
        while node is not None and position < len(path):
            step = _STEP.match(path, position)
            if step is None:
                return None
            position = step.end()
            node = node.child(step[1] or step[0])
        return node

    def child(self, name: str) -> Node | None:
        """Return the node one step below: a member's name, `[]`, `{key}` or `{value}`."""
        if name == "[]":
            return self.element
        if name == "{key}":
            return self.key
        if name == "{value}":
            return self.value
        return self.members.get(name)


WHOLE: Final = ("integer", "long")
NUMBERS: Final = (*WHOLE, "float", "double")
SCALARS: Final = ("string", *NUMBERS, "boolean", "timestamp", "blob")
FACETS: Final = (
    "required", "default", "enum", "min_length", "max_length", "pattern", "minimum", "maximum", "union", "format",
)  # fmt: skip
WIRE_NUMBER: Final = "number"
"""The type that drawn JSON gives to integers, floats and timestamps alike: it never wins over one that says more."""


def same_value(item: Any, other: Any) -> bool:
    """Whether two values of a facet say the same; the order in which a page lists an enum says nothing."""
    if isinstance(item, list | tuple) and isinstance(other, list | tuple):
        return set(item) == set(other)
    return type(item) is type(other) and bool(item == other)


SPECIAL_FLOATS: Final[Mapping[str, str]] = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}
"""The texts for floats that JSON has no numbers for, and how Python writes them."""
_OF_TYPE: dict[str, type | tuple[type, ...]] = {
    "string": str, "integer": int, "long": int, "float": (int, float), "double": (int, float),
    "timestamp": (int, float), "blob": str, "list": list, "map": dict, "structure": dict,
    "document": (dict, list, str, int, float), "iso8601": str,
}  # fmt: skip


def has_type(kind: str, value: Any) -> bool:
    """Whether a value that a contract or a request states is of a type."""
    if isinstance(value, bool):
        return kind in {"boolean", "document"}
    if isinstance(value, str) and kind in {"float", "double"}:
        return value in SPECIAL_FLOATS
    return kind in _OF_TYPE and isinstance(value, _OF_TYPE[kind])


def chosen(value: Mapping[str, Any]) -> int:
    """Return how many members of a union a value has: what is null is left out, and a `__type` is passed over."""
    return sum(item is not None and name != "__type" for name, item in value.items())
