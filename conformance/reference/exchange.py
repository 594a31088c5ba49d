"""A request as the server got it, and the answer that it sends."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Call:
    """One HTTP request; header names are in lower case."""

    method: str
    target: str
    """The request target, path and query, as sent."""
    headers: Mapping[str, str]
    body: bytes
    spelled: frozenset[str] = frozenset()
    """The names of headers as they were sent; empty where nobody asks."""


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, but for what the connection adds."""

    status: int
    body: bytes
    request_id: str
    content_type: str
    date: float = 0.0
    """The time of its Date header in epoch seconds; it has none at 0."""
    more: tuple[tuple[str, str], ...] = ()
    """Further headers."""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Its headers, those without a value left out."""
        named = (
            ("x-amzn-RequestId", self.request_id),
            ("Content-Type", self.content_type),
            ("Content-Length", str(len(self.body))),
            ("Date", _date(int(self.date)) if self.date else ""),
            *self.more,
        )
        return tuple((name, value) for name, value in named if value)


@lru_cache(maxsize=2)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)
