"""The worked adapter of docs/examples: a world goes into moto, and what moto makes of it is judged."""

from __future__ import annotations

import importlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cli.command import Ended, conformance
from expected_failures import VERSION
from test_moto import DOES_NOT_CONFORM, installed

from conformance.worlds.loading import load_world

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "moto-adapter"
LIST = "ListTrainingJobsForHyperParameterTuningJob"
JOB = "churn-57-in-all-statuses"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        installed() != VERSION, reason=f"the example is about moto {VERSION}; here is {installed() or 'none'}"
    ),
]


def run(target: str, folder: Path) -> tuple[Ended, list[dict[str, Any]]]:
    """Return the run of a target of the example, and its results."""
    ended = conformance("run", target, "--targets", EXAMPLE / "targets.yaml", "--report-dir", folder, cwd=folder)
    assert (folder / "report.json").exists(), ended.said
    rows: list[dict[str, Any]] = json.loads((folder / "report.json").read_text(encoding="utf-8"))["results"]
    return ended, rows


def failed_areas(rows: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(row["operation"], row["area"]) for row in rows if row["outcome"] in {"failed", "error"}}


def test_a_loaded_world_shows_how_moto_tells_states_that_create_cannot_reach(tmp_path: Path) -> None:
    ended, rows = run("moto-loaded", tmp_path)
    assert ended.code == DOES_NOT_CONFORM
    assert "40 tuning jobs" in ended.out
    failed = [row["id"] for row in rows if row["outcome"] in {"failed", "error"}]
    assert {item.split("/")[1] for item in failed if not item.startswith(LIST)} == {"request", "protocol"}
    assert [item for item in failed if item.startswith(LIST)] == [f"{LIST}/protocol/operation/available"]
    judged = {row["id"]: row["outcome"] for row in rows}
    assert judged["DescribeHyperParameterTuningJob/response/HyperParameterTuningJobStatus/enum"] == "passed"


def test_with_the_operation_that_moto_lacks_only_its_input_is_left_to_do(tmp_path: Path) -> None:
    ended, rows = run("moto-with-list", tmp_path)
    assert ended.code == DOES_NOT_CONFORM
    assert {area for _, area in failed_areas(rows)} == {"request", "protocol"}
    passed = Counter(row["area"] for row in rows if row["operation"] == LIST and row["outcome"] == "passed")
    assert all(passed[area] > 10 for area in ("pagination", "order", "filter", "consistency", "response"))


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Yield the module of the example that fills moto, for as long as a test runs."""
    monkeypatch.syspath_prepend(str(EXAMPLE))
    yield importlib.import_module("backend")
    sys.modules.pop("backend")


def test_training_jobs_are_there_for_the_operations_that_moto_has(
    backend: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    import boto3  # noqa: PLC0415 - not needed where moto is missing
    from moto import mock_aws  # noqa: PLC0415 - as above

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    world = load_world("default")
    with mock_aws():
        assert backend.load(world.to_json()) == len(world.jobs)
        client = boto3.client("sagemaker", region_name=world.region)
        for launched in world.job(JOB).training_jobs:
            received = client.describe_training_job(TrainingJobName=launched.name)
            assert received["TrainingJobStatus"] == launched.status
            assert received["CreationTime"].timestamp() == launched.created
        received = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=JOB)
        assert sum(received["TrainingJobStatusCounters"].values()) > 1
        # A world that is loaded again takes the place of the first.
        assert backend.load({**world.to_json(), "jobs": []}) == 0
        assert client.list_hyper_parameter_tuning_jobs()["HyperParameterTuningJobSummaries"] == []


@pytest.mark.parametrize(
    "body", [b"nonsense", b"[]", b'{"region": "us-east-1"}', b'{"region": "us-east-1", "jobs": [1]}']
)
def test_what_is_no_world_is_rejected(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    from werkzeug.test import Client  # noqa: PLC0415 - as above

    monkeypatch.syspath_prepend(str(EXAMPLE))
    server = importlib.import_module("seeded_moto")
    try:
        answer = Client(server.application()).post("/load-world", data=body)
    finally:
        for name in ("seeded_moto", "backend"):
            sys.modules.pop(name)
    assert answer.status_code == 400
    assert "this is no world" in answer.text
