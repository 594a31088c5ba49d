"""Laws about the best training job: who may be it, that it is as listed, and that nobody beats it.

The documents speak of a job that completed. A stopped one with an objective was seen to count as succeeded (O11), so a
target may let it win or not; the verdict says when one did. Ties may be broken in any way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance.laws.registry import law
from conformance.laws.verdict import Tally, Verdict
from conformance.tuning.answers import (
    BEST,
    DESCRIBE,
    METRIC,
    OVERALL_BEST,
    bests,
    mapping,
    number,
    objectives,
    ours,
    same_time,
    still,
    text,
)
from conformance.tuning.counters import missing
from conformance.tuning.related import parents

if TYPE_CHECKING:
    from conformance.laws.survey import Survey, View
    from conformance.tuning.answers import Json

_STOPPED_WON = "a stopped training job with an objective value is best, as observed (O11)"
_VALUE = f"{METRIC}.Value"


@dataclass(frozen=True)
class _Contest:
    """The training jobs of one tuning job that can win, and the way to win."""

    highest: bool
    completed: tuple[float, ...]
    stopped: tuple[float, ...]

    def better(self, one: float, other: float) -> bool:
        return one > other if self.highest else one < other

    def best(self, values: tuple[float, ...]) -> float | None:
        return (max if self.highest else min)(values) if values else None

    def winners(self) -> set[float]:
        """Give the values that may win: with and without those of stopped training jobs."""
        found = {self.best(self.completed), self.best(self.completed + self.stopped)}
        return {value for value in found if value is not None}


def contest(view: View) -> _Contest | None:
    """Give the contest of a tuning job; None where its definitions have different objectives, or none is told."""
    ways = objectives(view.answer)
    direction = next(iter(ways))[1] if len(ways) == 1 else ""
    if direction not in {"Maximize", "Minimize"}:
        return None
    values: dict[str, list[float]] = {"Completed": [], "Stopped": []}
    for item in view.items:
        value, status, objective = number(item, _VALUE), text(item, "TrainingJobStatus"), item.get("ObjectiveStatus")
        if value is not None and status in values and objective != "Failed":
            values[status].append(value)
    return _Contest(direction == "Maximize", tuple(values["Completed"]), tuple(values["Stopped"]))


@law("best-training-job-has-won", operation=DESCRIBE, subject="best-training-job", compares=True)
def best_training_job_has_won(survey: Survey) -> Verdict:
    """Judge that the best training job completed with the best objective, and is absent where none has succeeded."""
    tally = Tally("tuning jobs")
    notes: list[str] = []
    for view in survey.views:
        best, run = mapping(view.answer, BEST), contest(view) if still(view) else None
        if run is None:
            continue
        if not best:
            completed = f"{len(run.completed)} training jobs that completed with an objective value"
            tally.hold(not run.completed, f"{view.name} has {completed}, and no best", *view.exchanges)
            continue
        status, value = text(best, "TrainingJobStatus"), _value_of(best, view)
        if status == "Stopped":
            notes.append(_STOPPED_WON)
        untold = value is None and not run.winners()  # nobody's metric is told: it may be left out
        won = untold or value in run.winners() or (bool(missing(view)) and _unbeaten(run, value))
        tally.hold(
            won and status in {"", "Completed", "Stopped"},
            f"{view.name} calls {text(best, 'TrainingJobName')} best ({status}, {value}); "
            f"{' or '.join(str(one) for one in sorted(run.winners())) or 'none'} has won",
            *view.exchanges,
        )
    return tally.verdict(
        "wrong-best",
        "BestTrainingJob has completed with the best objective value; it is absent where no training job has succeeded",
        wrong="BestTrainingJob is not the training job with the best objective value",
        lacking="no tuning job with one objective has ended and was listed to the end",
        notes=tuple(dict.fromkeys(notes)),
    )


@law("best-training-job-could-win", operation=DESCRIBE, subject="best-status")
def best_training_job_could_win(survey: Survey) -> Verdict:
    """Judge that the best training job, and the overall best, has completed (or was stopped, O11)."""
    tally = Tally("best training jobs")
    notes: list[str] = []
    for view in survey.views:
        for member, best in bests(view):
            status = text(best, "TrainingJobStatus")
            if not status:
                continue
            if status == "Stopped":
                notes.append(_STOPPED_WON)
            tally.hold(
                status in {"Completed", "Stopped"},
                f"{view.name}, {member} {text(best, 'TrainingJobName')} is {status}",
                view.description,
            )
    return tally.verdict(
        "could-not-win",
        "BestTrainingJob and OverallBestTrainingJob are Completed",
        wrong="the best training job has not completed",
        lacking="no best training job shows a status",
        notes=tuple(dict.fromkeys(notes)),
    )


@law("best-follows-the-direction", operation=DESCRIBE, subject="objective", compares=True)
def best_follows_the_direction(survey: Survey) -> Verdict:
    """Judge that no completed training job has a higher value than the best (Maximize), or a lower one (Minimize)."""
    tally = Tally("training jobs beside the best")
    for view in survey.views:
        value = _value_of(mapping(view.answer, BEST), view)
        run = contest(view) if still(view) else None
        if run is None or value is None or len(run.completed) <= 1:
            continue
        for other in run.completed:
            tally.hold(
                not run.better(other, value),
                f"{view.name} is to {'Maximize' if run.highest else 'Minimize'}, its best has {value}, another {other}",
                *view.exchanges,
            )
    return tally.verdict(
        "beaten",
        "Maximize lets the highest value win, Minimize the lowest",
        wrong="BestTrainingJob is beaten by another training job",
        lacking="no ended tuning job with a best training job has a second one that completed with a metric",
    )


@law("best-training-job-as-listed", operation=DESCRIBE, subject="best-as-listed", compares=True)
def best_training_job_as_listed(survey: Survey) -> Verdict:
    """Judge that the best training job stands in the listing, with equal members where both show them (O5)."""
    tally = Tally("best training jobs")
    for view in survey.views:
        best = mapping(view.answer, BEST)
        if not best or not still(view):
            continue
        listed = _listed(best, view)
        if listed is None and missing(view):
            continue
        told = _differing(best, listed, "") if listed is not None else ["it is not listed"]
        tally.clear(f"{view.name}, best {text(best, 'TrainingJobName')}", told, *view.exchanges)
    return tally.verdict(
        "best-not-as-listed",
        "BestTrainingJob equals the listed training job of that name, member by member",
        wrong="BestTrainingJob differs from the same training job in the listing",
        lacking="no ended tuning job has a best training job and a complete listing",
    )


@law("overall-best-spans-the-parents", operation=DESCRIBE, subject="overall-best", compares=True)
def overall_best_spans_the_parents(survey: Survey) -> Verdict:
    """Judge that after a warm start on identical data no best, own or of a parent, beats the overall best."""
    tally = Tally("bests beside the overall best")
    for view in survey.views:
        run = contest(view) if view.settled or view.listed_known else None
        if text(view.answer, "WarmStartConfig.WarmStartType") != "IdenticalDataAndAlgorithm" or run is None:
            continue
        overall = number(view.answer, f"{OVERALL_BEST}.{_VALUE}")
        if overall is None and not ours(view):
            continue  # nobody has shown an answer without one, so a live service is not accused
        for beside in (view, *parents(survey, view)):
            # The same metric in the same direction, or the two can't be compared.
            alike = objectives(beside.answer) == objectives(view.answer)
            value = number(beside.answer, f"{BEST}.{_VALUE}") if alike else None
            if value is not None:
                tally.hold(
                    overall is not None and not run.better(value, overall),
                    f"{view.name} has the overall best {overall}, {beside.name} the best {value}",
                    view.description,
                    beside.description,
                )
    return tally.verdict(
        "overall-beaten",
        "OverallBestTrainingJob is at least as good as the BestTrainingJob of this tuning job and of each parent",
        wrong="OverallBestTrainingJob is worse than a BestTrainingJob of the family",
        lacking="no ended tuning job was started warm on identical data and shows an overall best",
    )


def _listed(best: Json, view: View) -> Json | None:
    """Give the listed training job of that name; None where there is none."""
    name = text(best, "TrainingJobName")
    return next((item for item in view.items if text(item, "TrainingJobName") == name), None)


def _value_of(best: Json, view: View) -> float | None:
    """Give the objective value of a best training job: a summary may leave its metric out, and another one tell it."""
    value = number(best, _VALUE)
    return number(_listed(best, view), _VALUE) if value is None and best else value


def _unbeaten(run: _Contest, value: float | None) -> bool:
    return value is not None and not any(run.better(other, value) for other in run.completed)


def _differing(best: Any, listed: Any, path: str) -> list[str]:
    """Name the members that both show, with values that differ."""
    if not isinstance(best, dict) or not isinstance(listed, dict):
        same = best == listed or (path.endswith("Time") and same_time(best, listed))
        return [] if same else [f"{path} is {best!r}, listed {listed!r}"]
    shared = [name for name in best if name in listed]
    return [told for name in shared for told in _differing(best[name], listed[name], f"{path}.{name}".lstrip("."))]
