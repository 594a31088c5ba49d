"""A recorded run judged again: the same outcomes without a socket, and nothing by guess where the evidence ends."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from bundles import lines, rewrite, schema_errors
from cli.command import (
    PATIENCE_S,
    Ended,
    by_id,
    command,
    conformance,
    environment,
    outcomes,
    python,
    report_of,
    under_pytest,
    write_targets,
)
from cli.processes import kill, unheard, wait_for_lines
from made_once import MadeOnce

import conformance as package
from conformance.errors import ExitCode
from conformance.reference.foreground import Faults
from conformance.reference.server import ReferenceServer
from conformance.wire.evidence import evidence_schema, read_bundle
from conformance.worlds.loading import load_world

pytestmark = pytest.mark.slow

KEY, SECRET = "AKIACONFORMANCE00004", "canary-of-a-secret-key-77b1"
DESCRIBE = "DescribeHyperParameterTuningJob"
LISTING = "ListTrainingJobsForHyperParameterTuningJob"
KEYS = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_EC2_METADATA_DISABLED": "true"}
VOLATILE = frozenset({"duration_s", "elapsed_s", "started", "versions"})
NO_SOCKETS = """
import runpy, sys
def refuse(event, arguments):
    if event == "socket.bind" and arguments[1] == ("::1", 0):
        return  # urllib3 looks in this way, when it is imported, whether the machine knows IPv6
    if event in {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "subprocess.Popen"}:
        raise SystemExit(f"a replay opened something: {event} {arguments}")
sys.addaudithook(refuse)
sys.argv = ["conformance", *sys.argv[1:]]
runpy.run_module("conformance", run_name="__main__")
"""


@pytest.fixture(scope="session")
def account(made_once: MadeOnce) -> Path:
    """Record a whole run on an account that throttles now and then; give the folder."""

    def record(folder: Path) -> None:
        faults = Faults(throttle_every=90)
        with ReferenceServer(load_world("default"), credentials={KEY: SECRET}, service=faults) as server:
            entry = f"{{kind: aws, region: eu-west-1, endpoint_url: '{server.endpoint_url}', pace: 5000, budget: 9000}}"
            write_targets(folder, account=entry)
            options = ("--record", "evidence.jsonl", "--report-dir", "recorded")
            ended = conformance("run", "account", *options, cwd=folder, **KEYS)
        (folder / "out.txt").write_text(ended.out, encoding="utf-8")
        assert ended.code == ExitCode.CONFORMS, ended.said

    return made_once("recorded-account", record)


def arguments(folder: Path, *options: str | Path, to: Path) -> tuple[str | Path, ...]:
    return ("run", "--replay", folder / "evidence.jsonl", "--report-dir", to, *options)


def replay(folder: Path, *options: str | Path, to: Path) -> Ended:
    """Check the evidence again, without credentials."""
    return conformance(*arguments(folder, *options, to=to), cwd=to.parent)


def steady(value: Any) -> Any:
    """Return a report without what differs from one run to the next."""
    if isinstance(value, dict):
        return {name: steady(member) for name, member in value.items() if name not in VOLATILE}
    return [steady(item) for item in value] if isinstance(value, list) else value


def test_a_replay_says_what_the_run_said_without_a_socket_or_a_key(account: Path, tmp_path: Path) -> None:
    ended = python(NO_SOCKETS, *arguments(account, to=tmp_path / "replayed"), cwd=tmp_path)
    assert ended.code == ExitCode.CONFORMS, ended.said
    recorded, replayed = report_of(account / "recorded"), report_of(tmp_path / "replayed")
    assert recorded["throttled"] > 5
    assert "replayed from evidence" in replayed["target"].pop("state")
    assert recorded["target"].pop("state") == "existing"
    assert steady(replayed) == steady(recorded)
    digest = read_bundle(account / "evidence.jsonl").digest
    assert f"sha256 {digest}" in (account / "out.txt").read_text(encoding="utf-8")
    assert f"sha256 {digest}" in ended.out
    assert "judged by the contract of then; nothing is sent" in ended.out


def test_no_secret_and_no_account_is_in_the_evidence(account: Path) -> None:
    text = (account / "evidence.jsonl").read_text(encoding="ascii")
    for word in (SECRET, KEY, load_world("default").account, "Signature=", "X-Amz-Security-Token"):
        assert word not in text
    # The target may speak of the header; the evidence has none.
    sent = [json.loads(line)["request"] for line in text.splitlines() if '"request":' in line]
    assert sent
    assert "authorization" not in {name.lower() for item in sent for name, _ in item["headers"]}


def test_a_part_of_it_can_be_judged_alone(account: Path, tmp_path: Path) -> None:
    ended = replay(account, "--area", "order", "--aws-cli", "off", to=tmp_path / "replayed")
    assert ended.code == ExitCode.CONFORMS, ended.said
    expected = {key: item for key, item in outcomes(report_of(account / "recorded")).items() if "/order/" in key}
    assert outcomes(report_of(tmp_path / "replayed")) == expected


def test_an_edited_contract_judges_the_same_answers_again(account: Path, tmp_path: Path) -> None:
    """A shorter limit is broken by answers that were recorded; its requests at the limit were never sent."""
    contract = shutil.copytree(Path(package.__file__).resolve().parents[1] / "contract", tmp_path / "contract")
    names = contract / "shapes" / "names.yaml"
    text = names.read_text(encoding="utf-8")
    assert "max_length: 32" in text
    names.write_text(text.replace("max_length: 32", "max_length: 12", 1), encoding="utf-8")
    ended = replay(account, "--contract", contract, "--operation", DESCRIBE, to=tmp_path / "replayed")
    assert ended.code == ExitCode.DOES_NOT_CONFORM, ended.said
    assert "another contract than then" in ended.out
    rows = by_id(report_of(tmp_path / "replayed"))
    assert rows[f"{DESCRIBE}/response/HyperParameterTuningJobName/max_length"]["outcome"] == "failed"
    unasked = [row for row in rows.values() if row["kind"] == "not-in-the-evidence"]
    assert unasked
    assert {row["outcome"] for row in unasked} == {"skipped"}
    assert all("the evidence does not hold this request" in row["reason"] for row in unasked)
    assert not [row for row in rows.values() if row["outcome"] == "error"]


def test_evidence_of_a_part_leaves_the_rest_unjudged(account: Path, tmp_path: Path) -> None:
    """Exchanges that are not there, those of the client library among them, are a reason and never a verdict."""
    bundle = shutil.copy(account / "evidence.jsonl", tmp_path)

    def without_the_library(content: list[dict[str, Any]]) -> None:
        content[:] = [line for line in content if line.get("client") != "boto3"]
        content[-1]["exchanges"] = sum(line["type"] == "exchange" for line in content)

    rewrite(Path(bundle), without_the_library, forge=True)
    ended = replay(tmp_path, "--area", "client", to=tmp_path / "replayed")
    rows = by_id(report_of(tmp_path / "replayed"))
    assert ended.code in {ExitCode.PARTLY_JUDGED, ExitCode.CONFORMS}, ended.said
    asking = [row for row in rows.values() if row["kind"] == "not-in-the-evidence"]
    assert len(asking) > 10
    assert {row["outcome"] for row in rows.values()} <= {"skipped", "passed"}
    assert not [row for row in asking if row["outcome"] != "skipped"]


def test_a_change_by_hand_is_reported_with_its_entry(account: Path, tmp_path: Path) -> None:
    text = (account / "evidence.jsonl").read_text(encoding="ascii").splitlines(keepends=True)
    was = text[99]
    text[99] = was.replace('"status":400', '"status":500').replace('"status":200', '"status":400')
    assert text[99] != was
    (tmp_path / "evidence.jsonl").write_text("".join(text), encoding="ascii")
    ended = replay(tmp_path, to=tmp_path / "replayed")
    assert ended.code == ExitCode.USAGE
    assert "entry 100" in ended.told_without_traceback()
    assert "it was changed" in ended.err
    assert not (tmp_path / "replayed").exists()


def test_a_killed_run_leaves_evidence_that_says_so(tmp_path: Path) -> None:
    with ReferenceServer(load_world("default"), service=Faults(latency_s=0.01)) as server:
        write_targets(tmp_path, mine=f"{{endpoint_url: '{server.endpoint_url}', state: existing}}")
        path = tmp_path / "evidence.jsonl"
        with unheard("run", "mine", "--record", path, "--report-dir", "killed", cwd=tmp_path) as process:
            wait_for_lines(path, 150, process)
            kill(process)
    ended = replay(tmp_path, to=tmp_path / "replayed")
    report = report_of(tmp_path / "replayed")
    assert ended.code == ExitCode.TARGET_BROKE
    assert "the evidence is not whole: it has no footer" in ended.out
    assert "cut short" in report["stopped"]
    assert report["complete"] is False
    assert report["summary"]["passed"] > 50
    assert report["summary"]["failed"] == 0
    assert report["summary"]["error"] == 0


def test_a_run_under_pytest_records_and_replays_as_well(tmp_path: Path) -> None:
    some = ("-q", "--check-area=error")
    recorded = under_pytest(*some, "--evidence-record=evidence.jsonl.gz", "--report-dir=recorded", cwd=tmp_path)
    replayed = under_pytest(*some, "--evidence-replay=evidence.jsonl.gz", "--report-dir=replayed", cwd=tmp_path)
    spread = under_pytest(*some, "--evidence-record=other", "-n", "2", cwd=tmp_path)
    assert (recorded.code, replayed.code) == (0, 0), recorded.said + replayed.said
    assert f"sha256 {read_bundle(tmp_path / 'evidence.jsonl.gz').digest}" in recorded.out
    assert outcomes(report_of(tmp_path / "recorded")) == outcomes(report_of(tmp_path / "replayed"))
    assert spread.code == pytest.ExitCode.USAGE_ERROR
    assert "one process" in spread.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--record", "a", "--replay", "b"), "a replay is not recorded"),
        (("moto", "--replay", "b"), "a replay has no target"),
        (("--replay", "nowhere"), "can't be read"),
        (("--record", "a", "-n", "2"), "one process"),
        (("--replay", "b", "-n", "2"), "one process"),
        (("--replay", "b", "--aws-cli", "auto"), "starts no program"),
        (("--replay", "b", "--aws-cli", "/bin/true"), "starts no program"),
        (("--replay", "b", "--plan"), "nothing to plan"),
        (("--record", "a-file/evidence"), "can't be written"),
    ],
)
def test_what_does_not_go_together_is_reported(tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    (tmp_path / "a-file").write_text("")
    ended = conformance("run", "--area", "error", *options, cwd=tmp_path)
    assert ended.code == ExitCode.USAGE
    assert words in ended.told_without_traceback()


def test_a_disk_that_is_full_ends_the_evidence_and_not_the_run(tmp_path: Path) -> None:
    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    ran = subprocess.run(
        command("run", "--area", "error", "--record", "evidence.jsonl", "--report-dir", "reports"),
        cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=PATIENCE_S, check=False,
        preexec_fn=little_room,
    )  # fmt: skip
    assert ran.returncode == ExitCode.USAGE
    assert "the evidence can't be written: File too large" in ran.stderr
    assert "Traceback" not in ran.stdout + ran.stderr
    assert report_of(tmp_path / "reports")["summary"]["passed"] > 5
    bundle = read_bundle(tmp_path / "evidence.jsonl")
    assert "cut short" in bundle.cut_short
    assert len(bundle.entries) > 3


def test_the_schema_is_printed(tmp_path: Path) -> None:
    ended = conformance("run", "--schema", "evidence", cwd=tmp_path)
    assert json.loads(ended.out) == evidence_schema()


def test_every_line_of_a_real_recording_keeps_to_the_schema(account: Path) -> None:
    recording = lines(account / "evidence.jsonl")
    kinds = [line["type"] for line in recording]
    assert kinds[:2] == ["header", "exchange"]
    assert kinds[-1] == "footer"
    assert kinds.count("state") == 1
    # Exchanges are alike by the hundred: some of each status, and whatever is no exchange.
    some = [line for line in recording if line["type"] != "exchange" or line["n"] % 20 == 0 or not line["response"]]
    assert {line["response"]["status"] for line in some if line.get("response")} >= {200, 400}
    assert schema_errors(some) == []
