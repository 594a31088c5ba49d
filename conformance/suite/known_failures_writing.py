"""Writing known failures down: a first file, or what a file lacks that is there already."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from conformance.inputs import Entries, Section, load_file
from conformance.output import write_whole
from conformance.report.result import Outcome, Result
from conformance.report.run import Record
from conformance.report.summary import counts_against
from conformance.suite.known_failures import (
    NEVER_COVERED,
    TODO,
    Entry,
    KnownFailureMatcher,
    KnownFailures,
    KnownFailuresError,
    cleared,
    is_unwritten,
    read_known_failures,
)

_HEAD = f"""\
# Checks that the target is known to fail. Say in each entry why that is accepted for now: as long as one says {TODO},
# `conformance run --known-failures` refuses the file. An entry may also have `issue` (a link) and `expires` (a date).
known_failures:
"""
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./*?+=\[\]{}-]*")
_WORDS = frozenset({"true", "false", "null"})
_NO_ENTRY = re.compile(r"^known_failures:\s*\[\s*\]\s*(#.*)?$")


@dataclass(frozen=True)
class Draft:
    """A file that is to be written after a run: where, and what stands there already (None for a new file)."""

    path: Path
    existing: KnownFailures | None
    reason: str = TODO
    """What each new entry has as its reason."""

    @classmethod
    def at(cls, path: Path, *, reason: str = TODO) -> Draft:
        """Look at the place before anything is run.

        Raises KnownFailuresError where nothing can be written there, or where the reason is none.
        """
        if reason != TODO and (is_unwritten(reason) or not reason.isprintable()):
            raise KnownFailuresError(
                "--reason is empty, a TODO, or not one line of text",
                where="--reason",
                remedy="say in one line why the failures are accepted for now, or leave --reason out",
            )
        if not path.exists():
            if not path.absolute().parent.is_dir():
                raise KnownFailuresError(f"there is no folder {path.parent}", where=str(path), remedy="make it first")
            return cls(path, None, reason)
        existing = read_known_failures(path, reasons_due=False)
        _insertion(path)
        return cls(path, existing, reason)

    def write(self, record: Record, catalogue: Sequence[str], *, strict: bool) -> tuple[Entry, ...]:
        """Write what the failures of a record lack to be declared; give the entries that were added.

        What stands in the file already stays as it is, comments included. New entries come first, since a check belongs
        to the first entry that matches it. Raises KnownFailuresError where the file can't be written, or where the
        record does not tell of a whole run.
        """
        if not record.complete or record.stopped:
            raise KnownFailuresError(
                "the run did not come to its end: its failures are not written down",
                where=str(self.path),
                remedy="mend what stopped it, and run again",
            )
        added = missing_entries(record.results, self.existing, catalogue, strict=strict, reason=self.reason)
        if added or self.existing is None:
            self._replace(_inserted(self.path, added) if self.existing else _HEAD.rstrip("\n") + _block(added, "  "))
        return added

    def _replace(self, text: str) -> None:
        try:
            write_whole(self.path, text)
        except OSError as error:
            raise KnownFailuresError(
                f"the known failures can't be written: {error.strerror or error}",
                where=str(self.path),
                remedy="name a file that can be written",
            ) from error


def missing_entries(
    results: Iterable[Result], existing: KnownFailures | None, catalogue: Sequence[str], *, strict: bool, reason: str
) -> tuple[Entry, ...]:
    """Return an entry for each result that would turn a run red and that no entry covers, by id.

    These are failures at level must, with `strict` those at level should too, and errors that are not the suite's own.
    """
    known = existing or KnownFailures("", ())
    # An entry that has expired needs a new date, not a second entry beside it: no day is late here.
    keeper = KnownFailureMatcher(known, catalogue, date.min)
    bare = sorted((cleared(result) for result in results), key=lambda item: item.id)
    red = [item for item in bare if counts_against(item, strict=strict) or item.outcome is Outcome.ERROR]
    return tuple(
        Entry(item.id, reason, "", outcome=item.outcome, kind=item.kind)
        for item in red
        if item.kind != NEVER_COVERED and not keeper.mark(item).known
    )


def _block(entries: Iterable[Entry], indent: str) -> str:
    """Return the lines of entries, which follow the key on its own line; an empty list where there are none."""
    lines: list[str] = []
    for entry in entries:
        lines.append(f"{indent}- check: {_scalar(entry.check)}")
        lines.append(f"{indent}  outcome: {entry.outcome.value}")
        if entry.kind:
            lines.append(f"{indent}  kind: {_scalar(entry.kind)}")
        lines.append(f"{indent}  reason: {_scalar(entry.reason)}")
    return "\n" + "\n".join(lines) + "\n" if lines else " []\n"


def _scalar(text: str) -> str:
    # What JSON writes in quotes, YAML reads as the same text.
    return text if _PLAIN.fullmatch(text) and text.lower() not in _WORDS else json.dumps(text, ensure_ascii=False)


def _inserted(path: Path, added: Sequence[Entry]) -> str:
    """Return the text of a file with further entries before those that it has."""
    number, indent = _insertion(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    key = _NO_ENTRY.sub(
        lambda found: f"known_failures:  {found[1]}" if found[1] else "known_failures:", lines[number - 1]
    )
    above, below = [*lines[: number - 1], key], lines[number:]
    return "\n".join(above) + _block(added, indent) + "".join(f"{line}\n" for line in below)


def _insertion(path: Path) -> tuple[int, str]:
    """Return the line behind which entries can be put, and their indentation; raise KnownFailuresError."""
    document, _ = load_file(path, str(path), KnownFailuresError)
    if isinstance(document, Section):
        line = document.lines["known_failures"]
        rows: Entries = document["known_failures"]
        lines = path.read_text(encoding="utf-8").splitlines()
        if not rows and _NO_ENTRY.match(lines[line - 1]):
            return line, "  "
        first = lines[rows.lines[0] - 1] if rows else ""
        if first.lstrip().startswith("- ") and rows.lines[0] > line:
            return line, first[: len(first) - len(first.lstrip())]
    raise KnownFailuresError(
        "nothing can be added to this file: its entries are not written one a line",
        where=str(path),
        remedy="write them as `- check: …` lines, or name a new file",
    )
