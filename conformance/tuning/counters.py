"""Laws that lay the counters of a description beside the listing, on tuning jobs where nothing moves any more.

What may differ without anybody being wrong: a training job that failed inside the service may be counted and not listed
when it ran again (observed, O10); training jobs of a state that is not ours may have been deleted after they were
counted; `Stopping` and `Deleting` have no counter; and only those stopped by hand are sure to count as stopped.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.laws.registry import law
from conformance.laws.verdict import Tally, Verdict
from conformance.tuning.answers import DESCRIBE, autotuned, mapping, number, ours, still, text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.laws.survey import Survey, View

_STATUS = "TrainingJobStatusCounters"
_OBJECTIVE = "ObjectiveStatusCounters"
COUNTERS = {
    _STATUS: ("Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped"),
    _OBJECTIVE: ("Succeeded", "Pending", "Failed"),
}
"""The counters of each set. A set with others, newer than the contract, need not add up to anything."""
_STATUSES = ("Completed", "InProgress", "Failed", "Stopped", "Stopping", "Deleting")
"""The statuses of training jobs, the last two without a counter. How one that is newer is counted nobody knows."""
_LARGEST_PAGE = 100
_SUBJECTS = {_STATUS: "status-counters", _OBJECTIVE: "objective-counters"}
_CONFIG = "HyperParameterTuningJobConfig"
_OLD_LIMIT = "the counters exceed the limit on training jobs by those that ran again, as observed (O10)"


@dataclass(frozen=True)
class _Count:
    """A counter and the bounds that the listing sets it."""

    told: float
    low: float
    high: float
    listed: str

    @property
    def right(self) -> bool:
        return self.low <= self.told <= self.high


def _deleted(view: View, group: str) -> float:
    """Give how many training jobs are counted and no longer listed, where somebody may have deleted them.

    A deleted training job is gone from the listing, and both sets of counters go on counting it. So only what both
    count too much is excused: what one of them counts beyond the other was never a training job. The counters by
    status may lack those that the service stopped.

    A listing that ends with a full page and without a token was cut there: nobody deletes down to just that number.
    """
    if ours(view) or (view.items and len(view.items) % _LARGEST_PAGE == 0):
        return 0
    other = _STATUS if group == _OBJECTIVE else _OBJECTIVE
    alone = not _adds_up(view, other) or (other == _STATUS and _may_lack_stopped(view))
    beyond = [_sum(view, one) - len(view.items) for one in ((group,) if alone else (group, other))]
    return max(0, min(beyond))


def _may_lack_stopped(view: View) -> bool:
    """Tell whether the service may have stopped training jobs, which no counter by status is sure to count."""
    stopped = sum(text(item, "TrainingJobStatus") == "Stopped" for item in view.items)
    return _service_stops(view) or bool(_stopped_by_the_service(view, stopped))


def missing(view: View) -> float:
    """Give how many counted training jobs the listing may lack without being wrong."""
    return max(_deleted(view, _STATUS), _deleted(view, _OBJECTIVE))


def _sum(view: View, group: str) -> float:
    return sum(number(view.answer, f"{group}.{name}") or 0 for name in COUNTERS[group])


def _adds_up(view: View, group: str) -> bool:
    """Tell whether a set of counters is there, and has no counter of which nobody knows what it counts."""
    told = mapping(view.answer, group)
    return bool(told) and set(told) <= set(COUNTERS[group])


def _again(view: View) -> float:
    """Give how many training jobs may be counted as retryable and not listed for having run again."""
    return 0 if view.listed_known else number(view.answer, f"{_STATUS}.RetryableError") or 0


def _service_stops(view: View) -> bool:
    """Tell whether the service was asked to stop training jobs on its own."""
    config = mapping(view.answer, _CONFIG)
    early = config.get("TrainingJobEarlyStoppingType") == "Auto" or config.get("Strategy") == "Hyperband"
    limited = config.get("TuningJobCompletionCriteria") or number(config, "ResourceLimits.MaxRuntimeInSeconds")
    return early or bool(limited) or autotuned(view.answer)


def _stopped_by_the_service(view: View, stopped: int) -> int:
    """Give how many of the stopped training jobs the service may have stopped itself: all or none can be told."""
    tuning_stopped = text(view.answer, "HyperParameterTuningJobStatus") == "Stopped"
    by_hand = view.listed_known or (tuning_stopped and not _service_stops(view))
    return 0 if by_hand else stopped


def _beside(found: Counter[str], known: Sequence[str]) -> int:
    """Give how many have none of these words, but another one or none at all."""
    return found.total() - sum(found[one] for one in known)


def _by_status(status: str, *uncounted: str) -> Callable[[View], _Count | None]:
    def count(view: View) -> _Count | None:
        told = number(view.answer, f"{_STATUS}.{status}")
        if told is None:
            return None
        found = Counter(text(item, "TrainingJobStatus") for item in view.items)
        low = found[status] - (_stopped_by_the_service(view, found[status]) if status == "Stopped" else 0)
        loose = found["Deleting"] + sum(found[one] for one in uncounted) + _beside(found, _STATUSES)
        return _Count(told, low, found[status] + loose + _deleted(view, _STATUS), f"{found[status]} {status}")

    return count


def _by_objective(status: str) -> Callable[[View], _Count | None]:
    def count(view: View) -> _Count | None:
        told = number(view.answer, f"{_OBJECTIVE}.{status}")
        if told is None:
            return None
        found = Counter(text(item, "ObjectiveStatus") for item in view.items)
        high = found[status] + _beside(found, COUNTERS[_OBJECTIVE]) + _deleted(view, _OBJECTIVE)
        return _Count(
            told, found[status], high + (_again(view) if status == "Failed" else 0), f"{found[status]} {status}"
        )

    return count


def _errors(view: View) -> _Count | None:
    retryable = number(view.answer, f"{_STATUS}.RetryableError")
    final = number(view.answer, f"{_STATUS}.NonRetryableError")
    if retryable is None or final is None:
        return None
    found = Counter(text(item, "TrainingJobStatus") for item in view.items)
    # What ran again may be listed no more (O10); the law goes further than the documents and says so all the same.
    high = found["Failed"] + found["Deleting"] + _beside(found, _STATUSES) + _deleted(view, _STATUS)
    return _Count(retryable + final, found["Failed"], high, f"{found['Failed']} Failed")


def _statuses(view: View) -> _Count:
    found = Counter(text(item, "TrainingJobStatus") for item in view.items)
    spared = _beside(found, _STATUSES[:4]) + _stopped_by_the_service(view, found["Stopped"])
    listed = len(view.items)
    high = listed + _again(view) + _deleted(view, _STATUS)
    return _Count(_sum(view, _STATUS), listed - spared, high, f"{listed} training jobs")


def _objectives(view: View) -> _Count:
    classified = sum(text(item, "ObjectiveStatus") in COUNTERS[_OBJECTIVE] for item in view.items)
    listed = len(view.items)
    high = listed + _again(view) + _deleted(view, _OBJECTIVE)
    return _Count(_sum(view, _OBJECTIVE), classified, high, f"{listed} training jobs")


def _counter_law(name: str, group: str, what: str, count: Callable[[View], _Count | None]) -> None:
    """Register the law that a count out of a set of counters agrees with the listing, within its bounds."""

    def judge(survey: Survey) -> Verdict:
        tally = Tally("tuning jobs")
        notes: list[str] = []
        for view in survey.views:
            counted = count(view) if still(view) and _adds_up(view, group) else None
            if counted is None:
                continue
            tally.hold(
                counted.right,
                f"{view.name} counts {counted.told:g} and lists {counted.listed}",
                *view.exchanges,
            )
            if counted.right and missing(view):
                notes.append(f"{view.name} lists fewer training jobs than it counts: some may have been deleted")
        return tally.verdict(
            "counter-differs",
            f"{what.format(group)} agrees with the listing",
            wrong=f"{what.format(group)} does not agree with the listing",
            lacking="no tuning job has ended, shows this counter and was listed to the end",
            notes=tuple(notes),
        )

    law(name, operation=DESCRIBE, subject=_SUBJECTS[group], compares=True)(judge)


_counter_law("status-counters-cover-the-listing", _STATUS, "the sum of {}", _statuses)
_counter_law("completed-counter", _STATUS, "{}.Completed", _by_status("Completed"))
_counter_law("in-progress-counter", _STATUS, "{}.InProgress", _by_status("InProgress", "Stopping"))
_counter_law("stopped-counter", _STATUS, "{}.Stopped", _by_status("Stopped", "Stopping"))
_counter_law("error-counters", _STATUS, "{}.RetryableError plus NonRetryableError", _errors)
_counter_law("objective-counters-cover-the-listing", _OBJECTIVE, "the sum of {}", _objectives)
_counter_law("succeeded-objective-counter", _OBJECTIVE, "{}.Succeeded", _by_objective("Succeeded"))
_counter_law("pending-objective-counter", _OBJECTIVE, "{}.Pending", _by_objective("Pending"))
_counter_law("failed-objective-counter", _OBJECTIVE, "{}.Failed", _by_objective("Failed"))


@law("launches-within-the-limit", operation=DESCRIBE, subject="limits")
def launches_within_the_limit(survey: Survey) -> Verdict:
    """Judge that MaxNumberOfTrainingJobs is not exceeded, leaving out what failed: it may have run again (O10)."""
    tally = Tally("tuning jobs")
    above = False
    for view in survey.views:
        limit = number(view.answer, f"{_CONFIG}.ResourceLimits.MaxNumberOfTrainingJobs")
        if limit is None:
            continue
        retryable = number(view.answer, f"{_STATUS}.RetryableError") or 0
        counted = _sum(view, _STATUS)
        listed = len(view.items)
        failed = sum(text(item, "TrainingJobStatus") == "Failed" for item in view.items)
        spared = min(failed, retryable) if view.settled else failed
        above = above or max(counted, listed) > limit
        tally.hold(
            counted - retryable <= limit and listed - spared <= limit,
            f"{view.name} counts {counted:g} and lists {listed} training jobs "
            f"({retryable:g} retryable errors), its limit is {limit:g}",
            *view.exchanges,
        )
    return tally.verdict(
        "over-the-limit",
        "no more training jobs than MaxNumberOfTrainingJobs, not counting those that ran again",
        wrong="a tuning job has more training jobs than MaxNumberOfTrainingJobs",
        lacking="no description has ResourceLimits.MaxNumberOfTrainingJobs",
        notes=(_OLD_LIMIT,) if above else (),
    )
