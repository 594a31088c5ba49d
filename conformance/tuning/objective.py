"""Laws about the objective of training jobs: which metric it is, and what its status goes with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.laws.registry import law
from conformance.laws.verdict import Tally, Verdict
from conformance.tuning.answers import (
    DESCRIBE,
    ENDED,
    LIST,
    METRIC,
    bests,
    definition_of,
    definitions,
    job,
    mapping,
    objective_of,
    objectives,
    still,
    text,
)
from conformance.tuning.summaries import summary_law

if TYPE_CHECKING:
    from conformance.laws.survey import Survey
    from conformance.tuning.answers import Json
    from conformance.tuning.summaries import Pick


@summary_law("metric-is-the-objective", subject="metric", of_parents=True)
def metric_is_the_objective(survey: Survey, pick: Pick) -> Verdict:
    """Judge that name and direction of a final metric are those of the objective; the direction may be absent (O5)."""
    tally = Tally("final metrics")
    for view in survey.views:
        for item in pick(view):
            metric, wanted = mapping(item, METRIC), _wanted(view.answer, item)
            if metric and wanted:
                told = (text(metric, "MetricName"), text(metric, "Type"))
                tally.hold(
                    any(told[0] == name and told[1] in {"", way} for name, way in wanted),
                    f"{job(view, item)} has the metric {' '.join(told).strip() or 'without name'}; "
                    f"the objective is {' or '.join(f'{name} {way}' for name, way in sorted(wanted))}",
                    *view.exchanges,
                )
    return tally.verdict(
        "another-metric",
        "MetricName (and Type where it is there) of the final metric are those of the objective",
        wrong="the final metric is not the metric that the tuning job optimizes",
        lacking="no training job has a final metric beside an objective in the description",
    )


@law("pending-objective-is-still-running", operation=LIST, subject="objective-status")
def pending_objective_is_still_running(survey: Survey) -> Verdict:
    """Judge that no pending training job has ended; between its end and its evaluation nobody is accused."""
    tally = Tally("pending training jobs")
    for view in survey.views:
        for item in view.items if still(view) else ():
            if item.get("ObjectiveStatus") == "Pending":
                status = text(item, "TrainingJobStatus")
                tally.hold(status not in ENDED, f"{job(view, item)} is Pending and {status}", *view.exchanges)
    return tally.verdict(
        "pending-after-the-end",
        "ObjectiveStatus Pending goes with a training job that has not ended",
        wrong="ObjectiveStatus of an ended training job is Pending",
        lacking="no training job is Pending in a tuning job that has ended or was prepared",
    )


@law("best-objective-has-not-failed", operation=DESCRIBE, subject="best-objective-status")
def best_objective_has_not_failed(survey: Survey) -> Verdict:
    """Judge that no best training job says itself that its objective failed or is pending."""
    tally = Tally("best training jobs")
    for view in survey.views:
        for member, best in bests(view):
            status = text(best, "ObjectiveStatus")
            if status:
                tally.hold(status == "Succeeded", f"{view.name}: {member} has {status}", view.description)
    return tally.verdict(
        "failed-is-best",
        "ObjectiveStatus of BestTrainingJob and OverallBestTrainingJob is Succeeded",
        wrong="ObjectiveStatus of a best training job is not Succeeded",
        lacking="no best training job has an ObjectiveStatus",
    )


@law("failed-objective-is-never-best", operation=DESCRIBE, subject="best-training-job", compares=True)
def failed_objective_is_never_best(survey: Survey) -> Verdict:
    """Judge that BestTrainingJob is none of the training jobs whose objective failed."""
    tally = Tally("training jobs with a failed objective")
    for view in survey.views:
        best = text(view.answer, "BestTrainingJob.TrainingJobName")
        if not best or not still(view):
            continue
        for item in view.items:
            if item.get("ObjectiveStatus") == "Failed":
                name = text(item, "TrainingJobName")
                tally.hold(name != best, f"{job(view, item)} is best and its objective Failed", *view.exchanges)
    return tally.verdict(
        "failed-is-best",
        "a training job with ObjectiveStatus Failed is not BestTrainingJob",
        wrong="BestTrainingJob is a training job with ObjectiveStatus Failed",
        lacking="no tuning job with a best training job has one whose objective failed",
    )


def _wanted(answer: Json, item: Json) -> set[tuple[str, str]]:
    """Give the objectives that a training job may have: one, but all of them where it does not name its definition."""
    definition = definition_of(answer, item)
    if definition is None and len(definitions(answer)) > 1:
        return objectives(answer)
    objective = objective_of(answer, definition or {})
    return {(text(objective, "MetricName"), text(objective, "Type"))} if objective else set()
