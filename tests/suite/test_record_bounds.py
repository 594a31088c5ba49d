"""What a record keeps is bounded, each text by itself and all of them together, however much a target says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from plans import planned

from conformance.checks.verdict import failed
from conformance.forms import plain
from conformance.report.result import Result
from conformance.suite import run as recording
from conformance.suite.plan import Plan
from conformance.suite.results import MOST_TEXT, Shell, result_of
from conformance.suite.run import Evaluator, Run, RunObserver, Seen
from conformance.suite.settings import Settings
from conformance.wire.exchange import Exchange, HttpRequest, HttpResponse

HUGE = "x" * 2_000_000
SHELL = Shell("mine", "us-east-1", "sagemaker", signed=False)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return planned(Settings(select=("*/protocol/operation/available",)))


def huge_result(plan: Plan) -> Result:
    body = json.dumps({"HyperParameterTuningJobName": HUGE}).encode()
    request = HttpRequest("POST", "http://host/", (), body)
    exchange = Exchange("Op", request, HttpResponse(200, (("X-A", "a" * 8000),), body, 0.0))
    verdict = failed("odd", HUGE, expected=HUGE, received=HUGE, exchanges=(exchange,) * 5)
    return result_of(plan.checks[0], replace(verdict, notes=(HUGE,) * 100, reproduce=HUGE), SHELL, 0.0)


def test_a_row_is_small_whatever_it_quotes(plan: Plan) -> None:
    result = huge_result(plan)
    assert len(json.dumps(plain(result))) < 200_000
    assert result.received.startswith("x" * MOST_TEXT + "… (")
    assert result.reproduce == f"conformance run mine --select {plan.checks[0].id}"


def test_rows_are_small_together(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "_MOST_KEPT", 500_000)
    small = replace(plan, settings=replace(plan.settings, report_dir=str(tmp_path)))
    with small.opened() as target:
        kept = Run(small, target, RunObserver())
        for number in range(200):
            kept.take(replace(huge_result(plan), id=f"{plan.checks[0].id}-{number}"))
        monkeypatch.setattr(Evaluator, "seen", Seen([f"Op.{number}{HUGE}" for number in range(3)], (), ""))
        record = kept.finish()
    assert sum(len(json.dumps(plain(item))) for item in record.results) < 2_000_000
    assert record.results[-1].exchanges == ()
    assert any("too large" in note for note in record.results[-1].notes)
    assert record.footer is not None
    assert sum(map(len, record.footer.unknown_members)) < 2_000
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 12_000_000


def test_unknown_members_are_listed_up_to_a_number() -> None:
    listed = tuple(recording._few([f"Op.{number}" for number in range(1000)]))  # noqa: SLF001 - a whole run has no thousand
    assert len(listed) == 501
    assert listed[-1] == "… and 500 more"
