"""A scoreboard: targets over contracts in two figures that are never added, what they share, and what has changed.

Everything here is made from the records of ordinary runs, one a cell. *Divergence* is what was broken of what was
judged, *coverage* what was judged of what the contract claims. What a target does not implement is neither.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

import conformance
from conformance import forms
from conformance.errors import UserError
from conformance.forms import Count, FormError, SchemaVersion
from conformance.output import write_whole
from conformance.report.findings import Finding, Rank, blocker, group_findings
from conformance.report.result import AREAS, Level, Outcome, Result
from conformance.report.run import Record, Tool
from conformance.report.summary import count

SCHEMA: Literal[1] = 1
"""The version of scoreboard.json and of the lines of a history."""

_FEWEST = 2
"""How many programs have to share a finding."""


class Figures(NamedTuple):
    """How the checks of one level ended: those that failed, those that passed or failed, and those of the contract.

    `broken` of `judged` is the divergence, `judged` of `claimed` the coverage. In JSON they are a list of three.
    """

    broken: Count
    judged: Count
    claimed: Count

    @property
    def divergence(self) -> str:
        """Broken of judged, in percent."""
        return percent(self.broken, self.judged)

    @property
    def coverage(self) -> str:
        """Judged of claimed, in percent."""
        return percent(self.judged, self.claimed)


class Availability(StrEnum):
    """Whether a target serves something at all."""

    SERVED = "served"
    NOT_IMPLEMENTED = "not implemented"
    """The target says that it does not know it, or no AWS JSON endpoint answers."""
    SERVER_ERRORS = "only server errors"
    """Plain requests end in server errors: it is not implemented, or it breaks on them."""


_ABSENT = {
    **dict.fromkeys(
        ("operation-unknown", "service-unknown", "no-aws-answer", "no-aws-endpoint"), Availability.NOT_IMPLEMENTED
    ),
    "operation-broken": Availability.SERVER_ERRORS,
}
"""Kinds of the one failure that reports an operation, or a service, that a target does not serve."""


@dataclass(frozen=True)
class Part:
    """The figures of an operation or of an area, documented and recommended apart."""

    name: str
    availability: Availability
    documented: Figures
    """Checks of level must (a document or the protocol says so): how many are broken, are judged, and are there."""
    recommended: Figures
    """The same of checks of level should."""
    errors: Count
    """Checks that ended in an error: no answer, or the suite broke. They are not judged."""


class CellState(StrEnum):
    """What became of one target and one contract."""

    JUDGED = "judged"
    NOT_IMPLEMENTED = "not implemented"
    """The target has no operation of the contract."""
    SERVER_ERRORS = "only server errors"
    """Plain requests of every operation that it may have end in server errors."""
    CUT_SHORT = "cut short"
    """The run ended before its end; the figures are of what it has."""
    NOT_STARTED = "not started"
    """The target could not be installed, started or reached."""
    NOT_RUN = "not run"
    """The run was left out."""


class Kind(StrEnum):
    """What findings are about: something that is broken, no answer, or what is not there."""

    DOCUMENTED = "documented"
    RECOMMENDED = "recommended"
    ERROR = "error"
    NOT_IMPLEMENTED = "not implemented"
    SERVER_ERRORS = "only server errors"

    @classmethod
    def of(cls, finding: Finding) -> Kind:
        """Return what a finding is about."""
        if finding.lead.outcome is Outcome.FAILED and finding.lead.kind in _ABSENT:
            return cls(_ABSENT[finding.lead.kind])
        return {Rank.FAILED: cls.DOCUMENTED, Rank.RECOMMENDED: cls.RECOMMENDED}.get(finding.rank, cls.ERROR)


@dataclass(frozen=True)
class Column:
    """A target; those of one `family` are versions of one program."""

    name: str
    family: str


@dataclass(frozen=True)
class Subject:
    """A contract: its operations, and where its documents are published, by their ids."""

    name: str
    operations: Count
    release: str = ""
    """The release of the contract that its runs count by; empty for the contract as it is."""
    urls: Mapping[str, str] = field(default_factory=dict)
    options: str = ""
    """The options of `conformance run` that name it, as a shell takes them."""


@dataclass(frozen=True)
class Cell:
    """One target and one contract: the record of the run, or why there is none."""

    target: str
    contract: str
    record: Record | None
    problem: str = ""
    state_without: CellState = CellState.NOT_RUN
    """What it is where there is no record."""

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The operations that the target does not serve."""
        return tuple(part.name for part in self.operations if part.availability is not Availability.SERVED)

    @property
    def state(self) -> CellState:
        """What became of it."""
        if self.record is None:
            return self.state_without
        if self.whole.availability is not Availability.SERVED:
            return CellState(self.whole.availability)
        return CellState.JUDGED if self.record.complete else CellState.CUT_SHORT

    @property
    def version(self) -> str:
        """The version of the target, as its record has it; `unknown` where the record does not say."""
        versions = self.record.header.versions if self.record else None
        return (versions.target if versions else "") or "unknown"

    @property
    def digest(self) -> str:
        """The digest of the contract that it was judged by."""
        return self.record.header.contract.digest if self.record else ""

    @property
    def release(self) -> str:
        """The release of the contract that it counts by; empty for the contract as it is."""
        release = self.record.header.release if self.record else None
        return release.date if release else ""

    @cached_property
    def operations(self) -> tuple[Part, ...]:
        """The figures of each operation."""
        return tuple(self._parts(lambda item: item.operation))

    @cached_property
    def areas(self) -> tuple[Part, ...]:
        """The figures of each area, in the order of reports."""
        return tuple(sorted(self._parts(lambda item: item.area), key=lambda part: AREAS.index(part.name)))

    @cached_property
    def whole(self) -> Part:
        """The figures of the whole contract."""
        parts = tuple(self._parts(lambda _: self.contract))
        return parts[0] if parts else _part(self.contract, (), {})

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What is broken or not there, what is documented before what is recommended."""
        return _findings_apart(self.record.results if self.record else ())

    @cached_property
    def failures(self) -> Mapping[str, Result]:
        """The checks that failed, by id."""
        results = self.record.results if self.record else ()
        return {item.id: item for item in results if item.outcome is Outcome.FAILED and item.id not in self._reporters}

    @cached_property
    def judged(self) -> frozenset[str]:
        """The ids of the checks that were judged."""
        results = self.record.results if self.record else ()
        return frozenset(self.failures) | {item.id for item in results if item.outcome is Outcome.PASSED}

    @cached_property
    def _reporters(self) -> Mapping[str, Availability]:
        """The checks whose failure says that something is not served, and what they say."""
        results = self.record.results if self.record else ()
        failed = (item for item in results if item.outcome is Outcome.FAILED)
        return {item.id: _ABSENT[item.kind] for item in failed if item.kind in _ABSENT}

    def _parts(self, key: Callable[[Result], str]) -> Iterator[Part]:
        groups: dict[str, list[Result]] = {}
        for result in self.record.results if self.record else ():
            groups.setdefault(key(result), []).append(result)
        for name, results in groups.items():
            yield _part(name, results, self._reporters)


def _part(name: str, results: Sequence[Result], reporters: Mapping[str, Availability]) -> Part:
    said = {reporters[name] for item in results for name in (item.id, blocker(item)) if name in reporters}
    counted = [item for item in results if item.id not in reporters]
    documented, recommended = (
        _figures([item for item in counted if item.level is level], [item for item in results if item.level is level])
        for level in (Level.MUST, Level.SHOULD)
    )
    judged = documented.judged + recommended.judged
    errors = sum(item.outcome is Outcome.ERROR for item in results)
    # What has been judged of it is served, whatever a part of it says.
    availability = Availability.SERVED
    if said and not judged and not errors:
        availability = said.pop() if len(said) == 1 else Availability.SERVER_ERRORS
    return Part(name, availability, documented, recommended, errors)


def _figures(counted: Sequence[Result], claimed: Sequence[Result]) -> Figures:
    broken = sum(item.outcome is Outcome.FAILED for item in counted)
    return Figures(broken, broken + sum(item.outcome is Outcome.PASSED for item in counted), len(claimed))


def percent(part: int, whole: int) -> str:
    """Write a share in percent: 0 and 100 only where they are exact, a dash where there is nothing to share."""
    if not whole:
        return "-"
    if part in {0, whole}:
        return "0 %" if not part else "100 %"
    return f"{min(max(100 * part / whole, 0.1), 99.9):.1f} %"


def _findings_apart(results: Iterable[Result]) -> tuple[Finding, ...]:
    """Return findings of checks of one level each: a board never counts a recommendation among what is documented."""
    found = tuple(results)
    return tuple(
        finding
        for level in Level
        for finding in group_findings(item for item in found if item.level == level or not item.has_problem)
    )


@dataclass(frozen=True)
class SharedFinding:
    """A finding that most programs have in common."""

    contract: str
    title: str
    kind: Kind
    checks: Count
    """Checks that fail in most of the programs that were judged by them."""
    targets: tuple[str, ...]
    """Where one of them fails."""
    lead: str
    """The id of the check that represents all."""


def shared_findings(columns: Sequence[Column], cells: Sequence[Cell]) -> tuple[SharedFinding, ...]:
    """Return what fails in more than half of the programs that were judged by it, and in two at least.

    Versions of one program count once, so that many of them make nothing common. The most common come first.
    """
    family = {column.name: column.family for column in columns}
    found: list[tuple[int, SharedFinding]] = []
    for contract in dict.fromkeys(cell.contract for cell in cells):
        of_it = [cell for cell in cells if cell.contract == contract]
        common = []
        for result in {name: item for cell in reversed(of_it) for name, item in cell.failures.items()}.values():
            failing = {family[cell.target] for cell in of_it if result.id in cell.failures}
            judged = {family[cell.target] for cell in of_it if result.id in cell.judged}
            if len(failing) >= _FEWEST and 2 * len(failing) > len(judged):
                common.append(result)
        for finding in _findings_apart(common):
            ids = {item.id for item in finding.results}
            targets = tuple(cell.target for cell in of_it if not ids.isdisjoint(cell.failures))
            shared = SharedFinding(contract, finding.title, Kind.of(finding), len(ids), targets, finding.lead.id)
            found.append((len({family[name] for name in targets}), shared))
    return tuple(
        item
        for _, item in sorted(found, key=lambda pair: (pair[1].kind is not Kind.DOCUMENTED, -pair[0], -pair[1].checks))
    )


@dataclass(frozen=True)
class PastCell:
    """One cell, as a history keeps it."""

    target: str
    contract: str
    state: CellState
    version: str
    digest: str
    """Of the contract."""
    release: str
    """Of the contract that counted; empty for the contract as it is."""
    documented: Figures
    recommended: Figures
    missing: tuple[str, ...]
    """Operations that are not served."""


@dataclass(frozen=True)
class PastBoard:
    """One line of a history: the cells of a board that was made."""

    schema: Literal[1]
    made: str
    tool: Tool
    cells: tuple[PastCell, ...]


@dataclass(frozen=True)
class Change:
    """What is not as it was when a history last had the cell."""

    target: str
    contract: str
    since: str
    """When the board was made that it is compared with."""
    worse: bool
    """Whether more of what is documented is broken, or less of the contract is served, than before."""
    details: tuple[str, ...]


@dataclass(frozen=True)
class Board:
    """The cells of a board, a row of targets for each contract."""

    made: str
    """ISO 8601 time."""
    columns: tuple[Column, ...]
    subjects: tuple[Subject, ...]
    cells: tuple[Cell, ...]
    history: tuple[PastBoard, ...] = ()
    tool: Tool = field(default_factory=lambda: Tool(conformance.TOOL, conformance.__version__))

    @classmethod
    def made_of(
        cls, columns: Sequence[Column], subjects: Sequence[Subject], cells: Sequence[Cell], **more: Any
    ) -> Board:
        """Return the board of these cells, without targets and contracts of which none was run."""
        run = [cell for cell in cells if cell.state is not CellState.NOT_RUN]
        targets, contracts = {cell.target for cell in run}, {cell.contract for cell in run}
        return cls(
            columns=tuple(column for column in columns if column.name in targets),
            subjects=tuple(subject for subject in subjects if subject.name in contracts),
            cells=tuple(cell for cell in cells if cell.target in targets and cell.contract in contracts),
            **more,
        )

    def of(self, contract: str) -> tuple[Cell, ...]:
        """Return the cells of a contract, in the order of the targets."""
        return tuple(cell for cell in self.cells if cell.contract == contract)

    def digests(self, contract: str) -> tuple[str, ...]:
        """Return the digests of a contract that targets were judged by."""
        return tuple(dict.fromkeys(cell.digest for cell in self.of(contract) if cell.digest))

    def contract_text(self, subject: Subject) -> str:
        """Say by what the targets were judged: `contract 9f2c4be1a7d0, release 2026-11-29, 2 operations`."""
        digests = [digest[:12] for digest in self.digests(subject.name)]
        parts = [f"contract {' and '.join(digests)}"] if digests else []
        parts += [f"release {subject.release}"] if subject.release else []
        return ", ".join([*parts, count(subject.operations, "operation")])

    def versions(self, target: str) -> str:
        """Return the version of a target; several, if that changed while the board was made."""
        known = dict.fromkeys(cell.version for cell in self.cells if cell.target == target and cell.record)
        return ", ".join(known) or "unknown"

    @cached_property
    def problems(self) -> Mapping[str, str]:
        """Why targets could not be run."""
        return {cell.target: cell.problem for cell in self.cells if cell.state is CellState.NOT_STARTED}

    @cached_property
    def shared(self) -> tuple[SharedFinding, ...]:
        """What most programs have in common."""
        return shared_findings(self.columns, self.cells)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What has changed since a history last had each cell."""
        return tuple(change for cell in self.past.cells if (change := self._change(cell)))

    @property
    def past(self) -> PastBoard:
        """The board as a history keeps it."""
        cells = (
            PastCell(
                cell.target, cell.contract, cell.state, cell.version, cell.digest, cell.release,
                cell.whole.documented, cell.whole.recommended, cell.missing,
            )
            for cell in self.cells
            if cell.state is not CellState.NOT_RUN
        )  # fmt: skip
        return PastBoard(SCHEMA, self.made, self.tool, tuple(cells))

    def _change(self, new: PastCell) -> Change | None:
        for board in reversed(self.history):
            for old in board.cells:
                if (old.target, old.contract) == (new.target, new.contract):
                    details = tuple(_differences(old, new))
                    return (
                        Change(new.target, new.contract, board.made, _is_worse(old, new), details) if details else None
                    )
        return None

    def append_to(self, path: Path) -> None:
        """Append the board to a history. Raises UserError where that can't be written."""
        lines = [json.dumps(forms.plain(entry), separators=(",", ":")) for entry in (*self.history, self.past)]
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, "\n".join([*lines, ""]))
        except OSError as error:
            raise UserError(
                f"the history can't be written: {error.strerror or error}", where=str(path), hint="name another file"
            ) from error


def _differences(old: PastCell, new: PastCell) -> Iterator[str]:
    """Say what is not as it was, the frame first: figures by another contract are not comparable."""
    if old.state != new.state:
        yield f"{old.state} → {new.state}"
    if not (old.digest and new.digest):
        return
    if old.version != new.version:
        yield f"version {old.version} → {new.version}"
    if old.digest != new.digest:
        yield f"contract {old.digest[:12]} → {new.digest[:12]}"
    if old.release != new.release:
        yield f"release {old.release or 'none'} → {new.release or 'none'}"
    for name, was, now in (
        ("documented", old.documented, new.documented), ("recommended", old.recommended, new.recommended)
    ):  # fmt: skip
        if (was.broken, was.judged) != (now.broken, now.judged):
            yield f"{name}: {was.broken:,} of {was.judged:,} broken → {now.broken:,} of {now.judged:,}"
    for words, names in (
        ("served", [name for name in old.missing if name not in new.missing]),
        ("no longer served", [name for name in new.missing if name not in old.missing]),
    ):
        if names:
            yield f"{words}: {', '.join(names)}"


def _is_worse(old: PastCell, new: PastCell) -> bool:
    fewer = old.state is CellState.JUDGED and new.state is not CellState.JUDGED
    return fewer or new.documented.broken > old.documented.broken or bool(set(new.missing) - set(old.missing))


def read_history(path: Path) -> tuple[PastBoard, ...]:
    """Return the boards of a history, the oldest first; none where there is no file. Raises UserError."""
    if not path.exists():
        return ()
    boards = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("the history can't be read", where=str(path), hint="name another file") from error
    for number, line in enumerate(lines, start=1):
        try:
            value = json.loads(line)
            if (schema := forms.read(SchemaVersion, value).schema) != SCHEMA:
                raise FormError(f"it has schema {schema}, and this version reads schema {SCHEMA}")
            boards.append(forms.read(PastBoard, value))
        except (ValueError, RecursionError) as error:
            words = str(error) if isinstance(error, FormError) else "this is no line of JSON"
            raise UserError(
                f"not a history: {words}", where=f"{path}:{number}", hint="name another file, or remove the line"
            ) from error
    return tuple(boards)
