"""Which further tuning jobs a description points to: the parents of a warm start, which laws about it look at.

A law judges relations; types are judged elsewhere. So everything here gives None or nothing for a member that is absent
or not what it should be, and never raises.

Each is registered twice: for the listing under its own name, and for the description with `best-` before it, so that a
target which lacks one of the two operations is still judged on the other. What holds for the training job of a parent
as well is registered a third time, with `overall-best-`.

A parent that is gone is no fault. Its name can be given again: on a state that others made, a tuning job by the
name of a parent that is younger than the child is another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from conformance.checks.consistency.rules import as_number
from conformance.checks.law import Law
from conformance.checks.verdict import Tally, Verdict
from conformance.session.snapshot import ResourceSnapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from decimal import Decimal

    from conformance.checks.verdict import Verdict
    from conformance.session.snapshot import ResourceSnapshot, Snapshot


DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"

ENDED = frozenset({"Completed", "Failed", "Stopped"})
"""The statuses of a tuning job, and of a training job, after which nothing happens any more."""
BEST, OVERALL_BEST = "BestTrainingJob", "OverallBestTrainingJob"
METRIC = "FinalHyperParameterTuningJobObjectiveMetric"

_RESOLUTION_S = 1.0
"""Times may be kept in whole seconds: no document states their resolution."""

Json = Mapping[str, Any]
_NOTHING: Json = {}


def at(value: Any, path: str) -> Any:
    """Return the value at a dotted path; None where the path leads nowhere."""
    for name in path.split("."):
        # What comes from JSON is a dict, and asking for that first is several times as quick.
        value = value.get(name) if isinstance(value, (dict, Mapping)) else None
    return value


def number(value: Any, path: str = "") -> float | int | None:
    """Return the JSON number at a path; None for anything else, booleans included."""
    found = at(value, path) if path else value
    return found if isinstance(found, (int, float)) and not isinstance(found, bool) else None


def text(value: Any, path: str = "") -> str:
    """Return the string at a path; empty for anything else."""
    found = at(value, path) if path else value
    return found if isinstance(found, str) else ""


def mapping(value: Any, path: str = "") -> Json:
    """Return the object at a path; empty for anything else."""
    found = at(value, path) if path else value
    return found if isinstance(found, Mapping) else _NOTHING


def same_time(item: Any, other: Any) -> bool:
    """Return whether two values are one moment, at the resolution of times."""
    first, second = number(item), number(other)
    return first is not None and second is not None and abs(first - second) < _RESOLUTION_S


def entries(value: Any, path: str = "") -> list[Json]:
    """Return the objects of the list at a path, leaving out entries that are none."""
    found = at(value, path) if path else value
    return [entry for entry in found if isinstance(entry, Mapping)] if isinstance(found, list) else []


def definitions(answer: Json) -> list[Json]:
    """Return the definitions of a tuning job: the single one, or the several."""
    single = mapping(answer, "TrainingJobDefinition")
    return [single] if single else entries(answer, "TrainingJobDefinitions")


def definition_of(answer: Json, training_job: Json) -> Json | None:
    """Return the definition that launched a training job; None where the answers don't show it."""
    known = definitions(answer)
    if len(known) == 1:
        return known[0]
    name = text(training_job, "TrainingJobDefinitionName")
    return next((item for item in known if name and text(item, "DefinitionName") == name), None)


def objective_of(answer: Json, definition: Json) -> Json:
    """Return the objective that a definition is tuned for: its own, else that of the tuning job."""
    config = mapping(answer, "HyperParameterTuningJobConfig.HyperParameterTuningJobObjective")
    return mapping(definition, "TuningObjective") or config


def objectives(answer: Json) -> set[tuple[str, str]]:
    """Return the different objectives (metric name, direction) of a tuning job."""
    found = [objective_of(answer, definition) for definition in definitions(answer) or [_NOTHING]]
    return {(text(item, "MetricName"), text(item, "Type")) for item in found if item}


def training_jobs(resource: ResourceSnapshot) -> list[Json]:
    """Return the listed training jobs, and the best one that the description shows."""
    best = mapping(resource.answer, BEST)
    return [*resource.items, best] if best else list(resource.items)


def bests(resource: ResourceSnapshot) -> Iterator[tuple[str, Json]]:
    """Yield the best training job and the overall best, where there are such, each with the member that holds it."""
    for member in (BEST, OVERALL_BEST):
        best = mapping(resource.answer, member)
        if best:
            yield member, best


def autotuned(answer: Json) -> bool:
    """Return whether the service may have chosen ranges by itself, so that the answer need not show them all."""
    ranges = [mapping(answer, "HyperParameterTuningJobConfig.ParameterRanges")]
    ranges += [mapping(item, "HyperParameterRanges") for item in definitions(answer)]
    return bool(mapping(answer, "Autotune")) or any(item.get("AutoParameters") for item in ranges)


def still(resource: ResourceSnapshot) -> bool:
    """Return whether description and listing may be compared: the tuning job has ended, or is wholly prepared."""
    return resource.listed and bool(resource.answer) and (resource.settled or resource.listed_known)


def ours(resource: ResourceSnapshot) -> bool:
    """Return whether the suite alone had the tuning job in hand, so that no training job was deleted by others."""
    return resource.known is not None


def job(resource: ResourceSnapshot, training_job: Json) -> str:
    """Name a training job for people."""
    return f"{resource.name}/{text(training_job, 'TrainingJobName') or '(without name)'}"


if TYPE_CHECKING:
    Pick = Callable[[ResourceSnapshot], Sequence[Json]]
    SummaryEvaluate = Callable[[Snapshot, Pick], Verdict]


def listed(resource: ResourceSnapshot) -> Sequence[Json]:
    """Return the listed training jobs."""
    return resource.items


def best(resource: ResourceSnapshot) -> Sequence[Json]:
    """Return the best training job, where there is one."""
    found = mapping(resource.answer, BEST)
    return [found] if found else []


def overall_best(resource: ResourceSnapshot) -> Sequence[Json]:
    """Return the overall best training job, where there is one: it may be that of a parent."""
    found = mapping(resource.answer, OVERALL_BEST)
    return [found] if found else []


def summary_law(name: str, *, subject: str, of_parents: bool = False) -> Callable[[SummaryEvaluate], SummaryEvaluate]:
    """Register the decorated function, which gets what picks the summaries, as two laws or three.

    `of_parents` is whether it holds for training jobs of the parents of a warm start, too.
    """

    def register(evaluate: SummaryEvaluate) -> SummaryEvaluate:
        Law(name, operation=LIST, subject=subject)(partial(_evaluated, evaluate, listed))
        Law(f"best-{name}", operation=DESCRIBE, subject=subject)(partial(_evaluated, evaluate, best))
        if of_parents:
            Law(f"overall-best-{name}", operation=DESCRIBE, subject=f"overall-best-{subject}")(
                partial(_evaluated, evaluate, overall_best)
            )
        return evaluate

    return register


def _evaluated(evaluate: SummaryEvaluate, pick: Pick, snapshot: Snapshot) -> Verdict:
    return evaluate(snapshot, pick)


_ROUNDING = 1e-9
"""Share of a bound by which a float may miss it: a search on a logarithmic scale rounds on its way back."""


class Kind(StrEnum):
    """The kinds of ranges, by the member of ParameterRanges that holds them."""

    INTEGER = "IntegerParameterRanges"
    CONTINUOUS = "ContinuousParameterRanges"
    CATEGORICAL = "CategoricalParameterRanges"


@dataclass(frozen=True)
class Range:
    """One range. `low` and `high` are texts, as on the wire; `values` are the categories."""

    kind: Kind
    name: str
    low: str = ""
    high: str = ""
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"[{', '.join(self.values)}]" if self.kind is Kind.CATEGORICAL else f"{self.low} to {self.high}"

    def fault(self, value: str) -> str:
        """Say what is wrong with a tuned value; empty where nothing is."""
        if self.kind is Kind.CATEGORICAL:
            return "" if value in self.values else f"is none of {self}"
        read = as_number(value)
        if read is None:
            return "is no number"
        if self.kind is Kind.INTEGER and read != read.to_integral_value():
            return "is no whole number"
        low, high = as_number(self.low), as_number(self.high)
        if low is not None and read < low and not self._rounded(read, low):
            return f"is below {self}"
        if high is not None and read > high and not self._rounded(read, high):
            return f"is above {self}"
        return ""

    def _rounded(self, value: Decimal, bound: Decimal) -> bool:
        close = abs(float(value) - float(bound)) <= _ROUNDING * abs(float(bound))
        return self.kind is Kind.CONTINUOUS and close


def ranges_of(answer: Json, definition: Json) -> list[Range]:
    """Return the ranges that hold for a definition: its own, else those of the tuning job."""
    stated = mapping(definition, "HyperParameterRanges") or mapping(
        answer, "HyperParameterTuningJobConfig.ParameterRanges"
    )
    return [_range(kind, item) for kind in Kind for item in entries(stated, kind.value) if text(item, "Name")]


def _range(kind: Kind, stated: Json) -> Range:
    values = stated.get("Values")
    categories = tuple(item for item in values if isinstance(item, str)) if isinstance(values, list) else ()
    return Range(kind, text(stated, "Name"), text(stated, "MinValue"), text(stated, "MaxValue"), categories)


def related(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the parent tuning jobs that a description names; whatever is malformed is left out."""
    config = answer.get("WarmStartConfig")
    parents = config.get("ParentHyperParameterTuningJobs") if isinstance(config, Mapping) else None
    names = (
        parent.get("HyperParameterTuningJobName") if isinstance(parent, Mapping) else None
        for parent in (parents if isinstance(parents, list) else ())
    )
    return tuple(name for name in names if isinstance(name, str))


def parents(snapshot: Snapshot, resource: ResourceSnapshot) -> Iterator[ResourceSnapshot]:
    """Yield the parents of a tuning job that can still be described, each once."""
    for name in dict.fromkeys(related(resource.answer)):
        parent = snapshot.by_name.get(name)
        if parent is not None and parent.answer and (ours(resource) or not _younger(parent, resource)):
            yield parent


def _younger(item: ResourceSnapshot, other: ResourceSnapshot) -> bool:
    created, before = number(item.answer, "CreationTime"), number(other.answer, "CreationTime")
    return created is not None and before is not None and created > before


ARN_STATEMENT = "the ARN of a tuning job ends with its name"


def arn_of_the_tuning_job(resources: Iterable[ResourceSnapshot]) -> Verdict:
    """Check that the last part of HyperParameterTuningJobArn is the name, in whatever case."""
    tally = Tally("tuning jobs")
    for resource in resources:
        arn = text(resource.answer, "HyperParameterTuningJobArn")
        if arn:
            last = arn.rpartition("/")[2]
            tally.hold(
                last.lower() == resource.name.lower(), f"{resource.name} has the ARN {arn}", resource.description
            )
    return tally.verdict(
        "arn-of-another",
        "HyperParameterTuningJobArn ends with the name",
        wrong="HyperParameterTuningJobArn does not end with the name",
        lacking="no tuning job shows an ARN",
    )
