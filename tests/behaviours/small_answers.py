"""Small answers of both operations, each about one part of a tuning job; and exchanges made of them."""

from __future__ import annotations

from typing import Any

from conformance.wire.encoding import dump
from conformance.wire.exchange import Exchange, HttpRequest, HttpResponse

Answer = dict[str, Any]

DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"
NAME = "tuning"


def answering(operation: str, answer: Any, *, name: str = NAME, status: int = 200) -> Exchange:
    request = HttpRequest("POST", "http://127.0.0.1/", (), dump({"HyperParameterTuningJobName": name}))
    return Exchange(operation, request, HttpResponse(status, (), dump(answer), 0.0))


def item(**members: Any) -> Answer:
    return {"TrainingJobSummaries": [{"TrainingJobName": "one", **members}]}


def job(**members: Any) -> Answer:
    return {"HyperParameterTuningJobName": NAME, **members}


def config(**members: Any) -> Answer:
    return job(HyperParameterTuningJobConfig=members)


def hyperband(**members: Any) -> Answer:
    return config(**{"Strategy": "Hyperband", **members})


def ranges(kind: str, **members: Any) -> Answer:
    return config(ParameterRanges={kind: [{"Name": "p", **members}]})


def own_ranges(kind: str, **members: Any) -> Answer:
    return several({"DefinitionName": "d", "HyperParameterRanges": {kind: [{"Name": "p", **members}]}})


def single(**members: Any) -> Answer:
    return job(TrainingJobDefinition=members)


def several(*definitions: Answer) -> Answer:
    return job(TrainingJobDefinitions=list(definitions))


def algorithm(**members: Any) -> Answer:
    return single(AlgorithmSpecification=members)


def channel(mode: str | None = "File", **members: Any) -> Answer:
    algorithm = {"TrainingInputMode": mode} if mode else {}
    return single(AlgorithmSpecification=algorithm, InputDataConfig=[{"ChannelName": "train", **members}])


def source(mode: str = "File", **members: Any) -> Answer:
    return channel(mode, DataSource={"S3DataSource": members})


def grouped(named: str, *groups: str) -> Answer:
    answer = source(InstanceGroupNames=[named])
    answer["TrainingJobDefinition"]["ResourceConfig"] = {
        "InstanceGroups": [{"InstanceGroupName": group} for group in groups]
    }
    return answer


def metrics(objective: str, *names: str) -> Answer:
    defined = {"MetricDefinitions": [{"Name": name, "Regex": f"{name}=(.*)"} for name in names]}
    return single(AlgorithmSpecification=defined, TuningObjective={"MetricName": objective, "Type": "Maximize"})


def resource(**members: Any) -> Answer:
    return single(ResourceConfig=members)


def flexible(**members: Any) -> Answer:
    return single(HyperParameterTuningResourceConfig=members)


def stopping(*, spot: bool | None = None, **members: Any) -> Answer:
    return single(StoppingCondition=members, **({} if spot is None else {"EnableManagedSpotTraining": spot}))


def completion(converged: float, ended: float | None = None) -> Answer:
    end = {} if ended is None else {"HyperParameterTuningEndTime": ended}
    return job(CreationTime=100.5, TuningJobCompletionDetails={"ConvergenceDetectedTime": converged}, **end)


def not_improving(number: int) -> Answer:
    counters = {"Completed": 2, "InProgress": 1}
    return job(
        TuningJobCompletionDetails={"NumberOfTrainingJobsObjectiveNotImproving": number},
        TrainingJobStatusCounters=counters,
    )


def warm(kind: str, **members: Any) -> Answer:
    return job(WarmStartConfig={"WarmStartType": kind}, **members)


KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY_ARN = f"arn:aws:kms:us-west-2:111122223333:key/{KEY}"
BEST = {"TrainingJobName": "one"}
