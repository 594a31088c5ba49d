"""Checks of listings: pages, order and filters, by relations between answers that need no known state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

from conformance.catalogue.check import Because, Check, because, of_behaviour
from conformance.catalogue.lab import Lab
from conformance.contract import Contract, Operation
from conformance.laws import filters, order, paging
from conformance.laws.listing import Reader
from conformance.laws.paging import Walked
from conformance.laws.survey import View
from conformance.laws.verdict import Verdict, skipped

SIZES = (1, 2, 3, 7, 10, 99, 100)
_SMALL = 3
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
    """Makes the checks of one listing operation."""

    def __init__(self, contract: Contract, operation: Operation) -> None:
        """Read what the laws need from the contract: keys, directions, filters and their values."""
        self._contract = contract
        self._operation = operation
        self.reader = Reader.of(operation)
        spec = self.reader.spec
        self.directions = (spec.ascending, spec.descending)
        self.filters = tuple(
            (name, value) for name in spec.filters for value in operation.input.members[name].accepted_values() or ()
        )
        self._behaviours = {law: behaviour for behaviour in contract.behaviours for law in behaviour.laws}

    def all(self) -> Iterator[Check]:
        """Every check: pages, then order, then filters."""
        yield from self.pages()
        yield from self.orders()
        yield from self.filtering()

    # -- building blocks

    def _check(  # noqa: PLR0913 - a row of a table
        self,
        area: str,
        subject: str,
        case: str,
        statement: str,
        judge: Judge,
        *,
        level: str = "must",
        facts: tuple[str, ...] = (),
        observed: tuple[str, ...] = (),
        accepts: str = "",
    ) -> Check:
        ids = tuple(f"{self._operation.name}/{fact}" for fact in facts)

        def run(lab: Lab) -> Verdict:
            view = lab.paging_subject()
            return judge(lab, view) if view is not None else skipped(_NO_LISTING)

        return Check(
            id=f"{self._operation.name}/{area}/{subject}/{case}",
            level=level,
            basis="documented" if level == "must" else "inferred",
            statement=statement,
            because=because(self._contract, ids, observed) or self._cited(area),
            run=run,
            compares=True,
            facts=ids,
            request=f"{self._operation.name}, page after page",
            accepts=accepts or statement,
        )

    def _cited(self, area: str) -> tuple[Because, ...]:
        places: list[Because] = []
        for behaviour in self._contract.behaviours:
            if f"{area}-checks" in behaviour.laws and self._operation.name in behaviour.operations:
                places += of_behaviour(behaviour)
        return tuple(dict.fromkeys(places))

    def walk(self, lab: Lab, view: View, query: Query, size: int | None = None) -> Walked:
        """Walk a query on a resource."""
        return lab.walk(view.name, size=size, **query.members(self.reader))

    def orders_of(self) -> Iterator[tuple[str, str]]:
        """Every sort key in both directions."""
        return product(self.reader.spec.keys, self.directions)

    # -- pages

    def pages(self) -> Iterator[Check]:
        """Cut every order and every filter into pages of every size."""
        page = ("output/" + self._paged("result") + "/present", "output/" + self._paged("output_token") + "/present")
        queries = [Query(), *(Query(key, direction) for key, direction in self.orders_of())]
        queries += [Query(filtered=one) for one in self.filters]
        for query, size in product(queries, SIZES):
            yield self._check(
                "pagination",
                str(query),
                f"page-size-{size}",
                f"pages of {size} put together are the list of larger pages: no item lost or repeated, in the same order",
                lambda lab, view, query=query, size=size: self._cut(lab, view, query, size),  # type: ignore[misc]
                facts=page,
            )
        for (key, direction), one in product(self.orders_of(), self.filters):
            query = Query(key, direction, one)
            yield self._check(
                "pagination",
                str(query),
                f"page-size-{_SMALL}",
                "filter and order hold from page to page",
                facts=page,
                judge=lambda lab, view, query=query: self._cut(lab, view, query, _SMALL),  # type: ignore[misc]
            )

    def _paged(self, name: str) -> str:
        return str(getattr(self._operation.pagination, name))

    def _cut(self, lab: Lab, view: View, query: Query, size: int) -> Verdict:
        subject = view
        if size > _LONG and (large := lab.large_subject(size)) is not None:
            subject = large
        whole = self.walk(lab, subject, query)
        if size == whole.size:
            whole = self.walk(lab, subject, query, _LONG)
        return paging.concatenation(self.reader, query.sort_by, whole, self.walk(lab, subject, query, size))

    # -- order

    def orders(self) -> Iterator[Check]:
        """Every sort key: rising, falling, one the reverse of the other, and what comes without being asked for."""
        spec = self.reader.spec
        for key, direction in self.orders_of():
            yield self._check(
                "order",
                key,
                direction,
                f"{spec.sort_by} {key} with {spec.sort_order} {direction} sorts by {spec.keys[key]}",
                lambda lab, view, key=key, direction=direction: order.sorted_by(  # type: ignore[misc]
                    self.reader,
                    key,
                    self.walk(lab, view, Query(key, direction)),
                    descending=direction == spec.descending,
                ),
                facts=(f"input/{spec.sort_by}/enum", f"input/{spec.sort_order}/enum"),
            )
        for key in spec.keys:
            yield self._check(
                "order",
                key,
                "reverse",
                f"falling {key} is rising {key} read backwards, equal keys aside",
                lambda lab, view, key=key: order.reversed_order(  # type: ignore[misc]
                    self.reader, key, *(self.walk(lab, view, Query(key, direction)) for direction in self.directions)
                ),
                facts=(f"input/{spec.sort_order}/enum",),
            )
            yield self._check(
                "order",
                key,
                "default-direction",
                f"without {spec.sort_order}, {key} rises",
                lambda lab, view, key=key: self._default_direction(lab, view, key),  # type: ignore[misc]
                facts=(f"input/{spec.sort_order}/default",),
                observed=("O20",),
            )
        yield self._check(
            "order",
            "default",
            "neither",
            "with neither key nor direction the documented default order comes, or the one observed",
            self._default_order,
            facts=(f"input/{spec.sort_by}/default", f"input/{spec.sort_order}/default"),
            observed=("O20",),
        )
        for direction in self.directions:
            yield self._check(
                "order",
                "default",
                f"key-{direction}",
                f"without {spec.sort_by}, {direction} sorts by the documented default key",
                lambda lab, view, direction=direction: self._default_key(lab, view, direction),  # type: ignore[misc]
                facts=(f"input/{spec.sort_by}/default",),
                observed=("O20",),
            )
        for key in spec.omits_items_without_key:
            for direction in self.directions:
                yield self._check(
                    "filter",
                    key,
                    f"omits-items-without-it-{direction}",
                    f"sorting by {key} lists the items that have it, and only those",
                    lambda lab, view, key=key, direction=direction: order.keyless_left_out(  # type: ignore[misc]
                        self.reader, key, view.items, self.walk(lab, view, Query(key, direction))
                    ),
                    facts=(f"input/{spec.sort_by}/enum",),
                )

    def _defaults(self) -> tuple[str, str]:
        members, spec = self._operation.input.members, self.reader.spec
        return str(members[spec.sort_by].effective("default")), str(members[spec.sort_order].effective("default"))

    def _documented_order(self, lab: Lab, view: View) -> bool:
        """Tell whether the target keeps the documented default where neither key nor direction is given."""
        key, direction = self._defaults()
        return order.follows(
            self.reader, key, self.walk(lab, view, Query(key, direction)), self.walk(lab, view, Query())
        )

    def _default_order(self, lab: Lab, view: View) -> Verdict:
        key, direction = self._defaults()
        left_out = self.walk(lab, view, Query())
        verdict = order.same_list(self.reader, key, self.walk(lab, view, Query(key, direction)), left_out, what="both")
        return self._or_observed(lab, view, verdict, left_out)

    def _or_observed(self, lab: Lab, view: View, verdict: Verdict, left_out: Walked) -> Verdict:
        """Let pass what AWS was seen to do: newest first."""
        spec = self.reader.spec
        newest = Query(_NEWEST, spec.descending)
        if verdict.kind != "other-default" or _NEWEST not in spec.keys:
            return verdict
        if order.follows(self.reader, _NEWEST, self.walk(lab, view, newest), left_out):
            return order.with_note(verdict, "the target follows the observation, not the documents: newest first (O20)")
        return verdict

    def _default_direction(self, lab: Lab, view: View, key: str) -> Verdict:
        direction = self._defaults()[1]
        left_out = self.walk(lab, view, Query(key))
        written = self.walk(lab, view, Query(key, direction))
        verdict = order.same_list(self.reader, key, written, left_out, what=self.reader.spec.sort_order)
        if verdict.kind == "other-default" and not self._documented_order(lab, view):
            falling = self.walk(lab, view, Query(key, self.reader.spec.descending))
            if order.follows(self.reader, key, falling, left_out):
                return order.with_note(verdict, "the target follows the observation, not the documents: falling (O20)")
        return verdict

    def _default_key(self, lab: Lab, view: View, direction: str) -> Verdict:
        key = self._defaults()[0]
        left_out = self.walk(lab, view, Query(None, direction))
        written = self.walk(lab, view, Query(key, direction))
        verdict = order.same_list(self.reader, key, written, left_out, what=self.reader.spec.sort_by)
        if verdict.kind == "other-default" and not self._documented_order(lab, view):
            observed = self.walk(lab, view, Query(_NEWEST, direction))
            if order.follows(self.reader, _NEWEST, observed, left_out):
                return order.with_note(verdict, "the target follows the observation, not the documents: by time (O20)")
        return verdict

    # -- filters

    def filtering(self) -> Iterator[Check]:
        """Every value of every filter: only its items, all of them, and in every order."""
        for name, value in self.filters:
            facts = (f"input/{name}/enum",)
            yield self._check(
                "filter",
                value,
                "only",
                f"{name} {value} lists only items that are {value}",
                lambda lab, view, name=name, value=value: filters.keeps_only(  # type: ignore[misc]
                    self.reader, name, value, self.walk(lab, view, Query(filtered=(name, value))), view.items
                ),
                facts=facts,
            )
            yield self._check(
                "filter",
                value,
                "all",
                f"{name} {value} loses no item that is {value}",
                lambda lab, view, name=name, value=value: filters.keeps_all(  # type: ignore[misc]
                    self.reader, name, value, self.walk(lab, view, Query(filtered=(name, value))), view.items
                ),
                facts=facts,
            )
            for key, direction in self.orders_of():
                yield self._check(
                    "filter",
                    value,
                    f"sorted-{key}-{direction}",
                    f"{name} {value} keeps the order of {key} {direction}",
                    lambda lab, view, one=(name, value), key=key, direction=direction: filters.keeps_order(  # type: ignore[misc]
                        self.reader,
                        one,
                        self.walk(lab, view, Query(key, direction, one), _SMALL),
                        self.walk(lab, view, Query(key, direction)),
                        key,
                    ),
                    facts=facts,
                )
        for name in self.reader.spec.filters:
            yield self._check(
                "filter",
                name,
                "partition",
                f"the lists under all values of {name} add up to the unfiltered list",
                lambda lab, view, name=name: filters.partition(  # type: ignore[misc]
                    self.reader,
                    {one[1]: self.walk(lab, view, Query(filtered=one)) for one in self.filters if one[0] == name},
                    view.items,
                    name,
                ),
                facts=(f"input/{name}/enum",),
            )


_LONG = 10
_NEWEST = "CreationTime"
