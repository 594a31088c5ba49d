"""What laws about tuning jobs read of answers, and what they are made of: a claim about each of some instances.

A law judges relations; types are judged elsewhere. So everything here gives None or nothing for a member that is absent
or not what it should be, and never raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from conformance.checks.law import Law
from conformance.checks.verdict import Tally, Verdict
from conformance.session.snapshot import ResourceSnapshot, Snapshot

if TYPE_CHECKING:
    from conformance.checks.law import Evaluate
    from conformance.wire.exchange import Exchange

DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"

ENDED = frozenset({"Completed", "Failed", "Stopped"})
"""The statuses of a tuning job, and of a training job, after which nothing happens any more."""
BEST, OVERALL_BEST = "BestTrainingJob", "OverallBestTrainingJob"
CONFIG = "HyperParameterTuningJobConfig"
METRIC = "FinalHyperParameterTuningJobObjectiveMetric"

_RESOLUTION_S = 1.0
"""Times may be kept in whole seconds: no document states their resolution."""

Json = Mapping[str, Any]
"""A JSON object, of an answer or of a world: a dict."""
_NOTHING: Json = {}


def at(value: Any, path: str) -> Any:
    """Return the value at a dotted path; None where the path leads nowhere."""
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def as_json_number(value: Any) -> float | int | None:
    """Return a value that is a JSON number; None for anything else, booleans included."""
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def number(value: Any, path: str) -> float | int | None:
    """Return the JSON number at a path; None where there is none."""
    return as_json_number(at(value, path))


def text(value: Any, path: str) -> str:
    """Return the string at a path; empty for anything else."""
    found = at(value, path)
    return found if isinstance(found, str) else ""


def mapping(value: Any, path: str) -> Json:
    """Return the object at a path; empty for anything else."""
    found = at(value, path)
    return found if isinstance(found, dict) else _NOTHING


def entries(value: Any, path: str) -> list[Json]:
    """Return the objects of the list at a path, leaving out entries that are none."""
    found = at(value, path)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def same_time(item: Any, other: Any) -> bool:
    """Return whether two values are one moment, at the resolution of times."""
    first, second = as_json_number(item), as_json_number(other)
    return first is not None and second is not None and abs(first - second) < _RESOLUTION_S


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


def objective_of(answer: Json, definition: Json) -> tuple[str, str] | None:
    """Return the objective (metric name, direction) of a definition: its own, else that of the tuning job."""
    stated = mapping(definition, "TuningObjective") or mapping(answer, f"{CONFIG}.HyperParameterTuningJobObjective")
    return (text(stated, "MetricName"), text(stated, "Type")) if stated else None


def objectives(answer: Json) -> set[tuple[str, str]]:
    """Return the different objectives of a tuning job."""
    found = {objective_of(answer, definition) for definition in definitions(answer) or [_NOTHING]}
    return {objective for objective in found if objective is not None}


_RANGES = ("IntegerParameterRanges", "ContinuousParameterRanges", "CategoricalParameterRanges")


def stated_ranges(answer: Json, definition: Json) -> Json:
    """Return the ranges that hold for a definition, by kind: its own, else those of the tuning job."""
    return mapping(definition, "HyperParameterRanges") or mapping(answer, f"{CONFIG}.ParameterRanges")


def ranged_names(answer: Json, definition: Json) -> set[str]:
    """Return the names of the hyperparameters that have a range for a definition."""
    stated = stated_ranges(answer, definition)
    return {name for kind in _RANGES for item in entries(stated, kind) if (name := text(item, "Name"))}


def autotuned(answer: Json) -> bool:
    """Return whether the service may have chosen ranges by itself, so that the answer need not show them all."""
    ranges = [mapping(answer, f"{CONFIG}.ParameterRanges")]
    ranges += [mapping(item, "HyperParameterRanges") for item in definitions(answer)]
    return bool(mapping(answer, "Autotune")) or any(item.get("AutoParameters") for item in ranges)


def still(resource: ResourceSnapshot) -> bool:
    """Return whether description and listing may be compared: the tuning job has ended, or is wholly prepared."""
    return resource.listed and bool(resource.answer) and (resource.settled or resource.listed_known)


def ours(resource: ResourceSnapshot) -> bool:
    """Return whether the suite alone had the tuning job in hand, so that no training job was deleted by others."""
    return resource.known is not None


def related(answer: Json) -> tuple[str, ...]:
    """Return the names of the parents of a warm start that a description names; whatever is malformed is left out."""
    stated = entries(answer, "WarmStartConfig.ParentHyperParameterTuningJobs")
    names = (parent.get("HyperParameterTuningJobName") for parent in stated)
    return tuple(name for name in names if isinstance(name, str))


def parents(snapshot: Snapshot, resource: ResourceSnapshot) -> Iterator[ResourceSnapshot]:
    """Yield the parents of a tuning job that can still be described, each once.

    A parent that is gone is no fault. Its name can be given again: on a state that others made, a tuning job by the
    name of a parent that is younger than the child is another one.
    """
    for name in dict.fromkeys(related(resource.answer)):
        parent = snapshot.by_name.get(name)
        if parent is not None and parent.answer and (ours(resource) or not _younger(parent, resource)):
            yield parent


def _younger(item: ResourceSnapshot, other: ResourceSnapshot) -> bool:
    created, before = number(item.answer, "CreationTime"), number(other.answer, "CreationTime")
    return created is not None and before is not None and created > before


# -- what laws look at


class Instance(NamedTuple):
    """One thing that a law looks at: its name for people, what the law gets of it, the exchanges that show it."""

    name: str
    parts: tuple[Any, ...]
    exchanges: tuple[Exchange, ...]


Instances = Callable[[Snapshot], Iterator[Instance]]
Pick = Callable[[ResourceSnapshot], Sequence[Json]]


def tuning_jobs(snapshot: Snapshot) -> Iterator[Instance]:
    """Yield each tuning job, as its description shows it."""
    for resource in snapshot.resources:
        yield Instance(resource.name, (resource,), (resource.description,))


def listed_tuning_jobs(snapshot: Snapshot) -> Iterator[Instance]:
    """Yield each tuning job, as its description and its listing show it."""
    for resource in snapshot.resources:
        yield Instance(resource.name, (resource,), resource.exchanges)


def summaries(pick: Pick) -> Instances:
    """Return what yields each training job that `pick` finds in a tuning job, as (tuning job, training job)."""

    def instances(snapshot: Snapshot) -> Iterator[Instance]:
        for resource in snapshot.resources:
            for item in pick(resource):
                yield Instance(job(resource, item), (resource, item), resource.exchanges)

    return instances


def job(resource: ResourceSnapshot, training_job: Json) -> str:
    """Name a training job for people."""
    return f"{resource.name}/{text(training_job, 'TrainingJobName') or '(without name)'}"


def _shown_as(member: str) -> Pick:
    """Return what picks the training job that a description shows under a member: one, or none."""

    def pick(resource: ResourceSnapshot) -> Sequence[Json]:
        found = mapping(resource.answer, member)
        return [found] if found else []

    return pick


best, overall_best = _shown_as(BEST), _shown_as(OVERALL_BEST)


def listed_and_best(resource: ResourceSnapshot) -> Sequence[Json]:
    """Return the listed training jobs, and the best one that the description shows."""
    return [*resource.items, *best(resource)]


listed_training_jobs = summaries(lambda resource: resource.items)
training_jobs = summaries(listed_and_best)


def bests(snapshot: Snapshot) -> Iterator[Instance]:
    """Yield the best training job and the overall best of each tuning job, where there are such."""
    for resource in snapshot.resources:
        for member, pick in ((BEST, best), (OVERALL_BEST, overall_best)):
            for item in pick(resource):
                name = f"{resource.name}, {member} {text(item, 'TrainingJobName')}"
                yield Instance(name, (item,), (resource.description,))


Fault = Callable[..., str | list[str] | None]
"""Says what is wrong with the parts of an instance: a predicate, or a list of differences.

It is empty where nothing is wrong, and None where nothing can be said.
"""


def _sentence(name: str, fault: str | list[str]) -> str:
    return f"{name} {fault}" if isinstance(fault, str) else f"{name}: {'; '.join(fault)}"


def _no_note(*_: Any) -> str:
    return ""


@dataclass(frozen=True)
class Claim:
    """What a law claims of each of its instances, in the words of its verdict (see `Tally.verdict`)."""

    noun: str
    kind: str
    expected: str
    wrong: str
    lacking: str
    note: Callable[..., str] = _no_note
    """Gives a note for an instance that was judged; empty for none."""

    def about(self, instances: Instances) -> Callable[[Fault], Evaluate]:
        """Return a decorator that makes an evaluation of a snapshot from what finds the fault of an instance."""

        def decorate(fault: Fault) -> Evaluate:
            def evaluate(snapshot: Snapshot) -> Verdict:
                tally, notes = Tally(self.noun), dict[str, None]()
                for name, parts, exchanges in instances(snapshot):
                    found = fault(*parts)
                    if found is not None:
                        tally.hold(not found, _sentence(name, found), *exchanges)
                        notes[self.note(*parts)] = None
                said = tuple(note for note in notes if note)
                return tally.verdict(self.kind, self.expected, wrong=self.wrong, lacking=self.lacking, notes=said)

            return evaluate

        return decorate

    def of_summaries(self, name: str, subject: str, *, of_parents: bool = False) -> Callable[[Fault], Fault]:
        """Return a decorator that registers a function of (tuning job, training job) as two laws or three.

        One is on the listing; one on the best training job of the description, so that a target which lacks one of the
        operations is judged on the other; one on the overall best, where it holds for training jobs of parents too.
        """

        def register(fault: Fault) -> Fault:
            Law(name, LIST, subject)(self.about(listed_training_jobs)(fault))
            Law(f"best-{name}", DESCRIBE, subject)(self.about(summaries(best))(fault))
            if of_parents:
                overall = self.about(summaries(overall_best))(fault)
                Law(f"overall-best-{name}", DESCRIBE, f"overall-best-{subject}")(overall)
            return fault

        return register
