"""Edits of a good state: for every law what breaks it, and what may differ without anybody being wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, reduce

from small_state import METRIC, START, State

Defect = Callable[[State], State]
WARM = "WarmStartConfig.ParentHyperParameterTuningJobs.0.HyperParameterTuningJobName"
LIMIT = "HyperParameterTuningJobConfig.ResourceLimits"
CONFIG = "HyperParameterTuningJobConfig"
IMAGE = "TrainingJobDefinition.AlgorithmSpecification.TrainingImage"


def put(name: str, path: str, value: object) -> Defect:
    return lambda state: state.put(name, path, value)


child, parent, groups, running = (partial(put, name) for name in ("child", "parent", "groups", "running"))


def both(*defects: Defect) -> Defect:
    return lambda state: reduce(lambda changed, defect: defect(changed), defects, state)


def shares_a_training_job(state: State) -> State:
    item = state.drafts["parent"].items[0]
    state.drafts["groups"].items.append({name: value for name, value in item.items() if name != "TuningJobName"})
    return state


def lists_an_item_less(state: State) -> State:
    del state.drafts["child"].items[1]
    return state


def counts(counter: str, number: int) -> Defect:
    return child(f"TrainingJobStatusCounters.{counter}", number)


def classifies(counter: str, number: int) -> Defect:
    return child(f"ObjectiveStatusCounters.{counter}", number)


def has_a_newer_word(member: str) -> Defect:
    return child(f"0.{member}", "Newer")


def calls_best(index: int) -> Defect:
    return lambda state: state.put("child", "BestTrainingJob", dict(state.drafts["child"].items[index]))


def has_no_best_and_only_stopped_metrics(state: State) -> State:
    state.drafts["child"].items[:2] = []
    return state.put("child", "BestTrainingJob", None)


def shows_no_metric(state: State) -> State:
    for draft in state.drafts.values():
        bests = (draft.answer.get(member, {}) for member in ("BestTrainingJob", "OverallBestTrainingJob"))
        for received in (*draft.items, *bests):
            received.pop(METRIC, None)
    return state


DEFECTS: dict[str, list[Defect]] = {
    "lists-only-its-own-training-jobs": [shares_a_training_job, child("0.TuningJobName", "parent")],
    "names-its-tuning-job": [child("0.TuningJobName", "parent"), child("0.TuningJobName", 7)],
    "best-names-its-tuning-job": [child("BestTrainingJob.TuningJobName", "Child")],
    "best-training-job-arn-ends-with-its-name": [
        child("BestTrainingJob.TrainingJobArn", "arn:aws:sagemaker:training-job/other")
    ],
    "overall-best-is-of-the-family": [child("OverallBestTrainingJob.TuningJobName", "groups")],
    "overall-best-metric-is-the-objective": [
        child(f"OverallBestTrainingJob.{METRIC}.MetricName", "train:auc"),
        child(f"OverallBestTrainingJob.{METRIC}.Type", "Minimize"),
    ],
    "overall-best-training-job-arn-ends-with-its-name": [
        child("OverallBestTrainingJob.TrainingJobArn", "arn:aws:sagemaker:training-job/other")
    ],
    "best-training-job-could-win": [
        child("BestTrainingJob.TrainingJobStatus", "Failed"),
        child("OverallBestTrainingJob.TrainingJobStatus", "InProgress"),
    ],
    "best-objective-has-not-failed": [
        child("BestTrainingJob.ObjectiveStatus", "Failed"),
        child("OverallBestTrainingJob.ObjectiveStatus", "Pending"),
    ],
    "best-definition-name-is-known": [groups("BestTrainingJob.TrainingJobDefinitionName", "middle")],
    "best-tuned-are-the-ranged": [child("BestTrainingJob.TunedHyperParameters", {})],
    "best-metric-is-the-objective": [child(f"BestTrainingJob.{METRIC}.MetricName", "train:auc")],
    "training-job-arn-ends-with-its-name": [child("0.TrainingJobArn", "arn:aws:sagemaker:training-job/other")],
    "definition-name-is-known": [groups("0.TrainingJobDefinitionName", "middle")],
    "launched-from-the-definition": [
        child("0.TunedHyperParameters.rounds", "1"),
        both(child("TrainingJobDefinition.DefinitionName", "a"), child("0.TrainingJobDefinitionName", "b")),
    ],
    "every-definition-is-launched": [groups("1.TrainingJobDefinitionName", "left")],
    "one-definition-or-several": [
        groups("TrainingJobDefinition", {"DefinitionName": "left"}),
        groups(f"{CONFIG}.ParameterRanges", {"AutoParameters": []}),
    ],
    "times-are-plausible": [
        child("CreationTime", -62_135_596_800),
        running("HyperParameterTuningEndTime", 0),
        child("LastModifiedTime", 4_102_444_800),
    ],
    "listed-times-are-plausible": [child("0.TrainingStartTime", 0)],
    "tuning-job-precedes-its-training-jobs": [child("0.CreationTime", int(START) - 1)],
    "tuning-end-time": [
        child("HyperParameterTuningEndTime", START - 1),
        child("HyperParameterTuningEndTime", None),
        running("HyperParameterTuningEndTime", START + 1),
    ],
    "ended-when-last-modified": [child("LastModifiedTime", START + 901)],
    "consumed-runtime-is-plausible": [
        child("ConsumedResources.RuntimeInSeconds", -1),
        child("ConsumedResources.RuntimeInSeconds", 1000),
    ],
    "consumed-runtime-within-the-limit": [child("ConsumedResources.RuntimeInSeconds", 36_000 + 3_601)],
    "tuning-job-arn-ends-with-its-name": [
        child("HyperParameterTuningJobArn", "arn:aws:sagemaker:us-east-1:123456789012:tuning/other")
    ],
    "tuning-runtime-within-the-limit": [
        child("HyperParameterTuningEndTime", START + 36_001 + 2 * 86_400),
        both(child("HyperParameterTuningEndTime", None), child("LastModifiedTime", START + 36_001 + 2 * 86_400)),
    ],
    "training-runtime-within-the-limit": [child("0.TrainingEndTime", int(START) + 3700 + 2 * 86_400)],
    "spot-wait-within-the-limit": [child("0.TrainingEndTime", int(START) + 7300 + 2 * 86_400)],
    "thirty-days-in-all": [child("0.TrainingEndTime", int(START) + 31 * 86_400)],
    "tuned-are-the-ranged": [
        child("0.TunedHyperParameters.eta", None),
        child("0.TunedHyperParameters.rounds", "1"),
        groups("0.TunedHyperParameters", {}),
    ],
    "static-are-not-tuned": [
        child("0.TunedHyperParameters.rounds", "1"),
        child("TrainingJobDefinition.StaticHyperParameters.eta", "0.2"),
    ],
    "search-stays-in-the-ranges": [
        child("0.TunedHyperParameters.depth", "11"),
        child("0.TunedHyperParameters.eta", "0.05"),
        groups("0.TunedHyperParameters.booster", "forest"),
    ],
    "integers-in-range": [
        child("0.TunedHyperParameters.depth", value) for value in ("0", "11", "2.5", "three", "1e400", "")
    ],
    "floats-in-range": [
        child("0.TunedHyperParameters.eta", value) for value in ("0.0999", "0.51", "NaN", "1e400", "-1e-400")
    ],
    "categories-from-the-list": [child("0.TunedHyperParameters.booster", "Tree")],
    "metric-is-the-objective": [
        child(f"0.{METRIC}.MetricName", "train:auc"),
        child(f"0.{METRIC}.Type", "Minimize"),
        groups(f"1.{METRIC}.MetricName", "train:auc"),
    ],
    "pending-objective-is-still-running": [
        child("0.ObjectiveStatus", "Pending"),
        running("1.TrainingJobStatus", "Completed"),
    ],
    "failed-objective-is-never-best": [calls_best(2)],
    "status-counters-cover-the-listing": [counts("Completed", 5), counts("NonRetryableError", 0)],
    "completed-counter": [counts("Completed", 1), counts("Completed", 3), lists_an_item_less],
    "in-progress-counter": [counts("InProgress", 1), running("TrainingJobStatusCounters.InProgress", 0)],
    "error-counters": [counts("NonRetryableError", 0), counts("RetryableError", 1)],
    "stopped-counter": [counts("Stopped", 0), counts("Stopped", 2)],
    "objective-counters-cover-the-listing": [classifies("Succeeded", 2), classifies("Pending", 1)],
    "succeeded-objective-counter": [classifies("Succeeded", 2), classifies("Succeeded", 4)],
    "pending-objective-counter": [classifies("Pending", 1), running("ObjectiveStatusCounters.Pending", 0)],
    "failed-objective-counter": [classifies("Failed", 0), classifies("Failed", 2)],
    "status-counters-all-sent": [
        child("TrainingJobStatusCounters.RetryableError", None),
        running("TrainingJobStatusCounters", {"InProgress": 2}),
    ],
    "objective-counters-all-sent": [
        child("ObjectiveStatusCounters.Pending", None),
        running("ObjectiveStatusCounters", {}),
    ],
    "launches-within-the-limit": [child(f"{LIMIT}.MaxNumberOfTrainingJobs", 3)],
    "best-training-job-has-won": [
        calls_best(0),
        calls_best(2),
        child("BestTrainingJob", None),
        child("BestTrainingJob.TrainingJobStatus", "Failed"),
    ],
    "best-follows-the-direction": [calls_best(0), child(f"{CONFIG}.HyperParameterTuningJobObjective.Type", "Minimize")],
    "best-training-job-as-listed": [
        child("BestTrainingJob.TrainingJobName", "other"),
        child("BestTrainingJob.TunedHyperParameters.depth", "4"),
        child("BestTrainingJob.CreationTime", 1),
    ],
    "overall-best-spans-the-parents": [
        child(f"OverallBestTrainingJob.{METRIC}.Value", 0.75),
        child("OverallBestTrainingJob", None),
    ],
    "warm-start-parents-came-earlier": [parent("CreationTime", START + 1), child(WARM, "child")],
    "warm-start-comes-back": [
        child("WarmStartConfig", None),
        child("WarmStartConfig.WarmStartType", "TransferLearning"),
        child(WARM, "groups"),
    ],
    "parents-since-october-2018": [parent("CreationTime", 1_538_000_000)],
    "parents-have-ended": [parent("HyperParameterTuningJobStatus", status) for status in ("Failed", "InProgress")],
    "identical-input-data": [
        child("TrainingJobDefinition.InputDataConfig.0.DataSource.S3DataSource.S3Uri", "s3://bucket/test"),
        child("TrainingJobDefinition.InputDataConfig.0.ChannelName", "test"),
    ],
    "identical-image": [child(IMAGE, "registry:5000/forests:1")],
    "same-number-of-hyperparameters": [child("TrainingJobDefinition.StaticHyperParameters", {})],
    "same-objective-as-parents": [child(f"{CONFIG}.HyperParameterTuningJobObjective.MetricName", "train:auc")],
    "early-stopping-defaults-to-off": [child(f"{CONFIG}.TrainingJobEarlyStoppingType", "Auto")],
    "training-runtime-defaults-to-a-day": [
        groups("TrainingJobDefinitions.0.StoppingCondition.MaxRuntimeInSeconds", 3600)
    ],
    "checkpoint-path-default": [groups("TrainingJobDefinitions.0.CheckpointConfig.LocalPath", "/opt")],
}

WINNING = ("best-training-job-has-won", "best-follows-the-direction")

# What may differ without anybody being wrong.
ALLOWED: list[tuple[str, Defect]] = [
    ("consumed-runtime-within-the-limit", child("ConsumedResources.RuntimeInSeconds", 36_000 + 3_600)),
    ("tuning-job-arn-ends-with-its-name", child("HyperParameterTuningJobArn", "arn:x/CHILD")),
    ("status-counters-all-sent", child("TrainingJobStatusCounters", None)),
    ("status-counters-all-sent", child("TrainingJobStatusCounters.Newer", 1)),
    ("objective-counters-all-sent", child("ObjectiveStatusCounters.Pending", 0)),
    ("training-job-arn-ends-with-its-name", child("0.TrainingJobArn", "arn:x/child-001-0a1b2c3d")),
    ("best-names-its-tuning-job", child("BestTrainingJob.TuningJobName", None)),
    ("overall-best-is-of-the-family", child("OverallBestTrainingJob.TuningJobName", "child")),
    (
        "overall-best-is-of-the-family",
        both(
            parent("WarmStartConfig.ParentHyperParameterTuningJobs", [{"HyperParameterTuningJobName": "gone"}]),
            child("OverallBestTrainingJob.TuningJobName", "long-gone"),
            groups("OverallBestTrainingJob", {"TuningJobName": "groups"}),
        ),
    ),
    ("best-training-job-could-win", child("BestTrainingJob.TrainingJobStatus", "Stopped")),
    ("ended-when-last-modified", child("LastModifiedTime", START + 900.001)),
    ("best-metric-is-the-objective", child(f"BestTrainingJob.{METRIC}.Type", None)),
    ("tuning-job-precedes-its-training-jobs", child("0.CreationTime", int(START))),
    ("tuned-are-the-ranged", both(child("Autotune", {"Mode": "Enabled"}), child("0.TunedHyperParameters", {}))),
    ("integers-in-range", child("0.TunedHyperParameters.depth", "10.0")),
    ("floats-in-range", child("0.TunedHyperParameters.eta", "0.50000000000000011")),
    ("floats-in-range", child("0.TunedHyperParameters.eta", "1e-1")),
    ("best-training-job-as-listed", child(f"BestTrainingJob.{METRIC}.Type", None)),
    ("identical-image", child(IMAGE, "registry:5000/trees:2")),
    ("identical-image", child(IMAGE, "registry:5000/trees@sha256:00")),
    ("same-number-of-hyperparameters", child("TrainingJobDefinition.StaticHyperParameters._own", "x")),
    ("early-stopping-defaults-to-off", child(f"{CONFIG}.TrainingJobEarlyStoppingType", "Off")),
    (
        "training-runtime-defaults-to-a-day",
        groups("TrainingJobDefinitions.0.StoppingCondition.MaxRuntimeInSeconds", 86400),
    ),
    ("checkpoint-path-default", groups("TrainingJobDefinitions.0.CheckpointConfig.LocalPath", "/opt/ml/checkpoints/")),
    ("parents-have-ended", parent("HyperParameterTuningJobStatus", "Stopped")),
    # A summary may leave its metric out; the listed one has it.
    ("best-training-job-has-won", child(f"BestTrainingJob.{METRIC}", None)),
    ("best-follows-the-direction", child(f"BestTrainingJob.{METRIC}", None)),
    ("best-training-job-as-listed", child(f"BestTrainingJob.{METRIC}", None)),
    ("best-training-job-has-won", shows_no_metric),
    # The one place has times in whole seconds, the other more finely.
    ("best-training-job-as-listed", child("BestTrainingJob.CreationTime", int(START) + 120.75)),
    # Ranges that the service was to choose by itself.
    (
        "tuned-are-the-ranged",
        both(
            child(f"{CONFIG}.ParameterRanges.AutoParameters", [{"Name": "rounds", "ValueHint": "10"}]),
            child("0.TunedHyperParameters.rounds", "11"),
        ),
    ),
    # A parent's metric in another direction can't be compared.
    (
        "overall-best-spans-the-parents",
        both(
            parent(f"{CONFIG}.HyperParameterTuningJobObjective.Type", "Minimize"),
            child(f"OverallBestTrainingJob.{METRIC}.Value", 0.75),
        ),
    ),
    # Counters that are newer than the contract count nobody knows what.
    ("status-counters-cover-the-listing", counts("Total", 4)),
    ("completed-counter", both(counts("Archived", 1), counts("Completed", 1))),
    ("launches-within-the-limit", counts("Total", 4)),
    # So it is with a word that is newer: it may have a counter, and need not.
    ("status-counters-cover-the-listing", both(has_a_newer_word("TrainingJobStatus"), counts("Completed", 1))),
    ("status-counters-cover-the-listing", has_a_newer_word("TrainingJobStatus")),
    ("completed-counter", has_a_newer_word("TrainingJobStatus")),
    ("error-counters", both(has_a_newer_word("TrainingJobStatus"), counts("NonRetryableError", 2))),
    ("objective-counters-cover-the-listing", both(has_a_newer_word("ObjectiveStatus"), classifies("Succeeded", 2))),
    ("succeeded-objective-counter", has_a_newer_word("ObjectiveStatus")),
    # The service may have stopped these, which then need not count as stopped.
    (
        "stopped-counter",
        both(State.unknown, counts("Stopped", 0), child(f"{CONFIG}.TrainingJobEarlyStoppingType", "Auto")),
    ),
    # Ties may be broken in any way, and a stopped training job may win or not.
    *((name, both(child(f"0.{METRIC}.Value", 0.75), calls_best(best))) for name in WINNING for best in (0, 1)),
    ("best-training-job-has-won", child(f"3.{METRIC}.Value", 0.9)),
    ("best-training-job-has-won", has_no_best_and_only_stopped_metrics),
]
