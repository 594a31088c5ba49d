"""What a run may say of a target: that it conforms only where everything selected was judged on real answers."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from hostile_servers import bomb
from raw_servers import JSON, Behaviour, RawServer, Received, always, reference, response

from cli.command import Ended, conformance, report_of, under_pytest, write_targets
from conformance.errors import ExitCode
from conformance.reference.http import Call
from conformance.reference.service import Service
from conformance.worlds.loading import load_world

DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"
DISCOVERY = "ListHyperParameterTuningJobs"
FEW = f"{DESCRIBE}/request/HyperParameterTuningJobName/left-out"
EMPTY = load_world("empty")


@pytest.fixture(scope="module")
def empty() -> Iterator[RawServer]:
    with RawServer(reference(EMPTY)) as server:
        yield server


def run(folder: Path, *arguments: str) -> tuple[Ended, dict[str, Any]]:
    ended = conformance("run", *arguments, "--report-dir", folder / "out", cwd=folder)
    return ended, report_of(folder / "out")


def badge(folder: Path) -> tuple[str, str]:
    received = json.loads((folder / "out" / "badge.json").read_text(encoding="utf-8"))
    return received["message"], received["color"]


def instead(operation: str, behaviour: Behaviour) -> Behaviour:
    """Answer one operation in another way, and all others rightly."""
    right = reference()

    def answer(connection: socket.socket, request: Received) -> bool:
        return (behaviour if request.operation == operation else right)(connection, request)

    return answer


def test_an_empty_server_is_partly_judged_in_every_report(empty: RawServer, tmp_path: Path) -> None:
    ended, report = run(tmp_path, empty.url)
    assert ended.code == ExitCode.PARTLY_JUDGED, ended.said
    assert " ".join(ended.out.split()).endswith(f"{DESCRIBE}, {LIST}: the target has no resource to answer with")
    assert "hint        state: create in targets.yaml" in ended.out
    verdict = report["verdict"]
    assert (verdict["exit_code"], verdict["title"], verdict["partial"]) == (4, "Partly judged", True)
    assert [item["operations"] for item in verdict["missing"]] == [[DESCRIBE, LIST]]
    judged = sum(item["checks"]["judged"] for item in verdict["operations"])
    selected = sum(item["checks"]["selected"] for item in verdict["operations"])
    assert 0 < judged == report["summary"]["passed"] < selected == len(report["results"])
    assert report["facts"]["total"] == sum(item["facts"]["total"] for item in verdict["operations"])
    assert badge(tmp_path) == (f"partly judged, {judged:,} of {selected:,} checks", "yellow")
    junit = (tmp_path / "out" / "junit.xml").read_text(encoding="utf-8")
    assert '<error message="Partly judged: ' in junit
    assert f'name="judged" value="{DESCRIBE}: ' in junit
    for name in ("report.md", "report.html"):
        text = (tmp_path / "out" / name).read_text(encoding="utf-8")
        assert "Partly judged" in text
        assert "state: create in targets.yaml" in text


def test_what_is_allowed_in_part_still_says_so(empty: RawServer, tmp_path: Path) -> None:
    ended, report = run(tmp_path, empty.url, "--area", "error", "--allow-partial")
    assert ended.code == ExitCode.CONFORMS
    assert "\nPartly judged: " in ended.out
    assert report["verdict"]["partial"]
    assert badge(tmp_path)[1] == "yellow"
    received = conformance("annotate", "out", "--outputs", "outputs", cwd=tmp_path)
    assert received.out.startswith("::warning title=Partly judged::")
    assert "partial=true\n" in (tmp_path / "outputs").read_text(encoding="utf-8")
    under = conformance("run", empty.url, "--area", "error", "--allow-partial", "--min-exercised", "90", cwd=tmp_path)
    assert under.code == ExitCode.PARTLY_JUDGED
    assert "90 % are asked for" in " ".join(under.out.split())


def test_a_server_without_one_operation_is_partly_judged_though_its_failures_are_known(tmp_path: Path) -> None:
    unknown = always(400, b'{"__type":"UnknownOperationException","message":"no"}')
    with RawServer(instead(LIST, unknown)) as server:
        options = ("--select", "*/protocol/*", "--select", "*/pagination/*")
        written, _ = run(tmp_path, server.url, *options, "--write-known-failures", "known.yaml")
        assert written.code == ExitCode.DOES_NOT_CONFORM
        known = tmp_path / "known.yaml"
        known.write_text(known.read_text(encoding="utf-8").replace("TODO", "not served yet"), encoding="utf-8")
        ended, report = run(tmp_path, server.url, *options, "--known-failures", "known.yaml")
        alone, _ = run(tmp_path, server.url, *options[:2], "--operation", DESCRIBE)
    assert report["summary"]["known"]
    assert ended.code == ExitCode.PARTLY_JUDGED, ended.said
    assert f"{LIST}: the target does not have the operation" in " ".join(ended.out.split())
    assert f"--operation {DESCRIBE} judges what the target has" in " ".join(ended.out.split())
    assert alone.code == ExitCode.CONFORMS, alone.said


def test_a_missing_operation_of_recommended_checks_alone_is_no_target_that_broke(tmp_path: Path) -> None:
    unknown = always(400, b'{"__type":"UnknownOperationException","message":"no"}')
    with RawServer(instead(LIST, unknown)) as server:
        ended, report = run(tmp_path, server.url, "--level", "should", "--area", "protocol")
    assert (ended.code, report["summary"]["error"]) == (ExitCode.PARTLY_JUDGED, 0), ended.said
    assert f"{LIST}: the target does not have the operation" in " ".join(ended.out.split())


def test_no_operation_is_offered_where_the_target_has_none(tmp_path: Path) -> None:
    with RawServer(always(404, b"<html>no</html>")) as server:
        ended, report = run(tmp_path, server.url)
    assert ended.code == ExitCode.DOES_NOT_CONFORM, ended.said
    hints = [item["hint"] for item in report["verdict"]["missing"]]
    (hint,) = [hint for hint in hints if hint.startswith("run a URL that has it")]
    assert " ".join(ended.out.split()).count(hint) == 1
    assert not [hint for hint in hints if hint.startswith(("--operation", "--allow-partial"))]


@pytest.mark.parametrize(
    "behaviour",
    [
        always(200, bomb(200_000_000), JSON, "Content-Encoding: gzip"),
        always(500, b'{"__type":"InternalFailure"}'),
    ],
    ids=["bomb", "an-error"],
)
def test_a_server_whose_discovery_can_not_be_read_never_conforms(behaviour: Behaviour, tmp_path: Path) -> None:
    with RawServer(instead(DISCOVERY, behaviour)) as server:
        ended, report = run(tmp_path, server.url, "--select", FEW)
    assert ended.code == ExitCode.PARTLY_JUDGED, ended.said
    assert f"{DISCOVERY} could not be read, so that the tuning jobs of the target are unknown" in ended.out
    assert f"{DISCOVERY} could not be read" in report["state_problem"]
    assert badge(tmp_path)[1] == "yellow"


def edited(edit: Callable[[bytes], bytes]) -> Behaviour:
    """Answer as the reference server does, with the body of each success edited."""
    service = Service(load_world("default"))

    def answer(connection: socket.socket, request: Received) -> bool:
        method, target, _ = request.head.decode("latin-1").split("\r\n")[0].split()
        answered = service.answer(Call(method, target, request.headers, request.body))
        body = edit(answered.body) if answered.status == HTTPStatus.OK else answered.body
        connection.sendall(response(answered.status, body, request_id=answered.request_id))
        return True

    return answer


def test_what_stands_behind_every_answer_is_a_failure_on_a_found_state_too(tmp_path: Path) -> None:
    with RawServer(edited(lambda body: body + b"{}")) as server:
        ended, report = run(tmp_path, server.url, "--select", "*/protocol/answer/*")
    assert ended.code == ExitCode.DOES_NOT_CONFORM, ended.said
    assert not report.get("state_problem")
    failed = {row["id"] for row in report["results"] if row["outcome"] == "failed"}
    assert f"{DESCRIBE}/protocol/answer/json-object" in failed


def test_a_second_region_is_asked_where_a_command_has_loaded_the_state(tmp_path: Path) -> None:
    with RawServer(edited(lambda body: re.sub(rb"sagemaker:[a-z0-9-]+:", b"sagemaker:us-east-1:", body))) as server:
        write_targets(tmp_path, mine=f"{{endpoint_url: '{server.url}', state: {{command: ['true']}}}}")
        ended, report = run(tmp_path, "mine", "--select", "*/protocol/arn/*", "--strict")
    assert ended.code == ExitCode.DOES_NOT_CONFORM, ended.said
    failed = {row["id"] for row in report["results"] if row["outcome"] == "failed"}
    assert failed == {f"{item}/protocol/arn/other-region" for item in (DESCRIBE, LIST)}


def test_a_selection_that_was_judged_says_that_it_is_one(empty: RawServer, tmp_path: Path) -> None:
    ended, report = run(tmp_path, empty.url, "--select", FEW)
    assert ended.code == ExitCode.CONFORMS, ended.said
    every = report["contract"]["checks"]
    assert (
        ended.out.splitlines()[-1]
        == f"Selection conforms: 1 of {every:,} checks were selected: 1 check passed, none failed"
    )
    assert badge(tmp_path) == (f"1 of {every:,} checks conform", "blue")


def test_shards_of_an_empty_server_pass_and_their_merge_is_partly_judged(empty: RawServer, tmp_path: Path) -> None:
    options = ("--select", "*/error/*", "--select", "*/order/*", "--min-exercised", "100")
    for number in (1, 2):
        ended, _ = run(tmp_path, empty.url, *options, "--shard", f"{number}/2")
        (tmp_path / "out").rename(tmp_path / f"part-{number}")
        assert ended.code == ExitCode.CONFORMS, ended.said
        assert "\nPart conforms: " in ended.out
    merged = conformance("merge", "part-1", "part-2", "--report-dir", "out", cwd=tmp_path)
    assert merged.code == ExitCode.PARTLY_JUDGED, merged.said
    assert report_of(tmp_path / "out")["answered"] == []
    allowed = conformance("merge", "part-1", "part-2", "--report-dir", "out", "--allow-partial", cwd=tmp_path)
    assert allowed.code == ExitCode.CONFORMS


@pytest.mark.slow
def test_pytest_itself_ends_with_the_same_code(tmp_path: Path, empty: RawServer) -> None:
    options = ("--target", empty.url, "--select", "*/error/*", "--report-dir", tmp_path / "out")
    ended = under_pytest(*options, cwd=tmp_path)
    assert ended.code == ExitCode.PARTLY_JUDGED, ended.said
    assert "Partly judged: " in ended.out
    assert "hint: state: create in targets.yaml" in ended.out
