"""Servers that a request ends: the check that sent it fails, a launched one is restarted, and later checks go on."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from cli.command import by_id, conformance, report_of, write_targets
from raw_servers import RawServer, Received, reference

from conformance.errors import ExitCode
from conformance.worlds.loading import load_world
from conformance.worlds.model import World

pytestmark = pytest.mark.slow

DESCRIBE = "DescribeHyperParameterTuningJob"
BODY = f"{DESCRIBE}/protocol/body"
SERVER = Path(__file__).parent / "dying_server.py"
PYTHON_PATH = Path(__file__).parents[2]
FATAL = {f"{BODY}/null", f"{BODY}/null-code"}
"""The checks of the request that ends the server: that it is rejected, and by which code."""


def test_a_launched_server_is_restarted_with_its_state_and_the_fatal_request_is_the_failure(tmp_path: Path) -> None:
    command = f"[{sys.executable}, {SERVER}, '{{port}}', 'null']"
    write_targets(
        tmp_path, dying=f"{{launch: {{command: {command}, env: {{PYTHONPATH: '{PYTHON_PATH}'}}}}, state: create}}"
    )
    ended = conformance(
        "run", "dying", "--select", BODY, "--select", f"{DESCRIBE}/response/http", "--report-dir", "out", cwd=tmp_path
    )
    report = report_of(tmp_path / "out")
    failed = {name: row for name, row in by_id(report).items() if row["outcome"] not in {"passed", "skipped"}}
    assert set(failed) == FATAL, ended.out
    assert (failed[f"{BODY}/null"]["kind"], failed[f"{BODY}/null"]["outcome"]) == ("killed", "failed")
    assert ended.code == ExitCode.DOES_NOT_CONFORM
    assert report["complete"]
    words = f"{DESCRIBE} with the body 'null'"
    assert report["crashes"] == [{"request": words, "check": f"{BODY}/null", "restarted": True}]
    assert f"the server was gone after {words} and was restarted" in " ".join(ended.out.split())
    assert by_id(report)[f"{BODY}/white-space"]["outcome"] == "passed"


def run_on_a_server_that_dies(
    tmp_path: Path, *, answers: bool, world: World | None = None
) -> tuple[int, dict[str, dict[str, object]], str]:
    right = reference(world)

    def answer(connection: object, request: Received) -> bool:
        if request.body != b"null":
            return right(connection, request)  # type: ignore[arg-type]  # a socket, as every behaviour has
        server.listen_no_more()
        if answers:
            right(connection, request)  # type: ignore[arg-type]  # as above
        server.close()
        return False

    with RawServer(answer) as server:
        ended = conformance("run", server.url, "--select", BODY, "--report-dir", "out", cwd=tmp_path)
    report = report_of(tmp_path / "out")
    return ended.code, by_id(report), report["stopped"]


def test_a_server_at_a_url_that_is_gone_ends_the_run_and_only_its_last_request_is_named(tmp_path: Path) -> None:
    code, results, stopped = run_on_a_server_that_dies(tmp_path, answers=False)
    accused = {name: row["kind"] for name, row in results.items() if row["outcome"] in {"failed", "error"}}
    assert accused == dict.fromkeys(FATAL, "killed")
    assert code == ExitCode.TARGET_BROKE
    assert f"gone after {DESCRIBE} with the body 'null'" in stopped


def test_a_server_that_goes_before_it_has_accepted_anything_is_gone_after_its_last_request(tmp_path: Path) -> None:
    empty = replace(load_world("default"), jobs=())
    code, _, stopped = run_on_a_server_that_dies(tmp_path, answers=False, world=empty)
    assert code == ExitCode.TARGET_BROKE
    assert f"gone after {DESCRIBE} with the body 'null'" in stopped


def test_a_server_that_goes_after_its_answer_is_not_blamed_on_the_next_check(tmp_path: Path) -> None:
    code, results, stopped = run_on_a_server_that_dies(tmp_path, answers=True)
    accused = {name for name, row in results.items() if row["outcome"] in {"failed", "error"}}
    assert accused == set()
    assert code == ExitCode.TARGET_BROKE
    assert f"gone after {DESCRIBE} with the body 'null'" in stopped
    assert any(f"see {BODY}/null" in str(row["reason"]) for row in results.values())
