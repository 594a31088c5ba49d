"""The contract's facts against the documents themselves, read again by readers that know nothing of the contract.

Needs the documents: `pytest --documents DIR`, or CONFORMANCE_DOCUMENTS=DIR.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import pytest

from conformance.contract.loading import load
from conformance.contract.model import UNSET, Contract
from conformance.documents.claims import Place
from reading.documents import DESCRIBE, OPERATION, read_all, read_document

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.documents.claims import Claim, Value


class Said(NamedTuple):
    """A place in a document, and what it is about."""

    document: str
    line: int
    place: Place
    facet: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line} {self.place.direction} {self.place.path!r} {self.facet}"


class Stated(NamedTuple):
    """What is said there; lists of values have no order."""

    value: object
    words: frozenset[str]
    more_lines: frozenset[int]


_PARENTS = Place(DESCRIBE, "output", "WarmStartConfig.ParentHyperParameterTuningJobs")
UNREAD = {
    Said("api-describe", 209, _PARENTS, "min_length"): "the sentence stands at the member above, and counts this one",
    Said("boto3-describe", 2045, _PARENTS, "min_length"): "the same sentence on the newer page",
}
"""Citations of prose that no fixed turn of phrase gives away, each with the reason."""


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load()


@pytest.fixture(scope="module")
def claims(documents: Path, contract: Contract) -> list[Claim]:
    return read_all(documents, {name: contract.sources[name].file for name in OPERATION})


@pytest.fixture(scope="module")
def claimed(claims: list[Claim]) -> dict[Said, Stated]:
    return {
        Said(claim.document, claim.line, claim.place, claim.facet): _stated(claim.value, claim.words, claim.more_lines)
        for claim in claims
    }


@pytest.fixture(scope="module")
def cited(contract: Contract) -> dict[Said, Stated]:
    return {
        Said(source.id, source.line, Place(fact.operation, fact.direction, fact.path), fact.facet): _stated(
            fact.value if source.value is UNSET else source.value, source.words, source.more_lines
        )
        for fact in contract.facts
        for source in fact.sources
        if source.line is not None
    }


def test_the_documents_are_those_that_the_contract_was_made_from(documents: Path, contract: Contract) -> None:
    for name, operation in OPERATION.items():
        source = contract.sources[name]
        assert source.operation == operation
        assert hashlib.sha256((documents / source.file).read_bytes()).hexdigest() == source.sha256, name


@pytest.mark.parametrize("name", OPERATION)
def test_nothing_on_a_document_is_left_unread(name: str, documents: Path, contract: Contract) -> None:
    reading = read_document(documents, name, contract.sources[name].file)
    assert reading.style.name == contract.sources[name].kind
    assert reading.page.operation == OPERATION[name]
    assert reading.unread == ()


def test_no_two_claims_say_different_things_in_one_place(claims: list[Claim], claimed: dict[Said, Stated]) -> None:
    assert len(claims) == len(claimed)


def test_every_claim_of_a_document_is_cited_with_its_value(
    claimed: dict[Said, Stated], cited: dict[Said, Stated]
) -> None:
    missing = [f"{said}: {stated.value}" for said, stated in claimed.items() if said not in cited]
    assert not missing, "\n".join(missing)
    wrong = [
        f"{said}: document {stated}, contract {cited[said]}"
        for said, stated in claimed.items()
        if cited[said] != stated
    ]
    assert not wrong, "\n".join(wrong)


def test_every_citation_is_a_claim_of_its_document(claimed: dict[Said, Stated], cited: dict[Said, Stated]) -> None:
    invented = [
        f"{said}: {stated.value}"
        for said, stated in cited.items()
        if said not in claimed and said not in UNREAD and not _lent(said, stated, claimed)
    ]
    assert not invented, "\n".join(invented)


def test_no_reason_is_given_for_a_citation_that_is_read_or_gone(
    claimed: dict[Said, Stated], cited: dict[Said, Stated]
) -> None:
    assert set(UNREAD) <= set(cited) - set(claimed)


def test_every_documented_fact_rests_on_a_document_about_its_own_operation(contract: Contract) -> None:
    for fact in contract.facts:
        if fact.basis == "documented":
            assert any(OPERATION[source.id] == fact.operation for source in fact.sources), fact.id


def test_the_extractor_reads_as_much_as_there_is(claims: list[Claim]) -> None:
    received = {(claim.document, claim.place, claim.facet) for claim in claims if not _handed_through(claim)}
    assert Counter(facet for _, _, facet in received) == {
        "present": 534,
        "type": 531,
        "enum": 63,
        "required": 32,
        "default": 15,
        "max_length": 7,
        "pattern": 6,
        "min_length": 5,
        "maximum": 4,
        "http_status": 4,
        "minimum": 1,
    }


def _handed_through(claim: Claim) -> bool:
    """Whether the claim repeats for the operation what the page says of its paginator."""
    return claim.document == "boto3-paginator" and claim.place.direction == "input"


def _lent(said: Said, stated: Stated, claimed: dict[Said, Stated]) -> bool:
    """Whether a document says this of the same member in the other operation, the one that it is about."""
    if OPERATION[said.document] == said.place.operation:
        return False
    member = said.place.path.rpartition(".")[2]
    return any(
        (other.document, other.line, other.facet) == (said.document, said.line, said.facet)
        and other.place.path.rpartition(".")[2] == member
        and what == stated
        for other, what in claimed.items()
    )


def _stated(value: Value, words: tuple[str, ...], more_lines: tuple[int, ...]) -> Stated:
    comparable = frozenset(value) if isinstance(value, tuple) else (type(value), value)
    return Stated(comparable, frozenset(words), frozenset(more_lines))
