"""Options that several sub-commands share."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from conformance.contract.model import Contract

F = TypeVar("F", bound=Callable[..., Any])


def selection(command: F) -> F:
    """Add the options that choose checks."""
    for option in (
        click.option(
            "--level",
            multiple=True,
            type=click.Choice(["must", "should"]),
            help="Only checks of this level. May be repeated.",
        ),
        click.option(
            "--area",
            multiple=True,
            metavar="AREA",
            help="Only checks of this area, such as pagination. May be repeated.",
        ),
        click.option(
            "--operation", multiple=True, metavar="NAME", help="Only checks of this operation. May be repeated."
        ),
        click.option(
            "--select",
            multiple=True,
            metavar="PATTERN",
            help="Only checks whose id matches: an id, its beginning up to a slash, or * and ?. May be repeated.",
        ),
    ):
        command = option(command)
    return command


def thresholds(command: F) -> F:
    """Add the options that say how much has to be judged."""
    for option in (
        click.option(
            "--min-exercised",
            type=click.IntRange(0, 100),
            default=0,
            metavar="PERCENT",
            help="Exit with 4 where fewer of the selected checks were judged.",
        ),
        click.option(
            "--allow-partial",
            is_flag=True,
            help="Exit with 0 where nothing failed, though only a part could be judged; the reports still say so.",
        ),
    ):
        command = option(command)
    return command


def verbose(command: F) -> F:
    """Add the option that prints every finding in full."""
    words = "Print each finding in full: expected, received, because, and a line that reproduces it."
    return click.option("-v", "--verbose", is_flag=True, help=words)(command)


def contract(command: F) -> F:
    """Add the option that names another contract; `contract_in` takes what it gives."""
    words = "Folder of another contract (default: the one that comes along)."
    return click.option("--contract", "contract", metavar="DIR", type=click.Path(), help=words)(command)


def terminal_width() -> int | None:
    """Return the columns of the terminal that standard output goes to; None where it goes to a file or a pipe."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def contract_in(folder: str | None) -> Contract:
    """Return the contract in a folder, or the one that comes along. Raises ContractError."""
    from conformance.contract.loading import load  # noqa: PLC0415 - --help does without it

    return load(Path(folder) if folder else None)
