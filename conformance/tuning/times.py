"""Laws about times: of a tuning job, of its training jobs, and the limits on both. All of them are seconds.

Stopping takes time: models are still uploaded after a limit has ended a training job. The documents grant a training
job 28 days of running and 30 days in all, so the two days between are the slack of every limit here.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from conformance.laws.registry import law
from conformance.laws.verdict import Tally, Verdict
from conformance.tuning.answers import DESCRIBE, ENDED, definition_of, job, number, text, training_jobs

if TYPE_CHECKING:
    from conformance.laws.survey import Survey, View
    from conformance.tuning.answers import Json

_DAY_S = 86_400
_UPLOAD_S = 2 * _DAY_S
_STOPPING_S = 3_600
"""What a tuning job may consume after its limit, by its own count: training jobs are told to stop, and save."""
_TRAINING_JOB_S = 30 * _DAY_S
_CLOCKS_S = 60
"""What two clocks of a service may differ by, and more than what rounding to whole seconds does."""

_CHANGE_S = 1
"""Two moments this close belong to one change."""

_END = "HyperParameterTuningEndTime"


@law("tuning-job-precedes-its-training-jobs", operation=DESCRIBE, subject="times")
def tuning_job_precedes_its_training_jobs(survey: Survey) -> Verdict:
    """Judge that no training job is older than its tuning job; training jobs have whole seconds, so those count."""
    tally = Tally("training jobs")
    for view in survey.views:
        created = number(view.answer, "CreationTime")
        for item in training_jobs(view) if created is not None else ():
            launched = number(item, "CreationTime")
            if launched is not None and created is not None:
                tally.hold(
                    math.floor(created) <= launched,
                    f"{job(view, item)} was created at {launched}, its tuning job at {created}",
                    *view.exchanges,
                )
    return tally.verdict(
        "launched-before-creation",
        "the tuning job's CreationTime is not after that of a training job",
        lacking="no tuning job with a CreationTime has training jobs with one",
    )


@law("tuning-end-time", operation=DESCRIBE, subject="times")
def tuning_end_time(survey: Survey) -> Verdict:
    """Judge that the end is absent in progress, present once the tuning job ended, and never before the creation."""
    tally = Tally("tuning jobs")
    for view in survey.views:
        status = text(view.answer, "HyperParameterTuningJobStatus")
        created, ended = number(view.answer, "CreationTime"), number(view.answer, _END)
        if status not in ENDED and status != "InProgress" and ended is None:
            continue
        in_order = ended is None or created is None or created <= ended
        there = ended is None if status == "InProgress" else ended is not None
        tally.hold(
            there and in_order, f"{view.name} is {status}, created at {created}, ended at {ended}", view.description
        )
    return tally.verdict(
        "wrong-end",
        f"{_END} is absent while InProgress, and otherwise there and not before CreationTime",
        lacking="no description shows a status that tells whether there is an end",
    )


@law("ended-when-last-modified", operation=DESCRIBE, subject="last-modification")
def ended_when_last_modified(survey: Survey) -> Verdict:
    """Judge that the end of an ended tuning job is its last modification, as observed (O7), give or take a second.

    Two clock readings on the way to one change are no other change.
    """
    tally = Tally("tuning jobs")
    for view in survey.views:
        ended, modified = number(view.answer, _END), number(view.answer, "LastModifiedTime")
        if text(view.answer, "HyperParameterTuningJobStatus") in ENDED and ended is not None and modified is not None:
            same = abs(ended - modified) < _CHANGE_S
            tally.hold(same, f"{view.name} ended at {ended}, was modified at {modified}", view.description)
    return tally.verdict(
        "modified-after-end",
        f"{_END} equals LastModifiedTime on an ended tuning job",
        lacking="no ended tuning job shows both times",
    )


@law("consumed-runtime-is-plausible", operation=DESCRIBE, subject="consumed-resources")
def consumed_runtime_is_plausible(survey: Survey) -> Verdict:
    """Judge that RuntimeInSeconds is not negative, and not more than passed from creation to end."""
    tally = Tally("tuning jobs")
    for view in survey.views:
        consumed = number(view.answer, "ConsumedResources.RuntimeInSeconds")
        if consumed is not None:
            lived = _lived(view)
            most = math.inf if lived is None else max(lived, 0) + _CLOCKS_S
            told = f"{view.name} consumed {consumed} s" + ("" if lived is None else f" of a life of {lived} s")
            tally.hold(0 <= consumed <= most, told, view.description)
    return tally.verdict(
        "implausible-runtime",
        "RuntimeInSeconds is at least 0, and at most the seconds from CreationTime to the end",
        lacking="no description has ConsumedResources.RuntimeInSeconds",
    )


@law("tuning-runtime-within-the-limit", operation=DESCRIBE, subject="limits")
def tuning_runtime_within_the_limit(survey: Survey) -> Verdict:
    """Judge that an ended tuning job kept to ResourceLimits.MaxRuntimeInSeconds, give or take the slack of stopping."""
    tally = Tally("tuning jobs")
    for view in survey.views:
        limit = number(view.answer, "HyperParameterTuningJobConfig.ResourceLimits.MaxRuntimeInSeconds")
        lived = _lived(view)
        if limit is not None and lived is not None:
            told = f"{view.name} ran {lived} s, its limit is {limit} s"
            tally.hold(lived <= limit + _UPLOAD_S, told, view.description)
    return tally.verdict(
        "over-the-limit",
        "from CreationTime to the end pass no more than MaxRuntimeInSeconds and two days",
        lacking="no ended tuning job has ResourceLimits.MaxRuntimeInSeconds",
    )


@law(
    "consumed-runtime-within-the-limit",
    operation=DESCRIBE,
    subject="consumed-resources",
    observed=("O12",),
    statement="a tuning job consumes no more runtime than its limit, and an hour in which it stops",
)
def consumed_runtime_within_the_limit(survey: Survey) -> Verdict:
    """Judge that the consumed runtime, which the service counts itself, exceeds the limit by an hour at most."""
    tally = Tally("tuning jobs")
    for view in survey.views:
        limit = number(view.answer, "HyperParameterTuningJobConfig.ResourceLimits.MaxRuntimeInSeconds")
        consumed = number(view.answer, "ConsumedResources.RuntimeInSeconds")
        if limit is not None and consumed is not None:
            told = f"{view.name} consumed {consumed} s, its limit is {limit} s"
            tally.hold(consumed <= limit + _STOPPING_S, told, view.description)
    return tally.verdict(
        "over-the-limit",
        "RuntimeInSeconds is at most MaxRuntimeInSeconds and an hour",
        lacking="no description has both ResourceLimits.MaxRuntimeInSeconds and ConsumedResources.RuntimeInSeconds",
    )


@law("training-runtime-within-the-limit", operation=DESCRIBE, subject="stopping-condition")
def training_runtime_within_the_limit(survey: Survey) -> Verdict:
    """Judge that training jobs kept to StoppingCondition.MaxRuntimeInSeconds, give or take the slack of stopping."""
    return _training_limit(survey, "MaxRuntimeInSeconds", since="TrainingStartTime")


@law("spot-wait-within-the-limit", operation=DESCRIBE, subject="stopping-condition")
def spot_wait_within_the_limit(survey: Survey) -> Verdict:
    """Judge that training jobs kept to MaxWaitTimeInSeconds, give or take the slack of stopping."""
    return _training_limit(survey, "MaxWaitTimeInSeconds", since="CreationTime")


@law("thirty-days-in-all", operation=DESCRIBE, subject="stopping-condition")
def thirty_days_in_all(survey: Survey) -> Verdict:
    """Judge that a training job lasted 30 days at most, from its creation to its end."""
    tally = Tally("training jobs")
    for view in survey.views:
        for item in view.items:
            lasted = _passed(item, "CreationTime", "TrainingEndTime")
            if lasted is not None:
                tally.hold(lasted <= _TRAINING_JOB_S, f"{job(view, item)} lasted {lasted} s", *view.exchanges)
    return tally.verdict(
        "over-thirty-days",
        f"from CreationTime to TrainingEndTime pass at most {_TRAINING_JOB_S} s",
        lacking="no training job shows both a creation and an end",
    )


def _passed(told: Json, since: str, until: str) -> float | None:
    """Give the seconds between two moments; None where one of them is not told."""
    began, ended = number(told, since), number(told, until)
    return ended - began if began is not None and ended is not None else None


def _lived(view: View) -> float | None:
    """Return the seconds from the creation of a tuning job to its end; one without an end ended when last modified."""
    lived = _passed(view.answer, "CreationTime", _END)
    if lived is None and text(view.answer, "HyperParameterTuningJobStatus") in ENDED:
        return _passed(view.answer, "CreationTime", "LastModifiedTime")
    return lived


def _training_limit(survey: Survey, member: str, *, since: str) -> Verdict:
    tally = Tally("training jobs")
    for view in survey.views:
        for item in view.items:
            limit = number(definition_of(view.answer, item) or {}, f"StoppingCondition.{member}")
            took = _passed(item, since, "TrainingEndTime")
            if limit is not None and took is not None:
                told = f"{job(view, item)} took {took} s, its limit is {limit} s"
                tally.hold(took <= limit + _UPLOAD_S, told, *view.exchanges)
    return tally.verdict(
        "over-the-limit",
        f"from {since} to TrainingEndTime pass no more than {member} and two days",
        lacking=f"no ended training job has a definition with {member}",
    )
