"""What a user can cause to go wrong: exit codes, and the base class of errors printed without a traceback."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from enum import IntEnum
from typing import NamedTuple

_LISTED = 12
"""How many choices a hint lists before it only counts them."""


class ExitCode(IntEnum):
    """What the process returns to its caller; the same for every command."""

    CONFORMS = 0
    """Nothing failed, and everything that was selected was judged."""
    DOES_NOT_CONFORM = 1
    """At least one check failed."""
    USAGE = 2
    """A wrong option, configuration or contract: nothing was judged."""
    TARGET_BROKE = 3
    """The target could not be reached, or broke while it was being judged."""
    PARTLY_JUDGED = 4
    """Nothing failed, and nothing, or too little, was judged."""


class Problem(NamedTuple):
    """Something that the user can fix: what is wrong, where (`file:line`), and what to do."""

    problem: str
    where: str
    hint: str


class UserError(Exception):
    """A problem that the user can fix, in three parts.

    `problem` says what is wrong, `where` names the file and line or the target and URL, and `hint` says what to do.
    The command line prints the three parts and exits with `exit_code`.
    """

    exit_code: ExitCode = ExitCode.USAGE

    def __init__(self, problem: str, *, where: str = "", hint: str = "", exit_code: ExitCode | None = None) -> None:
        """Keep the parts; `where` and `hint` may be empty, and the exit code is usually that of the class."""
        super().__init__(problem)
        self.problem = problem
        self.where = where
        self.hint = hint
        self.exit_code = exit_code or self.exit_code

    def __str__(self) -> str:
        """Return the parts, one a line, as the command line prints them."""
        lines = [f"error: {self.problem}"]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)


def suggest(word: str, choices: Iterable[str]) -> str:
    """Say which of the choices was probably meant, or which there are."""
    known = list(choices)
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    if not known:
        return "there is nothing to choose from here: remove it, or add what it names"
    if len(known) > _LISTED:
        return f"choose one of the {len(known)} known ones, such as {known[0]!r}"
    return "choose one of: " + ", ".join(known)
