"""Releases of a contract: which checks there were on a day, at which level; newer checks count for nobody who pins one.

A release is a file `releases/DATE.yaml` next to the contract, which is never edited: its digest is of all that it says.
Ids are in it as a tree of operation, area and subject, with the cases of each subject in a list: less than half of the
lines that a list of ids has, and a difference of two releases shows a line for each subject that changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from conformance.contract.files import ContractError, ContractFiles
from conformance.errors import Problem

FOLDER = "releases"
LEVELS = ("must", "should")


class ReleaseError(ContractError):
    """A release that there is not, or that is not as it was made."""


@dataclass(frozen=True)
class Release:
    """The checks of a contract on a day: their ids, each with its level."""

    date: str
    contract: str
    """The digest of the contract, in hex."""
    levels: Mapping[str, str]

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the date, the digest of the contract, and level and id of each check, sorted, in hex."""
        lines = [self.date, self.contract, *sorted(f"{level} {check_id}" for check_id, level in self.levels.items())]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def counts(self, check_id: str) -> bool:
        """Return whether a check counts: newer ones are shown apart, and never do."""
        return check_id in self.levels

    def gone(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Return the ids of its checks that are not among these any more, sorted."""
        return tuple(sorted(self.levels.keys() - set(ids)))


def release_dates(root: Path) -> tuple[str, ...]:
    """Return the dates of the releases of the contract in a folder, the oldest first."""
    return tuple(sorted(path.stem for path in (root / FOLDER).glob("*.yaml")))


def read_release(root: Path, day: str) -> Release:
    """Read a release of the contract in a folder.

    Raises ReleaseError where there is none of that day, with those that there are, or where it is not as it was made.
    """
    path = root / FOLDER / f"{day}.yaml"
    if day not in (known := release_dates(root)):
        has = f"it has {', '.join(known)}" if known else "it has none: `conformance release --contract DIR` makes one"
        where = ContractFiles(root, check_form=False).name(path.parent)
        raise ReleaseError(f"the contract has no release {day!r}", where=where, hint=has)
    try:
        return _read(ContractFiles(root, check_form=False), path)
    except (ReleaseError, AttributeError, LookupError, TypeError):
        return _read(ContractFiles(root, check_form=True), path)  # the form is checked where something is wrong


def _read(files: ContractFiles, path: Path) -> Release:
    written = files.read(path)
    levels = {check_id: level for level in LEVELS for check_id in _ids(written[level])}
    release = Release(written["release"], written["contract"], levels)
    if (release.digest, release.date, len(levels)) != (written["digest"], path.stem, written["checks"]):
        raise ReleaseError(
            "the release is not as it was made: its digest is of something else",
            where=written.at("digest"),
            hint="restore the file; a release is never edited",
        )
    return release


def edited_releases(root: Path) -> Iterator[Problem]:
    """Yield a problem for each release of the contract in a folder that is not as it was made."""
    for day in release_dates(root):
        try:
            read_release(root, day)
        except ReleaseError as error:
            yield Problem(error.problem, error.where, error.hint)
        except ContractError:
            continue  # its form is wrong, which the schema finds


def _ids(tree: Mapping[str, Any]) -> Iterator[str]:
    for operation, areas in tree.items():
        for area, subjects in areas.items():
            for subject, cases in subjects.items():
                yield from (f"{operation}/{area}/{subject}/{case}" for case in cases)
