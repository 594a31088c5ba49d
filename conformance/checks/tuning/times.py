"""Laws about times: of a tuning job, of its training jobs, and the limits on both. All of them are seconds.

Stopping takes time: models are still uploaded after a limit has ended a training job. The documents grant a training
job 28 days of running and 30 days in all, so the two days between are the slack of every limit here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from conformance.checks.law import Law
from conformance.checks.tuning.answers import (
    BEST,
    CONFIG,
    DESCRIBE,
    ENDED,
    LIST,
    OVERALL_BEST,
    Claim,
    Instance,
    Json,
    definition_of,
    job,
    listed_training_jobs,
    number,
    text,
    training_jobs,
    tuning_jobs,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.checks.tuning.answers import Fault
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
"""Two moments this close belong to one change: two clock readings on the way to one change are no other change."""

_CREATED, _MODIFIED, _END = "CreationTime", "LastModifiedTime", "HyperParameterTuningEndTime"
_CONSUMED = "ConsumedResources.RuntimeInSeconds"
_SINCE = datetime(2017, 7, 24, tzinfo=UTC).timestamp()
"""The date of the API version that the contract names: nothing of it is older."""
_UNTIL = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ITEM_TIMES = (_CREATED, "TrainingStartTime", "TrainingEndTime")
_TIMES = (
    _CREATED,
    _MODIFIED,
    _END,
    "TuningJobCompletionDetails.ConvergenceDetectedTime",
    *(f"{best}.{time}" for best in (BEST, OVERALL_BEST) for time in _ITEM_TIMES),
)


def _described_times(snapshot: Snapshot) -> Iterator[Instance]:
    for resource in snapshot.resources:
        yield from _times(resource.name, resource.answer, _TIMES, resource.description)


def _listed_times(snapshot: Snapshot) -> Iterator[Instance]:
    for resource in snapshot.resources:
        for item in resource.items:
            yield from _times(job(resource, item), item, _ITEM_TIMES, resource.exchanges[-1])


def _times(name: str, answer: Json, paths: Sequence[str], exchange: Exchange) -> Iterator[Instance]:
    for path in paths:
        yield Instance(f"{name}: {path}", (number(answer, path),), (exchange,))


def _implausible(time: float | None) -> str | None:
    if time is None:
        return None
    return "" if _SINCE <= time < _UNTIL else f"is the number {time}{_date(time)}"


def _date(time: float) -> str:
    """Write the moment as a date in brackets; nothing where there is no such date."""
    try:
        date = (_EPOCH + timedelta(seconds=time)).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    except (OverflowError, ValueError):
        return ""
    return f" ({date}{', the zero time of Go: it was never set' if date.startswith('0001-01-01T00:00:00') else ''})"


_PLAUSIBLE = Claim(
    "times",
    "implausible-time",
    f"a number of seconds from {int(_SINCE)} to {int(_UNTIL)}, the years 2017 to 2099",
    wrong="times lie before the service existed, or after 2099",
    lacking="no answer shows a time",
)
"""A bound of the suite's own, which no document states."""

for _name, _operation, _facts, _where, _instances in (
    ("times-are-plausible", DESCRIBE, _TIMES, "description", _described_times),
    (
        "listed-times-are-plausible",
        LIST,
        [f"TrainingJobSummaries[].{time}" for time in _ITEM_TIMES],
        "listing",
        _listed_times,
    ),
):
    Law(
        _name,
        _operation,
        "plausible-times",
        facts=tuple(f"output/{time}/type" for time in _facts),
        observed=("O2",),
        statement=f"in a {_where} a time lies between the year of the service and 2100",
    )(_PLAUSIBLE.about(_instances)(_implausible))


@Law("tuning-job-precedes-its-training-jobs", DESCRIBE, "times")
@Claim(
    "training jobs",
    "launched-before-creation",
    "the tuning job's CreationTime is not after that of a training job",
    wrong="training jobs are older than the tuning job that launched them",
    lacking="no tuning job with a CreationTime has training jobs with one",
).about(training_jobs)
def _launched_too_early(resource: ResourceSnapshot, item: Json) -> str | None:
    """Compare the creation of a training job with that of its tuning job, whose fraction of a second does not count."""
    created, launched = number(resource.answer, _CREATED), number(item, _CREATED)
    if created is None or launched is None:
        return None
    return "" if math.floor(created) <= launched else f"was created at {launched}, its tuning job at {created}"


@Law("tuning-end-time", DESCRIBE, "times")
@Claim(
    "tuning jobs",
    "wrong-end",
    f"{_END} is absent while InProgress, and otherwise there and not before CreationTime",
    wrong=f"{_END} does not fit the status, or is before CreationTime",
    lacking="no description shows a status that shows whether there is an end",
).about(tuning_jobs)
def _wrong_end(resource: ResourceSnapshot) -> str | None:
    status = text(resource.answer, "HyperParameterTuningJobStatus")
    created, ended = number(resource.answer, _CREATED), number(resource.answer, _END)
    if status == "InProgress":
        fits = ended is None
    elif ended is not None:
        fits = created is None or created <= ended
    elif status in ENDED:
        fits = False
    else:
        return None
    return "" if fits else f"is {status}, created at {created}, ended at {ended}"


@Law("ended-when-last-modified", DESCRIBE, "last-modification")
@Claim(
    "tuning jobs",
    "modified-after-end",
    f"{_END} equals LastModifiedTime on an ended tuning job",
    wrong=f"{_END} of an ended tuning job is not its LastModifiedTime",
    lacking="no ended tuning job shows both times",
).about(tuning_jobs)
def _modified_after_the_end(resource: ResourceSnapshot) -> str | None:
    """Compare the end of an ended tuning job with its last modification, which it is as observed (O7)."""
    ended, modified = number(resource.answer, _END), number(resource.answer, _MODIFIED)
    if text(resource.answer, "HyperParameterTuningJobStatus") not in ENDED or ended is None or modified is None:
        return None
    return "" if abs(ended - modified) < _CHANGE_S else f"ended at {ended}, was modified at {modified}"


@Law("consumed-runtime-is-plausible", DESCRIBE, "consumed-resources")
@Claim(
    "tuning jobs",
    "implausible-runtime",
    "RuntimeInSeconds is at least 0, and at most the seconds from CreationTime to the end",
    wrong=f"{_CONSUMED} is negative, or longer than the tuning job lasted",
    lacking=f"no description has {_CONSUMED}",
).about(tuning_jobs)
def _implausible_runtime(resource: ResourceSnapshot) -> str | None:
    consumed, lived = number(resource.answer, _CONSUMED), _lived(resource)
    if consumed is None:
        return None
    most = math.inf if lived is None else max(lived, 0) + _CLOCKS_S
    of_a_life = "" if lived is None else f" of a life of {lived} s"
    return "" if 0 <= consumed <= most else f"consumed {consumed} s{of_a_life}"


# -- limits

Seconds = Callable[..., float | None]


def _passed(received: Json, since: str, until: str) -> float | None:
    """Return the seconds between two moments; None where one of them is unknown."""
    began, ended = number(received, since), number(received, until)
    return ended - began if began is not None and ended is not None else None


def _lived(resource: ResourceSnapshot) -> float | None:
    """Return the seconds from the creation of a tuning job to its end; one without an end ended when last modified."""
    lived = _passed(resource.answer, _CREATED, _END)
    if lived is None and text(resource.answer, "HyperParameterTuningJobStatus") in ENDED:
        return _passed(resource.answer, _CREATED, _MODIFIED)
    return lived


def _consumed(resource: ResourceSnapshot) -> float | None:
    return number(resource.answer, _CONSUMED)


def _limit_on_tuning(resource: ResourceSnapshot) -> float | None:
    return number(resource.answer, f"{CONFIG}.ResourceLimits.MaxRuntimeInSeconds")


def _until_the_end(since: str) -> Seconds:
    return lambda _, item: _passed(item, since, "TrainingEndTime")


def _over(limit: Seconds, slack: float, took: Seconds) -> Fault:
    """Return what compares the seconds that something took with its limit and the slack."""

    def fault(*parts: ResourceSnapshot | Json) -> str | None:
        most, seconds = limit(*parts), took(*parts)
        if most is None or seconds is None:
            return None
        return "" if seconds <= most + slack else f"took {seconds} s, its limit is {most} s"

    return fault


Law("tuning-runtime-within-the-limit", DESCRIBE, "limits")(
    Claim(
        "tuning jobs",
        "over-the-limit",
        "from CreationTime to the end pass no more than MaxRuntimeInSeconds and two days",
        wrong="a tuning job lasted longer than ResourceLimits.MaxRuntimeInSeconds allows",
        lacking="no ended tuning job has ResourceLimits.MaxRuntimeInSeconds",
    ).about(tuning_jobs)(_over(_limit_on_tuning, _UPLOAD_S, _lived))
)
Law(
    "consumed-runtime-within-the-limit",
    DESCRIBE,
    "consumed-resources",
    observed=("O12",),
    covers=(_CONSUMED,),
    statement="a tuning job consumes no more runtime than its limit, and an hour in which it stops",
)(
    Claim(
        "tuning jobs",
        "over-the-limit",
        "RuntimeInSeconds is at most MaxRuntimeInSeconds and an hour",
        wrong="",
        lacking=f"no description has both ResourceLimits.MaxRuntimeInSeconds and {_CONSUMED}",
    ).about(tuning_jobs)(_over(_limit_on_tuning, _STOPPING_S, _consumed))
)


def _training_limit(name: str, member: str, *, since: str) -> None:
    """Register the law that training jobs keep to a limit of their definition, give or take the slack of stopping."""

    def limit(resource: ResourceSnapshot, item: Json) -> float | None:
        return number(definition_of(resource.answer, item), f"StoppingCondition.{member}")

    claim = Claim(
        "training jobs",
        "over-the-limit",
        f"from {since} to TrainingEndTime pass no more than {member} and two days",
        wrong=f"a training job lasted longer than StoppingCondition.{member} allows",
        lacking=f"no ended training job has a definition with {member}",
    )
    took = _until_the_end(since)
    Law(name, DESCRIBE, "stopping-condition")(claim.about(listed_training_jobs)(_over(limit, _UPLOAD_S, took)))


_training_limit("training-runtime-within-the-limit", "MaxRuntimeInSeconds", since="TrainingStartTime")
_training_limit("spot-wait-within-the-limit", "MaxWaitTimeInSeconds", since=_CREATED)
Law("thirty-days-in-all", DESCRIBE, "stopping-condition")(
    Claim(
        "training jobs",
        "over-thirty-days",
        f"from CreationTime to TrainingEndTime pass at most {_TRAINING_JOB_S} s",
        wrong="training jobs last longer than 30 days",
        lacking="no training job shows both a creation and an end",
    ).about(listed_training_jobs)(_over(lambda *_: _TRAINING_JOB_S, 0, _until_the_end(_CREATED)))
)
