"""Contracts of services on moto: the suite never breaks, and of some operations fails what was seen to be wrong.

`python tests/service/test_service_on_moto.py SERVICE FILE` writes `moto-SERVICE.yaml` anew, from what
`conformance run URL --service SERVICE --write-known-failures FILE` wrote of a moto with `_fill` in it, and every
failure was looked at by hand.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
import yaml
from cli.command import conformance, report_of

from conformance.targets.launch import launched
from conformance.targets.spec import PORT, Kind, Launch, Origin, StateSource, TargetSpec

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("moto") is None, reason="moto is not installed"),
]
ITEMS = 12
VERSION = "5.2.5"
JUDGED = {
    "secretsmanager": ("DescribeSecret", "ListSecrets", "ListResourcePolicies"),
    "stepfunctions": ("DescribeActivity", "ListActivities", "ListExecutions", "ListStateMachineVersions"),
}
"""Operations of each service of which every failure was judged by hand."""


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


def _known(service: str) -> Path:
    return Path(__file__).with_name(f"moto-{service}.yaml")


@pytest.mark.parametrize("service", JUDGED)
def test_no_check_breaks_and_what_is_judged_fails_as_it_did(
    service: str, moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    known = ("--known-failures", _known(service)) if importlib.metadata.version("moto") == VERSION else ()
    ended = conformance("run", moto, "--service", service, "--report-dir", tmp_path / "r", *known, cwd=tmp_path)
    ended.told_without_traceback()
    report = report_of(tmp_path / "r")
    results = report["results"]
    assert [row["id"] for row in results if row["outcome"] == "error"] == []
    assert len({row["operation"] for row in results if row["outcome"] == "passed"}) > ITEMS // 3
    of_level_must = [row for row in results if row["outcome"] == "failed" and row["level"] == "must"]
    false = [row["id"] for row in of_level_must if row["kind"] in {"control-refused", "refused"}]
    assert false == [], "what a request may need beyond its contract is no defect of a target"
    if known:
        new = [row["id"] for row in of_level_must if row["operation"] in JUDGED[service] and not row["known"]]
        assert (new, report["gate"]["findings"]) == ([], [])


def _write(service: str, written: Path) -> None:
    """Write the entries of the operations that are judged, a line each."""
    entries = yaml.safe_load(written.read_text(encoding="utf-8"))["known_failures"]
    wanted = {"*", *JUDGED[service]}
    rows = [f"  - {{check: '{entry['check']}', kind: {entry['kind']}, reason: moto {VERSION}}}\n" for entry in entries
            if entry["check"].split("/")[0] in wanted]  # fmt: skip
    head = (
        f"# What fails on moto {VERSION} of {', '.join(JUDGED[service])}, each seen by hand to be a defect of moto.\n"
    )
    _known(service).write_text(f"{head}known_failures:\n{''.join(rows)}", encoding="utf-8")


if __name__ == "__main__":
    _write(sys.argv[1], Path(sys.argv[2]))
