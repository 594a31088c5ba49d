"""The training jobs of a world's tuning job, from one short row each.

A row is `[status, metric, wave, minutes]`, and after that, where needed, a mapping of what is special about it:

- `metric`: a number, `none`, or `auto` (derived, inside `metrics` of the schedule).
- `wave`: training jobs are launched in waves, as many at a time as may run in parallel; `auto` fills wave after wave.
- `minutes`: how long it ran; `none` for one that runs still.
- `started: false` (it never got an instance), `reason` (of a failure), `retryable: true`, `definition` (its name),
  `objective` (its objective status, where it is not the one that follows), `tuned` (values, instead of derived ones).

`{repeat: 40, row: [...]}` means that many rows. `schedule` of the job holds `wave_minutes` (from one wave to the
next), `stagger` (seconds between the pairs of a wave, so that some are created at the same moment and some are not),
`start_after` (seconds from creation to start) and `metrics` (`[low, high]`).
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.errors import UserError
from conformance.inputs import Entries, Section
from conformance.worlds.model import (
    ENDED_TUNING_STATUSES,
    OBJECTIVE_STATUSES,
    RUNNING_STATUSES,
    WorldJob,
    WorldTrainingJob,
)


class WorldError(UserError):
    """A world file is missing, is not YAML, or says something that no tuning job can be; `where` is `file:line`."""


def training_job_name(tuning_job: str, number: int) -> str:
    """Name a training job the way the service does: tuning job, three digits, eight hexadecimal digits."""
    stem = f"{tuning_job}-{number:03d}"
    return f"{stem}-{hashlib.sha256(stem.encode()).hexdigest()[:8]}"


def fraction(*names: str) -> float:
    """Return a number in 0 <= x < 1 that depends on nothing but the names."""
    digest = hashlib.sha256("/".join(names).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def single(value: float) -> float:
    """Round to the nearest 32-bit float, widened again: what a metric value is on the wire."""
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


def metric_between(low: float, high: float, name: str) -> float:
    """Derive a metric for a training job, with four digits after the point."""
    return single(round(low + (high - low) * fraction(name, "metric"), 4))


def tuned_values(name: str, number: int, ranges: Mapping[str, Any], *, grid: bool) -> dict[str, str]:
    """Derive the tuned hyperparameters of a training job: one value for each ranged name, inside its range.

    In a grid search, the training jobs walk through the combinations of categories one by one.
    """
    tuned: dict[str, str] = {}
    for item in ranges.get("IntegerParameterRanges", ()):
        position = _position(item, fraction(name, item["Name"]))
        tuned[item["Name"]] = str(min(int(item["MaxValue"]), max(int(item["MinValue"]), round(position))))
    for item in ranges.get("ContinuousParameterRanges", ()):
        low, high = float(item["MinValue"]), float(item["MaxValue"])
        tuned[item["Name"]] = repr(min(high, max(low, _position(item, fraction(name, item["Name"])))))
    stride = 1
    for item in ranges.get("CategoricalParameterRanges", ()):
        choices = item["Values"]
        step = (number - 1) // stride if grid else int(fraction(name, item["Name"]) * len(choices))
        tuned[item["Name"]] = choices[step % len(choices)]
        stride *= len(choices)
    return tuned


def _position(item: Mapping[str, Any], share: float) -> float:
    """Find the point that lies that share of the way through a range, on the scale of the range."""
    low, high = float(item["MinValue"]), float(item["MaxValue"])
    if item.get("ScalingType") == "Logarithmic":
        return math.exp(math.log(low) + (math.log(high) - math.log(low)) * share)
    if item.get("ScalingType") == "ReverseLogarithmic":
        return 1 - math.exp(math.log(1 - low) + (math.log(1 - high) - math.log(1 - low)) * share)
    return low + (high - low) * share


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

    where: str
    number: int
    status: str
    metric: float | str | None
    wave: int
    place: int
    minutes: float | None
    special: Mapping[str, Any]


def launch(job: WorldJob, entry: Section) -> tuple[WorldTrainingJob, ...]:
    """Expand the table of a job, which keeps the schema. Raises WorldError at the row that can't be."""
    try:
        schedule = _Schedule(**entry.get("schedule") or {})
        return tuple(_training_job(job, schedule, row) for row in _rows(job, entry))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # The Create input is free here, and its members are only looked at as far as a row needs them.
        raise WorldError(
            f"the create input is not what it should be: {type(error).__name__} {error}",
            where=entry.at("create"),
            hint="give the members the types that the API has",
        ) from error


def _rows(job: WorldJob, entry: Section) -> Iterator[_Row]:
    config = job.create.get("HyperParameterTuningJobConfig") or {}
    parallel: Any = (config.get("ResourceLimits") or {}).get("MaxParallelTrainingJobs")
    rows = entry.get("training_jobs") or Entries(entry.file, entry.line)
    if rows and not (isinstance(parallel, int) and parallel > 0):
        raise WorldError(
            "the job has no MaxParallelTrainingJobs",
            where=entry.at("create"),
            hint="add ResourceLimits to its config",
        )
    filled: dict[int, int] = {}
    unrolled = (
        (rows.at(index), row["row"] if isinstance(row, Section) else row)
        for index, row in enumerate(rows)
        for _ in range(row["repeat"] if isinstance(row, Section) else 1)
    )
    for number, (where, (status, metric, given, minutes, *special)) in enumerate(unrolled, start=1):
        fitting = (candidate for candidate in range(number) if filled.get(candidate, 0) < parallel)
        wave = next(fitting) if given == "auto" else given
        place = filled.get(wave, 0)
        if place >= parallel:
            raise WorldError(
                f"more than {parallel} training jobs in wave {wave}", where=where, hint="pick another wave"
            )
        filled[wave] = place + 1
        yield _Row(
            where,
            number,
            status,
            None if metric == "none" else metric,
            wave,
            place,
            None if minutes == "none" else minutes,
            special[0] if special else {},
        )


def _training_job(job: WorldJob, schedule: _Schedule, row: _Row) -> WorldTrainingJob:
    name = training_job_name(job.name, row.number)
    definition = _definition(job, row)
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
    _check(job, row, launched)
    return launched


def _definition(job: WorldJob, row: _Row) -> Mapping[str, Any]:
    """Find the definition that launched the row: the named one, or each in turn."""
    definitions = job.definitions
    if not definitions:
        raise WorldError(
            "the job has no definition that could launch this", where=row.where, hint="add TrainingJobDefinition"
        )
    wanted = row.special.get("definition")
    if wanted is None:
        return definitions[(row.number - 1) % len(definitions)]
    for definition in definitions:
        if definition.get("DefinitionName") == wanted:
            return definition
    raise WorldError(f"the job has no definition {wanted}", where=row.where, hint="name one of its definitions")


def _objective_status(job: WorldJob, row: _Row) -> str:
    if row.metric is not None:
        return "Succeeded"
    if row.status in RUNNING_STATUSES and job.status not in ENDED_TUNING_STATUSES:
        return "Pending"
    return "Failed"


def _check(job: WorldJob, row: _Row, launched: WorldTrainingJob) -> None:
    """Reject a training job that contradicts itself: see the rules in `conformance.worlds.model`."""
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
            problem = f"training job {row.number} contradicts itself: {rule}"
            raise WorldError(problem, where=row.where, hint="fix the row")
