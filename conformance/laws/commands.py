"""A call of a command-line client as values: what was asked, how it ended, what it printed and what it sent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from conformance.wire.exchange import Exchange, Fault

_LINES = 3


@dataclass(frozen=True)
class Command:
    """One call: the words behind the program's name, and the files that they speak of by a relative name."""

    words: tuple[str, ...]
    files: tuple[tuple[str, str], ...] = ()
    """Name and text of each."""


@dataclass(frozen=True)
class CommandRun:
    """A call that has ended: exit status, output, and the exchanges that it caused."""

    command: Command
    status: int
    out: str
    err: str
    exchanges: tuple[Exchange, ...] = ()
    fault: Fault | None = None
    """Why it came to no end of its own: the target gave no answer, or the program did not end in time."""
    line: str = ""
    """The line that does the same as pasted into a shell."""

    @cached_property
    def printed(self) -> dict[str, Any] | None:
        """The object that was printed; None where the output is none."""
        try:
            value = json.loads(self.out)
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None

    @property
    def ended(self) -> str:
        """How it ended, in a line: the exit status, and the end of what it said."""
        said = " ".join(line.strip() for line in (self.err or self.out).strip().splitlines()[-_LINES:])
        return f"exit status {self.status}" + (f": {said}" if said else ", without a word")

    @property
    def sent(self) -> str:
        """What it sent, in words."""
        operations = [exchange.operation for exchange in self.exchanges]
        return f"{len(operations)} requests ({', '.join(dict.fromkeys(operations))})" if operations else "nothing sent"
