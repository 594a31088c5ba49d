"""A result told in plain text: Expected, Received, Because, Reproduce. JUnit files and terminals carry it."""

from __future__ import annotations

from conformance.report.result import Result


def because(result: Result) -> str:
    """Say why the check is right: the statement, and where it comes from."""
    cited = ", ".join(str(one) for one in result.because)
    parts = [result.statement.rstrip("."), f"({cited})" if cited else f"({result.basis})"]
    return " ".join(part for part in parts if part)


def rests_on(result: Result) -> str:
    """Say what the judgement rests on: `12 answers, 57 items`."""
    return ", ".join(
        f"{number:,} {_singular(noun) if number == 1 else noun}" for noun, number in result.rests_on.items()
    )


def labelled(result: Result) -> tuple[tuple[str, str], ...]:
    """Give the parts of an explanation that there are, each with its label; all but the command to reproduce."""
    told = (("Expected", result.expected), ("Received", result.received), ("Because", because(result)))
    parts = (*told, ("Declared", result.declared))
    return tuple((label, text) for label, text in parts if text)


def explain(result: Result) -> str:
    """Give the whole explanation, a part a line."""
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
