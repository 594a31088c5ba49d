"""Writing all reports of a record."""

from __future__ import annotations

from pathlib import Path

import pytest
from sample_records import CONFORMING, EVERY_KIND, PASSED, RECOMMENDED, record

from conformance.report.writing import ReportError, write_reports


def test_every_report_is_written_and_named(tmp_path: Path) -> None:
    paths = write_reports(EVERY_KIND, tmp_path / "reports" / "moto")
    assert list(paths) == ["report.html", "report.md", "report.json", "junit.xml", "badge.json"]
    assert sorted(tmp_path.rglob("*.*")) == sorted(paths.values())
    assert all(path.read_text("utf-8").endswith("\n") for path in paths.values())


def test_the_same_record_gives_the_same_bytes(tmp_path: Path) -> None:
    first = {name: path.read_bytes() for name, path in write_reports(EVERY_KIND, tmp_path).items()}
    assert {name: path.read_bytes() for name, path in write_reports(EVERY_KIND, tmp_path).items()} == first


def test_reports_of_the_run_before_are_replaced(tmp_path: Path) -> None:
    write_reports(EVERY_KIND, tmp_path)
    assert "Conforms" in write_reports(CONFORMING, tmp_path)["report.md"].read_text("utf-8")


def test_strict_reaches_every_verdict(tmp_path: Path) -> None:
    paths = write_reports(record(PASSED, RECOMMENDED), tmp_path, strict=True)
    assert "Does not conform" in paths["report.html"].read_text("utf-8")
    assert "Does not conform" in paths["report.md"].read_text("utf-8")
    assert 'failures="1"' in paths["junit.xml"].read_text("utf-8")


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match="can't be written") as caught:
        write_reports(CONFORMING, tmp_path / "file")
    assert caught.value.where == str(tmp_path / "file")
    assert "--report-dir" in caught.value.hint
