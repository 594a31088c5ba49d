"""The contract as the rest of the program sees it: frozen values, nothing of the files but where things stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from conformance.contract.citation import Citation, Source
    from conformance.contract.node import Basis, Node
    from conformance.contract.shapes import Shape

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
        """Give the form in which facts are listed."""
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
        """Give the fact of that id. Raises KeyError."""
        return self._facts_by_id[fact_id]

    def stated(self, fact_ids: Iterable[str]) -> tuple[str, ...]:
        """Give those of the ids that are facts; for one that only the model states, the id of what it states."""
        known = self._facts_by_id
        found = (one if one in known else f"{one}/modelled" for one in fact_ids)
        return tuple(one for one in found if one in known)

    def facts_of(self, operation: str, direction: str) -> tuple[Fact, ...]:
        """Give the facts of one direction of an operation, in the order of the contract."""
        return tuple(fact for fact in self.facts if fact.operation == operation and fact.direction == direction)
