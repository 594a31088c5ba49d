"""Laws about the objective of training jobs: which metric it is, what its status goes with, and who is best.

The documents speak of a job that completed. A stopped one with an objective was seen to count as succeeded (O11), so a
target may let it win or not; the verdict says when one did. Ties may be broken in any way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.checks.law import Law
from conformance.checks.tuning.answers import (
    BEST,
    DESCRIBE,
    ENDED,
    LIST,
    METRIC,
    OVERALL_BEST,
    Claim,
    Instance,
    Json,
    bests,
    definition_of,
    definitions,
    listed_training_jobs,
    listed_tuning_jobs,
    mapping,
    number,
    objective_of,
    objectives,
    ours,
    parents,
    same_time,
    still,
    text,
)
from conformance.checks.tuning.counters import missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.session.snapshot import ResourceSnapshot, Snapshot


_VALUE = f"{METRIC}.Value"
_CAN_WIN = ("Completed", "Stopped")


@dataclass(frozen=True)
class _Contest:
    """The objective values of one tuning job that can win, and the way to win."""

    highest: bool
    completed: tuple[float, ...]
    stopped: tuple[float, ...]

    def better(self, each: float, other: float) -> bool:
        return each > other if self.highest else each < other

    def winners(self) -> set[float]:
        """Return the values that may win: with and without those of stopped training jobs."""
        pick = max if self.highest else min
        return {pick(values) for values in (self.completed, self.completed + self.stopped) if values}


def _contest(resource: ResourceSnapshot) -> _Contest | None:
    """Return the contest of a tuning job; None where its definitions have different objectives, or none."""
    ways = objectives(resource.answer)
    direction = next(iter(ways))[1] if len(ways) == 1 else ""
    if direction not in {"Maximize", "Minimize"}:
        return None
    values: dict[str, list[float]] = {status: [] for status in _CAN_WIN}
    for item in resource.items:
        # All three are read of each item, whatever the first is: a failure may come from any of them.
        value, status, objective = number(item, _VALUE), text(item, "TrainingJobStatus"), item.get("ObjectiveStatus")
        if value is not None and status in values and objective != "Failed":
            values[status].append(value)
    return _Contest(direction == "Maximize", *(tuple(found) for found in values.values()))


def _contests(snapshot: Snapshot) -> Iterator[Instance]:
    """Yield each tuning job that has one objective, and was ended and listed to the end, with its contest."""
    for resource in snapshot.resources:
        contest = _contest(resource) if still(resource) else None
        if contest is not None:
            yield Instance(resource.name, (resource, contest), resource.exchanges)


def _stopped_won(status: str) -> str:
    return "a stopped training job with an objective value is best, as observed (O11)" if status == "Stopped" else ""


@Law("best-training-job-has-won", DESCRIBE, "best-training-job", compares=True, covers=(BEST,))
@Claim(
    "tuning jobs",
    "wrong-best",
    "BestTrainingJob has completed with the best objective value; it is absent where no training job has succeeded",
    wrong="BestTrainingJob is not the training job with the best objective value",
    lacking="no tuning job with one objective has ended and was listed to the end",
    note=lambda resource, _: _stopped_won(text(resource.answer, f"{BEST}.TrainingJobStatus")),
).about(_contests)
def _wrong_best(resource: ResourceSnapshot, contest: _Contest) -> str:
    best, winners = mapping(resource.answer, BEST), contest.winners()
    if not best:
        completed = len(contest.completed)
        return f"has {completed} training jobs that completed with an objective value, and no best" if completed else ""
    status, value = text(best, "TrainingJobStatus"), _value_of(best, resource)
    unknown = value is None and not winners  # no metric is shown at all: it may be left out
    won = unknown or value in winners or (bool(missing(resource)) and _unbeaten(contest, value))
    if won and status in {"", *_CAN_WIN}:
        return ""
    best_values = " or ".join(str(winner) for winner in sorted(winners)) or "none"
    return f"calls {text(best, 'TrainingJobName')} best ({status}, {value}); {best_values} has won"


@Law("best-training-job-could-win", DESCRIBE, "best-status")
@Claim(
    "best training jobs",
    "could-not-win",
    "BestTrainingJob and OverallBestTrainingJob are Completed",
    wrong="the best training job has not completed",
    lacking="no best training job shows a status",
    note=lambda best: _stopped_won(text(best, "TrainingJobStatus")),
).about(bests)
def _could_not_win(best: Json) -> str | None:
    """Look whether the best training job, or the overall best, has completed (or was stopped, O11)."""
    status = text(best, "TrainingJobStatus")
    if not status:
        return None
    return "" if status in _CAN_WIN else f"is {status}"


def _next_to_the_best(snapshot: Snapshot) -> Iterator[Instance]:
    """Yield the value of each completed training job where there are several, with that of the best."""
    for name, (resource, contest), exchanges in _contests(snapshot):
        value = _value_of(mapping(resource.answer, BEST), resource)
        if value is not None and len(contest.completed) > 1:
            for other in contest.completed:
                yield Instance(name, (contest, value, other), exchanges)


@Law("best-follows-the-direction", DESCRIBE, "objective", compares=True)
@Claim(
    "training jobs beside the best",
    "beaten",
    "Maximize lets the highest value win, Minimize the lowest",
    wrong="BestTrainingJob is beaten by another training job",
    lacking="no ended tuning job with a best training job has a second one that completed with a metric",
).about(_next_to_the_best)
def _beaten(contest: _Contest, best: float, other: float) -> str:
    direction = "Maximize" if contest.highest else "Minimize"
    return f"is to {direction}: its best has {best}, one {other}" if contest.better(other, best) else ""


@Law("best-training-job-as-listed", DESCRIBE, "best-as-listed", compares=True)
@Claim(
    "best training jobs",
    "best-not-as-listed",
    "BestTrainingJob equals the listed training job of that name, member by member",
    wrong="BestTrainingJob differs from the same training job in the listing",
    lacking="no ended tuning job has a best training job and a complete listing",
).about(listed_tuning_jobs)
def _not_as_listed(resource: ResourceSnapshot) -> list[str] | None:
    """Compare the best training job with the listed one, in the members that both show (O5)."""
    best = mapping(resource.answer, BEST)
    if not best or not still(resource):
        return None
    listed = _listed(best, resource)
    if listed is None:
        return None if missing(resource) else [f"{BEST} {text(best, 'TrainingJobName')} is not listed"]
    return _differing(best, listed, BEST)


def _bests_of_the_family(snapshot: Snapshot) -> Iterator[Instance]:
    """Yield the best value of each member of a family, next to the overall best after a warm start on identical data.

    No answer without an overall best was recorded, so a live service is not accused where it is absent.
    """
    for resource in snapshot.resources:
        contest = _contest(resource) if resource.settled or resource.listed_known else None
        overall = number(resource.answer, f"{OVERALL_BEST}.{_VALUE}")
        identical = text(resource.answer, "WarmStartConfig.WarmStartType") == "IdenticalDataAndAlgorithm"
        if not identical or contest is None or (overall is None and not ours(resource)):
            continue
        for relative in (resource, *parents(snapshot, resource)):
            # The same metric in the same direction, or the two can't be compared.
            comparable = objectives(relative.answer) == objectives(resource.answer)
            value = number(relative.answer, f"{BEST}.{_VALUE}") if comparable else None
            if value is not None:
                exchanges = (resource.description, relative.description)
                yield Instance(resource.name, (contest, overall, relative.name, value), exchanges)


@Law("overall-best-spans-the-parents", DESCRIBE, "overall-best", compares=True, covers=(OVERALL_BEST,))
@Claim(
    "bests beside the overall best",
    "overall-beaten",
    "OverallBestTrainingJob is at least as good as the BestTrainingJob of this tuning job and of each parent",
    wrong="OverallBestTrainingJob is worse than a BestTrainingJob of the family",
    lacking="no ended tuning job was started warm on identical data and shows an overall best",
).about(_bests_of_the_family)
def _overall_beaten(contest: _Contest, overall: float | None, relative: str, value: float) -> str:
    beaten = overall is None or contest.better(value, overall)
    return f"has the overall best {overall}, {relative} the best {value}" if beaten else ""


def _listed(best: Json, resource: ResourceSnapshot) -> Json | None:
    """Return the listed training job of that name; None where there is none."""
    name = text(best, "TrainingJobName")
    return next((item for item in resource.items if text(item, "TrainingJobName") == name), None)


def _value_of(best: Json, resource: ResourceSnapshot) -> float | None:
    """Return the objective value of a best training job, from another summary where its own leaves it out."""
    value = number(best, _VALUE)
    return number(_listed(best, resource), _VALUE) if value is None and best else value


def _unbeaten(contest: _Contest, value: float | None) -> bool:
    return value is not None and not any(contest.better(other, value) for other in contest.completed)


def _differing(best: Any, listed: Any, path: str) -> list[str]:
    """Name the members that both show, with values that differ."""
    if not isinstance(best, dict) or not isinstance(listed, dict):
        same = best == listed or (path.endswith("Time") and same_time(best, listed))
        return [] if same else [f"{path} is {best!r}, listed {listed!r}"]
    shared = [name for name in best if name in listed]
    return [received for name in shared for received in _differing(best[name], listed[name], f"{path}.{name}")]


@Claim(
    "final metrics",
    "another-metric",
    "MetricName (and Type where it is there) of the final metric are those of the objective",
    wrong="the final metric is not the metric that the tuning job optimizes",
    lacking="no training job has a final metric and an objective in the description",
).of_summaries("metric-is-the-objective", "metric", of_parents=True)
def _another_metric(resource: ResourceSnapshot, item: Json) -> str | None:
    """Compare name and direction of a final metric with the objective; the direction may be absent (O5)."""
    metric, wanted = mapping(item, METRIC), _wanted(resource.answer, item)
    if not metric or not wanted:
        return None
    name, direction = text(metric, "MetricName"), text(metric, "Type")
    if any(name == of and direction in {"", way} for of, way in wanted):
        return ""
    received = f"{name} {direction}".strip() or "without name"
    return f"has the metric {received}; the objective is {' or '.join(' '.join(each) for each in sorted(wanted))}"


def _wanted(answer: Json, item: Json) -> set[tuple[str, str]]:
    """Return the objectives that a training job may have: all of them where it names no definition."""
    definition = definition_of(answer, item)
    if definition is None and len(definitions(answer)) > 1:
        return objectives(answer)
    objective = objective_of(answer, definition or {})
    return {objective} if objective else set()


@Law("pending-objective-is-still-running", LIST, "objective-status")
@Claim(
    "pending training jobs",
    "pending-after-the-end",
    "ObjectiveStatus Pending goes with a training job that has not ended",
    wrong="ObjectiveStatus of an ended training job is Pending",
    lacking="no training job is Pending in a tuning job that has ended or was prepared",
).about(listed_training_jobs)
def _pending_after_the_end(resource: ResourceSnapshot, item: Json) -> str | None:
    """Look for pending training jobs that have ended; between its end and its evaluation both are right."""
    if item.get("ObjectiveStatus") != "Pending" or not still(resource):
        return None
    status = text(item, "TrainingJobStatus")
    return f"is Pending and {status}" if status in ENDED else ""


@Law("best-objective-has-not-failed", DESCRIBE, "best-objective-status")
@Claim(
    "best training jobs",
    "failed-is-best",
    "ObjectiveStatus of BestTrainingJob and OverallBestTrainingJob is Succeeded",
    wrong="ObjectiveStatus of a best training job is not Succeeded",
    lacking="no best training job has an ObjectiveStatus",
).about(bests)
def _has_not_succeeded(best: Json) -> str | None:
    status = text(best, "ObjectiveStatus")
    if not status:
        return None
    return "" if status == "Succeeded" else f"has ObjectiveStatus {status}"


@Law("failed-objective-is-never-best", DESCRIBE, "best-training-job", compares=True)
@Claim(
    "training jobs with a failed objective",
    "failed-is-best",
    "a training job with ObjectiveStatus Failed is not BestTrainingJob",
    wrong="BestTrainingJob is a training job with ObjectiveStatus Failed",
    lacking="no tuning job with a best training job has one whose objective failed",
).about(listed_training_jobs)
def _failed_is_best(resource: ResourceSnapshot, item: Json) -> str | None:
    best = text(resource.answer, f"{BEST}.TrainingJobName")
    if not best or item.get("ObjectiveStatus") != "Failed" or not still(resource):
        return None
    return "is best and its objective Failed" if text(item, "TrainingJobName") == best else ""
