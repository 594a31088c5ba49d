"""Mutants of counters: one too many, one too few, the wrong ones, or never brought up to date."""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from conformance.mutation.mutant import (
    BEST,
    METRIC,
    OVERALL,
    Group,
    Kind,
    Members,
    bests,
    on_output,
    replacing,
    setting,
)
from conformance.reference.inputs import DESCRIBE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference.service import Service


best = Group("best", DESCRIBE, Kind.ANSWER)

_WON = "best-training-job"
_DIRECTION = "best-follows-the-direction"
_FAILED = "failed-objective-is-never-best"
_SPANS = "overall-best-spans-the-parents"


def _chosen(name: str, words: str, choose: Callable[[list[Any], bool], Any], *breaks: str) -> None:
    """Take up another choice: given the training jobs with a metric, best first, and whether the highest wins."""

    def render_description(service: Service, original: Any, job: Any, parents: Sequence[Any]) -> Members:
        answer: Members = original(job, parents)
        if BEST not in answer:
            return answer
        highest = answer[BEST][METRIC]["Type"] == "Maximize"
        ranked = [item for item in job.training_jobs if item.metric is not None and item.status == "Completed"]
        ranked.sort(key=attrgetter("metric"), reverse=highest)
        picked = choose(ranked, highest)
        return answer | {BEST: service.renderer.summary(job, picked)} if picked is not None else answer

    best.add(name, words, breaks, replacing(render_description=render_description))


_chosen("second", "the second best is called best", lambda ranked, _: (ranked * 2)[1], _WON)
_chosen("worst", "the worst is called best", lambda ranked, _: ranked[-1], _DIRECTION, _WON)
_chosen("highest-always-wins", "the highest is called best whatever the direction",
        lambda ranked, highest: ranked[0 if highest else -1], _DIRECTION)  # fmt: skip
_chosen("lowest-always-wins", "the lowest is called best whatever the direction",
        lambda ranked, highest: ranked[-1 if highest else 0], _DIRECTION)  # fmt: skip
_chosen("latest", "the training job that was launched last is called best",
        lambda ranked, _: max(ranked, key=attrgetter("created")), _WON)  # fmt: skip
_chosen("first", "the training job that was launched first is called best, and never another",
        lambda ranked, _: min(ranked, key=attrgetter("created")), _WON)  # fmt: skip
_chosen("by-text", "metrics are compared as texts to find the best",
        lambda ranked, highest: (max if highest else min)(ranked, key=lambda item: str(item.metric)), _WON)  # fmt: skip
_chosen("without-sign", "metrics are compared without their signs to find the best",
        lambda ranked, highest: (max if highest else min)(ranked, key=lambda item: abs(item.metric)), _WON)  # fmt: skip


@best.stage("render_description", _FAILED, _WON)
def failed_one(service: Service, original: Any, job: Any, parents: Sequence[Any]) -> Members:
    """A training job that failed is called best where there is one."""
    answer: Members = original(job, parents)
    failed = next((item for item in job.training_jobs if item.objective_status == "Failed"), None)
    return answer | {BEST: service.renderer.summary(job, failed)} if failed is not None and BEST in answer else answer


@best.stage("render_description", _FAILED, _WON)
def one_where_none_has_succeeded(service: Service, original: Any, job: Any, parents: Sequence[Any]) -> Members:
    """Where no training job has succeeded the first one is called best."""
    answer: Members = original(job, parents)
    return answer if BEST in answer or not job.training_jobs else answer | {
        BEST: service.renderer.summary(job, job.training_jobs[0])
    }  # fmt: skip


@best.stage("render_description", _WON)
def not_brought_up_to_date(_: Service, original: Any, job: Any, parents: Sequence[Any]) -> Members:
    """The best of the first three training jobs stays the best."""
    stale = original(replace(job, training_jobs=job.training_jobs[:3]), parents)
    answer: Members = original(job, parents)
    return answer | {BEST: stale[BEST]} if BEST in stale else answer


@best.output(_WON)
def left_out(_: Members, answer: Members) -> None:
    """There is no best training job."""
    answer.pop(BEST, None)


@best.output(_WON)
def metric_rounded(_: Members, answer: Members) -> None:
    """The metric of the best training job is rounded."""
    for item in bests(answer):
        item[METRIC]["Value"] = round(item[METRIC]["Value"], 1)


@best.output(_WON)
def end_of_another(_: Members, answer: Members) -> None:
    """The best training job ends a minute later than where it is listed."""
    for item in bests(answer):
        item["TrainingEndTime"] += 60


@best.output(_WON)
def tuned_values_in_other_digits(_: Members, answer: Members) -> None:
    """Tuned values of the best training job are written with a zero more."""
    for item in bests(answer):
        item["TunedHyperParameters"] = {
            name: f"{value}0" if "." in value else value for name, value in item["TunedHyperParameters"].items()
        }


@best.output(_WON)
def name_of_nobody(_: Members, answer: Members) -> None:
    """The best training job has a name that no listing has."""
    for item in bests(answer):
        item["TrainingJobName"] = f"{item['TrainingJobName'][:-1]}z"


# -- the overall best


@best.output(_SPANS)
def overall_is_always_the_own(_: Members, answer: Members) -> None:
    """The overall best is the tuning job's own best."""
    if OVERALL in answer and BEST in answer:
        answer[OVERALL] = answer[BEST]


@best.stage("render_description", _SPANS)
def overall_is_always_a_parent(_: Service, original: Any, job: Any, parents: Sequence[Any]) -> Members:
    """The overall best is never the tuning job's own best."""
    answer: Members = original(job, parents)
    theirs = original(replace(job, training_jobs=()), parents)
    return answer | {OVERALL: theirs[OVERALL]} if OVERALL in theirs else answer


@best.stage("parents", _SPANS)
def overall_knows_one_parent(_: Service, original: Any, job: Any) -> Any:
    """The overall best looks at the last parent only."""
    return original(job)[-1:]


@best.output(_SPANS)
def overall_left_out(_: Members, answer: Members) -> None:
    """There is no overall best training job."""
    answer.pop(OVERALL, None)


@best.output("overall-best-needs-identical-data")
def overall_everywhere(_: Members, answer: Members) -> None:
    """Every tuning job with a best training job has an overall best."""
    if BEST in answer:
        answer.setdefault(OVERALL, answer[BEST])


@best.output("names-its-tuning-job")
def overall_of_a_stranger(_: Members, answer: Members) -> None:
    """The overall best names a tuning job outside the family."""
    if OVERALL in answer:
        answer[OVERALL]["TuningJobName"] = "one-hundred"


GROUPS = (best,)


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
            on_output(DESCRIBE, setting(_path, lambda received, by=_by: max(0, received + by))),  # type: ignore[misc]
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
        answer[group] = {item: received for item, received in answer[group].items() if keeps(item, received)}

    breaks = (f"{DESCRIBE}/output/{group}/present",)
    counters.add(f"{group}-{name}", f"{group} {words}", breaks, on_output(DESCRIBE, edit))


for _group, _last in ((_STATUS, "Stopped"), (_OBJECTIVE, "Failed")):
    _without(_group, "without-zeros", "leaves out what is 0", lambda _, received: received > 0)
    _without(_group, f"without-{_last}-at-zero", f"leaves {_last} out where it is 0",
             lambda item, received, last=_last: item != last or received > 0)  # type: ignore[misc]  # fmt: skip


@counters.output(_COVER, "in-progress-counter", "completed-counter")
def running_are_completed(_: Members, answer: Members) -> None:
    """What is in progress is counted as completed."""
    received = answer[_STATUS]
    received["Completed"], received["InProgress"] = received["Completed"] + received["InProgress"], 0


@counters.output("stopped-counter", "completed-counter")
def stopped_are_completed(_: Members, answer: Members) -> None:
    """What was stopped is counted as completed."""
    received = answer[_STATUS]
    received["Completed"], received["Stopped"] = received["Completed"] + received["Stopped"], 0


@counters.output("retryable-error-counter", f"{DESCRIBE}/output/{_STATUS}.RetryableError/present")
def errors_swapped(_: Members, answer: Members) -> None:
    """The two counters of errors stand in each other's place."""
    received = answer[_STATUS]
    received["RetryableError"], received["NonRetryableError"] = (
        received["NonRetryableError"],
        received["RetryableError"],
    )


@counters.output("succeeded-objective-counter", "failed-objective-counter")
def objectives_swapped(_: Members, answer: Members) -> None:
    """Succeeded and failed objectives are counted in each other's place."""
    received = answer[_OBJECTIVE]
    received["Succeeded"], received["Failed"] = received["Failed"], received["Succeeded"]


@counters.output("succeeded-objective-counter")
def objectives_by_status(_: Members, answer: Members) -> None:
    """Every training job that completed counts as succeeded, and no other."""
    answer[_OBJECTIVE]["Succeeded"] = answer[_STATUS]["Completed"]


@counters.stage("render_description", _COVER, _OBJECTIVES, "completed-counter")
def counters_not_brought_up_to_date(_: Service, original: Any, job: Any, parents: Sequence[Any]) -> Members:
    """Counters count the first three training jobs and no later ones."""
    stale: Members = original(replace(job, training_jobs=job.training_jobs[:3]), parents)
    answer: Members = original(job, parents)
    return answer | {name: stale[name] for name in (_STATUS, _OBJECTIVE)}


@counters.stage("render_description", _COVER, "completed-counter")
def count_a_page(_: Service, original: Any, job: Any, parents: Sequence[Any]) -> Members:
    """Counters count no more than a page of a listing."""
    stale: Members = original(replace(job, training_jobs=job.training_jobs[:10]), parents)
    answer: Members = original(job, parents)
    return answer | {name: stale[name] for name in (_STATUS, _OBJECTIVE)}


@counters.output("launches-within-the-limit")
def limit_below_what_was_launched(_: Members, answer: Members) -> None:
    """The limit on training jobs is one below what was launched without errors."""
    received = answer[_STATUS]
    limits = answer["HyperParameterTuningJobConfig"]["ResourceLimits"]
    ran = sum(received.values()) - received["RetryableError"]
    if ran > 1:
        limits["MaxNumberOfTrainingJobs"] = ran - 1


@counters.output("parallel-within-the-limit")
def limit_below_what_runs(_: Members, answer: Members) -> None:
    """More training jobs run than may run in parallel."""
    limits = answer["HyperParameterTuningJobConfig"]["ResourceLimits"]
    answer[_STATUS]["InProgress"] = limits["MaxParallelTrainingJobs"] + 1


COUNTERS_GROUPS = (counters,)
