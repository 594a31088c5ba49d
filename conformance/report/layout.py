"""The layout of labelled text: rows of a label and a text, and what explains a result."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from conformance.report.result import Result

_LEAST = 20
"""Characters that a text is given however narrow the page is: words are read, letters below one another are not."""


def hanging(label: str, text: str, width: int) -> Iterator[str]:
    """Yield the lines of a label and its text, further lines under the first. Words, such as ids, are never broken."""
    room = max(width - len(label), _LEAST)
    first, *more = textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False) or [""]
    yield (label + first).rstrip()
    yield from (" " * len(label) + line for line in more)


def row(label: str, text: str, width: int, *, indent: int = 2, column: int = 12) -> Iterator[str]:
    """Yield the lines of a labelled text: the label in a column, the text next to it."""
    return hanging(f"{'':{indent}}{label:<{column}}", text, width)


class Printer:
    """Prints within the width of a console; ids and commands are never broken, so that they can be copied."""

    def __init__(self, console: Console) -> None:
        """Print on this console."""
        self._console = console

    def line(self, text: str | Text = "") -> None:
        """Print a line as it is, however long."""
        self._console.print(Text(text) if isinstance(text, str) else text, soft_wrap=True)

    def heading(self, title: str, style: str) -> None:
        """Print a title, with an empty line above it."""
        self.line()
        self.line(Text(title, style=f"bold {style}"))

    def hanging(self, label: str, text: str | Text) -> None:
        """Print a label and a text next to it, its further lines under its first."""
        for line in self.laid_out(label, text):
            self.line(line)

    def laid_out(self, label: str, text: str | Text) -> Iterator[Text]:
        """Return the lines that `hanging` prints."""
        body = Text(text) if isinstance(text, str) else text
        margin = " " * len(label)
        width = max(self.width - len(margin), _LEAST)
        for number, line in enumerate(body.wrap(self._console, width, tab_size=4) or [Text()]):
            line.rstrip()
            yield Text.assemble(label if number == 0 else margin, line)

    @property
    def width(self) -> int:
        """Columns of the console."""
        return self._console.width

    def wrapped(self, text: str | Text, *, indent: int = 0) -> None:
        """Print a text within the width, each of its lines indented."""
        self.hanging(" " * indent, text)


def because(result: Result) -> str:
    """Say why the check is right: the statement, and where it comes from."""
    cited = ", ".join(str(item) for item in result.because)
    parts = [result.statement.rstrip("."), f"({cited})" if cited else f"({result.basis})"]
    return " ".join(part for part in parts if part)


def rests_on(result: Result) -> str:
    """Say what the judgement rests on: `12 answers, 57 items`."""
    return ", ".join(
        f"{number:,} {_singular(noun) if number == 1 else noun}" for noun, number in result.rests_on.items()
    )


def labelled(result: Result) -> tuple[tuple[str, str], ...]:
    """Return the parts of an explanation that there are, each with its label; all but the command to reproduce."""
    parts = (("Expected", result.expected), ("Received", result.received), ("Because", because(result)))
    return tuple((label, text) for label, text in (*parts, ("Declared", result.declared)) if text)


def explain(result: Result) -> str:
    """Return the whole explanation, a part a line."""
    lines = [result.id]
    if result.reason:
        lines.append(result.reason)
    lines.extend(f"{label}: {text}" for label, text in labelled(result))
    lines.extend(f"Note: {note}" for note in result.notes)
    if result.reproduce:
        lines.extend(("Reproduce:", result.reproduce))
    return "\n".join(lines)


def _singular(noun: str) -> str:
    return f"{noun[:-3]}y" if noun.endswith("ies") else noun.removesuffix("s")
