"""What can be wrong with a contract, told so that its author can mend it: the error, the finding, and the remedies."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from conformance.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable

_LISTED = 12
"""How many choices a remedy lists before it only counts them."""


class ContractError(UserError):
    """The contract can't be used: nothing is judged against a contract whose structure is broken."""


@dataclass(frozen=True)
class Finding:
    """A fault of a contract that still loads: what is wrong, where (`file:line`), and what to do."""

    problem: str
    where: str
    remedy: str

    def to_json(self) -> dict[str, str]:
        """Return the three parts as they are printed by tools."""
        return {"problem": self.problem, "where": self.where, "remedy": self.remedy}


def suggest(word: str, choices: Iterable[str]) -> str:
    """Say which of the choices was probably meant, or which there are."""
    known = list(choices)
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    if not known:
        return "there is nothing to choose from here: remove it"
    if len(known) > _LISTED:
        return f"choose one of the {len(known)} known ones, such as {known[0]!r}"
    return "choose one of: " + ", ".join(known)
