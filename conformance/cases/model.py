"""What a case is: the members of a request, the one thing it tries, and how it ought to end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any


class Placeholder(Enum):
    """A value that only the state of a target can give."""

    EXISTING = "<existing job>"
    """The name of a resource that exists."""
    TOKEN = "<token of a first page>"  # noqa: S105 - a pagination token
    """A pagination token that the target has just issued."""

    BROKEN_TOKEN = "<such a token, with a line feed after it>"  # noqa: S105 - as above
    """The same token, spoiled at its end, so that only what was added can be what is wrong with it."""

    def __repr__(self) -> str:
        return self.value


class Expect(StrEnum):
    """How a request ought to end."""

    ACCEPTED = "accepted"
    """2xx; for a name that nobody has, the documented not-found error."""
    REFUSED = "refused"
    """A validation or serialization error, HTTP 400, beside a control that was let through."""
    EITHER = "either"
    """Nobody has shown which: accepted, or refused with a 4xx; never a 5xx or a dropped connection."""
    LIKE_CONTROL = "like its control"
    """Just as the control ends: the same status and error code."""


Members = tuple[tuple[str, Any], ...]
"""The members of a request in order; values are JSON values or placeholders."""


class CaseError(Exception):
    """A case that does not break exactly what it says it breaks: a bug of the generator, never of a target."""


@dataclass(frozen=True)
class RequestCase:
    """One request made from the contract.

    `subject` and `name` are the last two segments of the check id. `facts` are the ids of the facts that it rests on,
    `observed` the observations. `breaks` is the (member, facet) pair that a refused case violates; `inseparable` names
    further facets that no value could keep while breaking it.
    """

    operation: str
    subject: str
    name: str
    statement: str
    expect: Expect
    members: Members
    facts: tuple[str, ...] = ()
    observed: tuple[str, ...] = ()
    control: Members = ()
    breaks: tuple[str, str] | None = None
    inseparable: frozenset[str] = frozenset()
    level: str = "must"
    basis: str = "documented"


@dataclass(frozen=True)
class Edit:
    """One way of spoiling a valid value."""

    name: str
    value: Any
    words: str
