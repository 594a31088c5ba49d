"""Mutants of what is told twice: otherwise when the same is asked again, or in a listing that is sorted or filtered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.mutation.mutant import (
    BEST,
    BOTH,
    LIST,
    METRIC,
    OVERALL,
    SUMMARIES,
    Group,
    Kind,
    Members,
    copied,
    named,
    on_output,
    on_outputs,
    received,
    replacing,
    within,
)
from conformance.reference.inputs import DESCRIBE
from conformance.reference.listing import TRAINING_JOB_KEYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.service import Service


_DAY_S = 86_400

listed = Group("training-jobs", LIST, Kind.ANSWER)


def _each(name: str, words: str, edit: Callable[[Members], Any], *breaks: str) -> None:
    """Take up an edit of every training job that either operation tells of."""

    def bend(_: Members, answer: Members) -> None:
        for item in within(answer, f"{SUMMARIES}[]", BEST, OVERALL):
            edit(item)

    listed.add(name, words, breaks, on_outputs(BOTH, bend), sees=BOTH)


def _item(*breaks: str) -> Callable[[Callable[[Members], Any]], Callable[[Members], Any]]:
    """Take up a function that is such an edit."""

    def keep(edit: Callable[[Members], Any]) -> Callable[[Members], Any]:
        _each(named(edit), received(edit), edit, *breaks)
        return edit

    return keep


@_item("created-before-started")
def created_after_its_start(item: Members) -> None:
    """A training job was created after it started."""
    if "TrainingStartTime" in item:
        item["CreationTime"] = item["TrainingStartTime"] + 60


@_item("started-before-ended")
def ended_before_its_start(item: Members) -> None:
    """A training job ended before it started."""
    if "TrainingEndTime" in item and "TrainingStartTime" in item:
        item["TrainingEndTime"] = item["TrainingStartTime"] - 60


@_item("failed-job-has-an-end")
def failed_without_an_end(item: Members) -> None:
    """A training job that failed shows no end."""
    if item["TrainingJobStatus"] == "Failed":
        item.pop("TrainingEndTime", None)


@_item("running-job-has-no-end")
def running_with_an_end(item: Members) -> None:
    """A running training job shows an end."""
    if item["TrainingJobStatus"] == "InProgress" and "TrainingStartTime" in item:
        item.setdefault("TrainingEndTime", item["TrainingStartTime"] + 60)


@_item("failure-text-of-failed-training-jobs")
def failure_text_everywhere(item: Members) -> None:
    """Every training job has a failure reason."""
    item.setdefault("FailureReason", "none")


def _longer(name: str, words: str, days: int, *breaks: str) -> None:
    """Take up training jobs that ran for so many days more."""

    def edit(item: Members) -> None:
        if "TrainingEndTime" in item:
            item["TrainingEndTime"] += days * _DAY_S

    _each(name, words, edit, *breaks)


_longer("ran-for-weeks", "training jobs ran for four weeks", 28, "training-runtime-within-the-limit")
_longer("spot-took-weeks", "spot training took four weeks", 28, "spot-wait-within-the-limit")
_longer("ran-for-months", "training jobs ran for two months", 60, "thirty-days-in-all")


@_item("metric-is-the-objective")
def another_metric(item: Members) -> None:
    """The final metric is another one than the objective."""
    if METRIC in item:
        item[METRIC]["MetricName"] += ":other"


@_item("metric-is-the-objective")
def another_direction(item: Members) -> None:
    """The final metric goes the other way than the objective."""
    if METRIC in item:
        received = item[METRIC]
        received["Type"] = "Minimize" if received["Type"] == "Maximize" else "Maximize"


@_item("succeeded-objective-has-a-metric")
def succeeded_without_a_metric(item: Members) -> None:
    """A training job whose objective succeeded shows no metric."""
    if item["ObjectiveStatus"] == "Succeeded":
        item.pop(METRIC, None)


@_item("succeeded-objective-has-a-metric")
def zero_metric_left_out(item: Members) -> None:
    """A final metric of 0 is left out."""
    if METRIC in item and not item[METRIC]["Value"]:
        del item[METRIC]


@_item(f"{LIST}/output/{SUMMARIES}[].{METRIC}.Value/present")
def zero_value_left_out(item: Members) -> None:
    """The value of a final metric of 0 is left out."""
    if METRIC in item and not item[METRIC]["Value"]:
        del item[METRIC]["Value"]


@_item("pending-objective-is-still-running")
def pending_after_the_end(item: Members) -> None:
    """A training job that failed is pending."""
    if item["TrainingJobStatus"] in {"Failed", "Stopped"}:
        item["ObjectiveStatus"] = "Pending"


@_item("failed-objective-is-never-best")
def every_objective_failed(item: Members) -> None:
    """The objective of every training job failed."""
    item["ObjectiveStatus"] = "Failed"


@_item("names-its-tuning-job", "lists-only-its-own-training-jobs")
def another_tuning_job(item: Members) -> None:
    """A training job names another tuning job."""
    item["TuningJobName"] = "another"


@_item("training-job-arn-ends-with-its-name")
def another_arn(item: Members) -> None:
    """The ARN of a training job is that of another."""
    item["TrainingJobArn"] = f"{item['TrainingJobArn'][:-1]}z"


@_item("training-job-arn-ends-with-its-name")
def arn_in_upper_case(item: Members) -> None:
    """The ARN of a training job ends with its name in upper case."""
    head, _, name = item["TrainingJobArn"].rpartition("/")
    item["TrainingJobArn"] = f"{head}/{name.upper()}"


@_item("definition-name-is-known")
def unknown_definition(item: Members) -> None:
    """A training job names a definition that there is not."""
    if "TrainingJobDefinitionName" in item:
        item["TrainingJobDefinitionName"] = "unheard-of"


@_item("tuned-are-the-ranged")
def one_tuned_value_lost(item: Members) -> None:
    """A training job lacks one of its tuned hyperparameters."""
    tuned = item["TunedHyperParameters"]
    item["TunedHyperParameters"] = dict(list(tuned.items())[1:])


@_item("tuned-are-the-ranged", "launched-from-the-definition")
def one_tuned_value_more(item: Members) -> None:
    """A training job has a tuned hyperparameter that has no range."""
    item["TunedHyperParameters"]["unheard_of"] = "1"


@listed.output("lists-only-its-own-training-jobs", f"{LIST}/output/{SUMMARIES}/present")
def one_of_another_tuning_job(asked: Members, answer: Members) -> None:
    """A listing begins with a training job of another tuning job."""
    if answer[SUMMARIES] and asked["HyperParameterTuningJobName"] != "completed":
        answer[SUMMARIES][0]["TuningJobName"] = "completed"


@listed.stage("lookup", "lists-only-its-own-training-jobs", sees=(LIST,))
def always_the_same_list(service: Service, original: Any, name: str) -> Any:
    """Every tuning job lists the training jobs of the first."""
    original(name)
    return service.state.jobs()[0]


@listed.stage("list_training_jobs", "lists-only-its-own-training-jobs", sees=(LIST,))
def everybodys_training_jobs(service: Service, original: Any, members: Members) -> Members:
    """A listing ends with the first training job of the next tuning job."""
    answer: Members = original(members)
    others = [job for job in service.state.jobs() if job.name != members["HyperParameterTuningJobName"]]
    stranger = next(job for job in others if job.training_jobs)
    if "NextToken" in answer or not answer[SUMMARIES]:
        return answer
    return answer | {SUMMARIES: [*answer[SUMMARIES], service.renderer.summary(stranger, stranger.training_jobs[0])]}


_SWAPPED = (
    ("Completed", "Stopped"), ("Failed", "Stopped"), ("Stopped", "Completed"), ("InProgress", "Stopping"),
)  # fmt: skip


def _swapped(was: str, instead: str) -> None:
    """Take up a status that is told in the place of another."""

    def edit(_: Members, answer: Members) -> None:
        for item in answer[SUMMARIES]:
            if item["TrainingJobStatus"] == was:
                item["TrainingJobStatus"] = instead

    words = f"a training job that is {was} is told to be {instead}"
    breaks = (f"{LIST}/output/{SUMMARIES}[].TrainingJobStatus/present",)
    listed.add(f"{was}-told-as-{instead}", words, breaks, on_output(LIST, edit))


for _was, _instead in _SWAPPED:
    _swapped(_was, _instead)


@listed.output(f"{LIST}/output/{SUMMARIES}[].{METRIC}.Value/present")
def metrics_rounded(_: Members, answer: Members) -> None:
    """Final metrics are rounded to whole numbers."""
    for item in answer[SUMMARIES]:
        if METRIC in item:
            item[METRIC]["Value"] = float(round(item[METRIC]["Value"]))


GROUPS = (listed,)


repeats = Group("repeats", DESCRIBE, Kind.WIRE)

_ANSWER = "protocol/answer"


def _again(operation: str) -> Callable[[Callable[[Members, int], Any]], Callable[[Members, int], Any]]:
    """Take up an edit of each answer but the first to a request; it is given how many came before."""

    def keep(edit: Callable[[Members, int], Any]) -> Callable[[Members, int], Any]:
        def perform(service: Service, original: Any, name: str, members: Members) -> Members:
            output: Members = original(name, members)
            asked: dict[str, int] = service.__dict__.setdefault("asked", {})
            key = repr((name, sorted(members.items())))
            before = asked.get(key, 0)
            asked[key] = before + 1
            if name != operation or not before:
                return output
            own: Members = copied(output)
            edit(own, before)
            return own

        repeats.add(named(edit), received(edit), (_ANSWER,), replacing(perform=perform), sees=(operation,))
        return edit

    return keep


@_again(DESCRIBE)
def best_forgotten(answer: Members, _: int) -> None:
    """Described a second time, a tuning job has no best training job."""
    answer.pop(BEST, None)


@_again(DESCRIBE)
def modified_by_asking(answer: Members, before: int) -> None:
    """A tuning job was last modified a second later each time that it is described."""
    answer["LastModifiedTime"] += before


@_again(DESCRIBE)
def every_second_without_counters(answer: Members, before: int) -> None:
    """Every second description lacks a counter."""
    if before % 2:
        answer["TrainingJobStatusCounters"].popitem()


@_again(LIST)
def last_item_forgotten(answer: Members, _: int) -> None:
    """Asked for a second time, a page lacks its last item."""
    answer[SUMMARIES] = answer[SUMMARIES][:-1]


@_again(LIST)
def page_backwards(answer: Members, _: int) -> None:
    """Asked for a second time, a page runs backwards."""
    answer[SUMMARIES].reverse()


@_again(LIST)
def metric_drifts(answer: Members, before: int) -> None:
    """Asked for a second time, a page has other metrics."""
    for item in answer[SUMMARIES]:
        if METRIC in item:
            item[METRIC]["Value"] += before / 1024


@_again(LIST)
def token_forgotten(answer: Members, _: int) -> None:
    """Asked for a second time, a page is the last one."""
    answer.pop("NextToken", None)


# -- the same training job in another listing

retold = Group("retold", LIST, Kind.LISTING)


def _under(member: str, word: str, name: str, words: str, edit: Callable[[Members], Any]) -> None:
    """Take up an edit of the items of listings that are asked for with this word."""

    def bend(asked: Members, answer: Members) -> None:
        for item in answer[SUMMARIES] if asked.get(member) == word else ():
            edit(item)

    retold.add(
        f"{word}-{name}", f"with {member} {word} {words}", (f"{LIST}/input/{member}/enum",), on_output(LIST, bend)
    )


for _key in TRAINING_JOB_KEYS:
    _under("SortBy", _key, "without-end", "items have no end", lambda item: item.pop("TrainingEndTime", None))
_under("SortBy", "FinalObjectiveMetricValue", "name-alone", "items lack the values that were tuned",
       lambda item: item["TunedHyperParameters"].clear())  # fmt: skip
_under("SortBy", "CreationTime", "whole-hours", "times are told in whole hours",
       lambda item: item.update(CreationTime=item["CreationTime"] // 3600 * 3600))  # fmt: skip
for _status in ("Completed", "Stopped"):
    _under("StatusEquals", _status, "without-metric", "items have no metric", lambda item: item.pop(METRIC, None))
    _under("StatusEquals", _status, "without-start", "items have no start",
           lambda item: item.pop("TrainingStartTime", None))  # fmt: skip


REPEATS_GROUPS = (repeats, retold)
