"""A request as the server got it, and the answer that it sends."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, but for the headers that every answer has."""

    status: int
    body: bytes
    request_id: str
    content_type: str
