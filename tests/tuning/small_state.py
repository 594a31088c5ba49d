"""A small state in which every law about tuning jobs has something to judge and nothing to object to.

`parent` was tuned first; `child` was started warm from it, on identical data; `groups` has two definitions; `running`
is under way. All of it is known beforehand, as a world would be.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from conformance.session.snapshot import ResourceSnapshot, Snapshot
from conformance.wire.encoding import dump
from conformance.wire.exchange import Exchange, HttpRequest, HttpResponse, Listing
from conformance.worlds.model import WorldJob, WorldTrainingJob

Json = dict[str, Any]

DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"
ARN = "arn:aws:sagemaker:us-east-1:123456789012"
METRIC = "FinalHyperParameterTuningJobObjectiveMetric"
ENDED = ("Completed", "Failed", "Stopped")
START = 1_700_000_000.25


@dataclass
class Draft:
    """What the target says of one tuning job, and what is known of it; tests alter it."""

    answer: Json
    items: list[Json]
    known: WorldJob | None = None
    listed_known: bool = True
    complete: bool = True
    status: int = 200

    def resource(self, name: str) -> ResourceSnapshot:
        pages = (_exchange(LIST, name, {"TrainingJobSummaries": self.items}),)
        return ResourceSnapshot(
            name,
            _exchange(DESCRIBE, name, self.answer, self.status),
            Listing(pages, tuple(self.items), complete=self.complete),
            settled=self.answer.get("HyperParameterTuningJobStatus") in ENDED,
            known=self.known,
            listed_known=self.listed_known and self.known is not None,
        )


@dataclass
class State:
    """Drafts by name of the tuning job."""

    drafts: dict[str, Draft] = field(default_factory=dict)

    def snapshot(self) -> Snapshot:
        return Snapshot(tuple(draft.resource(name) for name, draft in self.drafts.items()))

    def put(self, name: str, path: str, value: Any) -> State:
        """Set what is at a dotted path of an answer, or of an item where the path begins with its number."""
        *way, last = path.split(".")
        target: Any = self.drafts[name].items if way and way[0].isdigit() else self.drafts[name].answer
        for step in way:
            target = target[int(step)] if isinstance(target, list) else target.setdefault(step, {})
        if value is None:
            target.pop(last, None)
        else:
            target[last] = value
        return self

    def unknown(self) -> State:
        """Forget what is known: a state that somebody else made."""
        for draft in self.drafts.values():
            draft.known = None
        return self

    def without(self, *names: str) -> State:
        for name in names:
            del self.drafts[name]
        return self


def _exchange(operation: str, name: str, answer: Json, status: int = 200) -> Exchange:
    return Exchange(
        operation,
        HttpRequest("POST", "http://127.0.0.1/", (), dump({"HyperParameterTuningJobName": name})),
        HttpResponse(status, (), dump(answer), 0.0),
    )


OBJECTIVE = {"MetricName": "validation:auc", "Type": "Maximize"}
RANGES = {
    "IntegerParameterRanges": [{"Name": "depth", "MinValue": "1", "MaxValue": "10"}],
    "ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0.1", "MaxValue": "0.5"}],
    "CategoricalParameterRanges": [{"Name": "booster", "Values": ["tree", "linear"]}],
}
DEFINITION: Json = {
    "StaticHyperParameters": {"rounds": "10"},
    "AlgorithmSpecification": {"TrainingImage": "registry:5000/trees:1", "TrainingInputMode": "File"},
    "InputDataConfig": [{"ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": "s3://bucket/train"}}}],
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200},
}
LIMITS = {"MaxNumberOfTrainingJobs": 4, "MaxParallelTrainingJobs": 2, "MaxRuntimeInSeconds": 36_000}
TUNED = {"depth": "3", "eta": "0.25", "booster": "tree"}


def _item(job: str, number: int, status: str, objective: str, metric: float | None = None, **more: Any) -> Json:
    name = f"{job}-{number:03}-0a1b2c3d"
    created = int(START) + 60 * number
    item = {
        "TrainingJobName": name,
        "TrainingJobArn": f"{ARN}:training-job/{name}",
        "TuningJobName": job,
        "CreationTime": created,
        "TrainingStartTime": created + 10,
        "TrainingJobStatus": status,
        "TunedHyperParameters": dict(TUNED),
        "ObjectiveStatus": objective,
        **more,
    }
    if status not in {"InProgress", "Stopping"}:
        item["TrainingEndTime"] = created + 50
    if status == "Failed":
        item["FailureReason"] = "AlgorithmError"
    if metric is not None:
        item[METRIC] = {**OBJECTIVE, "Value": metric}
    return item


def _draft(name: str, items: list[Json], *, status: str = "Completed", create: Json | None = None) -> Draft:
    create = create or {
        "HyperParameterTuningJobConfig": {
            "Strategy": "Random",
            "HyperParameterTuningJobObjective": OBJECTIVE,
            "ResourceLimits": LIMITS,
            "ParameterRanges": RANGES,
        },
        "TrainingJobDefinition": DEFINITION,
    }
    statuses = [item["TrainingJobStatus"] for item in items]
    objectives = [item["ObjectiveStatus"] for item in items]
    answer: Json = {
        "HyperParameterTuningJobName": name,
        "HyperParameterTuningJobArn": f"{ARN}:hyper-parameter-tuning-job/{name}",
        **copy.deepcopy(create),
        "HyperParameterTuningJobStatus": status,
        "CreationTime": START,
        "LastModifiedTime": START + 900,
        "TrainingJobStatusCounters": {
            "Completed": statuses.count("Completed"),
            "InProgress": statuses.count("InProgress"),
            "RetryableError": 0,
            "NonRetryableError": statuses.count("Failed"),
            "Stopped": statuses.count("Stopped"),
        },
        "ObjectiveStatusCounters": {each: objectives.count(each) for each in ("Succeeded", "Pending", "Failed")},
        "ConsumedResources": {"RuntimeInSeconds": 900},
    }
    ended = status in ENDED
    if ended:
        answer["HyperParameterTuningEndTime"] = START + 900
    completed = [item for item in items if item["TrainingJobStatus"] == "Completed"]
    if completed:
        answer["BestTrainingJob"] = copy.deepcopy(max(completed, key=lambda item: float(item[METRIC]["Value"])))
    world = WorldJob(
        name=name,
        create={"HyperParameterTuningJobName": name, **copy.deepcopy(create)},
        status=status,
        created=START,
        modified=START + 900,
        ended=START + 900 if ended else None,
        consumed_runtime=900,
        training_jobs=tuple(_known(item) for item in items),
    )
    return Draft(answer, items, world)


def _known(item: Json) -> WorldTrainingJob:
    return WorldTrainingJob(
        name=item["TrainingJobName"],
        status=item["TrainingJobStatus"],
        created=item["CreationTime"],
        objective_status=item["ObjectiveStatus"],
        tuned=dict(item["TunedHyperParameters"]),
        started=item["TrainingStartTime"],
        ended=item.get("TrainingEndTime"),
        metric=item.get(METRIC, {}).get("Value"),
        definition_name=item.get("TrainingJobDefinitionName"),
        failure_reason=item.get("FailureReason"),
    )


def _groups() -> Draft:
    create = {
        "HyperParameterTuningJobConfig": {"Strategy": "Random", "ResourceLimits": LIMITS},
        "TrainingJobDefinitions": [
            {
                "DefinitionName": name,
                "TuningObjective": dict(OBJECTIVE),
                "HyperParameterRanges": copy.deepcopy(RANGES),
                "StoppingCondition": {},
                "CheckpointConfig": {"S3Uri": "s3://bucket/checkpoints"},
            }
            for name in ("left", "right")
        ],
    }
    items = [
        _item("groups", 1, "Completed", "Succeeded", 0.5, TrainingJobDefinitionName="left"),
        _item("groups", 2, "Completed", "Succeeded", 0.75, TrainingJobDefinitionName="right"),
    ]
    return _draft("groups", items, create=create)


def good_state() -> State:
    """Return a fresh copy of the state."""
    parent = _draft("parent", [_item("parent", 1, "Completed", "Succeeded", 0.875)])
    child = _draft(
        "child",
        [
            _item("child", 1, "Completed", "Succeeded", 0.5),
            _item("child", 2, "Completed", "Succeeded", 0.75),
            _item("child", 3, "Failed", "Failed"),
            _item("child", 4, "Stopped", "Succeeded", 0.625),
        ],
    )
    warm = {
        "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "parent"}],
        "WarmStartType": "IdenticalDataAndAlgorithm",
    }
    child.answer |= {
        "WarmStartConfig": copy.deepcopy(warm),
        "OverallBestTrainingJob": copy.deepcopy(parent.answer["BestTrainingJob"]),
    }
    assert child.known is not None
    child.known = WorldJob(**{**vars(child.known), "create": {**child.known.create, "WarmStartConfig": warm}})
    running = _draft(
        "running",
        [_item("running", 1, "Completed", "Succeeded", 0.5), _item("running", 2, "InProgress", "Pending")],
        status="InProgress",
    )
    return copy.deepcopy(State({"child": child, "parent": parent, "groups": _groups(), "running": running}))
