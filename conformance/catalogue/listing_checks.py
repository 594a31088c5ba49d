"""What checks of listings share: the query, the walk, the resource that is walked, and the citations of an area."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

from conformance.catalogue.check import Check, because, bound_by, of_behaviour
from conformance.catalogue.lab import Lab
from conformance.contract import Contract, Operation
from conformance.laws.listing import Reader
from conformance.laws.paging import Walked
from conformance.laws.survey import View
from conformance.laws.verdict import Verdict, skipped

_NO_LISTING = "the target has no resource with listed items that has ended"


@dataclass(frozen=True)
class Query:
    """The members of a listing request beside its subject and its page size."""

    sort_by: str | None = None
    sort_order: str | None = None
    filtered: tuple[str, str] | None = None

    def members(self, reader: Reader) -> dict[str, str]:
        """Give the members as they go into a request."""
        spec = reader.spec
        found = {spec.sort_by: self.sort_by, spec.sort_order: self.sort_order}
        found |= {self.filtered[0]: self.filtered[1]} if self.filtered else {}
        return {name: value for name, value in found.items() if value is not None}

    def __str__(self) -> str:
        parts = [self.sort_by or "", self.sort_order or "", self.filtered[1] if self.filtered else ""]
        return "-".join(part for part in parts if part) or "default"


Judge = Callable[[Lab, View], Verdict]


class ListingChecks:
    """The ground of all checks of one listing operation."""

    def __init__(self, contract: Contract, operation: Operation) -> None:
        """Read what the laws need from the contract: keys, directions, filters and their values."""
        self._contract = contract
        self.operation = operation
        self.reader = Reader.of(operation)
        spec = self.reader.spec
        self.directions = (spec.ascending, spec.descending)
        self.filters = tuple(
            (name, value) for name in spec.filters for value in operation.input.members[name].accepted_values() or ()
        )

    def check(  # noqa: PLR0913 - a row of a table
        self,
        check_id: tuple[str, str, str],
        statement: str,
        judge: Judge,
        *,
        level: str = "must",
        facts: tuple[str, ...] = (),
        observed: tuple[str, ...] = (),
        laws: tuple[str, ...] = (),
    ) -> Check:
        """Make one check from area, subject and case; its judge is given the resource whose listing tells most.

        `facts` are ids without the operation, `laws` the names by which behaviours call for it.
        """

        def run(lab: Lab) -> Verdict:
            view = lab.paging_subject()
            return judge(lab, view) if view is not None else skipped(_NO_LISTING)

        return self.check_at_large(check_id, statement, run, level=level, facts=facts, observed=observed, laws=laws)

    def check_at_large(  # noqa: PLR0913 - as above
        self,
        check_id: tuple[str, str, str],
        statement: str,
        run: Callable[[Lab], Verdict],
        *,
        level: str = "must",
        facts: tuple[str, ...] = (),
        observed: tuple[str, ...] = (),
        laws: tuple[str, ...] = (),
    ) -> Check:
        """Make one check whose judge looks for its resources itself."""
        ids = tuple(f"{self.operation.name}/{fact}" for fact in facts)
        behaviours = bound_by(self._contract, self.operation.name, laws)
        places = (
            *(place for one in behaviours for place in of_behaviour(one)),
            *because(self._contract, ids, observed),
        )
        return Check(
            id="/".join((self.operation.name, *check_id)),
            level=level,
            basis="documented" if level == "must" else "inferred",
            statement=statement,
            because=tuple(dict.fromkeys(places)),
            run=run,
            compares=True,
            facts=ids,
            behaviours=tuple(behaviour.id for behaviour in behaviours),
            request=f"{self.operation.name}, page after page",
            accepts=statement,
        )

    def walk(self, lab: Lab, view: View, query: Query, size: int | None = None) -> Walked:
        """Walk a query on a resource."""
        return lab.walk(view.name, size=size, **query.members(self.reader))

    def orders(self) -> Iterator[tuple[str, str]]:
        """Give every sort key in both directions."""
        return product(self.reader.spec.keys, self.directions)
