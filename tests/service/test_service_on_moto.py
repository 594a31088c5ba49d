"""Contracts of services on moto: whatever it does wrong, the suite itself never breaks."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from cli.command import conformance, report_of

from conformance.targets.launch import launched
from conformance.targets.spec import PORT, Kind, Launch, Origin, StateSource, TargetSpec

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("moto") is None, reason="moto is not installed"),
]
ITEMS = 12


@pytest.fixture(scope="module")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start moto with some secrets and activities in it."""
    launch = Launch((str(Path(sys.executable).with_name("moto_server")), "-p", PORT), ready_s=60)
    spec = TargetSpec("moto", Kind.ENDPOINT, StateSource(Origin.EXISTING), f"http://127.0.0.1:{PORT}", launch)
    with launched(spec, tmp_path_factory.mktemp("moto") / "log") as server:
        _fill(server.endpoint_url)
        yield server.endpoint_url


def _fill(url: str) -> None:
    more = {"region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
    secrets = boto3.client("secretsmanager", endpoint_url=url, **more)
    machines = boto3.client("stepfunctions", endpoint_url=url, **more)
    for number in range(ITEMS):
        secrets.create_secret(Name=f"secret-{number:02}", SecretString="-")
        machines.create_activity(name=f"activity-{number:02}")


@pytest.mark.parametrize("service", ["secretsmanager", "stepfunctions"])
def test_no_check_breaks_and_the_service_is_judged(
    service: str, moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    ended = conformance("run", moto, "--service", service, "--report-dir", tmp_path / "r", cwd=tmp_path)
    ended.told_without_traceback()
    results = report_of(tmp_path / "r")["results"]
    assert [row["id"] for row in results if row["outcome"] == "error"] == []
    assert len({row["operation"] for row in results if row["outcome"] == "passed"}) > ITEMS // 3
    of_level_must = [row for row in results if row["outcome"] == "failed" and row["level"] == "must"]
    false = [row["id"] for row in of_level_must if row["kind"] in {"control-refused", "refused"}]
    assert false == [], "what a request may need beyond its contract is no defect of a target"
