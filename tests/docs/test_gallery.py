"""docs/gallery: its links work, it says what its reports say, and it holds no trace of the machine that made it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conformance.report.markdown import LIMIT

ROOT = Path(__file__).parents[2]
GALLERY = ROOT / "docs" / "gallery"
PAGE = (GALLERY / "README.md").read_text(encoding="utf-8")
REPORTS = sorted(GALLERY.glob("*/report.md"))
PAGES = [*REPORTS, GALLERY / "comparison.md"]


@pytest.mark.parametrize("report", REPORTS, ids=lambda path: path.parent.name)
def test_the_page_says_what_each_report_says(report: Path) -> None:
    name = report.parent.name
    (row,) = (line for line in PAGE.splitlines() if f"({name}/report.md)" in line)
    title, _, detail = row.split(" | ")[1].partition(": ")
    head = report.read_text(encoding="utf-8").splitlines()
    assert head[0].startswith(f"# {title}: {name}")
    assert head[2] == detail


def test_the_reference_server_and_three_versions_of_moto_are_shown() -> None:
    assert [report.parent.name.partition("-")[0] for report in REPORTS] == ["moto", "moto", "moto", "reference"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(GALLERY)))
def test_no_report_holds_a_trace_of_the_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for trace in (str(ROOT), str(Path.home()), "/site-packages", "build/gallery/runs"):
        assert trace not in text, trace
    assert set(re.findall(r"127\.0\.0\.1:(\d+)", text)) <= {"5099"}


def test_docs_without_what_is_generated_are_below_1600_kilobytes() -> None:
    ignored = {"reports", "scoreboard", "__pycache__"}  # a board has a bound of its own
    every = (path for path in (ROOT / "docs").rglob("*") if path.is_file())
    kept = [path for path in every if not ignored & set(path.relative_to(ROOT).parts)]
    assert sum(path.stat().st_size for path in kept if path.suffix != ".html") < 1_600_000


def test_reports_fit_a_comment_and_pictures_are_small() -> None:
    assert max(len(path.read_text("utf-8")) for path in REPORTS) <= LIMIT
    pictures = [ROOT / "docs" / "report.png", *GALLERY.glob("*.png")]
    assert max(picture.stat().st_size for picture in pictures) < 200_000
