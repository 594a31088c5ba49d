"""What can be wrong with a target, told so that its owner can mend it."""

from __future__ import annotations

from conformance.errors import ExitCode, UserError


class TargetError(UserError):
    """A target can't be used: its entry is wrong (exit code 2), or it did not come up or broke (exit code 3)."""

    def __init__(
        self, problem: str, *, where: str = "", remedy: str = "", exit_code: ExitCode = ExitCode.USAGE
    ) -> None:
        """Keep the parts; a mistake in the configuration is the default, a broken target says so."""
        super().__init__(problem, where=where, remedy=remedy)
        self.exit_code = exit_code


class UnreachableError(TargetError):
    """Nobody answers at the endpoint of a target."""

    def __init__(self, problem: str, *, where: str = "", remedy: str = "") -> None:
        """Keep the parts; the exit code is always that of a target that could not be reached."""
        super().__init__(problem, where=where, remedy=remedy, exit_code=ExitCode.TARGET_BROKE)


class CredentialsError(TargetError):
    """The credentials of a target are missing, expired or refused: nothing about the target was judged."""

    def __init__(self, problem: str, *, where: str = "", remedy: str = "") -> None:
        """Keep the parts; the exit code is that of a target that could not be reached."""
        super().__init__(problem, where=where, remedy=remedy, exit_code=ExitCode.TARGET_BROKE)
