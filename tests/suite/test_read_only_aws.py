"""`kind: aws` shown against the reference server with signatures enforced: nothing but reading, found by listing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.command import Ended, by_id, conformance, report_of, write_targets

from conformance.reference.http import Call
from conformance.reference.server import ReferenceServer
from conformance.reference.service import Service
from conformance.worlds.loading import load_world

KEY, SECRET = "AKIACONFORMANCE00001", "canary-of-a-secret-key"
READING = {
    "DescribeHyperParameterTuningJob",
    "ListTrainingJobsForHyperParameterTuningJob",
    "ListHyperParameterTuningJobs",
}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with ReferenceServer(load_world("default"), credentials={KEY: SECRET}) as server:
        yield server.endpoint_url


def run(folder: Path, endpoint: str, *options: str, **environment: str) -> Ended:
    entry = f"{{kind: aws, region: eu-west-1, endpoint_url: '{endpoint}', pace: 5000, budget: 9000}}"
    write_targets(folder, account=entry)
    keys = {"HOME": str(folder), "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
    where = folder / "reports"
    return conformance("run", "account", "--report-dir", where, *options, cwd=folder, **(keys | environment))


def test_a_signed_read_only_run_conforms_and_judges_signatures(tmp_path: Path, endpoint: str) -> None:
    ran = run(tmp_path, endpoint)
    assert ran.code == 0, ran.said
    rows = by_id(report_of(tmp_path / "reports"))
    signature = "DescribeHyperParameterTuningJob/protocol/signature"
    assert {rows[f"{signature}/{case}"]["outcome"] for case in ("unsigned", "wrong-secret", "garbled")} == {"passed"}
    order = rows["ListTrainingJobsForHyperParameterTuningJob/order/Name/Ascending"]
    assert order["outcome"] == "passed"
    assert order["rests_on"]["items"] > 10


def test_no_secret_and_no_account_reaches_a_file(tmp_path: Path, endpoint: str) -> None:
    run(tmp_path, endpoint, "--select", "DescribeHyperParameterTuningJob/protocol", "--strict")
    account = load_world("default").account
    for file in (tmp_path / "reports").iterdir():
        text = file.read_text()
        assert SECRET not in text
        assert account not in text


def test_nothing_but_reading_is_ever_sent(tmp_path: Path) -> None:
    asked: set[str] = set()

    class Listening(Service):
        """Notes what it is asked for."""

        def dispatch(self, call: Call) -> str:
            operation = super().dispatch(call)
            asked.add(operation)
            return operation

    with ReferenceServer(load_world("default"), credentials={KEY: SECRET}, service=Listening) as server:
        ran = run(tmp_path, server.endpoint_url, "--area", "protocol")
    assert ran.code == 0, ran.said
    assert asked == READING


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "another"}, "rejects the credentials"),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "no AWS credentials"),
    ],
)
def test_bad_credentials_are_one_clear_error(
    tmp_path: Path, endpoint: str, environment: dict[str, str], words: str
) -> None:
    ran = run(tmp_path, endpoint, **environment)
    assert ran.code == 3
    assert words in ran.told_without_traceback()
    assert "hint:" in ran.err
