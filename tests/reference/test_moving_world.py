"""A world that moves as calls come in, and the log of what was asked: for tests of code that waits."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from conformance.errors import UserError
from conformance.reference.foreground import Faults, RequestLog
from conformance.reference.http import Call
from conformance.reference.server import ReferenceServer
from conformance.reference.service import Service
from conformance.wire.encoding import parse
from conformance.worlds.loading import load_world
from conformance.worlds.model import World
from reference.calling import Caller, sdk

WORLD = load_world("default")
RUNNING = [job.name for job in WORLD.jobs if job.status == "InProgress"]
DESCRIBE = "DescribeHyperParameterTuningJob"


def ask(service: Service, operation: str, name: str) -> dict[str, Any]:
    body = json.dumps({"HyperParameterTuningJobName": name}).encode()
    call = Call("POST", "/", {"x-amz-target": f"SageMaker.{operation}"}, body)
    answer = parse(service.answer(call).body)
    assert isinstance(answer, dict)
    return answer


def test_training_jobs_start_and_finish_and_then_the_tuning_job_completes() -> None:
    with ReferenceServer(World("empty"), service=Faults(progress_every=1)) as server:
        client = sdk(server.endpoint_url)
        limits = {"MaxNumberOfTrainingJobs": 5, "MaxParallelTrainingJobs": 2}
        config = WORLD.job("x").create["HyperParameterTuningJobConfig"] | {"ResourceLimits": limits}
        own = {"HyperParameterTuningJobName": "made", "HyperParameterTuningJobConfig": config}
        client.create_hyper_parameter_tuning_job(**{**WORLD.job("x").create, **own})
        seen = []
        while True:
            answer = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="made")
            counters = answer["TrainingJobStatusCounters"]
            seen.append((answer["HyperParameterTuningJobStatus"], counters["Completed"], counters["InProgress"]))
            assert ("HyperParameterTuningEndTime" in answer) == (seen[-1][0] == "Completed")
            if seen[-1][0] != "InProgress":
                break
        assert answer["BestTrainingJob"]["TrainingJobStatus"] == "Completed"
        listed = client.list_training_jobs_for_hyper_parameter_tuning_job(HyperParameterTuningJobName="made")
    assert seen == [
        ("InProgress", 0, 2),
        ("InProgress", 2, 0),
        ("InProgress", 2, 2),
        ("InProgress", 4, 0),
        ("InProgress", 4, 1),
        ("InProgress", 5, 0),
        ("Completed", 5, 0),
    ]
    assert len(listed["TrainingJobSummaries"]) == 5
    assert {item["ObjectiveStatus"] for item in listed["TrainingJobSummaries"]} == {"Succeeded"}


@pytest.mark.parametrize("every", [1, 3])
def test_a_step_is_taken_after_every_n_calls_and_never_without_progress(every: int) -> None:
    service = Service(WORLD, progress_every=every)
    still = [ask(service, DESCRIBE, RUNNING[0]) for _ in range(every)]
    assert all(answer == still[0] for answer in still)
    assert ask(service, DESCRIBE, RUNNING[0]) != still[0]
    unmoved = Service(WORLD)
    assert [ask(unmoved, DESCRIBE, RUNNING[0]) for _ in range(9)] == [still[0]] * 9


def test_the_same_calls_meet_the_same_world_twice() -> None:
    walks = []
    for _ in range(2):
        service = Service(WORLD, clock=lambda: 2e9, progress_every=2)
        walks.append([ask(service, DESCRIBE, name) for name in RUNNING for _ in range(9)])
    assert walks[0] == walks[1]


def test_every_job_of_the_default_world_ends_and_what_had_ended_stays_as_it_was() -> None:
    service = Service(WORLD, progress_every=1)
    for _ in range(2000):
        ask(service, DESCRIBE, RUNNING[0])
    for job in service.state.jobs():
        assert job.status not in {"InProgress", "Stopping"}, job.name
        before = WORLD.job(job.name)
        if before.status not in {"InProgress", "Stopping"}:
            assert job == before


def test_a_stop_comes_through_with_the_next_step_and_only_then_the_job_can_be_deleted() -> None:
    service = Service(WORLD, progress_every=4)
    name = RUNNING[0]
    assert ask(service, "StopHyperParameterTuningJob", name) == {}
    assert ask(service, DESCRIBE, name)["HyperParameterTuningJobStatus"] == "Stopping"
    rejected = ask(service, "DeleteHyperParameterTuningJob", name)
    assert (rejected["__type"], "Stopping" in rejected["message"]) == ("ValidationException", True)
    ask(service, DESCRIBE, name)
    stopped = ask(service, DESCRIBE, name)
    assert stopped["HyperParameterTuningJobStatus"] == "Stopped"
    assert stopped["TrainingJobStatusCounters"]["InProgress"] == 0
    assert ask(service, "DeleteHyperParameterTuningJob", name) == {}
    assert ask(service, DESCRIBE, name)["__type"] == "ResourceNotFound"


def test_each_request_is_a_line_of_the_log_without_secrets(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    with ReferenceServer(WORLD, on_exchange=RequestLog(path)) as server:
        client = sdk(server.endpoint_url, "AKIDSECRETKEYID", "the-secret-key")
        client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=RUNNING[0])
        with pytest.raises(ClientError):
            client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="nobody")
        caller = Caller(server.endpoint_url)
        caller.post(
            DESCRIBE, b"{", **{"X-Amz-Security-Token": "a-token", "Cookie": "b-cookie", "Authorization": "Basic c"}
        )
        caller.session.get(f"{server.endpoint_url}/?X-Amz-Signature=d0d0&X-Amz-Credential=AKIDX/1&X=y", timeout=10)
    lines = [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]
    assert [(line["operation"], line["status"], line["error"]) for line in lines] == [
        (DESCRIBE, 200, ""),
        (DESCRIBE, 400, "ResourceNotFound"),
        (DESCRIBE, 400, "SerializationException"),
        ("", 405, "UnknownOperationException"),
    ]
    assert json.loads(lines[0]["body"]) == {"HyperParameterTuningJobName": RUNNING[0]}
    assert lines[0]["headers"]["authorization"].startswith("AWS4-HMAC-SHA256 Credential=***/")
    assert lines[0]["headers"]["authorization"].endswith("Signature=***")
    assert "/us-east-1/sagemaker/aws4_request" in lines[0]["headers"]["authorization"]
    assert lines[3]["target"] == "/?X-Amz-Signature=***&X-Amz-Credential=***&X=y"
    for secret in ("AKIDSECRETKEYID", "a-token", "b-cookie", "Basic c", "d0d0"):
        assert secret not in path.read_text(encoding="ascii")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_can_not_be_read_as_http_is_logged_with_its_answer(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    with ReferenceServer(WORLD, on_exchange=RequestLog(path)) as server:
        Caller(server.endpoint_url).post(DESCRIBE, b"{}", **{"Transfer-Encoding": "odd"})
    (line,) = [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]
    assert (line["status"], line["error"]) == (400, "MalformedHttpRequestException")


def test_a_log_that_can_not_be_written_is_an_error_before_anything_is_served(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="the log of requests can't be written"):
        RequestLog(tmp_path / "no" / "folder")
