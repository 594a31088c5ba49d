"""A request case, and what those of an operation are built around: the plainest request, and valid values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

from conformance.contract.examples import example, required_values
from conformance.contract.model import Citation, Node, Operation

_FAR_FUTURE = 4_102_444_800
"""The beginning of the year 2100, in seconds: nothing on any server is younger."""
ADD_AN_EXAMPLE = "add `example:` to it in the contract"


class Placeholder(Enum):
    """A value that only the state of a target can give."""

    EXISTING = "<existing job>"
    """The name of a resource that exists, for each member that names one."""
    TOKEN = "<token of a first page>"  # noqa: S105 - a pagination token
    """A pagination token that the target has just issued."""

    BROKEN_TOKEN = "<such a token, with a line feed after it>"  # noqa: S105 - as above
    """The same token, spoiled at its end, so that only what was added can be what is wrong with it."""

    def __repr__(self) -> str:
        return self.value


class Expect(StrEnum):
    """How a request ought to end."""

    ACCEPTED = "accepted"
    """2xx; for a name that nothing has, the documented not-found error."""
    REFUSED = "refused"
    """A validation or serialization error, HTTP 400, next to a control that was accepted."""
    EITHER = "either"
    """Unknown which: accepted, or rejected with a 4xx; never a 5xx or a dropped connection."""
    LIKE_CONTROL = "like its control"
    """Just as the control ends: the same status and error code."""


Members = tuple[tuple[str, Any], ...]
"""The members of a request in order; values are JSON values or placeholders."""


class CaseError(Exception):
    """A case that does not break exactly what it says it breaks: a bug of the generator, never of a target."""


@dataclass(frozen=True)
class RequestCase:
    """One request made from the contract.

    `subject` and `name` are the last two segments of the check id. `facts` are the ids of the facts that it rests on,
    `observed` the observations. `breaks` is the (member, facet) pair that a rejected case violates; where no value
    breaks it alone, it breaks other facets of the same member as well.
    """

    operation: str
    subject: str
    name: str
    statement: str
    expect: Expect
    members: Members
    facts: tuple[str, ...] = ()
    observed: tuple[str, ...] = ()
    control: Members = ()
    breaks: tuple[str, str] | None = None
    level: str = "must"
    basis: str = "documented"
    problem: str = ""
    """Why the request can't be made; empty where it can."""
    made: bool = False
    """Whether a valid value may be rejected for what it means, since it is made of constraints: that shows nothing."""
    protocol: bool = False
    """Whether the protocol says how the value is written."""
    cites: tuple[Citation, ...] = ()
    """Where it is stated, beyond its facts."""


class Builder:
    """Builds the request cases of one operation, around the request that names a resource that exists, and no more."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        needed = required_values(operation)
        named = [name for name in (operation.subject, *operation.names) if name and self._is_needed(name)]
        self.base: Members = (*((name, Placeholder.EXISTING) for name in dict.fromkeys(named)), *needed.items())
        missing = [name for name, value in needed.items() if value is None]
        self.problem = f"no valid value of {missing[0]} was found: {ADD_AN_EXAMPLE}" if missing else ""
        """Why no request can be made at all; empty where one can."""

    def _is_needed(self, name: str) -> bool:
        return name == self.operation.subject or name in self.operation.needed

    @property
    def optional(self) -> list[Node]:
        """The members that a request may leave out."""
        return [node for node in self.operation.input.members.values() if not node.effective("required")]

    def is_token(self, node: Node) -> bool:
        """Return whether a member is the pagination token."""
        pagination = self.operation.pagination
        return pagination is not None and node.name == pagination.input_token

    def good(self, node: Node) -> Any:
        """Return a valid value of a member, or its placeholder; of a filter by time, one that admits much."""
        if node.name == self.operation.subject or node.name in self.operation.names:
            return Placeholder.EXISTING
        if self.operation.listing is not None and node.name in self.operation.listing.before:
            return _FAR_FUTURE if node.wire_type != "iso8601" else "2100-01-01T00:00:00Z"
        if self.is_token(node) and (node.type != "string" or node.effective("max_length") == 0):
            raise CaseError(f"{node.path} is a token that can't be made up: only an answer has one")
        return Placeholder.TOKEN if self.is_token(node) else self.example(node)

    def example(self, node: Node) -> Any:
        """Return a valid value of a member. Raises CaseError where none is found."""
        value = example(node)
        if value is None:
            raise CaseError(f"no valid value of {node.path} was found: {ADD_AN_EXAMPLE}")
        return value

    def can_be_had(self, node: Node) -> bool:
        """Return whether there is a valid value of a member."""
        try:
            return self.good(node) is not None
        except CaseError:
            return False

    def having(self, node: Node, *value: Any) -> Members:
        """Return the plainest request with this value of a member, or without the member (null is as good).

        Alternatives of the member give way to it, and one of them takes its place.
        """
        given = bool(value) and value[0] is not None
        gone = {node.name, *(self.excluded_by(node) if given else ())}
        others = [pair for pair in self.base if pair[0] not in gone]
        if not given:
            others += self._instead_of(node, {name for name, _ in others})
        return (*others, *((node.name, item) for item in value))

    def together(self, *nodes: Node) -> Members:
        """Return the plainest request with valid values of these members as well."""
        gone = {node.name for node in nodes}.union(*map(self.excluded_by, nodes))
        others = (pair for pair in self.base if pair[0] not in gone)
        return (*others, *((node.name, self.good(node)) for node in nodes))

    def excluded_by(self, node: Node) -> frozenset[str]:
        """Return the members that may not be given next to a member."""
        groups = (group.members for group in self.operation.either if group.exactly and node.name in group.members)
        return frozenset(name for members in groups for name in members) - {node.name}

    def _instead_of(self, node: Node, given: set[str]) -> Iterator[tuple[str, Any]]:
        for group in self.operation.either:
            if node.name in group.members and not given & set(group.members):
                others = (self.operation.input.members[name] for name in group.members if name != node.name)
                found = next(filter(self.can_be_had, others), None)
                if found is None:
                    raise CaseError(f"nothing can be given in the place of {node.path}: {ADD_AN_EXAMPLE}")
                yield found.name, self.good(found)

    def basis(self, node: Node, facet: str) -> tuple[str, dict[str, Any]]:
        """Return the id of the fact on a facet of a member, and level and basis of a case about it."""
        fact = self.facts(node, facet)[0]
        if node.basis == "modelled" or (facet not in node.documented and facet in node.modelled):
            return f"{fact}/modelled", {"level": "should", "basis": "modelled"}
        return fact, {"level": "must", "basis": "documented"}

    def facts(self, node: Node, *facets: str) -> tuple[str, ...]:
        """Return the ids of facts of a member."""
        return tuple(f"{self.operation.name}/input/{node.path}/{facet}" for facet in facets)

    def case(  # noqa: PLR0913, PLR0917 - a row of a table
        self,
        node: Node,
        name: str,
        statement: str,
        value: Any,
        facet: str,
        expect: Expect = Expect.ACCEPTED,
        **more: Any,
    ) -> RequestCase:
        """Make a case about one facet of a member; its level is that of the fact."""
        fact, basis = self.basis(node, facet)
        members = self.having(node, value)
        return RequestCase(self.operation.name, node.path, name, statement, expect, members, (fact,), **(basis | more))

    def rejected(  # noqa: PLR0913, PLR0917 - a row of a table
        self, node: Node, name: str, statement: str, value: Any, facet: str, control: Any = None
    ) -> RequestCase:
        """Make a case that breaks one facet, with its valid neighbour as the control."""
        neighbour = self.having(node, self.good(node) if control is None or self.is_token(node) else control)
        breaks = (node.name, facet)
        return self.case(node, name, statement, value, facet, Expect.REFUSED, control=neighbour, breaks=breaks)

    def observed(  # noqa: PLR0913, PLR0917 - a row of a table
        self, subject: str, name: str, statement: str, members: Members, facts: tuple[str, ...], observation: str
    ) -> RequestCase:
        """Make a case of a request that was seen to be accepted, where no document says so."""
        return RequestCase(
            self.operation.name, subject, name, statement, Expect.ACCEPTED, members, facts, (observation,),
            level="should", basis="observed",
        )  # fmt: skip
