"""What a page says and what the contract has, laid side by side: the same, older, settled, shouted, or nearest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from conformance.contract import UNSET, Citation, Fact
from conformance.drift.claims import Claim
from conformance.drift.edition import Stated
from conformance.drift.finding import same
from conformance.drift.prose import wire_word

_NUMBERS = ("integer", "float", "timestamp")


def value_of(fact: Fact, citation: Citation) -> Any:
    """Give what a citation of a fact says."""
    return fact.value if citation.value is UNSET else citation.value


def values_of(fact: Fact) -> list[Any]:
    """Give the value in force, and those of all editions that say something else."""
    return [fact.value, *(value_of(fact, one) for one in fact.sources)]


def quiet(claim: Claim, facts: Sequence[Fact]) -> Claim:
    """Give a claim with the words of the wire in place of those that a page without drawings shouts: OFF is Off.

    `facts` are those that list the words of the member, and the one that the claim is about.
    """
    if not facts or claim.facet not in {"enum", "default"}:
        return claim
    known = tuple(
        str(word)
        for fact in facts
        for value in values_of(fact)
        for word in (value if isinstance(value, tuple) else (value,))
    )

    def spoken(word: str) -> str:
        return wire_word(word, known) if word.isupper() else word

    if isinstance(claim.value, tuple):
        return replace(claim, value=tuple(map(spoken, claim.value)))
    return replace(claim, value=spoken(claim.value)) if isinstance(claim.value, str) else claim


def drawn_number(claim: Claim, fact: Fact | None) -> bool:
    """Tell whether a claim is the one word that drawn JSON has for numbers of all kinds, and the member is one."""
    return claim.facet == "type" and claim.value == "number" and fact is not None and fact.value in _NUMBERS


def settled(one: Stated, fact: Fact, page: Sequence[Claim]) -> bool:
    """Tell whether a page that had two values is left with the one in force."""
    return not same(one.value, fact.value) and any(same(claim.value, fact.value) for claim in page)


def older(one: Stated, fact: Fact | None, page: Sequence[Claim]) -> bool:
    """Tell whether the page still says what its edition says, and a newer document says otherwise."""
    differs = fact is not None and not same(one.value, fact.value)
    more_than_a_drawing = one.value != "number"  # drawn JSON has one word for numbers, which contradicts nobody
    return differs and more_than_a_drawing and any(same(claim.value, one.value) for claim in page)


def by_value(claims: Sequence[Claim]) -> list[tuple[Any, list[Claim]]]:
    """Put claims with the same value together."""
    groups: list[tuple[Any, list[Claim]]] = []
    for claim in claims:
        group = next((one for value, one in groups if same(value, claim.value)), None)
        if group is None:
            groups.append((claim.value, [claim]))
        else:
            group.append(claim)
    return groups


def nearest(value: Any, stated: Sequence[Stated]) -> Stated | None:
    """Give the statement that the value most likely took the place of."""
    if not stated:
        return None
    words = set(value) if isinstance(value, tuple) else {value}
    return max(stated, key=lambda one: len(words & (set(one.value) if isinstance(one.value, tuple) else {one.value})))
