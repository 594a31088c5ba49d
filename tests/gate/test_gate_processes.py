"""Several processes share the requests of a run, and the one that was started judges the answers of all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cli.command import conformance, outcomes, report_of, under_pytest

from gate.broken_server import LIST

pytestmark = pytest.mark.slow

GATHERED = f"--select={LIST}/response"
ORDERED = f"--select={LIST}/order"
EXCHANGES = re.compile(r"exchanges.* s +.*?([\d,]+), [\d.]+ ms each")


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


def test_where_only_answers_are_judged_the_snapshot_is_asked_for_here(tmp_path: Path) -> None:
    for name, arguments in (("one", ()), ("two", ("-n", "2"))):
        ended = conformance("run", GATHERED, "--report-dir", tmp_path / name, *arguments, cwd=tmp_path)
        assert ended.code == 0, ended.said
    assert outcomes(report_of(tmp_path / "one")) == outcomes(report_of(tmp_path / "two"))
    assert report_of(tmp_path / "two")["summary"]["passed"] > 0


def test_pytest_itself_counts_them_among_its_tests(tmp_path: Path) -> None:
    chosen = (GATHERED, ORDERED, "-n", "2", "-k", "TrainingJobName or order")
    ended = under_pytest(*chosen, f"--report-dir={tmp_path}", "-q", cwd=tmp_path)
    assert ended.code == 0, ended.said
    rows = report_of(tmp_path)["results"]
    assert {row["area"] for row in rows} == {"order", "response"}
    assert all("TrainingJobName" in row["id"] for row in rows if row["area"] == "response")
    assert "[100%]" in ended.out
    assert f"{sum(row['outcome'] == 'passed' for row in rows)} passed" in ended.out


def test_pytest_itself_stops_at_the_first_of_them_that_fails(tmp_path: Path, broken: Path) -> None:
    target = (f"--targets-file={broken}", "--target=broken", f"--report-dir={tmp_path}")
    ended = under_pytest(*target, GATHERED, "-n", "2", "--maxfail=1", "-q", cwd=tmp_path)
    assert ended.code == 1, ended.said
    assert "stopping after 1 failures" in ended.out
    report = report_of(tmp_path)
    assert (report["summary"]["failed"], report["complete"]) == (1, False)
