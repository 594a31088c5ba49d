"""The training jobs of a world's tuning job, from one short row each.

A row is `[status, metric, wave, minutes]`, and after that, where needed, a mapping of what is special about it:

- `metric`: a number, `none`, or `auto` (derived, inside `metrics` of the schedule).
- `wave`: training jobs are launched in waves, as many at a time as may run in parallel; `auto` fills wave after wave.
- `minutes`: how long it ran; `none` for one that runs still.
- `started: false` (it never got an instance), `reason` (of a failure), `retryable: true`, `definition` (its name),
  `objective` (its objective status, where it is not the one that follows), `tuned` (values, instead of derived ones).

`{repeat: 40, row: [...]}` stands for that many rows. `schedule` of the job holds `wave_minutes` (from one wave to the
next), `stagger` (seconds between the pairs of a wave, so that some are created at the same moment and some are not),
`start_after` (seconds from creation to start) and `metrics` (`[low, high]`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.worlds.model import (
    ENDED_TUNING_STATUSES,
    OBJECTIVE_STATUSES,
    RUNNING_STATUSES,
    TRAINING_STATUSES,
    WorldJob,
    WorldTrainingJob,
)
from conformance.worlds.values import metric_between, single, training_job_name, tuned_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.worlds.document import Document, Trail

_ROW_LENGTH = 4
_SPECIALS = frozenset({"started", "reason", "retryable", "definition", "objective", "tuned"})
_FIRST_WAVE_S = 61


@dataclass(frozen=True)
class _Schedule:
    wave_minutes: int = 60
    stagger: int = 7
    start_after: int = 95
    metrics: tuple[float, float] = (0.5, 0.9)


@dataclass(frozen=True)
class _Row:
    """One row of the table, as far as it can be read without knowing the job."""

    trail: Trail
    number: int
    status: str
    metric: float | str | None
    wave: int
    place: int
    minutes: float | None
    special: Mapping[str, Any]


def launch(document: Document, trail: Trail, job: WorldJob, entry: Mapping[str, Any]) -> tuple[WorldTrainingJob, ...]:
    """Expand the table of a job; raises WorldError at the row that can't be."""
    try:
        return _launch(document, trail, job, entry)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # The Create input is free here, and its members are only looked at as far as a row needs them.
        problem = f"the create input is not what it should be: {type(error).__name__} {error}"
        raise document.error((*trail, "create"), problem, "give the members the types that the API has") from error


def _launch(document: Document, trail: Trail, job: WorldJob, entry: Mapping[str, Any]) -> tuple[WorldTrainingJob, ...]:
    schedule = _schedule(document, (*trail, "schedule"), entry.get("schedule") or {})
    config = job.create.get("HyperParameterTuningJobConfig") or {}
    limits = config.get("ResourceLimits") or {}
    parallel = limits.get("MaxParallelTrainingJobs")
    rows = entry.get("training_jobs") or []
    if not isinstance(rows, list):
        raise document.error((*trail, "training_jobs"), "training_jobs is no list", "write one row for each")
    if rows and not (isinstance(parallel, int) and parallel > 0):
        raise document.error(
            (*trail, "create"), "the job has no MaxParallelTrainingJobs", "add ResourceLimits to its config"
        )
    read = _rows(document, (*trail, "training_jobs"), rows, parallel or 1)
    return tuple(_training_job(document, job, schedule, row) for row in read)


def _schedule(document: Document, trail: Trail, entry: Any) -> _Schedule:
    try:
        schedule = _Schedule(**entry)
    except TypeError as error:
        known = ", ".join(_Schedule.__dataclass_fields__)
        raise document.error(trail, "the schedule has an unknown member", f"its members are: {known}") from error
    return schedule


def _rows(document: Document, trail: Trail, rows: list[Any], parallel: int) -> Iterator[_Row]:
    filled: dict[int, int] = {}
    for number, (where, row) in enumerate(_unrolled(document, trail, rows), start=1):
        cells, special = _cells(document, where, row)
        status, metric, wave, minutes = cells
        if wave == "auto":
            wave = next(candidate for candidate in range(number) if filled.get(candidate, 0) < parallel)
        place = filled.get(wave, 0)
        if place >= parallel:
            raise document.error(where, f"more than {parallel} training jobs in wave {wave}", "pick another wave")
        filled[wave] = place + 1
        yield _Row(where, number, status, metric, wave, place, minutes, special)


def _unrolled(document: Document, trail: Trail, rows: list[Any]) -> Iterator[tuple[Trail, Any]]:
    for index, entry in enumerate(rows):
        where = (*trail, index)
        if not isinstance(entry, dict):
            yield where, entry
        elif set(entry) == {"repeat", "row"} and isinstance(entry["repeat"], int):
            for _ in range(entry["repeat"]):
                yield where, entry["row"]
        else:
            raise document.error(where, "this is neither a row nor a repetition", "write {repeat: 3, row: [...]}")


def _cells(document: Document, trail: Trail, row: Any) -> tuple[tuple[str, float | str | None, Any, float | None], Any]:
    """Take a row apart, and check each cell by itself."""
    if not isinstance(row, list) or len(row) not in {_ROW_LENGTH, _ROW_LENGTH + 1}:
        raise document.error(trail, "a row has four cells", "write [status, metric, wave, minutes]")
    status, metric, wave, minutes = row[:_ROW_LENGTH]
    special = row[_ROW_LENGTH] if len(row) > _ROW_LENGTH else {}
    if str(status) not in TRAINING_STATUSES:
        known = ", ".join(sorted(TRAINING_STATUSES))
        raise document.error(trail, f"{status} is no status of a training job", f"use one of: {known}")
    if not (_is_number(metric) or str(metric) in {"none", "auto"}):
        raise document.error(trail, f"{metric!r} is no metric", "write a number, none or auto")
    if not (wave == "auto" or (isinstance(wave, int) and wave >= 0)):
        raise document.error(trail, f"{wave!r} is no wave", "write a number from 0, or auto")
    if not (minutes == "none" or (_is_number(minutes) and 0 < minutes < math.inf)):
        raise document.error(trail, f"{minutes!r} is no number of minutes", "write a number, or none")
    if not isinstance(special, dict) or not set(special) <= _SPECIALS:
        raise document.error(trail, "the row's fifth cell is unknown", f"its members are: {', '.join(_SPECIALS)}")
    return (status, None if metric == "none" else metric, wave, None if minutes == "none" else minutes), special


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _training_job(document: Document, job: WorldJob, schedule: _Schedule, row: _Row) -> WorldTrainingJob:
    name = training_job_name(job.name, row.number)
    definition = _definition(document, job, row)
    config = job.create.get("HyperParameterTuningJobConfig") or {}
    grid = config.get("Strategy") == "Grid"
    metric = row.metric
    if metric == "auto":
        metric = metric_between(*schedule.metrics, name)
    created = int(job.created) + _FIRST_WAVE_S + row.wave * schedule.wave_minutes * 60
    created += row.place // 2 * schedule.stagger
    started = created + schedule.start_after if row.special.get("started", True) else None
    launched = WorldTrainingJob(
        name=name,
        status=row.status,
        created=created,
        started=started,
        ended=None if row.minutes is None else int((started or created) + row.minutes * 60),
        metric=None if metric is None else single(float(metric)),
        objective_status=row.special.get("objective") or _objective_status(job, row),
        tuned=row.special.get("tuned") or tuned_values(name, row.number, job.ranges_of(definition), grid=grid),
        definition_name=definition.get("DefinitionName"),
        failure_reason=row.special.get("reason"),
        retryable=row.special.get("retryable", False),
    )
    _check(document, job, row, launched)
    return launched


def _definition(document: Document, job: WorldJob, row: _Row) -> Mapping[str, Any]:
    """Find the definition that launched the row: the named one, or each in turn."""
    definitions = job.definitions
    if not definitions:
        raise document.error(row.trail, "the job has no definition that could launch this", "add TrainingJobDefinition")
    wanted = row.special.get("definition")
    if wanted is None:
        return definitions[(row.number - 1) % len(definitions)]
    for definition in definitions:
        if definition.get("DefinitionName") == wanted:
            return definition
    raise document.error(row.trail, f"the job has no definition {wanted}", "name one of its definitions")


def _objective_status(job: WorldJob, row: _Row) -> str:
    if row.metric is not None:
        return "Succeeded"
    if row.status in RUNNING_STATUSES and job.status not in ENDED_TUNING_STATUSES:
        return "Pending"
    return "Failed"


def _check(document: Document, job: WorldJob, row: _Row, launched: WorldTrainingJob) -> None:
    """Refuse a training job that contradicts itself: see the rules in `conformance.worlds.model`."""
    rules = (
        (launched.objective_status in OBJECTIVE_STATUSES, f"{launched.objective_status} is no objective status"),
        ((launched.metric is not None) == (launched.objective_status == "Succeeded"), "a metric goes with Succeeded"),
        (
            launched.objective_status != "Pending"
            or (launched.status in RUNNING_STATUSES and job.status not in ENDED_TUNING_STATUSES),
            "only a training job that runs, of a tuning job that runs, is Pending",
        ),
        (launched.status != "Failed" or launched.metric is None, "a failed training job has no metric"),
        ((launched.status == "Failed") == (launched.failure_reason is not None), "a failure has a reason, and only it"),
        ((launched.status in RUNNING_STATUSES) == (launched.ended is None), "it has ended, or it runs"),
        (not launched.retryable or launched.status == "Failed", "only a failure is retryable"),
    )
    for holds, rule in rules:
        if not holds:
            raise document.error(row.trail, f"training job {row.number} contradicts itself: {rule}", "mend the row")
