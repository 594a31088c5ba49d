"""What keeps runs from being compared like with like: another contract, another selection, a record cut short."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from conformance import forms
from conformance.errors import UserError
from conformance.forms import FormError, SchemaVersion
from conformance.report.json_report import Report
from conformance.report.record import read_record
from conformance.report.run import SCHEMA, Footer, Header, Record
from conformance.report.summary import Headline, headline

RECORD = "run.jsonl"
REPORT = "report.json"
_HEADER = b'{"type":"header",'
_HINT = "name a report.json, a run.jsonl, or the folder that `conformance run` wrote them to"


class ReadingError(UserError):
    """Something that can't be read as the record of a run; `where` names the file."""


@dataclass(frozen=True)
class Side:
    """One run of a comparison: its label, the file that it was read from, and its record."""

    label: str
    path: Path
    record: Record

    @cached_property
    def verdict(self) -> Headline:
        """What the run comes to, without --strict."""
        return headline(self.record)

    @property
    def text(self) -> str:
        """What was judged, when, and how it ended."""
        header, verdict = self.record.header, self.verdict
        return f"{header.target.name}, {header.started}: {verdict.title.lower()}, {verdict.detail} ({verdict.judged})"

    @property
    def versions(self) -> str:
        """What the run depended on, in one line; empty where its record does not say."""
        versions = self.record.header.versions
        return f"{versions}; {versions.command}" if versions else ""


def read_side(named: str) -> Side:
    """Read one side, given as PATH or LABEL=PATH; without a label it is called as its target.

    Raises ReadingError, or RecordError where a record is broken; both have exit code 2.
    """
    label, path = _split(named)
    file = _file_in(path)
    record = read_record(file) if file.suffix == ".jsonl" or _begins_as_record(file) else _read_report(file)
    return Side(label or record.header.target.name, file, record)


def read_sides(named: Iterable[str]) -> tuple[Side, ...]:
    """Read several sides; those that have one label get the name of their folder with it, or else a number."""
    sides = tuple(read_side(item) for item in named)
    by_folder = _relabelled(sides, [f"{side.label} ({side.path.absolute().parent.name})" for side in sides])
    return _relabelled(by_folder, [f"{side.label} #{number}" for number, side in enumerate(by_folder, start=1)])


def _relabelled(sides: tuple[Side, ...], labels: list[str]) -> tuple[Side, ...]:
    """Return these labels to the sides whose own is not theirs alone."""
    counts = Counter(side.label for side in sides)
    return tuple(
        replace(side, label=label) if counts[side.label] > 1 else side
        for side, label in zip(sides, labels, strict=True)
    )


def _split(named: str) -> tuple[str, Path]:
    label, equals, path = named.partition("=")
    if equals and label and path and not Path(named).exists():
        return label, Path(path)
    return "", Path(named)


def _file_in(path: Path) -> Path:
    if not path.is_dir():
        return path
    # The record first: each run begins it again, while reports of an earlier run may still be next to it.
    for name in (RECORD, REPORT):
        if (path / name).is_file():
            return path / name
    raise ReadingError(f"there is neither {RECORD} nor {REPORT} in this folder", where=str(path), hint=_HINT)


def _begins_as_record(path: Path) -> bool:
    """Return whether a file is a record, whatever its name: its first line is a header."""
    try:
        with path.open("rb") as file:
            return file.read(len(_HEADER)) == _HEADER
    except OSError:
        return False


def _read_report(path: Path) -> Record:
    try:
        return _record_of(json.loads(path.read_bytes()))
    except OSError as error:
        problem = f"the report can't be read: {error.strerror or error}"
    except FormError as error:
        problem = f"not a report: {error}"
    except (ValueError, RecursionError):
        problem = "not a report: this is no JSON"
    raise ReadingError(problem, where=str(path), hint=_HINT)


def _record_of(value: Any) -> Record:
    """Return the record that a report was made from; a report does not keep the number of planned checks."""
    if (schema := forms.read(SchemaVersion, value, "the report").schema) != SCHEMA:
        raise FormError(f"it has schema {schema}, and this version reads schema {SCHEMA}")
    report = forms.read(Report, value, "the report")
    twice = [item for item, number in Counter(result.id for result in report.results).items() if number > 1]
    if twice:
        raise FormError(f"{twice[0]} is in it twice")
    header = forms.read(Header, {**value, "planned": len(report.results)})
    footer = None if report.duration_s is None else forms.read(Footer, value)
    return Record.of(header, (*report.results, *report.newer), footer)


class About(StrEnum):
    """What a note is about."""

    CONTRACT = "contract"
    RELEASE = "release"
    TOOL = "tool"
    VERSIONS = "versions"
    TARGET = "target"
    STATE = "state"
    SELECTION = "selection"
    CUT_SHORT = "cut-short"


@dataclass(frozen=True)
class Note:
    """One thing that a reader has to know before the comparison says anything."""

    about: About
    text: str


def notes_on(sides: Sequence[Side], *, same_target: bool = False) -> tuple[Note, ...]:
    """Say how the frames of runs differ; `same_target` if one target is expected to have been judged each time."""
    notes = [
        note
        for about, words, read, is_of_target in _FRAME
        if same_target or not is_of_target
        for note in _differing(sides, about, words, read)
    ]
    if {note.about for note in notes} <= {About.TARGET, About.STATE, About.VERSIONS}:
        notes += _selection(sides)
    return (*notes, *(note for side in sides for note in _cut_short(side)))


def _differing(sides: Sequence[Side], about: About, words: str, read: Callable[[Header], str]) -> Iterator[Note]:
    values = [read(side.record.header) for side in sides]
    if len(set(values)) > 1:
        is_versions = about is About.VERSIONS
        shown = (f"{side.label} {value or 'not known'}" for side, value in zip(sides, values, strict=True))
        yield Note(about, f"{words}: {('; ' if is_versions else ', ').join(shown)}")


def _version(label: str) -> Callable[[Header], str]:
    return lambda header: dict(header.versions.rows()).get(label, "") if header.versions else ""


_FRAME: tuple[tuple[About, str, Callable[[Header], str], bool], ...] = (
    (
        About.CONTRACT,
        "judged by different contracts",
        lambda header: f"{header.contract.digest[:12]} ({header.contract.facts:,} facts)",
        False,
    ),
    (
        About.RELEASE,
        "counted by different releases of the contract",
        lambda header: header.release.date if header.release else "none",
        False,
    ),
    (About.TOOL, "made by different versions", lambda header: header.tool.version, False),
    (
        About.TARGET,
        "different targets were judged",
        lambda header: f"{header.target.name} ({header.target.kind})",
        True,
    ),
    (About.STATE, "the state came about differently", lambda header: header.target.state, True),
    (About.VERSIONS, "not the same version of the target", _version("Version"), True),
    (About.VERSIONS, "not the same program", _version("Program"), True),
    (About.VERSIONS, "not the same software", _version("Software"), False),
    (About.VERSIONS, "not the same platform", _version("Platform"), False),
)
"""What may differ: what a note on it is about and says, and whether several targets differ in it by nature."""


def _selection(sides: Sequence[Side]) -> list[Note]:
    """Return a note on runs with other checks: with one contract and version, only a selection can make them differ."""
    whole = [side for side in sides if side.record.complete]
    sets = [frozenset(item.id for item in side.record.results) for side in whole]
    if len(set(sets)) <= 1:
        return []
    counts = ", ".join(f"{side.label} {len(ids):,}" for side, ids in zip(whole, sets, strict=True))
    return [
        Note(About.SELECTION, f"not the same checks were selected: {counts}; what was left out is not known to pass")
    ]


def _cut_short(side: Side) -> list[Note]:
    record = side.record
    if record.complete:
        return []
    why = f" ({record.stopped})" if record.stopped else ""
    lacking = f", {record.missing:,} planned ones have none" if record.missing else ""
    done = f"{len(record.results):,} checks have a result{lacking}"
    return [Note(About.CUT_SHORT, f"the record of {side.label} is cut short{why}: {done}")]
