"""Reading what answers say about tuning jobs and training jobs, whatever shape they are in.

A law judges relations; types are judged elsewhere. So everything here gives None or nothing for a member that is absent
or not what it should be, and never raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.laws.survey import View

DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"

ENDED = frozenset({"Completed", "Failed", "Stopped"})
"""The statuses of a tuning job, and of a training job, after which nothing happens any more."""
BEST, OVERALL_BEST = "BestTrainingJob", "OverallBestTrainingJob"
METRIC = "FinalHyperParameterTuningJobObjectiveMetric"

_RESOLUTION_S = 1.0
"""Times may be kept in whole seconds: no document says how finely they are told."""

Json = Mapping[str, Any]
_NOTHING: Json = {}


def at(value: Any, path: str) -> Any:
    """Give what stands at a dotted path; None where the path leads nowhere."""
    for name in path.split("."):
        # What comes from JSON is a dict, and asking for that first is several times as quick.
        value = value.get(name) if isinstance(value, (dict, Mapping)) else None
    return value


def number(value: Any, path: str = "") -> float | int | None:
    """Give the JSON number at a path; None for anything else, booleans included."""
    found = at(value, path) if path else value
    return found if isinstance(found, (int, float)) and not isinstance(found, bool) else None


def text(value: Any, path: str = "") -> str:
    """Give the string at a path; empty for anything else."""
    found = at(value, path) if path else value
    return found if isinstance(found, str) else ""


def mapping(value: Any, path: str = "") -> Json:
    """Give the object at a path; empty for anything else."""
    found = at(value, path) if path else value
    return found if isinstance(found, Mapping) else _NOTHING


def same_time(one: Any, other: Any) -> bool:
    """Tell whether two values are one moment, as finely as times are told."""
    first, second = number(one), number(other)
    return first is not None and second is not None and abs(first - second) < _RESOLUTION_S


def entries(value: Any, path: str = "") -> list[Json]:
    """Give the objects of the list at a path, leaving out entries that are none."""
    found = at(value, path) if path else value
    return [entry for entry in found if isinstance(entry, Mapping)] if isinstance(found, list) else []


def definitions(answer: Json) -> list[Json]:
    """Give the definitions of a tuning job: the single one, or the several."""
    single = mapping(answer, "TrainingJobDefinition")
    return [single] if single else entries(answer, "TrainingJobDefinitions")


def definition_of(answer: Json, training_job: Json) -> Json | None:
    """Give the definition that launched a training job; None where the answers don't tell."""
    known = definitions(answer)
    if len(known) == 1:
        return known[0]
    name = text(training_job, "TrainingJobDefinitionName")
    return next((one for one in known if name and text(one, "DefinitionName") == name), None)


def objective_of(answer: Json, definition: Json) -> Json:
    """Give the objective that a definition is tuned for: its own, else that of the tuning job."""
    config = mapping(answer, "HyperParameterTuningJobConfig.HyperParameterTuningJobObjective")
    return mapping(definition, "TuningObjective") or config


def objectives(answer: Json) -> set[tuple[str, str]]:
    """Give the different objectives (metric name, direction) of a tuning job."""
    found = [objective_of(answer, definition) for definition in definitions(answer) or [_NOTHING]]
    return {(text(one, "MetricName"), text(one, "Type")) for one in found if one}


def training_jobs(view: View) -> list[Json]:
    """Give the listed training jobs, and the best one beside them, as a description shows it."""
    best = mapping(view.answer, BEST)
    return [*view.items, best] if best else list(view.items)


def bests(view: View) -> Iterator[tuple[str, Json]]:
    """Give the best training job and the overall best, where there are such, each with the member that tells it."""
    for member in (BEST, OVERALL_BEST):
        best = mapping(view.answer, member)
        if best:
            yield member, best


def autotuned(answer: Json) -> bool:
    """Tell whether the service may have chosen ranges by itself, so that the answer need not show them all."""
    ranges = [mapping(answer, "HyperParameterTuningJobConfig.ParameterRanges")]
    ranges += [mapping(one, "HyperParameterRanges") for one in definitions(answer)]
    return bool(mapping(answer, "Autotune")) or any(one.get("AutoParameters") for one in ranges)


def still(view: View) -> bool:
    """Tell whether description and listing may be compared: the tuning job has ended, or is wholly prepared."""
    return view.listed and bool(view.answer) and (view.settled or view.listed_known)


def ours(view: View) -> bool:
    """Tell whether nobody but the suite had the tuning job in hand, so that no training job was deleted behind it."""
    return view.known is not None


def job(view: View, training_job: Json) -> str:
    """Name a training job for people."""
    return f"{view.name}/{text(training_job, 'TrainingJobName') or '(without name)'}"
