"""The flat list of facts of an operation: one atomic claim each, documented and modelled."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Literal

from conformance.contract.facets import FACETS, same_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from conformance.contract.citations import CitationIndex
    from conformance.contract.shapes import Basis, Node, Shape


class Unset(Enum):
    """The type of `UNSET`."""

    UNSET = "unset"

    def __repr__(self) -> str:
        """Read as its name."""
        return "UNSET"


UNSET: Final = Unset.UNSET
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

    def to_json(self) -> dict[str, Any]:
        """Return the form in which facts are listed."""
        cited: dict[str, Any] = {"id": self.id, "line": self.line}
        if self.value is not UNSET:
            cited["value"] = list(self.value) if isinstance(self.value, tuple) else self.value
        return cited

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


@dataclass(frozen=True)
class Observation:
    """What the real service was seen to do; `certainty` is high, medium, sample or none."""

    id: str
    statement: str
    certainty: str


@dataclass(frozen=True)
class Settled:
    """How an answer tells that the resource changes no more: the values of one member."""

    path: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Pagination:
    """The members that carry a listing over its pages."""

    input_token: str
    output_token: str
    limit: str
    result: str


@dataclass(frozen=True)
class SortDefault:
    """An order by the values of the sorting members."""

    sort_by: str
    sort_order: str


@dataclass(frozen=True)
class Listing:
    """The order and the filters of a listing, as data; paths are relative to an item."""

    identity: str
    sort_by: str
    sort_order: str
    ascending: str
    descending: str
    keys: Mapping[str, str]
    """Value of `sort_by` to the path of the key in an item."""
    grouped_only: tuple[str, ...]
    """Values of `sort_by` whose collation nobody documents: equal keys stand together, no more."""
    omits_items_without_key: tuple[str, ...]
    filters: Mapping[str, str]
    """Input member to the path in an item that must equal it."""
    containing: Mapping[str, str]
    """Input member to the path in an item that must contain it."""
    after: Mapping[str, str]
    """Input member to the path in an item that must be later; whether the very moment counts is left open."""
    before: Mapping[str, str]
    """Input member to the path in an item that must be earlier."""
    observed_default: SortDefault | None = None
    """The order that the real service was seen to give unasked, where it is not the documented one."""


@dataclass(frozen=True)
class Operation:
    """An operation with its expanded shapes."""

    name: str
    summary: str
    input: Node
    output: Node
    errors: Mapping[str, int]
    http_status: int
    subject: str
    """The input member that names the resource; empty for an operation that is about no single one."""
    settled: Settled | None
    pagination: Pagination | None
    listing: Listing | None
    paginator: Node | None
    """The arguments of the SDK's paginator."""
    client_options: Node | None
    """Options of the command-line client that never reach the wire."""
    where: str = field(default="", compare=False)


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

    def to_json(self) -> dict[str, Any]:
        """Return the form in which facts are listed."""
        return {
            "id": self.id,
            "operation": self.operation,
            "direction": self.direction,
            "path": self.path,
            "facet": self.facet,
            "value": list(self.value) if isinstance(self.value, tuple) else self.value,
            "basis": self.basis,
            "level": self.level,
            "sources": [source.to_json() for source in self.sources],
        }


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
        return tuple(fact for fact in self.facts if fact.operation == operation and fact.direction == direction)


MODEL_SOURCE = "botocore"
_BY_MODEL = (Citation(MODEL_SOURCE, None),)
_BY_PROTOCOL = (Citation("protocol", None),)
"""The status of a success is the protocol's own where no document states it."""


def facts_of_operation(operation: Operation, cited: CitationIndex) -> Iterator[Fact]:
    """Yield every fact of an operation: input, paginator, output, errors."""
    name = operation.name
    yield from _facts_of_tree(name, "input", operation.input)
    if operation.client_options is not None:
        yield from _facts_of_tree(name, "input", operation.client_options)
    if operation.paginator is not None:
        yield from _facts_of_tree(name, "paginator", operation.paginator)
    status = cited.settle((name, "output", "", "http_status"), operation.http_status)
    yield _stated(operation, "output", "", "http_status", (status[0], status[1] or _BY_PROTOCOL))
    yield from _facts_of_tree(name, "output", operation.output)
    for code, stated in operation.errors.items():
        present = cited.settle((name, "error", code, "present"), stated=True)
        yield _stated(operation, "error", code, "present", present)
        status = cited.settle((name, "error", code, "http_status"), stated)
        yield _stated(operation, "error", code, "http_status", status)


def _facts_of_tree(operation: str, direction: Direction, tree: Node) -> Iterator[Fact]:
    nodes = tree.walk()
    next(nodes)  # the root is the message itself, which no document claims to be present
    for node in nodes:
        prefix = f"{operation}/{direction}/{node.path}"
        modelled = node.basis == "modelled"
        for facet, value in _stated_by_documents(node):
            sources = _BY_MODEL if modelled else node.sources.get(facet, ())
            yield Fact(
                f"{prefix}/{facet}/modelled" if modelled else f"{prefix}/{facet}",
                operation,
                direction,
                node.path,
                facet,
                value,
                "modelled" if modelled else "documented",
                "should" if modelled else "must",
                sources,
                node.observed.get(facet, ()),
                node.places.get(facet, node.where),
            )
        for facet in FACETS:
            if facet not in node.modelled:
                continue
            value = node.modelled[facet]
            if facet in node.documented and same_value(value, node.documented[facet]):
                continue  # the newest page says it already
            yield Fact(
                f"{prefix}/{facet}/modelled",
                operation,
                direction,
                node.path,
                facet,
                value,
                "modelled",
                "should",
                _BY_MODEL,
                node.observed.get(facet, ()),
                node.places.get(facet, node.where),
            )


def _stated_by_documents(node: Node) -> Iterator[tuple[str, Any]]:
    yield "present", True
    yield "type", node.type
    for facet in FACETS:
        if facet in node.documented:
            yield facet, node.documented[facet]


def _stated(
    operation: Operation, direction: Direction, path: str, facet: str, settled: tuple[Any, tuple[Citation, ...]]
) -> Fact:
    """Make a fact that belongs to no member, from its value in force and its citations."""
    value, sources = settled
    return Fact(
        id=f"{operation.name}/{direction}/{path}/{facet}",
        operation=operation.name,
        direction=direction,
        path=path,
        facet=facet,
        value=value,
        basis="protocol" if sources == _BY_PROTOCOL else "documented",
        level="must",
        sources=sources,
        where=operation.where,
    )
