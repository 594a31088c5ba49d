"""Mutants of counters: one too many, one too few, the wrong ones, or never brought up to date."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.mutants.answering import setting
from conformance.mutants.mutant import Group, Kind, Members, on_output
from conformance.reference.inputs import DESCRIBE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference import Service

counters = Group("counters", DESCRIBE, Kind.ANSWER)

_STATUS = "TrainingJobStatusCounters"
_OBJECTIVE = "ObjectiveStatusCounters"
_COVER = "status-counters-cover-the-listing"
_OBJECTIVES = "objective-counters-cover-the-listing"
_LAWS = {
    f"{_STATUS}.Completed": ("completed-counter", _COVER),
    f"{_STATUS}.InProgress": ("in-progress-counter", _COVER),
    f"{_STATUS}.RetryableError": ("retryable-error-counter", "error-counters", _COVER),
    f"{_STATUS}.NonRetryableError": ("error-counters", _COVER),
    f"{_STATUS}.Stopped": ("stopped-counter", _COVER),
    f"{_OBJECTIVE}.Succeeded": ("succeeded-objective-counter", _OBJECTIVES),
    f"{_OBJECTIVE}.Pending": ("pending-objective-counter", _OBJECTIVES),
    f"{_OBJECTIVE}.Failed": ("failed-objective-counter", _OBJECTIVES),
}

for _path, _breaks in _LAWS.items():
    for _by, _words in ((1, "one too many"), (-1, "one too few")):
        counters.add(
            f"{_path}-{_words.replace(' ', '-')}",
            f"{_path} counts {_words}",
            _breaks,
            on_output(DESCRIBE, setting(_path, lambda told, by=_by: max(0, told + by))),  # type: ignore[misc]
        )
    counters.add(
        f"{_path}-always-zero",
        f"{_path} is always zero",
        _breaks,
        on_output(DESCRIBE, setting(_path, lambda _: 0)),
    )


def _without(group: str, name: str, words: str, keeps: Callable[[str, int], bool]) -> None:
    """Take up a set of counters that lacks those which `keeps` does not keep, given the name and the count."""

    def edit(_: Members, answer: Members) -> None:
        answer[group] = {one: told for one, told in answer[group].items() if keeps(one, told)}

    breaks = (f"{DESCRIBE}/output/{group}/present",)
    counters.add(f"{group}-{name}", f"{group} {words}", breaks, on_output(DESCRIBE, edit))


for _group, _last in ((_STATUS, "Stopped"), (_OBJECTIVE, "Failed")):
    _without(_group, "without-zeros", "leaves out what is 0", lambda _, told: told > 0)
    _without(_group, f"without-{_last}-at-zero", f"leaves {_last} out where it is 0",
             lambda one, told, last=_last: one != last or told > 0)  # type: ignore[misc]  # fmt: skip


@counters.output(_COVER, "in-progress-counter", "completed-counter")
def running_are_completed(_: Members, answer: Members) -> None:
    """What is in progress is counted as completed."""
    told = answer[_STATUS]
    told["Completed"], told["InProgress"] = told["Completed"] + told["InProgress"], 0


@counters.output("stopped-counter", "completed-counter")
def stopped_are_completed(_: Members, answer: Members) -> None:
    """What was stopped is counted as completed."""
    told = answer[_STATUS]
    told["Completed"], told["Stopped"] = told["Completed"] + told["Stopped"], 0


@counters.output("retryable-error-counter", f"{DESCRIBE}/output/{_STATUS}.RetryableError/present")
def errors_swapped(_: Members, answer: Members) -> None:
    """The two counters of errors stand in each other's place."""
    told = answer[_STATUS]
    told["RetryableError"], told["NonRetryableError"] = told["NonRetryableError"], told["RetryableError"]


@counters.output("succeeded-objective-counter", "failed-objective-counter")
def objectives_swapped(_: Members, answer: Members) -> None:
    """Succeeded and failed objectives are counted in each other's place."""
    told = answer[_OBJECTIVE]
    told["Succeeded"], told["Failed"] = told["Failed"], told["Succeeded"]


@counters.output("succeeded-objective-counter")
def objectives_by_status(_: Members, answer: Members) -> None:
    """Every training job that completed counts as succeeded, and no other."""
    answer[_OBJECTIVE]["Succeeded"] = answer[_STATUS]["Completed"]


@counters.stage("render_description", _COVER, _OBJECTIVES, "completed-counter")
def not_brought_up_to_date(_: Service, faithful: Any, job: Any, parents: Sequence[Any]) -> Members:
    """Counters count the first three training jobs and no later ones."""
    stale: Members = faithful(replace(job, training_jobs=job.training_jobs[:3]), parents)
    answer: Members = faithful(job, parents)
    return answer | {name: stale[name] for name in (_STATUS, _OBJECTIVE)}


@counters.stage("render_description", _COVER, "completed-counter")
def count_a_page(_: Service, faithful: Any, job: Any, parents: Sequence[Any]) -> Members:
    """Counters count no more than a page of a listing."""
    stale: Members = faithful(replace(job, training_jobs=job.training_jobs[:10]), parents)
    answer: Members = faithful(job, parents)
    return answer | {name: stale[name] for name in (_STATUS, _OBJECTIVE)}


@counters.output("launches-within-the-limit")
def limit_below_what_was_launched(_: Members, answer: Members) -> None:
    """The limit on training jobs is one below what was launched without errors."""
    told = answer[_STATUS]
    limits = answer["HyperParameterTuningJobConfig"]["ResourceLimits"]
    ran = sum(told.values()) - told["RetryableError"]
    if ran > 1:
        limits["MaxNumberOfTrainingJobs"] = ran - 1


@counters.output("parallel-within-the-limit")
def limit_below_what_runs(_: Members, answer: Members) -> None:
    """More training jobs run than may run in parallel."""
    limits = answer["HyperParameterTuningJobConfig"]["ResourceLimits"]
    answer[_STATUS]["InProgress"] = limits["MaxParallelTrainingJobs"] + 1


GROUPS = (counters,)
