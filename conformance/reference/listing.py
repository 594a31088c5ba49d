"""Order, filter and pages of the two listings.

A token holds the position at which a listing goes on, not a number of items: items that come and go meanwhile shift
nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import math
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from conformance.reference.inputs import validation
from conformance.worlds.model import WorldJob, WorldTrainingJob

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


_MAC_BYTES = 20


class PageTokens:
    """Makes tokens and reads them back.

    The key keeps tokens from being made by hand; it guards no secret, and a fixed one gives the same tokens in each
    run.
    """

    def __init__(self, key: bytes) -> None:
        """Keep the key that tokens are signed with."""
        self._key = key

    def issue(self, query: Mapping[str, Any], position: Any) -> str:
        """Return the token of the page of a query that starts at a position, a JSON value."""
        content = json.dumps(position, separators=(",", ":")).encode()
        mac = self._mac(query, content)
        return base64.b64encode(mac + self._hidden(mac, content)).decode()

    def redeem(self, query: Mapping[str, Any], token: str) -> Any:
        """Return the position that a token holds; raises a ValidationException for one that is not of this query."""
        try:
            raw = base64.b64decode(token, validate=True)
        except (binascii.Error, ValueError):
            raw = b""
        mac, content = raw[:_MAC_BYTES], self._hidden(raw[:_MAC_BYTES], raw[_MAC_BYTES:])
        if not hmac.compare_digest(mac, self._mac(query, content)):
            raise validation("The NextToken is not valid for this request")
        return json.loads(content)

    def _hidden(self, mac: bytes, content: bytes) -> bytes:
        """Hide a content, or show a hidden one: a client that could read a token might rely on it."""
        pad = hashlib.shake_256(self._key + mac).digest(len(content))
        return bytes(each ^ other for each, other in zip(content, pad, strict=True))

    def _mac(self, query: Mapping[str, Any], position: bytes) -> bytes:
        about = json.dumps(query, sort_keys=True).encode()
        return hmac.new(self._key, position + about, hashlib.sha256).digest()[:_MAC_BYTES]


Item = TypeVar("Item", WorldJob, WorldTrainingJob)


def _metric_key(metric: float) -> list[float]:
    """Return a key that any two metrics can be compared by: NaN before all numbers, equal to itself."""
    return [0, 0.0] if math.isnan(metric) else [1, metric]


TUNING_JOB_KEYS: dict[str, Callable[[Any], Any]] = {
    "Name": attrgetter("name"),
    "CreationTime": attrgetter("created"),
    "Status": attrgetter("status"),
}
TRAINING_JOB_KEYS: dict[str, Callable[[Any], Any]] = {
    **TUNING_JOB_KEYS,
    "FinalObjectiveMetricValue": lambda job: None if job.metric is None else _metric_key(job.metric),
}


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some items of a listing, and where in it the next page starts; None after the last."""

    items: tuple[Item, ...]
    next_offset: int | None
    listed: Sequence[Item] = ()

    def next_position(self, key: Callable[[Any], Any]) -> list[Any] | None:
        """Return the sort key and the name of the item after which the next page starts; None for the beginning."""
        if not self.next_offset:
            return None
        last = self.listed[self.next_offset - 1]
        return [key(last), last.name]


def in_order(items: Sequence[Item], key: Callable[[Any], Any], *, descending: bool) -> list[Item]:
    """Sort by a key, leaving out items that have none; equals are in the order of their names, in both directions."""
    by_name = sorted((item for item in items if key(item) is not None), key=attrgetter("name"))
    return sorted(by_name, key=key, reverse=descending)


def page_of(items: Sequence[Item], offset: int, size: int) -> Page[Item]:
    """Cut one page out of a listing."""
    end = offset + size
    return Page(tuple(items[offset:end]), end if end < len(items) else None, items)


def offset_after(
    items: Sequence[Item], position: list[Any] | None, key: Callable[[Any], Any], *, descending: bool
) -> int:
    """Return how many items, sorted by a key and then by name, are not after a position; its own item may be gone."""
    if position is None:
        return 0
    value, name = position

    def is_after(item: Item) -> bool:
        own = key(item)
        beyond: bool = own < value if descending else own > value
        return item.name > name if own == value else beyond

    found = (index + 1 for index, item in enumerate(items) if item.name == name and key(item) == value)
    offset = next(found, None)
    return offset if offset is not None else next((i for i, each in enumerate(items) if is_after(each)), len(items))


def with_status(items: Sequence[Item], status: str | None) -> list[Item]:
    """Keep the items in that status; all, where none is asked for."""
    return [item for item in items if status is None or item.status == status]


def tuning_jobs_within(jobs: Sequence[WorldJob], query: Mapping[str, Any]) -> list[WorldJob]:
    """Keep the tuning jobs that match the name part and times of a query; the bounds themselves are outside."""
    part = query.get("NameContains", "")

    def is_within(time: float, member: str) -> bool:
        return bool(query.get(f"{member}After", -math.inf) < time < query.get(f"{member}Before", math.inf))

    return [
        job
        for job in jobs
        if part in job.name and is_within(job.created, "CreationTime") and is_within(job.modified, "LastModifiedTime")
    ]
