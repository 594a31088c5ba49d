"""Lines on a console: short ones as they are, a label and its text within the width."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

_LEAST = 20
"""Characters that a text is given however narrow the console is."""


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
        """Print a label and beside it a text, its further lines under its first."""
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
