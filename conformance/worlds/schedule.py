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

import hashlib
import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from conformance.errors import UserError
from conformance.worlds.model import (
    ENDED_TUNING_STATUSES,
    OBJECTIVE_STATUSES,
    RUNNING_STATUSES,
    TRAINING_STATUSES,
    WorldJob,
    WorldTrainingJob,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


class WorldError(UserError):
    """A world file is missing, is not YAML, or says something that no tuning job can be; `where` is `file:line`."""


Trail = tuple[str | int, ...]
"""The way from the root of a document to a value: member names and list positions."""

# The C parser where PyYAML was built with it: the shipped world is 1,000 lines, and every start reads it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "tag:yaml.org,2002:merge"
_MEND = "mend the syntax on or just above that line"
_MOST_LEVELS = 100
_MOST_VALUES = 1_000_000
"""Levels inside one another, and values once every alias is followed: far more than any world has."""


@dataclass(frozen=True)
class Document:
    """One parsed YAML file, with the line of each of its values."""

    file: str
    content: Any
    lines: Mapping[Trail, int]

    def where(self, trail: Trail) -> str:
        """Return `file:line` of a value, or of the nearest value around it."""
        while trail and trail not in self.lines:
            trail = trail[:-1]
        return f"{self.file}:{self.lines.get(trail, 1)}"

    def error(self, trail: Trail, problem: str, remedy: str = "") -> WorldError:
        """Make an error that points at a value."""
        return WorldError(problem, where=self.where(trail), remedy=remedy)


def read(path: Path) -> Document:
    """Read one YAML file; raises WorldError where it is not there, not YAML, or names a member twice."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise WorldError(f"the world can't be read: {reason}", where=str(path), remedy="check the path") from error
    loader = _LOADER(text)
    lines: dict[Trail, int] = {}
    try:
        _check_nesting(text, str(path))
        root = loader.get_single_node()
        if root is not None:
            # Before construction, which merges mappings in place and so hides a name that stands twice.
            _collect(root, (), lines, str(path))
        content = loader.construct_document(root) if root is not None else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise WorldError(f"the world is not YAML: {error.problem}", where=f"{path}:{line}", remedy=_MEND) from error
    except (yaml.YAMLError, ValueError, AttributeError, TypeError) as error:
        # What a tag asks for and a text can't be, PyYAML says in exceptions of any kind.
        raise WorldError(f"the world is not YAML: {error}", where=str(path), remedy=_MEND) from error
    finally:
        loader.dispose()
    return Document(str(path), content, lines)


def _check_nesting(text: str, file: str) -> None:
    """Refuse levels without measure, and an alias inside of what it names: the parser builds both by recursion."""
    around: list[str | None] = []
    for event in yaml.parse(text, Loader=_LOADER):
        problem = ""
        if isinstance(event, yaml.CollectionStartEvent):
            around.append(event.anchor)
            problem = f"the world nests deeper than {_MOST_LEVELS} levels" if len(around) > _MOST_LEVELS else ""
        elif isinstance(event, yaml.CollectionEndEvent):
            around.pop()
        elif isinstance(event, yaml.AliasEvent) and event.anchor in around:
            problem = f"the alias *{event.anchor} stands inside of what it names"
        if problem:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise WorldError(problem, where=f"{file}:{line}", remedy="write the plain value there")


def _collect(node: yaml.Node, trail: Trail, lines: dict[Trail, int], file: str) -> None:
    """Note the line of each value; the names that a mapping repeats are refused on the way."""
    lines[trail] = node.start_mark.line + 1
    if len(lines) > _MOST_VALUES:
        raise WorldError(f"the world has more than {_MOST_VALUES:,} values", where=file, remedy="use fewer aliases")
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _collect(item, (*trail, index), lines, file)
    elif isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.tag == _MERGE:
                continue
            where = f"{file}:{key.start_mark.line + 1}"
            if not isinstance(key, yaml.ScalarNode):
                raise WorldError("a list or a mapping can't be a name", where=where, remedy="write a plain name there")
            if key.value in seen:
                raise WorldError(f"{key.value} stands twice in one mapping", where=where, remedy="keep one of the two")
            seen.add(key.value)
            _collect(value, (*trail, key.value), lines, file)
            lines[(*trail, key.value)] = key.start_mark.line + 1


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
