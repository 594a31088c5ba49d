"""Drafts as users make them: the command, run on the model of a small service."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cli.command import Ended, conformance

from conformance.contract.cited_lines import verify_citations
from conformance.contract.loading import load
from conformance.contract.model import Contract
from conformance.documents.service_model import installed
from conformance.drafting.contracts import draft as make
from conformance.drafting.folder import write
from conformance.drafting.sources import draft_sources
from conformance.suite.catalogue import lint_findings
from drafting.library import SERVICE, write_model


def draft(folder: Path, *words: str | Path, changed: dict[str, Any] | None = None) -> Ended:
    """Draft operations of the library into the folder `books` below a folder."""
    write_model(folder / "models", changed)
    return conformance("draft", SERVICE, *words, "--model", "models", "--output", "books", cwd=folder)


def texts(folder: Path) -> dict[str, str]:
    """Return the files of a contract, by their path."""
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.yaml"))}


def lint(folder: Path, *words: str | Path) -> Ended:
    """Lint the contract that `draft` wrote."""
    return conformance("lint", "--contract", "books", *words, cwd=folder)


def of_installed(folder: Path, service: str, *names: str, pages: Iterable[Path] = ()) -> Contract:
    """Draft operations of an installed service, with their pages; nothing may be wrong with the draft."""
    sources, found = draft_sources(service, installed(service), names, pages)
    write(folder, make(sources, found), keep_pages=True)
    contract = load(folder)
    assert [*lint_findings(contract), *verify_citations(contract, folder / "pages")] == []
    return contract
