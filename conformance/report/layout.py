"""The layout of labelled text: rows of a label and a text, and what explains a result."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from conformance.report.result import Result

LEAST_WIDTH = 20
"""Characters that a text is given however narrow the page is: words are read, letters below one another are not."""


def hanging(label: str, text: str, width: int) -> Iterator[str]:
    """Yield the lines of a label and its text, further lines under the first. Words, such as ids, are never broken."""
    room = max(width - len(label), LEAST_WIDTH)
    first, *more = textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False) or [""]
    yield (label + first).rstrip()
    yield from (" " * len(label) + line for line in more)


def row(label: str, text: str, width: int, *, indent: int = 2, column: int = 12) -> Iterator[str]:
    """Yield the lines of a labelled text: the label in a column, the text next to it."""
    return hanging(f"{'':{indent}}{label:<{column}}", text, width)


def because(result: Result) -> str:
    """Say why the check is right: the statement, and where it comes from."""
    cited = ", ".join(map(str, result.because)) or result.basis
    return f"{result.statement.rstrip('.')} ({cited})".lstrip()


def rests_on(result: Result) -> str:
    """Say what the verdict rests on: `12 answers, 57 items`."""
    return ", ".join(
        f"{number:,} {_singular(noun) if number == 1 else noun}" for noun, number in result.rests_on.items()
    )


def labelled(result: Result) -> tuple[tuple[str, str], ...]:
    """Return the parts of an explanation that there are, each with its label; all but the command to reproduce."""
    parts = (
        ("Expected", result.expected),
        ("Received", result.received),
        ("Because", because(result)),
        ("Declared", result.declared),
    )
    return tuple((label, text) for label, text in parts if text)


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
