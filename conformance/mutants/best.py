"""Mutants of the best training job: the second best, the wrong way round, one that failed, or an old one."""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from conformance.mutants.answering import BEST, METRIC, OVERALL, bests
from conformance.mutants.mutant import Group, Kind, Members, replacing
from conformance.reference.inputs import DESCRIBE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reference import Service

best = Group("best", DESCRIBE, Kind.ANSWER)

_WON = "best-training-job"
_DIRECTION = "best-follows-the-direction"
_FAILED = "failed-objective-is-never-best"
_SPANS = "overall-best-spans-the-parents"


def _chosen(name: str, words: str, choose: Callable[[list[Any], bool], Any], *breaks: str) -> None:
    """Take up another choice: given the training jobs with a metric, best first, and whether the highest wins."""

    def render_description(service: Service, faithful: Any, job: Any, parents: Sequence[Any]) -> Members:
        answer: Members = faithful(job, parents)
        if BEST not in answer:
            return answer
        highest = answer[BEST][METRIC]["Type"] == "Maximize"
        ranked = [one for one in job.training_jobs if one.metric is not None and one.status == "Completed"]
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
        lambda ranked, highest: (max if highest else min)(ranked, key=lambda one: str(one.metric)), _WON)  # fmt: skip
_chosen("without-sign", "metrics are compared without their signs to find the best",
        lambda ranked, highest: (max if highest else min)(ranked, key=lambda one: abs(one.metric)), _WON)  # fmt: skip


@best.stage("render_description", _FAILED, _WON)
def failed_one(service: Service, faithful: Any, job: Any, parents: Sequence[Any]) -> Members:
    """A training job that failed is called best where there is one."""
    answer: Members = faithful(job, parents)
    failed = next((one for one in job.training_jobs if one.objective_status == "Failed"), None)
    return answer | {BEST: service.renderer.summary(job, failed)} if failed is not None and BEST in answer else answer


@best.stage("render_description", _FAILED, _WON)
def one_where_none_has_succeeded(service: Service, faithful: Any, job: Any, parents: Sequence[Any]) -> Members:
    """Where no training job has succeeded the first one is called best."""
    answer: Members = faithful(job, parents)
    return answer if BEST in answer or not job.training_jobs else answer | {
        BEST: service.renderer.summary(job, job.training_jobs[0])
    }  # fmt: skip


@best.stage("render_description", _WON)
def not_brought_up_to_date(_: Service, faithful: Any, job: Any, parents: Sequence[Any]) -> Members:
    """The best of the first three training jobs stays the best."""
    stale = faithful(replace(job, training_jobs=job.training_jobs[:3]), parents)
    answer: Members = faithful(job, parents)
    return answer | {BEST: stale[BEST]} if BEST in stale else answer


@best.output(_WON)
def left_out(_: Members, answer: Members) -> None:
    """There is no best training job."""
    answer.pop(BEST, None)


@best.output(_WON)
def metric_rounded(_: Members, answer: Members) -> None:
    """The metric of the best training job is rounded."""
    for one in bests(answer):
        one[METRIC]["Value"] = round(one[METRIC]["Value"], 1)


@best.output(_WON)
def end_of_another(_: Members, answer: Members) -> None:
    """The best training job ends a minute later than where it is listed."""
    for one in bests(answer):
        one["TrainingEndTime"] += 60


@best.output(_WON)
def tuned_values_in_other_digits(_: Members, answer: Members) -> None:
    """Tuned values of the best training job are written with a zero more."""
    for one in bests(answer):
        one["TunedHyperParameters"] = {
            name: f"{value}0" if "." in value else value for name, value in one["TunedHyperParameters"].items()
        }


@best.output(_WON)
def name_of_nobody(_: Members, answer: Members) -> None:
    """The best training job has a name that no listing has."""
    for one in bests(answer):
        one["TrainingJobName"] = f"{one['TrainingJobName'][:-1]}z"


# -- the overall best


@best.output(_SPANS)
def overall_is_always_the_own(_: Members, answer: Members) -> None:
    """The overall best is the tuning job's own best."""
    if OVERALL in answer and BEST in answer:
        answer[OVERALL] = answer[BEST]


@best.stage("render_description", _SPANS)
def overall_is_always_a_parent(_: Service, faithful: Any, job: Any, parents: Sequence[Any]) -> Members:
    """The overall best is never the tuning job's own best."""
    answer: Members = faithful(job, parents)
    theirs = faithful(replace(job, training_jobs=()), parents)
    return answer | {OVERALL: theirs[OVERALL]} if OVERALL in theirs else answer


@best.stage("parents", _SPANS)
def overall_knows_one_parent(_: Service, faithful: Any, job: Any) -> Any:
    """The overall best looks at the last parent only."""
    return faithful(job)[-1:]


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
