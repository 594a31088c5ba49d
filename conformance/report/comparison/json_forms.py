"""The JSON forms of a difference and of a matrix, and their schemas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from msgspec import Meta

from conformance import forms
from conformance.forms import Count
from conformance.report.comparison.difference import Change, Delta, Difference
from conformance.report.comparison.matrix import Cell, Matrix
from conformance.report.comparison.reading import Note, Side
from conformance.report.result import Level, Outcome, Result
from conformance.report.run import Contract, Target, Tool, Versions
from conformance.report.summary import Counts, VerdictCode, exit_code, summarise

SCHEMA: Literal[1] = 1
"""The version of both forms."""


@dataclass(frozen=True, kw_only=True)
class SideForm:
    """One run."""

    label: str
    """What the run is called in the comparison."""
    path: str
    """The file that was read."""
    tool: Tool
    contract: Contract
    target: Target
    versions: Versions | None = None
    """What the run depended on; null in records of versions that did not keep it."""
    started: str
    """ISO 8601 time of the start."""
    complete: bool
    """Whether the run came to its end; false for a record that was cut short."""
    exit_code: VerdictCode
    """What the run returned to its caller, without --strict."""
    summary: Counts

    @classmethod
    def of(cls, side: Side) -> SideForm:
        """Return what is said of one run."""
        header, record = side.record.header, side.record
        return cls(
            label=side.label,
            path=str(side.path),
            tool=header.tool,
            contract=header.contract,
            target=header.target,
            versions=header.versions,
            started=header.started,
            complete=record.complete,
            exit_code=int(exit_code(record)),
            summary=summarise(record).counts,
        )


@dataclass(frozen=True)
class Ended:
    """How a check ended."""

    outcome: Outcome
    known: bool
    kind: str
    reason: str

    @classmethod
    def of(cls, result: Result | None) -> Ended | None:
        """Return how a check ended; None where a run does not have it."""
        return cls(result.outcome, result.known, result.kind, result.reason) if result else None


@dataclass(frozen=True)
class ChangeCounts:
    """How many checks changed in which way."""

    broken: Count
    """Passed, and fails now."""
    lost: Count
    """Was judged, and is skipped now."""
    removed: Count
    """Is not in the new run."""
    found: Count
    """Was skipped, and fails now."""
    changed: Count
    """Fails in another way."""
    fixed: Count
    """Failed, and passes now."""
    gained: Count
    """Was skipped, and passes now."""
    added: Count
    """Was not in the old run."""
    unchanged: Count
    """Everything else."""


@dataclass(frozen=True)
class ChangedCheck:
    """A check that is not as it was."""

    id: str
    operation: str
    area: str
    level: Level
    change: Change
    worse: bool
    """Whether this check alone makes the exit code 1."""
    old: Ended | None
    new: Ended | None

    @classmethod
    def of(cls, delta: Delta) -> ChangedCheck:
        """Return what is said of one check."""
        result = delta.result
        return cls(
            result.id, result.operation, result.area, result.level, delta.change, delta.worse,
            Ended.of(delta.old), Ended.of(delta.new),
        )  # fmt: skip


@dataclass(frozen=True)
class DifferenceForm:
    """What changed from one run to another."""

    schema: Literal[1]
    worse: bool
    """Whether something broke or vanished: the exit code is 1 then."""
    old: SideForm
    new: SideForm
    notes: tuple[Note, ...]
    counts: ChangeCounts
    changes: tuple[ChangedCheck, ...]
    """Every check that is not as it was, in the order of reports."""


@dataclass(frozen=True)
class AreaRow:
    """The counts of one area in each run."""

    operation: str
    area: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class CheckRow:
    """How one check ended in each run."""

    id: str
    operation: str
    area: str
    subject: str
    level: Level
    differs: bool
    """Whether two runs that have it ended it differently."""
    outcomes: tuple[Ended | None, ...]


@dataclass(frozen=True)
class ClaimRow:
    """How one claim came out in each run."""

    id: str
    differs: bool
    outcomes: tuple[Outcome | None, ...]


@dataclass(frozen=True)
class MatrixForm:
    """Runs side by side: cells and outcomes are in the order of `targets`, null where a run has no such check."""

    schema: Literal[1]
    targets: Annotated[tuple[SideForm, ...], Meta(min_length=1)]
    notes: tuple[Note, ...]
    areas: tuple[AreaRow, ...]
    checks: tuple[CheckRow, ...]
    claims: tuple[ClaimRow, ...]
    """Facts of the contract, and checks that judge no fact: those are about behaviours."""


def schema(name: Literal["diff", "compare"]) -> dict[str, Any]:
    """Return the JSON Schema of a form."""
    return forms.schema(f"conformance {name} --json", {"diff": DifferenceForm, "compare": MatrixForm}[name])


def diff_json(difference: Difference) -> dict[str, Any]:
    """Return a difference as a value."""
    form = DifferenceForm(
        SCHEMA,
        bool(difference.worse),
        SideForm.of(difference.old),
        SideForm.of(difference.new),
        difference.notes,
        ChangeCounts(**{change.value: difference.counts[change] for change in Change}, unchanged=difference.unchanged),
        tuple(map(ChangedCheck.of, difference.deltas)),
    )
    value: dict[str, Any] = forms.to_json(form)
    return value


def compare_json(matrix: Matrix) -> dict[str, Any]:
    """Return a matrix as a value."""
    form = MatrixForm(
        SCHEMA,
        tuple(map(SideForm.of, matrix.sides)),
        matrix.notes,
        tuple(AreaRow(area.operation, area.name, area.cells) for area in matrix.areas),
        tuple(
            CheckRow(
                row.check.id, row.check.operation, row.check.area, row.check.subject, row.check.level, row.differs,
                tuple(map(Ended.of, row.results)),
            )
            for row in matrix.rows
        ),
        tuple(ClaimRow(claim.id, claim.differs, claim.outcomes) for claim in matrix.claims),
    )  # fmt: skip
    value: dict[str, Any] = forms.to_json(form)
    return value
