"""report.json and the schemas of both JSON forms."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sample_records import BROKE, CONFORMING, EVERY_KIND, FAILED, PASSED, many, record

from conformance.forms import to_json
from conformance.report.json_report import render_json, schema
from conformance.report.run import Record

RECORDS = {
    "every kind": EVERY_KIND,
    "conforming": CONFORMING,
    "cut short": record(FAILED, footer=None),
    "empty": record(),
    "many": many(30),
}

PROMISED = {
    "schema", "tool", "contract", "target", "started", "duration_s", "complete", "summary", "facts", "results",
}  # fmt: skip
PROMISED_OF_A_RESULT = {
    "id", "operation", "area", "level", "basis", "outcome", "known", "reason", "expected", "received", "because",
    "rests_on", "exchanges", "reproduce",
}  # fmt: skip


@cache
def validator(name: str) -> Draft202012Validator:
    Draft202012Validator.check_schema(schema(name))
    return Draft202012Validator(schema(name))


def report_json(run: Record) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(render_json(run))
    return value


def problems(name: str, value: object) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in validator(name).iter_errors(value)]


def test_both_forms_describe_a_result_in_the_same_words() -> None:
    run, report = schema("run")["$defs"], schema("report")["$defs"]
    line = run["result"]
    assert line["properties"].pop("type") == {"const": "result"}
    line["required"].remove("type")
    assert line == report["result"]
    shared = report.keys() & run.keys() - {"result"}
    assert {name: run[name] for name in shared} == {name: report[name] for name in shared}


@pytest.mark.parametrize("name", RECORDS)
def test_every_report_is_valid(name: str) -> None:
    assert problems("report", json.loads(render_json(RECORDS[name]))) == []


@pytest.mark.parametrize("name", RECORDS)
def test_every_line_of_a_record_is_valid(name: str) -> None:
    run = RECORDS[name]
    lines = [{"type": "header", "schema": 1, **to_json(run.header)}]
    lines += [{"type": "result", **to_json(result)} for result in run.results]
    if run.footer:
        lines.append({"type": "footer", **to_json(run.footer)})
    for line in lines:
        assert problems("run", line) == []


@pytest.mark.parametrize(
    "change", [{"outcome": "xfail"}, {"level": None}, {"extra": 1}, {"rests_on": {"items": -1}}, {"id": ""}]
)
def test_the_schemas_reject_what_is_wrong(change: dict[str, Any]) -> None:
    assert problems("run", {"type": "result", **to_json(PASSED), **change})
    report = report_json(record(PASSED))
    assert problems("report", {**report, "results": [{**report["results"][0], **change}]})


def test_a_report_has_what_was_promised() -> None:
    report = report_json(EVERY_KIND)
    assert report.keys() >= PROMISED
    assert report["contract"]["digest"]
    assert report["summary"] == {"passed": 2, "failed": 5, "skipped": 1, "error": 1, "known": 1}
    assert report["facts"]["total"] == 1340
    assert report["facts"]["exercised"] == 1338
    assert all(item.keys() >= PROMISED_OF_A_RESULT for item in report["results"])


def test_a_record_cut_short_is_not_complete_and_has_no_duration() -> None:
    report = report_json(record(PASSED, footer=None))
    assert report["complete"] is False
    assert report["duration_s"] is None
    assert report["facts"] == {"total": 1340, "exercised": None, "not_exercised": []}


def test_a_result_is_one_line_of_the_text() -> None:
    lines = render_json(record(PASSED, BROKE)).splitlines()
    assert [json.loads(line.rstrip(","))["id"] for line in lines[-4:-2]] == [BROKE.id, PASSED.id]
