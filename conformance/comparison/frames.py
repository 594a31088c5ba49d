"""What keeps runs from being compared like with like: another contract, another selection, a record cut short."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from conformance.comparison.reading import Side
from conformance.report import Record


class About(StrEnum):
    """What a note is about."""

    CONTRACT = "contract"
    TOOL = "tool"
    VERSIONS = "versions"
    TARGET = "target"
    STATE = "state"
    SELECTION = "selection"
    CUT_SHORT = "cut-short"


_DIFFERING = {
    "Version": "version of the target",
    "Program": "program",
    "Software": "software",
    "Platform": "platform",
}
"""What a note calls the parts of the versions of a run."""


@dataclass(frozen=True)
class Note:
    """One thing that a reader has to know before the comparison says anything."""

    about: About
    text: str

    def to_json(self) -> dict[str, Any]:
        """Give it as the JSON forms write it."""
        return {"about": self.about.value, "text": self.text}


def notes_on(sides: Sequence[Side], *, same_target: bool = False) -> tuple[Note, ...]:
    """Say how the frames of runs differ; `same_target` if one target is expected to have been judged each time."""
    notes = [
        *_differing(sides, About.CONTRACT, "judged by different contracts", _contract),
        *_differing(sides, About.TOOL, "made by different versions", lambda record: record.header.tool.version),
    ]
    if same_target:
        notes += _differing(sides, About.TARGET, "different targets were judged", _target)
        notes += _differing(sides, About.STATE, "the state came about differently", lambda one: one.header.target.state)
    notes += _versions(sides, same_target=same_target)
    if {note.about for note in notes} <= {About.TARGET, About.STATE, About.VERSIONS}:
        notes += _selection(sides)
    return (*notes, *(note for side in sides for note in _cut_short(side)))


def _differing(sides: Sequence[Side], about: About, words: str, read: Callable[[Record], str]) -> list[Note]:
    values = [(side.label, read(side.record)) for side in sides]
    if len({value for _, value in values}) <= 1:
        return []
    return [Note(about, f"{words}: {', '.join(f'{label} {value}' for label, value in values)}")]


def _versions(sides: Sequence[Side], *, same_target: bool) -> Iterator[Note]:
    """Yield in what the runs depended on other things; versions of several targets differ by nature."""
    known = [dict(side.record.header.versions.rows()) if side.record.header.versions else {} for side in sides]
    labels = ("Version", "Program", "Software", "Platform") if same_target else ("Software", "Platform")
    for label in labels:
        values = [one.get(label, "not known") for one in known]
        if any(label in one for one in known) and len(set(values)) > 1:
            told = "; ".join(f"{side.label} {value}" for side, value in zip(sides, values, strict=True))
            yield Note(About.VERSIONS, f"not the same {_DIFFERING[label]}: {told}")


def _contract(record: Record) -> str:
    return f"{record.header.contract.digest[:12]} ({record.header.contract.facts:,} facts)"


def _target(record: Record) -> str:
    return f"{record.header.target.name} ({record.header.target.kind})"


def _selection(sides: Sequence[Side]) -> list[Note]:
    """Tell of runs with other checks: by one contract and one version, a selection alone can make them differ."""
    whole = [side for side in sides if side.record.complete]
    sets = [frozenset(one.id for one in side.record.results) for side in whole]
    if len(set(sets)) <= 1:
        return []
    told = ", ".join(f"{side.label} {len(ids):,}" for side, ids in zip(whole, sets, strict=True))
    return [Note(About.SELECTION, f"not the same checks were selected: {told}; what was left out is not known to pass")]


def _cut_short(side: Side) -> list[Note]:
    record = side.record
    if record.complete:
        return []
    why = f" ({record.stopped})" if record.stopped else ""
    lacking = f", {record.missing:,} planned ones have none" if record.missing else ""
    done = f"{len(record.results):,} checks have a result{lacking}"
    return [Note(About.CUT_SHORT, f"the record of {side.label} is cut short{why}: {done}")]
