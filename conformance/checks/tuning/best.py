"""Laws about the objective of training jobs: which metric it is, and what its status goes with.

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
    bests,
    definition_of,
    definitions,
    job,
    mapping,
    number,
    objective_of,
    objectives,
    ours,
    parents,
    same_time,
    still,
    summary_law,
    text,
)
from conformance.checks.tuning.counters import missing
from conformance.checks.verdict import Tally, Verdict

if TYPE_CHECKING:
    from conformance.checks.tuning.answers import Json, Pick
    from conformance.session.snapshot import ResourceSnapshot, Snapshot


_STOPPED_WON = "a stopped training job with an objective value is best, as observed (O11)"
_VALUE = f"{METRIC}.Value"


@dataclass(frozen=True)
class _Contest:
    """The training jobs of one tuning job that can win, and the way to win."""

    highest: bool
    completed: tuple[float, ...]
    stopped: tuple[float, ...]

    def better(self, each: float, other: float) -> bool:
        return each > other if self.highest else each < other

    def best(self, values: tuple[float, ...]) -> float | None:
        return (max if self.highest else min)(values) if values else None

    def winners(self) -> set[float]:
        """Return the values that may win: with and without those of stopped training jobs."""
        found = {self.best(self.completed), self.best(self.completed + self.stopped)}
        return {value for value in found if value is not None}


def contest(resource: ResourceSnapshot) -> _Contest | None:
    """Return the contest of a tuning job; None where its definitions have different objectives, or none."""
    ways = objectives(resource.answer)
    direction = next(iter(ways))[1] if len(ways) == 1 else ""
    if direction not in {"Maximize", "Minimize"}:
        return None
    values: dict[str, list[float]] = {"Completed": [], "Stopped": []}
    for item in resource.items:
        value, status, objective = number(item, _VALUE), text(item, "TrainingJobStatus"), item.get("ObjectiveStatus")
        if value is not None and status in values and objective != "Failed":
            values[status].append(value)
    return _Contest(direction == "Maximize", tuple(values["Completed"]), tuple(values["Stopped"]))


@Law("best-training-job-has-won", operation=DESCRIBE, subject="best-training-job", compares=True, covers=(BEST,))
def best_training_job_has_won(snapshot: Snapshot) -> Verdict:
    """Check that the best training job completed with the best objective, and is absent where none has succeeded."""
    tally = Tally("tuning jobs")
    notes: list[str] = []
    for resource in snapshot.resources:
        best, run = mapping(resource.answer, BEST), contest(resource) if still(resource) else None
        if run is None:
            continue
        if not best:
            completed = f"{len(run.completed)} training jobs that completed with an objective value"
            tally.hold(not run.completed, f"{resource.name} has {completed}, and no best", *resource.exchanges)
            continue
        status, value = text(best, "TrainingJobStatus"), _value_of(best, resource)
        if status == "Stopped":
            notes.append(_STOPPED_WON)
        unknown = value is None and not run.winners()  # no metric is shown at all: it may be left out
        won = unknown or value in run.winners() or (bool(missing(resource)) and _unbeaten(run, value))
        tally.hold(
            won and status in {"", "Completed", "Stopped"},
            f"{resource.name} calls {text(best, 'TrainingJobName')} best ({status}, {value}); "
            f"{' or '.join(str(winner) for winner in sorted(run.winners())) or 'none'} has won",
            *resource.exchanges,
        )
    return tally.verdict(
        "wrong-best",
        "BestTrainingJob has completed with the best objective value; it is absent where no training job has succeeded",
        wrong="BestTrainingJob is not the training job with the best objective value",
        lacking="no tuning job with one objective has ended and was listed to the end",
        notes=tuple(dict.fromkeys(notes)),
    )


@Law("best-training-job-could-win", operation=DESCRIBE, subject="best-status")
def best_training_job_could_win(snapshot: Snapshot) -> Verdict:
    """Check that the best training job, and the overall best, has completed (or was stopped, O11)."""
    tally = Tally("best training jobs")
    notes: list[str] = []
    for resource in snapshot.resources:
        for member, best in bests(resource):
            status = text(best, "TrainingJobStatus")
            if not status:
                continue
            if status == "Stopped":
                notes.append(_STOPPED_WON)
            tally.hold(
                status in {"Completed", "Stopped"},
                f"{resource.name}, {member} {text(best, 'TrainingJobName')} is {status}",
                resource.description,
            )
    return tally.verdict(
        "could-not-win",
        "BestTrainingJob and OverallBestTrainingJob are Completed",
        wrong="the best training job has not completed",
        lacking="no best training job shows a status",
        notes=tuple(dict.fromkeys(notes)),
    )


@Law("best-follows-the-direction", operation=DESCRIBE, subject="objective", compares=True)
def best_follows_the_direction(snapshot: Snapshot) -> Verdict:
    """Check that no completed training job has a higher value than the best (Maximize), or a lower one (Minimize)."""
    tally = Tally("training jobs beside the best")
    for resource in snapshot.resources:
        value = _value_of(mapping(resource.answer, BEST), resource)
        run = contest(resource) if still(resource) else None
        if run is None or value is None or len(run.completed) <= 1:
            continue
        for other in run.completed:
            tally.hold(
                not run.better(other, value),
                f"{resource.name} is to {'Maximize' if run.highest else 'Minimize'}: its best has {value}, one {other}",
                *resource.exchanges,
            )
    return tally.verdict(
        "beaten",
        "Maximize lets the highest value win, Minimize the lowest",
        wrong="BestTrainingJob is beaten by another training job",
        lacking="no ended tuning job with a best training job has a second one that completed with a metric",
    )


@Law("best-training-job-as-listed", operation=DESCRIBE, subject="best-as-listed", compares=True)
def best_training_job_as_listed(snapshot: Snapshot) -> Verdict:
    """Check that the best training job is in the listing, with equal members where both show them (O5)."""
    tally = Tally("best training jobs")
    for resource in snapshot.resources:
        best = mapping(resource.answer, BEST)
        if not best or not still(resource):
            continue
        listed = _listed(best, resource)
        if listed is None and missing(resource):
            continue
        received = _differing(best, listed, "") if listed is not None else ["it is not listed"]
        tally.clear(f"{resource.name}, best {text(best, 'TrainingJobName')}", received, *resource.exchanges)
    return tally.verdict(
        "best-not-as-listed",
        "BestTrainingJob equals the listed training job of that name, member by member",
        wrong="BestTrainingJob differs from the same training job in the listing",
        lacking="no ended tuning job has a best training job and a complete listing",
    )


@Law(
    "overall-best-spans-the-parents",
    operation=DESCRIBE,
    subject="overall-best",
    compares=True,
    covers=(OVERALL_BEST,),
)
def overall_best_spans_the_parents(snapshot: Snapshot) -> Verdict:
    """Check that after a warm start on identical data no best, own or of a parent, beats the overall best."""
    tally = Tally("bests beside the overall best")
    for resource in snapshot.resources:
        run = contest(resource) if resource.settled or resource.listed_known else None
        if text(resource.answer, "WarmStartConfig.WarmStartType") != "IdenticalDataAndAlgorithm" or run is None:
            continue
        overall = number(resource.answer, f"{OVERALL_BEST}.{_VALUE}")
        if overall is None and not ours(resource):
            continue  # no answer without one was recorded, so a live service is not accused
        for relative in (resource, *parents(snapshot, resource)):
            # The same metric in the same direction, or the two can't be compared.
            comparable = objectives(relative.answer) == objectives(resource.answer)
            value = number(relative.answer, f"{BEST}.{_VALUE}") if comparable else None
            if value is not None:
                tally.hold(
                    overall is not None and not run.better(value, overall),
                    f"{resource.name} has the overall best {overall}, {relative.name} the best {value}",
                    resource.description,
                    relative.description,
                )
    return tally.verdict(
        "overall-beaten",
        "OverallBestTrainingJob is at least as good as the BestTrainingJob of this tuning job and of each parent",
        wrong="OverallBestTrainingJob is worse than a BestTrainingJob of the family",
        lacking="no ended tuning job was started warm on identical data and shows an overall best",
    )


def _listed(best: Json, resource: ResourceSnapshot) -> Json | None:
    """Return the listed training job of that name; None where there is none."""
    name = text(best, "TrainingJobName")
    return next((item for item in resource.items if text(item, "TrainingJobName") == name), None)


def _value_of(best: Json, resource: ResourceSnapshot) -> float | None:
    """Return the objective value of a best training job, from another summary where its own leaves it out."""
    value = number(best, _VALUE)
    return number(_listed(best, resource), _VALUE) if value is None and best else value


def _unbeaten(run: _Contest, value: float | None) -> bool:
    return value is not None and not any(run.better(other, value) for other in run.completed)


def _differing(best: Any, listed: Any, path: str) -> list[str]:
    """Name the members that both show, with values that differ."""
    if not isinstance(best, dict) or not isinstance(listed, dict):
        same = best == listed or (path.endswith("Time") and same_time(best, listed))
        return [] if same else [f"{path} is {best!r}, listed {listed!r}"]
    shared = [name for name in best if name in listed]
    return [
        received for name in shared for received in _differing(best[name], listed[name], f"{path}.{name}".lstrip("."))
    ]


@summary_law("metric-is-the-objective", subject="metric", of_parents=True)
def metric_is_the_objective(snapshot: Snapshot, pick: Pick) -> Verdict:
    """Check that name and direction of a final metric are those of the objective; the direction may be absent (O5)."""
    tally = Tally("final metrics")
    for resource in snapshot.resources:
        for item in pick(resource):
            metric, wanted = mapping(item, METRIC), _wanted(resource.answer, item)
            if metric and wanted:
                received = (text(metric, "MetricName"), text(metric, "Type"))
                tally.hold(
                    any(received[0] == name and received[1] in {"", way} for name, way in wanted),
                    f"{job(resource, item)} has the metric {' '.join(received).strip() or 'without name'}; "
                    f"the objective is {' or '.join(f'{name} {way}' for name, way in sorted(wanted))}",
                    *resource.exchanges,
                )
    return tally.verdict(
        "another-metric",
        "MetricName (and Type where it is there) of the final metric are those of the objective",
        wrong="the final metric is not the metric that the tuning job optimizes",
        lacking="no training job has a final metric and an objective in the description",
    )


@Law("pending-objective-is-still-running", operation=LIST, subject="objective-status")
def pending_objective_is_still_running(snapshot: Snapshot) -> Verdict:
    """Check that no pending training job has ended; between its end and its evaluation both are right."""
    tally = Tally("pending training jobs")
    for resource in snapshot.resources:
        for item in resource.items if still(resource) else ():
            if item.get("ObjectiveStatus") == "Pending":
                status = text(item, "TrainingJobStatus")
                tally.hold(status not in ENDED, f"{job(resource, item)} is Pending and {status}", *resource.exchanges)
    return tally.verdict(
        "pending-after-the-end",
        "ObjectiveStatus Pending goes with a training job that has not ended",
        wrong="ObjectiveStatus of an ended training job is Pending",
        lacking="no training job is Pending in a tuning job that has ended or was prepared",
    )


@Law("best-objective-has-not-failed", operation=DESCRIBE, subject="best-objective-status")
def best_objective_has_not_failed(snapshot: Snapshot) -> Verdict:
    """Check that no best training job says itself that its objective failed or is pending."""
    tally = Tally("best training jobs")
    for resource in snapshot.resources:
        for member, best in bests(resource):
            status = text(best, "ObjectiveStatus")
            if status:
                tally.hold(status == "Succeeded", f"{resource.name}: {member} has {status}", resource.description)
    return tally.verdict(
        "failed-is-best",
        "ObjectiveStatus of BestTrainingJob and OverallBestTrainingJob is Succeeded",
        wrong="ObjectiveStatus of a best training job is not Succeeded",
        lacking="no best training job has an ObjectiveStatus",
    )


@Law("failed-objective-is-never-best", operation=DESCRIBE, subject="best-training-job", compares=True)
def failed_objective_is_never_best(snapshot: Snapshot) -> Verdict:
    """Check that BestTrainingJob is none of the training jobs whose objective failed."""
    tally = Tally("training jobs with a failed objective")
    for resource in snapshot.resources:
        best = text(resource.answer, "BestTrainingJob.TrainingJobName")
        if not best or not still(resource):
            continue
        for item in resource.items:
            if item.get("ObjectiveStatus") == "Failed":
                name = text(item, "TrainingJobName")
                tally.hold(name != best, f"{job(resource, item)} is best and its objective Failed", *resource.exchanges)
    return tally.verdict(
        "failed-is-best",
        "a training job with ObjectiveStatus Failed is not BestTrainingJob",
        wrong="BestTrainingJob is a training job with ObjectiveStatus Failed",
        lacking="no tuning job with a best training job has one whose objective failed",
    )


def _wanted(answer: Json, item: Json) -> set[tuple[str, str]]:
    """Return the objectives that a training job may have: all of them where it names no definition."""
    definition = definition_of(answer, item)
    if definition is None and len(definitions(answer)) > 1:
        return objectives(answer)
    objective = objective_of(answer, definition or {})
    return {(text(objective, "MetricName"), text(objective, "Type"))} if objective else set()
