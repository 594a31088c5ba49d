"""Mutants of listed training jobs and of the best ones: times, statuses, names, metrics, tuned values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.mutants.answering import BEST, METRIC, OVERALL, SUMMARIES, within
from conformance.mutants.mutant import BOTH, LIST, Group, Kind, Members, named, on_output, on_outputs, told

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference import Service

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
        _each(named(edit), told(edit), edit, *breaks)
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
        told = item[METRIC]
        told["Type"] = "Minimize" if told["Type"] == "Maximize" else "Maximize"


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
def always_the_same_list(service: Service, faithful: Any, name: str) -> Any:
    """Every tuning job lists the training jobs of the first."""
    faithful(name)
    return service.state.jobs()[0]


@listed.stage("list_training_jobs", "lists-only-its-own-training-jobs", sees=(LIST,))
def everybodys_training_jobs(service: Service, faithful: Any, members: Members) -> Members:
    """A listing ends with the first training job of the next tuning job."""
    answer: Members = faithful(members)
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
