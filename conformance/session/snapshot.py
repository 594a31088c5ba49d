"""What a run knows of each resource of the target: description, complete listing, and the known truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from conformance.wire.exchange import Exchange, Listing


class _Listed:
    """What has a listing: the items that there are for sure, none where it was not followed to its end."""

    listing: Listing | None

    @property
    def items(self) -> tuple[dict[str, Any], ...]:
        """The listed items; empty where there is no complete listing (look at `listed` first)."""
        return self.listing.items if self.listing is not None and self.listing.complete else ()

    @property
    def listed(self) -> bool:
        """Whether there is a complete listing to rely on."""
        return self.listing is not None and self.listing.complete


@dataclass(frozen=True)
class ResourceSnapshot(_Listed):
    """One resource (here: one tuning job) as the target shows it.

    `listing` is the complete default listing, in pages of the largest size; None where it was not to be had.
    `known` is the world's truth about the resource (`conformance.worlds.WorldJob`), None on a state that the suite did
    not make. `listed_known` says whether that truth includes the listed items: a target filled through Create alone
    decides them itself.
    `settled` is whether the resource has ended, so that two answers about it may be compared.
    """

    name: str
    description: Exchange
    listing: Listing | None
    settled: bool
    known: Any = None
    listed_known: bool = False

    @property
    def answer(self) -> dict[str, Any]:
        """The description as a JSON object; empty where the target rejected the request or broke."""
        return (self.description.answer or {}) if self.description.ok else {}

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """The description and the first page of the listing: what a law cites when it accuses."""
        return (self.description, *(self.listing.pages[:1] if self.listing else ()))


@dataclass(frozen=True)
class ListingSnapshot(_Listed):
    """What one listing operation lists: the items of one resource, or of an operation that names none, all there are.

    `members` are those that a request must carry for it, `listing` the complete default listing in pages of the
    largest size; None where it was rejected. `settled` is whether two answers about it may be compared.
    """

    name: str
    """The resource; the operation where it names none."""
    members: Mapping[str, Any]
    listing: Listing | None
    settled: bool


@dataclass(frozen=True)
class Snapshot:
    """Every resource that the run knows, in the order in which the state names them; parents found on the way last."""

    resources: tuple[ResourceSnapshot, ...]

    @cached_property
    def by_name(self) -> Mapping[str, ResourceSnapshot]:
        """The views by name of the resource."""
        return {resource.name: resource for resource in self.resources}
