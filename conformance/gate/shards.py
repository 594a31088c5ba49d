"""Parts of a run: which checks belong to which, the same way on every machine."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from conformance.gate.errors import ShardError
from conformance.report import Shard

_FORM = re.compile(r"([0-9]{1,4})/([0-9]{1,4})")


class Placed(Protocol):
    """What has a place in a run: a check."""

    @property
    def id(self) -> str:
        """Its stable id."""

    @property
    def gathered(self) -> bool:
        """Whether it looks at every answer of the run."""


P = TypeVar("P", bound=Placed)


@dataclass(frozen=True)
class Part:
    """The `index`-th (from 1) of `total` parts.

    Where there are several, the last one has the checks that look at all answers. It asks for everything that the run
    asks for, whichever checks it has, so that it gets no others. These are dealt out by a digest of their ids: a check
    that is new moves none of the old ones.
    """

    index: int
    total: int

    @classmethod
    def of(cls, text: str) -> Part:
        """Read `I/N`. Raises ShardError."""
        found = _FORM.fullmatch(text.strip())
        index, total = (int(found[1]), int(found[2])) if found else (0, 0)
        if not 1 <= index <= total:
            raise ShardError(f"there is no shard {text!r}", remedy="write it as I/N, from 1/N to N/N: for example 1/4")
        return cls(index, total)

    def __str__(self) -> str:
        return f"{self.index}/{self.total}"

    @property
    def folder(self) -> str:
        """The name of the folder in which this part reports."""
        return f"shard-{self.index}-of-{self.total}"

    def chosen(self, checks: Iterable[P]) -> tuple[P, ...]:
        """Give the checks of this part, in their order. Each check is in exactly one part."""
        return tuple(check for check in checks if place(check, self.total) == self.index)

    def shard(self, ids: Sequence[str]) -> Shard:
        """Give what the record says of this part, the ids of the whole run being given."""
        return Shard(self.index, self.total, len(ids), digest(ids))


def place(check: Placed, total: int) -> int:
    """Give the part, from 1, that a check belongs to."""
    if total == 1 or check.gathered:
        return total
    return int.from_bytes(hashlib.sha256(check.id.encode()).digest()[:8], "big") % (total - 1) + 1


def digest(ids: Iterable[str]) -> str:
    """Give the digest of a set of ids: two runs that judge the same checks have the same."""
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()
