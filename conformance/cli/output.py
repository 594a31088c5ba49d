"""Output that survives its reader: `| head` ends the printing and nothing else."""

from __future__ import annotations

import os
import sys

from rich.console import Console


class LastingConsole(Console):
    """A console that goes on in silence when nobody reads it any more, so that a run still comes to its end."""

    def on_broken_pipe(self) -> None:
        """Print nothing from now on."""
        self.quiet = True
        silence()


def silence() -> None:
    """Let standard output lead nowhere: what is still in its buffer would break the pipe again at the very end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
