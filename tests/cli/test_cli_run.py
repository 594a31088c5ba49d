"""`conformance run` on the reference server: what it says, what it writes, and that it says the same twice."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cli.command import Run, Sharing, by_id, command, conformance, outcomes, ran, report_of, under_pytest
from conformance.errors import ExitCode

pytestmark = pytest.mark.slow

SOME = ("--select", "*/error/*", "--select", "*/protocol/body/*", "--select", "*/pagination/token/*")


def settled(report: dict[str, Any]) -> Any:
    """Return a report without what differs from run to run: times, ports and request ids."""
    text = json.dumps(report, sort_keys=True)
    for pattern, mask in (
        (r'"(duration_s|elapsed_s)": [0-9.e-]+', r'"\1": 0'),
        (r'"started": "[^"]+"', '"started": ""'),
        (r'"command": "[^"]+"', '"command": ""'),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:0"),
        (r'"(x-amzn-RequestId|Date|X-Amz-Date)": "[^"]*"', r'"\1": ""'),
    ):
        text = re.sub(pattern, mask, text)
    return json.loads(text)


def test_without_an_argument_the_reference_server_conforms(reference_run: Run) -> None:
    assert reference_run.ended.code == ExitCode.CONFORMS
    assert "Conforms: " in reference_run.ended.out
    assert not reference_run.ended.err
    report = reference_run.report
    assert report["target"]["name"] == "reference"
    assert report["complete"]
    counts = Counter(row["outcome"] for row in report["results"])
    assert counts["failed"] == counts["error"] == 0, [
        row["id"] for row in report["results"] if row["outcome"] in {"failed", "error"}
    ]
    assert counts["passed"] > 2000


def test_every_skipped_check_has_a_reason_and_every_passed_one_something_to_rest_on(reference_run: Run) -> None:
    for row in reference_run.report["results"]:
        if row["outcome"] == "skipped":
            assert row["reason"], row["id"]
        else:
            assert sum(row["rests_on"].values()) > 0, row["id"]


def test_each_report_is_there_and_keeps_to_its_schema(reference_run: Run, tmp_path: Path) -> None:
    names = {path.name for path in reference_run.folder.iterdir()}
    assert {"run.jsonl", "report.json", "report.md", "report.html", "junit.xml"} <= names
    schema = json.loads(conformance("run", "--schema", "report", cwd=tmp_path).out)
    jsonschema.validate(reference_run.report, schema)
    lines = conformance("run", "--schema", "run", cwd=tmp_path).out
    validator = jsonschema.Draft202012Validator(json.loads(lines))
    for line in (reference_run.folder / "run.jsonl").read_text(encoding="utf-8").splitlines():
        assert not list(validator.iter_errors(json.loads(line)))


def test_the_list_of_checks_is_what_a_run_runs(reference_run: Run, tmp_path: Path) -> None:
    listed = [row["id"] for row in json.loads(conformance("checks", "--json", cwd=tmp_path).out)]
    assert sorted(listed) == sorted(by_id(reference_run.report))


def test_two_processes_give_the_same_report_as_one(reference_run: Run, shared_run: Sharing) -> None:
    spread = shared_run("spread", "-n", "2")
    assert spread.ended.code == ExitCode.CONFORMS
    assert outcomes(spread.report) == outcomes(reference_run.report)
    item, other = settled(reference_run.report), settled(spread.report)
    different = [row["id"] for row, same in zip(item.pop("results"), other.pop("results"), strict=True) if row != same]
    assert not different
    assert item == other


def test_the_same_target_gives_the_same_report_twice(tmp_path: Path) -> None:
    reports = []
    for seed in ("1", "2"):  # in which order Python goes through a set
        ended = conformance("run", "--report-dir", seed, *SOME, cwd=tmp_path, PYTHONHASHSEED=seed)
        assert ended.code == ExitCode.CONFORMS
        reports.append(settled(report_of(tmp_path / seed)))
    assert reports[0] == reports[1]


def test_a_selection_runs_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    ended = conformance("run", *SOME, "--operation", "ListTrainingJobsForHyperParameterTuningJob", cwd=tmp_path)
    assert ended.code == ExitCode.CONFORMS
    ids = list(by_id(report_of(tmp_path / "reports" / "reference")))
    assert ids
    assert all(re.match(r"ListTraining[^/]*/(error/|protocol/body/|pagination/token/)", item) for item in ids)
    assert {item.split("/")[1] for item in ids} == {"error", "protocol", "pagination"}


def test_pytest_itself_runs_the_suite_on_a_named_target(tmp_path: Path) -> None:
    ended = under_pytest("--target", "reference", "--check-area", "error", "--report-dir", "out", cwd=tmp_path)
    assert ended.code == 0, ended.said
    judged = outcomes(report_of(tmp_path / "out"))
    assert set(judged.values()) == {"passed"}
    assert f"{len(judged)} passed" in ended.out


def test_pytest_itself_tells_a_wrong_target_as_a_usage_error(tmp_path: Path) -> None:
    ended = under_pytest("--target", "referense", cwd=tmp_path)
    assert ended.code == pytest.ExitCode.USAGE_ERROR
    assert "did you mean 'reference'?" in ended.told_without_traceback()


def test_the_console_script_is_the_same_command(tmp_path: Path) -> None:
    ended = ran([Path(sys.executable).with_name("conformance"), "--version"], cwd=tmp_path)
    assert ended.code == 0
    assert ended == ran(command("--version"), cwd=tmp_path)


@pytest.mark.parametrize(
    "arguments", [("run", "--area", "error"), ("run", "referense"), ("run", "--bogus"), ("checks",)]
)
def test_a_command_that_was_forked_says_what_one_that_was_started_says(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    """Other tests fork their commands, to be done sooner; see cli/forked.py."""
    forked, from_the_start = conformance(*arguments, cwd=tmp_path), ran(command(*arguments), cwd=tmp_path)
    assert forked.code == from_the_start.code
    assert forked.err == from_the_start.err
    assert steady(forked.out) == steady(from_the_start.out)


def steady(text: str) -> str:
    """Return what was printed without the port and the time, which differ from run to run."""
    return re.sub(r"127\.0\.0\.1:\d+|in \d+\.\d s", "", text)


def test_a_report_says_what_the_run_depends_on(tmp_path: Path) -> None:
    few = ("--select", "DescribeHyperParameterTuningJob/error", "--report-dir", "out")
    ended = conformance("run", *few, "--label", "build 7 of http://me:secret@host", cwd=tmp_path)
    assert ended.code == 0, ended.said
    versions = report_of(tmp_path / "out")["versions"]
    assert versions["target"] == "build 7 of http://***@host"
    assert versions["source"] == "--label"
    assert set(versions["software"]) == {"botocore", "boto3", "Python"}
    assert versions["command"] == (
        "conformance run --select DescribeHyperParameterTuningJob/error --report-dir out "
        "--label 'build 7 of http://***@host'"
    )
