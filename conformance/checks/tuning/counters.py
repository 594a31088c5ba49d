"""Laws about counters: each agrees with the listing, none is left out, and the limit on training jobs is kept.

What may differ without anybody being wrong: a training job that failed inside the service may be counted and not listed
when it ran again (observed, O10); training jobs of a state that is not ours may have been deleted after they were
counted; `Stopping` and `Deleting` have no counter; and only those stopped by hand are sure to count as stopped.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.checks.law import Law
from conformance.checks.tuning.answers import (
    CONFIG,
    DESCRIBE,
    Claim,
    Instance,
    autotuned,
    listed_tuning_jobs,
    mapping,
    number,
    ours,
    still,
    text,
    tuning_jobs,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.session.snapshot import ResourceSnapshot, Snapshot


_LARGEST_PAGE = 100


@dataclass(frozen=True)
class CounterSet:
    """One of the two sets of counters of a description.

    A set with other counters, newer than the contract, need not add up to anything. How a training job with a newer
    word is counted is unknown.
    """

    name: str
    subject: str
    counters: tuple[str, ...]
    member: str
    """The member of a summary whose words are counted."""
    counted: tuple[str, ...]
    """The words that have a counter."""
    passing: tuple[str, ...] = ()
    """The words that have none of their own, and count as that of the state before or after."""

    def sum(self, resource: ResourceSnapshot) -> float:
        """Return the sum of the counters."""
        return sum(number(resource.answer, f"{self.name}.{name}") or 0 for name in self.counters)

    def adds_up(self, resource: ResourceSnapshot) -> bool:
        """Return whether the set is there, and has no counter whose meaning is unknown."""
        stated = mapping(resource.answer, self.name)
        return bool(stated) and set(stated) <= set(self.counters)

    def listed(self, resource: ResourceSnapshot) -> Counter[str]:
        """Return how many listed training jobs have each word; newer words, and none at all, count as empty."""
        words = (text(item, self.member) for item in resource.items)
        known = {*self.counted, *self.passing}
        return Counter(word if word in known else "" for word in words)


_STATUS = CounterSet(
    "TrainingJobStatusCounters",
    "status-counters",
    ("Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped"),
    "TrainingJobStatus",
    ("Completed", "InProgress", "Failed", "Stopped"),
    passing=("Stopping", "Deleting"),
)
_OBJECTIVE = CounterSet(
    "ObjectiveStatusCounters",
    "objective-counters",
    ("Succeeded", "Pending", "Failed"),
    "ObjectiveStatus",
    ("Succeeded", "Pending", "Failed"),
)


def _deleted(resource: ResourceSnapshot, group: CounterSet) -> float:
    """Return how many training jobs are counted and no longer listed, where somebody may have deleted them.

    A deleted training job is gone from the listing, and both sets of counters go on counting it. So only what both
    count too much is excused: what one of them counts beyond the other was never a training job. The counters by
    status may lack those that the service stopped.

    A listing that ends with a full page and without a token was cut there: deletions do not end at just that number.
    """
    if ours(resource) or (resource.items and len(resource.items) % _LARGEST_PAGE == 0):
        return 0
    other = _STATUS if group is _OBJECTIVE else _OBJECTIVE
    alone = not other.adds_up(resource) or (other is _STATUS and _may_lack_stopped(resource))
    return max(0, min(each.sum(resource) - len(resource.items) for each in ((group,) if alone else (group, other))))


def _may_lack_stopped(resource: ResourceSnapshot) -> bool:
    """Return whether the service may have stopped training jobs, which no counter by status is sure to count."""
    return _service_stops(resource) or bool(_stopped_by_the_service(resource))


def missing(resource: ResourceSnapshot) -> float:
    """Return how many counted training jobs the listing may lack without being wrong."""
    return max(_deleted(resource, _STATUS), _deleted(resource, _OBJECTIVE))


def _retryable(resource: ResourceSnapshot) -> float:
    return number(resource.answer, f"{_STATUS.name}.RetryableError") or 0


def _ran_again(resource: ResourceSnapshot) -> float:
    """Return how many training jobs may be counted as retryable and not listed for having run again."""
    return 0 if resource.listed_known else _retryable(resource)


def _service_stops(resource: ResourceSnapshot) -> bool:
    """Return whether the service was asked to stop training jobs on its own."""
    config = mapping(resource.answer, CONFIG)
    early = config.get("TrainingJobEarlyStoppingType") == "Auto" or config.get("Strategy") == "Hyperband"
    limited = config.get("TuningJobCompletionCriteria") or number(config, "ResourceLimits.MaxRuntimeInSeconds")
    return early or bool(limited) or autotuned(resource.answer)


def _stopped_by_the_service(resource: ResourceSnapshot) -> int:
    """Return how many of the stopped training jobs the service may have stopped itself: all or none."""
    tuning_stopped = text(resource.answer, "HyperParameterTuningJobStatus") == "Stopped"
    by_hand = resource.listed_known or (tuning_stopped and not _service_stops(resource))
    return 0 if by_hand else _STATUS.listed(resource)["Stopped"]


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


def _one(
    group: CounterSet, word: str, *also: str, counters: tuple[str, ...] = ()
) -> Callable[[ResourceSnapshot], _Count | None]:
    """Return what counts a word by its counter, or by several; words of `also` may be counted there as well."""
    names = counters or (word,)

    def count(resource: ResourceSnapshot) -> _Count | None:
        found = (number(resource.answer, f"{group.name}.{name}") for name in names)
        stated = [value for value in found if value is not None]
        if len(stated) < len(names):
            return None
        listed = group.listed(resource)
        high = listed[word] + sum(listed[each] for each in ("", "Deleting", *also)) + _deleted(resource, group)
        if group is _OBJECTIVE and word == "Failed":
            high += _ran_again(resource)
        low = listed[word] - (_stopped_by_the_service(resource) if group is _STATUS and word == "Stopped" else 0)
        return _Count(sum(stated), low, high, f"{listed[word]} {word}")

    return count


def _all(group: CounterSet) -> Callable[[ResourceSnapshot], _Count | None]:
    """Return what counts the training jobs by all counters of a set."""

    def count(resource: ResourceSnapshot) -> _Count:
        listed = group.listed(resource)
        spared = _stopped_by_the_service(resource) if group is _STATUS else 0
        low = sum(listed[word] for word in group.counted) - spared
        high = listed.total() + _ran_again(resource) + _deleted(resource, group)
        return _Count(group.sum(resource), low, high, f"{listed.total()} training jobs")

    return count


def _counter_law(name: str, group: CounterSet, what: str, count: Callable[[ResourceSnapshot], _Count | None]) -> None:
    """Register the law that a count out of a set of counters agrees with the listing, within its bounds."""

    def counts(snapshot: Snapshot) -> Iterator[Instance]:
        for resource in snapshot.resources:
            counted = count(resource) if still(resource) and group.adds_up(resource) else None
            if counted is not None:
                yield Instance(resource.name, (resource, counted), resource.exchanges)

    def fault(_: ResourceSnapshot, counted: _Count) -> str:
        return "" if counted.right else f"counts {counted.stated:g} and lists {counted.listed}"

    def deleted(resource: ResourceSnapshot, counted: _Count) -> str:
        words = f"{resource.name} lists fewer training jobs than it counts: some may have been deleted"
        return words if counted.right and missing(resource) else ""

    claim = Claim(
        "tuning jobs",
        "counter-differs",
        f"{what} agrees with the listing",
        wrong=f"{what} does not agree with the listing",
        lacking="no tuning job has ended, shows this counter and was listed to the end",
        note=deleted,
    )
    Law(name, DESCRIBE, group.subject, compares=True)(claim.about(counts)(fault))


for _name, _group, _what, _count in (
    ("status-counters-cover-the-listing", _STATUS, "the sum of {}", _all(_STATUS)),
    ("completed-counter", _STATUS, "{}.Completed", _one(_STATUS, "Completed")),
    ("in-progress-counter", _STATUS, "{}.InProgress", _one(_STATUS, "InProgress", "Stopping")),
    ("stopped-counter", _STATUS, "{}.Stopped", _one(_STATUS, "Stopped", "Stopping")),
    # What ran again may be listed no more (O10); the law goes further than the documents and says so all the same.
    (
        "error-counters",
        _STATUS,
        "{}.RetryableError plus NonRetryableError",
        _one(_STATUS, "Failed", counters=("RetryableError", "NonRetryableError")),
    ),
    ("objective-counters-cover-the-listing", _OBJECTIVE, "the sum of {}", _all(_OBJECTIVE)),
    ("succeeded-objective-counter", _OBJECTIVE, "{}.Succeeded", _one(_OBJECTIVE, "Succeeded")),
    ("pending-objective-counter", _OBJECTIVE, "{}.Pending", _one(_OBJECTIVE, "Pending")),
    ("failed-objective-counter", _OBJECTIVE, "{}.Failed", _one(_OBJECTIVE, "Failed")),
):
    _counter_law(_name, _group, _what.format(_group.name), _count)


def _limit(resource: ResourceSnapshot) -> float | None:
    return number(resource.answer, f"{CONFIG}.ResourceLimits.MaxNumberOfTrainingJobs")


def _above(resource: ResourceSnapshot) -> str:
    limit = _limit(resource)
    above = limit is not None and max(_STATUS.sum(resource), len(resource.items)) > limit
    return "the counters exceed the limit on training jobs by those that ran again, as observed (O10)" if above else ""


@Law("launches-within-the-limit", DESCRIBE, "limits")
@Claim(
    "tuning jobs",
    "over-the-limit",
    "no more training jobs than MaxNumberOfTrainingJobs, not counting those that ran again",
    wrong="a tuning job has more training jobs than MaxNumberOfTrainingJobs",
    lacking="no description has ResourceLimits.MaxNumberOfTrainingJobs",
    note=_above,
).about(listed_tuning_jobs)
def _over_the_limit(resource: ResourceSnapshot) -> str | None:
    """Compare the limit with what is counted and listed, leaving out what failed: it may have run again (O10)."""
    limit, retryable, counted = _limit(resource), _retryable(resource), _STATUS.sum(resource)
    if limit is None:
        return None
    listed, failed = len(resource.items), _STATUS.listed(resource)["Failed"]
    spared = min(failed, retryable) if resource.settled else failed
    if counted - retryable <= limit and listed - spared <= limit:
        return ""
    errors = f"({retryable:g} retryable errors)"
    return f"counts {counted:g} and lists {listed} training jobs {errors}, its limit is {limit:g}"


def _sent_law(group: CounterSet) -> None:
    """Register the law that a set of counters, where it is there, has all of its members.

    No document says that every counter is sent, at zero too; every recorded answer does (O3).
    """

    def left_out(resource: ResourceSnapshot) -> str | None:
        stated = resource.answer.get(group.name)
        if not isinstance(stated, dict):
            return None
        lacking = [counter for counter in group.counters if stated.get(counter) is None]
        return f"has {group.name} without {', '.join(lacking)}" if lacking else ""

    claim = Claim(
        "tuning jobs",
        "counter-left-out",
        f"{group.name} with {', '.join(group.counters)}, at 0 too",
        wrong=f"{group.name} lacks some of its counters",
        lacking=f"no description has {group.name}",
    )
    Law(
        f"{group.subject}-all-sent",
        DESCRIBE,
        group.subject,
        observed=("O3",),
        statement=f"{group.name} has all of its counters, those at 0 too",
        covers=(f"{group.name}.*",),
    )(claim.about(tuning_jobs)(left_out))


_sent_law(_STATUS)
_sent_law(_OBJECTIVE)
