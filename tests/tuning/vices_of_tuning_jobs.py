"""Edits of a good state: for every law what breaks it, and what may differ without anybody being wrong."""

from __future__ import annotations

from collections.abc import Callable

from small_survey import METRIC, START, State

Defect = Callable[[State], State]
WARM = "WarmStartConfig.ParentHyperParameterTuningJobs.0.HyperParameterTuningJobName"
LIMIT = "HyperParameterTuningJobConfig.ResourceLimits"
CONFIG = "HyperParameterTuningJobConfig"
IMAGE = "TrainingJobDefinition.AlgorithmSpecification.TrainingImage"


def put(name: str, path: str, value: object) -> Defect:
    """Name a vice: the target says something else at one path."""
    return lambda state: state.put(name, path, value)


def both(*defects: Defect) -> Defect:
    def all_of_them(state: State) -> State:
        for defect in defects:
            state = defect(state)
        return state

    return all_of_them


def shares_a_training_job(state: State) -> State:
    state.drafts["groups"].items.append(dict(state.drafts["parent"].items[0], TuningJobName=None))
    del state.drafts["groups"].items[-1]["TuningJobName"]
    return state


def lists_an_item_less(state: State) -> State:
    del state.drafts["child"].items[1]
    return state


def counts(counter: str, number: int) -> Defect:
    return put("child", f"TrainingJobStatusCounters.{counter}", number)


def classifies(counter: str, number: int) -> Defect:
    return put("child", f"ObjectiveStatusCounters.{counter}", number)


def has_a_newer_word(member: str) -> Defect:
    return put("child", f"0.{member}", "Newer")


def calls_best(index: int) -> Defect:
    def other_best(state: State) -> State:
        return state.put("child", "BestTrainingJob", dict(state.drafts["child"].items[index]))

    return other_best


def tells_no_metric(state: State) -> State:
    for draft in state.drafts.values():
        for received in (
            *draft.items,
            draft.answer.get("BestTrainingJob", {}),
            draft.answer.get("OverallBestTrainingJob", {}),
        ):
            received.pop(METRIC, None)
    return state


VICES: dict[str, list[Defect]] = {
    "lists-only-its-own-training-jobs": [shares_a_training_job, put("child", "0.TuningJobName", "parent")],
    "names-its-tuning-job": [
        put("child", "0.TuningJobName", "parent"),
        put("child", "0.TuningJobName", 7),
    ],
    "best-names-its-tuning-job": [put("child", "BestTrainingJob.TuningJobName", "Child")],
    "best-training-job-arn-ends-with-its-name": [
        put("child", "BestTrainingJob.TrainingJobArn", "arn:aws:sagemaker:training-job/other")
    ],
    "overall-best-is-of-the-family": [put("child", "OverallBestTrainingJob.TuningJobName", "groups")],
    "overall-best-metric-is-the-objective": [
        put("child", f"OverallBestTrainingJob.{METRIC}.MetricName", "train:auc"),
        put("child", f"OverallBestTrainingJob.{METRIC}.Type", "Minimize"),
    ],
    "overall-best-training-job-arn-ends-with-its-name": [
        put("child", "OverallBestTrainingJob.TrainingJobArn", "arn:aws:sagemaker:training-job/other")
    ],
    "best-training-job-could-win": [
        put("child", "BestTrainingJob.TrainingJobStatus", "Failed"),
        put("child", "OverallBestTrainingJob.TrainingJobStatus", "InProgress"),
    ],
    "best-objective-has-not-failed": [
        put("child", "BestTrainingJob.ObjectiveStatus", "Failed"),
        put("child", "OverallBestTrainingJob.ObjectiveStatus", "Pending"),
    ],
    "best-definition-name-is-known": [put("groups", "BestTrainingJob.TrainingJobDefinitionName", "middle")],
    "best-tuned-are-the-ranged": [put("child", "BestTrainingJob.TunedHyperParameters", {})],
    "best-metric-is-the-objective": [put("child", f"BestTrainingJob.{METRIC}.MetricName", "train:auc")],
    "training-job-arn-ends-with-its-name": [put("child", "0.TrainingJobArn", "arn:aws:sagemaker:training-job/other")],
    "definition-name-is-known": [put("groups", "0.TrainingJobDefinitionName", "middle")],
    "launched-from-the-definition": [
        put("child", "0.TunedHyperParameters.rounds", "1"),
        both(
            put("child", "TrainingJobDefinition.DefinitionName", "a"), put("child", "0.TrainingJobDefinitionName", "b")
        ),
    ],
    "every-definition-is-launched": [put("groups", "1.TrainingJobDefinitionName", "left")],
    "one-definition-or-several": [
        put("groups", "TrainingJobDefinition", {"DefinitionName": "left"}),
        put("groups", f"{CONFIG}.ParameterRanges", {"AutoParameters": []}),
    ],
    "times-are-plausible": [
        put("child", "CreationTime", -62_135_596_800),
        put("running", "HyperParameterTuningEndTime", 0),
        put("child", "LastModifiedTime", 4_102_444_800),
    ],
    "listed-times-are-plausible": [put("child", "0.TrainingStartTime", 0)],
    "tuning-job-precedes-its-training-jobs": [put("child", "0.CreationTime", int(START) - 1)],
    "tuning-end-time": [
        put("child", "HyperParameterTuningEndTime", START - 1),
        put("child", "HyperParameterTuningEndTime", None),
        put("running", "HyperParameterTuningEndTime", START + 1),
    ],
    "ended-when-last-modified": [put("child", "LastModifiedTime", START + 901)],
    "consumed-runtime-is-plausible": [
        put("child", "ConsumedResources.RuntimeInSeconds", -1),
        put("child", "ConsumedResources.RuntimeInSeconds", 1000),
    ],
    "consumed-runtime-within-the-limit": [put("child", "ConsumedResources.RuntimeInSeconds", 36_000 + 3_601)],
    "tuning-job-arn-ends-with-its-name": [
        put("child", "HyperParameterTuningJobArn", "arn:aws:sagemaker:us-east-1:123456789012:tuning/other"),
    ],
    "tuning-runtime-within-the-limit": [
        put("child", "HyperParameterTuningEndTime", START + 36_001 + 2 * 86_400),
        both(
            put("child", "HyperParameterTuningEndTime", None),
            put("child", "LastModifiedTime", START + 36_001 + 2 * 86_400),
        ),
    ],
    "training-runtime-within-the-limit": [put("child", "0.TrainingEndTime", int(START) + 3700 + 2 * 86_400)],
    "spot-wait-within-the-limit": [put("child", "0.TrainingEndTime", int(START) + 7300 + 2 * 86_400)],
    "thirty-days-in-all": [put("child", "0.TrainingEndTime", int(START) + 31 * 86_400)],
    "tuned-are-the-ranged": [
        put("child", "0.TunedHyperParameters.eta", None),
        put("child", "0.TunedHyperParameters.rounds", "1"),
        put("groups", "0.TunedHyperParameters", {}),
    ],
    "static-are-not-tuned": [
        put("child", "0.TunedHyperParameters.rounds", "1"),
        put("child", "TrainingJobDefinition.StaticHyperParameters.eta", "0.2"),
    ],
    "search-stays-in-the-ranges": [
        put("child", "0.TunedHyperParameters.depth", "11"),
        put("child", "0.TunedHyperParameters.eta", "0.05"),
        put("groups", "0.TunedHyperParameters.booster", "forest"),
    ],
    "integers-in-range": [
        put("child", "0.TunedHyperParameters.depth", value) for value in ("0", "11", "2.5", "three", "1e400", "")
    ],
    "floats-in-range": [
        put("child", "0.TunedHyperParameters.eta", value) for value in ("0.0999", "0.51", "NaN", "1e400", "-1e-400")
    ],
    "categories-from-the-list": [put("child", "0.TunedHyperParameters.booster", "Tree")],
    "metric-is-the-objective": [
        put("child", f"0.{METRIC}.MetricName", "train:auc"),
        put("child", f"0.{METRIC}.Type", "Minimize"),
        put("groups", f"1.{METRIC}.MetricName", "train:auc"),
    ],
    "pending-objective-is-still-running": [
        put("child", "0.ObjectiveStatus", "Pending"),
        put("running", "1.TrainingJobStatus", "Completed"),
    ],
    "failed-objective-is-never-best": [calls_best(2)],
    "status-counters-cover-the-listing": [counts("Completed", 5), counts("NonRetryableError", 0)],
    "completed-counter": [counts("Completed", 1), counts("Completed", 3), lists_an_item_less],
    "in-progress-counter": [
        counts("InProgress", 1),
        put("running", "TrainingJobStatusCounters.InProgress", 0),
    ],
    "error-counters": [counts("NonRetryableError", 0), counts("RetryableError", 1)],
    "stopped-counter": [counts("Stopped", 0), counts("Stopped", 2)],
    "objective-counters-cover-the-listing": [classifies("Succeeded", 2), classifies("Pending", 1)],
    "succeeded-objective-counter": [classifies("Succeeded", 2), classifies("Succeeded", 4)],
    "pending-objective-counter": [
        classifies("Pending", 1),
        put("running", "ObjectiveStatusCounters.Pending", 0),
    ],
    "failed-objective-counter": [classifies("Failed", 0), classifies("Failed", 2)],
    "status-counters-all-sent": [
        put("child", "TrainingJobStatusCounters.RetryableError", None),
        put("running", "TrainingJobStatusCounters", {"InProgress": 2}),
    ],
    "objective-counters-all-sent": [
        put("child", "ObjectiveStatusCounters.Pending", None),
        put("running", "ObjectiveStatusCounters", {}),
    ],
    "launches-within-the-limit": [put("child", f"{LIMIT}.MaxNumberOfTrainingJobs", 3)],
    "best-training-job-has-won": [
        calls_best(0),
        calls_best(2),
        put("child", "BestTrainingJob", None),
        put("child", "BestTrainingJob.TrainingJobStatus", "Failed"),
    ],
    "best-follows-the-direction": [
        calls_best(0),
        put("child", f"{CONFIG}.HyperParameterTuningJobObjective.Type", "Minimize"),
    ],
    "best-training-job-as-listed": [
        put("child", "BestTrainingJob.TrainingJobName", "other"),
        put("child", "BestTrainingJob.TunedHyperParameters.depth", "4"),
        put("child", "BestTrainingJob.CreationTime", 1),
    ],
    "overall-best-spans-the-parents": [
        put("child", f"OverallBestTrainingJob.{METRIC}.Value", 0.75),
        put("child", "OverallBestTrainingJob", None),
    ],
    "warm-start-parents-came-earlier": [put("parent", "CreationTime", START + 1), put("child", WARM, "child")],
    "warm-start-comes-back": [
        put("child", "WarmStartConfig", None),
        put("child", "WarmStartConfig.WarmStartType", "TransferLearning"),
        put("child", WARM, "groups"),
    ],
    "parents-since-october-2018": [put("parent", "CreationTime", 1_538_000_000)],
    "parents-have-ended": [
        put("parent", "HyperParameterTuningJobStatus", status) for status in ("Failed", "InProgress")
    ],
    "identical-input-data": [
        put("child", "TrainingJobDefinition.InputDataConfig.0.DataSource.S3DataSource.S3Uri", "s3://bucket/test"),
        put("child", "TrainingJobDefinition.InputDataConfig.0.ChannelName", "test"),
    ],
    "identical-image": [put("child", IMAGE, "registry:5000/forests:1")],
    "same-number-of-hyperparameters": [put("child", "TrainingJobDefinition.StaticHyperParameters", {})],
    "same-objective-as-parents": [put("child", f"{CONFIG}.HyperParameterTuningJobObjective.MetricName", "train:auc")],
    "early-stopping-defaults-to-off": [put("child", f"{CONFIG}.TrainingJobEarlyStoppingType", "Auto")],
    "training-runtime-defaults-to-a-day": [
        put("groups", "TrainingJobDefinitions.0.StoppingCondition.MaxRuntimeInSeconds", 3600)
    ],
    "checkpoint-path-default": [put("groups", "TrainingJobDefinitions.0.CheckpointConfig.LocalPath", "/opt")],
}

# What may differ without anybody being wrong.
ALLOWED: list[tuple[str, Defect]] = [
    ("consumed-runtime-within-the-limit", put("child", "ConsumedResources.RuntimeInSeconds", 36_000 + 3_600)),
    ("tuning-job-arn-ends-with-its-name", put("child", "HyperParameterTuningJobArn", "arn:x/CHILD")),
    ("status-counters-all-sent", put("child", "TrainingJobStatusCounters", None)),
    ("status-counters-all-sent", put("child", "TrainingJobStatusCounters.Newer", 1)),
    ("objective-counters-all-sent", put("child", "ObjectiveStatusCounters.Pending", 0)),
    ("training-job-arn-ends-with-its-name", put("child", "0.TrainingJobArn", "arn:x/child-001-0a1b2c3d")),
    ("best-names-its-tuning-job", put("child", "BestTrainingJob.TuningJobName", None)),
    ("overall-best-is-of-the-family", put("child", "OverallBestTrainingJob.TuningJobName", "child")),
    (
        "overall-best-is-of-the-family",
        both(
            put("parent", "WarmStartConfig.ParentHyperParameterTuningJobs", [{"HyperParameterTuningJobName": "gone"}]),
            put("child", "OverallBestTrainingJob.TuningJobName", "long-gone"),
            put("groups", "OverallBestTrainingJob", {"TuningJobName": "groups"}),
        ),
    ),
    ("best-training-job-could-win", put("child", "BestTrainingJob.TrainingJobStatus", "Stopped")),
    ("ended-when-last-modified", put("child", "LastModifiedTime", START + 900.001)),
    ("best-metric-is-the-objective", put("child", f"BestTrainingJob.{METRIC}.Type", None)),
    ("tuning-job-precedes-its-training-jobs", put("child", "0.CreationTime", int(START))),
    (
        "tuned-are-the-ranged",
        both(put("child", "Autotune", {"Mode": "Enabled"}), put("child", "0.TunedHyperParameters", {})),
    ),
    ("integers-in-range", put("child", "0.TunedHyperParameters.depth", "10.0")),
    ("floats-in-range", put("child", "0.TunedHyperParameters.eta", "0.50000000000000011")),
    ("floats-in-range", put("child", "0.TunedHyperParameters.eta", "1e-1")),
    ("best-training-job-as-listed", put("child", f"BestTrainingJob.{METRIC}.Type", None)),
    ("identical-image", put("child", IMAGE, "registry:5000/trees:2")),
    ("identical-image", put("child", IMAGE, "registry:5000/trees@sha256:00")),
    ("same-number-of-hyperparameters", put("child", "TrainingJobDefinition.StaticHyperParameters._own", "x")),
    ("early-stopping-defaults-to-off", put("child", f"{CONFIG}.TrainingJobEarlyStoppingType", "Off")),
    (
        "training-runtime-defaults-to-a-day",
        put("groups", "TrainingJobDefinitions.0.StoppingCondition.MaxRuntimeInSeconds", 86400),
    ),
    (
        "checkpoint-path-default",
        put("groups", "TrainingJobDefinitions.0.CheckpointConfig.LocalPath", "/opt/ml/checkpoints/"),
    ),
    ("parents-have-ended", put("parent", "HyperParameterTuningJobStatus", "Stopped")),
    # A summary may leave its metric out; the listed one tells it.
    ("best-training-job-has-won", put("child", f"BestTrainingJob.{METRIC}", None)),
    ("best-follows-the-direction", put("child", f"BestTrainingJob.{METRIC}", None)),
    ("best-training-job-as-listed", put("child", f"BestTrainingJob.{METRIC}", None)),
    ("best-training-job-has-won", tells_no_metric),
    # The one place tells times in whole seconds, the other more finely.
    ("best-training-job-as-listed", put("child", "BestTrainingJob.CreationTime", int(START) + 120.75)),
    # Ranges that the service was to choose by itself.
    (
        "tuned-are-the-ranged",
        both(
            put("child", f"{CONFIG}.ParameterRanges.AutoParameters", [{"Name": "rounds", "ValueHint": "10"}]),
            put("child", "0.TunedHyperParameters.rounds", "11"),
        ),
    ),
    # A parent's metric in another direction can't be compared.
    (
        "overall-best-spans-the-parents",
        both(
            put("parent", f"{CONFIG}.HyperParameterTuningJobObjective.Type", "Minimize"),
            put("child", f"OverallBestTrainingJob.{METRIC}.Value", 0.75),
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
]
