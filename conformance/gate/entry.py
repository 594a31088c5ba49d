"""One entry of known failures: which checks it is about, what it says of them, and which results it covers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

from conformance.report import Outcome, Result

NEVER_COVERED = "suite-error"
"""The kind of an error that is the suite's own fault: nobody can declare it."""


@dataclass(frozen=True)
class Entry:
    """A failure that is accepted for now.

    `check` is an id or a pattern, `where` the `file:line` of the entry. `outcome` and `kind` are the signature of the
    failure, an empty `kind` standing for any. `expires` is the last day on which it holds.
    """

    check: str
    reason: str
    where: str
    issue: str = ""
    expires: date | None = None
    outcome: Outcome = Outcome.FAILED
    kind: str = ""

    @property
    def signature(self) -> str:
        """How its checks are declared to end, in words."""
        return signature(self.outcome, self.kind)

    @property
    def told(self) -> str:
        """Where it stands and what it says: the reason, and the link where there is one."""
        return f"{self.where}: {self.reason}" + (f" ({self.issue})" if self.issue else "")

    def has_expired(self, today: date) -> bool:
        """Tell whether its last day is over."""
        return self.expires is not None and today > self.expires

    def covers(self, result: Result) -> bool:
        """Tell whether a result of one of its checks is the failure that it declares."""
        if result.kind == NEVER_COVERED:
            return False
        return result.outcome is self.outcome and self.kind in {"", result.kind}

    def to_json(self) -> dict[str, Any]:
        """Give it as a process hands it to its workers."""
        return {
            **vars(self),
            "expires": self.expires.isoformat() if self.expires else None,
            "outcome": self.outcome.value,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Take back what `to_json` gave."""
        expires = date.fromisoformat(value["expires"]) if value["expires"] else None
        return cls(**{**value, "expires": expires, "outcome": Outcome(value["outcome"])})


def signature(outcome: Outcome, kind: str) -> str:
    """Say in words how a check ended, or is declared to end."""
    return f"{outcome.value} ({kind})" if kind else outcome.value


def cleared(result: Result) -> Result:
    """Give a result as it was before any known failures were held against it."""
    return replace(result, known=False, declared="") if result.known or result.declared else result
