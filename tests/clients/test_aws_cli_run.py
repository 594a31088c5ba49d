"""Runs that were asked to call the AWS CLI: what they judge, whom they accuse, and what they never do."""

from __future__ import annotations

import select as select_module
import signal
import subprocess
import time
from pathlib import Path

import pytest
from cli.command import by_id, command, conformance, environment, outcomes, report_of, write_targets

from clients.at_hand import LIST
from clients.fake_aws import ORIGINAL, lives, pids, program
from conformance.reference.server import ReferenceServer
from conformance.worlds.loading import load_world

pytestmark = pytest.mark.slow

CHECKS = "*/client/cli/*"


def _id(case: str) -> str:
    return f"{LIST}/client/cli/{case}"


SECRET = "canary-of-a-secret-key"  # noqa: S105 - looked for in what a run writes


def selecting(*cases: str) -> list[str]:
    return [part for case in cases for part in ("--select", _id(case))]


def test_the_real_program_is_called_in_a_run(aws_cli: Path, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    select = selecting("gathers-all-pages", "prints-members", "page-size")
    ended = conformance("run", *select, "--aws-cli", aws_cli, "--report-dir", folder, cwd=tmp_path)
    assert ended.code == 0, ended.said
    assert set(outcomes(report_of(folder)).values()) == {"passed"}


@pytest.mark.parametrize("asked", [(), ("--aws-cli", "off")])
def test_without_being_asked_nothing_is_called_and_the_reason_says_how(asked: tuple[str, ...], tmp_path: Path) -> None:
    folder, called = tmp_path / "report", tmp_path / "called"
    path = f"{program(tmp_path, 'notes_its_call', FAKE_AWS_CALLED=str(called)).parent}:/usr/bin:/bin"
    ended = conformance("run", "--select", CHECKS, *asked, "--report-dir", folder, cwd=tmp_path, PATH=path)
    rows = report_of(folder)["results"]
    assert ended.code == 4, ended.said
    assert {row["outcome"] for row in rows} == {"skipped"}
    assert all("--aws-cli auto" in row["reason"] for row in rows)
    assert not called.exists()


def test_an_existing_target_that_verifies_signatures_sees_the_runs_own_and_no_secret_is_written(tmp_path: Path) -> None:
    folder, fake = tmp_path / "report", program(tmp_path, ORIGINAL)
    with ReferenceServer(load_world("default"), credentials={"AKIDCANARY": SECRET}) as server:
        keys = f"capabilities: {{auth: true}}, credentials: {{access_key: AKIDCANARY, secret_key: {SECRET}}}"
        write_targets(tmp_path, mine=f"{{endpoint_url: '{server.endpoint_url}', state: existing, {keys}}}")
        select = selecting("tells-an-error", "prints-NextToken", "page-size")
        ended = conformance("run", "mine", *select, "--aws-cli", fake, "--report-dir", folder, cwd=tmp_path)
    assert ended.code == 0, ended.said
    written = [path for path in folder.rglob("*") if path.is_file()]
    assert written
    assert [path.name for path in written if SECRET.encode() in path.read_bytes()] == []
    assert SECRET not in ended.said


@pytest.mark.parametrize(
    ("defect", "failing"), [("SortBy/lost", "passes-SortBy"), ("one-page-only", "gathers-all-pages")]
)
def test_a_program_with_a_defect_is_found_out_and_the_line_that_shows_it_is_its_own(
    tmp_path: Path, defect: str, failing: str
) -> None:
    folder, check = tmp_path / "report", _id(failing)
    fake = program(tmp_path, defect)
    ended = conformance("run", "--select", check, "--aws-cli", fake, "--report-dir", folder, "--strict", cwd=tmp_path)
    row = by_id(report_of(folder))[check]
    assert ended.code == 1, ended.said
    assert row["outcome"] == "failed"
    assert "aws sagemaker list-training-jobs-for-hyper-parameter-tuning-job" in row["reproduce"]
    assert row["received"]


def test_what_would_change_the_target_is_never_passed_on(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    select = ("--select", _id("prints-members"), "--select", f"{LIST}/protocol/operation/available")
    fake = program(tmp_path, "deletes")
    with ReferenceServer(load_world("default")) as server:
        conformance("run", server.endpoint_url, *select, "--aws-cli", fake, "--report-dir", folder, cwd=tmp_path)
        alive = conformance("run", server.endpoint_url, "--select", select[3], cwd=tmp_path)
    row = by_id(report_of(folder))[_id("prints-members")]
    assert row["outcome"] == "failed"
    assert row["exchanges"][0]["fault"]["kind"] == "refused-by-client"
    assert alive.code == 0, alive.said


def test_the_budget_of_a_target_holds_for_the_program_as_well(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    write_targets(tmp_path, tight="{kind: reference, budget: 130}")
    fake = program(tmp_path, "pages_without_end")
    ended = conformance("run", "tight", "--select", CHECKS, "--aws-cli", fake, "--report-dir", folder, cwd=tmp_path)
    assert ended.code == 3, ended.said
    assert "budget" in ended.said


@pytest.mark.parametrize(("choice", "words"), [("no-such-program", "is not there"), ("/bin/echo", "not the AWS CLI")])
def test_what_is_not_the_program_is_a_mistake_that_is_reported_before_anything_runs(
    tmp_path: Path, choice: str, words: str
) -> None:
    ended = conformance("run", "--aws-cli", choice, "--report-dir", tmp_path / "report", cwd=tmp_path)
    assert ended.code == 2
    assert words in ended.told_without_traceback()
    assert "[awscli]" in ended.err
    assert not (tmp_path / "report").exists()


def test_an_interrupt_ends_the_program_and_its_children_and_keeps_the_record(tmp_path: Path) -> None:
    received, folder = tmp_path / "pids", tmp_path / "report"
    fake = program(tmp_path, "never_ends", FAKE_AWS_PIDS=str(received))
    select = ("--select", f"{LIST}/client/boto3/*", "--select", _id("prints-members"))
    arguments = command("run", *select, "--aws-cli", fake, "--report-dir", folder)
    with subprocess.Popen(arguments, cwd=tmp_path, env=environment(), stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and not (received.exists() and len(received.read_text("utf-8").split()) == 2):
            process.poll()
            select_module.select([], [], [], 0.05)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
    assert [pid for pid in pids(received) if lives(pid)] == []
    assert report_of(folder)["complete"] is False
    assert outcomes(report_of(folder))[f"{LIST}/client/boto3/call"] == "passed"
