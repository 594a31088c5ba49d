"""Runs against servers that are no AWS endpoint, or have a defect: bounded in time, one finding, right exit code."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hostile_servers import redirecting_libraries
from raw_servers import (
    Behaviour,
    RawServer,
    Received,
    always,
    never_answers,
    never_ends,
    redirects_to,
    reference,
    response,
)

from cli.command import Ended, conformance, report_of, write_targets
from conformance.errors import ExitCode

pytestmark = pytest.mark.slow

DESCRIBE = "DescribeHyperParameterTuningJob"
LIST = "ListTrainingJobsForHyperParameterTuningJob"
LIMITS = "{connect_s: 10, read_s: 20, total_s: 20, max_body_bytes: 2000000}"
IMPATIENT = "{connect_s: 2, read_s: 0.3, total_s: 1}"
MOST_REQUESTS = 10_000


def run_against(
    server: RawServer, folder: Path, *arguments: str, limits: str = LIMITS, more: str = ""
) -> tuple[Ended, dict[str, Any]]:
    """Run on a server; the run ends after a bounded number of requests, without a traceback."""
    write_targets(folder, mine=f"{{endpoint_url: '{server.url}', limits: {limits}{more}}}")
    ended = conformance("run", "mine", "--report-dir", "out", *arguments, cwd=folder)
    assert len(server.received) < MOST_REQUESTS
    ended.told_without_traceback()
    return ended, report_of(folder / "out")


def findings(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in report["results"] if row["outcome"] in {"failed", "error"}]


def put_aside(report: dict[str, Any]) -> Counter[str]:
    return Counter(row["reason"] for row in report["results"] if row["outcome"] == "skipped")


PAGE = b"<!DOCTYPE html><html><body>It works!</body></html>"


def test_a_server_that_is_no_aws_endpoint_gives_one_finding(tmp_path: Path) -> None:
    with RawServer(always(501, PAGE, "text/html;charset=utf-8", "Connection: close")) as server:
        ended, report = run_against(server, tmp_path, "--area", "protocol")
    assert ended.code == ExitCode.DOES_NOT_CONFORM
    (finding,) = findings(report)
    assert finding["id"] == f"{DESCRIBE}/protocol/operation/available"
    assert finding["reason"].startswith("this is no AWS JSON endpoint")
    assert finding["reproduce"].startswith("curl ")
    aside = put_aside(report)
    assert sum(aside.values()) == len(report["results"]) - 1
    assert all(finding["id"] in reason for reason in aside)
    assert "1 of " in ended.out
    assert len(server.received) < 20


@pytest.mark.parametrize(
    ("selection", "code"),
    [
        (("--area", "order"), ExitCode.DOES_NOT_CONFORM),
        (("--operation", LIST, "--area", "protocol"), ExitCode.DOES_NOT_CONFORM),
        (("--area", "protocol", "--level", "should"), ExitCode.TARGET_BROKE),
    ],
    ids=["no-availability", "second-operation", "recommended"],
)
def test_the_finding_is_reported_whatever_was_selected(
    selection: tuple[str, ...], code: ExitCode, tmp_path: Path
) -> None:
    with RawServer(always(200, PAGE, "text/html")) as server:
        ended, report = run_against(server, tmp_path, *selection)
    assert ended.code == code
    assert len(findings(report)) == 1


@pytest.mark.parametrize(
    ("behaviour", "state", "kind"),
    [
        (never_answers, "existing", "timeout"),
        (never_answers, "create", "timeout"),
        (never_ends, "existing", "too-large"),
    ],
)
def test_a_server_without_an_answer_is_given_up(behaviour: Behaviour, state: str, kind: str, tmp_path: Path) -> None:
    limits = IMPATIENT if kind == "timeout" else LIMITS
    with RawServer(behaviour) as server:
        ended, report = run_against(server, tmp_path, "--area", "protocol", limits=limits, more=f", state: {state}")
    assert ended.code == ExitCode.TARGET_BROKE
    (finding,) = findings(report)
    assert finding["outcome"] == "error"
    assert kind in finding["reason"]
    assert len(put_aside(report)) == 1


def test_a_redirect_is_followed_neither_by_the_suite_nor_by_a_client_library(tmp_path: Path) -> None:
    with RawServer(always(200, b"{}")) as elsewhere:
        with RawServer(redirects_to(elsewhere.url)) as server:
            ended, report = run_against(server, tmp_path, "--area", "protocol")
        assert ended.code == ExitCode.DOES_NOT_CONFORM
        assert "HTTP 307" in findings(report)[0]["received"]
        with RawServer(redirecting_libraries(elsewhere.url)) as server:
            ended, report = run_against(server, tmp_path, "--area", "client")
        assert ended.code == ExitCode.DOES_NOT_CONFORM
        assert findings(report)
        assert elsewhere.connections == 0


def test_a_target_that_lacks_one_operation_gives_one_finding_for_it(tmp_path: Path) -> None:
    well_behaved = reference()

    def lacks_the_list(connection: Any, request: Received) -> bool:
        if request.operation == LIST:
            connection.sendall(response(500, PAGE, "text/html"))
            return True
        return well_behaved(connection, request)

    with RawServer(lacks_the_list) as server:
        ended, report = run_against(server, tmp_path, "--area", "protocol")
    assert ended.code == ExitCode.DOES_NOT_CONFORM
    (finding,) = findings(report)
    assert finding["id"] == f"{LIST}/protocol/operation/available"
    assert finding["reason"] == f"only server errors come from {LIST}"
    judged = {row["operation"] for row in report["results"] if row["outcome"] == "passed"}
    assert judged == {DESCRIBE}
    aside = {row["operation"] for row in report["results"] if row["kind"] == "behind"}
    assert aside == {LIST}


def test_a_spent_budget_stops_the_run(tmp_path: Path) -> None:
    with RawServer(reference()) as server:
        ended, report = run_against(server, tmp_path, "--area", "pagination", more=", budget: 300")
        assert len(server.received) <= 301
    assert ended.code == ExitCode.TARGET_BROKE
    assert "the budget of 300 requests is spent" in ended.out
    assert not report["complete"]


def test_a_url_alone_is_only_read(tmp_path: Path) -> None:
    with RawServer(reference()) as server:
        ended = conformance("run", server.url, "--area", "error", cwd=tmp_path)
        asked = set(server.operations)
    assert ended.code == ExitCode.CONFORMS
    assert asked == {DESCRIBE, LIST, "ListHyperParameterTuningJobs", "NoSuchOperation"}
    (folder,) = (tmp_path / "reports").iterdir()
    assert folder.name == f"127.0.0.1-{server.url.rpartition(':')[2]}"
