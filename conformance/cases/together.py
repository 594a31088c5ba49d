"""Request cases of several members at once: valid ones go together, and a broken one is refused beside valid ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from conformance.cases.building import Builder
from conformance.cases.model import Expect, Members, Placeholder, RequestCase
from conformance.contract import Node

_PLAINEST = frozenset({"left-out", "enum-not-stranger", "pattern-inner-space"})
"""The cases, of those about one facet, that no leniency of a server could explain."""

_BESIDE_OTHERS = ("enum", "pattern", "maximum", "max_length", "minimum", "min_length")
_BESIDE_A_TOKEN = ("enum", "minimum", "max_length", "maximum", "pattern", "min_length")
"""The facets in the order in which they are broken: the first that a member has gives the case that names none."""


def pairs(builder: Builder) -> Iterator[RequestCase]:
    """Give every two optional members together; a token is one of the very query that it goes with."""
    for one, other in combinations(builder.optional, 2):
        yield RequestCase(
            builder.operation.name,
            f"{one.path}+{other.path}",
            "pair",
            f"{one.path} and {other.path} may be given together",
            Expect.ACCEPTED,
            (*builder.base, (one.name, builder.good(one)), (other.name, builder.good(other))),
            (*builder.fact(one, "present"), *builder.fact(other, "present")),
        )


def refused_beside(builder: Builder, alone: Sequence[RequestCase]) -> Iterator[RequestCase]:
    """Give again what each member is refused for alone: beside all the others, and beside a token just issued.

    It shows a server that checks a member only where it stands alone, or on first pages only.
    """
    optional = builder.optional
    tokens = [node for node in optional if builder.is_token(node)]
    for node in builder.operation.input.members.values():
        others = [one for one in optional if one is not node and one not in tokens]
        yield from _beside(builder, node, alone, others, _BESIDE_OTHERS, ("others", "all other members"))
        if node not in tokens:
            yield from _beside(builder, node, alone, tokens, _BESIDE_A_TOKEN, ("a-token", "a token just issued"))


def _beside(  # noqa: PLR0913, PLR0917 - what is broken, and what stands beside it
    builder: Builder,
    node: Node,
    alone: Sequence[RequestCase],
    company: Sequence[Node],
    facets: Sequence[str],
    named: tuple[str, str],
) -> Iterator[RequestCase]:
    if not company:
        return
    beside, words = named
    valid = tuple((one.name, builder.good(one)) for one in company)
    control = (*builder.base, *valid)
    if node in builder.optional and not any(builder.is_token(one) for one in company):
        # Beside a token the member is left out of the control: the token is one of the plain query.
        control = (*control, (node.name, builder.good(node)))
    for name, case in _chosen(alone, node, facets, is_token=builder.is_token(node)):
        yield replace(
            case,
            name=f"{name}-beside-{beside}",
            statement=f"{case.statement}, also beside {words}",
            members=(*case.members, *valid),
            control=control,
        )


def _chosen(
    alone: Sequence[RequestCase], node: Node, facets: Sequence[str], *, is_token: bool
) -> Iterator[tuple[str, RequestCase]]:
    """Give the case of a required member that is left out, and the plainest of each constraint, with their names."""
    refused = [(case, case.breaks[1]) for case in alone if case.subject == node.path and case.breaks is not None]
    yield from ((case.name, case) for case, _ in refused if case.name == "left-out")
    first = True
    for wanted in facets:
        about = [case for case, facet in refused if facet == wanted and (not is_token or _spoiled(case.members))]
        if about:
            case = next((case for case in about if case.name in _PLAINEST), about[0])
            yield "refused" if first else case.name, case
            first = False


def _spoiled(members: Members) -> bool:
    """Tell whether a token that would be taken is what was broken: one that nobody issued is refused anyway."""
    return any(value is Placeholder.BROKEN_TOKEN for _, value in members)
