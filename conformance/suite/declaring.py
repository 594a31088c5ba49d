"""Known failures written down: the failures of a run in few entries, and the entries of a file made fewer.

A pattern is made of the parts of an id, each as it is or with a star for the words at its beginning or its end. The
fewest patterns are hard to find (that is the cover of a set): taking the one that matches most, again and again, and
then leaving out what the others match already, comes near.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, reduce
from operator import or_
from pathlib import Path

from conformance.checks.check import matches
from conformance.drafting.yaml_text import scalar
from conformance.inputs import Entries, Section, load_file
from conformance.output import write_whole
from conformance.report.findings import group_findings
from conformance.report.result import Level, Outcome, Result
from conformance.report.run import Record
from conformance.report.summary import count, counts_against
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
from conformance.visible import one_line

_HEAD = f"""\
# Checks that the target is known to fail. Say in each entry why that is accepted for now: as long as one says {TODO},
# `conformance run --known-failures` rejects the file. An entry may also have `issue` (a link) and `expires` (a date).
known_failures:
"""
_NO_ENTRY = re.compile(r"^known_failures:\s*\[\s*\]\s*(#.*)?$")
_END_OF_WORD = re.compile(r"[-.]")


class _Patterns:
    """The patterns that may be written for ids of a catalogue; a set of ids is a number with a bit for each."""

    def __init__(self, catalogue: Sequence[str], allowed: Collection[str]) -> None:
        self._catalogue = catalogue
        self._bits = {check_id: 1 << place for place, check_id in enumerate(catalogue)}
        self._parts = [check_id.split("/") for check_id in catalogue]
        self._forbidden = ~self.set_of(allowed)
        self._part = cache(self._with_part)

    def set_of(self, ids: Iterable[str]) -> int:
        return reduce(or_, map(self._bits.__getitem__, ids), 0)

    def of(self, check_id: str) -> Iterator[tuple[str, int]]:
        """Yield patterns that match an id and nothing forbidden, the id itself last, each with the set it matches."""
        yield from self._longer("", -1, check_id.split("/"), 0)
        yield check_id, self._bits[check_id]

    def matching(self, pattern: str) -> int:
        """Return the set that a pattern matches; 0 where it matches what is forbidden."""
        found = self.set_of(item for item in self._catalogue if matches(pattern, item))
        return 0 if found & self._forbidden else found

    def _longer(self, pattern: str, found: int, parts: Sequence[str], place: int) -> Iterator[tuple[str, int]]:
        for part in _with_stars(parts[place]):
            longer, fewer = f"{pattern}{part}", found & self._part(place, part)
            if not fewer & self._forbidden:
                yield longer, fewer
            elif place + 1 < len(parts):
                yield from self._longer(f"{longer}/", fewer, parts, place + 1)

    def _with_part(self, place: int, part: str) -> int:
        fits = re.compile(re.escape(part).replace(r"\*", ".*")).fullmatch
        return self.set_of(
            check_id
            for check_id, parts in zip(self._catalogue, self._parts, strict=True)
            if len(parts) > place and fits(parts[place])
        )


def _with_stars(part: str) -> list[str]:
    """Return a part of an id as it is, with a star for its last or its first words, and a star alone."""
    ends = [*_END_OF_WORD.finditer(part)]
    return [part, *(f"{part[: end.end()]}*" for end in ends), *(f"*{part[end.start() :]}" for end in ends), "*"]


def fewest_patterns(
    wanted: Collection[str], catalogue: Sequence[str], *, free: Collection[str] = (), given: Collection[str] = ()
) -> list[str]:
    """Return few patterns that match the ids `wanted`, and no others of a catalogue but `free` ones, sorted.

    Of patterns that match as many, one that is `given` is preferred, then an id, then the one with fewer stars.
    """
    patterns = _Patterns(catalogue, {*wanted, *free})
    found = [(item, patterns.matching(item)) for item in given]
    found += [pattern for check_id in wanted for pattern in patterns.of(check_id)]
    best: dict[int, tuple[bool, bool, int, int, str]] = {}
    for pattern, ids in found:
        rank = (pattern not in given, pattern not in wanted, pattern.count("*"), len(pattern), pattern)
        if ids and (ids not in best or rank < best[ids]):
            best[ids] = rank
    target = left = patterns.set_of(wanted)
    # A pattern gains less the more others are taken: one that still gains most when it is looked at again is the best.
    heap = [(-(ids & left).bit_count(), rank, ids) for ids, rank in best.items()]
    heapq.heapify(heap)
    taken: dict[str, int] = {}
    while left:
        gain, rank, ids = heapq.heappop(heap)
        if (now := -(ids & left).bit_count()) > gain:
            heapq.heappush(heap, (now, rank, ids))
        # A star reaches over a slash too, which is not seen part by part.
        elif rank[-1] in wanted or patterns.matching(rank[-1]):
            taken[rank[-1]] = ids
            left &= ~ids
    needed, needed_of_given = _needed(taken, target), _needed(dict(found[: len(given)]), target)
    return needed_of_given if 0 < len(needed_of_given) <= len(needed) else needed


def _needed(patterns: dict[str, int], target: int) -> list[str]:
    """Return the patterns that are needed to match all of a set, sorted; none where they don't match all of it."""
    if target & ~reduce(or_, patterns.values(), 0):
        return []
    for pattern in sorted(patterns, key=lambda item: (patterns[item] & target).bit_count()):
        if not target & ~reduce(or_, (ids for item, ids in patterns.items() if item != pattern), 0):
            del patterns[pattern]
    return sorted(patterns)


@dataclass(frozen=True)
class Draft:
    """A file that is to be written after a run: its path, and what it has already (None for a new file)."""

    path: Path
    existing: KnownFailures | None
    reason: str = TODO
    """What each new entry has as its reason."""

    @classmethod
    def at(cls, path: Path, *, reason: str | None = None) -> Draft:
        """Look at the place before anything is run; without a reason, it is still to be written.

        Raises KnownFailuresError where nothing can be written there, or where the reason is none.
        """
        if reason is not None and (is_unwritten(reason) or not reason.isprintable()):
            raise KnownFailuresError(
                "--reason is empty, a TODO, or not one line of text",
                where="--reason",
                hint="say in one line why the failures are accepted for now, or leave --reason out",
            )
        if not path.exists():
            if not path.absolute().parent.is_dir():
                raise KnownFailuresError(f"there is no folder {path.parent}", where=str(path), hint="make it first")
            return cls(path, None, reason or TODO)
        existing = read_known_failures(path, reasons_due=False)
        _insertion(path)
        return cls(path, existing, reason or TODO)

    @property
    def reason_due(self) -> bool:
        """Whether each new entry waits for its reason."""
        return is_unwritten(self.reason)

    def write(self, record: Record, catalogue: Sequence[str], *, strict: bool) -> tuple[int, int]:
        """Write what the failures of a record lack to be declared; return how many entries declare how many failures.

        What the file has already stays as it is, comments included. New entries come first, since a check belongs
        to the first entry that matches it. Raises KnownFailuresError where the file can't be written, or where the
        record is not that of a whole run.
        """
        _insist_on_whole(record, self.path)
        bare = [cleared(result) for result in record.results]
        # An entry that has expired needs a new date, not a second entry: no day is late here.
        matcher = KnownFailureMatcher(self.existing or KnownFailures("", ()), catalogue, date.min)
        missing = _missing(bare, matcher, strict=strict)
        lines: list[str] = []
        entries = 0
        indent = _insertion(self.path)[1] if self.existing else "  "
        for finding in group_findings(bare) if missing else ():
            declared: dict[tuple[Outcome, str], list[str]] = {}
            for result in finding.results:
                if result.id in missing:
                    declared.setdefault((result.outcome, result.kind), []).append(result.id)
            if declared:
                checks = count(sum(map(len, declared.values())), "check")
                lines.append(f"{indent}# {one_line(finding.title)} ({checks})")
            for (outcome, kind), ids in declared.items():
                # What was not judged may be matched, and what failed in the same way and is only recommended.
                free = [
                    item.id
                    for item in bare
                    if matcher.entry_of(item.id) is None
                    and (
                        item.outcome is Outcome.SKIPPED
                        or (item.outcome, item.kind, item.level) == (outcome, kind, Level.SHOULD)
                    )
                ]
                patterns = fewest_patterns(ids, catalogue, free=free)
                entries += len(patterns)
                for pattern in patterns:
                    lines += _entry_lines(Entry(pattern, self.reason, "", outcome=outcome, kind=kind), indent)
        if lines or self.existing is None:
            _replace(self.path, _inserted(self.path, lines) if self.existing else _HEAD.rstrip("\n") + _block(lines))
        return entries, len(missing)


def _missing(bare: Iterable[Result], matcher: KnownFailureMatcher, *, strict: bool) -> set[str]:
    """Return the ids of the results that would turn a run red, and that no entry covers.

    These are failures at level must, with `strict` those at level should too, and errors that are not the suite's own.
    A check that has an entry of its own is not among them: that entry declares another failure.
    """
    named = {entry.check for entry in matcher.known.entries}
    red = (item for item in bare if counts_against(item, strict=strict) or item.outcome is Outcome.ERROR)
    return {
        item.id for item in red if item.kind != NEVER_COVERED and item.id not in named and not matcher.mark(item).known
    }


def minimize(path: Path, record: Record, catalogue: Sequence[str]) -> tuple[int, int]:
    """Make the entries of a file fewer, by the results of a record; return how many there were, and are.

    Together they declare the same checks, without those that passed. An entry whose pattern is still needed stays as
    it is written, and so do the comments of those that share its reason. Entries are put together where reason, link,
    last day and signature are the same, and no comment is between them. Raises KnownFailuresError.
    """
    _insist_on_whole(record, path)
    file = FileText.of(path)
    passed = {result.id for result in record.results if result.outcome is Outcome.PASSED}
    matcher = KnownFailureMatcher(file.known, catalogue, date.min)
    skipped = {
        item.id for item in record.results if item.outcome is Outcome.SKIPPED and matcher.entry_of(item.id) is None
    }
    groups: dict[object, list[int]] = {}
    for place, entry in enumerate(file.known.entries):
        groups.setdefault((file.rows[place].section, replace(entry, check="", where="")), []).append(place)
    kept: dict[int, list[Entry]] = {}
    free: dict[str, int] = {}
    """Checks of groups already done, with the place of the last entry of theirs."""
    for places in groups.values():
        entries = {place: file.known.entries[place] for place in places}
        owners = set(entries.values())
        owned = [item for item in catalogue if matcher.entry_of(item) in owners and item not in passed]
        earlier = {item for item, last in free.items() if last < places[0]}
        given = [entry.check for entry in entries.values()]
        patterns = fewest_patterns(owned, catalogue, free=earlier | skipped, given=given)
        new = [replace(entries[places[0]], check=pattern) for pattern in patterns if pattern not in given]
        for place in places if patterns else ():
            stays = entries[place].check in patterns
            kept[place], new = ([entries[place]], new) if stays else (new, [])
        free |= dict.fromkeys(owned, places[-1])
    _replace(path, file.with_entries(kept))
    return len(file.known.entries), sum(map(len, kept.values()))


@dataclass
class _Row:
    """The lines of one entry, and those above it that are comments or empty; `section` counts the comments so far."""

    above: list[str]
    lines: list[str]
    section: int


@dataclass(frozen=True)
class FileText:
    """A file of known failures as text, in the lines of its entries."""

    known: KnownFailures
    head: list[str]
    rows: list[_Row]
    tail: list[str]
    indent: str

    @classmethod
    def of(cls, path: Path) -> FileText:
        """Read a file. Raises KnownFailuresError for one whose entries are not written one a line."""
        known = read_known_failures(path, reasons_due=False)
        start, indent = _insertion(path)
        lines = path.read_text(encoding="utf-8").splitlines()
        rows: list[_Row] = []
        above: list[str] = []
        section = 0
        for line in lines[start:]:
            text = line.lstrip()
            if line.startswith(f"{indent}- "):
                section += any(item.lstrip().startswith("#") for item in above)
                rows.append(_Row(above, [line], section))
                above = []
            elif not text or (text.startswith("#") and len(line) - len(text) <= len(indent)):
                above.append(line)
            elif rows:
                rows[-1].lines += [*above, line]
                above = []
        if len(rows) != len(known.entries):
            raise _not_in_lines(path)
        return cls(known, lines[:start], rows, above, indent)

    def with_entries(self, kept: Mapping[int, Sequence[Entry]]) -> str:
        """Return the text with these entries in the place of each; the comments of a place that has none go with it."""
        lines = [*self.head]
        for place, row in enumerate(self.rows):
            lines += row.above if place in kept else ()
            for entry in kept.get(place, ()):
                own = entry is self.known.entries[place]
                lines += row.lines if own else _entry_lines(entry, self.indent)
        if not any(kept.values()):
            lines[-1] = lines[-1].replace("known_failures:", "known_failures: []", 1)
        return "\n".join([*lines, *self.tail, ""])


def _insist_on_whole(record: Record, path: Path) -> None:
    if not record.complete or record.stopped:
        raise KnownFailuresError(
            "the run did not come to its end: its failures are not written down",
            where=str(path),
            hint="fix what stopped it, and run again",
        )


def _replace(path: Path, text: str) -> None:
    try:
        write_whole(path, text)
    except OSError as error:
        raise KnownFailuresError(
            f"the known failures can't be written: {error.strerror or error}",
            where=str(path),
            hint="name a file that can be written",
        ) from error


def _block(lines: Sequence[str]) -> str:
    """Return the lines of entries as they follow the key on its own line; an empty list where there are none."""
    return "\n" + "\n".join(lines) + "\n" if lines else " []\n"


def _entry_lines(entry: Entry, indent: str) -> list[str]:
    members = {"check": entry.check, "outcome": entry.outcome.value, "kind": entry.kind, "reason": entry.reason}
    members |= {"issue": entry.issue, "expires": str(entry.expires or "")}
    written = [f"{key}: {scalar(value)}" for key, value in members.items() if value]
    return [f"{indent}{'  ' if place else '- '}{line}" for place, line in enumerate(written)]


def _inserted(path: Path, added: Sequence[str]) -> str:
    """Return the text of a file with the lines of further entries before those that it has."""
    number, _ = _insertion(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    key = _NO_ENTRY.sub(
        lambda found: f"known_failures:  {found[1]}" if found[1] else "known_failures:", lines[number - 1]
    )
    above, below = [*lines[: number - 1], key], lines[number:]
    return "\n".join(above) + _block(added) + "".join(f"{line}\n" for line in below)


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
    raise _not_in_lines(path)


def _not_in_lines(path: Path) -> KnownFailuresError:
    return KnownFailuresError(
        "nothing can be added to this file: its entries are not written one a line",
        where=str(path),
        hint="write them as `- check: …` lines, or name a new file",
    )
