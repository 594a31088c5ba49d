"""Releases of a contract: which checks there were on a day, at which level; newer checks count for nobody who pins one.

A release is a file `releases/DATE.yaml` next to the contract, which is never edited: its digest is of all that it says.
Ids are in it as a tree of operation, area and subject, with the cases of each subject in a list: less than half of the
lines that a list of ids has, and a difference of two releases shows a line for each subject that changed.
"""

from __future__ import annotations

import hashlib
import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

from conformance.contract.files import ContractError, ContractFiles
from conformance.errors import Problem

FOLDER = "releases"
_LEVELS = ("must", "should")
_WIDTH = 120
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off"})
"""What some reader of YAML takes for something else than text."""


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

    def text(self) -> str:
        """Return the text of its file."""
        head = (
            "# The checks of the contract on this day. It is never edited: `conformance release` makes another.\n"
            f"release: {self.date}\ncontract: {self.contract}\nchecks: {len(self.levels)}\ndigest: {self.digest}\n"
        )
        return head + "".join(f"{level}:{self._tree(level)}" for level in _LEVELS)

    def _tree(self, level: str) -> str:
        ids = sorted(check_id.split("/", 3) for check_id, own in self.levels.items() if own == level)
        lines: list[str] = []
        for operation, of_operation in groupby(ids, key=lambda parts: parts[0]):
            lines.append(f"  {_scalar(operation)}:")
            for area, of_area in groupby(of_operation, key=lambda parts: parts[1]):
                lines.append(f"    {_scalar(area)}:")
                for subject, cases in groupby(of_area, key=lambda parts: parts[2]):
                    row = f"{_scalar(subject)}: [{', '.join(_scalar(parts[3]) for parts in cases)}]"
                    lines += textwrap.wrap(
                        row,
                        _WIDTH,
                        initial_indent=" " * 6,
                        subsequent_indent=" " * 8,
                        break_long_words=False,
                        break_on_hyphens=False,
                    )
        return "\n" + "".join(f"{line}\n" for line in lines) if lines else " {}\n"


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
    levels = {check_id: level for level in _LEVELS for check_id in _ids(written[level])}
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


def write_release(root: Path, release: Release) -> Path:
    """Write a release next to its contract. Raises ReleaseError where there is another of that day already."""
    path = root / FOLDER / f"{release.date}.yaml"
    if path.exists() and read_release(root, release.date) != release:
        raise ReleaseError(
            f"there is a release {release.date} already, of other checks",
            where=str(path),
            hint="it is never edited: give another day with --date",
        )
    path.parent.mkdir(exist_ok=True)
    path.write_text(release.text(), encoding="utf-8", newline="\n")
    return path


def parse_day(text: str) -> str:
    """Return a date as it is written in names of files. Raises ReleaseError for what is no date."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise ReleaseError(f"{text!r} is no date", where="--date", hint="write it like 2027-03-31") from error


def _ids(tree: Mapping[str, Any]) -> Iterator[str]:
    for operation, areas in tree.items():
        for area, subjects in areas.items():
            for subject, cases in subjects.items():
                yield from (f"{operation}/{area}/{subject}/{case}" for case in cases)


def _scalar(text: str) -> str:
    # What JSON writes in quotes, YAML reads as the same text.
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else json.dumps(text, ensure_ascii=False)
