"""docs/catalogue.md is up to date with the contract."""

from __future__ import annotations

from pathlib import Path

from conformance.contract.loading import load
from conformance.suite.catalogue import catalogue
from conformance.suite.catalogue_page import page, read_samples

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "catalogue.md"
SAMPLES = read_samples(DOCS / "catalogue-samples.json")


def test_the_page_is_current() -> None:
    contract = load()
    received = page(contract, catalogue(contract), SAMPLES).splitlines()
    written = PAGE.read_text(encoding="utf-8").splitlines()
    stale = [line for line in received if line not in set(written)]
    assert written == received, f"docs/catalogue.md is stale: run `make docs`. It lacks, among others, {stale[:3]}"


def test_every_check_is_on_the_page_once() -> None:
    contract = load()
    checks = catalogue(contract)
    text = page(contract, checks, SAMPLES)
    for operation in contract.operations:
        for area in {check.area for check in checks if check.operation == operation}:
            heading = f"### {operation}: {area}\n"
            assert text.count(heading) == 1
            count = sum(check.operation == operation and check.area == area for check in checks)
            section = text.split(heading)[1].split("\n### ")[0]
            assert f"{count} check" in section


def test_every_sample_is_that_of_a_check_and_nearly_every_check_has_one() -> None:
    ids = {check.id for check in catalogue(load())}
    assert set(SAMPLES) <= ids, "a check has another id now: run `make samples`"
    # No mutant fails the others.
    assert len(SAMPLES) > 0.75 * len(ids)
