"""docs/catalogue.md is what the contract says today."""

from __future__ import annotations

from pathlib import Path

from conformance.catalogue.catalogue import catalogue
from conformance.catalogue.page import page
from conformance.contract import load

PAGE = Path(__file__).parents[2] / "docs" / "catalogue.md"


def test_the_page_is_current() -> None:
    contract = load()
    told = page(contract, catalogue(contract)).splitlines()
    written = PAGE.read_text(encoding="utf-8").splitlines()
    stale = [line for line in told if line not in set(written)]
    assert written == told, f"docs/catalogue.md is stale: `make docs` writes it anew. It lacks such as {stale[:3]}"


def test_every_check_is_on_the_page_once() -> None:
    contract = load()
    checks = catalogue(contract)
    text = page(contract, checks)
    for operation in contract.operations:
        for area in {check.area for check in checks if check.operation == operation}:
            heading = f"### {operation}: {area}\n"
            assert text.count(heading) == 1
            count = sum(check.operation == operation and check.area == area for check in checks)
            section = text.split(heading)[1].split("\n### ")[0]
            assert f"{count} check" in section


def test_the_page_is_the_same_twice() -> None:
    contract = load()
    assert page(contract, catalogue(contract)) == page(contract, catalogue(contract))
