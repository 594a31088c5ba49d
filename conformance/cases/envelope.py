"""What a protocol case is: one bent envelope around a well-formed request, and how it ought to end."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.cases.model import Expect
from conformance.wire.request import Request

BAD_REQUEST = frozenset({400})
SERIALIZATION = frozenset({"SerializationException", "ValidationException"})
ANY_CODE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ProtocolCase:
    """One bent envelope.

    A refusal must be a 4xx; `statuses` and `codes` narrow it where the protocol or recordings say more (empty: any).
    `lenient` says in words why more than one thing is accepted.
    """

    operation: str
    subject: str
    name: str
    statement: str
    request: Request
    expect: Expect
    statuses: frozenset[int] = frozenset()
    codes: frozenset[str] = ANY_CODE
    level: str = "must"
    basis: str = "protocol"
    observed: tuple[str, ...] = ()
    lenient: str = ""
    needs_auth: bool = False
    elsewhere: bool = False
    """Whether a redirect refuses as well."""
    facts: tuple[str, ...] = ()
