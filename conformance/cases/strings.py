"""Request cases of strings: every limit of length from both sides, and single edits that break a pattern."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance.cases.building import GARBAGE, Builder
from conformance.cases.model import CaseError, Edit, Expect, Placeholder, RequestCase
from conformance.cases.values import example, of_length, spoiled
from conformance.cases.violations import violations
from conformance.contract import Node

_FAR = 10
_AT_THE_END = "trailing-newline"


def string_cases(builder: Builder, node: Node) -> Iterator[RequestCase]:
    """Give the cases of the length and the pattern of a string."""
    yield from _lengths(builder, node)
    yield from _pattern(builder, node)


def _lengths(builder: Builder, node: Node) -> Iterator[RequestCase]:
    least, most = node.effective("min_length"), node.effective("max_length")
    if least:
        yield from _length(builder, node, least, "min_length")
        short = of_length(node, least - 1, breaking=frozenset({"min_length"}))
        value = "a" * (least - 1) if short is None else short
        statement = f"{node.path} has at least {least} characters"
        edit = Edit(str(least - 1), value, statement)
        control = None if builder.is_token(node) else of_length(node, least, breaking=frozenset())
        yield builder.refused(node, edit, "min_length", f"length-{least - 1}", statement, control)
    if most:
        yield from _length(builder, node, most, "max_length")
        statement = f"{node.path} has at most {most} characters"
        for length in (most + 1, most * _FAR):
            for breaking in ({"max_length"}, {"max_length", "pattern"}):
                text = of_length(node, length, breaking=frozenset(breaking))
                if text is not None:
                    control = None if builder.is_token(node) else of_length(node, most, breaking=frozenset())
                    edit = Edit(str(length), text, statement)
                    yield builder.refused(node, edit, "max_length", f"length-{length}", statement, control)
                    break


def _length(builder: Builder, node: Node, length: int, facet: str) -> Iterator[RequestCase]:
    text = of_length(node, length, breaking=frozenset())
    if text is None:
        raise CaseError(f"no valid value of {length} characters for {node.path}")
    if builder.is_token(node):
        yield builder.case(
            node,
            f"length-{length}",
            f"a token may have {length} characters: such a one is treated as any token that nobody issued",
            Expect.LIKE_CONTROL,
            text,
            facet,
            control=builder.having(node, GARBAGE),
        )
        return
    statement = f"{node.path} may have {length} characters"
    yield builder.case(node, f"length-{length}", statement, Expect.ACCEPTED, text, facet)


def _pattern(builder: Builder, node: Node) -> Iterator[RequestCase]:
    if not node.effective("pattern"):
        return
    valid = GARBAGE if builder.is_token(node) else str(example(node))
    control = None if builder.is_token(node) else valid
    both = builder.fact(node, "pattern/modelled") if "pattern" in node.modelled else ()
    for edit in spoiled(node, valid):
        statement = f"{node.path} matches its pattern from end to end: not with {edit.words}"
        case = builder.refused(node, edit, "pattern", f"pattern-{edit.name}", statement, control)
        if builder.is_token(node) and edit.name == _AT_THE_END:
            # A token that nobody issued is refused anyway: spoiled must be one that would be taken.
            case = replace(case, members=builder.having(node, Placeholder.BROKEN_TOKEN))
        yield replace(case, facts=(*case.facts, *both))
    if not builder.is_token(node):
        for name, text in (("inner-hyphens", "a--b"), ("digits", "1234"), ("mixed-case", "AbC-9")):
            if not violations(node, text):
                statement = f"{node.path} admits {text!r}"
                yield builder.case(node, f"pattern-{name}", statement, Expect.ACCEPTED, text, "pattern")
