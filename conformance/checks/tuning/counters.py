"""Laws that every counter of a set is sent, at zero too: no document says so, every recorded answer does (O3).

What may differ without anybody being wrong: a training job that failed inside the service may be counted and not listed
when it ran again (observed, O10); training jobs of a state that is not ours may have been deleted after they were
counted; `Stopping` and `Deleting` have no counter; and only those stopped by hand are sure to count as stopped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.checks.law import Law
from conformance.checks.tuning.answers import DESCRIBE, autotuned, mapping, number, ours, still, text
from conformance.checks.verdict import Tally, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.session.snapshot import ResourceSnapshot, Snapshot


_STATUS = "TrainingJobStatusCounters"
_OBJECTIVE = "ObjectiveStatusCounters"
COUNTERS = {
    _STATUS: ("Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped"),
    _OBJECTIVE: ("Succeeded", "Pending", "Failed"),
}
"""The counters of each set. A set with others, newer than the contract, need not add up to anything."""
_STATUSES = ("Completed", "InProgress", "Failed", "Stopped", "Stopping", "Deleting")
"""The statuses of training jobs, the last two without a counter. How a newer one is counted is unknown."""
_LARGEST_PAGE = 100
_SUBJECTS = {_STATUS: "status-counters", _OBJECTIVE: "objective-counters"}
_CONFIG = "HyperParameterTuningJobConfig"
_OLD_LIMIT = "the counters exceed the limit on training jobs by those that ran again, as observed (O10)"


@dataclass(frozen=True)
class _Count:
    """A counter and the bounds that the listing sets it."""

    stated: float
    low: float
    high: float
    listed: str

    @property
    def right(self) -> bool:
        return self.low <= self.stated <= self.high


def _deleted(resource: ResourceSnapshot, group: str) -> float:
    """Return how many training jobs are counted and no longer listed, where somebody may have deleted them.

    A deleted training job is gone from the listing, and both sets of counters go on counting it. So only what both
    count too much is excused: what one of them counts beyond the other was never a training job. The counters by
    status may lack those that the service stopped.

    A listing that ends with a full page and without a token was cut there: deletions do not end at just that number.
    """
    if ours(resource) or (resource.items and len(resource.items) % _LARGEST_PAGE == 0):
        return 0
    other = _STATUS if group == _OBJECTIVE else _OBJECTIVE
    alone = not _adds_up(resource, other) or (other == _STATUS and _may_lack_stopped(resource))
    beyond = [_sum(resource, each) - len(resource.items) for each in ((group,) if alone else (group, other))]
    return max(0, min(beyond))


def _may_lack_stopped(resource: ResourceSnapshot) -> bool:
    """Return whether the service may have stopped training jobs, which no counter by status is sure to count."""
    stopped = sum(text(item, "TrainingJobStatus") == "Stopped" for item in resource.items)
    return _service_stops(resource) or bool(_stopped_by_the_service(resource, stopped))


def missing(resource: ResourceSnapshot) -> float:
    """Return how many counted training jobs the listing may lack without being wrong."""
    return max(_deleted(resource, _STATUS), _deleted(resource, _OBJECTIVE))


def _sum(resource: ResourceSnapshot, group: str) -> float:
    return sum(number(resource.answer, f"{group}.{name}") or 0 for name in COUNTERS[group])


def _adds_up(resource: ResourceSnapshot, group: str) -> bool:
    """Return whether a set of counters is there, and has no counter whose meaning is unknown."""
    stated = mapping(resource.answer, group)
    return bool(stated) and set(stated) <= set(COUNTERS[group])


def _again(resource: ResourceSnapshot) -> float:
    """Return how many training jobs may be counted as retryable and not listed for having run again."""
    return 0 if resource.listed_known else number(resource.answer, f"{_STATUS}.RetryableError") or 0


def _service_stops(resource: ResourceSnapshot) -> bool:
    """Return whether the service was asked to stop training jobs on its own."""
    config = mapping(resource.answer, _CONFIG)
    early = config.get("TrainingJobEarlyStoppingType") == "Auto" or config.get("Strategy") == "Hyperband"
    limited = config.get("TuningJobCompletionCriteria") or number(config, "ResourceLimits.MaxRuntimeInSeconds")
    return early or bool(limited) or autotuned(resource.answer)


def _stopped_by_the_service(resource: ResourceSnapshot, stopped: int) -> int:
    """Return how many of the stopped training jobs the service may have stopped itself: all or none."""
    tuning_stopped = text(resource.answer, "HyperParameterTuningJobStatus") == "Stopped"
    by_hand = resource.listed_known or (tuning_stopped and not _service_stops(resource))
    return 0 if by_hand else stopped


def _without_word(found: Counter[str], known: Sequence[str]) -> int:
    """Return how many have none of these words, but another one or none at all."""
    return found.total() - sum(found[each] for each in known)


def _by_status(status: str, *uncounted: str) -> Callable[[ResourceSnapshot], _Count | None]:
    def count(resource: ResourceSnapshot) -> _Count | None:
        stated = number(resource.answer, f"{_STATUS}.{status}")
        if stated is None:
            return None
        found = Counter(text(item, "TrainingJobStatus") for item in resource.items)
        low = found[status] - (_stopped_by_the_service(resource, found[status]) if status == "Stopped" else 0)
        loose = found["Deleting"] + sum(found[each] for each in uncounted) + _without_word(found, _STATUSES)
        return _Count(stated, low, found[status] + loose + _deleted(resource, _STATUS), f"{found[status]} {status}")

    return count


def _by_objective(status: str) -> Callable[[ResourceSnapshot], _Count | None]:
    def count(resource: ResourceSnapshot) -> _Count | None:
        stated = number(resource.answer, f"{_OBJECTIVE}.{status}")
        if stated is None:
            return None
        found = Counter(text(item, "ObjectiveStatus") for item in resource.items)
        high = found[status] + _without_word(found, COUNTERS[_OBJECTIVE]) + _deleted(resource, _OBJECTIVE)
        return _Count(
            stated, found[status], high + (_again(resource) if status == "Failed" else 0), f"{found[status]} {status}"
        )

    return count


def _errors(resource: ResourceSnapshot) -> _Count | None:
    retryable = number(resource.answer, f"{_STATUS}.RetryableError")
    final = number(resource.answer, f"{_STATUS}.NonRetryableError")
    if retryable is None or final is None:
        return None
    found = Counter(text(item, "TrainingJobStatus") for item in resource.items)
    # What ran again may be listed no more (O10); the law goes further than the documents and says so all the same.
    high = found["Failed"] + found["Deleting"] + _without_word(found, _STATUSES) + _deleted(resource, _STATUS)
    return _Count(retryable + final, found["Failed"], high, f"{found['Failed']} Failed")


def _statuses(resource: ResourceSnapshot) -> _Count:
    found = Counter(text(item, "TrainingJobStatus") for item in resource.items)
    spared = _without_word(found, _STATUSES[:4]) + _stopped_by_the_service(resource, found["Stopped"])
    listed = len(resource.items)
    high = listed + _again(resource) + _deleted(resource, _STATUS)
    return _Count(_sum(resource, _STATUS), listed - spared, high, f"{listed} training jobs")


def _objectives(resource: ResourceSnapshot) -> _Count:
    classified = sum(text(item, "ObjectiveStatus") in COUNTERS[_OBJECTIVE] for item in resource.items)
    listed = len(resource.items)
    high = listed + _again(resource) + _deleted(resource, _OBJECTIVE)
    return _Count(_sum(resource, _OBJECTIVE), classified, high, f"{listed} training jobs")


def _counter_law(name: str, group: str, what: str, count: Callable[[ResourceSnapshot], _Count | None]) -> None:
    """Register the law that a count out of a set of counters agrees with the listing, within its bounds."""

    def evaluate(snapshot: Snapshot) -> Verdict:
        tally = Tally("tuning jobs")
        notes: list[str] = []
        for resource in snapshot.resources:
            counted = count(resource) if still(resource) and _adds_up(resource, group) else None
            if counted is None:
                continue
            tally.hold(
                counted.right,
                f"{resource.name} counts {counted.stated:g} and lists {counted.listed}",
                *resource.exchanges,
            )
            if counted.right and missing(resource):
                notes.append(f"{resource.name} lists fewer training jobs than it counts: some may have been deleted")
        return tally.verdict(
            "counter-differs",
            f"{what.format(group)} agrees with the listing",
            wrong=f"{what.format(group)} does not agree with the listing",
            lacking="no tuning job has ended, shows this counter and was listed to the end",
            notes=tuple(notes),
        )

    Law(name, operation=DESCRIBE, subject=_SUBJECTS[group], compares=True)(evaluate)


_counter_law("status-counters-cover-the-listing", _STATUS, "the sum of {}", _statuses)
_counter_law("completed-counter", _STATUS, "{}.Completed", _by_status("Completed"))
_counter_law("in-progress-counter", _STATUS, "{}.InProgress", _by_status("InProgress", "Stopping"))
_counter_law("stopped-counter", _STATUS, "{}.Stopped", _by_status("Stopped", "Stopping"))
_counter_law("error-counters", _STATUS, "{}.RetryableError plus NonRetryableError", _errors)
_counter_law("objective-counters-cover-the-listing", _OBJECTIVE, "the sum of {}", _objectives)
_counter_law("succeeded-objective-counter", _OBJECTIVE, "{}.Succeeded", _by_objective("Succeeded"))
_counter_law("pending-objective-counter", _OBJECTIVE, "{}.Pending", _by_objective("Pending"))
_counter_law("failed-objective-counter", _OBJECTIVE, "{}.Failed", _by_objective("Failed"))


@Law("launches-within-the-limit", operation=DESCRIBE, subject="limits")
def launches_within_the_limit(snapshot: Snapshot) -> Verdict:
    """Check that MaxNumberOfTrainingJobs is not exceeded, leaving out what failed: it may have run again (O10)."""
    tally = Tally("tuning jobs")
    above = False
    for resource in snapshot.resources:
        limit = number(resource.answer, f"{_CONFIG}.ResourceLimits.MaxNumberOfTrainingJobs")
        if limit is None:
            continue
        retryable = number(resource.answer, f"{_STATUS}.RetryableError") or 0
        counted = _sum(resource, _STATUS)
        listed = len(resource.items)
        failed = sum(text(item, "TrainingJobStatus") == "Failed" for item in resource.items)
        spared = min(failed, retryable) if resource.settled else failed
        above = above or max(counted, listed) > limit
        tally.hold(
            counted - retryable <= limit and listed - spared <= limit,
            f"{resource.name} counts {counted:g} and lists {listed} training jobs "
            f"({retryable:g} retryable errors), its limit is {limit:g}",
            *resource.exchanges,
        )
    return tally.verdict(
        "over-the-limit",
        "no more training jobs than MaxNumberOfTrainingJobs, not counting those that ran again",
        wrong="a tuning job has more training jobs than MaxNumberOfTrainingJobs",
        lacking="no description has ResourceLimits.MaxNumberOfTrainingJobs",
        notes=(_OLD_LIMIT,) if above else (),
    )


def _sent_law(name: str, subject: str, group: str) -> None:
    """Register the law that a set of counters, where it is there, has all of its members."""

    def evaluate(snapshot: Snapshot) -> Verdict:
        tally = Tally("tuning jobs")
        for resource in snapshot.resources:
            stated = resource.answer.get(group)
            if isinstance(stated, Mapping):
                lacking = [counter for counter in COUNTERS[group] if stated.get(counter) is None]
                tally.hold(not lacking, f"{resource.name}: {group} lacks {', '.join(lacking)}", resource.description)
        return tally.verdict(
            "counter-left-out",
            f"{group} with {', '.join(COUNTERS[group])}, at 0 too",
            wrong=f"{group} lacks some of its counters",
            lacking=f"no description has {group}",
        )

    statement = f"{group} has all of its counters, those at 0 too"
    covers = (f"{group}.*",)
    Law(name, operation=DESCRIBE, subject=subject, observed=("O3",), statement=statement, covers=covers)(evaluate)


_sent_law("status-counters-all-sent", "status-counters", "TrainingJobStatusCounters")
_sent_law("objective-counters-all-sent", "objective-counters", "ObjectiveStatusCounters")
