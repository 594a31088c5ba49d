"""What can be named as a side of a comparison, and what is said of anything else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from comparison.small_runs import FAILED, NEW, OLD, check, run, write_record, write_report
from conformance.errors import ExitCode, UserError
from conformance.report.comparison.difference import difference_of
from conformance.report.comparison.reading import ReadingError, read_side, read_sides


def test_a_report_and_a_record_of_one_run_are_the_same_side(tmp_path: Path) -> None:
    report = read_side(str(write_report(OLD, tmp_path / "report.json")))
    record = read_side(str(write_record(OLD, tmp_path / "run.jsonl")))
    assert report.record.results == record.record.results == OLD.results
    assert report.record.header == record.record.header
    assert difference_of(report, record).deltas == ()


def test_a_record_is_known_whatever_it_is_called(tmp_path: Path) -> None:
    path = write_record(OLD, tmp_path / "yesterday.json")
    assert read_side(str(path)).record.results == OLD.results


def test_a_folder_stands_for_its_record_and_without_one_for_its_report(tmp_path: Path) -> None:
    write_report(OLD, tmp_path / "report.json")
    assert read_side(str(tmp_path)).record.results == OLD.results
    # The record of a run that was killed is newer than the reports next to it, which are those of the run before.
    write_record(run(*NEW.results, footer=None), tmp_path / "run.jsonl")
    assert read_side(str(tmp_path)).record.results == NEW.results
    assert not read_side(str(tmp_path)).record.complete


def test_a_report_of_a_run_cut_short_stays_cut_short(tmp_path: Path) -> None:
    side = read_side(str(write_report(run(*OLD.results, footer=None), tmp_path / "report.json")))
    assert not side.record.complete
    assert side.record.footer is None


def test_labels(tmp_path: Path) -> None:
    folders = [tmp_path / "before", tmp_path / "after"]
    for folder in folders:
        write_record(OLD, folder / "run.jsonl")
    before, after = map(str, folders)
    assert [item.label for item in read_sides([before])] == ["mine"]
    assert [item.label for item in read_sides([before, after])] == ["mine (before)", "mine (after)"]
    assert [item.label for item in read_sides([f"old={before}", f"new={after}"])] == ["old", "new"]
    assert [item.label for item in read_sides([before, before])] == ["mine (before) #1", "mine (before) #2"]


def test_a_path_with_an_equals_sign_is_a_path(tmp_path: Path) -> None:
    write_record(OLD, tmp_path / "a=b" / "run.jsonl")
    assert read_side(str(tmp_path / "a=b")).label == "mine"
    assert read_side(f"old={tmp_path / 'a=b'}").label == "old"


REPORT = {"schema": 1, "results": []}
BROKEN: dict[str, tuple[str, bytes, str]] = {
    "not-json": ("report.json", b"{", "no JSON"),
    "binary": ("report.json", b"\xff\xfe\x00", "no JSON"),
    "nested": ("report.json", b"[" * 100_000, "no JSON"),
    "a-list": ("report.json", b"[]", "must be an object"),
    "something-else": ("package.json", b'{"name": "x"}', "schema is missing"),
    "later-schema": ("report.json", b'{"schema": 2}', "schema 2"),
    "no-frame": ("report.json", json.dumps(REPORT).encode(), "is missing"),
    "bad-row": ("report.json", b'{"schema": 1, "results": [{"id": 7}]}', "results[0]"),
    "empty-record": ("run.jsonl", b"", "empty"),
    "bad-record": ("run.jsonl", b"nonsense\n", "not a line of JSON"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_no_run_is_rejected_by_name_and_reason(kind: str, tmp_path: Path) -> None:
    name, content, words = BROKEN[kind]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=r"not a (report|record)") as caught:
        read_side(str(tmp_path / name))
    assert words in caught.value.problem
    assert str(tmp_path / name) in caught.value.where
    assert caught.value.hint
    assert caught.value.exit_code is ExitCode.USAGE


def test_a_check_that_is_in_a_report_twice_is_rejected(tmp_path: Path) -> None:
    twice = check("Read/request/Name/left-out"), check("Read/request/Name/left-out", FAILED)
    with pytest.raises(ReadingError, match="Read/request/Name/left-out is in it twice"):
        read_side(str(write_report(run(*twice), tmp_path / "report.json")))


@pytest.mark.parametrize("name", ["nowhere/report.json", "nowhere/run.jsonl", "."])
def test_what_is_not_there_is_reported(name: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        read_side(str(tmp_path / name))
    assert caught.value.exit_code is ExitCode.USAGE
    assert str(tmp_path) in caught.value.where
