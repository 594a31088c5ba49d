"""How to read a listing: identity, sort key and filtered member of its items, in the contract's words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.contract.model import Listing as ListingSpec
from conformance.contract.model import Operation, Pagination
from conformance.wire.exchange import Exchange, Listing

Item = Mapping[str, Any]


def member(item: Any, path: str) -> Any:
    """Follow a dotted path into an item; None where it ends early."""
    if not path:
        return item
    names = path.split(".") if "." in path else (path,)
    for name in names:
        # A dict is the usual case: to ask the abstract class costs three times as much.
        if not isinstance(item, (dict, Mapping)):
            return None
        item = item.get(name)
    return item


def values_at(item: Any, path: str) -> list[Any]:
    """Return the values that an item has at a path, which may lead through lists (`Tags[].Key`)."""
    found = [item]
    for name in path.split(".") if path else ():
        inner = [member(each, name.removesuffix("[]")) for each in found]
        listed = name.endswith("[]")
        found = [value for each in inner for value in (each if listed and isinstance(each, list) else [each])]
    return [value for value in found if value is not None]


@dataclass(frozen=True)
class Reader:
    """Reads the items of one listing operation."""

    operation: Operation
    spec: ListingSpec
    pagination: Pagination
    empty_is_none: bool = False
    """Whether an empty token says what none says, as pages of some services have it, and clients take it."""

    @classmethod
    def of(cls, operation: Operation, *, empty_is_none: bool = False) -> Reader:
        """Return the reader of a listing operation. Raises ValueError for an operation that lists nothing."""
        if operation.listing is None or operation.pagination is None:
            raise ValueError(f"{operation.name} is no listing")
        return cls(operation, operation.listing, operation.pagination, empty_is_none)

    def items(self, page: Exchange) -> list[Any]:
        """Return the items of a page; none where it has no list of them."""
        found = (page.answer or {}).get(self.pagination.result)
        return found if isinstance(found, list) else []

    def token(self, page: Exchange) -> Any:
        """Return the token that a page came with; None where it came without."""
        token = (page.answer or {}).get(self.pagination.output_token)
        return None if token == "" and self.empty_is_none else token

    def identity(self, item: Item) -> str:
        """Return what identifies an item within its listing."""
        return str(member(item, self.spec.identity))

    def identities(self, items: Sequence[Item]) -> tuple[str, ...]:
        """Return the identities of the items in order."""
        return tuple(self.identity(item) for item in items)

    def key(self, sort_by: str, item: Item) -> Any:
        """Return the value by which an item is sorted; None where it has none, or NaN, whose place is anywhere.

        A list or an object is no value to sort by: that it is there is reported by the check of the member's type.
        """
        value = member(item, self.spec.keys[sort_by])
        if value == "NaN" or isinstance(value, list | dict):
            return None
        return float(value) if isinstance(value, str) and value in {"Infinity", "-Infinity"} else value

    def keys(self, sort_by: str, items: Sequence[Item]) -> list[Any]:
        """Return the values by which items are sorted, in their order."""
        return [self.key(sort_by, item) for item in items]

    def has_key(self, sort_by: str, item: Item) -> bool:
        """Return whether an item has the value by which it would be sorted."""
        return member(item, self.spec.keys[sort_by]) is not None

    def order_without_ties(self) -> dict[str, Any]:
        """Return the members that ask for the order by identity: two walks of any other may show ties differently."""
        if not self.spec.sort_by:
            return {}
        keys = [name for name, path in self.spec.keys.items() if path == self.spec.identity]
        return {self.spec.sort_by: keys[0], self.spec.sort_order: self.spec.ascending} if keys else {}

    def filtered(self, name: str, item: Item) -> Any:
        """Return the member of an item that a filter looks at."""
        return member(item, self.spec.filters[name])


@dataclass(frozen=True)
class Difference:
    """How two lists of identities differ, in words; false where they hold the same."""

    missing: tuple[str, ...]
    extra: tuple[str, ...]

    @classmethod
    def between(cls, wanted: Sequence[str], got: Sequence[str]) -> Difference:
        """Compare as multisets: an item that comes twice is extra once."""
        have, want = Counter(got), Counter(wanted)
        return cls(tuple(sorted((want - have).elements())), tuple(sorted((have - want).elements())))

    def __bool__(self) -> bool:
        return bool(self.missing or self.extra)

    def __str__(self) -> str:
        parts = [
            f"{len(names)} {word} ({', '.join(names[:3])}{', …' if len(names) > 3 else ''})"  # noqa: PLR2004 - the first three name it
            for names, word in ((self.missing, "missing"), (self.extra, "too many"))
            if names
        ]
        return " and ".join(parts)


def first_difference(wanted: Sequence[Any], got: Sequence[Any]) -> int | None:
    """Return the index at which two lists of one length first differ; None where they are equal."""
    return next((index for index, pair in enumerate(zip(wanted, got, strict=True)) if pair[0] != pair[1]), None)


def steps(values: Sequence[Any]) -> Iterator[tuple[int, Any, Any]]:
    """Return each pair of neighbours with the index of the second."""
    return ((index, values[index - 1], values[index]) for index in range(1, len(values)))


def pages_of(listing: Listing) -> tuple[Exchange, ...]:
    """Return what a verdict shows of a listing: its first two pages and its last."""
    return tuple(dict.fromkeys((*listing.pages[:2], *listing.pages[-1:])))


@dataclass(frozen=True)
class Walked:
    """One query walked to its end with one page size."""

    name: str
    """The resource whose items are listed."""
    listing: Listing
    size: int
    is_sure: bool = True
    """Whether the contract says that pages may have that size."""
