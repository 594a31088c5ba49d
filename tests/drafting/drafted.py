"""Drafts as users make them: the command, run on the model of a small service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cli.command import Ended, conformance

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
