"""How request cases are built: the plainest request of an operation, a valid value, a case about one facet."""

from __future__ import annotations

from typing import Any

from conformance.cases.model import Edit, Expect, Members, Placeholder, RequestCase
from conformance.cases.values import example
from conformance.cases.violations import violations
from conformance.contract import Node, Operation

GARBAGE = "not-a-token-that-anybody-issued"
FAR_FUTURE = 4_102_444_800
"""The beginning of the year 2100, in seconds: nothing on any server is younger."""


class Builder:
    """Builds the request cases of one operation."""

    def __init__(self, operation: Operation) -> None:
        """Start from the request that names a resource that exists, if the operation needs one, and nothing else."""
        self.operation = operation
        self.base: Members = ((operation.subject, Placeholder.EXISTING),) if operation.subject else ()

    @property
    def optional(self) -> list[Node]:
        """The members that a request may leave out."""
        return [node for node in self.operation.input.members.values() if not node.effective("required")]

    def is_token(self, node: Node) -> bool:
        """Tell whether a member is the pagination token."""
        pagination = self.operation.pagination
        return pagination is not None and node.name == pagination.input_token

    def good(self, node: Node) -> Any:
        """Give a valid value of a member, or what stands for one: of a filter by time, one that lets much through."""
        if node.name == self.operation.subject:
            return Placeholder.EXISTING
        if self.operation.listing is not None and node.name in self.operation.listing.before:
            return FAR_FUTURE
        return Placeholder.TOKEN if self.is_token(node) else example(node)

    def having(self, node: Node, value: Any) -> Members:
        """Give the plainest request with this member set."""
        others = tuple(pair for pair in self.base if pair[0] != node.name)
        return (*others, (node.name, value))

    def fact(self, node: Node, facet: str) -> tuple[str, ...]:
        """Give the id of a fact of a member."""
        return (f"{self.operation.name}/input/{node.path}/{facet}",)

    def case(  # noqa: PLR0913, PLR0917 - a row of a table
        self, node: Node, name: str, statement: str, expect: Expect, value: Any, facet: str, **more: Any
    ) -> RequestCase:
        """Make a case about one facet of a member; its level is that of the fact."""
        modelled = facet not in node.documented and facet in node.modelled
        facts = tuple(f"{fact}/modelled" if modelled else fact for fact in self.fact(node, facet))
        more = {"level": "should" if modelled else "must", "basis": "modelled" if modelled else "documented"} | more
        return RequestCase(
            self.operation.name, node.path, name, statement, expect, self.having(node, value), facts, **more
        )

    def refused(  # noqa: PLR0913, PLR0917 - a row of a table
        self, node: Node, edit: Edit, facet: str, name: str, statement: str, control: Any = None
    ) -> RequestCase:
        """Make a case that breaks one facet, with its valid neighbour as the control."""
        neighbour = self.having(node, self.good(node) if control is None else control)
        broken = violations(node, edit.value)
        return self.case(
            node,
            name,
            statement,
            Expect.REFUSED,
            edit.value,
            facet,
            control=neighbour,
            breaks=(node.name, facet),
            inseparable=broken - {facet},
        )
