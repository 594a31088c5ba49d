"""Mutants of listings, derived from the contract: queries that are read wrongly, and pages that are cut wrongly."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from conformance.contract.model import Contract, Listing, Operation, Pagination
from conformance.mutation.mutant import Change, Facts, Kind, Members, Mutant, editing, replacing, without

_FACETS = ("present", "enum", "type")


def listing_mutants(contract: Contract, listed: Collection[str], paged: Collection[str]) -> Iterator[Mutant]:
    """Yield the mutants of filters and order of every operation in `listed`, and of pages of those in `paged`."""
    for operation in contract.operations.values():
        if operation.name in listed and operation.pagination is not None and operation.listing is not None:
            listing = _OneListing(contract, operation, operation.pagination, operation.listing)
            yield from listing.mutants(has_pages=operation.name in paged)


class _OneListing:
    """One operation that lists."""

    def __init__(self, contract: Contract, operation: Operation, pagination: Pagination, listing: Listing) -> None:
        self._contract = contract
        self._operation = operation
        self._pagination = pagination
        self._listing = listing

    def mutants(self, *, has_pages: bool) -> Iterator[Mutant]:
        yield from self._filters()
        yield from self._orders()
        if has_pages:
            yield from self._pages()

    def _mutant(
        self, name: str, words: str, change: Change, *, inputs: tuple[str, ...] = (), outputs: tuple[str, ...] = ()
    ) -> Mutant:
        own = self._operation.name
        places = (*(("input", path) for path in inputs), *(("output", path) for path in outputs))
        broken = (fact for way, path in places for fact in Facts(self._contract, own, way, path).of(*_FACETS))
        return Mutant(f"{own}/listing/{name}", words, tuple(broken), (own,), Kind.LISTING, change, derived=True)

    def _filters(self) -> Iterator[Mutant]:
        spec, nodes = self._listing, self._operation.input.members
        for member in filter(nodes.__contains__, spec.filters):
            words = nodes[member].accepted_values() or ()
            if len(words) > 1:  # nothing is known of the values of others
                yield self._mutant(
                    f"{member}-ignored", f"{member} filters nothing", self._asked(member, None), inputs=(member,)
                )
                following = dict(zip(words, (*words[1:], words[0]), strict=True))
                change = self._asked(member, following.get)
                yield self._mutant(
                    f"{member}-of-another-word", f"{member} filters by another word", change, inputs=(member,)
                )
        others = (*spec.containing, *spec.prefix, *spec.after, *spec.before)
        for member in filter(nodes.__contains__, others):
            yield self._mutant(
                f"{member}-ignored", f"{member} filters nothing", self._asked(member, None), inputs=(member,)
            )

    def _orders(self) -> Iterator[Mutant]:
        spec = self._listing
        keys = list(spec.keys)
        for key, other in zip(keys, (*keys[1:], *keys[:1]), strict=True) if len(keys) > 1 else ():
            if self._type(key) == self._type(other) == "timestamp":
                continue  # times of the items that the server makes up rise together
            change = self._asked(spec.sort_by, {key: other}.get)
            yield self._mutant(f"{key}-sorts-by-{other}", f"{key} sorts by {other}", change, inputs=(spec.sort_by,))
        if spec.sort_order:
            yield self._mutant(
                "direction-ignored",
                "the direction is ignored",
                self._asked(spec.sort_order, None),
                inputs=(spec.sort_order,),
            )
            turned = {spec.ascending: spec.descending, spec.descending: spec.ascending}
            yield self._mutant(
                "direction-turned",
                "rising falls, and falling rises",
                self._asked(spec.sort_order, turned.get),
                inputs=(spec.sort_order,),
            )

    def _type(self, key: str) -> str:
        node = self._operation.output.descend(f"{self._pagination.result}[]")
        found = node.descend(self._listing.keys[key]) if node is not None else None
        return found.type if found is not None else ""

    def _pages(self) -> Iterator[Mutant]:
        paging = self._pagination
        token, result = paging.output_token, paging.result

        def cut(items: list[Any], page: Members, _: Members) -> list[Any]:
            return items[:-1] if token in page else items

        def twice(items: list[Any], _: Members, members: Members) -> list[Any]:
            return [*items, *items[:1]] if paging.input_token in members else items

        spec = self._listing
        if paging.limit or any((spec.keys, spec.filters, spec.containing, spec.prefix, spec.after, spec.before)):
            words = "the last item of a page that another follows is lost"  # other pages have it
            yield self._mutant("last-item-lost", words, self._items(cut), outputs=(result, token))
        yield self._mutant(
            "item-repeated", "the first item of a later page comes twice", self._items(twice), outputs=(result, token)
        )
        yield self._mutant(
            "no-token",
            "no page carries a token",
            self._answered(lambda page, _: without(page, token)),
            outputs=(token,),
        )
        yield self._mutant(
            "token-ignored", "a token leads to the first page", self._asked(paging.input_token, None),
            inputs=(paging.input_token,), outputs=(token, result),
        )  # fmt: skip
        if paging.limit:
            yield self._mutant(
                "size-ignored",
                "the size of a page is ignored",
                self._asked(paging.limit, None),
                inputs=(paging.limit,),
                outputs=(result,),
            )
            change = self._asked(paging.limit, lambda size: size + 1)
            yield self._mutant(
                "one-item-more",
                "a page has an item more than was asked for",
                change,
                inputs=(paging.limit,),
                outputs=(result,),
            )

    # -- changes of the service

    def _asked(self, member: str, change: Callable[[Any], Any] | None) -> Change:
        """Change the value of a member of a query, as far as `change` has another one; None leaves the member out."""

        def perform(_: Any, original: Callable[..., Members], name: str, members: Members) -> Members:
            if name == self._operation.name and member in members:
                value = None if change is None else change(members[member])
                if change is None:
                    members = without(members, member)
                elif value is not None:
                    members = members | {member: value}
            return original(name, members)

        return replacing(perform=perform)

    def _answered(self, edit: Callable[[Members, Members], Members]) -> Change:
        """Edit each page of the listing, given the query."""
        return editing(
            "perform", lambda page, name, members: edit(page, members) if name == self._operation.name else page
        )

    def _items(self, edit: Callable[[list[Any], Members, Members], list[Any]]) -> Change:
        """Edit the items of each page, given the page and the query."""
        result = self._pagination.result
        return self._answered(lambda page, members: page | {result: edit(page[result], page, members)})
