"""What a user can cause to go wrong: exit codes, and the base class of errors printed without a traceback."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells its caller; the same for every command."""

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


class UserError(Exception):
    """A problem that the user can mend, told in three parts.

    `problem` says what is wrong, `where` names the file and line or the target and URL, and `remedy` says what to do.
    The command line prints the three parts and exits with `exit_code`.
    """

    exit_code: ExitCode = ExitCode.USAGE

    def __init__(self, problem: str, *, where: str = "", remedy: str = "") -> None:
        """Keep the three parts; `where` and `remedy` may be empty where there is nothing to say."""
        super().__init__(problem)
        self.problem = problem
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        """Return the parts, one a line, as the command line prints them."""
        lines = [f"error: {self.problem}"]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.remedy:
            lines.append(f"  to do: {self.remedy}")
        return "\n".join(lines)
