"""Several processes share the requests of a run, and the one that was started judges the answers of all of them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cli.command import PATIENCE_S, conformance, environment, outcomes, report_of

from conformance import forms
from conformance.contract.loading import load
from conformance.session.session import TargetSession
from conformance.suite.plan import Plan
from conformance.suite.settings import Settings
from conformance.suite.workers import AnswerLog, GatheredAnswers, Seen
from conformance.wire.exchange import Exchange, Fault, HttpRequest, HttpResponse
from conformance.wire.request import Request
from gate.broken_server import LIST

pytestmark = pytest.mark.slow

GATHERED = f"--select={LIST}/response"
ORDERED = f"--select={LIST}/order"
EXCHANGES = re.compile(r"exchanges.* s +.*?([\d,]+), [\d.]+ ms each")


def own_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the suite under pytest itself."""
    shared = ["--pyargs", "conformance.suite", f"--report-dir={folder}", "-p", "no:cacheprovider", "-q"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *shared, *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def sent(folder: Path, *arguments: str) -> int:
    """Return how many exchanges two processes had together."""
    ended = conformance("run", "-n", "2", "--timings", "--report-dir", folder, *arguments, cwd=folder)
    assert ended.code == 0, ended.said
    found = EXCHANGES.search(ended.out)
    assert found is not None, ended.out
    return int(found[1].replace(",", ""))


def test_answers_of_all_processes_are_judged_and_no_request_is_sent_for_that(tmp_path: Path) -> None:
    # Some requests are sent by both, and how many depends on which process is the quicker one.
    assert sent(tmp_path, ORDERED, GATHERED) < 1.5 * sent(tmp_path, ORDERED)


def test_where_only_answers_are_judged_the_survey_is_asked_for_here(tmp_path: Path) -> None:
    for name, arguments in (("one", ()), ("two", ("-n", "2"))):
        ended = conformance("run", GATHERED, "--report-dir", tmp_path / name, *arguments, cwd=tmp_path)
        assert ended.code == 0, ended.said
    assert outcomes(report_of(tmp_path / "one")) == outcomes(report_of(tmp_path / "two"))
    assert report_of(tmp_path / "two")["summary"]["passed"] > 0


def test_pytest_itself_counts_them_among_its_tests(tmp_path: Path) -> None:
    ended = own_pytest(tmp_path, GATHERED, ORDERED, "-n", "2", "-k", "TrainingJobName or order")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    rows = report_of(tmp_path)["results"]
    assert {row["area"] for row in rows} == {"order", "response"}
    assert all("TrainingJobName" in row["id"] for row in rows if row["area"] == "response")
    assert "[100%]" in ended.stdout
    assert f"{sum(row['outcome'] == 'passed' for row in rows)} passed" in ended.stdout


def test_pytest_itself_stops_at_the_first_of_them_that_fails(tmp_path: Path, broken: Path) -> None:
    arguments = (f"--targets-file={broken}", "--target=broken", GATHERED, "-n", "2", "--maxfail=1")
    ended = own_pytest(tmp_path, *arguments)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "stopping after 1 failures" in ended.stdout
    report = report_of(tmp_path)
    assert (report["summary"]["failed"], report["complete"]) == (1, False)


@pytest.fixture
def session() -> TargetSession:
    return TargetSession(load(), _Nobody(), ())


class _Nobody:
    """Answers nothing: all that is known was handed over."""

    def send(self, request: Request) -> Exchange:
        raise AssertionError(request)


def exchange(body: bytes, *, fault: Fault | None = None) -> Exchange:
    asked = HttpRequest("POST", "http://127.0.0.1/", (("X-Amz-Target", LIST),), b"{}")
    answer = HttpResponse(200, (("Content-Type", "application/x-amz-json-1.1"),), body, 0.25)
    return Exchange(LIST, asked, None if fault else answer, fault)


def test_what_is_handed_back_is_plain_and_comes_in_the_order_of_one_process(session: TargetSession) -> None:
    checks = Plan.of(Settings(select=(f"{LIST}/order", f"{LIST}/pagination"))).checks
    page, ordered = (next(item for item in checks if item.area == area) for area in ("pagination", "order"))
    asked = Request.call(LIST, {"MaxResults": 1})
    gathering = GatheredAnswers()
    for check, body, fault in ((ordered, b'{"b": 1}', None), (page, b'{"a": 1}', Fault("timeout", "late"))):
        worker = TargetSession(load(), _Nobody(), ())
        log = AnswerLog(worker, checks)
        worker.take_over({asked: exchange(body, fault=fault)}, [exchange(body)], fault)
        log.note(check)
        gathering.add(forms.read(Seen, json.loads(json.dumps(forms.plain(log.seen)))))
    gathering.restore(session)
    assert session.exchange(asked) == exchange(b'{"b": 1}')
    assert session.answers(LIST) == (exchange(b'{"a": 1}'), exchange(b'{"b": 1}'))
    assert session.gone == Fault("timeout", "late")
