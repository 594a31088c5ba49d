"""Laws about times: of a tuning job, of its training jobs, and the limits on both. All of them are seconds.

Stopping takes time: models are still uploaded after a limit has ended a training job. The documents grant a training
job 28 days of running and 30 days in all, so the two days between are the slack of every limit here.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from conformance.checks.law import Law
from conformance.checks.tuning.answers import (
    BEST,
    DESCRIBE,
    ENDED,
    LIST,
    OVERALL_BEST,
    definition_of,
    job,
    number,
    text,
    training_jobs,
)
from conformance.checks.verdict import Tally, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conformance.checks.tuning.answers import Json
    from conformance.session.snapshot import ResourceSnapshot, Snapshot
    from conformance.wire.exchange import Exchange

_DAY_S = 86_400
_UPLOAD_S = 2 * _DAY_S
_STOPPING_S = 3_600
"""What a tuning job may consume after its limit, by its own count: training jobs are asked to stop, and save."""
_TRAINING_JOB_S = 30 * _DAY_S
_CLOCKS_S = 60
"""What two clocks of a service may differ by, and more than what rounding to whole seconds does."""

_CHANGE_S = 1
"""Two moments this close belong to one change."""

_END = "HyperParameterTuningEndTime"
_SINCE = datetime(2017, 7, 24, tzinfo=UTC).timestamp()
"""The date of the API version that the contract names: nothing of it is older."""
_UNTIL = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ITEM_TIMES = ("CreationTime", "TrainingStartTime", "TrainingEndTime")
_TIMES = (
    "CreationTime",
    "LastModifiedTime",
    _END,
    "TuningJobCompletionDetails.ConvergenceDetectedTime",
    *(f"{best}.{time}" for best in (BEST, OVERALL_BEST) for time in _ITEM_TIMES),
)


_PLAUSIBLE = "a time lies between the year of the service and 2100"


@Law(
    "times-are-plausible",
    operation=DESCRIBE,
    subject="plausible-times",
    facts=tuple(f"output/{time}/type" for time in _TIMES),
    observed=("O2",),
    statement=f"in a description {_PLAUSIBLE}",
)
def times_are_plausible(snapshot: Snapshot) -> Verdict:
    """Evaluate the times of every description; a bound of the suite's own, which no document states."""
    return _plausible((resource.name, resource.answer, _TIMES, resource.description) for resource in snapshot.resources)


@Law(
    "listed-times-are-plausible",
    operation=LIST,
    subject="plausible-times",
    facts=tuple(f"output/TrainingJobSummaries[].{time}/type" for time in _ITEM_TIMES),
    observed=("O2",),
    statement=f"in a listing {_PLAUSIBLE}",
)
def listed_times_are_plausible(snapshot: Snapshot) -> Verdict:
    """Evaluate the times of every listed training job, likewise."""
    return _plausible(
        (job(resource, item), item, _ITEM_TIMES, resource.exchanges[-1])
        for resource in snapshot.resources
        for item in resource.items
    )


def _plausible(looks: Iterable[tuple[str, Json, Sequence[str], Exchange]]) -> Verdict:
    tally = Tally("times")
    for name, answer, paths, exchange in looks:
        for path in paths:
            time = number(answer, path)
            if time is not None:
                tally.hold(_SINCE <= time < _UNTIL, f"{name}: {path} is the number {time}{_date(time)}", exchange)
    return tally.verdict(
        "implausible-time",
        f"a number of seconds from {int(_SINCE)} to {int(_UNTIL)}, the years 2017 to 2099",
        wrong="times lie before the service existed, or after 2099",
        lacking="no answer shows a time",
    )


def _date(time: float) -> str:
    """Write the moment as a date in brackets; nothing where there is no such date."""
    try:
        date = (_EPOCH + timedelta(seconds=time)).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    except (OverflowError, ValueError):
        return ""
    return f" ({date}{', the zero time of Go: it was never set' if date.startswith('0001-01-01T00:00:00') else ''})"


@Law("tuning-job-precedes-its-training-jobs", operation=DESCRIBE, subject="times")
def tuning_job_precedes_its_training_jobs(snapshot: Snapshot) -> Verdict:
    """Check that no training job is older than its tuning job; training jobs have whole seconds, so those count."""
    tally = Tally("training jobs")
    for resource in snapshot.resources:
        created = number(resource.answer, "CreationTime")
        for item in training_jobs(resource) if created is not None else ():
            launched = number(item, "CreationTime")
            if launched is not None and created is not None:
                tally.hold(
                    math.floor(created) <= launched,
                    f"{job(resource, item)} was created at {launched}, its tuning job at {created}",
                    *resource.exchanges,
                )
    return tally.verdict(
        "launched-before-creation",
        "the tuning job's CreationTime is not after that of a training job",
        wrong="training jobs are older than the tuning job that launched them",
        lacking="no tuning job with a CreationTime has training jobs with one",
    )


@Law("tuning-end-time", operation=DESCRIBE, subject="times")
def tuning_end_time(snapshot: Snapshot) -> Verdict:
    """Check that the end is absent in progress, present once the tuning job ended, and never before the creation."""
    tally = Tally("tuning jobs")
    for resource in snapshot.resources:
        status = text(resource.answer, "HyperParameterTuningJobStatus")
        created, ended = number(resource.answer, "CreationTime"), number(resource.answer, _END)
        if status not in ENDED and status != "InProgress" and ended is None:
            continue
        in_order = ended is None or created is None or created <= ended
        there = ended is None if status == "InProgress" else ended is not None
        tally.hold(
            there and in_order,
            f"{resource.name} is {status}, created at {created}, ended at {ended}",
            resource.description,
        )
    return tally.verdict(
        "wrong-end",
        f"{_END} is absent while InProgress, and otherwise there and not before CreationTime",
        wrong=f"{_END} does not fit the status, or is before CreationTime",
        lacking="no description shows a status that shows whether there is an end",
    )


@Law("ended-when-last-modified", operation=DESCRIBE, subject="last-modification")
def ended_when_last_modified(snapshot: Snapshot) -> Verdict:
    """Check that the end of an ended tuning job is its last modification, as observed (O7), give or take a second.

    Two clock readings on the way to one change are no other change.
    """
    tally = Tally("tuning jobs")
    for resource in snapshot.resources:
        ended, modified = number(resource.answer, _END), number(resource.answer, "LastModifiedTime")
        if (
            text(resource.answer, "HyperParameterTuningJobStatus") in ENDED
            and ended is not None
            and modified is not None
        ):
            same = abs(ended - modified) < _CHANGE_S
            tally.hold(same, f"{resource.name} ended at {ended}, was modified at {modified}", resource.description)
    return tally.verdict(
        "modified-after-end",
        f"{_END} equals LastModifiedTime on an ended tuning job",
        wrong=f"{_END} of an ended tuning job is not its LastModifiedTime",
        lacking="no ended tuning job shows both times",
    )


@Law("consumed-runtime-is-plausible", operation=DESCRIBE, subject="consumed-resources")
def consumed_runtime_is_plausible(snapshot: Snapshot) -> Verdict:
    """Check that RuntimeInSeconds is not negative, and not more than passed from creation to end."""
    tally = Tally("tuning jobs")
    for resource in snapshot.resources:
        consumed = number(resource.answer, "ConsumedResources.RuntimeInSeconds")
        if consumed is not None:
            lived = _lived(resource)
            most = math.inf if lived is None else max(lived, 0) + _CLOCKS_S
            received = f"{resource.name} consumed {consumed} s" + ("" if lived is None else f" of a life of {lived} s")
            tally.hold(0 <= consumed <= most, received, resource.description)
    return tally.verdict(
        "implausible-runtime",
        "RuntimeInSeconds is at least 0, and at most the seconds from CreationTime to the end",
        wrong="ConsumedResources.RuntimeInSeconds is negative, or longer than the tuning job lasted",
        lacking="no description has ConsumedResources.RuntimeInSeconds",
    )


@Law("tuning-runtime-within-the-limit", operation=DESCRIBE, subject="limits")
def tuning_runtime_within_the_limit(snapshot: Snapshot) -> Verdict:
    """Check that an ended tuning job kept to ResourceLimits.MaxRuntimeInSeconds, give or take the slack of stopping."""
    tally = Tally("tuning jobs")
    for resource in snapshot.resources:
        limit = number(resource.answer, "HyperParameterTuningJobConfig.ResourceLimits.MaxRuntimeInSeconds")
        lived = _lived(resource)
        if limit is not None and lived is not None:
            received = f"{resource.name} ran {lived} s, its limit is {limit} s"
            tally.hold(lived <= limit + _UPLOAD_S, received, resource.description)
    return tally.verdict(
        "over-the-limit",
        "from CreationTime to the end pass no more than MaxRuntimeInSeconds and two days",
        wrong="a tuning job lasted longer than ResourceLimits.MaxRuntimeInSeconds allows",
        lacking="no ended tuning job has ResourceLimits.MaxRuntimeInSeconds",
    )


@Law(
    "consumed-runtime-within-the-limit",
    operation=DESCRIBE,
    subject="consumed-resources",
    observed=("O12",),
    covers=("ConsumedResources.RuntimeInSeconds",),
    statement="a tuning job consumes no more runtime than its limit, and an hour in which it stops",
)
def consumed_runtime_within_the_limit(snapshot: Snapshot) -> Verdict:
    """Check that the consumed runtime, which the service counts itself, exceeds the limit by an hour at most."""
    tally = Tally("tuning jobs")
    for resource in snapshot.resources:
        limit = number(resource.answer, "HyperParameterTuningJobConfig.ResourceLimits.MaxRuntimeInSeconds")
        consumed = number(resource.answer, "ConsumedResources.RuntimeInSeconds")
        if limit is not None and consumed is not None:
            received = f"{resource.name} consumed {consumed} s, its limit is {limit} s"
            tally.hold(consumed <= limit + _STOPPING_S, received, resource.description)
    return tally.verdict(
        "over-the-limit",
        "RuntimeInSeconds is at most MaxRuntimeInSeconds and an hour",
        lacking="no description has both ResourceLimits.MaxRuntimeInSeconds and ConsumedResources.RuntimeInSeconds",
    )


@Law("training-runtime-within-the-limit", operation=DESCRIBE, subject="stopping-condition")
def training_runtime_within_the_limit(snapshot: Snapshot) -> Verdict:
    """Check that training jobs kept to StoppingCondition.MaxRuntimeInSeconds, give or take the slack of stopping."""
    return _training_limit(snapshot, "MaxRuntimeInSeconds", since="TrainingStartTime")


@Law("spot-wait-within-the-limit", operation=DESCRIBE, subject="stopping-condition")
def spot_wait_within_the_limit(snapshot: Snapshot) -> Verdict:
    """Check that training jobs kept to MaxWaitTimeInSeconds, give or take the slack of stopping."""
    return _training_limit(snapshot, "MaxWaitTimeInSeconds", since="CreationTime")


@Law("thirty-days-in-all", operation=DESCRIBE, subject="stopping-condition")
def thirty_days_in_all(snapshot: Snapshot) -> Verdict:
    """Check that a training job lasted 30 days at most, from its creation to its end."""
    tally = Tally("training jobs")
    for resource in snapshot.resources:
        for item in resource.items:
            lasted = _passed(item, "CreationTime", "TrainingEndTime")
            if lasted is not None:
                tally.hold(lasted <= _TRAINING_JOB_S, f"{job(resource, item)} lasted {lasted} s", *resource.exchanges)
    return tally.verdict(
        "over-thirty-days",
        f"from CreationTime to TrainingEndTime pass at most {_TRAINING_JOB_S} s",
        wrong="training jobs last longer than 30 days",
        lacking="no training job shows both a creation and an end",
    )


def _passed(received: Json, since: str, until: str) -> float | None:
    """Return the seconds between two moments; None where one of them is unknown."""
    began, ended = number(received, since), number(received, until)
    return ended - began if began is not None and ended is not None else None


def _lived(resource: ResourceSnapshot) -> float | None:
    """Return the seconds from the creation of a tuning job to its end; one without an end ended when last modified."""
    lived = _passed(resource.answer, "CreationTime", _END)
    if lived is None and text(resource.answer, "HyperParameterTuningJobStatus") in ENDED:
        return _passed(resource.answer, "CreationTime", "LastModifiedTime")
    return lived


def _training_limit(snapshot: Snapshot, member: str, *, since: str) -> Verdict:
    tally = Tally("training jobs")
    for resource in snapshot.resources:
        for item in resource.items:
            limit = number(definition_of(resource.answer, item) or {}, f"StoppingCondition.{member}")
            took = _passed(item, since, "TrainingEndTime")
            if limit is not None and took is not None:
                received = f"{job(resource, item)} took {took} s, its limit is {limit} s"
                tally.hold(took <= limit + _UPLOAD_S, received, *resource.exchanges)
    return tally.verdict(
        "over-the-limit",
        f"from {since} to TrainingEndTime pass no more than {member} and two days",
        wrong=f"a training job lasted longer than StoppingCondition.{member} allows",
        lacking=f"no ended training job has a definition with {member}",
    )
