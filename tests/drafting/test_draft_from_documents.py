"""A draft from the five documents is the shipped contract: its documented values, and the lines that it cites.

Needs the documents: `pytest --documents DIR`, or CONFORMANCE_DOCUMENTS=DIR.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.command import conformance
from reading.documents import DESCRIBE, LIST, OPERATION

from conformance.contract.loading import load
from conformance.contract.model import Contract, Fact

_FEWEST_LINES = 0.99
"""Share of the cited lines that the draft must cite for the same facts."""


@pytest.fixture(scope="module")
def drafted(documents: Path, tmp_path_factory: pytest.TempPathFactory) -> Contract:
    folder = tmp_path_factory.mktemp("drafted")
    shipped = load()
    pages = [word for name in OPERATION for word in ("--document", documents / shipped.sources[name].file)]
    done = conformance("draft", "sagemaker", DESCRIBE, LIST, "--output", "contract", *pages, cwd=folder)
    assert done.code == 0, done.said
    linted = conformance("lint", "--contract", "contract", "--documents", documents, cwd=folder)
    assert linted.code == 0, linted.said
    return load(folder / "contract")


def documented(contract: Contract) -> dict[str, Fact]:
    return {fact.id: fact for fact in contract.facts if fact.basis == "documented"}


def lines(contract: Contract, fact: Fact) -> set[tuple[str, int]]:
    """Return file and line of each citation of a fact."""
    return {(contract.sources[source.id].file, line) for source in fact.sources for line in source.all_lines()}


def _value(fact: Fact) -> object:
    return frozenset(fact.value) if isinstance(fact.value, tuple) else fact.value


def test_every_documented_value_is_in_the_draft(drafted: Contract) -> None:
    found, wanted = documented(drafted), documented(load())
    assert {name: _value(fact) for name, fact in found.items()} == {name: _value(fact) for name, fact in wanted.items()}


def test_nearly_every_cited_line_is_cited_by_the_draft(drafted: Contract) -> None:
    found, shipped = documented(drafted), load()
    wanted = [(name, line) for name, fact in documented(shipped).items() for line in lines(shipped, fact)]
    cited = {name: lines(drafted, fact) for name, fact in found.items()}
    missing = [(name, line) for name, line in wanted if line not in cited.get(name, ())]
    assert len(missing) <= (1 - _FEWEST_LINES) * len(wanted), missing
