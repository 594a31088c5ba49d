"""A small state in which every law about tuning jobs has something to judge and nothing to object to.

`parent` was tuned first; `child` was started warm from it, on identical data; `groups` has two definitions; `running`
is under way. All of it is known beforehand, as a world would be, and shown as the reference server shows it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from conformance.reference.rendering import Renderer
from conformance.session.snapshot import ResourceSnapshot, Snapshot
from conformance.wire.encoding import dump
from conformance.wire.exchange import Exchange, HttpRequest, HttpResponse, Listing
from conformance.worlds.model import WorldJob, WorldTrainingJob

Json = dict[str, Any]

DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"
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


RENDERER = Renderer("us-east-1", "123456789012")


def fresh(value: Json) -> Json:
    """Return a copy in which nothing is shared, as if it came over the wire."""
    copied: Json = json.loads(json.dumps(value))
    return copied


def _launched(
    job: str, number: int, status: str, metric: float | None = None, definition: str | None = None
) -> WorldTrainingJob:
    """Return a training job; its objective has succeeded where it has a metric."""
    created = int(START) + 60 * number
    return WorldTrainingJob(
        name=f"{job}-{number:03}-0a1b2c3d",
        status=status,
        created=created,
        objective_status="Pending" if status == "InProgress" else "Failed" if metric is None else "Succeeded",
        tuned=dict(TUNED),
        started=created + 10,
        ended=None if status == "InProgress" else created + 50,
        metric=metric,
        definition_name=definition,
        failure_reason="AlgorithmError" if status == "Failed" else None,
    )


CONFIGURED = {
    "HyperParameterTuningJobConfig": {
        "Strategy": "Random",
        "HyperParameterTuningJobObjective": OBJECTIVE,
        "ResourceLimits": LIMITS,
        "ParameterRanges": RANGES,
    },
    "TrainingJobDefinition": DEFINITION,
}
WARM_START = {
    "ParentHyperParameterTuningJobs": [{"HyperParameterTuningJobName": "parent"}],
    "WarmStartType": "IdenticalDataAndAlgorithm",
}
GROUPED = {
    "HyperParameterTuningJobConfig": {"Strategy": "Random", "ResourceLimits": LIMITS},
    "TrainingJobDefinitions": [
        {
            "DefinitionName": name,
            "TuningObjective": OBJECTIVE,
            "HyperParameterRanges": RANGES,
            "StoppingCondition": {},
            "CheckpointConfig": {"S3Uri": "s3://bucket/checkpoints"},
        }
        for name in ("left", "right")
    ],
}


def _job(name: str, *launched: WorldTrainingJob, status: str = "Completed", create: Json = CONFIGURED) -> WorldJob:
    return WorldJob(
        name=name,
        create=fresh({"HyperParameterTuningJobName": name, **create}),
        status=status,
        created=START,
        modified=START + 900,
        ended=START + 900 if status in ENDED else None,
        consumed_runtime=900,
        training_jobs=launched,
    )


def good_state() -> State:
    """Return a fresh copy of the state."""
    parent = _job("parent", _launched("parent", 1, "Completed", 0.875))
    child = _job(
        "child",
        _launched("child", 1, "Completed", 0.5),
        _launched("child", 2, "Completed", 0.75),
        _launched("child", 3, "Failed"),
        _launched("child", 4, "Stopped", 0.625),
        create={**CONFIGURED, "WarmStartConfig": WARM_START},
    )
    groups = _job(
        "groups",
        _launched("groups", 1, "Completed", 0.5, "left"),
        _launched("groups", 2, "Completed", 0.75, "right"),
        create=GROUPED,
    )
    running = _job(
        "running", _launched("running", 1, "Completed", 0.5), _launched("running", 2, "InProgress"), status="InProgress"
    )
    drafts = {
        job.name: Draft(
            fresh(RENDERER.description(job, [parent] if job is child else [])),
            [fresh(RENDERER.summary(job, launched)) for launched in job.training_jobs],
            job,
        )
        for job in (child, parent, groups, running)
    }
    return State(drafts)
